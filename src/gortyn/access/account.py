"""This module owns the access account: jobs, chip-hours, waits and revenue by class of tenants and by tenant."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.access.delivery import chip_hours_within
from gortyn.access.enclaves import EnclaveUse, enclave_uses
from gortyn.access.evenness import Evenness, evenness
from gortyn.access.fairness import gini, jain
from gortyn.access.funnel import FunnelRow, ModeAccess, funnel, modes
from gortyn.access.groups import GroupAccess, JobAccess, groups
from gortyn.access.mode_waits import ModeWait, mode_waits
from gortyn.access.use import NO_USE, ApplicationUse, application_use, job_chip_hours
from gortyn.access.waits import bounded_slowdown, quantiles, queue_wait_s
from gortyn.model import Scenario
from gortyn.model.access import CLASSES
from gortyn.model.conversions import S_PER_HOUR

if TYPE_CHECKING:
    from gortyn.admission import Admission
    from gortyn.kernels.types import Jobs
    from gortyn.machine import Partition
    from gortyn.operation import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAccess:
    """What the tenants of one class asked for and got; waits are nan where none of their jobs started.

    Attributes
    ----------
    tenant_class : class of the tenants
    jobs : jobs submitted in the window
    unstarted_jobs : those that never started: above a quota, or of a service whose hour had passed
    asked_chip_hours : chip-hours of the jobs, run in full
    chip_hours : what they got inside the window, without what was lost
    lost_chip_hours : chip-hours inside the window that failures and preemptions took
    goodput_share : `chip_hours` over both; nan where there are none
    chip_hours_share : `chip_hours` over those of all tenants
    served_share : `chip_hours` over those of a machine on which every job starts at once and nothing fails, inside the
        same window; above 1 where jobs hold their nodes for longer than their run time, as those that a wide spread
        over the network slows down
    wait_p10_s, wait_p50_s, wait_p90_s, wait_p99_s, wait_mean_s : queue wait over jobs that started [s], from submission
        to start without the time until their data had come; of a class without those of its leftover tenants, who are
        promised none, unless it has no others
    bounded_slowdown_mean : mean over the same jobs of wait plus time to the end over that time, runs under ten seconds
        counted as ten
    revenue_eur : `chip_hours` times the tenants' prices [EUR]
    """

    tenant_class: str
    jobs: int
    unstarted_jobs: int
    asked_chip_hours: float
    chip_hours: float
    lost_chip_hours: float
    goodput_share: float
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
    classes : classes that have tenants, in the order of `gortyn.model.access.CLASSES`
    tenants : tenants, in scenario order
    wait_quantiles : wait that 0, 1, ..., 100 % of a class's jobs do not exceed [s], float64[class, 101]
    capacity_chip_hours : chip-hours in service within the window
    delivered_chip_hours : chip-hours of jobs within the window, without what was lost
    lost_chip_hours : chip-hours that failures and preemptions took
    failed_chip_hours : chip-hours of nodes that were down
    utilisation_share : chip-hours of jobs, the lost ones included, over capacity; 0 where nothing is in service
    delivered_share : `delivered_chip_hours` over capacity
    gini, jain : evenness of `served_share` over the tenants that sent jobs, but for leftover ones
    modes : modes of access, in scenario order
    applications : what became of each application
    funnel : applications submitted within the window by mode, class and country
    mode_waits : steps from application to first job by mode and class, what holders take to send it apart
    groups : what classes, sizes of jobs and countries got
    evenness : how evenly, by grouping and quantity
    enclaves : use of enclaves, in scenario order
    """

    classes: tuple[ClassAccess, ...]
    tenants: tuple[TenantAccess, ...]
    wait_quantiles: NDArray[np.float64]
    capacity_chip_hours: float
    delivered_chip_hours: float
    lost_chip_hours: float
    failed_chip_hours: float
    utilisation_share: float
    delivered_share: float
    gini: float
    jain: float
    modes: tuple[ModeAccess, ...] = ()
    applications: ApplicationUse = field(default=NO_USE)
    funnel: tuple[FunnelRow, ...] = ()
    mode_waits: tuple[ModeWait, ...] = ()
    groups: tuple[GroupAccess, ...] = ()
    evenness: tuple[Evenness, ...] = ()
    enclaves: tuple[EnclaveUse, ...] = ()


class _Sums(NamedTuple):
    """Sums by tenant; `prompt_of_jobs` by job."""

    jobs: NDArray[np.int64]
    started: NDArray[np.int64]
    asked: NDArray[np.float64]
    prompt: NDArray[np.float64]
    delivered: NDArray[np.float64]
    lost: NDArray[np.float64]
    revenue_eur: NDArray[np.float64]
    prompt_of_jobs: NDArray[np.float64]


class _Waits(NamedTuple):
    """Waits [s] and bounded slowdowns of jobs that started."""

    wait_s: NDArray[np.int64]
    slowdown: NDArray[np.float64]


def account(
    scenario: Scenario, partitions: tuple[Partition, ...], jobs: Jobs, log: Log, admission: Admission
) -> Access:
    """Waits, chip-hours and revenue by class and by tenant; who was admitted; how evenly all are served.

    Chip-hours count all chips of the nodes that a job takes for itself. Waits run from submission to the first start,
    the time until data had come apart, over all jobs submitted in the window that started, also after it. Nobody pays
    for chip-hours that were lost.

    Parameters
    ----------
    scenario : for the tenants
    partitions : rows of the log's hourly arrays
    jobs : struct of arrays, int64[job]; `tenant` indexes the scenario's tenants
    log : start and end of each job [s]; chip-hours of each tenant, float64[partition, tenant, hour]
    admission : applications and what was decided; `Admission.none()` without modes

    Raises
    ------
    ValueError : the log has other partitions than those given.
    """
    if len(partitions) != len(log.capacity_chips):
        message = f"the log has {len(log.capacity_chips)} partitions, not {len(partitions)}"
        raise ValueError(message)
    sums = _sums(scenario, jobs, log)
    classes, tenants, quantiles_s = _classes_and_tenants(scenario, sums, jobs, log)
    capacity, lost = float(log.capacity_chips.sum()), float(sums.lost.sum())
    delivered = float(sums.delivered.sum())
    leftover = _leftover(scenario)
    served = [row.served_share for row, last in zip(tenants, leftover, strict=True) if row.jobs and not last]
    window_s = log.capacity_chips.shape[1] * S_PER_HOUR
    got = job_chip_hours(jobs, log, window_s)
    # Leftover jobs are promised no wait; where there are no others, theirs are told.
    told = (log.start_s >= 0) if leftover.all() else (log.start_s >= 0) & ~leftover[jobs.tenant]
    use = application_use(scenario, admission, jobs, log, got, window_s)
    of_jobs = JobAccess(got, sums.prompt_of_jobs, queue_wait_s(jobs, log), log.end_s - log.start_s, told)
    grouped = groups(scenario, classes, admission, jobs, of_jobs, window_s)
    return Access(
        classes=classes,
        tenants=tenants,
        wait_quantiles=quantiles_s,
        capacity_chip_hours=capacity,
        delivered_chip_hours=delivered,
        lost_chip_hours=lost,
        failed_chip_hours=float(log.down_chips.sum()),
        utilisation_share=(delivered + lost) / capacity if capacity else 0.0,
        delivered_share=delivered / capacity if capacity else 0.0,
        gini=gini(served),
        jain=jain(served),
        modes=modes(scenario, admission, use, window_s),
        applications=use,
        funnel=funnel(scenario, admission, use, window_s),
        mode_waits=mode_waits(scenario, admission, use, window_s),
        groups=grouped,
        evenness=evenness(scenario, grouped, tenants, admission, window_s),
        enclaves=enclave_uses(scenario, partitions, jobs, log),
    )


def _leftover(scenario: Scenario) -> NDArray[np.bool_]:
    return np.array([tenant.qos == "leftover" for tenant in scenario.tenants])


def _classes_and_tenants(
    scenario: Scenario, sums: _Sums, jobs: Jobs, log: Log
) -> tuple[tuple[ClassAccess, ...], tuple[TenantAccess, ...], NDArray[np.float64]]:
    """Figures of classes and tenants, and the wait quantiles of the classes."""
    delivered, leftover = float(sums.delivered.sum()), _leftover(scenario)
    tenants: dict[int, TenantAccess] = {}
    classes: list[ClassAccess] = []
    quantiles_s: list[NDArray[np.float64]] = []
    names = _classes(scenario)
    class_of = np.array([names.index(tenant.tenant_class) for tenant in scenario.tenants], np.int8)
    started_in = np.where(log.start_s >= 0, class_of[jobs.tenant], -1)
    for place, name in enumerate(names):
        members = np.flatnonzero(class_of == place)
        tenant_of, waits = _waits(np.flatnonzero(started_in == place), jobs, log)
        for index in members.tolist():
            row, _ = _figures(name, sums, [index], _of(waits, tenant_of == index), delivered)
            tenants[index] = TenantAccess(tenant=scenario.tenants[index].name, **asdict(row))
        if 0 < leftover[members].sum() < members.size:
            waits = _of(waits, ~leftover[tenant_of])
        row, wait_s = _figures(name, sums, members.tolist(), waits, delivered)
        classes.append(row)
        quantiles_s.append(wait_s)
    return tuple(classes), tuple(tenants[index] for index in range(len(scenario.tenants))), np.array(quantiles_s)


def _classes(scenario: Scenario) -> list[str]:
    present = {tenant.tenant_class for tenant in scenario.tenants}
    return [name for name in CLASSES if name in present]


def _sums(scenario: Scenario, jobs: Jobs, log: Log) -> _Sums:
    window_s = log.capacity_chips.shape[1] * S_PER_HOUR
    chains = np.array([tenant.chains for tenant in scenario.tenants])
    # A job that runs into its requested walltime is stopped there, queue or not, unless it goes on in another.
    asked_s = np.where(chains[jobs.tenant], jobs.run_s, np.minimum(jobs.run_s, jobs.requested_s))
    prompt_chip_hours = chip_hours_within(jobs.chips, jobs.submit_s, jobs.submit_s + asked_s, window_s)
    asked, prompt = np.zeros(len(scenario.tenants)), np.zeros(len(scenario.tenants))
    np.add.at(asked, jobs.tenant, jobs.chips * (jobs.run_s / S_PER_HOUR))
    np.add.at(prompt, jobs.tenant, prompt_chip_hours)
    delivered = log.tenant_chip_hours.sum(axis=(0, 2)) - log.tenant_lost_chip_hours
    price = np.array([scenario.paid_price_eur_per_chip_hour(tenant) for tenant in scenario.tenants])
    return _Sums(
        jobs=np.bincount(jobs.tenant, minlength=delivered.size),
        started=np.bincount(jobs.tenant[log.start_s >= 0], minlength=delivered.size),
        asked=asked,
        prompt=prompt,
        delivered=delivered,
        lost=log.tenant_lost_chip_hours,
        revenue_eur=delivered * price,
        prompt_of_jobs=prompt_chip_hours,
    )


def _waits(started: NDArray[np.int64], jobs: Jobs, log: Log) -> tuple[NDArray[np.int32], _Waits]:
    """Tenant, wait and slowdown of some jobs that started."""
    wait_s, run_s = queue_wait_s(jobs, log, started), log.end_s[started] - log.start_s[started]
    return jobs.tenant[started], _Waits(wait_s, bounded_slowdown(wait_s, run_s))


def _of(waits: _Waits, chosen: NDArray[np.bool_]) -> _Waits:
    return _Waits(waits.wait_s[chosen], waits.slowdown[chosen])


def _figures(
    tenant_class: str, sums: _Sums, members: list[int], waits: _Waits, all_delivered: float
) -> tuple[ClassAccess, NDArray[np.float64]]:
    """Figures of some tenants of a class by sums and waits, and the wait quantiles."""
    wait_s, slowdown = waits
    wait_quantiles = quantiles(wait_s)
    jobs = int(sums.jobs[members].sum())
    chip_hours, lost = float(sums.delivered[members].sum()), float(sums.lost[members].sum())
    prompt = float(sums.prompt[members].sum())
    figures = ClassAccess(
        tenant_class=tenant_class,
        jobs=jobs,
        unstarted_jobs=jobs - int(sums.started[members].sum()),
        asked_chip_hours=float(sums.asked[members].sum()),
        chip_hours=chip_hours,
        lost_chip_hours=lost,
        goodput_share=chip_hours / (chip_hours + lost) if chip_hours + lost else float("nan"),
        chip_hours_share=chip_hours / all_delivered if all_delivered else 0.0,
        served_share=chip_hours / prompt if prompt else 0.0,
        wait_p10_s=float(wait_quantiles[10]),
        wait_p50_s=float(wait_quantiles[50]),
        wait_p90_s=float(wait_quantiles[90]),
        wait_p99_s=float(wait_quantiles[99]),
        wait_mean_s=float(wait_s.mean()) if wait_s.size else float("nan"),
        bounded_slowdown_mean=float(slowdown.mean()) if wait_s.size else float("nan"),
        revenue_eur=float(sums.revenue_eur[members].sum()),
    )
    return figures, wait_quantiles
