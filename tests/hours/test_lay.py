"""Recorded years on other windows, against a twin that walks the calendar with Python's dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.hours import lay
from gortyn.model.series import HourlySeries


def recorded(start, hours):
    """A series whose values are its own hours since 1970, so that what was laid says where it is from."""
    first = np.datetime64(start, "h")
    return HourlySeries(first, (first.astype(np.int64) + np.arange(hours)).astype(float))


def origin(value):
    return datetime(1970, 1, 1) + timedelta(hours=int(value))


def same_day(day, series_start, series_hours):
    """The twin: newest day of the series with the date (1 March for 29 February), then the nearest same weekday."""
    end = series_start + timedelta(hours=series_hours)
    year = (end - timedelta(hours=1)).year
    for candidate in (year, year - 1):
        try:
            there = date(candidate, day.month, day.day)
        except ValueError:
            there = date(candidate, 3, 1)
        if datetime(there.year, there.month, there.day) < end:
            break
    return min((there + timedelta(days=k) for k in range(-3, 4)), key=lambda one: one.weekday() != day.weekday())


@given(
    start=st.dates(date(2024, 1, 1), date(2034, 12, 31)),
    days=st.integers(1, 800),
    year=st.integers(2019, 2025),
    leads=st.integers(-3, 3),
)
def test_every_hour_is_the_same_hour_and_weekday_near_the_same_date(start, days, year, leads):
    begin = datetime(year, 1, 1) + timedelta(hours=leads)
    hours = (date(year + 1, 1, 1) - date(year, 1, 1)).days * 24
    series = recorded(begin, hours)
    laid = lay(series, start, days * 24)
    assert laid.shape == (days * 24,)
    if start.year == year and datetime(start.year, start.month, start.day) >= begin:
        return  # may lie inside the series; the next test looks at that
    for hour in range(0, days * 24, 31):
        now, then = datetime(start.year, start.month, start.day) + timedelta(hours=hour), origin(laid[hour])
        assert (then.hour, then.weekday()) == (now.hour, now.weekday())
        expected = same_day(now.date(), begin, hours)
        apart = (then.date() - expected).days
        assert apart in (-7, 0, 7)
        if date(year, 1, 8) <= expected <= date(year, 12, 24):
            assert apart == 0


@given(skip=st.integers(0, 300), days=st.integers(1, 60))
def test_a_series_that_covers_the_window_is_used_as_it_is(skip, days):
    series = recorded(datetime(2027, 1, 1), 365 * 24)
    start = date(2027, 1, 1) + timedelta(days=skip)
    np.testing.assert_array_equal(lay(series, start, days * 24), series.values[skip * 24 : (skip + days) * 24])


def test_two_series_of_one_year_keep_their_hours_together():
    """A windy hour that was cheap stays cheap, whatever the year of the window."""
    price = recorded(datetime(2024, 1, 1), 366 * 24)
    weather = price._replace(values=-price.values)
    np.testing.assert_array_equal(lay(price, date(2029, 5, 1), 9000), -lay(weather, date(2029, 5, 1), 9000))


def test_a_leap_day_is_filled_from_a_year_that_has_none():
    laid = lay(recorded(datetime(2023, 1, 1), 365 * 24), date(2028, 2, 28), 72)
    assert [origin(value).strftime("%a %m-%d") for value in laid[::24]] == ["Mon 02-27", "Tue 02-28", "Wed 03-01"]


def test_the_mean_of_a_year_hardly_changes_when_it_is_laid_on_another():
    hours = np.arange(366 * 24)
    seasonal = HourlySeries(np.datetime64("2024-01-01T00", "h"), 50 + 30 * np.cos(2 * np.pi * hours / hours.size))
    for year in range(2025, 2032):
        assert lay(seasonal, date(year, 1, 1), 365 * 24).mean() == pytest.approx(seasonal.values.mean(), rel=5e-3)


def test_a_short_series_that_does_not_cover_the_window_is_refused():
    with pytest.raises(ValueError, match="2,160 hours must cover the window from 2030-01-01"):
        lay(recorded(datetime(2024, 1, 1), 90 * 24), date(2030, 1, 1), 24)
