from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.catalogue import load
from gortyn.hours import factors, profiles, shape, swing

YEAR_H = 8760
LONG = (date(1901, 1, 1), 200 * 366)
ONCE = """
import datetime, hashlib
from gortyn.catalogue import load
from gortyn.hours import swing
print(hashlib.sha256(swing(load().lookup(), "price", "FI", datetime.date(2027, 3, 1), 8760)).hexdigest())
"""


@pytest.fixture(scope="module")
def facts():
    return load().lookup()


def as_of(facts, other) -> Any:
    """A catalogue whose countries all have the swings of one."""

    class Other:
        number = facts.number

        def get_number(self, kind, entry, field):
            quantity, what, _ = entry.split("-")
            return facts.get_number(kind, f"{quantity}-{what}-{other}", field)

    return Other()


def daily(values):
    return np.asarray(values).reshape(-1, 24).mean(axis=1)


def about_the_month(days):
    """Days less the mean of the 31 around, over the root mean square of that."""
    month = np.convolve(days, np.ones(31) / 31, mode="valid")
    return (days[15:-15] - month) / np.sqrt((month**2).mean())


def evened(days, weekday):
    """Days over their weekday's share of the month around: Monday to Friday, Saturday, Sunday."""
    month = np.convolve(days, np.ones(31) / 31, mode="valid")
    kind = np.maximum(weekday - 4, 0)
    inner = kind[15:-15]
    share = np.bincount(inner, days[15:-15]) / np.bincount(inner, month)
    return days / (share / (share @ [5, 1, 1] / 7))[kind], share / share[0]


def neighbours(days):
    return np.corrcoef(days[1:], days[:-1])[0, 1]


class TestMeans:
    @pytest.mark.parametrize(
        ("start", "days"), [(date(2027, 1, 1), 365), (date(2028, 1, 1), 366), (date(2027, 9, 13), 366)]
    )
    @pytest.mark.parametrize("quantity", ["price", "carbon"])
    def test_a_year_has_the_annual_mean_exactly(self, facts, quantity, start, days):
        for country in ("DE", "ES", "FI", "LU"):
            assert factors(facts, quantity, country, start, days * 24, 10.0).mean() == pytest.approx(1, abs=1e-12)

    def test_later_years_stay_within_two_per_cent_and_a_decade_within_one(self, facts):
        for country in ("DE", "ES", "FR", "GB", "FI", "NO"):
            for quantity in ("price", "carbon"):
                decade = factors(facts, quantity, country, date(2027, 1, 1), 3653 * 24, 10.0)
                assert decade.mean() == pytest.approx(1, abs=0.01)
                years = [year.mean() for year in np.array_split(decade, 10)]
                assert np.ptp(years) > 1e-3
                assert years == pytest.approx([1] * 10, abs=0.02)

    def test_the_seasons_are_left_to_the_months(self, facts):
        """The mean of a month is moved by a few per cent, not by what an autoregression alone would do."""
        swings = swing(facts, "carbon", "DE", *as_hours(LONG))
        assert (daily(swings)[: 30 * 2400].reshape(-1, 30).mean(axis=1)).std() < 0.03

    @given(
        country=st.text(max_size=3), start=st.dates(date(1950, 1, 1), date(2090, 1, 1)), hours=st.integers(1, 10_000)
    )
    def test_any_country_and_window(self, country, start, hours):
        values = swing(load().lookup(), "price", country, start, hours)
        assert values.shape == (hours,)
        assert values.min() >= 0
        assert np.isfinite(values).all()


def as_hours(window):
    return window[0], window[1] * 24


class TestDraws:
    def test_the_same_bytes_in_another_process(self, facts):
        here = hashlib.sha256(swing(facts, "price", "FI", date(2027, 3, 1), YEAR_H).tobytes()).hexdigest()
        there = subprocess.run([sys.executable, "-c", ONCE], capture_output=True, text=True, check=True)
        assert there.stdout.strip() == here

    @pytest.mark.parametrize("quantity", ["price", "carbon"])
    def test_a_longer_window_begins_with_the_same_hours(self, facts, quantity):
        start = date(2027, 11, 5)
        decade = swing(facts, quantity, "DE", start, 3653 * 24)
        for hours in (1, 23, 25, 14 * 24, YEAR_H, 2 * YEAR_H):
            np.testing.assert_array_equal(swing(facts, quantity, "DE", start, hours), decade[:hours])
        whole = factors(facts, quantity, "DE", start, 365 * 24, 10.0)
        np.testing.assert_array_equal(factors(facts, quantity, "DE", start, 31 * 24, 10.0), whole[: 31 * 24])

    def test_a_later_start_finds_the_same_days(self, facts):
        early, late = (swing(facts, "price", "FR", date(year, 1, 1), 800 * 24) for year in (2027, 2028))
        np.testing.assert_allclose(early[YEAR_H:], late[: 800 * 24 - YEAR_H], rtol=1e-12)

    def test_all_sites_of_a_country_see_the_same_days(self, facts):
        """Bordeaux and Strasbourg: the same swing in the same hour of UTC, whatever their clocks."""
        start = date(2027, 1, 1)
        west, east = (
            factors(facts, "carbon", "FR", start, YEAR_H, longitude)
            / shape(profiles(facts, "carbon", "FR"), start, YEAR_H, longitude)
            for longitude in (-0.6, 7.8)
        )
        np.testing.assert_allclose(west / west.mean(), east / east.mean(), rtol=1e-9)

    def test_no_year_and_no_country_repeats_another(self, facts):
        years = [daily(swing(facts, "carbon", "DE", date(year, 1, 1), YEAR_H)) for year in range(2027, 2037)]
        assert np.abs(np.corrcoef(years) - np.eye(10)).max() < 0.3
        finnish, swedish = (swing(facts, "carbon", country, date(2027, 1, 1), YEAR_H) for country in ("FI", "SE"))
        assert not np.array_equal(finnish, swedish)

    def test_hours_run_smoothly(self, facts):
        values = swing(facts, "price", "ES", date(2027, 1, 1), 3653 * 24)
        assert np.abs(np.diff(values)).max() < 0.25
        assert np.abs(np.diff(values)).mean() < 0.02


class TestSpread:
    @pytest.mark.parametrize("entry", ["price-swing-DE", "price-swing-ES", "carbon-swing-DE", "carbon-swing-GB"])
    def test_hours_deviate_and_days_follow_each_other_as_stated(self, facts, entry):
        """The kernel from scratch: an autoregression less the mean of 31 days, its correlation by long convolution."""
        quantity, _, country = entry.split("-")
        values = swing(facts, quantity, country, *as_hours(LONG))
        assert values.std() == pytest.approx(facts.number("shapes", entry, "deviation_share"), rel=0.02)
        rng, correlation = np.random.default_rng(0), facts.number("shapes", entry, "day_correlation_share")
        plain = rng.standard_normal(400_000)
        for day in range(1, plain.size):
            plain[day] += correlation * plain[day - 1]
        plain = plain[15:-15] - np.convolve(plain, np.ones(31) / 31, mode="valid")
        # Half an hour from noon a forty-eighth is already the neighbour's.
        plain = np.convolve(plain, [1 / 96, 47 / 48, 1 / 96], mode="valid")
        noons = values.reshape(-1, 24)[:, 11:13].mean(axis=1)
        assert neighbours(noons) == pytest.approx(neighbours(plain), abs=0.015)

    def test_clean_days_are_cheap_and_countries_share_weather(self, facts):
        def drawn(quantity, country):
            return daily(swing(facts, quantity, country, *as_hours(LONG)))

        price, carbon = drawn("price", "DE"), drawn("carbon", "DE")
        with_carbon = facts.number("shapes", "price-swing-europe", "carbon_correlation_share")
        assert np.corrcoef(price, carbon)[0, 1] == pytest.approx(with_carbon, abs=0.02)
        shared = facts.number("shapes", "carbon-swing-europe", "neighbour_correlation_share")
        assert np.corrcoef(carbon, drawn("carbon", "FI"))[0, 1] == pytest.approx(shared, abs=0.03)
        assert np.corrcoef(price, drawn("price", "FR"))[0, 1] == pytest.approx(shared, abs=0.05)

    def test_luxembourg_has_the_hours_of_its_price_zone(self, facts):
        for one, other in zip(profiles(facts, "price", "LU"), profiles(facts, "price", "DE"), strict=True):
            if one.size != 12:
                np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def recorded(shared_data):
    """Means of the days of 2024, by quantity and country: AT, BE, ... of prices, DE and GB of carbon."""
    found = {}
    with (shared_data / "energy" / "hourly_price_2024_localtime_eur_mwh.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for zone in ("BE", "CH", "DE-LU", "ES", "FR", "NL", "PT"):
        sums: dict[str, list[float]] = {}
        for row in rows:
            if row[zone]:
                sums.setdefault(row["local_time_CET_CEST"][:10], []).append(float(row[zone]))
        days = {np.datetime64(day): np.mean(values) for day, values in sums.items()}
        found["price", zone[:2]] = filled(days)
    for zone, ahead in (("DE-LU", 1), ("GB", 0)):
        with (shared_data / "energy" / f"hourly_carbon_intensity_2024_{zone}.csv").open(encoding="utf-8") as file:
            values = np.array([float(row["gco2_kwh_lca"]) for row in csv.DictReader(file)])
        found["carbon", zone[:2]] = daily(np.pad(values, (ahead, 24 - ahead), mode="edge")[: 366 * 24])
    return found


def filled(days):
    """Days of 2024, those that the file lacks as the days around."""
    every = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[D]")
    known = np.array([day in days for day in every])
    return np.interp(np.arange(every.size), np.flatnonzero(known), [days[day] for day in every[known]])


class TestRecorded:
    weekday = np.arange(366) % 7  # 1 January 2024 is a Monday

    @pytest.mark.parametrize("quantity", ["price", "carbon"])
    def test_spread_correlation_and_week_are_those_of_2024(self, facts, recorded, quantity):
        checked = 0
        for (kind, country), days in recorded.items():
            if kind != quantity:
                continue
            even, share = evened(days, self.weekday)
            real, ours = about_the_month(even), about_the_month(daily(swing(facts, kind, country, *as_hours(LONG))))
            assert ours.std() == pytest.approx(real.std(), rel=0.04), country
            assert neighbours(ours) == pytest.approx(neighbours(real), abs=0.04), country
            week = profiles(facts, kind, country).by_weekday
            assert week[4:] / week[0] == pytest.approx(share, abs=0.01), country
            checked += 1
        assert checked == (7 if quantity == "price" else 2)

    def test_germanys_swings_in_britain(self, facts, recorded):
        """Held out: British days deviate by 0.287 of their mean, German ones, of which these are, by 0.223."""
        british = daily(swing(as_of(facts, "DE"), "carbon", "GB", *as_hours(LONG)))
        real = about_the_month(evened(recorded["carbon", "GB"], self.weekday)[0])
        assert about_the_month(british).std() == pytest.approx(real.std(), rel=0.25)
        assert neighbours(about_the_month(british)) == pytest.approx(neighbours(real), abs=0.1)

    def test_germanys_swings_in_neighbouring_markets(self, facts, recorded):
        """Held out: prices of Belgium, France, the Netherlands and Portugal by the swings of Germany's."""
        for country in ("BE", "FR", "NL", "PT"):
            ours = about_the_month(daily(swing(as_of(facts, "DE"), "price", country, *as_hours(LONG))))
            real = about_the_month(evened(recorded["price", country], self.weekday)[0])
            assert ours.std() == pytest.approx(real.std(), rel=0.25), country

    def test_the_german_price_follows_carbon(self, facts, recorded):
        price, carbon = (about_the_month(evened(recorded[kind, "DE"], self.weekday)[0]) for kind in ("price", "carbon"))
        stated = facts.number("shapes", "price-swing-europe", "carbon_correlation_share")
        assert np.corrcoef(price, carbon)[0, 1] == pytest.approx(stated, abs=0.01)

    def test_days_that_never_were_cost_little_accuracy(self, facts, recorded):
        """Day by day, with the mean of the year given: within a third of a flat year in prices, a tenth in carbon."""
        for (kind, country), days in recorded.items():
            ours = daily(factors(facts, kind, country, date(2024, 1, 1), 366 * 24, 10.0)) * days.mean()
            flat = np.abs(days - days.mean()).mean()
            assert np.abs(ours - days).mean() < (1.1 if kind == "carbon" else 1.35) * flat, (kind, country)
            # Spread is what a flat year lacks: sorted, the days are much nearer to those recorded.
            assert np.abs(np.sort(ours) - np.sort(days)).mean() < 0.4 * flat, (kind, country)
