"""The fit of Stull against the psychrometric equations of ASHRAE as psychrolib solves them."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.climate import wet_bulb_c
from gortyn.climate.wet_bulb import dew_point_c, saturation_hpa

SEA_LEVEL_PA = 101_325


@pytest.fixture(scope="module")
def psychrolib():
    library = pytest.importorskip("psychrolib")
    library.SetUnitSystem(library.SI)
    return library


def errors(psychrolib, dry_c, humidity):
    exact = [psychrolib.GetTWetBulbFromRelHum(t, h, SEA_LEVEL_PA) for t, h in zip(dry_c, humidity, strict=True)]
    return wet_bulb_c(dry_c, humidity) - np.array(exact)


def test_errors_are_those_that_the_paper_states(psychrolib):
    """Stull: errors from -1 to +0.65 K, mean absolute error below 0.3 K; near freezing the exact one is of ice."""
    dry, humidity = (side.ravel() for side in np.meshgrid(np.arange(5.0, 36.0, 1.5), np.arange(0.2, 0.991, 0.04)))
    error = errors(psychrolib, dry, humidity)
    assert error.min() > -1.0
    assert error.max() < 0.65
    assert np.abs(error).mean() < 0.3


def test_cold_air_is_nearly_its_own_wet_bulb(psychrolib):
    dry = np.arange(-40.0, 0.0, 2.5)
    assert np.abs(errors(psychrolib, dry, np.full_like(dry, 0.85))).max() < 0.7


@pytest.mark.parametrize("zone", ["DE-LU", "GB"])
def test_hours_that_were_recorded(psychrolib, shared_data, zone):
    """Within half a kelvin where cooling depends on it, above 10 degC; a little more in cold moist air."""
    with (shared_data / "energy" / f"hourly_weather_2024_{zone}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::7]
    dry = np.array([float(row["temperature_2m_C"]) for row in rows])
    humidity = np.array([float(row["relative_humidity_pct"]) for row in rows]) / 100
    usable = (dry > 0) & (humidity <= 0.99)
    error, warm = errors(psychrolib, dry[usable], humidity[usable]), dry[usable] > 10
    assert np.abs(error).max() < 0.65
    assert np.sqrt(np.mean(error**2)) < 0.3
    assert np.abs(error[warm]).max() < 0.5
    assert np.sqrt(np.mean(error[warm] ** 2)) < 0.25


@given(dry=st.floats(-60, 50), humidity=st.floats(0.05, 1))
def test_wet_bulb_is_not_above_the_air(dry, humidity):
    assert wet_bulb_c(dry, humidity) <= dry


@given(dry=st.floats(5, 50), humidity=st.floats(0.2, 1), more=st.floats(0, 0.5), warmer=st.floats(0, 5))
def test_wet_bulb_rises_with_humidity_and_temperature(dry, humidity, more, warmer):
    wet = wet_bulb_c(dry, humidity)
    assert wet_bulb_c(dry, min(1.0, humidity + more)) >= wet - 1e-9
    assert wet_bulb_c(dry + warmer, humidity) >= wet - 1e-9


def test_vapour_pressure_is_that_of_the_steam_tables():
    """Water boils at 1013 hPa at 100 degC, and has 12.27 hPa at 10, 31.69 at 25, 73.84 at 40 degC."""
    tables = {10: 12.27, 25: 31.69, 40: 73.84}
    assert saturation_hpa(list(tables)) == pytest.approx(list(tables.values()), rel=4e-3)


@given(temperature=st.floats(-50, 60))
def test_the_dew_point_of_saturated_air_is_its_temperature(temperature):
    assert dew_point_c(saturation_hpa(temperature)) == pytest.approx(temperature, abs=1e-9)
