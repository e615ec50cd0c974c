"""This module owns the lognormal job: how many chips, for how long, and how long a walltime is requested.

Each is drawn from a lognormal distribution cut at its limits, and for each there is the exact mean of what is drawn,
from which the rate of arrivals follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import exp, log
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import S_PER_HOUR, S_PER_MIN
from gortyn.workload.arrivals import Batches
from gortyn.workload.kind import Drawn, Node

S_PER_QUARTER_HOUR: Final = 900  # unit: seconds in a quarter of an hour
NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Jobs of lognormal size and, independently of it, lognormal run time; all of them complete.

    Attributes
    ----------
    median_chips, chips_spread : median before cutting, > 0, and standard deviation of the logarithm, >= 0
    median_s, run_spread : the same of the run time [s]
    batches : how many are sent together
    share : share of the tenant's jobs
    """

    median_chips: float
    chips_spread: float
    median_s: float
    run_spread: float
    batches: Batches
    share: float = 1.0

    def mean_chip_seconds(self, most_chips: int, node: Node, limit_s: int) -> float:
        """Mean of chips times run time [s]."""
        return self.mean_chips(most_chips, node) * mean_run_s(self.median_s, self.run_spread, limit_s)

    def mean_chips(self, most_chips: int, node: Node) -> float:
        """Mean of the chips."""
        return mean_chips(self.median_chips, self.chips_spread, most_chips, node)

    def draw(
        self,
        rng: np.random.Generator,
        batch: NDArray[np.int64],
        most_chips: NDArray[np.int64],
        node: Node,
        limit_s: int,
    ) -> Drawn:
        """Jobs of batches, as `Kind.draw` says."""
        chips = np.repeat(draw_chips(rng, self.median_chips, self.chips_spread, most_chips, node), batch)
        run_s = draw_run_s(rng, self.median_s, self.run_spread, limit_s, chips.size)
        return Drawn(chips, run_s, np.zeros(chips.size, np.int8))


def draw_chips(
    rng: np.random.Generator, median_chips: float, spread: float, most_chips: NDArray[np.int64], node: Node
) -> NDArray[np.int32]:
    """Chips of jobs, lognormal, cut at `most_chips` and rounded up to what is asked for in practice.

    Below a node that is a power of two: of the jobs smaller than a node, 99 % have 1, 2 or 4 chips in the public lists
    (Seren 99.7 %, Helios 99.6 %, Philly 100 %). From a node on, and always where nodes are not shared, whole nodes.

    Parameters
    ----------
    rng : source of the draws
    median_chips : median before cutting, > 0
    spread : standard deviation of the logarithm, >= 0
    most_chips : int64[job], largest number of chips of each job, >= 1
    node : of the partition

    Returns
    -------
    int32[job], >= 1
    """
    chips = np.minimum(median_chips * np.exp(spread * rng.standard_normal(most_chips.size)), most_chips)
    whole = np.maximum(np.ceil(chips / node.chips), 1) * node.chips
    if not node.shared:
        return whole.astype(np.int32)
    part = np.exp2(np.ceil(np.log2(np.maximum(chips, 1))))
    return np.where(part < node.chips, part, whole).astype(np.int32)


@cache
def mean_chips(median_chips: float, spread: float, most_chips: int, node: Node) -> float:
    """Mean of `draw_chips`: each step up from one possible number to the next, times the chance to be above the one.

    >>> mean_chips(8.0, 0.0, 100, Node(4)), mean_chips(9.0, 0.0, 100, Node(4)), mean_chips(9.0, 0.0, 5, Node(4))
    (8.0, 12.0, 8.0)
    >>> mean_chips(1.5, 0.0, 100, Node(8)), mean_chips(1.5, 0.0, 100, Node(8, shared=False))
    (2.0, 8.0)
    """
    steps = _possible(node)
    mean = last = next(steps)
    for chips in steps:
        if last >= most_chips:
            break
        mean += (chips - last) * _beyond(last, median_chips, spread)
        last = chips
    return float(mean)


def _possible(node: Node) -> Iterator[int]:
    """Every number of chips that a job may have, in ascending order without end."""
    part = 1
    while node.shared and part < node.chips:
        yield part
        part *= 2
    whole = node.chips
    while True:
        yield whole
        whole += node.chips


def draw_run_s(rng: np.random.Generator, median_s: float, spread: float, limit_s: int, jobs: int) -> NDArray[np.int32]:
    """Run times of jobs, lognormal, cut at the limit, in whole seconds and at least one.

    Parameters
    ----------
    rng : source of the draws
    median_s : median before cutting [s], > 0
    spread : standard deviation of the logarithm, >= 0
    limit_s : longest run time [s], >= 1
    jobs : how many to draw

    Returns
    -------
    int32[job], 1 to limit_s
    """
    run_s = np.rint(median_s * np.exp(spread * rng.standard_normal(jobs)))
    return np.clip(run_s, 1, limit_s).astype(np.int32)


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
    rng: np.random.Generator, run_s: NDArray[np.int32], walltime_factor: float, limit_s: int
) -> NDArray[np.int32]:
    """Requested walltimes: the run time times 1 plus an exponential, rounded up as users do, cut at the limit.

    The factor has mean `walltime_factor`. Requests up to an hour are in whole minutes, longer ones in quarters of an
    hour.

    Parameters
    ----------
    rng : source of the draws
    run_s : int32[job], run time [s], 1 to limit_s
    walltime_factor : mean of requested over run time before rounding and cutting, >= 1
    limit_s : walltime limit [s]

    Returns
    -------
    int32[job], run_s to limit_s
    """
    asked_s = run_s * (1 + rng.exponential(walltime_factor - 1, run_s.size))
    unit_s = np.where(asked_s <= S_PER_HOUR, S_PER_MIN, S_PER_QUARTER_HOUR)
    asked_s /= unit_s
    np.ceil(asked_s, out=asked_s)
    asked_s *= unit_s
    return np.minimum(asked_s, limit_s, out=asked_s).astype(np.int32)


def _beyond(bound: float, median: float, spread: float) -> float:
    """P(X > bound) of a lognormal X; a spread of 0 makes X its median."""
    if spread == 0:
        return float(median > bound)
    return NORMAL.cdf(log(median / bound) / spread)
