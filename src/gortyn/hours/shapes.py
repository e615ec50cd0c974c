"""This module owns the shape of price and carbon over the hours of the day, the week and the months of the year."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.hours.clock import MONTHS_PER_YEAR, local_clock, reference_hours
from gortyn.model.conversions import DAYS_PER_WEEK, HOURS_PER_DAY

FALLBACK: Final = "europe"


class Profiles(NamedTuple):
    """Factors about 1 by local hour, float64[24], by month, float64[12], and by weekday from Monday, float64[7]."""

    by_hour: NDArray[np.float64]
    by_month: NDArray[np.float64]
    by_weekday: NDArray[np.float64] = np.ones(DAYS_PER_WEEK)


def shape(
    profiles: Profiles, start: date, hours: int, longitude_deg: float, swing: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Factor of every hour of a window: the product of its profiles, with mean 1 over a year from its start.

    Parameters
    ----------
    profiles : of the hours of the day, the months and the weekdays
    start : first day of the window, from 00:00 UTC
    hours : length of the window [h]
    longitude_deg : longitude of the site, for its clock
    swing : factor of every hour by its weather, float64[the longer of hours and `reference_hours`]; None for none

    Returns
    -------
    float64[hour]; its mean over `reference_hours` is 1 to rounding.
    """
    reference = reference_hours(start, hours)
    clock = local_clock(start, max(hours, reference), longitude_deg)
    factor = profiles.by_hour[clock.hour] * profiles.by_month[clock.month] * profiles.by_weekday[clock.weekday]
    if swing is not None:
        factor *= swing
    return factor[:hours] / factor[:reference].mean()


def profiles(facts: Lookup, quantity: str, country: str) -> Profiles:
    """Profiles of a quantity (``price`` or ``carbon``) in a country, each that of Europe where it has none."""
    return Profiles(
        _profile(facts, f"{quantity}-hour", country, [f"h{hour:02d}" for hour in range(HOURS_PER_DAY)]),
        _profile(facts, f"{quantity}-month", country, [f"m{month + 1:02d}" for month in range(MONTHS_PER_YEAR)]),
        _profile(facts, f"{quantity}-week", country, [f"d{day}" for day in range(DAYS_PER_WEEK)]),
    )


def _profile(facts: Lookup, name: str, country: str, fields: list[str]) -> NDArray[np.float64]:
    own = f"{name}-{country}"
    entry = f"{name}-{FALLBACK}" if facts.get_number("shapes", own, fields[0]) is None else own
    return np.array([facts.number("shapes", entry, field) for field in fields])
