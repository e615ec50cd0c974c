"""This module owns hourly means: what a set of intervals adds up to in each hour of the window."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

S_PER_HOUR: Final = 3600


def hourly_mean(
    begin_s: NDArray[np.int64], end_s: NDArray[np.int64], amount: NDArray[np.int64], hours: int
) -> NDArray[np.float64]:
    """Time-mean over each hour of the amounts whose intervals [begin_s, end_s) cover it.

    An interval raises the level for all hours from its begin on and lowers it from its end on; the seconds of the
    hour that came before either are taken off. Amounts are summed as whole chip-seconds, so the result does not
    depend on the order of the intervals and is exact up to the last division.

    Parameters
    ----------
    begin_s, end_s : int64[interval], seconds from the start of the window, begin_s <= end_s; parts outside are cut
    amount : int64[interval], what each interval adds; the sum times the window's seconds stays below 2**53
    hours : length of the window [h], >= 0

    Returns
    -------
    float64[hour]

    >>> hourly_mean(np.array([1800, 0]), np.array([5400, 9000]), np.array([4, 1]), 2)
    array([3., 3.])
    """
    level = np.zeros(hours + 1)
    before = np.zeros(hours + 1)
    for instant_s, change in ((begin_s, amount), (end_s, -amount)):
        inside_s = np.clip(instant_s, 0, hours * S_PER_HOUR)
        hour = inside_s // S_PER_HOUR
        level += np.bincount(hour, change, hours + 1)
        before += np.bincount(hour, change * (inside_s - hour * S_PER_HOUR), hours + 1)
    return ((np.cumsum(level) * S_PER_HOUR - before) / S_PER_HOUR)[:hours]
