"""This module owns the year that a site is planned for: its weather, and the PUE at full load that follows."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from gortyn.catalogue import Lookup
from gortyn.climate.conditions import Weather, whole_years_h
from gortyn.climate.cooling import facility
from gortyn.climate.normals import FIRST_DAY
from gortyn.climate.weather import weather
from gortyn.model import Site
from gortyn.model.conversions import HOURS_PER_DAY, HOURS_PER_YEAR
from gortyn.model.series import SiteSeries, WeatherSeries


class DesignPue(NamedTuple):
    """PUE of a site at full load over the year that it is planned for.

    Attributes
    ----------
    mean : over the last whole years, or all hours where there is none
    peak : of the hour that needs most
    """

    mean: float
    peak: float


def design_year(site: Site, facts: Lookup, series: SiteSeries | None = None) -> Weather:
    """Weather of the whole days of a site's file, or else of the typical year of its climate.

    A typical year is as hot in its hottest hour as a usual year, not as the record.

    Raises
    ------
    UnknownEntry : the catalogue lacks the climate.
    """
    recorded = series.weather if series else None
    if recorded is None:
        return weather(site, FIRST_DAY.item(), HOURS_PER_YEAR + HOURS_PER_DAY, facts)
    return weather(site, *whole_days(recorded), facts, series)


def whole_days(recorded: WeatherSeries) -> tuple[date, int]:
    """First day of UTC that is whole in a file, and the hours of all whole days from it on."""
    first = recorded.start.astype("datetime64[h]")
    day = (first + np.timedelta64(HOURS_PER_DAY - 1, "h")).astype("datetime64[D]")
    left = recorded.dry_bulb_c.size - int((day - first).astype(np.int64))
    return day.item(), left // HOURS_PER_DAY * HOURS_PER_DAY


def design_pue(site: Site, facts: Lookup, series: SiteSeries | None = None) -> DesignPue:
    """PUE of a site at full load, by the law of cooling in its design year or as the scenario states it.

    Parameters
    ----------
    site : for its cooling and its place
    facts : catalogue; not read where the PUE is stated
    series : what the files of the site hold

    Raises
    ------
    UnknownEntry : the catalogue lacks the climate or a parameter of the cooling.
    """
    if site.cooling.pue is not None:
        return DesignPue(site.cooling.pue, site.cooling.pue)
    year = design_year(site, facts, series)
    pue = facility(site.cooling, year, np.ones_like(year.dry_bulb_c), facts).pue
    return DesignPue(float(pue[-whole_years_h(pue.size) :].mean()), float(pue.max()))
