"""This module owns the size of a job: how many nodes, for how long, and how long a walltime is requested.

Each is drawn from a lognormal distribution cut at its limits, and for each there is the exact mean of what is drawn,
from which the rate of arrivals follows.
"""

from __future__ import annotations

from functools import cache
from math import ceil, exp, log
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

S_PER_MINUTE: Final = 60
S_PER_QUARTER_HOUR: Final = 900  # unit: seconds in a quarter of an hour
S_PER_HOUR: Final = 3600
NORMAL: Final = NormalDist()


def draw_nodes(
    rng: np.random.Generator,
    median_chips: float,
    spread: float,
    most_chips: NDArray[np.int64],
    chips_per_node: int,
) -> NDArray[np.int64]:
    """Nodes of jobs whose chips are lognormal, cut at `most_chips` and rounded up to whole nodes.

    Parameters
    ----------
    rng : source of the draws
    median_chips : median before cutting, > 0
    spread : standard deviation of the logarithm, >= 0
    most_chips : int64[job], largest number of chips of each job, >= 1
    chips_per_node : chips in one node, >= 1

    Returns
    -------
    int64[job], >= 1
    """
    chips = np.minimum(median_chips * np.exp(spread * rng.standard_normal(most_chips.size)), most_chips)
    return np.maximum(np.ceil(chips / chips_per_node), 1).astype(np.int64)


@cache
def mean_nodes(median_chips: float, spread: float, most_chips: int, chips_per_node: int) -> float:
    """Mean of `draw_nodes`: the sum of P(nodes > k) over all k.

    >>> mean_nodes(8.0, 0.0, 100, 4), mean_nodes(9.0, 0.0, 100, 4), mean_nodes(9.0, 0.0, 5, 4)
    (2.0, 3.0, 2.0)
    """
    bounds = [node * chips_per_node for node in range(1, ceil(most_chips / chips_per_node))]
    return 1 + sum(_beyond(bound, median_chips, spread) for bound in bounds)


def draw_run_s(rng: np.random.Generator, median_s: float, spread: float, limit_s: int, jobs: int) -> NDArray[np.int64]:
    """Run times of jobs, lognormal, cut at the walltime limit, in whole seconds and at least one.

    Parameters
    ----------
    rng : source of the draws
    median_s : median before cutting [s], > 0
    spread : standard deviation of the logarithm, >= 0
    limit_s : walltime limit [s], >= 1
    jobs : how many to draw

    Returns
    -------
    int64[job], 1 to limit_s
    """
    run_s = np.rint(median_s * np.exp(spread * rng.standard_normal(jobs)))
    return np.clip(run_s, 1, limit_s).astype(np.int64)


def mean_run_s(median_s: float, spread: float, limit_s: int) -> float:
    """Mean of `draw_run_s`, but for the rounding: partial expectation of a lognormal between 1 s and the limit.

    >>> mean_run_s(3600.0, 0.0, 86400), mean_run_s(3600.0, 0.0, 600)
    (3600.0, 600.0)
    >>> round(mean_run_s(3600.0, 1.0, 10**9) / 3600, 4)  # no limit: exp(1 / 2)
    1.6487
    """
    if spread == 0:
        return min(max(median_s, 1.0), float(limit_s))
    below, above = (log(bound / median_s) / spread for bound in (1, limit_s))
    between = NORMAL.cdf(above - spread) - NORMAL.cdf(below - spread)
    return NORMAL.cdf(below) + median_s * exp(spread**2 / 2) * between + limit_s * NORMAL.cdf(-above)


def draw_requested_s(
    rng: np.random.Generator, run_s: NDArray[np.int64], walltime_factor: float, limit_s: int
) -> NDArray[np.int64]:
    """Requested walltimes: the run time times 1 plus an exponential, rounded up as users do, cut at the limit.

    The factor has mean `walltime_factor`. Requests up to an hour are in whole minutes, longer ones in quarters of an
    hour.

    Parameters
    ----------
    rng : source of the draws
    run_s : int64[job], run time [s], 1 to limit_s
    walltime_factor : mean of requested over run time before rounding and cutting, >= 1
    limit_s : walltime limit [s]

    Returns
    -------
    int64[job], run_s to limit_s
    """
    asked_s = run_s * (1 + rng.exponential(walltime_factor - 1, run_s.size))
    unit_s = np.where(asked_s <= S_PER_HOUR, S_PER_MINUTE, S_PER_QUARTER_HOUR)
    return np.minimum(np.ceil(asked_s / unit_s) * unit_s, limit_s).astype(np.int64)


def _beyond(bound: float, median: float, spread: float) -> float:
    """P(X > bound) of a lognormal X; a spread of 0 makes X its median."""
    if spread == 0:
        return float(median > bound)
    return NORMAL.cdf(log(median / bound) / spread)
