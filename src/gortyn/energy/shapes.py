"""This module owns the shape of price and carbon over the hours of the day and the months of the year.

The simulated window starts at 00:00 UTC. A site's clock is local standard time without summer time, whole hours from
UTC by longitude: ``round(longitude / 15 deg)``. It follows the sun, and may differ by an hour from the civil clock.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.machine.conversions import DAYS_PER_YEAR, HOURS_PER_DAY, utc_offset_h

MONTHS_PER_YEAR: Final = 12
FALLBACK: Final = "europe"


class Clock(NamedTuple):
    """Local standard time of consecutive hours: hour of the day 0..23 and month of the year 0..11, int64[hour]."""

    hour: NDArray[np.int64]
    month: NDArray[np.int64]


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


def shape(
    by_hour: NDArray[np.float64], by_month: NDArray[np.float64], start: date, hours: int, longitude_deg: float
) -> NDArray[np.float64]:
    """Factor of every hour of a window: hour-of-day shape times month shape, with mean 1 over a year from its start.

    Parameters
    ----------
    by_hour : factor by local hour of the day, float64[24]
    by_month : factor by month, float64[12]
    start : first day of the window, from 00:00 UTC
    hours : length of the window [h]
    longitude_deg : longitude of the site, for its clock

    Returns
    -------
    float64[hour]; its mean over `reference_hours` is 1 to rounding.
    """
    reference = reference_hours(start, hours)
    clock = local_clock(start, max(hours, reference), longitude_deg)
    factor = by_hour[clock.hour] * by_month[clock.month]
    return factor[:hours] / factor[:reference].mean()


def by_hour(facts: Lookup, quantity: str, country: str) -> NDArray[np.float64]:
    """Hour-of-day shape of a quantity (``price`` or ``carbon``) in a country, or of Europe where it has none."""
    return _profile(facts, f"{quantity}-hour", country, [f"h{hour:02d}" for hour in range(HOURS_PER_DAY)])


def by_month(facts: Lookup, quantity: str, country: str) -> NDArray[np.float64]:
    """Month-of-year shape of a quantity (``price`` or ``carbon``) in a country, or of Europe where it has none."""
    return _profile(facts, f"{quantity}-month", country, [f"m{month + 1:02d}" for month in range(MONTHS_PER_YEAR)])


def _profile(facts: Lookup, name: str, country: str, fields: list[str]) -> NDArray[np.float64]:
    own = f"{name}-{country}"
    entry = f"{name}-{FALLBACK}" if facts.get_number("shapes", own, fields[0]) is None else own
    return np.array([facts.number("shapes", entry, field) for field in fields])
