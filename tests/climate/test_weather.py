"""Weather of a site: from the nearest climate, from a file, or partly from each."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from gortyn.catalogue import load
from gortyn.climate import climate_of, nearest, weather, wet_bulb_c
from gortyn.climate.design import design_pue, design_year
from gortyn.model import Cooling
from gortyn.model.series import SiteSeries, WeatherSeries


def test_the_nearest_climate_is_that_of_the_place(facts, climates):
    catalogue = load()
    for entry in climates:
        place = [catalogue.fact("climates", entry, field).number for field in ("latitude_deg", "longitude_deg")]
        assert nearest(facts, *place) == entry
    assert nearest(facts, 64.0, 27.0) == "kajaani"
    assert nearest(facts, 40.4, -3.4) == "madrid"
    assert nearest(facts, 35.9, -84.0) == "oak-ridge"


def test_a_site_may_name_its_climate(facts, site):
    assert climate_of(site(64.0, 27.0, climate="athens"), facts) == "athens"
    assert climate_of(site(64.0, 27.0), facts) == "kajaani"


def test_a_window_takes_its_days_of_the_typical_year(facts, site, year):
    place, typical = site(64.28, 27.69), year("kajaani")
    whole = weather(place, date(2028, 1, 1), 8784, facts)
    np.testing.assert_array_equal(whole.dry_bulb_c, typical.dry_bulb_c)
    july = weather(place, date(2028, 7, 1), 31 * 24, facts)
    np.testing.assert_array_equal(july.dry_bulb_c, typical.dry_bulb_c[182 * 24 : 213 * 24])
    # A year without a leap day leaves it out, and one hour is an hour.
    common = weather(place, date(2027, 1, 1), 8760, facts)
    np.testing.assert_array_equal(common.wet_bulb_c, np.delete(typical.wet_bulb_c, np.arange(59 * 24, 60 * 24)))
    assert weather(place, date(2027, 1, 1), 1, facts).dry_bulb_c.shape == (1,)
    two = weather(place, date(2027, 7, 1), 2 * 8760 + 24, facts).dry_bulb_c
    np.testing.assert_array_equal(two[: 184 * 24], two[366 * 24 :][: 184 * 24])


def recorded(**columns):
    """A year of one's own from 1 January 2023."""
    hours = np.arange(8760.0)
    known = {
        "dry_bulb_c": 10 + 10 * np.sin(hours / 1000),
        "humidity_share": np.full(8760, 0.6),
        "wind_m_per_s": np.full(8760, 5.0),
        "irradiance_w_per_m2": hours % 24,
    }
    return SiteSeries(weather=WeatherSeries(np.datetime64("2023-01-01T00", "h"), **known | columns))


def test_a_file_stands_in_place_of_the_climate(facts, site):
    series = recorded()
    found = weather(site(64.28, 27.69), date(2023, 1, 1), 8760, facts, series)
    np.testing.assert_array_equal(found.dry_bulb_c, series.weather.dry_bulb_c)
    np.testing.assert_array_equal(found.wet_bulb_c, wet_bulb_c(series.weather.dry_bulb_c, 0.6))
    assert found.wind_m_per_s.max() == 5


def test_a_file_needs_no_catalogue_and_what_it_lacks_comes_from_the_climate(facts, site):
    reader = load().lookup()
    weather(site(64.28, 27.69), date(2023, 1, 1), 8760, reader, recorded())
    assert reader.used == ()
    partly = recorded(wind_m_per_s=np.full(8760, np.nan))
    found = weather(site(64.28, 27.69), date(2023, 1, 1), 8760, facts, partly)
    alone = weather(site(64.28, 27.69), date(2023, 1, 1), 8760, facts)
    np.testing.assert_array_equal(found.wind_m_per_s, alone.wind_m_per_s)
    np.testing.assert_array_equal(found.dry_bulb_c, partly.weather.dry_bulb_c)


def test_the_design_year_is_the_file_or_the_typical_year(facts, site, year):
    place = site(64.28, 27.69)
    np.testing.assert_array_equal(design_year(place, facts).dry_bulb_c, year("kajaani").dry_bulb_c)
    series = recorded()
    np.testing.assert_array_equal(design_year(place, facts, series).dry_bulb_c, series.weather.dry_bulb_c)
    # A year of Central European time begins an hour before midnight of UTC: its whole days are one fewer.
    shifted = series.weather._replace(start=np.datetime64("2022-12-31T23", "h"))
    days = design_year(place, facts, SiteSeries(weather=shifted)).dry_bulb_c
    np.testing.assert_array_equal(days, shifted.dry_bulb_c[1 : 1 + 364 * 24])


def test_a_hot_file_raises_the_design_peak(facts, site):
    cool = design_pue(site(64.28, 27.69), facts)
    hot = design_pue(site(64.28, 27.69), facts, recorded(dry_bulb_c=np.full(8760, 35.0)))
    assert 1 < cool.mean < cool.peak < hot.mean
    assert hot.mean == pytest.approx(hot.peak)


def test_a_stated_pue_is_mean_and_peak_and_reads_nothing(site):
    reader = load().lookup()
    assert design_pue(site(64.0, 27.0, cooling=Cooling(kind="air", pue=1.3)), reader) == (1.3, 1.3)
    assert reader.used == ()


def test_a_second_summer_in_a_file_leaves_the_mean_of_a_year(facts, site):
    """April to September of the year after: the mean is of the last year, the peak of all hours."""
    hours = np.arange(8760 + 183 * 24)
    dry = 12 - 14 * np.cos(2 * np.pi * (hours / 8760 + 0.25)) + 3 * np.sin(2 * np.pi * hours / 24)
    dry[100] = 45.0
    columns = {"humidity_share": 0.5 + 0 * dry, "wind_m_per_s": 5 + 0 * dry, "irradiance_w_per_m2": 0 * dry}
    series = recorded(dry_bulb_c=dry, **columns)
    last = WeatherSeries(np.datetime64("2023-07-02T00", "h"), *(column[-8784:] for column in series.weather[1:]))
    place = site(64.28, 27.69)
    longer, one = (design_pue(place, facts, held) for held in (series, SiteSeries(weather=last)))
    assert longer.mean == pytest.approx(one.mean, rel=1e-12)
    assert longer.peak > one.peak
