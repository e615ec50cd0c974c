from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from gortyn.energy import account, tariffs


def accounted(scenario, rooms, facts, busy_share=1.0):
    plans, parts, log = rooms(scenario, busy_share)
    return account(scenario, parts, log, tariffs(scenario, plans, facts))


def test_a_flat_load_is_power_times_hours(make_scenario, rooms, facts):
    scenario = make_scenario(pue=1.25, price=40.0, charges=15.0, carbon=70.0)
    energy = accounted(scenario, rooms, facts)
    assert energy.it_energy_mwh == pytest.approx([8760.0], rel=1e-12)
    assert energy.energy_mwh == pytest.approx([8760 * 1.25], rel=1e-12)
    assert energy.peak_mw == pytest.approx([1.25])
    assert energy.price_eur_per_mwh.mean() == pytest.approx(55.0, rel=1e-9)
    assert energy.carbon_g_per_kwh.mean() == pytest.approx(70.0, rel=1e-9)
    # A flat load pays the mean price, whatever the shape.
    assert energy.cost_eur_total == pytest.approx(8760 * 1.25 * 55, rel=1e-9)
    assert energy.carbon_t_total == pytest.approx(8760 * 1.25 * 0.070, rel=1e-9)


def test_idle_nodes_draw_their_share(make_scenario, rooms, facts):
    scenario = make_scenario(active=0.8)
    assert accounted(scenario, rooms, facts, 0.0).it_energy_mwh == pytest.approx([0.5 * 8760])
    assert accounted(scenario, rooms, facts, 0.25).it_energy_mwh == pytest.approx([(0.375 + 0.2) * 8760])


@pytest.mark.parametrize(
    ("country", "price", "carbon", "cost_meur", "carbon_kt"),
    [("FI", 40.94, 68.0, (59, 73), (98, 122)), ("PL", 104.62, 565.0, (151, 187), (817, 1010))],
)
def test_published_bill_of_150_mw(make_scenario, rooms, facts, country, price, carbon, cost_meur, carbon_kt):
    """150 MW of IT for a year at 2025 wholesale prices and carbon, between a PUE of 1.10 and the EU's mean of 1.36."""
    for end, pue in enumerate((1.10, 1.36)):
        scenario = make_scenario((country,), price=price, carbon=carbon, pue=pue, chips=150_000)
        energy = accounted(scenario, rooms, facts)
        assert round(energy.cost_eur_total / 1e6) == cost_meur[end]
        assert energy.carbon_t_total / 1e3 == pytest.approx(carbon_kt[end], abs=1)


def test_shipped_grids_are_those_of_the_published_bill(facts):
    assert facts.number("grids", "FI", "price_eur_per_mwh") == 40.94
    assert facts.number("grids", "PL", "carbon_g_per_kwh") == 565


def test_load_in_dear_hours_pays_more(make_scenario, rooms, facts, make_log):
    scenario = make_scenario(active=1.0)
    plans, parts, log = rooms(scenario)
    price = account(scenario, parts, log, tariffs(scenario, plans, facts)).price_eur_per_mwh[0]
    dear = price > np.median(price)
    bills = [
        account(
            scenario, parts, make_log(1000.0 * when[None, :], 1000.0), tariffs(scenario, plans, facts)
        ).cost_eur_total
        for when in (dear, ~dear)
    ]
    assert bills[0] > bills[1]


def test_sites_have_their_own_clock_and_sum_to_the_total(make_scenario, rooms, facts):
    energy = accounted(make_scenario(("FI", "DE")), rooms, facts)
    assert energy.site_cost_eur.shape == energy.site_carbon_t.shape == (2,)
    assert energy.site_cost_eur.sum() == pytest.approx(energy.cost_eur_total)
    assert energy.energy_mwh.sum() == pytest.approx(energy.energy_mwh_total)
    # Germany has a price shape of its own; with one mean the years cost the same, the hours do not.
    assert energy.site_cost_eur[0] == pytest.approx(energy.site_cost_eur[1])
    assert not np.allclose(energy.cost_eur[0], energy.cost_eur[1])


def test_a_negative_mean_price_is_paid_back(make_scenario, rooms, facts):
    energy = accounted(make_scenario(price=-10.0, charges=0.0, start=date(2027, 3, 1)), rooms, facts)
    assert energy.cost_eur_total == pytest.approx(-8760 * 1.25 * 10)
