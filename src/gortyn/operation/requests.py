"""This module owns the jobs as the kernel sees them: work, what the scheduler believes of it, and when it may begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels.cluster_types import Requests
from gortyn.kernels.types import Jobs
from gortyn.machine import Partition
from gortyn.model import Scenario
from gortyn.model.conversions import S_PER_HOUR
from gortyn.operation.staging import Staging
from gortyn.operation.tariffs import Tariffs
from gortyn.workload import isolation

LAST_S: Final = np.iinfo(np.int32).max


def requests(
    scenario: Scenario, partitions: Sequence[Partition], jobs: Jobs, tariffs: Tariffs, staged: Staging | None = None
) -> tuple[Requests, NDArray[np.int64]]:
    """Jobs in the order in which they become eligible, and the place of each of them among `jobs`.

    A job works for its run time, at most as long as it requested, for its launch and, in an enclave, for the cleaning
    of its nodes; one that goes on in further jobs is not cut. The scheduler believes the request or the truth. A job
    becomes eligible when its data are there (`staged`; left out, all are there from the start); one of a tenant that
    can wait, at the cheapest or cleanest hour within its bound from then on.

    Raises
    ------
    ValueError : a job whose times do not fit 32 bits.
    """
    operations, tenants = scenario.operations, scenario.tenants
    beside_s = np.array([isolation(scenario, partition).extra_s for partition in partitions], np.int64)
    staged_s = None if staged is None or not (staged.job_s.any() or staged.run_s.any()) else staged.of(jobs)
    longest_s = max(int(column.max(initial=0)) for column in (jobs.submit_s, jobs.run_s, jobs.requested_s))
    longest_s += int(beside_s.max(initial=0)) + (0 if staged_s is None else int(staged_s.max(initial=0)))
    if longest_s + max(tenant.defer_hours for tenant in tenants) * S_PER_HOUR > LAST_S:
        message = "a job ends more than 68 years after the start; the simulation counts 32-bit seconds"
        raise ValueError(message)
    run_s, estimate_s, eligible_s = (
        column.astype(np.int32) for column in (jobs.run_s, jobs.requested_s, jobs.submit_s)
    )
    work_s = np.minimum(run_s, estimate_s)
    chains = np.array([tenant.chains for tenant in tenants])
    np.copyto(work_s, run_s, where=chains[jobs.tenant])
    if beside_s.any():
        of_job_s = beside_s.astype(np.int32)[jobs.partition]
        work_s += of_job_s
        estimate_s += of_job_s
    estimate_s = work_s if operations.estimate == "actual" else np.maximum(estimate_s, work_s, out=estimate_s)
    if staged_s is not None:
        eligible_s += staged_s.astype(np.int32)
    for index, tenant in enumerate(tenants):
        if tenant.defer_hours > 0:
            own = np.flatnonzero(jobs.tenant == index)
            signal = tariffs.by(tenant.defer_by)
            places = np.array([partition.site for partition in partitions])[jobs.partition[own]]
            ready_s = eligible_s[own].astype(np.int64)
            eligible_s[own] = put_off(signal, places, ready_s, estimate_s[own], tenant.defer_hours)
    order = np.argsort(eligible_s, kind="stable")
    return Requests(
        submit_s=jobs.submit_s.astype(np.int32)[order],
        eligible_s=eligible_s[order],
        work_s=work_s[order],
        estimate_s=estimate_s[order],
        nodes=jobs.nodes.astype(np.int32)[order],
        chips=jobs.chips.astype(np.int32)[order],
        tenant=jobs.tenant.astype(np.int16)[order],
        home=jobs.partition.astype(np.int16)[order],
        immune=(jobs.training_run >= 0)[order],
    ), order


def put_off(
    signal: NDArray[np.float64],
    site: NDArray[np.int64],
    submit_s: NDArray[np.int64],
    run_s: NDArray[np.integer],
    bound_h: float,
) -> NDArray[np.int64]:
    """Best time for each job to begin: at once, or at the full hour within its bound at which power is best.

    Best is the lowest mean of the signal over the hours that the job is believed to run, the earliest of equals; it is
    known ahead, as prices are a day ahead and carbon intensity is forecast. Beyond the window the last hour lasts.

    Parameters
    ----------
    signal : float64[site, hour], price or carbon intensity
    site, submit_s, run_s : int64[job]; the last may be narrower
    bound_h : longest delay [h]

    Returns
    -------
    int64[job], submit_s <= time <= submit_s + bound_h

    >>> price = np.array([[5.0, 5.0, 1.0, 1.0, 9.0]])
    >>> put_off(price, np.array([0, 0]), np.array([1800, 1800]), np.array([7200, 3600]), 3.0).tolist()
    [7200, 7200]
    """
    hours, reach = signal.shape[1], int(bound_h)
    hour = submit_s // S_PER_HOUR
    length = np.minimum(-(-run_s // S_PER_HOUR), hours)
    padded = np.pad(signal, ((0, 0), (1, int(length.max(initial=0)) + reach)), mode="edge")
    padded[:, 0] = 0
    until = np.cumsum(padded, axis=1)  # sum of the signal over the hours before each
    begin = site * until.shape[1] + np.minimum(hour, hours - 1)
    least, later = np.full(begin.size, np.inf), np.zeros_like(begin)
    for delay in range(reach + 1):
        mean = (until.take(begin + length) - until.take(begin)) / length
        later[mean < least] = delay
        np.minimum(least, mean, out=least)
        begin += 1
    begin_s = (hour + later) * S_PER_HOUR
    return np.where((later > 0) & (begin_s <= submit_s + bound_h * S_PER_HOUR), begin_s, submit_s)
