"""What the window says per unit installed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from gortyn.catalogue import load
from gortyn.finance.operating import operating_rates
from gortyn.machine import plan

FULL_MWH = 8760.0  # of 1,000 chips of 1 kW in the year of the window
PARTS = {
    "wholesale": np.array([300_000.0]),
    "contracts": np.array([200_000.0]),
    "charges": np.array([60_000.0]),
    "taxes": np.array([40_000.0]),
    "demand charge": np.array([90_000.0]),
    "plants": np.array([70_000.0]),
    "sold": np.array([-50_000.0]),
    "heat": np.array([-30_000.0]),
}


@pytest.fixture
def billed(make_energy):
    """An account whose parts are those above, and whose IT draws so much on average."""

    def bill(mean_mw=0.0):
        return make_energy(
            [550_000.0],
            cost_parts_eur=PARTS,
            demand_charge_eur=PARTS["demand charge"],
            plants_eur=PARTS["plants"],
            heat_eur=np.array([[30_000.0]]),
            it_mw=np.array([[mean_mw * FULL_MWH]]),
        )

    return bill


def test_market_contracts_plants_and_heat_are_apart(make_scenario, billed, make_access):
    scenario = make_scenario()
    plans = plan(scenario, load().lookup())
    rates = operating_rates(scenario, plans, billed(), make_access([0.0], 0.0)).site(0)
    # What is sold at the price of the hour goes with the market, too.
    assert rates.market == pytest.approx(250_000 / FULL_MWH)
    assert rates.other == pytest.approx(300_000 / FULL_MWH)
    assert rates.plants == pytest.approx(70_000 / FULL_MWH)
    assert rates.demand == pytest.approx(90_000 / FULL_MWH)
    assert rates.heat == pytest.approx(30_000 / FULL_MWH)


def test_each_goes_where_the_books_have_it(make_scenario, projected):
    stated = {
        "cost_parts_eur": PARTS,
        "demand_charge_eur": PARTS["demand charge"],
        "plants_eur": PARTS["plants"],
        "heat_eur": np.array([[30_000.0]]),
    }
    made = projected(make_scenario(connection_eur_per_mw_year=1_000.0), energy_eur=[550_000.0], **stated)
    start = made.calendar.starts.index(date(2029, 1, 1))
    year = slice(start, start + 4)
    sums = {name: float(series[0, year].sum()) for name, series in made.parts.items()}
    assert sums["energy"] == pytest.approx(550_000 + 70_000)
    assert sums["connection"] == pytest.approx(90_000 + 10 * 1_000)
    assert sums["heat"] == pytest.approx(30_000)
    assert made.base.market_energy_eur[0, year].sum() == pytest.approx(250_000)
    assert made.base.other_energy_eur[0, year].sum() == pytest.approx(300_000)
    others = sum(sums[name] for name in ("connection", "staff", "maintenance", "insurance", "rent"))
    assert made.base.other_eur[0, year].sum() == pytest.approx(others + 70_000)
    # All of the window's bill, and nothing twice.
    window_eur = sum(float(part[0]) for part in PARTS.values())
    assert sums["energy"] + sums["connection"] - sums["heat"] == pytest.approx(window_eur + 10_000)


@pytest.mark.parametrize(("busy", "slope"), [(0.0, 0.0), (0.5, 1 / 3), (1.0, 0.5)])
def test_idle_nodes_draw_half_of_full_power(make_scenario, billed, make_access, busy, slope):
    """Power is 0.5 + 0.5 u: one per cent more use is slope per cent more power."""
    scenario = make_scenario()
    plans = plan(scenario, load().lookup())
    access = make_access([busy * 8.76e6], 8.76e6)
    rates = operating_rates(scenario, plans, billed(0.5 + 0.5 * busy), access)
    assert rates.energy_slope == pytest.approx([slope])


def test_failed_nodes_draw_nothing(make_scenario, billed, make_access):
    scenario = make_scenario()
    access = make_access([0.0], 8.76e6, failed=0.2 * 8.76e6)
    rates = operating_rates(scenario, plan(scenario, load().lookup()), billed(0.4), access)
    assert rates.energy_slope == pytest.approx([0.0])
    assert rates.lost_share == pytest.approx(0.2)


def test_lost_hours_are_those_of_down_nodes_and_of_lost_work(make_scenario, billed, make_access):
    scenario = make_scenario(prices=(3.0, 1.0))
    plans = plan(scenario, load().lookup())
    rates = operating_rates(scenario, plans, billed(), make_access([600.0, 200.0], 1000.0, lost=30.0, failed=20.0))
    assert rates.use == pytest.approx([0.6, 0.2])
    assert rates.delivered_share == pytest.approx(0.8)
    assert rates.lost_share == pytest.approx(0.05)


def test_an_assumed_utilisation_leaves_failures_what_it_can(make_scenario, billed, make_access):
    scenario = make_scenario(prices=(3.0, 1.0), utilisation_share=0.97)
    plans = plan(scenario, load().lookup())
    rates = operating_rates(scenario, plans, billed(), make_access([600.0, 200.0], 1000.0, lost=30.0, failed=20.0))
    assert rates.use == pytest.approx([0.7275, 0.2425])
    assert rates.lost_share == pytest.approx(0.03)


@pytest.mark.parametrize("simulated", [0.8, 0.2, 0.0])
def test_an_assumed_utilisation_replaces_the_simulated_one(make_scenario, projected, simulated):
    made = projected(make_scenario(prices=(4.0, 0.0), utilisation_share=0.5), delivered_share=simulated)
    start = made.calendar.starts.index(date(2029, 1, 1))
    year = slice(start, start + 4)
    assert made.delivered_chip_hours[:, year].sum() == pytest.approx(0.5 * 8_760_000)
    assert made.paid_chip_hours[:, year].sum() == pytest.approx(0.25 * 8_760_000)
    assert made.revenue_eur[:, year].sum() == pytest.approx(1.0 * 8_760_000)
    assert made.parts["energy"][:, year].sum() == pytest.approx(400_000)


def test_a_window_without_chips_earns_nothing(make_scenario, projected):
    made = projected(make_scenario(start=date(2027, 1, 1)), delivered_share=0.0, capacity=0.0)
    assert made.revenue_eur.sum() == 0
    assert made.parts["energy"].sum() == 0
    assert made.operating_eur.sum() < made.residual_eur.sum()


def test_energy_goes_with_what_each_site_has_installed(make_scenario, projected):
    """A site that doubles after the window pays twice as much; one that comes later pays what the others do."""
    grows = ((date(2028, 1, 1), 1000), (date(2031, 1, 1), 1000))
    comes = ((date(2031, 1, 1), 500),)
    made = projected(make_scenario(sites=(grows, comes)), energy_eur=[400_000.0, 0.0])
    start = made.calendar.starts.index(date(2031, 1, 1))
    energy = made.parts["energy"][:, start : start + 4].sum(axis=1)
    assert energy == pytest.approx([2 * 400_000, 0.504 * 400_000])  # chips in whole nodes


def test_each_site_keeps_its_own_energy_cost(make_scenario, projected):
    here = ((date(2028, 1, 1), 1000),)
    made = projected(make_scenario(sites=(here, here)), energy_eur=[400_000.0, 900_000.0])
    start = made.calendar.starts.index(date(2029, 1, 1))
    assert made.parts["energy"][:, start : start + 4].sum(axis=1) == pytest.approx([400_000, 900_000])
