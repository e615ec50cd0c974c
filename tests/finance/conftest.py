"""A project small enough to do its sums by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import plain
from gortyn.access import Access, TenantAccess
from gortyn.catalogue import load
from gortyn.finance import appraise
from gortyn.finance.project import project
from gortyn.machine import plan
from gortyn.model import Costs, Fund, Layer, Phase, Risk, Simulation

EQUITY = (("equity", "equity", "private", 1.0, 0.1, 5.0),)
CERTAIN = Risk(
    draws=10,
    chip_price_spread=0.0,
    power_price_spread=0.0,
    demand_spread=0.0,
    delay_mean_quarters=0.0,
    failure_rate_spread=0.0,
    interest_spread_rate=0.0,
)
RULES = {"union_cap_share": 0.17, "state_match": 1.0, "grant_chip_hours": 5000.0, "additional_share": 0.5}


def make_layers(rows):
    """Layers from rows of (name, kind, provider, share, return, tenor)."""
    return tuple(
        Layer(name=name, kind=kind, provider=provider, share=share, return_rate=rate, tenor_years=tenor)
        for name, kind, provider, share, rate, tenor in rows
    )


@pytest.fixture
def layers():
    return make_layers


@pytest.fixture
def make_scenario():
    """One machine at 40,000 + 10,000 EUR a chip and 1 kW a chip; per site a tuple of phases (first day, chips).

    No tax, no inflation, no risk, chips that bring nothing at the end of their one life, unless the caller says so.
    """

    def make(
        sites=(((date(2028, 1, 1), 1000),),),
        rows=EQUITY,
        *,
        start=date(2029, 1, 1),
        days=365,
        prices=(3.0,),
        budget=1e9,
        server=40_000.0,
        network=10_000.0,
        fund=None,
        tenants=None,
        risk=CERTAIN,
        **costs,
    ):
        machine = plain.machine(it_power_kw_per_chip=1.0, server_usd_per_chip=server, network_usd_per_chip=network)
        known = {
            "usd_per_eur": 1.0,
            "building_usd_per_mw": 10e6,
            "grid_connection_eur_per_mw": 100_000.0,
            "contingency_share": 0.0,
            "maintenance_share_per_year": 0.05,
            "insurance_share_per_year": 0.01,
            "staff_fte_per_mw": 2.0,
            "staff_eur_per_fte_year": 50_000.0,
            "chip_life_years": 5.0,
            "chip_residual_share": 0.0,
            "tax_share": 0.0,
            "building_life_years": 25.0,
            "construction_quarters": 6,
            "discount_rate": 0.07,
        }
        return plain.scenario(
            programme=plain.programme(
                mobilised_eur=200e9, public_eur=50e9, private_eur=150e9, budget_eur=budget, **RULES
            ),
            fund=fund or Fund(layers=make_layers(rows)),
            risk=risk,
            costs=Costs(**(known | costs)),
            machines=(machine,),
            sites=tuple(
                plain.site(
                    name=f"site-{index}",
                    grid=plain.grid(connection_mw=10.0),
                    phases=tuple(
                        Phase(name=f"phase-{number}", operational=day, machine="plain", chips=chips)
                        for number, (day, chips) in enumerate(phases)
                    ),
                )
                for index, phases in enumerate(sites)
            ),
            tenants=tenants
            or tuple(
                plain.tenant(
                    name=f"tenant-{index}",
                    tenant_class="industry",
                    demand_share=0.8 / len(prices),
                    price_eur_per_chip_hour=price,
                )
                for index, price in enumerate(prices)
            ),
            simulation=Simulation(start=start, days=days),
        )

    return make


@pytest.fixture
def make_energy():
    """Energy account that costs so much per site over the window, all of it at the price of the hour."""

    def make(cost_eur, **stated):
        return plain.energy(np.array(cost_eur)[:, None], **stated)

    return make


@pytest.fixture
def make_access():
    """Access in which each tenant got so many chip-hours out of so many, and failures took so many."""

    def make(chip_hours, capacity, lost=0.0, failed=0.0):
        got = sum(chip_hours)
        tenants = tuple(
            TenantAccess(
                tenant=f"tenant-{index}",
                tenant_class="industry",
                jobs=1,
                unstarted_jobs=0,
                lost_chip_hours=0.0,
                goodput_share=1.0,
                asked_chip_hours=hours,
                chip_hours=hours,
                chip_hours_share=hours / got if got else 0.0,
                served_share=1.0,
                wait_p10_s=0.0,
                wait_p50_s=0.0,
                wait_p90_s=0.0,
                wait_p99_s=0.0,
                wait_mean_s=0.0,
                bounded_slowdown_mean=1.0,
                revenue_eur=0.0,
            )
            for index, hours in enumerate(chip_hours)
        )
        return Access(
            classes=(),
            tenants=tenants,
            wait_quantiles=np.zeros((0, 101)),
            capacity_chip_hours=capacity,
            delivered_chip_hours=got,
            lost_chip_hours=lost,
            failed_chip_hours=failed,
            utilisation_share=(got + lost) / capacity if capacity else 0.0,
            delivered_share=got / capacity if capacity else 0.0,
            gini=0.0,
            jain=1.0,
        )

    return make


@pytest.fixture
def window(make_energy, make_access):
    """Plans, energy and access: 80 % of 1,000 chips delivered to the tenants alike, for 400,000 EUR a site."""

    def window_of(scenario, delivered_share=0.8, capacity=1000 * 8760.0, energy_eur=None, **energy):
        plans = plan(scenario, load().lookup())
        count = len(scenario.tenants)
        access = make_access([delivered_share * capacity / count] * count, capacity)
        return plans, make_energy(energy_eur or [400_000.0] * len(plans), **energy), access

    return window_of


@pytest.fixture
def projected(window):
    """Project of a scenario and its window, before finance."""
    return lambda scenario, **stated: project(scenario, *window(scenario, **stated))


@pytest.fixture
def appraised(window):
    """Finance of a scenario and its window."""
    return lambda scenario, **stated: appraise(scenario, *window(scenario, **stated), (), load().lookup())
