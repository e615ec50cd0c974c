"""The workload room owns what the machines are asked to do: tenants and named training runs become jobs."""

from gortyn.kernels.types import Jobs
from gortyn.workload.generate import RunEstimate, generate
from gortyn.workload.isolation import Isolation, isolation
from gortyn.workload.kind import OUTCOMES

__all__ = ["OUTCOMES", "Isolation", "Jobs", "RunEstimate", "generate", "isolation"]
