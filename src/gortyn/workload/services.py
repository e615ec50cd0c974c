"""This module owns the elastic inference service: when each of its replicas is up, as the load of the day asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import DAYS_PER_WEEK, S_PER_DAY, S_PER_HOUR

S_PER_WEEK: Final = DAYS_PER_WEEK * S_PER_DAY


def load_of_day(arrivals: NDArray[np.float64], swing_share: float, ahead_h: int) -> NDArray[np.float64]:
    """Load of a service at each full hour of the UTC day, relative to its mean over the day.

    The day has the shape of job arrivals, stretched so that its quietest hour lies `swing_share` below the busiest;
    between full hours the load is linear.

    Parameters
    ----------
    arrivals : float64[24], weight of each local hour
    swing_share : 0 for the same load all day, 1 for none at the quietest hour
    ahead_h : hours that the local clock is ahead of UTC

    Returns
    -------
    float64[24]

    >>> load_of_day(np.arange(24.0), 0.5, 0)[[0, 23]].round(3).tolist()
    [0.667, 1.333]
    """
    low, high = arrivals.min(), arrivals.max()
    height = (arrivals - low) / (high - low) if high > low else np.ones_like(arrivals)
    load = 1 - swing_share * (1 - height)
    return np.roll(load / load.mean(), -ahead_h)


def replica_jobs(
    replicas: NDArray[np.float64], load: NDArray[np.float64], offset: float, longest_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Jobs of the replicas of a service.

    Replica i is up while the replicas that the load asks for exceed i + `offset`; with an offset that is uniform
    between 0 and 1 their mean number is exactly what is asked for. A replica that is up for longer than a week, or than
    the longest job, is restarted after each such time, one replica after another.

    Parameters
    ----------
    replicas : float64[hour], mean number that the window asks for, constant over whole UTC days
    load : float64[24], as `load_of_day` gives it
    offset : 0 <= offset < 1
    longest_s : longest job [s], >= 1

    Returns
    -------
    Hour in which the stretch of constant `replicas` begins, submission and run time [s], int64[job] each.
    """
    hours = replicas.size
    starts = np.concatenate(([0], np.flatnonzero(np.diff(replicas)) + 1))
    found: list[NDArray[np.int64]] = []
    for begin_h, end_h in zip(starts.tolist(), [*starts[1:].tolist(), hours], strict=True):
        wanted = replicas[begin_h] * np.concatenate((load, load[:1]))
        for index, (up_s, down_s) in enumerate(_stretches_of_day(wanted, offset)):
            begin_s, end_s = _repeated(up_s, down_s, begin_h * S_PER_HOUR, end_h * S_PER_HOUR)
            length_s = min(S_PER_WEEK, longest_s)
            count = int(np.ceil(wanted.max()))
            begin_s, end_s = _cut(begin_s, end_s, length_s, length_s * index // count)
            found.append(np.stack((np.full_like(begin_s, begin_h), begin_s, end_s - begin_s)))
    hour, begin_s, run_s = np.concatenate(found, axis=1) if found else np.zeros((3, 0), np.int64)  # unit: columns
    return hour, begin_s, run_s


def _stretches_of_day(wanted: NDArray[np.float64], offset: float) -> Iterator[tuple[NDArray[np.int64], ...]]:
    """When each replica goes up and down in a day that repeats [s], replica by replica.

    One that is always up goes up at 0 and down never (empty `down`); down times follow their up times, if need be on
    the next day.
    """
    low, high = wanted[:-1], wanted[1:]
    second = np.arange(low.size) * S_PER_HOUR
    for level in np.arange(offset, wanted.max(), 1.0).tolist():
        rises, falls = (low <= level) & (level < high), (high <= level) & (level < low)
        step = np.where(rises | falls, high - low, 1)
        cross_s = np.rint(second + (level - low) / step * S_PER_HOUR).astype(np.int64)
        up_s, down_s = cross_s[rises], cross_s[falls]
        if up_s.size and low[0] > level:  # up at midnight, since the evening before
            down_s = np.concatenate((down_s[1:], down_s[:1] + S_PER_DAY))
        yield (up_s, down_s) if up_s.size else (np.zeros(1, np.int64), down_s)


def _repeated(
    up_s: NDArray[np.int64], down_s: NDArray[np.int64], begin_s: int, end_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The stretches of a day on every day between two midnights, cut at both ends."""
    if not down_s.size:
        return np.array([begin_s]), np.array([end_s])
    days = np.arange(begin_s // S_PER_DAY - 1, -(-end_s // S_PER_DAY)) * S_PER_DAY
    up_s, down_s = ((days[:, None] + one).ravel() for one in (up_s, down_s))
    up_s, down_s = np.maximum(up_s, begin_s), np.minimum(down_s, end_s)
    there = up_s < down_s
    return up_s[there], down_s[there]


def _cut(
    begin_s: NDArray[np.int64], end_s: NDArray[np.int64], length_s: int, phase_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Stretches longer than a length, cut wherever the clock shows a multiple of it past the phase."""
    if not np.any(end_s - begin_s > length_s):
        return begin_s, end_s
    cuts = np.arange(phase_s - length_s, int(end_s.max()) + length_s, length_s)
    first, last = np.searchsorted(cuts, begin_s, side="right"), np.searchsorted(cuts, end_s, side="left")
    pieces = np.where(end_s - begin_s > length_s, last - first, 0) + 1
    place = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    at = np.minimum(np.repeat(first, pieces) + place, cuts.size - 1)
    edge_s = cuts[at]
    from_s = np.where(place == 0, np.repeat(begin_s, pieces), cuts[at - 1])
    to_s = np.where(place == np.repeat(pieces, pieces) - 1, np.repeat(end_s, pieces), edge_s)
    return from_s, to_s
