"""This module owns the figures that queues are compared by: waits, distances, correlations."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.workload.trace_statistics import percentiles

PERCENTILES: Final = (50, 75, 90, 99)  # unit: percent
CLASS_STEP: Final = 8  # unit: chips of a class over those of the class below
PROMPT_S: Final = 60
"""Waits up to here are none: recorded ones hold the seconds in which the batch system dispatches a job."""


def wait_summary(wait_s: NDArray[Any]) -> dict[str, float | None]:
    """Mean and percentiles of waits [s], linear between order statistics; None where there are no jobs.

    >>> wait_summary(np.array([0, 10, 20, 30, 40]))
    {'mean': 20.0, 'p50': 20.0, 'p75': 30.0, 'p90': 36.0, 'p99': 39.6}
    """
    if not wait_s.size:
        return dict.fromkeys(("mean", *(f"p{percent}" for percent in PERCENTILES)))
    return {"mean": float(wait_s.mean()), **percentiles(wait_s, PERCENTILES)}


def ks_distance(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Kolmogorov-Smirnov distance: largest gap between the shares of two samples that do not exceed a value.

    >>> ks_distance(np.array([1, 2, 3, 4]), np.array([3, 4, 5, 6]))
    0.5
    """
    values = np.concatenate((one, other))
    shares = (np.searchsorted(np.sort(sample), values, side="right") / sample.size for sample in (one, other))
    return float(np.max(np.abs(next(shares) - next(shares)))) if one.size and other.size else math.nan


def rank_correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Spearman's rank correlation of pairs, ties by their mean rank; nan where one of the two does not vary.

    >>> rank_correlation(np.array([1, 5, 9, 9]), np.array([10, 20, 30, 30]))
    1.0
    """
    ranks = [_ranks(sample) for sample in (one, other)]
    spread = [float(rank @ rank) for rank in ranks]
    if min(spread, default=0.0) <= 0:
        return math.nan
    return round(float(ranks[0] @ ranks[1]) / math.sqrt(spread[0] * spread[1]), 12)


def log_ratio(got_s: float, expected_s: float) -> float:
    """Natural logarithm of one wait over another; waits below a minute count as a minute.

    >>> log_ratio(600.0, 1.0) == math.log(10)
    True
    """
    return math.log(max(got_s, PROMPT_S) / max(expected_s, PROMPT_S))


def _ranks(sample: NDArray[Any]) -> NDArray[np.float64]:
    """Rank of each element less the mean of all ranks."""
    _, index, count = np.unique(sample, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return ((last - count + last + 1) / 2)[index] - (sample.size + 1) / 2
