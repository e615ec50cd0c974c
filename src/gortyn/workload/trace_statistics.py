"""This module owns the description of a trace in figures: how many jobs, how large, how long, when, how they waited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import S_PER_HOUR
from gortyn.workload.trace import UNKNOWN_S, Trace

QUANTILES: Final = (5, 10, 25, 50, 75, 90, 95, 99)  # unit: per cent
EPOCH: Final = datetime(1970, 1, 1)  # unit: a Thursday, from which days are counted
WEEKDAY_OF_EPOCH: Final = 3  # unit: days after Monday


@dataclass(frozen=True, slots=True)
class TraceStatistics:
    """Figures of one trace; quantiles are dicts of p5 … p99, mean and max, None where nothing is known.

    Attributes
    ----------
    jobs : number of jobs
    what : what chips are
    begin : instant of the first submission, "" without a clock
    span_s : first to last submission [s]
    chip_hours : chip-hours that the jobs held
    sizes : for each class of chips its share of jobs and its share of chip-hours
    mean_chips : chips of a job
    run_s : run times [s]
    wait_s : recorded waits [s] of the jobs whose start is known
    waits_known : share of jobs whose start is known
    run_per_request : run over requested time
    requests_known : share of jobs whose requested time is known
    status : share of jobs with each status
    hour_shares, weekday_shares : shares of submissions by local hour, and by weekday from Monday; None without a clock
    users, groups : how many are named
    offered_load : chip-hours over capacity times span; None without a capacity
    jobs_above_capacity : jobs that ask for more chips than there are; None without a capacity
    """

    jobs: int
    what: str
    begin: str
    span_s: int
    chip_hours: float
    sizes: dict[str, tuple[float, float]]
    mean_chips: float
    run_s: dict[str, float]
    wait_s: dict[str, float] | None
    waits_known: float
    run_per_request: dict[str, float] | None
    requests_known: float
    status: dict[str, float]
    hour_shares: list[float] | None
    weekday_shares: list[float] | None
    users: int
    groups: int
    offered_load: float | None
    jobs_above_capacity: int | None

    def as_data(self) -> dict[str, Any]:
        """Return the figures as plain data; a size class becomes its two shares by name."""
        data = {name: getattr(self, name) for name in self.__slots__}
        data["sizes"] = {
            name: {"jobs_share": jobs, "chip_hours_share": hours} for name, (jobs, hours) in self.sizes.items()
        }
        return data


def statistics(trace: Trace, capacity_chips: float | None = None) -> TraceStatistics:
    """Describe a trace; with a capacity in chips also the load that it offers.

    Raises
    ------
    ValueError : a trace without jobs, or a capacity that is not positive.
    """
    if not len(trace):
        raise ValueError("a trace without jobs has no statistics")
    if capacity_chips is not None and not capacity_chips > 0:
        raise ValueError(f"a capacity is above 0 chips, not {capacity_chips:g}")
    span_s = int(trace.submit_s[-1] - trace.submit_s[0])
    asked = trace.requested_s != UNKNOWN_S
    load = None
    if capacity_chips is not None and span_s > 0:
        load = trace.chip_hours * S_PER_HOUR / (capacity_chips * span_s)
    words, counts = np.unique([text or "unknown" for text in trace.status], return_counts=True)
    hours, weekdays = _clock_shares(trace)
    return TraceStatistics(
        jobs=len(trace),
        what=trace.what,
        begin=_begin(trace),
        span_s=span_s,
        chip_hours=trace.chip_hours,
        sizes=size_shares(trace.chips, trace.run_s),
        mean_chips=float(trace.chips.mean()),
        run_s=quantiles(trace.run_s),
        wait_s=quantiles(trace.wait_s) if len(trace.wait_s) else None,
        waits_known=len(trace.wait_s) / len(trace),
        run_per_request=quantiles(trace.run_s[asked] / trace.requested_s[asked]) if asked.any() else None,
        requests_known=float(asked.mean()),
        status={str(words[place]): float(counts[place] / len(trace)) for place in np.argsort(-counts, kind="stable")},
        hour_shares=hours,
        weekday_shares=weekdays,
        users=len(set(trace.user) - {""}),
        groups=len(set(trace.group) - {""}),
        offered_load=load,
        jobs_above_capacity=None if capacity_chips is None else int((trace.chips > capacity_chips).sum()),
    )


def percentiles(values: NDArray[Any], percents: Sequence[int]) -> dict[str, float]:
    """Percentiles of values, shape (n,), n > 0, by name; linear between order statistics.

    >>> percentiles(np.array([0, 10, 20, 30, 40]), (50, 90))
    {'p50': 20.0, 'p90': 36.0}
    """
    return {f"p{one}": float(value) for one, value in zip(percents, np.percentile(values, percents), strict=True)}


def quantiles(values: NDArray[Any]) -> dict[str, float]:
    """Percentiles of QUANTILES, mean and maximum of values, shape (n,), n > 0.

    >>> quantiles(np.array([1, 2, 3]))["p50"]
    2.0
    """
    return {**percentiles(values, QUANTILES), "mean": float(values.mean()), "max": float(values.max())}


def size_classes(chips: NDArray[np.float64], step: int = 2) -> tuple[list[str], NDArray[np.int64]]:
    """Classes of size that occur, in rising order, and the place among them of each job's.

    A class reaches to `step` times the chips of the one below; the first are less than one chip, and one.

    >>> size_classes(np.array([1, 2, 3, 8, 0.5]))
    (['<1', '1', '2', '3-4', '5-8'], array([1, 2, 3, 4, 0]))
    >>> size_classes(np.array([1, 9, 64, 2]), 8)
    (['1', '2-8', '9-64'], array([0, 2, 2, 1]))
    """
    bounds = [np.nextafter(1.0, 0.0), 1.0]
    names = ["<1", "1"]
    while bounds[-1] < chips.max(initial=1.0):
        least, most = int(bounds[-1]) + 1, int(bounds[-1]) * step
        names.append(f"{least}-{most}" if least < most else f"{most}")
        bounds.append(float(most))
    present, index = np.unique(np.searchsorted(bounds, chips), return_inverse=True)
    return [names[place] for place in present], index


def size_shares(chips: NDArray[np.float64], run_s: NDArray[np.int64]) -> dict[str, tuple[float, float]]:
    """Share of jobs and of chip-hours of each class of size.

    >>> size_shares(np.array([0.5, 8.0]), np.array([4, 1]))
    {'<1': (0.5, 0.2), '5-8': (0.5, 0.8)}
    """
    names, index = size_classes(chips)
    work = np.bincount(index, chips * run_s)
    return {
        name: (float(jobs), float(hours))
        for name, jobs, hours in zip(names, np.bincount(index) / chips.size, work / work.sum(), strict=True)
    }


def _begin(trace: Trace) -> str:
    """Instant of the first submission, on the offset of the origin."""
    try:
        return (datetime.fromisoformat(trace.origin) + timedelta(seconds=int(trace.submit_s[0]))).isoformat()
    except (OverflowError, ValueError):
        return ""


def _clock_shares(trace: Trace) -> tuple[list[float] | None, list[float] | None]:
    """Shares of submissions by hour of day and by weekday on the cluster's clock."""
    if not trace.origin:
        return None, None
    origin = datetime.fromisoformat(trace.origin)
    begin_s = (origin.replace(tzinfo=None) - EPOCH) / timedelta(seconds=1)
    local_s = int(begin_s) + trace.submit_s
    if origin.tzinfo is not None and (zone := _zone(trace.zone)) is not None:
        try:
            local_s = local_s + _shift_s(local_s // S_PER_HOUR, origin, zone)
        except OverflowError:  # beyond the calendar
            return None, None
    hour = local_s // S_PER_HOUR
    day = hour // 24 + WEEKDAY_OF_EPOCH
    return (
        (np.bincount(hour % 24, minlength=24) / len(trace)).tolist(),
        (np.bincount(day % 7, minlength=7) / len(trace)).tolist(),
    )


def _shift_s(hour: NDArray[np.int64], origin: datetime, zone: ZoneInfo) -> NDArray[np.int64]:
    """Seconds that the zone's clock is ahead of the origin's offset in each hour since 1970."""
    base = origin.utcoffset() or timedelta()
    each, place = np.unique(hour, return_inverse=True)
    epoch = EPOCH.replace(tzinfo=timezone(base))
    shifts = [((epoch + timedelta(hours=int(h))).astimezone(zone).utcoffset() or base) - base for h in each]
    return np.array([int(shift / timedelta(seconds=1)) for shift in shifts])[place]


def _zone(name: str) -> ZoneInfo | None:
    """Zone of a name; None without one, or where this machine does not know it."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
