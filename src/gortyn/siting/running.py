"""This module owns what a megawatt of machines at a place takes and gives in a year: energy, its price, its carbon."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.climate import facility, weather
from gortyn.energy.grid import grid_hours
from gortyn.model import Cooling, Grid, Machine, Phase, Scenario, Site, Siting, Tenant, known
from gortyn.model.conversions import HOURS_PER_YEAR, MIN_PER_HOUR
from gortyn.siting.place import Place
from gortyn.training.goodput import Clock, goodput, mttf_hours, optimal_interval_h

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup


@dataclass(frozen=True, slots=True)
class Work:
    """How much of what is installed is used, assumed to be the same at every place.

    Attributes
    ----------
    utilisation_share : share of chip-hours that jobs take: ``costs.utilisation_share``, or else what the tenants ask
        for, all of it at most
    goodput_share : share of those that goes into new work and not into what failures lose
    power_share : mean IT power over that at full load: idle chips draw one share of it, busy ones another
    """

    utilisation_share: float
    goodput_share: float
    power_share: float

    @property
    def useful_share(self) -> float:
        """Useful chip-hours per chip-hour installed."""
        return self.utilisation_share * self.goodput_share


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """A year of one megawatt of IT load, float64[place] each.

    Attributes
    ----------
    pue : facility energy over IT energy of the year
    full_pue : the same ratio at full load
    peak_pue : facility power over IT power in the highest hour at full load
    mwh_per_mw_year : facility energy per megawatt of IT load at full power [MWh/MW]
    eur_per_mw_year : what it costs, charges included [EUR/MW]
    kg_per_mw_year : what it emits [kgCO2e/MW]
    """

    pue: NDArray[np.float64]
    full_pue: NDArray[np.float64]
    peak_pue: NDArray[np.float64]
    mwh_per_mw_year: NDArray[np.float64]
    eur_per_mw_year: NDArray[np.float64]
    kg_per_mw_year: NDArray[np.float64]


def work(scenario: Scenario, machine: Machine) -> Work:
    """Utilisation, goodput and load that the scenario leads to expect.

    Goodput is that of each tenant's median job (of its largest where a mix says the sizes) at the scenario's failure
    rate and with the best checkpoint interval, weighted by what the tenants ask for.
    """
    asked = np.array([tenant.demand_share for tenant in scenario.tenants])
    stated = scenario.costs.utilisation_share
    utilisation = min(1.0, float(asked.sum())) if stated is None else stated
    kept = np.array([_goodput(tenant, scenario) for tenant in scenario.tenants])
    idle, active = known(machine.idle_power_share), known(machine.active_power_share)
    return Work(
        utilisation_share=utilisation,
        goodput_share=float(asked @ kept / asked.sum()) if asked.any() else float(kept.mean()),
        power_share=idle + utilisation * (active - idle),
    )


def running(scenario: Scenario, siting: Siting, places: Sequence[Place], load_share: float, facts: Lookup) -> Running:
    """A year of hours of every place: weather, PUE, price and carbon.

    Parameters
    ----------
    scenario : resolved scenario
    siting : for the cooling and the year of the first phase
    places : candidates
    load_share : IT power over that at full load, in every hour
    facts : catalogue

    Raises
    ------
    UnknownEntry : the catalogue lacks a climate or a shape.
    """
    start = date(min(siting.phases).year, 1, 1)
    expected, full = (np.full(HOURS_PER_YEAR, share) for share in (load_share, 1.0))
    rows = np.empty((len(places), 6))  # unit: the six columns of Running
    for row, place in zip(rows, places, strict=True):
        site = as_site(place, siting, scenario.machines[0].name)
        grid = grid_hours(site, start, HOURS_PER_YEAR, facts)
        air = weather(site, start, HOURS_PER_YEAR, facts)
        # IT energy of every hour is the same, so that the mean over hours weighs them rightly.
        pue = facility(site.cooling, air, expected, facts).pue
        at_full = facility(site.cooling, air, full, facts).pue
        mwh = load_share * HOURS_PER_YEAR * pue
        row[:] = (
            pue.mean(),
            at_full.mean(),
            at_full.max(),
            mwh.mean(),
            (mwh * (grid.wholesale_eur_per_mwh + place.charges_eur_per_mwh)).mean(),
            # A gram per kilowatt-hour is a kilogram per megawatt-hour.
            (mwh * grid.carbon_g_per_kwh).mean(),
        )
    return Running(*rows.T)


def as_site(place: Place, siting: Siting, machine: str) -> Site:
    """The place as a site of a scenario, with the siting's first phase and smallest size."""
    first = min(siting.phases)
    return Site(
        name=place.name,
        title=place.title,
        country=place.country,
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        climate=place.climate,
        grid=Grid(
            connection_mw=place.connection_mw,
            energised=min(place.energised, first),
            price_eur_per_mwh=place.price_eur_per_mwh,
            charges_eur_per_mwh=place.charges_eur_per_mwh,
            carbon_g_per_kwh=place.carbon_g_per_kwh,
        ),
        cooling=Cooling(kind=siting.cooling),
        phases=(Phase(name="first", operational=first, machine=machine, chips=min(siting.chips)),),
    )


def _goodput(tenant: Tenant, scenario: Scenario) -> float:
    reliability = scenario.operations.reliability
    clock: Clock = known(reliability.clock)
    mttf_h = mttf_hours(known(reliability.rate_per_1000_node_days), tenant.job_chips or tenant.job_chips_max)
    if math.isinf(mttf_h):
        return 1.0
    restart_h, write_h = reliability.restart_min / MIN_PER_HOUR, reliability.checkpoint_write_min / MIN_PER_HOUR
    if clock == "observed" and restart_h >= mttf_h:
        return 0.0
    interval_h = optimal_interval_h(mttf_h, restart_h, write_h, clock)
    return goodput(mttf_h, restart_h, interval_h, write_h, clock)
