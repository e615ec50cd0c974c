"""Costs and income by quarter against sums done by hand: one phase of 1,000 chips and 1 MW unless said otherwise."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import plain
from gortyn.finance.calendar import nominal_rate
from gortyn.finance.costs import CAPEX_PARTS, OPEX_PARTS, PARTS
from gortyn.finance.metrics import levelised_eur, npv
from gortyn.finance.shocks import no_shocks
from gortyn.finance.structure import structure
from gortyn.kernels.money_draws import play
from gortyn.model import Refresh

BUILDING, GRID, CHIPS, NETWORK = 10e6, 1e6, 40e6, 10e6  # EUR
TOTAL = BUILDING + GRID + CHIPS + NETWORK
CHIP_HOURS = 1000 * 8760
BANKED = (
    ("union", "grant", "union", 0.17, 0.0, 5.0),
    ("senior", "senior-debt", "private", 0.3, 0.05, 4.0),
    ("equity", "equity", "private", 0.53, 0.1, 5.0),
)
TWICE = Refresh(count=2, price_decline_share=0.4)


def quarter(made, day):
    return made.calendar.starts.index(day)


def year_of(made, number):
    return slice(quarter(made, date(number, 1, 1)), quarter(made, date(number, 1, 1)) + 4)


def test_capex_is_even_over_the_construction_quarters(make_scenario, projected):
    made = projected(make_scenario())
    assert made.calendar.starts[0] == date(2026, 7, 1)
    np.testing.assert_allclose(made.capex_eur[:6], TOTAL / 6)
    assert made.capex_eur[6:].sum() == 0
    assert made.calendar.count == 6 + 20
    assert (made.last_construction, made.first_operating) == (5, 6)


def test_one_year_costs_what_each_rate_says(make_scenario, projected):
    costs = {"rent_eur_per_mw_year": 70_000.0, "connection_eur_per_mw_year": 5_000.0}
    made = projected(make_scenario(prices=(3.0, 0.0), **costs))
    year = year_of(made, 2029)
    assert made.chips[0, year].tolist() == [1000] * 4
    assert made.delivered_chip_hours[:, year].sum() == pytest.approx(0.8 * CHIP_HOURS)
    assert made.paid_chip_hours[:, year].sum() == pytest.approx(0.4 * CHIP_HOURS)
    assert made.revenue_eur[:, year].sum(axis=1) == pytest.approx([3 * 0.4 * CHIP_HOURS, 0])
    expected = {
        "energy": 400_000,  # the year of the window itself costs what the window cost
        "connection": 10 * 5_000,  # by the firm power
        "staff": 2 * 50_000,
        "maintenance": 0.05 * (CHIPS + NETWORK),
        "insurance": 0.01 * TOTAL,
        "rent": 70_000,
        "heat": 0,
        "residual": 0,
    }
    assert {name: made.parts[name][0, year].sum() for name in expected} == pytest.approx(expected)
    assert made.opex_eur[year].sum() == pytest.approx(sum(expected.values()))
    assert made.operating_eur[year].sum() == pytest.approx(3 * 0.4 * CHIP_HOURS - sum(expected.values()))


def test_a_leap_year_has_a_day_more_energy_but_not_more_staff(make_scenario, projected):
    made = projected(make_scenario())
    leap = year_of(made, 2028)
    assert made.parts["energy"][0, leap].sum() == pytest.approx(400_000 * 366 / 365)
    assert made.parts["staff"][0, leap].sum() == pytest.approx(100_000)


def test_residual_is_straight_line_in_the_last_quarter(make_scenario, projected):
    made = projected(make_scenario(chip_residual_share=0.1))
    assert np.flatnonzero(made.residual_eur).tolist() == [made.calendar.count - 1]
    assert made.residual_eur.sum() == pytest.approx((BUILDING + GRID) * 20 / 25 + 0.1 * (CHIPS + NETWORK))


def test_residual_of_each_site_comes_when_its_last_chips_retire(make_scenario, projected):
    early = ((date(2028, 1, 1), 1000), (date(2030, 1, 1), 1000))
    made = projected(make_scenario(sites=(early, ((date(2032, 1, 1), 1000),))))
    # The first phase has paid the grid connection and is seven years old by then.
    first = (BUILDING + GRID) * 18 / 25 + BUILDING * 20 / 25
    assert made.parts["residual"][0, quarter(made, date(2034, 10, 1))] == pytest.approx(first)
    assert made.parts["residual"][1, -1] == pytest.approx((BUILDING + GRID) * 20 / 25)
    assert np.count_nonzero(made.parts["residual"]) == 2


def test_a_building_older_than_its_life_is_worth_nothing(make_scenario, projected):
    assert projected(make_scenario(building_life_years=4.0)).residual_eur.sum() == 0


def test_a_phase_that_starts_within_a_quarter_counts_by_the_day(make_scenario, projected):
    made = projected(make_scenario(sites=(((date(2028, 2, 15), 1000),),)))
    start = quarter(made, date(2028, 1, 1))
    assert made.chips[0, start] == pytest.approx(1000 * 46 / 91)
    assert made.capex_eur[start] == pytest.approx(TOTAL / 6 * 45 / 91)
    assert made.capex_eur.sum() == pytest.approx(TOTAL, rel=1e-12)
    # Five years of operation in all, whatever the day it starts.
    assert made.parts["staff"].sum() == pytest.approx(5 * 100_000)


def test_refreshes_cost_less_each_time_and_old_chips_bring_something(make_scenario, projected):
    made = projected(make_scenario(refresh=TWICE, chip_residual_share=0.1, contingency_share=0.2))
    assert made.calendar.count == 6 + 3 * 20
    # Each is paid in the last quarter of the life before, and operation goes on.
    first, second = quarter(made, date(2032, 10, 1)), quarter(made, date(2037, 10, 1))
    assert np.flatnonzero(made.refresh_eur).tolist() == [first, second]
    assert made.refresh_eur[first] == pytest.approx(1.2 * 0.6 * (CHIPS + NETWORK))
    assert made.refresh_eur[second] == pytest.approx(1.2 * 0.36 * (CHIPS + NETWORK))
    np.testing.assert_allclose(made.chips[0, 6:], 1000)
    assert made.residual_eur[first] == pytest.approx(0.1 * (CHIPS + NETWORK))
    assert made.residual_eur[second] == pytest.approx(0.1 * 0.6 * (CHIPS + NETWORK))
    # At the end the chips of the second refresh, and of the building ten years of 25.
    assert made.residual_eur[-1] == pytest.approx(0.036 * (CHIPS + NETWORK) + 0.4 * (BUILDING + GRID))
    late = year_of(made, 2040)
    assert made.parts["maintenance"][0, late].sum() == pytest.approx(0.05 * 0.36 * (CHIPS + NETWORK))
    insured = 1.2 * (0.36 * (CHIPS + NETWORK) + BUILDING + GRID)
    assert made.parts["insurance"][0, late].sum() == pytest.approx(0.01 * insured)
    assert made.parts["energy"][0, late].sum() == pytest.approx(400_000 * 366 / 365)


def test_depreciation_is_straight_line_over_two_lives(make_scenario, projected):
    made = projected(make_scenario(contingency_share=0.1))
    year = year_of(made, 2029)
    lasting = BUILDING + GRID + 0.1 * TOTAL
    assert made.base.chips_depreciation_eur[0, year].sum() == pytest.approx((CHIPS + NETWORK) / 5)
    assert made.base.building_depreciation_eur[0, year].sum() == pytest.approx(lasting / 25)
    assert made.depreciation_eur[:6].sum() == 0
    # The last quarter has a quarter of a year's, and all that is left.
    assert made.base.building_depreciation_eur[0, -1] == pytest.approx(lasting * (20 + 1 / 4) / 25)


@pytest.mark.parametrize("inflation", [0.0, 0.04])
@pytest.mark.parametrize("building_life", [4.0, 25.0])
def test_depreciation_adds_up_to_all_capital_cost(make_scenario, projected, inflation, building_life):
    """So profit over the life is cash over the life, residual value counting as income."""
    sites = (((date(2028, 2, 15), 1000), (date(2030, 7, 1), 500)), ((date(2029, 1, 1), 200),))
    costs = {"building_life_years": building_life, "inflation_rate": inflation, "chip_residual_share": 0.1}
    made = projected(make_scenario(sites=sites, refresh=TWICE, contingency_share=0.1, **costs))
    assert made.depreciation_eur.sum() == pytest.approx((made.capex_eur + made.refresh_eur).sum(), rel=1e-12)
    assert (made.depreciation_eur >= -1e-6).all()
    profit = made.operating_eur - made.depreciation_eur
    assert profit.sum() == pytest.approx(made.net_eur.sum(), rel=1e-9)


def test_prices_rise_from_the_base_year_to_the_middle_of_the_quarter(make_scenario, projected):
    real, nominal = projected(make_scenario()), projected(make_scenario(inflation_rate=0.03))
    start = quarter(nominal, date(2029, 1, 1))
    assert nominal.index[start] == pytest.approx(1.03**3.125)  # base year 2026
    assert nominal.capex_eur[0] == pytest.approx(TOTAL / 6 * 1.03**0.625)
    for name in PARTS:
        np.testing.assert_allclose(nominal.real(nominal.parts[name]), real.parts[name], rtol=1e-12)
    np.testing.assert_allclose(nominal.real(nominal.revenue_eur), real.revenue_eur, rtol=1e-12)
    assert (real.index == 1).all()


def test_levelised_cost_does_not_depend_on_inflation(make_scenario, projected):
    """Nominal money at the nominal rate, in euros of the base year, over chip-hours at the real one."""
    found = []
    for inflation in (0.0, 0.05):
        scenario = make_scenario(inflation_rate=inflation, refresh=TWICE, chip_residual_share=0.1)
        made = projected(scenario)
        present_eur = npv(nominal_rate(scenario), made.cost_eur) / made.index[0]
        found.append(present_eur / npv(0.07, made.delivered_chip_hours.sum(axis=0)))
        assert levelised_eur(0.07, made.real(made.cost_eur), made.delivered_chip_hours.sum(axis=0)) == pytest.approx(
            found[-1], rel=1e-12
        )
    assert found[0] == pytest.approx(found[1], rel=1e-12)


@pytest.fixture
def involved(make_scenario):
    """Two sites, three phases, a contract, a discount, refreshes, inflation and tax."""
    tenants = (
        plain.tenant(name="anchor", price_eur_per_chip_hour=2.0, offtake={"chips": 600, "years": 3.0}),
        plain.tenant(name="lab", price_eur_per_chip_hour=3.0, discount_share=0.5),
    )
    sites = (((date(2028, 2, 15), 1000), (date(2029, 8, 1), 500)), ((date(2029, 1, 1), 200),))
    costs = {"inflation_rate": 0.02, "contingency_share": 0.1, "tax_share": 0.2, "chip_residual_share": 0.1}
    return make_scenario(sites, BANKED, tenants=tenants, refresh=TWICE, **costs)


def test_parts_and_the_kernels_base_are_the_same_money(involved, projected):
    made = projected(involved)
    base = made.base
    np.testing.assert_allclose(base.chips_eur + base.building_eur, sum(made.parts[name] for name in CAPEX_PARTS))
    costs = base.market_energy_eur + base.other_energy_eur + base.other_eur
    np.testing.assert_allclose(costs, sum(made.parts[name] for name in OPEX_PARTS), rtol=1e-12)
    np.testing.assert_allclose(base.income_eur, made.parts["heat"])
    np.testing.assert_allclose(base.residual_eur, made.parts["residual"])
    assert base.price_index[0] == 1


def test_a_draw_without_shocks_is_the_plan(involved, projected):
    """The kernel composes the cash of a draw on its own, by sites and tenants; here it has nothing to change."""
    made = projected(involved)
    agreed = structure(involved, made)
    drawn = play(agreed.deal, made.base, agreed.extra_eur, no_shocks(1, 2))
    cent = 0.01
    np.testing.assert_allclose(drawn.net_eur[0], made.net_eur, atol=cent)
    np.testing.assert_allclose(drawn.cost_eur[0], made.cost_eur, atol=cent)
    np.testing.assert_allclose(drawn.tax_eur[0], agreed.poured.tax_eur, atol=cent)
    np.testing.assert_allclose(drawn.delivered_chip_hours[0], made.delivered_chip_hours.sum(axis=0))


def test_prices_that_decline_fall_from_the_first_quarter_of_operation(make_scenario, projected):
    """A fifth less each year: level use earns the same less a fifth four quarters on; cost is as it was."""
    level, falling = (projected(make_scenario(price_decline_rate=rate)) for rate in (0.0, 0.2))
    first = level.first_operating
    ratio = falling.revenue_eur.sum(axis=0)[first:] / level.revenue_eur.sum(axis=0)[first:]
    np.testing.assert_allclose(ratio, 0.8 ** (np.arange(ratio.size) / 4))
    np.testing.assert_array_equal(falling.cost_eur, level.cost_eur)
