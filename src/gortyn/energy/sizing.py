"""This module owns the sizes of wind, sun and battery at a site: a linear program of their cost over a year."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gortyn.energy.sizing_program import Costs, Hours, Sizes, Year, solve
from gortyn.energy.supply import KIND, dispatch, yearly_cost
from gortyn.energy.typical_weeks import HOURS_PER_WEEK, keep_mean, typical_weeks
from gortyn.model.conversions import HOURS_PER_YEAR

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup
    from gortyn.model import Site

WEEKS: Final = 10  # source: docs/energy.md, which compares them with the year


@dataclass(frozen=True, slots=True)
class Sizing:
    """Sizes that cost least, and what a year costs with them.

    Attributes
    ----------
    wind_mw, solar_mw, battery_mw, battery_mwh : installed, what stands there already included
    matched_hourly_share : share of the load not drawn from the grid, by the program
    plants_eur_per_year, grid_eur_per_year : annuities and costs of the plants; electricity drawn less what is sold
    baseline_eur_per_year : both without anything new, under greedy self-consumption
    carbon_t_per_year : of the electricity drawn, location-based
    matching_eur_per_mwh : what one more megawatt-hour matched by the hour would cost; 0 where no share is asked for
    moved_mwh_per_year : load moved to other hours of its day
    weeks : typical weeks solved; 0 for every hour of the window
    checked_cost_eur_per_year, checked_matched_share : the same sizes in all hours of the window under greedy
        self-consumption, which neither foresees prices nor moves load
    seconds : wall-clock time of building and solving
    """

    wind_mw: float
    solar_mw: float
    battery_mw: float
    battery_mwh: float
    matched_hourly_share: float
    plants_eur_per_year: float
    grid_eur_per_year: float
    baseline_eur_per_year: float
    carbon_t_per_year: float
    matching_eur_per_mwh: float
    moved_mwh_per_year: float
    weeks: int
    checked_cost_eur_per_year: float
    checked_matched_share: float
    seconds: float

    @property
    def cost_eur_per_year(self) -> float:
        """Plants and grid together [EUR/year]."""
        return self.plants_eur_per_year + self.grid_eur_per_year


def size(
    site: Site,
    load_mw: Hours,
    price_eur_per_mwh: Hours,
    carbon_g_per_kwh: Hours,
    wind_share: Hours,
    solar_share: Hours,
    facts: Lookup,
    *,
    discount_rate: float,
    match_share: float | None = None,
    weeks: int | None = WEEKS,
    export_eur_per_mwh: Hours | None = None,
) -> Sizing:
    """Find the wind, solar and battery power at a site that make its electricity cost least in a year.

    A linear program in PyPSA, solved by HiGHS with perfect foresight: every hour the load is met from plants, battery
    and grid; `supply.flexible_share` of it may move within its day, as far as the highest load of the window; sizes
    lie between what stands there and `supply.*_limit_mw`. Typical weeks are scaled to the means of the window, and the
    battery ends each of them as it ends all others.

    Parameters
    ----------
    site : its `supply` and `grid.connection_mw`
    load_mw : facility power of the hour [MW]
    price_eur_per_mwh : what a megawatt-hour drawn costs, charges and taxes included
    carbon_g_per_kwh : of the grid [g/kWh]
    wind_share, solar_share : production over installed power, in [0, 1]
    facts : catalogue, kind ``supply``
    discount_rate : real discount rate per year, of the annuities
    match_share : least share of the load over the year that is not drawn from the grid; electricity drawn to charge
        the battery counts as drawn
    weeks : typical weeks; None or 0 for every hour of the window
    export_eur_per_mwh : price of electricity given to the grid; left out, nothing is sold

    Raises
    ------
    MissingExtra : PyPSA is not installed.
    Unreachable : the limits or the connection do not allow it.
    ValueError : a share outside its range.
    """
    if match_share is not None and not 0 <= match_share <= 1:
        raise ValueError(f"the share to match is {match_share}, must be between 0 and 1")
    begin = time.perf_counter()
    weight = np.full(load_mw.size, HOURS_PER_YEAR / max(load_mw.size, 1))
    year = Year(load_mw, price_eur_per_mwh, carbon_g_per_kwh, wind_share, solar_share, export_eur_per_mwh, weight)
    costs = Costs(
        yearly_cost("wind", facts, discount_rate),
        yearly_cost("solar", facts, discount_rate),
        yearly_cost("battery", facts, discount_rate),
        facts.number(KIND, "battery", "efficiency_share"),
    )
    count = min(weeks or 0, load_mw.size // HOURS_PER_WEEK)
    solved = _part(year, count) if count and count * HOURS_PER_WEEK < load_mw.size else year
    found = solve(site, solved, costs, match_share)
    supply = site.supply
    kept = Sizes(supply.wind_mw, supply.solar_mw, supply.battery_mw, supply.battery_mw * supply.battery_hours)
    checked_eur, checked_share = _greedy(year, costs, found.sizes, site.grid.connection_mw)
    return Sizing(
        *found.sizes,
        matched_hourly_share=found.matched_share,
        plants_eur_per_year=found.plants_eur,
        grid_eur_per_year=found.grid_eur,
        baseline_eur_per_year=_greedy(year, costs, kept, site.grid.connection_mw)[0],
        carbon_t_per_year=found.carbon_t,
        matching_eur_per_mwh=found.matching_eur_per_mwh,
        moved_mwh_per_year=found.moved_mwh,
        weeks=solved.weeks,
        checked_cost_eur_per_year=checked_eur,
        checked_matched_share=checked_share,
        seconds=time.perf_counter() - begin,
    )


def _part(year: Year, weeks: int) -> Year:
    shares = (year.wind_share, year.solar_share)
    chosen = typical_weeks(np.stack([year.load_mw, year.price, *shares]), weeks)
    wind, solar = (keep_mean(share, chosen, top=1.0) for share in shares)
    sold = year.export_price
    return Year(
        keep_mean(year.load_mw, chosen, top=float(year.load_mw.max(initial=0.0))),
        keep_mean(year.price, chosen, shift=True),
        keep_mean(year.carbon, chosen),
        wind,
        solar,
        None if sold is None else keep_mean(sold, chosen, shift=True),
        np.repeat(chosen.weight, HOURS_PER_WEEK),
        weeks,
    )


def _greedy(year: Year, costs: Costs, sizes: Sizes, connection_mw: float) -> tuple[float, float]:
    """Yearly cost [EUR] and matched share of all hours of the window under greedy self-consumption."""
    wind, solar = sizes.wind_mw * year.wind_share, sizes.solar_mw * year.solar_share
    flow = dispatch(year.load_mw, wind, solar, sizes.battery_mw, sizes.battery_mwh, costs.efficiency_share)
    price = 0.0 if year.export_price is None else np.maximum(year.export_price, 0.0)
    given = np.where(price > 0, np.minimum(flow.export_mw, connection_mw), 0.0)
    # What nobody takes is not produced; what is dearer to run stops first.
    left = flow.export_mw - given
    wind_first = costs.wind.eur_per_mwh >= costs.solar.eur_per_mwh
    stopped = np.minimum(wind if wind_first else solar, left)
    wind, solar = (wind - stopped, solar - left + stopped) if wind_first else (wind - left + stopped, solar - stopped)
    variable = costs.wind.eur_per_mwh * wind + costs.solar.eur_per_mwh * solar
    bill = (flow.grid_mw * year.price - given * price + variable).mean() * HOURS_PER_YEAR
    load = year.load_mw.sum()
    return float(bill) + costs.fixed_eur(sizes), float(1 - flow.grid_mw.sum() / load) if load else 1.0
