"""This module owns the clock of a site: local hour, weekday and month of consecutive hours of UTC.

The simulated window starts at 00:00 UTC. A site's clock is local standard time without summer time, whole hours from
UTC by longitude: ``round(longitude / 15 deg)``. It follows the sun, and may differ by an hour from the civil clock.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import DAYS_PER_WEEK, DAYS_PER_YEAR, HOURS_PER_DAY, utc_offset_h

MONTHS_PER_YEAR: Final = 12
A_MONDAY: Final = np.datetime64("1970-01-05", "D")


class Clock(NamedTuple):
    """Local standard time of hours in a row: of the day 0..23, month 0..11, weekday 0..6 from Monday, int64[hour]."""

    hour: NDArray[np.int64]
    month: NDArray[np.int64]
    weekday: NDArray[np.int64]


def local_clock(start: date, hours: int, longitude_deg: float) -> Clock:
    """Local standard time of the hours that follow 00:00 UTC of the day `start`.

    >>> clock = local_clock(date(2028, 3, 31), 24, 30.0)
    >>> clock.hour[:3].tolist(), clock.month[[0, 21, 22]].tolist()
    ([2, 3, 4], [2, 2, 3])
    """
    hour = np.datetime64(start, "h") + (utc_offset_h(longitude_deg) + np.arange(hours)).astype("timedelta64[h]")
    day = hour.astype("datetime64[D]")
    return Clock(
        hour=(hour - day).astype(np.int64),
        month=day.astype("datetime64[M]").astype(np.int64) % MONTHS_PER_YEAR,
        weekday=(day - A_MONDAY).astype(np.int64) % DAYS_PER_WEEK,
    )


def reference_hours(start: date, hours: int) -> int:
    """Hours of the year over which a shape has mean 1: `start` to its anniversary, or 365 days for shorter windows.

    A window of exactly one year, leap or not, so has the annual mean that the catalogue states.

    >>> reference_hours(date(2028, 1, 1), 31 * 24) // 24, reference_hours(date(2028, 1, 1), 366 * 24) // 24
    (365, 366)
    """
    first = np.datetime64(start, "D")
    month = first.astype("datetime64[M]")
    day_of_month = first - month.astype("datetime64[D]")
    anniversary = (month + np.timedelta64(MONTHS_PER_YEAR, "M")).astype("datetime64[D]") + day_of_month
    days = min(max(hours // HOURS_PER_DAY, DAYS_PER_YEAR), int((anniversary - first).astype(np.int64)))
    return days * HOURS_PER_DAY
