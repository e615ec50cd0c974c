"""This module owns the energy account: what each site draws, pays and emits in every hour of the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.energy.power import site_it_mw
from gortyn.energy.shapes import by_hour, by_month, shape
from gortyn.machine.conversions import HOURS_PER_DAY
from gortyn.model import Scenario, Site, known
from gortyn.operation import Tariffs

if TYPE_CHECKING:
    from gortyn.machine import Partition, SitePlan
    from gortyn.operation import Log

KG_PER_T: Final = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class EnergyAccount:
    """Power, price and carbon of every site and hour, float64[site, hour].

    Attributes
    ----------
    it_mw : mean IT power of the hour [MW]
    facility_mw : the same times PUE [MW]
    price_eur_per_mwh : what a megawatt-hour costs: wholesale price of the hour plus charges [EUR/MWh]
    carbon_g_per_kwh : carbon intensity of the grid, location-based, life cycle [gCO2e/kWh]
    cost_eur : facility energy of the hour times price [EUR]
    carbon_t : facility energy of the hour times carbon intensity [tCO2e]
    """

    it_mw: NDArray[np.float64]
    facility_mw: NDArray[np.float64]
    price_eur_per_mwh: NDArray[np.float64]
    carbon_g_per_kwh: NDArray[np.float64]
    cost_eur: NDArray[np.float64]
    carbon_t: NDArray[np.float64]

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
        """Electricity cost of each site over the window [EUR], float64[site]."""
        return self.cost_eur.sum(axis=1)

    @property
    def site_carbon_t(self) -> NDArray[np.float64]:
        """Emissions of each site over the window [tCO2e], float64[site]."""
        return self.carbon_t.sum(axis=1)

    @property
    def energy_mwh_total(self) -> float:
        """Facility energy of all sites over the window [MWh]."""
        return float(self.facility_mw.sum())

    @property
    def cost_eur_total(self) -> float:
        """Electricity cost of all sites over the window [EUR]."""
        return float(self.cost_eur.sum())

    @property
    def carbon_t_total(self) -> float:
        """Emissions of all sites over the window [tCO2e]."""
        return float(self.carbon_t.sum())


def tariffs(scenario: Scenario, plans: tuple[SitePlan, ...], facts: Lookup) -> Tariffs:
    """Hourly price and carbon intensity of the power of every site over the simulated window.

    They are the site's annual means times the shapes of hour and month that the catalogue has for the country, or else
    for Europe (kind ``shapes``); charges are added to the price of every hour. PUE is the annual mean in every hour.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site, for its PUE
    facts : catalogue

    Raises
    ------
    ValueError : the scenario is not resolved.
    UnknownEntry : the catalogue has no shape for Europe.
    """
    hours = scenario.simulation.days * HOURS_PER_DAY
    price, carbon = np.empty((len(scenario.sites), hours)), np.empty((len(scenario.sites), hours))
    for index, site in enumerate(scenario.sites):
        price_factor, carbon_factor = (
            _factor(site, quantity, scenario, hours, facts) for quantity in ("price", "carbon")
        )
        price[index] = known(site.grid.price_eur_per_mwh) * price_factor + site.grid.charges_eur_per_mwh
        carbon[index] = known(site.grid.carbon_g_per_kwh) * carbon_factor
    return Tariffs(price, carbon, np.array([plan.pue for plan in plans]))


def account(scenario: Scenario, partitions: tuple[Partition, ...], log: Log, tariffs: Tariffs) -> EnergyAccount:
    """Hourly power, cost and emissions of every site.

    Parameters
    ----------
    scenario : resolved scenario
    partitions : rows of the log
    log : busy, failed and installed chips and their speed, float64[partition, hour]
    tariffs : of every site and hour of the window

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    it_mw = site_it_mw(scenario, partitions, log)
    facility_mw = it_mw * tariffs.pue[:, None]
    return EnergyAccount(
        it_mw=it_mw,
        facility_mw=facility_mw,
        price_eur_per_mwh=tariffs.price_eur_per_mwh,
        carbon_g_per_kwh=tariffs.carbon_g_per_kwh,
        cost_eur=facility_mw * tariffs.price_eur_per_mwh,
        # A gram per kilowatt-hour is a kilogram per megawatt-hour.
        carbon_t=facility_mw * tariffs.carbon_g_per_kwh / KG_PER_T,
    )


def _factor(site: Site, quantity: str, scenario: Scenario, hours: int, facts: Lookup) -> NDArray[np.float64]:
    return shape(
        by_hour(facts, quantity, site.country),
        by_month(facts, quantity, site.country),
        scenario.simulation.start,
        hours,
        site.longitude_deg,
    )
