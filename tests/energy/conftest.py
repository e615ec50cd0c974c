"""One site with one kind of machine, and a log whose hours are set by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import plain
from gortyn.catalogue import load
from gortyn.machine import plan
from gortyn.machine.partition import Partition
from gortyn.model import Cooling, Costs, Phase, Simulation


@pytest.fixture(scope="session")
def facts():
    return load().lookup()


@pytest.fixture
def make_scenario():
    """Scenario of one site per country; the machine draws 1 kW per chip at full load, half of that when idle."""

    def make(
        countries=("FI",),
        *,
        start=date(2027, 1, 1),
        days=365,
        price=40.0,
        charges=0.0,
        carbon=70.0,
        pue=1.25,
        active=1.0,
        longitude=25.0,
        chips=1000,
    ):
        machine = plain.machine(it_power_kw_per_chip=1.0, idle_power_share=0.5, active_power_share=active)
        sites = tuple(
            plain.site(
                name=country.lower(),
                country=country,
                longitude_deg=longitude,
                grid=plain.grid(price_eur_per_mwh=price, charges_eur_per_mwh=charges, carbon_g_per_kwh=carbon),
                cooling=Cooling(kind="liquid", pue=pue),
                phases=(Phase(name="one", operational=date(2026, 1, 1), machine="plain", chips=chips),),
            )
            for country in countries
        )
        return plain.scenario(
            costs=Costs(
                usd_per_eur=1.0,
                building_usd_per_mw=1e7,
                grid_connection_eur_per_mw=1e5,
                maintenance_share_per_year=0.05,
                insurance_share_per_year=0.005,
                staff_fte_per_mw=1.0,
                staff_eur_per_fte_year=80_000.0,
                chip_life_years=5.0,
            ),
            machines=(machine,),
            sites=sites,
            simulation=Simulation(start=start, days=days),
        )

    return make


@pytest.fixture
def make_log():
    """Log of sites that have as many chips busy as the array says; none of its jobs matter here."""

    return plain.log


@pytest.fixture
def rooms(facts, make_log):
    """Plans, partitions, no jobs and a log with the same busy share in every hour."""

    def make(scenario, busy_share=1.0):
        plans = plan(scenario, facts)
        parts = tuple(
            Partition(index, "plain", site.nodes, 8, np.zeros(1, np.int64), np.array([site.nodes]))
            for index, site in enumerate(plans)
        )
        capacity = np.repeat([[float(site.chips)] for site in plans], 24 * scenario.simulation.days, axis=1)
        return plans, parts, plain.jobs(np.zeros(0)), make_log(busy_share * capacity, capacity)

    return make
