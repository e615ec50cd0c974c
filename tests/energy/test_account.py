from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import plain
from gortyn.energy import account, tariffs
from gortyn.energy.supply import backup_eur_per_year, plants_eur_per_year
from gortyn.model import Contract, Cooling, HeatReuse, Supply


def accounted(scenario, rooms, facts, busy_share=1.0):
    plans, *done = rooms(scenario, busy_share)
    return account(scenario, plans, *done, tariffs(scenario, plans, facts), facts)


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
    plans, parts, jobs, _ = rooms(scenario)
    tariff = tariffs(scenario, plans, facts)
    price = tariff.price_eur_per_mwh[0]
    dear = price > np.median(price)
    logs = [make_log(1000.0 * when[None, :], 1000.0) for when in (dear, ~dear)]
    bills = [account(scenario, plans, parts, jobs, log, tariff, facts).cost_eur_total for log in logs]
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


CONTRACTS = (
    Contract(name="wind", kind="ppa", profile="wind", power_mw=0.6, price_eur_per_mwh=55.0, renewable=True),
    Contract(name="base", kind="fixed", profile="baseload", power_mw=0.4, price_eur_per_mwh=70.0),
)
PLANTS = Supply(wind_mw=1.0, solar_mw=0.8, battery_mw=0.5, battery_hours=4.0)
WARM = Cooling(
    kind="warm-water", heat_reuse=HeatReuse(demand_mw=0.5, supply_temperature_c=75.0, price_eur_per_mwh=30.0)
)
EVERYTHING = {
    "grid": {"contracts": CONTRACTS, "taxes_eur_per_mwh": 3.0, "demand_charge_eur_per_kw_year": 60.0},
    "supply": PLANTS,
    "cooling": WARM,
}


@pytest.fixture
def with_site(make_scenario):
    """The scenario of one site with some of its parts in other forms."""

    def make(grid=None, days=365, charges=15.0, **parts):
        scenario = make_scenario(days=days, charges=charges)
        (site,) = scenario.sites
        site = site.model_copy(update=parts | {"grid": site.grid.model_copy(update=grid or {})})
        return scenario.model_copy(update={"sites": (site,)})

    return make


@pytest.mark.parametrize("parts", [{}, {"supply": PLANTS}, {"cooling": WARM}, EVERYTHING])
def test_what_comes_in_is_used_and_what_is_used_is_paid(with_site, rooms, facts, parts):
    energy = accounted(with_site(**parts), rooms, facts, 0.8)
    supplied = energy.grid_mw + energy.wind_mw + energy.solar_mw - energy.export_mw
    stored = supplied - energy.facility_mw
    if parts.get("supply"):
        # A battery takes in what it gives back and its losses; never more than its power, nor gives what it has not.
        assert abs(stored).max() <= 0.5 + 1e-9
        assert (stored.cumsum() >= -1e-9).all()
        assert stored.max() > 0.1
    else:
        assert abs(stored).max() < 1e-12
    assert sum(energy.energy_parts_mwh.values()) == pytest.approx(energy.energy_mwh, rel=1e-12)
    assert all((part >= -1e-9).all() for part in energy.energy_parts_mwh.values())
    paid = energy.site_cost_eur - energy.site_heat_eur
    assert sum(energy.cost_parts_eur.values()) == pytest.approx(paid, rel=1e-12)
    np.testing.assert_allclose(energy.pue * energy.it_mw, energy.facility_mw)
    assert (energy.renewable_mw <= energy.facility_mw + 1e-9).all()
    drawn_mwh = energy.grid_mw.sum()
    assert energy.cost_parts_eur["charges"] == pytest.approx(15 * drawn_mwh)
    assert energy.carbon_t_total * 1e3 == pytest.approx((energy.grid_mw * energy.carbon_g_per_kwh).sum())


def test_plants_and_contracts_raise_the_renewable_shares_and_lower_the_market_based_carbon(with_site, rooms, facts):
    bare, full = (accounted(with_site(**parts), rooms, facts) for parts in ({}, EVERYTHING))
    assert bare.renewable_hourly_share == bare.renewable_annual_share == 0
    assert 0.3 < full.renewable_hourly_share <= full.renewable_annual_share <= 1
    assert full.market_carbon_t.sum() < bare.market_carbon_t.sum()
    assert full.export_mw.sum() > 0
    assert full.cost_parts_eur["sold"] < 0 < full.cost_parts_eur["contracts"]


def test_plants_are_turned_down_where_the_connection_is_full_or_nobody_pays(with_site, rooms, facts):
    supply = Supply(wind_mw=20.0)
    wide, narrow = (accounted(with_site({"connection_mw": mw}, supply=supply), rooms, facts) for mw in (100.0, 2.0))
    assert wide.export_mw.max() > 2.0 == pytest.approx(narrow.export_mw.max())
    assert narrow.wind_mw.sum() < wide.wind_mw.sum()
    unpaid = accounted(with_site({"price_eur_per_mwh": -5.0}, supply=supply), rooms, facts)
    assert unpaid.export_mw.max() == 0
    assert unpaid.wind_mw.max() == pytest.approx(unpaid.facility_mw.max(), rel=0.05)
    assert unpaid.cost_parts_eur["sold"] == 0


def test_heat_takes_power_for_its_pump_and_is_income(with_site, rooms, facts):
    cold, warm = (accounted(with_site(cooling=cooling), rooms, facts) for cooling in (Cooling(kind="warm-water"), WARM))
    assert warm.heat_mw.max() > 0
    assert (warm.heat_mw <= warm.facility_mw).all()
    assert warm.site_heat_eur == pytest.approx(30 * warm.heat_mw.sum())
    assert warm.energy_mwh > cold.energy_mwh
    assert warm.it_energy_mwh == cold.it_energy_mwh


def test_a_lightly_loaded_site_has_a_higher_pue(with_site, rooms, facts):
    scenario = with_site(cooling=Cooling(kind="liquid"))
    idle, full = (accounted(scenario, rooms, facts, busy) for busy in (0.0, 1.0))
    assert idle.energy_mwh / idle.it_energy_mwh > full.energy_mwh / full.it_energy_mwh > 1


def test_tariffs_are_what_one_more_megawatt_hour_costs(with_site, rooms, facts):
    scenario = with_site(grid={"taxes_eur_per_mwh": 5.0, "contracts": CONTRACTS})
    plans, *_ = rooms(scenario)
    tariff = tariffs(scenario, plans, facts)
    assert tariff.price_eur_per_mwh.mean() == pytest.approx(40 + 15 + 5)
    assert tariff.pue.shape == tariff.price_eur_per_mwh.shape
    assert tariff.by("price") == pytest.approx(tariff.price_eur_per_mwh * 1.25)


def test_a_site_without_chips_draws_nothing(make_scenario, rooms, facts, make_log):
    scenario = make_scenario(days=2)
    plans, _, jobs, _ = rooms(scenario)
    made = account(
        scenario,
        plans,
        (),
        jobs,
        make_log(np.zeros((0, 48)), np.zeros((0, 48)), tenant_chip_hours=np.zeros((0, 1, 48))),
        tariffs(scenario, plans, facts),
        facts,
    )
    assert made.energy_mwh == made.site_cost_eur == made.embodied_t == 0
    assert np.isnan(made.renewable_hourly_share)
    assert made.tenants.energy_mwh.tolist() == [0.0]


def test_two_machines_at_a_site_each_draw_their_own(make_scenario, rooms, facts, make_log):
    """800 chips of 1 kW, busy, and 200 of 3 kW that idle at a third of it: 800 + 200 kW, and PUE on both."""
    scenario = make_scenario(days=1)
    other = scenario.machines[0].model_copy(
        update={"name": "other", "it_power_kw_per_chip": 3.0, "idle_power_share": 1 / 3}
    )
    scenario = scenario.model_copy(update={"machines": (*scenario.machines, other)})
    plans, (part,), jobs, _ = rooms(scenario)
    parts = replace(part, nodes=100), replace(part, nodes=25, machine="other")
    capacity = np.repeat([[800.0], [200.0]], 24, axis=1)
    busy = capacity * [[1.0], [0.0]]
    log = make_log(busy, capacity, tenant_chip_hours=busy[:, None])
    made = account(scenario, plans, parts, jobs, log, tariffs(scenario, plans, facts), facts)
    assert made.it_mw[0] == pytest.approx(np.full(24, 1.0))
    assert sum(made.energy_parts_mwh.values()) == pytest.approx(made.energy_mwh)
    assert made.energy_mwh == pytest.approx([24 * 1.25])
    assert made.tenants.energy_mwh == pytest.approx([0.8 * 24 * 1.25])


def test_an_account_that_a_test_makes_is_one():
    assert plain.energy([[1.0, 2.0]]).cost_eur_total == 3.0


def test_own_plants_and_backup_are_paid_for(with_site, rooms, facts):
    bare, plants = (accounted(with_site(**parts), rooms, facts) for parts in ({}, {"supply": PLANTS}))
    rate = with_site().costs.discount_rate
    assert plants.plants_eur > plants_eur_per_year(PLANTS, facts, rate) > 0 == bare.plants_eur
    both = PLANTS.model_copy(update={"backup_mw": 1.0, "backup_hours": 48.0})
    kept = accounted(with_site(supply=both), rooms, facts)
    more = backup_eur_per_year(1.0, 48.0, facts, rate)
    assert kept.site_cost_eur - plants.site_cost_eur == pytest.approx(more)
    month = accounted(with_site(supply=both, days=30), rooms, facts)
    assert month.plants_eur == pytest.approx(kept.plants_eur * 30 / 365, rel=0.02)
