"""The operation room owns the queue: jobs, nodes, failures and rules in, the log of what happened out."""

from gortyn.operation.log import Log
from gortyn.operation.simulate import simulate, warm
from gortyn.operation.staging import Staging, staging
from gortyn.operation.tariffs import Tariffs

__all__ = ["Log", "Staging", "Tariffs", "simulate", "staging", "warm"]
