"""This module owns how long data come in before jobs may start: those of sensitive jobs, those of training runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.kernels.types import Jobs
from gortyn.machine import Partition, admits, enclave_of
from gortyn.model import Scenario, Tenant
from gortyn.spaces import gate_s, run_stage_s, stage_s


class Staging(NamedTuple):
    """Time from submission until the data of a job are there.

    Attributes
    ----------
    job_s : int64[partition, tenant], of each job of a tenant in an enclave [s]; 0 for all others
    run_s : int64[training run], of the named training runs [s]
    """

    job_s: NDArray[np.int64]
    run_s: NDArray[np.int64]

    def of(self, jobs: Jobs) -> NDArray[np.int64]:
        """Of each job, int64[job] [s]."""
        staged_s = self.job_s[jobs.partition, jobs.tenant]
        runs = np.flatnonzero(jobs.training_run >= 0)
        staged_s[runs] = self.run_s[jobs.training_run[runs]]
        return staged_s


def staging(scenario: Scenario, partitions: Sequence[Partition], facts: Lookup) -> Staging:
    """How long the data of jobs are on their way.

    Each job of a tenant with `stage_tb` brings so much into its enclave, through the gate and, if the tenant names a
    data space, over the links from there: the slower of the two decides. A training run brings what it needs of its
    data spaces (`spaces.run_stage_s`). Nothing waits for the data of others.

    Parameters
    ----------
    scenario : resolved
    partitions : in the order that the jobs' indices count
    facts : for links between countries
    """
    job_s = [[_job_s(scenario, partition, tenant, facts) for tenant in scenario.tenants] for partition in partitions]
    return Staging(
        np.array(job_s, np.int64).reshape(len(partitions), len(scenario.tenants)),
        np.array([run_stage_s(scenario, facts, run) for run in scenario.training_runs], np.int64),
    )


def _job_s(scenario: Scenario, partition: Partition, tenant: Tenant, facts: Lookup) -> int:
    """Time until the data of a job of a tenant are in a partition [s]."""
    enclave = enclave_of(scenario, partition)
    if enclave is None or not tenant.stage_tb or not admits(scenario, partition, tenant):
        return 0
    through_s = gate_s(enclave, tenant.stage_tb)
    if tenant.data_space is None:
        return through_s
    site = scenario.sites[partition.site].name
    return max(through_s, stage_s(scenario, facts, tenant.data_space, site, tenant.stage_tb))
