"""The workload room owns what the machines are asked to do: tenants and named training runs become jobs."""

from gortyn.kernels.types import Jobs
from gortyn.workload.generate import RunEstimate, generate

__all__ = ["Jobs", "RunEstimate", "generate"]
