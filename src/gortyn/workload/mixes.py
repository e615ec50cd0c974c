"""This module owns the mixes of job types of the catalogue: their sizes, run times, sweeps and ends as measured.

A type has a table of sizes and a table of run times, and a share of the mix's chip-hours. Size and run time are drawn
from their tables, which they keep exactly, and are tied to one another so that the type's chip-hours come out as
published (`JobType.tie`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.workload.arrivals import Batches, read_sweeps
from gortyn.workload.kind import OUTCOMES, Drawn, Node, allocated

CHIPS: Final = "chips_"
RUN: Final = "run_2e"


@dataclass(frozen=True, slots=True, eq=False)
class RunTimes:
    """Run times by a table of their distribution, whose logarithm is linear between its points.

    Attributes
    ----------
    run_s : float64[point], strictly ascending [s]
    at_most : float64[point], share of the jobs that run at most so long, from 0 to 1 and nowhere descending
    """

    run_s: NDArray[np.float64]
    at_most: NDArray[np.float64]

    def quantile_s(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Run time that the given shares of the jobs do not exceed [s]."""
        return np.exp(np.interp(share, self.at_most, np.log(self.run_s)))

    def mean_s(self, low: float, high: float, limit_s: float = np.inf) -> float:
        """Mean run time, cut at a limit, of the jobs between two shares of their order, 0 <= low < high <= 1 [s].

        The integral of an exponential over each interval of the table: exact.
        """
        log_s = np.log(self.run_s)
        cut = float(np.interp(np.log(limit_s), log_s, self.at_most)) if limit_s < self.run_s[-1] else 1.0
        width, rise = np.diff(self.at_most), np.diff(log_s)
        used = width > 0
        steepness = rise[used] / width[used]
        ends = np.clip(np.stack((self.at_most[:-1][used], self.at_most[1:][used])), low, max(low, min(high, cut)))
        begin_s, end_s = np.exp(log_s[:-1][used] + steepness * (ends - self.at_most[:-1][used]))
        above = max(0.0, high - max(low, cut))
        return float(np.sum((end_s - begin_s) / steepness) + (limit_s * above if above else 0)) / (high - low)


@dataclass(frozen=True, eq=False)
class JobType:
    """One type of job of a mix.

    Attributes
    ----------
    share : share of the mix's jobs
    chips : int64[size], ascending, as measured times `mix_scale` where the type grows
    size_share : float64[size], sums to 1
    run : run times
    tie : between size and run time, -1 to 1: this share of the jobs has the run time whose rank among run times is
        that of the size among sizes (positive) or the reverse of it (negative), the others one of any rank. A member of
        the family of Fréchet: whatever the tie, sizes and run times keep their tables.
    ends : float64[outcome], share of each outcome
    batches : how many are sent together
    """

    share: float
    chips: NDArray[np.int64]
    size_share: NDArray[np.float64]
    run: RunTimes
    tie: float
    ends: NDArray[np.float64]
    batches: Batches

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """Where each size begins and ends in the order of sizes, from 0 to 1; float64[size + 1]."""
        return _bounds(self.size_share)

    def mean_chip_seconds(self, most_chips: int, node: Node, limit_s: int) -> float:
        """Mean of chips times run time [s]."""
        chips = allocated(np.minimum(self.chips, most_chips), node)
        free_s = self.run.mean_s(0, 1, limit_s)
        tied_s = _by_size(self.run, self.bounds, self.tie < 0, limit_s)
        return float(chips * self.size_share @ ((1 - abs(self.tie)) * free_s + abs(self.tie) * tied_s))

    def mean_chips(self, most_chips: int, node: Node) -> float:
        """Mean of the chips."""
        return float(allocated(np.minimum(self.chips, most_chips), node) @ self.size_share)

    def draw(
        self,
        rng: np.random.Generator,
        batch: NDArray[np.int64],
        most_chips: NDArray[np.int64],
        node: Node,
        limit_s: int,
    ) -> Drawn:
        """Jobs of batches, as `Kind.draw` says."""
        size = np.searchsorted(self.bounds[1:-1], rng.random(batch.size), side="right")
        chips = np.repeat(allocated(np.minimum(self.chips[size], most_chips), node).astype(np.int32), batch)
        rank = rng.random(chips.size)
        tied = np.flatnonzero(rng.random(chips.size) < abs(self.tie))
        own = np.repeat(size.astype(np.int32), batch)[tied]
        within = self.bounds[own] + self.size_share[own] * rank[tied]
        rank[tied] = within if self.tie > 0 else 1 - within
        run_s = np.clip(np.rint(self.run.quantile_s(rank)), 1, limit_s).astype(np.int32)
        ends = np.cumsum(self.ends)[:-1]
        return Drawn(chips, run_s, np.searchsorted(ends, rng.random(chips.size), side="right").astype(np.int8))


def read_mix(name: str, scale: float, facts: Lookup) -> tuple[JobType, ...]:
    """The types of a mix of the catalogue.

    Parameters
    ----------
    name : entry of the kind mixes
    scale : factor on the sizes of the types that grow, >= 1
    facts : catalogue; reads mixes/<name>, job_types/<name>-<type> and shapes/arrivals-burst

    Raises
    ------
    UnknownEntry : the catalogue has no such mix.
    """
    types = [f"{name}-{one}" for one in facts.text("mixes", name, "types").split()]
    mean_chip_s = facts.number("mixes", name, "chip_seconds_per_job")
    shares = np.array([facts.number("job_types", one, "job_share") for one in types])
    shares /= shares.sum()
    sent = np.array([facts.number("job_types", one, "sweeps") for one in types])
    batches = read_sweeps(facts, float(shares @ sent))
    return tuple(
        _type(one, float(share), scale, mean_chip_s, batches if swept else Batches(), facts)
        for one, share, swept in zip(types, shares, sent, strict=True)
    )


def _type(entry: str, share: float, scale: float, mean_chip_s: float, batches: Batches, facts: Lookup) -> JobType:
    """One type; `mean_chip_s` is the mean of the whole mix [s]."""
    chips, size_share = _table(entry, CHIPS, facts)
    size_share /= size_share.sum()
    power, at_most = _table(entry, RUN, facts)
    # No job is on record for less than half of the shortest run time of the table.
    run = RunTimes(np.exp2(np.concatenate(([power[0] - 1], power))), np.concatenate(([0], at_most)))
    wanted_chip_s = facts.number("job_types", entry, "chip_hours_share") * mean_chip_s / share
    tie = _tie(chips, size_share, run, wanted_chip_s)
    grows = facts.number("job_types", entry, "grows") > 0
    ends = [facts.get_number("job_types", entry, f"{outcome}_share") or 0.0 for outcome in OUTCOMES]
    shown = np.array(ends if sum(ends) else [1.0] + [0.0] * (len(OUTCOMES) - 1))
    sizes = np.rint(chips * scale if grows else chips).astype(np.int64)
    return JobType(share, sizes, size_share, run, tie, shown / shown.sum(), batches)


def _tie(chips: NDArray[np.float64], size_share: NDArray[np.float64], run: RunTimes, wanted_chip_s: float) -> float:
    """Tie between size and run time that gives the wanted mean of their product, or the nearest there is."""
    free = float(chips @ size_share) * run.mean_s(0, 1)
    tied = float(chips * size_share @ _by_size(run, _bounds(size_share), wanted_chip_s < free, np.inf))
    if tied == free:
        return 0.0
    return (1 if wanted_chip_s > free else -1) * min(1.0, (wanted_chip_s - free) / (tied - free))


def _by_size(run: RunTimes, bounds: NDArray[np.float64], reverse: bool, limit_s: float) -> NDArray[np.float64]:
    """Mean run time of each size where the longest jobs are the largest, or the smallest [s]."""
    pairs = zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    ranks = [(1 - high, 1 - low) if reverse else (low, high) for low, high in pairs]
    return np.array([run.mean_s(low, high, limit_s) for low, high in ranks])


def _bounds(size_share: NDArray[np.float64]) -> NDArray[np.float64]:
    bounds = np.concatenate(([0.0], np.cumsum(size_share)))
    return bounds / bounds[-1]


def _table(entry: str, prefix: str, facts: Lookup) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What stands in the names of the fields that begin with a prefix, and the values, in ascending order."""
    fields = sorted(field for field in facts.catalogue.entry("job_types", entry) if field.startswith(prefix))
    places = np.array([float(field.removeprefix(prefix)) for field in fields])
    return places, np.array([facts.number("job_types", entry, field) for field in fields])
