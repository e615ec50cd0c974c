"""This module owns how long jobs wait: the queue wait, its quantiles, and the bounded slowdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gortyn.kernels.types import Jobs
    from gortyn.operation import Log

PERCENT: Final = 100
BOUND_S: Final = 10  # source: Feitelson & Rudolph 1998, "Metrics and benchmarking for parallel job scheduling"


def queue_wait_s(jobs: Jobs, log: Log, chosen: NDArray[np.integer] | None = None) -> NDArray[np.int64]:
    """Queue wait of each job [s]: from submission to its first start, less the time until its data had come.

    Time that a job is put off to a cheaper hour is part of it. It means nothing of jobs that never started.

    Parameters
    ----------
    jobs, log : of the same jobs
    chosen : places of some jobs; all where left out
    """
    if chosen is None:
        return log.start_s - jobs.submit_s - log.staged_s
    return log.start_s[chosen] - jobs.submit_s[chosen] - log.staged_s[chosen]


def quantiles(wait_s: NDArray[np.int64]) -> NDArray[np.float64]:
    """Wait that 0, 1, ..., 100 % of the jobs do not exceed, linear between order statistics (Hyndman and Fan, type 7).

    Parameters
    ----------
    wait_s : queue wait of each job [s], any order

    Returns
    -------
    float64[101] [s]; all nan where there are no jobs.

    >>> quantiles(np.array([30, 10, 20]))[[0, 25, 50, 100]].tolist()
    [10.0, 15.0, 20.0, 30.0]
    """
    if not wait_s.size:
        return np.full(PERCENT + 1, np.nan)
    # One full sort beats numpy.quantile, which partitions around each of the 101 places.
    ordered = np.sort(wait_s)
    place = np.arange(PERCENT + 1) * (ordered.size - 1)
    below, part = place // PERCENT, place % PERCENT / PERCENT
    low = ordered[below].astype(np.float64)
    high = ordered[np.minimum(below + 1, ordered.size - 1)]
    return low + (high - low) * part


def bounded_slowdown(wait_s: NDArray[np.int64], run_s: NDArray[np.int64]) -> NDArray[np.float64]:
    """Bounded slowdown of each job: ``max((wait + run) / max(run, 10 s), 1)``.

    The bound keeps jobs of a few seconds from dominating the mean (Feitelson and Rudolph 1998).

    Parameters
    ----------
    wait_s : queue wait [s], >= 0
    run_s : end less start [s], >= 0, same shape

    >>> bounded_slowdown(np.array([0, 90, 30]), np.array([1, 10, 60])).tolist()
    [1.0, 10.0, 1.5]
    """
    return np.maximum((wait_s + run_s) / np.maximum(run_s, BOUND_S), 1)
