"""This module owns the energy account: what each site draws, pays and emits in every hour of the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.climate import facility, weather
from gortyn.energy.activity import active_shares
from gortyn.energy.contracts import COST_PARTS
from gortyn.energy.embodied import embodied
from gortyn.energy.grid import completed, grid_hours
from gortyn.energy.jobs import Hourly, Use, tenant_use
from gortyn.energy.losses import IT_PARTS, it_parts
from gortyn.energy.power import full_it_mw, partition_it_mw
from gortyn.energy.site_hours import FACILITY_PARTS, HOURLY, SiteHours, site_hours
from gortyn.model import Scenario
from gortyn.model.conversions import HOURS_PER_DAY
from gortyn.model.series import AllSeries
from gortyn.operation import Tariffs

if TYPE_CHECKING:
    from gortyn.kernels.types import Jobs
    from gortyn.machine import Partition, SitePlan
    from gortyn.operation import Log

NO_SERIES: AllSeries = MappingProxyType({})
ENERGY_PARTS = (*IT_PARTS, *FACILITY_PARTS)


@dataclass(frozen=True, slots=True, eq=False)
class EnergyAccount:
    """Power, price, carbon, water and heat of every site and hour.

    Attributes
    ----------
    it_mw : mean IT power of the hour [MW]
    pue : facility power over IT power
    facility_mw : all that the site uses, the heat pumps of sold heat included [MW]
    wind_mw, solar_mw : production of the site's own plants, turned down where nobody can take it [MW]
    grid_mw, export_mw : drawn from the grid, and given to it by the own plants [MW]
    price_eur_per_mwh : what one more megawatt-hour costs: price of the hour, charges and taxes [EUR/MWh]
    carbon_g_per_kwh : carbon intensity of the grid, location-based, life cycle [gCO2e/kWh]
    direct_g_per_kwh : the same, counting only what power stations emit; NaN where unknown [gCO2/kWh]
    market_g_per_kwh : of what was drawn, by contracts and residual mix [gCO2e/kWh]
    cost_eur : of the electricity, without the demand charge and the heat sold [EUR]
    carbon_t, direct_carbon_t, market_carbon_t : of the electricity drawn from the grid [tCO2e]
    water_m3 : evaporated [m3]
    heat_mw, heat_eur : delivered, and what it brings [MW, EUR]
    dry_bulb_c, wet_bulb_c : weather [degC]
    renewable_mw : load covered by renewable electricity of the same hour: own plants, contracts with certificates [MW]
        All of these are float64[site, hour]; those below float64[site].
    demand_charge_eur, plants_eur : charge on the highest hours; own plants and backup: annuities and running [EUR]
    renewable_hourly_share, renewable_annual_share : renewable electricity of the same hour, and of the whole window,
        over the load; NaN without load
    embodied_t, embodied_t_per_year : emissions of making chips and building, and over their lives; NaN where unknown
    active_share : float64[partition, tenant], power of a node at work over its power at full load
    tenants : what the nodes at work for each tenant used
    cost_parts_eur, energy_parts_mwh : by name, float64[site] each; the former add up to the cost less the heat sold,
        the latter to the facility energy
    """

    it_mw: NDArray[np.float64]
    pue: NDArray[np.float64]
    facility_mw: NDArray[np.float64]
    wind_mw: NDArray[np.float64]
    solar_mw: NDArray[np.float64]
    grid_mw: NDArray[np.float64]
    export_mw: NDArray[np.float64]
    price_eur_per_mwh: NDArray[np.float64]
    carbon_g_per_kwh: NDArray[np.float64]
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
    demand_charge_eur: NDArray[np.float64]
    plants_eur: NDArray[np.float64]
    renewable_hourly_share: NDArray[np.float64]
    renewable_annual_share: NDArray[np.float64]
    embodied_t: NDArray[np.float64]
    embodied_t_per_year: NDArray[np.float64]
    active_share: NDArray[np.float64]
    tenants: Use
    cost_parts_eur: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    energy_parts_mwh: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def hourly(self) -> Hourly:
        """What sites used in each hour, the rates of their jobs."""
        return Hourly(self.it_mw, self.facility_mw, self.cost_eur, self.carbon_t, self.water_m3)

    @property
    def it_energy_mwh(self) -> NDArray[np.float64]:
        """IT energy of each site over the window [MWh], float64[site]; an hour of one megawatt is one megawatt-hour."""
        return self.it_mw.sum(axis=1)

    @property
    def energy_mwh(self) -> NDArray[np.float64]:
        """Facility energy of each site over the window [MWh], float64[site]."""
        return self.facility_mw.sum(axis=1)

    @property
    def peak_mw(self) -> NDArray[np.float64]:
        """Largest hourly facility power of each site [MW], float64[site]."""
        return self.facility_mw.max(axis=1, initial=0.0)

    @property
    def site_cost_eur(self) -> NDArray[np.float64]:
        """Electricity cost of each site over the window, demand charge and own plants included [EUR], float64[site]."""
        return self.cost_eur.sum(axis=1) + self.demand_charge_eur + self.plants_eur

    @property
    def site_carbon_t(self) -> NDArray[np.float64]:
        """Emissions of each site over the window, location-based, life cycle [tCO2e], float64[site]."""
        return self.carbon_t.sum(axis=1)

    @property
    def site_heat_eur(self) -> NDArray[np.float64]:
        """Income of each site from heat over the window [EUR], float64[site]."""
        return self.heat_eur.sum(axis=1)

    @property
    def energy_mwh_total(self) -> float:
        """Facility energy of all sites over the window [MWh]."""
        return float(self.facility_mw.sum())

    @property
    def cost_eur_total(self) -> float:
        """Electricity cost of all sites over the window, demand charges and own plants included [EUR]."""
        return float(self.site_cost_eur.sum())

    @property
    def carbon_t_total(self) -> float:
        """Emissions of all sites over the window, location-based, life cycle [tCO2e]."""
        return float(self.carbon_t.sum())


def tariffs(scenario: Scenario, plans: tuple[SitePlan, ...], facts: Lookup, series: AllSeries = NO_SERIES) -> Tariffs:
    """Price and carbon intensity of one more unit of power in every hour of the window, and PUE at full load.

    Contracts do not change them: what one more megawatt-hour costs is the price of the hour, or what it would have
    been sold for, with charges and taxes.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    facts : catalogue
    series : what the files of the sites hold

    Raises
    ------
    ValueError : the scenario is not resolved, or a file neither covers the window nor has a year.
    UnknownEntry : the catalogue has no shape for Europe, or no such climate.
    """
    start, hours = scenario.simulation.start, scenario.simulation.days * HOURS_PER_DAY
    price, carbon, pue = (np.empty((len(plans), hours)) for _ in range(3))  # unit: three series
    skies = tuple(weather(site, start, hours, facts, series.get(site.name)) for site in scenario.sites)
    for index, site in enumerate(scenario.sites):
        grid = grid_hours(site, start, hours, facts, series.get(site.name))
        price[index] = grid.wholesale_eur_per_mwh + site.grid.charges_eur_per_mwh + site.grid.taxes_eur_per_mwh
        carbon[index] = grid.carbon_g_per_kwh
        pue[index] = facility(site.cooling, skies[index], np.ones(hours), facts).pue
    return Tariffs(price, carbon, pue, skies)


def account(
    scenario: Scenario,
    plans: tuple[SitePlan, ...],
    partitions: tuple[Partition, ...],
    jobs: Jobs,
    log: Log,
    tariffs: Tariffs,
    facts: Lookup,
    series: AllSeries = NO_SERIES,
) -> EnergyAccount:
    """Hourly power, cost, emissions, water and heat of every site, and what its tenants used of them.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    partitions : rows of the log
    jobs, log : of the simulation: who ran when, busy, failed and installed chips, speeds
    tariffs : of every site and hour of the window, with the weather
    facts : catalogue
    series : what the files of the sites hold

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    active_share = active_shares(scenario, partitions, jobs, log, facts)
    per_partition = partition_it_mw(scenario, partitions, log, active_share), full_it_mw(scenario, partitions, log)
    it_mw, full_mw = (_by_site(power, partitions, len(plans)) for power in per_partition)
    found: list[SiteHours] = []
    for index, site in enumerate(scenario.sites):
        on_top = site.grid.charges_eur_per_mwh + site.grid.taxes_eur_per_mwh
        hours = tariffs.price_eur_per_mwh[index] - on_top, tariffs.carbon_g_per_kwh[index]
        market = completed(site, *hours, scenario.simulation.start, facts, series.get(site.name))
        found.append(site_hours(scenario, site, tariffs.weather[index], market, it_mw[index], full_mw[index], facts))
    arrays = {name: np.stack([getattr(one, name) for one in found]) for name in HOURLY}
    made = [embodied(scenario, index, partitions, facts) for index in range(len(plans))]
    load_mwh = arrays["facility_mw"].sum(axis=1)
    covered_mwh = arrays["renewable_mw"].sum(axis=1)
    hourly = Hourly(it_mw, *(arrays[name] for name in Hourly._fields[1:]))
    return EnergyAccount(
        it_mw=it_mw,
        price_eur_per_mwh=tariffs.price_eur_per_mwh,
        carbon_g_per_kwh=tariffs.carbon_g_per_kwh,
        **arrays,
        demand_charge_eur=np.array([one.demand_charge_eur for one in found]),
        plants_eur=np.array([one.plants_eur for one in found]),
        renewable_hourly_share=np.divide(covered_mwh, load_mwh, out=load_mwh * np.nan, where=load_mwh > 0),
        renewable_annual_share=np.array([one.renewable_annual_share for one in found]),
        embodied_t=np.array([one.total_t for one in made]),
        embodied_t_per_year=np.array([one.per_year_t for one in made]),
        active_share=active_share,
        tenants=tenant_use(scenario, partitions, log, active_share, hourly),
        cost_parts_eur={name: np.array([one.cost_parts_eur[name] for one in found]) for name in COST_PARTS},
        energy_parts_mwh=_energy_parts(scenario, partitions, per_partition, found, facts),
    )


def _by_site(series: NDArray[np.float64], partitions: tuple[Partition, ...], sites: int) -> NDArray[np.float64]:
    """Add series of partitions up to sites, float64[site, hour]."""
    total = np.zeros((sites, series.shape[1]))
    for index, partition in enumerate(partitions):
        total[partition.site] += series[index]
    return total


def _energy_parts(
    scenario: Scenario,
    partitions: tuple[Partition, ...],
    per_partition: tuple[NDArray[np.float64], NDArray[np.float64]],
    found: list[SiteHours],
    facts: Lookup,
) -> dict[str, NDArray[np.float64]]:
    """Energy of each site over the window by what takes it [MWh], float64[site]."""
    parts = {name: np.zeros(len(found)) for name in ENERGY_PARTS}
    it_mwh, full_mwh = (power.sum(axis=1) for power in per_partition)
    for index, partition in enumerate(partitions):
        machine = scenario.machine(partition.machine)
        for name, energy in it_parts(machine, float(it_mwh[index]), float(full_mwh[index]), facts).items():
            parts[name][partition.site] += energy
    for site, one in enumerate(found):
        for name, energy in one.facility_parts_mwh.items():
            parts[name][site] += energy
    return parts
