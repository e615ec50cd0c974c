from __future__ import annotations

import csv
from datetime import date

import numpy as np
import pytest

import plain
from gortyn.energy.grid import grid_hours
from gortyn.model.series import HourlySeries, SiteSeries

START, YEAR_H = date(2027, 1, 1), 8760


def site_of(facts, country, **grid):
    means = {name: facts.number("grids", country, name) for name in ("price_eur_per_mwh", "carbon_g_per_kwh")}
    phases = ({"name": "one", "operational": date(2027, 1, 1), "machine": "plain", "chips": 8},)
    return plain.site(country=country, grid=plain.grid(**means | grid), phases=phases)


def test_annual_means_are_the_published_ones(facts, shared_data):
    """Day-ahead price and carbon intensity of 2025, every country of the table, within 1 %."""
    with (shared_data / "facts" / "grid.csv").open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if row["country"] and row["zone"] in facts.catalogue.entries("grids")
        ]
    checked = 0
    for row in rows:
        hours = grid_hours(site_of(facts, row["zone"]), START, YEAR_H, facts)
        for series, column in (
            (hours.wholesale_eur_per_mwh, "wholesale_day_ahead_eur_mwh_2025_mean"),
            (hours.carbon_g_per_kwh, "carbon_gco2eq_kwh_2025"),
        ):
            if row[column] and (column.startswith("carbon") or row["months_in_2025"] == "12"):
                assert series.mean() == pytest.approx(float(row[column]), rel=0.01), (row["zone"], column)
                checked += 1
    assert checked > 45


def test_files_go_before_means(facts):
    price, carbon = np.arange(24.0) - 10, np.arange(24.0) + 50
    series = SiteSeries(
        price=HourlySeries(np.datetime64("2027-01-01T00", "h"), price),
        carbon=HourlySeries(np.datetime64("2027-01-01T00", "h"), carbon),
    )
    hours = grid_hours(site_of(facts, "FI", direct_carbon_g_per_kwh=30.75), START, 24, facts, series)
    np.testing.assert_array_equal(hours.wholesale_eur_per_mwh, price)
    np.testing.assert_array_equal(hours.carbon_g_per_kwh, carbon)
    # The mean of the file is 61.5: half of it is direct in every hour.
    np.testing.assert_allclose(hours.direct_g_per_kwh, carbon / 2)


def test_direct_emissions_have_the_mean_that_is_stated(facts):
    site = site_of(facts, "DE", direct_carbon_g_per_kwh=274.0, residual_carbon_g_per_kwh=600.0)
    hours = grid_hours(site, START, YEAR_H, facts)
    assert hours.direct_g_per_kwh.mean() == pytest.approx(274.0)
    assert set(hours.residual_g_per_kwh) == {600.0}


def test_what_is_unknown_says_so(facts, make_empty):
    hours = grid_hours(site_of(facts, "FI"), START, 24, make_empty(facts))
    assert np.isnan(hours.direct_g_per_kwh).all()
    # No residual mix known: what is not certified emits as the grid does.
    np.testing.assert_array_equal(hours.residual_g_per_kwh, hours.carbon_g_per_kwh)


@pytest.fixture
def make_empty():
    """A catalogue that knows neither direct nor residual carbon intensities."""

    class Silent:
        def __init__(self, facts):
            self.facts = facts

        def get_number(self, kind, entry, field):
            return None if kind == "grids" else self.facts.get_number(kind, entry, field)

        def number(self, kind, entry, field):
            return self.facts.number(kind, entry, field)

    return Silent


def test_direct_emissions_stay_below_those_of_a_life_cycle_that_the_scenario_states(facts):
    usual = grid_hours(site_of(facts, "DE"), START, 24, facts)
    clean = grid_hours(site_of(facts, "DE", carbon_g_per_kwh=50.0), START, 24, facts)
    ratio = usual.direct_g_per_kwh / usual.carbon_g_per_kwh
    np.testing.assert_allclose(clean.direct_g_per_kwh / clean.carbon_g_per_kwh, ratio)
    assert (ratio < 1).all()
