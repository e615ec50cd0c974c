"""This module owns the typical year of a climate: monthly normals made hourly, with the extremes of a usual year.

A typical year has 8,784 hours of UTC from 1 January of a leap year and repeats itself. Its monthly means are the
normals; days run by solar time; slow swings (autoregressive, seeded by the name of the entry) carry its warmest hour
from the mean daily maximum of the warmest month as far towards the record as a usual year goes, and its coldest hour
likewise. It is a design year, not a forecast: which week is hot is chance.
"""

from __future__ import annotations

import functools
import zlib
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.climate.conditions import Weather
from gortyn.climate.wet_bulb import dew_point_c, saturation_hpa, wet_bulb_c
from gortyn.hours import MONTHS_PER_YEAR
from gortyn.model.conversions import DEG_PER_HOUR, HOURS_PER_DAY

FIRST_DAY: Final = np.datetime64("2024-01-01", "D")  # source: any leap year
DAYS: Final = 366  # source: definition of a leap year
MONTH: Final = (FIRST_DAY + np.arange(DAYS)).astype("datetime64[M]").astype(np.int64) % MONTHS_PER_YEAR
MONTHS_PER_SEASON: Final = 3  # source: seasons of meteorology, winter from December
SEASON: Final = (MONTH + 1) % MONTHS_PER_YEAR // MONTHS_PER_SEASON
MONTH_DAYS: Final = np.bincount(MONTH)
MONTH_OF_HOUR: Final = np.repeat(MONTH, HOURS_PER_DAY)
# Rounds of the corrections that make monthly means meet the normals; each leaves less than a tenth of the error.
ROUNDS: Final = 6  # source: after five the means are met to a hundredth of a kelvin

Twelve = tuple[float, ...]
Array = NDArray[np.float64]


class Habits(NamedTuple):
    """How weather varies within a month anywhere: the numbers of weather/normals-year, by their names there."""

    extreme_share: float
    day_correlation_share: float
    tail_exponent: float
    dew_point_share: float
    warmest_hour: float
    wind_day_correlation_share: float
    wind_afternoon_share: float
    clearness_spread_share: float
    clearness_least_share: float
    clearness_most_share: float
    solar_constant_w_per_m2: float


class Normals(NamedTuple):
    """Monthly normals of a climate, records of its temperature, and how weather varies within a month."""

    entry: str
    latitude_deg: float
    longitude_deg: float
    record_high_c: float
    record_low_c: float
    mean_c: Twelve
    range_c: Twelve
    humidity_share: Twelve
    wind_m_per_s: Twelve
    sun_kwh_per_m2_day: Twelve
    habits: Habits

    @property
    def usual_high_c(self) -> float:
        """Warmest hour of a usual year [degC]."""
        warmest = max(mean + spread / 2 for mean, spread in zip(self.mean_c, self.range_c, strict=True))
        return warmest + self.habits.extreme_share * (self.record_high_c - warmest)

    @property
    def usual_low_c(self) -> float:
        """Coldest hour of a usual year [degC]."""
        coldest = min(mean - spread / 2 for mean, spread in zip(self.mean_c, self.range_c, strict=True))
        return coldest - self.habits.extreme_share * (coldest - self.record_low_c)


def normals(facts: Lookup, entry: str, kind: str = "climates") -> Normals:
    """Normals of a climate of the catalogue; reads <kind>/<entry> and weather/normals-year.

    Raises
    ------
    UnknownEntry : the catalogue lacks the entry or one of its fields.
    """

    def place(field: str) -> float:
        return facts.number(kind, entry, field)

    def months(field: str) -> Twelve:
        return tuple(place(field.format(f"{month + 1:02d}")) for month in range(MONTHS_PER_YEAR))

    return Normals(
        entry=entry,
        latitude_deg=place("latitude_deg"),
        longitude_deg=place("longitude_deg"),
        record_high_c=place("record_high_c"),
        record_low_c=place("record_low_c"),
        mean_c=months("mean_{}_c"),
        range_c=months("range_{}_c"),
        humidity_share=months("humidity_{}_share"),
        wind_m_per_s=months("wind_{}_m_per_s"),
        sun_kwh_per_m2_day=months("sun_{}_kwh_per_m2_day"),
        habits=Habits(*(facts.number("weather", "normals-year", field) for field in Habits._fields)),
    )


@functools.lru_cache(maxsize=256)  # source: some times the climates shipped
def typical_year(climate: Normals) -> Weather:
    """Hourly weather of a typical year, float64[8784] each; read-only, made once per climate."""
    rng = np.random.default_rng(zlib.crc32(climate.entry.encode()))
    dry, swing = _temperature(climate, rng)
    humidity = _humidity(climate, dry, swing)
    wind = _wind(climate, rng)
    sun = _irradiance(climate, rng)
    year = Weather(dry, wet_bulb_c(dry, humidity), humidity, wind, sun)
    for quantity in year:
        quantity.setflags(write=False)
    return year


def _temperature(climate: Normals, rng: np.random.Generator) -> tuple[Array, Array]:
    """Air temperature [degC] and the slow swing in it [K], float64[8784] each."""
    daily = _smooth(climate.mean_c)
    half_range = _hourly(_smooth(climate.range_c)) / 2
    angle = (_solar_hour(climate) - climate.habits.warmest_hour) / HOURS_PER_DAY
    steady = _hourly(daily) + half_range * np.cos(2 * np.pi * angle)
    days = _autoregressive(rng, DAYS, climate.habits.day_correlation_share)
    days = _evened(days - _smooth(_monthly(days)))
    days = np.sign(days) * np.abs(days) ** climate.habits.tail_exponent
    warm = (daily - daily.min()) / max(np.ptp(daily), 1)
    # One gain for the warm season and one for the cold; neither moves the mean of a month.
    summer, winter = (_hourly(part - _smooth(_monthly(part))) for part in (days * warm, days * (1 - warm)))
    gain_summer, gain_winter = 1.0, 1.0
    for _ in range(ROUNDS):
        gain_summer = _reach(climate.usual_high_c - steady - gain_winter * winter, summer)
        gain_winter = _reach(steady + gain_summer * summer - climate.usual_low_c, -winter)
    swing = gain_summer * summer + gain_winter * winter
    return steady + swing, swing


def _evened(days: Array) -> Array:
    """The same days in the same order of warmth, each season with the scores of a normal distribution.

    So that no typical year has, by chance, a summer without a hot week.
    """
    scores = np.empty(DAYS)
    for season in range(MONTHS_PER_YEAR // MONTHS_PER_SEASON):
        here = np.flatnonzero(season == SEASON)
        levels = (np.arange(here.size) + 1 / 2) / here.size
        scores[here[np.argsort(days[here])]] = [NormalDist().inv_cdf(level) for level in levels]
    return scores


def _reach(distance: Array, swing: Array) -> float:
    """Largest gain at which `gain * swing` stays below the distance everywhere, 0 where it is not reached at all."""
    there = swing > 0
    return max(0.0, float((distance[there] / swing[there]).min(initial=np.inf))) if there.any() else 0.0


def _humidity(climate: Normals, dry: Array, swing: Array) -> Array:
    """Relative humidity [0..1]: the dew point is steady over the day and follows a part of the swings."""
    wanted = np.array(climate.humidity_share)
    dew = dew_point_c(wanted * saturation_hpa(np.array(climate.mean_c)))
    followed = climate.habits.dew_point_share * swing
    saturated = saturation_hpa(dry)
    share = np.ones_like(dry)
    for _ in range(ROUNDS):
        share = np.minimum(saturation_hpa(_hourly(_smooth(tuple(dew))) + followed) / saturated, 1)
        found = np.bincount(MONTH_OF_HOUR, share) / (MONTH_DAYS * HOURS_PER_DAY)
        dew = dew_point_c(saturation_hpa(dew) * wanted / found)
    return share


def _wind(climate: Normals, rng: np.random.Generator) -> Array:
    """Wind speed [m/s], Rayleigh-distributed: two components, each autoregressive, and a daily cycle."""
    hours, correlation = DAYS * HOURS_PER_DAY, climate.habits.wind_day_correlation_share ** (1 / HOURS_PER_DAY)
    east, north = _autoregressive(rng, hours, correlation), _autoregressive(rng, hours, correlation)
    angle = (_solar_hour(climate) - climate.habits.warmest_hour) / HOURS_PER_DAY
    speed = np.hypot(east, north) * (1 + climate.habits.wind_afternoon_share * np.cos(2 * np.pi * angle))
    found = np.bincount(MONTH_OF_HOUR, speed) / (MONTH_DAYS * HOURS_PER_DAY)
    return speed * (np.array(climate.wind_m_per_s) / found)[MONTH_OF_HOUR]


def _irradiance(climate: Normals, rng: np.random.Generator) -> Array:
    """Global horizontal irradiance [W/m2]: that above the air times the clearness of the day."""
    habits = climate.habits
    # source: Cooper 1969: declination of the sun over the days of the year
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + np.arange(1, DAYS + 1)) / 365)
    latitude = np.radians(climate.latitude_deg)
    turned = np.radians((_solar_hour(climate) - HOURS_PER_DAY / 2) * DEG_PER_HOUR)
    declination = np.repeat(declination, HOURS_PER_DAY)
    height = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(turned)
    above = habits.solar_constant_w_per_m2 * np.maximum(height, 0)
    days = above.reshape(DAYS, HOURS_PER_DAY).sum(axis=1)
    wanted = np.array(climate.sun_kwh_per_m2_day) * 1e3 * MONTH_DAYS  # unit: Wh in a kWh
    chance = habits.clearness_spread_share * _autoregressive(rng, DAYS, habits.wind_day_correlation_share)
    clear = wanted / np.maximum(np.bincount(MONTH, days), 1)
    clearness = np.zeros(DAYS)
    for _ in range(ROUNDS):
        clearness = np.clip(clear[MONTH] + chance, habits.clearness_least_share, habits.clearness_most_share)
        clear = clear * wanted / np.maximum(np.bincount(MONTH, days * clearness), 1)
    return above * np.repeat(clearness, HOURS_PER_DAY)


def _solar_hour(climate: Normals) -> Array:
    """Solar time of the middle of every hour of UTC, 0..24."""
    of_day = np.tile(np.arange(HOURS_PER_DAY, dtype=np.float64), DAYS)
    return (of_day + 1 / 2 + climate.longitude_deg / DEG_PER_HOUR) % HOURS_PER_DAY


def _monthly(days: Array) -> Twelve:
    """Mean of each month of daily values."""
    return tuple(np.bincount(MONTH, days) / MONTH_DAYS)


def _smooth(months: Twelve) -> Array:
    """Daily values, float64[366], that run straight from mid-month to mid-month and have the monthly means given."""
    ends = np.cumsum(MONTH_DAYS)
    middle = ends - MONTH_DAYS / 2
    wanted = np.array(months)
    nodes, found = wanted, wanted
    for _ in range(ROUNDS):
        found = np.interp(np.arange(DAYS) + 1 / 2, middle, nodes, period=DAYS)
        nodes = nodes + wanted - _monthly(found)
    return found


def _hourly(days: Array) -> Array:
    """Hourly values, float64[8784], that run straight from noon to noon of daily ones."""
    hours = (np.arange(DAYS * HOURS_PER_DAY) + 1 / 2) / HOURS_PER_DAY
    return np.interp(hours, np.arange(DAYS) + 1 / 2, days, period=DAYS)


def _autoregressive(rng: np.random.Generator, count: int, correlation: float) -> Array:
    """Standard normal values, neighbours correlated, the last a neighbour of the first (by a filter of frequencies)."""
    noise = np.fft.rfft(rng.standard_normal(count))
    turn = np.exp(-2j * np.pi * np.arange(noise.size) / count)
    values = np.fft.irfft(noise / (1 - correlation * turn), count)
    return (values - values.mean()) / values.std()
