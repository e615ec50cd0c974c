"""The slurm room owns the way from a scenario's policy to a real Slurm, and back from one to a scenario."""

from gortyn.slurm.export import HOST_FILE, export
from gortyn.slurm.lines import Note
from gortyn.slurm.names import Name, SlurmError, name_faults
from gortyn.slurm.policy import Policy, policy
from gortyn.slurm.priorities import JobPriority, fair_shares, job_priority
from gortyn.slurm.read_conf import Conf, read_conf
from gortyn.slurm.read_dump import Dump, read_dump

__all__ = [
    "HOST_FILE",
    "Conf",
    "Dump",
    "JobPriority",
    "Name",
    "Note",
    "Policy",
    "SlurmError",
    "export",
    "fair_shares",
    "job_priority",
    "name_faults",
    "policy",
    "read_conf",
    "read_dump",
]
