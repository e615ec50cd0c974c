"""Published series, where they are at hand: annual means against what others published of the same year."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from gortyn.io.series import Place, SeriesError, read_carbon, read_price, read_weather

NAMES = {"AT": "Austria", "BE": "Belgium", "CH": "Switzerland", "DE": "Germany"}
NAMES |= {"ES": "Spain", "FR": "France", "NL": "Netherlands", "PT": "Portugal"}
MISSING_DAYS = {"AT": 1, "DE": 1, "ES": 2}


@pytest.fixture
def energy(shared_data: Path) -> Path:
    folder = shared_data / "energy"
    if not folder.is_dir():
        pytest.skip("no hourly series beside the repository")
    return folder


@pytest.mark.parametrize("country", sorted(NAMES))
def test_prices_have_the_mean_of_embers_months(country: str, energy: Path) -> None:
    """Ember's months are of the same auctions; its Germany is without Luxembourg's name, its filling another."""
    with (energy / "ember_monthly_wholesale_price.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["Country"] == NAMES[country] and "2024-" in row["Date"]]
    days = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    ember = float(np.average([float(row["Price (EUR/MWhe)"]) for row in rows], weights=days))
    series, notes = read_price(energy / "hourly_price_2024_localtime_eur_mwh.csv", Place(country))
    assert series.start == np.datetime64("2023-12-31T23", "h")
    assert len(series.values) == 8784
    assert series.values.mean() == pytest.approx(ember, rel=0.012)
    assert sum("24 hours" in note for note in notes) == MISSING_DAYS.get(country, 0)
    assert sum("leaps over" in note or "occurs twice" in note for note in notes) == 2


@pytest.mark.parametrize(("country", "mean"), [("DE", 78.52), ("FR", 58.01)])
def test_prices_have_the_mean_of_the_file(country: str, mean: float, energy: Path) -> None:
    """A missing day that is filled moves the mean of the year by less than a thousandth."""
    series, _ = read_price(energy / "hourly_price_2024_localtime_eur_mwh.csv", Place(country))
    assert series.values.mean() == pytest.approx(mean, rel=1e-3)


def test_carbon_of_germany(energy: Path) -> None:
    carbon, notes = read_carbon(energy / "hourly_carbon_intensity_2024_DE-LU.csv", Place("DE"))
    assert carbon.direct is not None
    assert carbon.life_cycle is not None
    assert carbon.direct.start == np.datetime64("2024-01-01T00", "h")
    assert carbon.direct.values.mean() == pytest.approx(273.9, abs=0.05)
    assert carbon.life_cycle.values.mean() == pytest.approx(332.1, abs=0.05)
    assert not notes


@pytest.mark.parametrize(("country", "low_c", "high_c"), [("DE-LU", 10, 13), ("GB", 10, 13)])
def test_weather(country: str, low_c: float, high_c: float, energy: Path) -> None:
    weather, notes = read_weather(energy / f"hourly_weather_2024_{country}.csv", Place(country[:2]))
    assert low_c < weather.dry_bulb_c.mean() < high_c
    assert 0.6 < weather.humidity_share.mean() < 0.9
    assert 2 < weather.wind_m_per_s.mean() < 6
    assert any("has no irradiance" in note for note in notes)


def test_what_is_not_hourly_is_refused(energy: Path) -> None:
    with pytest.raises(SeriesError, match="Ember's monthly or daily file"):
        read_price(energy / "ember_monthly_wholesale_price.csv", Place("DE"))
    with pytest.raises(SeriesError, match="has no column of times"):
        read_carbon(energy / "annual_carbon_intensity_electricitymaps_2021_2025.csv", Place("DE"))
