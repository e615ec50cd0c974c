"""This module owns what the electricity of the grid costs and emits in every hour of the window."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.hours import factors, lay
from gortyn.model import Site, known
from gortyn.model.series import HourlySeries, SiteSeries


class GridHours(NamedTuple):
    """Electricity of the grid at one site, float64[hour].

    Attributes
    ----------
    wholesale_eur_per_mwh : price without charges and taxes
    carbon_g_per_kwh : carbon intensity where the site stands, life cycle
    direct_g_per_kwh : the same, counting only what power stations emit; NaN where unknown
    residual_g_per_kwh : of what no certificate claims
    """

    wholesale_eur_per_mwh: NDArray[np.float64]
    carbon_g_per_kwh: NDArray[np.float64]
    direct_g_per_kwh: NDArray[np.float64]
    residual_g_per_kwh: NDArray[np.float64]


def grid_hours(site: Site, start: date, hours: int, facts: Lookup, series: SiteSeries | None = None) -> GridHours:
    """Prices and carbon intensities of a site.

    From the site's files where it names some; else its annual means times the shapes of hour, week and month and the
    swings of the weather that the catalogue has for the country, or else for Europe (kind ``shapes``).

    Parameters
    ----------
    site : resolved site
    start : first day of the window, from 00:00 UTC
    hours : length of the window [h]
    facts : catalogue
    series : what the site's files hold

    Raises
    ------
    ValueError : the site is not resolved, or a file neither covers the window nor has a year.
    UnknownEntry : the catalogue has no shape or swing for Europe.
    """
    files = series or SiteSeries()

    def laid(file: HourlySeries | None, quantity: str, mean: float | None) -> NDArray[np.float64]:
        if file is not None:
            return lay(file, start, hours)
        return known(mean) * factors(facts, quantity, site.country, start, hours, site.longitude_deg)

    wholesale = laid(files.price, "price", site.grid.price_eur_per_mwh)
    return completed(site, wholesale, laid(files.carbon, "carbon", site.grid.carbon_g_per_kwh), start, facts, files)


def completed(
    site: Site,
    wholesale_eur_per_mwh: NDArray[np.float64],
    carbon_g_per_kwh: NDArray[np.float64],
    start: date,
    facts: Lookup,
    series: SiteSeries | None = None,
) -> GridHours:
    """Price and carbon intensity of the hours with what follows from them: direct emissions and the residual mix.

    Direct emissions follow the hours of the life cycle, unless a file has them: at the ratio of the means that the
    scenario states, or else at that of the country in the catalogue. The residual mix is one figure for all hours, as
    it is published; where none is known, what is not certified emits as the grid does.
    """
    files, grid = series or SiteSeries(), site.grid
    if files.direct_carbon is not None:
        direct = lay(files.direct_carbon, start, carbon_g_per_kwh.size)
    else:
        direct = carbon_g_per_kwh * _direct_share(site, files, facts)
    residual = _of(grid.residual_carbon_g_per_kwh, site, "residual_carbon_g_per_kwh", facts)
    return GridHours(
        wholesale_eur_per_mwh=wholesale_eur_per_mwh,
        carbon_g_per_kwh=carbon_g_per_kwh,
        direct_g_per_kwh=direct,
        residual_g_per_kwh=carbon_g_per_kwh if residual is None else np.full(carbon_g_per_kwh.size, residual),
    )


def _direct_share(site: Site, files: SiteSeries, facts: Lookup) -> float:
    """Direct emissions over those of the life cycle; NaN where unknown."""
    stated = site.grid.direct_carbon_g_per_kwh
    if stated is not None:
        mean = known(site.grid.carbon_g_per_kwh) if files.carbon is None else float(files.carbon.values.mean())
        return stated / mean if mean else 0.0
    direct, mean = (
        facts.get_number("grids", site.country, field) for field in ("direct_carbon_g_per_kwh", "carbon_g_per_kwh")
    )
    return np.nan if direct is None or not mean else direct / mean


def _of(stated: float | None, site: Site, field: str, facts: Lookup) -> float | None:
    """What the scenario states, or else the catalogue's of the country, or None."""
    return stated if stated is not None else facts.get_number("grids", site.country, field)
