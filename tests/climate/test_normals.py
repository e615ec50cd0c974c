"""Typical years against the normals that they are made from, and against years that were recorded."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from gortyn.climate.normals import MONTH_OF_HOUR, Normals, normals, typical_year

HOURS = np.bincount(MONTH_OF_HOUR)
# Climates whose stations lie in the places of the recorded years.
RECORDED = {"DE-LU": "mannheim", "GB": "london"}


def monthly(values):
    return np.bincount(MONTH_OF_HOUR, values) / HOURS


@pytest.fixture(scope="module", params=["kajaani", "paris", "athens", "narvik", "zaragoza", "oak-ridge"])
def climate(request, facts) -> Normals:
    return normals(facts, request.param)


def test_months_have_the_means_of_the_normals(climate):
    year = typical_year(climate)
    assert monthly(year.dry_bulb_c) == pytest.approx(np.array(climate.mean_c), abs=0.1)
    assert monthly(year.humidity_share) == pytest.approx(np.array(climate.humidity_share), abs=0.01)
    assert monthly(year.wind_m_per_s) == pytest.approx(np.array(climate.wind_m_per_s), rel=1e-9)
    sun = monthly(year.irradiance_w_per_m2) * 24 / 1000
    assert sun == pytest.approx(np.array(climate.sun_kwh_per_m2_day), rel=0.03, abs=0.05)


def test_the_hottest_hour_lies_between_a_usual_day_and_the_record(climate):
    year = typical_year(climate)
    usual = max(mean + spread / 2 for mean, spread in zip(climate.mean_c, climate.range_c, strict=True))
    assert usual + 3 < year.dry_bulb_c.max() < climate.record_high_c - 1
    assert year.dry_bulb_c.max() == pytest.approx(climate.usual_high_c, abs=1)
    assert year.dry_bulb_c.min() == pytest.approx(climate.usual_low_c, abs=1.5)
    assert year.dry_bulb_c.min() > climate.record_low_c


def test_what_cannot_be_is_not(climate):
    year = typical_year(climate)
    assert np.all(year.wet_bulb_c <= year.dry_bulb_c)
    assert np.all((year.humidity_share > 0) & (year.humidity_share <= 1))
    assert np.all((year.wind_m_per_s >= 0) & (year.irradiance_w_per_m2 >= 0))
    assert year.irradiance_w_per_m2.max() < 1361
    # The highest wet bulbs of the Earth are 35 degC; those of Europe's coasts stay below 30.
    assert year.wet_bulb_c.max() < 30
    assert all(quantity.size == 8784 and not quantity.flags.writeable for quantity in year)


def test_afternoons_are_warm_and_dry_and_nights_dark(climate):
    year = typical_year(climate)
    solar = (np.arange(8784) + 0.5 + climate.longitude_deg / 15) % 24
    afternoon, dawn = np.abs(solar - 15) < 1, np.abs(solar - 3) < 1
    assert year.dry_bulb_c[afternoon].mean() > year.dry_bulb_c[dawn].mean() + 3
    assert year.humidity_share[afternoon].mean() < year.humidity_share[dawn].mean()
    if abs(climate.latitude_deg) < 60:
        assert year.irradiance_w_per_m2[np.abs(solar - 24) < 3].max() == 0


def test_the_year_closes_and_is_the_same_again(climate):
    year = typical_year(climate)
    step = np.abs(np.diff(year.dry_bulb_c)).max()
    assert abs(year.dry_bulb_c[0] - year.dry_bulb_c[-1]) <= step
    assert step < 5
    typical_year.cache_clear()
    for first, second in zip(year, typical_year(climate), strict=True):
        np.testing.assert_array_equal(first, second)


def test_clear_days_are_as_long_as_the_sun_is_up(year):
    """Day length at 49 degN by the sunrise equation: 16.2 h in mid-June, 8.3 h in mid-December."""
    sun = year("paris").irradiance_w_per_m2.reshape(366, 24) > 0
    assert sun[172].sum() == pytest.approx(16.2, abs=1)
    assert sun[356].sum() == pytest.approx(8.3, abs=1)


@pytest.mark.parametrize("zone", RECORDED)
def test_a_typical_year_is_like_a_recorded_one(shared_data, year, zone):
    """One year of weather differs from normals, but not by much where it matters to cooling."""
    with (shared_data / "energy" / f"hourly_weather_2024_{zone}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    dry = np.array([float(row["temperature_2m_C"]) for row in rows])
    humidity = np.array([float(row["relative_humidity_pct"]) for row in rows]) / 100
    typical = year(RECORDED[zone])
    for share in (0.5, 0.9, 0.99, 0.996):
        assert np.quantile(typical.dry_bulb_c, share) == pytest.approx(np.quantile(dry, share), abs=3.5)
    assert typical.dry_bulb_c.max() == pytest.approx(dry.max(), abs=3)
    hot = dry > dry.max() - 3
    hot_typical = typical.dry_bulb_c > typical.dry_bulb_c.max() - 3
    assert typical.humidity_share[hot_typical].mean() == pytest.approx(humidity[hot].mean(), abs=0.1)


@pytest.mark.parametrize(
    ("entry", "dry_c"),
    [("athens", 36), ("berlin", 30), ("dublin", 22), ("helsinki", 27), ("london", 28), ("madrid", 36), ("paris", 31.5)],
)
def test_what_engineers_size_cooling_for(year, entry, dry_c):
    """The temperature exceeded in 0.4 % of hours, which the handbook of ASHRAE lists by station (as remembered)."""
    assert np.quantile(year(entry).dry_bulb_c, 0.996) == pytest.approx(dry_c, abs=2.5)


def test_every_shipped_climate_makes_a_year(climates, year):
    assert len(climates) >= 30
    for entry in climates:
        typical = year(entry)
        assert np.isfinite(np.concatenate(typical)).all()
        assert typical.wet_bulb_c.max() < 31
