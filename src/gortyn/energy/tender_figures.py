"""This module owns what a run says of a site to whoever scores it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gortyn.climate import design_pue
from gortyn.energy.tender import LOTS, Lot, Scored, SiteFigures, score
from gortyn.model import known
from gortyn.model.conversions import HOURS_PER_YEAR
from gortyn.model.series import AllSeries, SiteSeries

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup
    from gortyn.energy.account import EnergyAccount
    from gortyn.machine import SitePlan
    from gortyn.model import Scenario, Site

ANYWHERE: Final = ("air", "liquid", "warm-water")
"""Kinds of cooling that need no coast."""


class SiteScore(NamedTuple):
    """Score of one site on the scales of one lot."""

    site: int
    lot: Lot
    items: tuple[Scored, ...]

    @property
    def points(self) -> float:
        """Points of all items."""
        return sum(item.points for item in self.items)

    @property
    def most_points(self) -> float:
        """Points that all items could bring."""
        return sum(item.most_points for item in self.items)


def tender_scores(
    scenario: Scenario,
    plans: tuple[SitePlan, ...],
    account: EnergyAccount,
    facts: Lookup,
    series: AllSeries | None = None,
) -> tuple[SiteScore, ...]:
    """Score every site on the scales of both lots.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    account : of the window, which is taken for a year
    facts : catalogue
    series : what the files of the sites hold
    """
    return tuple(
        SiteScore(index, lot, score(lot, figures, facts))
        for index, plan in enumerate(plans)
        for figures in (site_figures(scenario, index, plan, account, facts, (series or {}).get(plan.name)),)
        for lot in LOTS
    )


def site_figures(
    scenario: Scenario,
    index: int,
    plan: SitePlan,
    account: EnergyAccount,
    facts: Lookup,
    series: SiteSeries | None = None,
) -> SiteFigures:
    """What the score of one site rests on.

    Parameters
    ----------
    scenario : resolved scenario
    index : of the site
    plan : of the site
    account : of the window, which is taken for a year
    facts : catalogue
    series : what the files of the site hold
    """
    site, costs = scenario.sites[index], scenario.costs
    supply = site.supply
    load_mw, price = account.facility_mw[index], account.price_eur_per_mwh[index]
    yearly = HOURS_PER_YEAR / max(load_mw.size, 1)
    load_mwh = float(load_mw.sum())
    return SiteFigures(
        it_mw=plan.it_mw,
        peak_mw=plan.peak_facility_mw,
        pue=plan.pue,
        cooling_kind=site.cooling.kind,
        cooling_pue={site.cooling.kind: plan.pue} | _other_kinds(site, facts, series),
        it_mwh_per_year=float(account.it_mw[index].sum()) * yearly,
        load_mwh_per_year=load_mwh * yearly,
        price_eur_per_mwh=float(load_mw @ price) / load_mwh if load_mwh else float(price.mean()),
        renewable_hourly_share=_share(account.renewable_hourly_share[index]),
        renewable_annual_share=_share(account.renewable_annual_share[index]),
        connection_mw=site.grid.connection_mw,
        backup_mw=supply.backup_mw,
        backup_hours=supply.backup_hours,
        flexible_share=supply.flexible_share,
        battery_mw=supply.battery_mw,
        battery_hours=supply.battery_hours,
        building_eur_per_it_mw=known(costs.building_usd_per_mw) / known(costs.usd_per_eur),
        connection_eur_per_mw=known(costs.grid_connection_eur_per_mw),
        capex_eur_per_it_mw=plan.capex.total_eur / plan.it_mw,
        discount_rate=costs.discount_rate,
        building_life_years=costs.building_life_years,
        chip_life_years=known(costs.chip_life_years),
    )


def _other_kinds(site: Site, facts: Lookup, series: SiteSeries | None) -> dict[str, float]:
    """Mean PUE of the place with other kinds of cooling, as the catalogue describes them."""
    found: dict[str, float] = {}
    for kind in ANYWHERE:
        if kind != site.cooling.kind:
            changed = {"kind": kind, "pue": None, "liquid_share": None, "supply_temperature_c": None}
            other = site.model_copy(update={"cooling": site.cooling.model_copy(update=changed)})
            found[kind] = design_pue(other, facts, series).mean
    return found


def _share(value: np.float64) -> float:
    """A share of a load; 0 of no load."""
    return 0.0 if np.isnan(value) else float(value)
