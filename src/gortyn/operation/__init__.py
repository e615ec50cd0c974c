"""The operation room owns when jobs run: jobs and machines under a queueing policy become a log of starts and ends."""

from gortyn.operation.simulate import Log, simulate, warm

__all__ = ["Log", "simulate", "warm"]
