"""This module owns the jobs as the kernel sees them: work, what the scheduler believes of it, and when it may begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels.cluster_types import Requests
from gortyn.kernels.types import Jobs
from gortyn.machine import Partition
from gortyn.machine.conversions import S_PER_HOUR
from gortyn.model import Scenario
from gortyn.operation.tariffs import Tariffs

LAST_S: Final = np.iinfo(np.int32).max


def requests(
    scenario: Scenario, partitions: Sequence[Partition], jobs: Jobs, tariffs: Tariffs
) -> tuple[Requests, NDArray[np.int64]]:
    """Jobs in the order in which they become eligible, and the place of each of them among `jobs`.

    A job works for its run time, at most as long as it requested, and for the overhead of its launch; one that goes on
    in further jobs is not cut. The scheduler believes the request or the truth. Jobs of tenants that can wait become
    eligible at the cheapest or cleanest hour within their bound.

    Raises
    ------
    ValueError : a job whose times do not fit 32 bits.
    """
    operations = scenario.operations
    overhead_s = round(operations.launch_overhead_s)
    chains = np.array([tenant.chains for tenant in scenario.tenants])[jobs.tenant]
    work_s = np.where(chains, jobs.run_s, np.minimum(jobs.run_s, jobs.requested_s)) + overhead_s
    estimate_s = work_s if operations.estimate == "actual" else np.maximum(jobs.requested_s + overhead_s, work_s)
    eligible_s = jobs.submit_s.copy()
    for index, tenant in enumerate(scenario.tenants):
        if tenant.defer_hours > 0:
            own = np.flatnonzero(jobs.tenant == index)
            signal = tariffs.by(tenant.defer_by)
            places = np.array([partition.site for partition in partitions])[jobs.partition[own]]
            eligible_s[own] = put_off(signal, places, jobs.submit_s[own], estimate_s[own], tenant.defer_hours)
    if eligible_s.size and max(eligible_s.max(), estimate_s.max()) > LAST_S:
        message = "a job ends more than 68 years after the start; the simulation counts 32-bit seconds"
        raise ValueError(message)
    order = np.argsort(eligible_s, kind="stable")
    columns = (jobs.submit_s, eligible_s, work_s, estimate_s, jobs.nodes, jobs.chips)
    return Requests(
        *(column[order].astype(np.int32) for column in columns),
        tenant=jobs.tenant[order].astype(np.int16),
        home=jobs.partition[order].astype(np.int16),
        immune=(jobs.training_run >= 0)[order],
    ), order


def put_off(
    signal: NDArray[np.float64],
    site: NDArray[np.int64],
    submit_s: NDArray[np.int64],
    run_s: NDArray[np.int64],
    bound_h: float,
) -> NDArray[np.int64]:
    """Best time for each job to begin: at once, or at the full hour within its bound at which power is best.

    Best is the lowest mean of the signal over the hours that the job is believed to run, the earliest of equals; it is
    known ahead, as prices are a day ahead and carbon intensity is forecast. Beyond the window the last hour lasts.

    Parameters
    ----------
    signal : float64[site, hour], price or carbon intensity
    site, submit_s, run_s : int64[job]
    bound_h : longest delay [h]

    Returns
    -------
    int64[job], submit_s <= time <= submit_s + bound_h

    >>> price = np.array([[5.0, 5.0, 1.0, 1.0, 9.0]])
    >>> put_off(price, np.array([0, 0]), np.array([1800, 1800]), np.array([7200, 3600]), 3.0).tolist()
    [7200, 7200]
    """
    hours = signal.shape[1]
    reach = int(bound_h)
    best_s = submit_s.copy()
    first = np.minimum(submit_s // S_PER_HOUR, hours - 1)
    length = np.minimum(-(-run_s // S_PER_HOUR), hours)
    for place, span in {(int(a), int(b)) for a, b in np.unique(np.stack((site, length), axis=1), axis=0)}:
        padded = np.pad(signal[place], (0, span + reach), mode="edge")
        total = np.concatenate(([0.0], np.cumsum(padded)))
        mean = (total[span:] - total[:-span])[: hours + reach] / span
        choice = np.lib.stride_tricks.sliding_window_view(mean, reach + 1)[:hours].argmin(axis=1)
        own = (site == place) & (length == span)
        later = choice[first[own]]
        begin_s = (submit_s[own] // S_PER_HOUR + later) * S_PER_HOUR
        allowed = (later > 0) & (begin_s <= submit_s[own] + bound_h * S_PER_HOUR)
        best_s[own] = np.where(allowed, begin_s, submit_s[own])
    return best_s
