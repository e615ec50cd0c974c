from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.catalogue import load
from gortyn.finance.calendar import Calendar, calendar, first_day, life_ends, nominal_rate, price_index, quarter_of
from gortyn.machine import plan
from gortyn.model import Refresh

days = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@given(days)
def test_a_day_lies_in_its_quarter(day):
    whole = int(quarter_of(day))
    assert first_day(whole) <= day < first_day(whole + 1)
    assert first_day(whole).month in (1, 4, 7, 10)


@given(days)
def test_later_days_are_later(day):
    assert quarter_of(day) < quarter_of(day + timedelta(days=1))


@given(st.floats(0, 40), st.floats(0, 40))
def test_what_is_covered_adds_up(begin, length):
    quarters = Calendar(8000, 100).covered(8000 + begin, 8000 + begin + length)
    assert quarters.sum() == pytest.approx(length, abs=1e-9)
    assert quarters.min() >= 0
    assert quarters.max() <= 1


def test_hours_are_those_of_the_days():
    year = Calendar(2028 * 4, 4)
    assert year.hours.tolist() == [91 * 24, 91 * 24, 92 * 24, 92 * 24]
    assert year.hours.sum() == 8784
    assert year.starts[3] == date(2028, 10, 1)


def test_quarters_run_from_the_first_spending_to_the_last_retirement(make_scenario):
    scenario = make_scenario(sites=(((date(2028, 1, 1), 8), (date(2030, 5, 16), 8)),), construction_quarters=6)
    quarters = calendar(scenario, plan(scenario, load().lookup()))
    assert quarters.starts[0] == date(2026, 7, 1)
    # Operates from 16 May 2030 for five years, so to the second quarter of 2035.
    assert quarters.starts[-1] == date(2035, 4, 1)
    assert quarters.holding(quarter_of(date(2035, 5, 16))) == quarters.count - 1
    assert quarters.holding(quarter_of(date(2027, 1, 1))) == 1


def test_every_refresh_adds_a_life(make_scenario):
    scenario = make_scenario(chip_life_years=3.5, refresh=Refresh(count=2))
    plans = plan(scenario, load().lookup())
    days = (date(2031, 7, 1), date(2035, 1, 1), date(2038, 7, 1))
    assert life_ends(plans[0].phases[0], scenario) == tuple(quarter_of(day) for day in days)
    assert calendar(scenario, plans).starts[-1] == date(2038, 4, 1)


def test_prices_double_in_a_year_of_100_percent(make_scenario):
    scenario = make_scenario(inflation_rate=1.0)
    quarters = Calendar(2026 * 4, 8)
    index = price_index(quarters, scenario)
    assert index[0] == pytest.approx(2**0.125)  # the middle of the first quarter of the base year
    assert (index[4:] / index[:4]).tolist() == pytest.approx([2.0] * 4)
    assert nominal_rate(scenario) == pytest.approx(1.07 * 2 - 1)


def test_without_inflation_prices_stay(make_scenario):
    assert price_index(Calendar(2010 * 4, 200), make_scenario()).tolist() == [1.0] * 200
    assert nominal_rate(make_scenario()) == pytest.approx(0.07, rel=1e-12)
