from __future__ import annotations

import csv
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.catalogue import load
from gortyn.hours import Profiles, profiles, shape

HOURS = np.array([0.5] * 8 + [1.5] * 8 + [1.0] * 8)
MONTHS = np.array([1.4, 1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.8, 0.9, 1.0, 1.1])


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
    assert abs(shape(Profiles(HOURS, MONTHS), start, days * 24, longitude_deg).mean() - 1) < 1e-9


@given(
    start=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    hour=st.lists(st.floats(0.1, 3), min_size=24, max_size=24),
    month=st.lists(st.floats(0.1, 3), min_size=12, max_size=12),
    week=st.lists(st.floats(0.1, 3), min_size=7, max_size=7),
    longitude_deg=st.floats(-180, 180),
)
def test_mean_is_one_whatever_the_shape(start, hour, month, week, longitude_deg):
    factor = shape(Profiles(np.array(hour), np.array(month), np.array(week)), start, 365 * 24, longitude_deg)
    assert abs(factor.mean() - 1) < 1e-9


def test_a_short_window_keeps_its_season():
    year = shape(Profiles(HOURS, MONTHS), date(2027, 7, 1), 365 * 24, 0.0)
    week = shape(Profiles(HOURS, MONTHS), date(2027, 7, 1), 7 * 24, 0.0)
    np.testing.assert_array_equal(week, year[: 7 * 24])
    assert week.mean() < 0.9


def test_hours_are_those_of_the_site():
    # At 30 deg east the local day starts two hours before the UTC day: 06:00 UTC is 08:00 there, where the step is.
    factor = shape(Profiles(HOURS, np.ones(12)), date(2027, 1, 1), 24, 30.0)
    assert factor[5] == pytest.approx(0.5)
    assert factor[6] == pytest.approx(1.5)


def test_weekdays_are_those_of_the_site():
    week = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5])
    flat = Profiles(np.ones(24), np.ones(12), week / week.mean())
    # 2 January 2027 is a Saturday; at 30 deg east it begins at 22:00 UTC of the day before.
    factor = shape(flat, date(2027, 1, 1), 72, 30.0)
    assert factor[21] / factor[22] == pytest.approx(2)
    assert len(set(factor[22:70])) == 1
    assert factor[70] == factor[0]


def test_a_country_has_its_own_shape_or_that_of_europe():
    facts = load().lookup()
    german, finnish = profiles(facts, "price", "DE"), profiles(facts, "price", "FI")
    assert not any(np.array_equal(one, other) for one, other in zip(german, finnish, strict=True))
    used = {fact.entry for fact in facts.used}
    assert used == {f"price-{kind}-{place}" for kind in ("hour", "week") for place in ("DE", "europe")} | {
        "price-month-DE",
        "price-month-FI",
    }
    assert [profile.size for profile in profiles(facts, "carbon", "FI")] == [24, 12, 7]


def test_german_hours_are_those_of_the_published_prices(shared_data):
    """The shape that is read for a country is the one the hourly day-ahead prices of that country have."""
    with (shared_data / "energy" / "hour_of_day_price_shape_2024.csv").open(encoding="utf-8") as file:
        published = [float(row["DE-LU"]) for row in csv.DictReader(file)]
    shipped = profiles(load().lookup(), "price", "DE").by_hour
    assert shipped / shipped.mean() == pytest.approx(np.array(published) / np.mean(published), rel=2e-3)
