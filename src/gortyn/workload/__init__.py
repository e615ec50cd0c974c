"""The workload room owns what the machines are asked to do: tenants and named training runs become jobs."""

from gortyn.kernels.types import Jobs
from gortyn.workload.generate import RunEstimate, generate
from gortyn.workload.kind import OUTCOMES

__all__ = ["OUTCOMES", "Jobs", "RunEstimate", "generate"]
