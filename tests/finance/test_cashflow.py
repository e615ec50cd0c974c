from __future__ import annotations

from datetime import date

import numpy as np
import pytest

BUILDING, GRID, CHIPS, NETWORK = 10e6, 1e6, 40e6, 10e6  # EUR, one phase of 1,000 chips and 1 MW
TOTAL = BUILDING + GRID + CHIPS + NETWORK


def quarter(cash, day):
    return cash.quarter_start.index(day)


def test_capex_is_even_over_the_construction_quarters(make_scenario, appraised):
    cash = appraised(make_scenario()).cash
    assert cash.quarter_start[0] == date(2026, 7, 1)
    np.testing.assert_allclose(cash.capex_eur[:6], TOTAL / 6)
    assert cash.capex_eur[6:].sum() == 0
    assert len(cash.quarter_start) == 6 + 20


def test_one_year_costs_what_each_rate_says(make_scenario, appraised):
    finance = appraised(make_scenario(prices=(3.0, 0.0)))
    cash = finance.cash
    year = slice(quarter(cash, date(2029, 1, 1)), quarter(cash, date(2030, 1, 1)))
    assert cash.installed_chips[year].tolist() == [1000] * 4
    assert cash.delivered_chip_hours[year].sum() == pytest.approx(0.8 * 8760 * 1000)
    assert cash.paid_chip_hours[year].sum() == pytest.approx(0.4 * 8760 * 1000)
    assert cash.revenue_eur[year].sum() == pytest.approx(3 * 0.4 * 8760 * 1000)
    # The year of the window itself costs what the window cost.
    assert cash.energy_eur[year].sum() == pytest.approx(400_000)
    assert cash.staff_eur[year].sum() == pytest.approx(2 * 50_000)
    assert cash.maintenance_eur[year].sum() == pytest.approx(0.05 * (CHIPS + NETWORK))
    assert cash.insurance_eur[year].sum() == pytest.approx(0.01 * TOTAL)
    assert cash.residual_eur[year].sum() == 0
    opex = 400_000 + 100_000 + 2_500_000 + 610_000
    assert cash.opex_eur[year].sum() == pytest.approx(opex)
    assert cash.cfads_eur[year].sum() == pytest.approx(3 * 0.4 * 8_760_000 - opex)


def test_a_leap_year_has_a_day_more_energy_but_not_more_staff(make_scenario, appraised):
    cash = appraised(make_scenario()).cash
    leap = slice(quarter(cash, date(2028, 1, 1)), quarter(cash, date(2029, 1, 1)))
    assert cash.energy_eur[leap].sum() == pytest.approx(400_000 * 366 / 365)
    assert cash.staff_eur[leap].sum() == pytest.approx(100_000)


def test_residual_is_straight_line_in_the_last_quarter(make_scenario, appraised):
    cash = appraised(make_scenario()).cash
    assert np.flatnonzero(cash.residual_eur).tolist() == [len(cash.quarter_start) - 1]
    assert cash.residual_eur.sum() == pytest.approx((BUILDING + GRID) * 20 / 25)


def test_residual_of_each_site_comes_when_its_last_chips_retire(make_scenario, appraised):
    early = ((date(2028, 1, 1), 1000), (date(2030, 1, 1), 1000))
    cash = appraised(make_scenario(sites=(early, ((date(2032, 1, 1), 1000),)))).cash
    # The first phase has paid the grid connection and is seven years old by then.
    first = (BUILDING + GRID) * 18 / 25 + BUILDING * 20 / 25
    assert cash.residual_eur[quarter(cash, date(2034, 10, 1))] == pytest.approx(first)
    assert cash.residual_eur[-1] == pytest.approx((BUILDING + GRID) * 20 / 25)
    assert np.count_nonzero(cash.residual_eur) == 2


def test_a_building_older_than_its_life_is_worth_nothing(make_scenario, appraised):
    assert appraised(make_scenario(building_life_years=4.0)).cash.residual_eur.sum() == 0


def test_a_phase_that_starts_within_a_quarter_counts_by_the_day(make_scenario, appraised):
    cash = appraised(make_scenario(sites=(((date(2028, 2, 15), 1000),),))).cash
    start = quarter(cash, date(2028, 1, 1))
    assert cash.installed_chips[start] == pytest.approx(1000 * 46 / 91)
    assert cash.capex_eur[start] == pytest.approx(TOTAL / 6 * 45 / 91)
    assert cash.capex_eur.sum() == pytest.approx(TOTAL, rel=1e-12)
    # Five years of operation in all, whatever the day it starts.
    assert cash.staff_eur.sum() == pytest.approx(5 * 100_000)


def test_a_window_without_chips_earns_nothing(make_scenario, appraised):
    finance = appraised(make_scenario(start=date(2027, 1, 1)), delivered_share=0.0, capacity=0.0)
    assert finance.cash.revenue_eur.sum() == 0
    assert finance.cash.energy_eur.sum() == 0
    assert np.isnan(finance.levelised_eur_per_chip_hour)
    assert finance.deficit_eur > 0


@pytest.mark.parametrize("simulated", [0.8, 0.2, 0.0])
def test_an_assumed_utilisation_replaces_the_simulated_one(make_scenario, appraised, simulated):
    scenario = make_scenario(prices=(4.0, 0.0), utilisation_share=0.5)
    cash = appraised(scenario, delivered_share=simulated).cash
    year = slice(quarter(cash, date(2029, 1, 1)), quarter(cash, date(2030, 1, 1)))
    assert cash.delivered_chip_hours[year].sum() == pytest.approx(0.5 * 8_760_000)
    assert cash.paid_chip_hours[year].sum() == pytest.approx(0.25 * 8_760_000)
    assert cash.revenue_eur[year].sum() == pytest.approx(1.0 * 8_760_000)
    assert cash.energy_eur[year].sum() == pytest.approx(400_000)


def test_energy_goes_with_what_each_site_has_installed(make_scenario, appraised):
    """A site that doubles after the window pays twice as much; one that comes later pays what the others do."""
    grows = ((date(2028, 1, 1), 1000), (date(2031, 1, 1), 1000))
    comes = ((date(2031, 1, 1), 500),)
    cash = appraised(make_scenario(sites=(grows, comes)), energy_eur=[400_000.0, 0.0]).cash
    year = slice(quarter(cash, date(2031, 1, 1)), quarter(cash, date(2032, 1, 1)))
    assert cash.energy_eur[year].sum() == pytest.approx((2 + 0.5) * 400_000, rel=4e-3)  # chips in whole nodes


def test_each_site_keeps_its_own_energy_cost(make_scenario, appraised):
    here = ((date(2028, 1, 1), 1000),)
    cash = appraised(make_scenario(sites=(here, here)), energy_eur=[400_000.0, 900_000.0]).cash
    year = slice(quarter(cash, date(2029, 1, 1)), quarter(cash, date(2030, 1, 1)))
    assert cash.energy_eur[year].sum() == pytest.approx(1_300_000)
