"""This module owns how long jobs wait: quantiles of the queue wait and the bounded slowdown."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

PERCENT: Final = 100
BOUND_S: Final = 10  # source: Feitelson & Rudolph 1998, "Metrics and benchmarking for parallel job scheduling"


def quantiles(wait_s: NDArray[np.int64]) -> NDArray[np.float64]:
    """Wait that 0, 1, ..., 100 % of the jobs do not exceed, linear between order statistics (Hyndman and Fan, type 7).

    Parameters
    ----------
    wait_s : start less submission of each job [s], any order

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
    wait_s : start less submission [s], >= 0
    run_s : end less start [s], >= 0, same shape

    >>> bounded_slowdown(np.array([0, 90, 30]), np.array([1, 10, 60])).tolist()
    [1.0, 10.0, 1.5]
    """
    return np.maximum((wait_s + run_s) / np.maximum(run_s, BOUND_S), 1)
