"""This module owns the weather of a site over a window: from its file, or else from the normals of its climate."""

from __future__ import annotations

import functools
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Catalogue, Lookup
from gortyn.climate.conditions import Weather
from gortyn.climate.globe import great_circle_km
from gortyn.climate.normals import normals, typical_year
from gortyn.climate.wet_bulb import wet_bulb_c
from gortyn.hours import MONTHS_PER_YEAR, lay
from gortyn.model import Site
from gortyn.model.conversions import HOURS_PER_DAY
from gortyn.model.series import HourlySeries, SiteSeries, WeatherSeries


def nearest(facts: Lookup, latitude_deg: float, longitude_deg: float) -> str:
    """The climate of the catalogue whose station is nearest on the globe.

    Parameters
    ----------
    facts : catalogue; looking for a place does not count as reading it
    latitude_deg, longitude_deg : the site

    Raises
    ------
    UnknownEntry : the catalogue has no climates.

    >>> from gortyn.catalogue import load
    >>> nearest(load().lookup(), 48.59, 2.78)  # Fouju
    'paris'
    """
    names, places = _stations(facts.catalogue)
    return names[int(np.argmin(great_circle_km(latitude_deg, longitude_deg, *places)))]


def climate_of(site: Site, facts: Lookup) -> str:
    """The climate that a site names, or else the nearest one."""
    return site.climate or nearest(facts, site.latitude_deg, site.longitude_deg)


def weather(site: Site, start: date, hours: int, facts: Lookup, series: SiteSeries | None = None) -> Weather:
    """Weather of a site in every hour of a window.

    A file of the site is laid on the window (`gortyn.hours.lay`); what it has no column of, or all of it where there
    is no file, is the typical year of the climate.

    Parameters
    ----------
    site : its climate, or the nearest one
    start : first day of the window, from 00:00 UTC
    hours : length of the window [h]
    facts : catalogue; reads climates/<entry> and weather/normals-year, unless the file has every column
    series : what the files of the site hold

    Returns
    -------
    Weather whose arrays are float64[hour].

    Raises
    ------
    UnknownEntry : the catalogue lacks the climate.
    ValueError : the file neither covers the window nor has a year.
    """
    recorded = series.weather if series else None
    columns = {} if recorded is None else _laid(recorded, start, hours)
    names = ("dry_bulb_c", "humidity_share", "wind_m_per_s", "irradiance_w_per_m2")
    if len(columns) < len(names):
        year = typical_year(normals(facts, climate_of(site, facts)))
        position = _positions(start, hours)
        if not columns:
            return Weather(*(quantity[position] for quantity in year))
        columns = {name: columns[name] if name in columns else getattr(year, name)[position] for name in names}
    return Weather(wet_bulb_c=wet_bulb_c(columns["dry_bulb_c"], columns["humidity_share"]), **columns)


def _laid(recorded: WeatherSeries, start: date, hours: int) -> dict[str, NDArray[np.float64]]:
    """Columns that a file has, on the window."""
    columns = {name: values for name, values in recorded._asdict().items() if name != "start"}
    return {
        name: lay(HourlySeries(recorded.start, values), start, hours)
        for name, values in columns.items()
        if not np.isnan(values).all()
    }


def _positions(start: date, hours: int) -> NDArray[np.int64]:
    """Hour of the typical year of every hour of a window; years without a leap day skip its 29 February."""
    first = np.datetime64(start, "D")
    day = first + np.arange(-(-hours // HOURS_PER_DAY))
    month = day.astype("datetime64[M]")
    of_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    leap_months = np.datetime64("2024-01", "M") + np.arange(MONTHS_PER_YEAR)  # source: any leap year
    begins = (leap_months.astype("datetime64[D]") - leap_months[0].astype("datetime64[D]")).astype(np.int64)
    of_year = begins[month.astype(np.int64) % MONTHS_PER_YEAR] + of_month
    return (of_year[:, None] * HOURS_PER_DAY + np.arange(HOURS_PER_DAY)).ravel()[:hours]


@functools.lru_cache(maxsize=8)  # source: a catalogue and a few overlays of it
def _stations(catalogue: Catalogue) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Names of all climates with latitudes and longitudes [deg], float64[2, climate]."""
    names = catalogue.entries("climates")
    fields = ("latitude_deg", "longitude_deg")
    return names, np.array([[catalogue.fact("climates", name, field).number for name in names] for field in fields])
