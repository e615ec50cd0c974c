"""This module owns the access account: jobs, chip-hours, waits and revenue by class of tenants and by tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypedDict, get_args

import numpy as np
from numpy.typing import NDArray

from gortyn.access.delivery import S_PER_HOUR, chip_hours_within
from gortyn.access.fairness import gini, jain
from gortyn.access.waits import bounded_slowdown, quantiles
from gortyn.model import Scenario
from gortyn.model.tenant import TenantClass

if TYPE_CHECKING:
    from gortyn.kernels.types import Jobs
    from gortyn.machine import Partition
    from gortyn.operation import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAccess:
    """What the tenants of one class asked for and got; waits are nan where they sent no jobs.

    Attributes
    ----------
    tenant_class : class of the tenants
    jobs : jobs submitted in the window
    asked_chip_hours : chip-hours of those jobs, run in full
    chip_hours : the part of them inside the window
    chip_hours_share : `chip_hours` over those of all tenants
    served_share : `chip_hours` over those of a machine on which every job starts at once, inside the same window
    wait_p10_s, wait_p50_s, wait_p90_s, wait_p99_s, wait_mean_s : queue wait over jobs [s]
    bounded_slowdown_mean : mean over jobs of wait plus run over run, runs under ten seconds counted as ten
    revenue_eur : `chip_hours` times the tenants' prices [EUR]
    """

    tenant_class: str
    jobs: int
    asked_chip_hours: float
    chip_hours: float
    chip_hours_share: float
    served_share: float
    wait_p10_s: float
    wait_p50_s: float
    wait_p90_s: float
    wait_p99_s: float
    wait_mean_s: float
    bounded_slowdown_mean: float
    revenue_eur: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantAccess(ClassAccess):
    """The same for one tenant.

    Attributes
    ----------
    tenant : name of the tenant
    """

    tenant: str


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """Access to the machines over the window.

    Attributes
    ----------
    classes : classes that have tenants, in the order of `gortyn.model.tenant.TenantClass`
    tenants : tenants, in scenario order
    wait_quantiles : wait that 0, 1, ..., 100 % of a class's jobs do not exceed [s], float64[class, 101]
    capacity_chip_hours : chip-hours in service within the window
    delivered_chip_hours : chip-hours of jobs within the window
    utilisation_share : delivered over capacity; 0 where nothing is in service
    gini, jain : evenness of `served_share` over the tenants that sent jobs
    """

    classes: tuple[ClassAccess, ...]
    tenants: tuple[TenantAccess, ...]
    wait_quantiles: NDArray[np.float64]
    capacity_chip_hours: float
    delivered_chip_hours: float
    utilisation_share: float
    gini: float
    jain: float


class _PerJob(NamedTuple):
    """Per-job arrays that every group of jobs is summed over."""

    tenant: NDArray[np.int32]
    wait_s: NDArray[np.int64]
    run_s: NDArray[np.int64]
    asked: NDArray[np.float64]
    prompt: NDArray[np.float64]
    delivered: NDArray[np.float64]
    revenue_eur: NDArray[np.float64]


class _Figures(TypedDict):
    """The fields that a class and a tenant have in common."""

    jobs: int
    asked_chip_hours: float
    chip_hours: float
    chip_hours_share: float
    served_share: float
    wait_p10_s: float
    wait_p50_s: float
    wait_p90_s: float
    wait_p99_s: float
    wait_mean_s: float
    bounded_slowdown_mean: float
    revenue_eur: float


def account(scenario: Scenario, partitions: tuple[Partition, ...], jobs: Jobs, log: Log) -> Access:
    """Waits, chip-hours and revenue by class and by tenant, and how evenly the tenants are served.

    Chip-hours count all chips of the nodes that a job takes for itself. Waits are those of all jobs submitted in the
    window, also of those that start after it.

    Parameters
    ----------
    scenario : for the tenants
    partitions : rows of the log's hourly arrays
    jobs : struct of arrays, int64[job]; `tenant` indexes the scenario's tenants
    log : start and end of each job [s]; chips in service, float64[partition, hour]

    Raises
    ------
    ValueError : the log has other partitions than those given.
    """
    if len(partitions) != len(log.capacity_chips):
        message = f"the log has {len(log.capacity_chips)} partitions, not {len(partitions)}"
        raise ValueError(message)
    per_job = _per_job(scenario, jobs, log)
    capacity = float(log.capacity_chips.sum())
    delivered = float(per_job.delivered.sum())
    tenants: list[TenantAccess] = []
    for index, tenant in enumerate(scenario.tenants):
        figures, _ = _figures(per_job, per_job.tenant == index, delivered)
        tenants.append(TenantAccess(tenant=tenant.name, tenant_class=tenant.tenant_class, **figures))
    classes: list[ClassAccess] = []
    waits: list[NDArray[np.float64]] = []
    for name in _classes(scenario):
        members = np.array([tenant.tenant_class == name for tenant in scenario.tenants])
        figures, wait_s = _figures(per_job, members[per_job.tenant], delivered)
        classes.append(ClassAccess(tenant_class=name, **figures))
        waits.append(wait_s)
    served = [tenant.served_share for tenant in tenants if tenant.jobs]
    return Access(
        classes=tuple(classes),
        tenants=tuple(tenants),
        wait_quantiles=np.array(waits),
        capacity_chip_hours=capacity,
        delivered_chip_hours=delivered,
        utilisation_share=delivered / capacity if capacity else 0.0,
        gini=gini(served),
        jain=jain(served),
    )


def _classes(scenario: Scenario) -> list[str]:
    present = {tenant.tenant_class for tenant in scenario.tenants}
    return [name for name in get_args(TenantClass) if name in present]


def _per_job(scenario: Scenario, jobs: Jobs, log: Log) -> _PerJob:
    window_s = log.capacity_chips.shape[1] * S_PER_HOUR
    delivered = chip_hours_within(jobs.chips, log.start_s, log.end_s, window_s)
    # A job that runs into its requested walltime is stopped there, queue or not.
    prompt_end_s = jobs.submit_s + np.minimum(jobs.run_s, jobs.requested_s)
    price = np.array([tenant.price_eur_per_chip_hour for tenant in scenario.tenants])
    return _PerJob(
        tenant=jobs.tenant,
        wait_s=log.start_s - jobs.submit_s,
        run_s=log.end_s - log.start_s,
        asked=jobs.chips * (jobs.run_s / S_PER_HOUR),
        prompt=chip_hours_within(jobs.chips, jobs.submit_s, prompt_end_s, window_s),
        delivered=delivered,
        revenue_eur=delivered * price[jobs.tenant],
    )


def _figures(per_job: _PerJob, group: NDArray[np.bool_], all_delivered: float) -> tuple[_Figures, NDArray[np.float64]]:
    """Sums and waits over a group of jobs, and the group's wait quantiles."""
    wait_s, run_s = per_job.wait_s[group], per_job.run_s[group]
    wait_quantiles = quantiles(wait_s)
    chip_hours = float(per_job.delivered[group].sum())
    prompt = float(per_job.prompt[group].sum())
    figures = _Figures(
        jobs=int(np.count_nonzero(group)),
        asked_chip_hours=float(per_job.asked[group].sum()),
        chip_hours=chip_hours,
        chip_hours_share=chip_hours / all_delivered if all_delivered else 0.0,
        served_share=chip_hours / prompt if prompt else 0.0,
        wait_p10_s=float(wait_quantiles[10]),
        wait_p50_s=float(wait_quantiles[50]),
        wait_p90_s=float(wait_quantiles[90]),
        wait_p99_s=float(wait_quantiles[99]),
        wait_mean_s=float(wait_s.mean()) if wait_s.size else float("nan"),
        bounded_slowdown_mean=float(bounded_slowdown(wait_s, run_s).mean()) if wait_s.size else float("nan"),
        revenue_eur=float(per_job.revenue_eur[group].sum()),
    )
    return figures, wait_quantiles
