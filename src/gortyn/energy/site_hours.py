"""This module owns the hours of one site: from IT power to what it draws, pays, emits and evaporates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.climate import climate_of, facility, heat_delivered_mw, mean_heating_degrees_c, solar_share, wind_share
from gortyn.energy.contracts import COST_PARTS, demand_charge_eur, settle
from gortyn.energy.grid import GridHours
from gortyn.energy.supply import dispatch, plants_eur_per_year, yearly_cost
from gortyn.model import Scenario, Site
from gortyn.model.conversions import HOURS_PER_YEAR, KG_PER_T

if TYPE_CHECKING:
    from gortyn.climate import Facility, Weather

FACILITY_PARTS: Final = ("distribution", "cooling", "other")


class SiteHours(NamedTuple):
    """One site: fields as of `EnergyAccount`, float64[hour]; then figures of the whole window."""

    pue: NDArray[np.float64]
    facility_mw: NDArray[np.float64]
    wind_mw: NDArray[np.float64]
    solar_mw: NDArray[np.float64]
    grid_mw: NDArray[np.float64]
    export_mw: NDArray[np.float64]
    direct_g_per_kwh: NDArray[np.float64]
    market_g_per_kwh: NDArray[np.float64]
    cost_eur: NDArray[np.float64]
    carbon_t: NDArray[np.float64]
    direct_carbon_t: NDArray[np.float64]
    market_carbon_t: NDArray[np.float64]
    water_m3: NDArray[np.float64]
    heat_mw: NDArray[np.float64]
    heat_eur: NDArray[np.float64]
    dry_bulb_c: NDArray[np.float64]
    wet_bulb_c: NDArray[np.float64]
    renewable_mw: NDArray[np.float64]
    demand_charge_eur: float
    plants_eur: float
    renewable_annual_share: float
    cost_parts_eur: dict[str, float]
    facility_parts_mwh: dict[str, float]


HOURLY: Final = SiteHours._fields[: SiteHours._fields.index("demand_charge_eur")]
"""Fields that are series."""


def site_hours(
    scenario: Scenario,
    site: Site,
    weather: Weather,
    market: GridHours,
    it_mw: NDArray[np.float64],
    full_mw: NDArray[np.float64],
    facts: Lookup,
) -> SiteHours:
    """All hours of a site over the simulated window.

    Parameters
    ----------
    scenario : resolved, for the window
    site : resolved
    weather, market : of its hours
    it_mw, full_mw : float64[hour], IT power, and what the nodes in service would draw at full load
    facts : catalogue
    """
    start, hours = scenario.simulation.start, it_mw.size
    load_share = np.divide(it_mw, full_mw, out=np.zeros(hours), where=full_mw > 0)
    building = facility(site.cooling, weather, load_share, facts)
    heat_mw, pump_mw = _heat(site, it_mw, building, weather, facts)
    load_mw = it_mw * building.pue + pump_mw
    produced = _produced(site, weather, facts)
    plants = _plants(site, load_mw, produced, market.wholesale_eur_per_mwh, facts)
    grid_mw, export_mw = plants.grid_mw, plants.export_mw
    bill = settle(grid_mw, export_mw, market, site.grid.contracts, produced)
    charges_eur, taxes_eur = grid_mw * site.grid.charges_eur_per_mwh, grid_mw * site.grid.taxes_eur_per_mwh
    heat_eur = heat_mw * (site.cooling.heat_reuse.price_eur_per_mwh if site.cooling.heat_reuse else 0.0)
    demand_eur = demand_charge_eur(grid_mw, start, site.grid)
    own_eur = _plants_eur(scenario, site, plants, facts)
    parts = (bill.wholesale_eur, bill.contracts_eur, charges_eur, taxes_eur, demand_eur, own_eur, bill.sold_eur)
    renewable_mw = load_mw - grid_mw + bill.renewable_mw
    produced_mwh, load_mwh = (
        float((plants.wind_mw + plants.solar_mw + bill.bought_renewable_mw).sum()),
        float(load_mw.sum()),
    )
    return SiteHours(
        pue=np.divide(load_mw, it_mw, out=building.pue.copy(), where=it_mw > 0),
        facility_mw=load_mw,
        wind_mw=plants.wind_mw,
        solar_mw=plants.solar_mw,
        grid_mw=grid_mw,
        export_mw=export_mw,
        direct_g_per_kwh=market.direct_g_per_kwh,
        market_g_per_kwh=bill.market_g_per_kwh,
        cost_eur=bill.wholesale_eur + bill.contracts_eur + charges_eur + taxes_eur + bill.sold_eur,
        # A gram per kilowatt-hour is a kilogram per megawatt-hour.
        carbon_t=grid_mw * market.carbon_g_per_kwh / KG_PER_T,
        direct_carbon_t=grid_mw * market.direct_g_per_kwh / KG_PER_T,
        market_carbon_t=grid_mw * bill.market_g_per_kwh / KG_PER_T,
        # A litre per kilowatt-hour is a cubic metre per megawatt-hour.
        water_m3=it_mw * building.water_l_per_kwh,
        heat_mw=heat_mw,
        heat_eur=heat_eur,
        dry_bulb_c=weather.dry_bulb_c,
        wet_bulb_c=weather.wet_bulb_c,
        renewable_mw=renewable_mw,
        demand_charge_eur=demand_eur,
        plants_eur=own_eur,
        renewable_annual_share=min(1.0, produced_mwh / load_mwh) if load_mwh else np.nan,
        cost_parts_eur={name: float(np.sum(part)) for name, part in zip(COST_PARTS, (*parts, -heat_eur), strict=True)},
        facility_parts_mwh=_facility_parts(it_mw, load_mw, building),
    )


def _heat(
    site: Site, it_mw: NDArray[np.float64], building: Facility, weather: Weather, facts: Lookup
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heat delivered and what its pump draws, float64[hour] each."""
    if site.cooling.heat_reuse is None:
        return np.zeros(it_mw.size), np.zeros(it_mw.size)
    mean_c = mean_heating_degrees_c(climate_of(site, facts), facts)
    balance = heat_delivered_mw(site.cooling.heat_reuse, it_mw, building, weather, facts, mean_degrees_c=mean_c)
    return balance.delivered_mw, balance.pump_mw


def _produced(site: Site, weather: Weather, facts: Lookup) -> Mapping[str, NDArray[np.float64]]:
    """Capacity factors of the kinds of plant that stand on site or in its contracts."""
    profiles = {contract.profile for contract in site.grid.contracts}
    needed = {"wind": site.supply.wind_mw > 0, "solar": site.supply.solar_mw > 0}
    curves = {"wind": wind_share, "solar": solar_share}
    chosen = [kind for kind in curves if needed[kind] or kind in profiles]
    if not chosen:
        return {}
    return {kind: curves[kind](weather, facts, climate_of(site, facts)) for kind in chosen}


class _Plants(NamedTuple):
    """What the plants of a site give, and what the grid gives and takes, float64[hour]."""

    wind_mw: NDArray[np.float64]
    solar_mw: NDArray[np.float64]
    grid_mw: NDArray[np.float64]
    export_mw: NDArray[np.float64]


def _plants(
    site: Site,
    load_mw: NDArray[np.float64],
    produced: Mapping[str, NDArray[np.float64]],
    price_eur_per_mwh: NDArray[np.float64],
    facts: Lookup,
) -> _Plants:
    """Plants, battery and grid; plants are turned down where the connection is full or nobody pays for what they give.

    A site without plants draws its load: a battery stores what plants leave over, and nothing else.
    """
    supply, none = site.supply, np.zeros_like(load_mw)
    if not supply.wind_mw and not supply.solar_mw:
        return _Plants(none, none, load_mw, none)
    wind_mw, solar_mw = (
        installed * produced[kind] if installed else none
        for kind, installed in (("wind", supply.wind_mw), ("solar", supply.solar_mw))
    )
    efficiency = facts.number("supply", "battery", "efficiency_share") if supply.battery_mw else 1.0
    stored_mwh = supply.battery_mw * supply.battery_hours
    flows = dispatch(load_mw, wind_mw, solar_mw, supply.battery_mw, stored_mwh, efficiency)
    spare_mw = flows.export_mw
    export_mw = np.where(price_eur_per_mwh > 0, np.minimum(spare_mw, site.grid.connection_mw), 0.0)
    run_share = 1 - np.divide(spare_mw - export_mw, wind_mw + solar_mw, out=none.copy(), where=spare_mw > 0)
    return _Plants(wind_mw * run_share, solar_mw * run_share, flows.grid_mw, export_mw)


def _plants_eur(scenario: Scenario, site: Site, plants: _Plants, facts: Lookup) -> float:
    """Cost of own plants and backup in the window: annuities, fixed costs, and those of what plants give [EUR]."""
    rate = scenario.costs.discount_rate
    cost_eur = plants_eur_per_year(site.supply, facts, rate) * plants.grid_mw.size / HOURS_PER_YEAR
    if site.supply.wind_mw:
        cost_eur += float(plants.wind_mw.sum()) * yearly_cost("wind", facts, rate).eur_per_mwh
    if site.supply.solar_mw:
        cost_eur += float(plants.solar_mw.sum()) * yearly_cost("solar", facts, rate).eur_per_mwh
    return cost_eur


def _facility_parts(it_mw: NDArray[np.float64], load_mw: NDArray[np.float64], building: Facility) -> dict[str, float]:
    """Energy beside that of the IT, by what takes it [MWh]; the parts add up to it. Pumps of sold heat are other."""
    distribution, cooling = (float(it_mw @ share) for share in (building.distribution_share, building.cooling_share))
    other = float((load_mw - it_mw).sum()) - distribution - cooling
    return dict(zip(FACILITY_PARTS, (distribution, cooling, other), strict=True))
