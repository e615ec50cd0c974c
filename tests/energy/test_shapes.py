from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.catalogue import load
from gortyn.energy.shapes import by_hour, by_month, local_clock, shape

HOURS = np.array([0.5] * 8 + [1.5] * 8 + [1.0] * 8)
MONTHS = np.array([1.4, 1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.8, 0.9, 1.0, 1.1])


@pytest.mark.parametrize(
    ("zone", "longitude_deg"),
    [("Europe/Helsinki", 27.7), ("Europe/Warsaw", 21.0), ("Europe/Berlin", 13.4), ("Europe/London", -0.1)],
)
def test_clock_is_the_civil_clock_of_winter_and_an_hour_behind_in_summer(zone, longitude_deg):
    try:
        civil = ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        pytest.skip("no time zone database")
    start = datetime(2027, 1, 1, tzinfo=ZoneInfo("UTC"))
    clock = local_clock(start.date(), 365 * 24, longitude_deg)
    for hour in range(0, 365 * 24, 17):
        there = (start + timedelta(hours=hour)).astimezone(civil)
        standard = there - (there.dst() or timedelta())
        assert (clock.hour[hour], clock.month[hour] + 1) == (standard.hour, standard.month)


@pytest.mark.parametrize(
    ("start", "days"),
    [
        (date(2027, 1, 1), 365),
        (date(2028, 1, 1), 365),
        (date(2028, 1, 1), 366),
        (date(2027, 9, 13), 366),
        (date(2028, 2, 29), 366),
    ],
)
@pytest.mark.parametrize("longitude_deg", [-170.0, -9.1, 0.0, 27.7])
def test_a_window_of_one_year_has_mean_one(start, days, longitude_deg):
    assert abs(shape(HOURS, MONTHS, start, days * 24, longitude_deg).mean() - 1) < 1e-9


@given(
    start=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    hour=st.lists(st.floats(0.1, 3), min_size=24, max_size=24),
    month=st.lists(st.floats(0.1, 3), min_size=12, max_size=12),
    longitude_deg=st.floats(-180, 180),
)
def test_mean_is_one_whatever_the_shape(start, hour, month, longitude_deg):
    factor = shape(np.array(hour), np.array(month), start, 365 * 24, longitude_deg)
    assert abs(factor.mean() - 1) < 1e-9


def test_a_short_window_keeps_its_season():
    year = shape(HOURS, MONTHS, date(2027, 7, 1), 365 * 24, 0.0)
    week = shape(HOURS, MONTHS, date(2027, 7, 1), 7 * 24, 0.0)
    np.testing.assert_array_equal(week, year[: 7 * 24])
    assert week.mean() < 0.9


def test_hours_are_those_of_the_site():
    # At 30 deg east the local day starts two hours before the UTC day: 06:00 UTC is 08:00 there, where the step is.
    factor = shape(HOURS, np.ones(12), date(2027, 1, 1), 24, 30.0)
    assert factor[5] == pytest.approx(0.5)
    assert factor[6] == pytest.approx(1.5)


def test_a_country_has_its_own_shape_or_that_of_europe():
    facts = load().lookup()
    german, finnish = by_hour(facts, "price", "DE"), by_hour(facts, "price", "FI")
    assert not np.array_equal(german, finnish)
    assert {fact.entry for fact in facts.used} == {"price-hour-DE", "price-hour-europe"}
    assert by_month(facts, "carbon", "FI").shape == (12,)


def test_german_hours_are_those_of_the_published_prices(shared_data):
    """The shape that is read for a country is the one the hourly day-ahead prices of that country have."""
    with (shared_data / "energy" / "hour_of_day_price_shape_2024.csv").open(encoding="utf-8") as file:
        published = [float(row["DE-LU"]) for row in csv.DictReader(file)]
    shipped = by_hour(load().lookup(), "price", "DE")
    assert shipped / shipped.mean() == pytest.approx(np.array(published) / np.mean(published), rel=2e-3)
