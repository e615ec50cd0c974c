"""This module owns the slow swings of price and carbon: windy and still days that come by chance, country by country.

A swing is a factor of every hour with mean 1. Its days are autoregressive about the mean of the month around them and
have the spread of a gamma distribution; hours run from noon to noon. Where power is clean it is cheap, so that price
follows carbon to the degree that records show; and countries share a part of their weather. Draws are seeded by the
name of the country and the calendar year alone: every scenario and all sites of a country see the same days, and no
year repeats another. It is weather that could have been, not a forecast or a record: which day is windy is chance.
"""

from __future__ import annotations

import functools
import zlib
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.hours.clock import MONTHS_PER_YEAR, reference_hours
from gortyn.hours.shapes import FALLBACK, profiles, shape
from gortyn.model.conversions import DAYS_PER_YEAR, HOURS_PER_DAY

Array = NDArray[np.float64]

MEMORY_DAYS: Final = 100  # source: days after which an autoregression of 0.8 has forgotten all but 1e-10
HALF_MONTH_DAYS: Final = DAYS_PER_YEAR // (2 * MONTHS_PER_YEAR)


def factors(facts: Lookup, quantity: str, country: str, start: date, hours: int, longitude_deg: float) -> Array:
    """Factor of every hour of a window over the annual mean: shapes of hour, week and month times the swing.

    Parameters
    ----------
    facts : catalogue, kind shapes
    quantity : ``price`` or ``carbon``
    country : whose shapes and swings; Europe's where it has none
    start : first day of the window, from 00:00 UTC
    hours : length of the window [h]
    longitude_deg : longitude of the site, for its clock

    Returns
    -------
    float64[hour]; its mean over `reference_hours` is 1 to rounding.

    Raises
    ------
    UnknownEntry : the catalogue has no shape or swing for Europe.
    """
    weather = swing(facts, quantity, country, start, max(hours, reference_hours(start, hours)))
    return shape(profiles(facts, quantity, country), start, hours, longitude_deg, weather)


def swing(facts: Lookup, quantity: str, country: str, start: date, hours: int) -> Array:
    """Factor of every hour of a window by the weather of its days.

    A factor brings prices down towards nothing and never below: negative prices are in recorded hours alone.

    Parameters
    ----------
    facts : catalogue; reads shapes/<quantity>-swing-<country>, or Europe's
    quantity : ``price`` or ``carbon``
    country : its name, which is the seed
    start : first day of the window, from 00:00 UTC
    hours : length of the window [h]

    Returns
    -------
    float64[hour], none below 0; its mean over a year is 1 within about two per cent, which `shape` takes off the first.
    A longer window begins with the same hours.

    Raises
    ------
    UnknownEntry : the catalogue has no swing for Europe.
    """
    kernel = _kernel(_read(facts, quantity, country, "day_correlation_share"))
    first = int(np.datetime64(start, "D").astype(np.int64)) - 1
    days = -(-hours // HOURS_PER_DAY) + 2
    drawn = _drawn(facts, quantity, country, kernel, first - MEMORY_DAYS - HALF_MONTH_DAYS, days + kernel.size - 1)
    scores = _hourly(np.convolve(drawn, kernel, mode="valid"), hours, float(kernel[1:] @ kernel[:-1]))
    return _gamma(scores, _read(facts, quantity, country, "deviation_share"))


def _read(facts: Lookup, quantity: str, country: str, field: str) -> float:
    own = facts.get_number("shapes", f"{quantity}-swing-{country}", field)
    return facts.number("shapes", f"{quantity}-swing-{FALLBACK}", field) if own is None else own


@functools.lru_cache(maxsize=64)  # source: some times the countries of a scenario
def _kernel(correlation: float) -> Array:
    """What a day's chance does to the days around it, from half a month before on: its squares add up to 1.

    An autoregression, less its mean over the month around, so that months and years keep the means of the catalogue.
    """
    days = np.arange(MEMORY_DAYS + 2 * HALF_MONTH_DAYS + 1) - HALF_MONTH_DAYS
    decay = np.where(days < 0, 0, correlation ** np.abs(days)) * (days <= MEMORY_DAYS)
    month = np.ones(2 * HALF_MONTH_DAYS + 1)
    kernel = decay - np.convolve(decay, month / month.size, mode="same")
    kernel /= np.sqrt(kernel @ kernel)
    kernel.setflags(write=False)
    return kernel


def _drawn(facts: Lookup, quantity: str, country: str, kernel: Array, first: int, days: int) -> Array:
    """Standard normal draws of consecutive days, from `first` days after 1970 on.

    A country's are made of Europe's and its own, those of its price of those of its carbon and others.
    """
    shared = _read(facts, "carbon", country, "neighbour_correlation_share")
    europe, own = _normal(FALLBACK, first, days), _normal(country, first, days)
    carbon, other = np.sqrt(shared) * europe + np.sqrt(1 - shared) * own
    if quantity == "carbon":
        return carbon
    # Swings with other memories than their draws' are less correlated than the draws.
    kept = float(kernel @ _kernel(_read(facts, "carbon", country, "day_correlation_share")))
    follows = min(_read(facts, quantity, country, "carbon_correlation_share") / kept, 1)
    return follows * carbon + np.sqrt(1 - follows**2) * other


def _normal(name: str, first: int, days: int) -> Array:
    """Two standard normal draws for each of consecutive days, float64[2, day], by name and calendar year."""
    years = np.array([first, first + days - 1]).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    drawn = np.concatenate([_year(name, year) for year in range(int(years[0]), int(years[1]) + 1)], axis=1)
    skipped = first - _first_day(int(years[0]))
    return drawn[:, skipped : skipped + days]


@functools.lru_cache(maxsize=1024)  # source: some countries by some decades
def _year(name: str, year: int) -> Array:
    """The draws of all days of a year, in years since 1970."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), zlib.crc32(str(year).encode())])
    drawn = rng.standard_normal((2, _first_day(year + 1) - _first_day(year)))
    drawn.setflags(write=False)
    return drawn


def _first_day(year: int) -> int:
    return int(np.datetime64(year, "Y").astype("datetime64[D]").astype(np.int64))


def _hourly(days: Array, hours: int, correlation: float) -> Array:
    """Standard normal scores of hours, from the second day to the last but one, that run from noon to noon of days."""
    since_noon = (np.arange(HOURS_PER_DAY) + 1 / 2) / HOURS_PER_DAY - 1 / 2
    share = since_noon % 1
    before = np.arange(days.size - 2)[:, None] + (since_noon >= 0)
    spread = np.sqrt((1 - share) ** 2 + share**2 + 2 * share * (1 - share) * correlation)
    return (days[before] * ((1 - share) / spread) + days[before + 1] * (share / spread)).ravel()[:hours]


def _gamma(scores: Array, deviation: float) -> Array:
    """Gamma-distributed factors of mean 1 and a standard deviation, from standard normal scores."""
    # source: Wilson and Hilferty 1931: the cube root of a gamma variable is nearly normal
    root = np.maximum(1 - deviation**2 / 9 + deviation / 3 * scores, 0)
    return root * root * root
