"""Every format, written as its exporter writes it, gives the values at their hours of UTC."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

import hourly_files as files
from gortyn.io.series import Place, SeriesError, read_carbon, read_price, read_weather
from hourly_files import HOURS, LOCAL_NEW_YEAR, numbered

GERMANY = Place("DE", 50.1, 8.7)
FIRST, LOCAL_FIRST = np.datetime64("2024-01-01T00", "h"), np.datetime64("2023-12-31T23", "h")
QUARTERS = np.repeat(numbered(), 4) + np.tile([-3.0, -1.0, 1.0, 3.0], HOURS)

PRICES: dict[str, tuple[Callable[[Path], Path], np.datetime64]] = {
    "plain": (lambda path: files.plain(path, numbered()), FIRST),
    "price-column": (lambda path: files.plain(path, numbered(), header="timestamp (UTC),price_eur_per_mwh"), FIRST),
    "entsoe-old": (lambda path: files.entsoe_old(path, numbered()), LOCAL_FIRST),
    "entsoe-old-quarters": (lambda path: files.entsoe_old(path, QUARTERS, minutes=15), LOCAL_FIRST),
    "entsoe-new": (lambda path: files.entsoe_new(path, numbered()), FIRST),
    "entsoe-new-quarters": (lambda path: files.entsoe_new(path, QUARTERS, minutes=15), FIRST),
    "entsoe-new-local": (
        lambda path: files.entsoe_new(path, numbered(), LOCAL_NEW_YEAR, zone="CET/CEST"),
        LOCAL_FIRST,
    ),
    "entsoe-new-local-quarters": (
        lambda path: files.entsoe_new(path, QUARTERS, LOCAL_NEW_YEAR, 15, zone="CET/CEST"),
        LOCAL_FIRST,
    ),
    "ember": (
        lambda path: files.ember(path, {("Austria", "AUT"): numbered() + 7, ("Germany", "DEU"): numbered()}),
        FIRST,
    ),
}


@pytest.mark.parametrize("name", PRICES)
def test_prices(name: str, tmp_path: Path) -> None:
    write, first = PRICES[name]
    series, notes = read_price(write(tmp_path / "prices.csv"), GERMANY)
    assert series.start == first
    np.testing.assert_allclose(series.values, numbered(), rtol=0, atol=1e-9)
    assert not notes


def test_gzip_semicolons_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = files.plain(tmp_path / "a.csv", numbered()).read_text(encoding="utf-8")
    text = "\ufeff" + text.replace(",", ";").replace(".", ",").replace("\n", "\r\n")
    (tmp_path / "prices.csv.gz").write_bytes(gzip.compress(text.encode()))
    series, _ = read_price(tmp_path / "prices.csv.gz", GERMANY)
    np.testing.assert_array_equal(series.values, numbered())


def test_newest_row_first(tmp_path: Path) -> None:
    path = files.entsoe_old(tmp_path / "prices.csv", numbered())
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    series, notes = read_price(files.write(path, [header, *rows[::-1]]), GERMANY)
    np.testing.assert_array_equal(series.values, numbered())
    assert not notes


def test_times_with_an_offset(tmp_path: Path) -> None:
    rows = zip(files.instants(LOCAL_NEW_YEAR, HOURS), numbered().tolist(), strict=True)
    lines = [f"{time.astimezone(files.BERLIN).isoformat(timespec='minutes')},{value}" for time, value in rows]
    series, _ = read_price(files.write(tmp_path / "a.csv", ["time,value", *lines]), GERMANY)
    assert series.start == LOCAL_FIRST
    np.testing.assert_array_equal(series.values, numbered())


def test_a_naive_local_clock_gives_its_double_hour_to_both(tmp_path: Path) -> None:
    """Tables that were evened out: an hour in spring that never was, one hour in autumn for two."""
    local = [datetime(2024, 1, 1) + i * files.HOUR for i in range(HOURS)]
    lines = [f"{time:%Y-%m-%d %H:%M:%S},{i},{i + 0.5},{-i}" for i, time in enumerate(local)]
    path = files.write(tmp_path / "wide.csv", ["local_time_CET_CEST,AT,DE-LU,SE4", *lines])
    series, notes = read_price(path, GERMANY)
    spring, autumn = local.index(datetime(2024, 3, 31, 2)), local.index(datetime(2024, 10, 27, 2))
    expected = [i + 0.5 for i in range(HOURS) if i != spring]
    expected.insert(expected.index(autumn + 0.5), autumn + 0.5)
    assert series.start == LOCAL_FIRST
    np.testing.assert_array_equal(series.values, expected)
    assert [note.partition(": ")[0] for note in notes] == [f"{path}:{spring + 2}", f"{path}:{autumn + 2}"]
    assert read_price(path, Place("SE"))[0].values[0] == 0
    assert read_price(path, Place("LU"))[0].values[0] == 0.5


def test_a_header_that_says_cet_without_summer_time(tmp_path: Path) -> None:
    series, notes = read_price(
        files.plain(tmp_path / "a.csv", numbered(), header="MTU (CET),Day-ahead Price [EUR/MWh]"), GERMANY
    )
    assert series.start == LOCAL_FIRST
    np.testing.assert_array_equal(series.values, numbered())
    assert "without summer time" in notes[0]


def join(folder: Path, *parts: Path) -> Path:
    """One file of several of the same header."""
    lines = [part.read_text(encoding="utf-8").splitlines() for part in parts]
    return files.write(folder / "joined.csv", [lines[0][0], *(line for part in lines for line in part[1:])])


def test_the_first_auction_of_a_day_is_used(tmp_path: Path) -> None:
    first = files.entsoe_new(tmp_path / "1.csv", numbered())
    second = files.entsoe_new(tmp_path / "2.csv", QUARTERS + 50, minutes=15, sequence="Sequence Sequence 2")
    series, notes = read_price(join(tmp_path, second, first), GERMANY)
    np.testing.assert_array_equal(series.values, numbered())
    assert "2 auctions a day; 'Sequence Sequence 1' is used" in notes[0]


def test_areas_of_one_file(tmp_path: Path) -> None:
    path = join(
        tmp_path,
        files.entsoe_new(tmp_path / "1.csv", numbered(), area="BZN|NO1", sequence="Without Sequence"),
        files.entsoe_new(tmp_path / "2.csv", numbered() + 9, area="BZN|NO4", sequence="Without Sequence"),
        files.entsoe_new(tmp_path / "3.csv", numbered() + 5, area="BZN|DE-LU"),
    )
    assert read_price(path, GERMANY)[0].values[0] == -95
    assert read_price(path, Place("NO", zone="NO4"))[0].values[0] == -91
    with pytest.raises(SeriesError, match=r"joined.csv:2: has several zones of NO: NO1, NO4; name one behind the file"):
        read_price(path, Place("NO"))
    with pytest.raises(SeriesError, match=r"has no zone of FI: DE-LU, NO1, NO4"):
        read_price(path, Place("FI"))


@pytest.mark.parametrize(("zone", "country"), [("", "AT"), ("Germany", "AT"), ("DEU", "FR"), ("de", "FR")])
def test_countries_of_ember(zone: str, country: str, tmp_path: Path) -> None:
    path = files.ember(tmp_path / "a.csv", {("Austria", "AUT"): numbered() + 7, ("Germany", "DEU"): numbered()})
    series, _ = read_price(path, Place(country, zone=zone))
    assert series.values[0] == (-100 if zone else -93)


def test_a_country_that_ember_does_not_have(tmp_path: Path) -> None:
    path = files.ember(tmp_path / "a.csv", {("Austria", "AUT"): numbered(), ("Germany", "DEU"): numbered()})
    with pytest.raises(
        SeriesError, match=r"has no prices of FI: Austria, Germany; name one behind the file: a.csv#COUNTRY"
    ):
        read_price(path, Place("FI"))


@pytest.mark.parametrize("header", [files.NEW_CARBON, files.OLD_CARBON])
def test_electricity_maps(header: str, tmp_path: Path) -> None:
    direct = numbered() + 100
    path = files.electricity_maps(tmp_path / "a.csv", direct, direct + 60.5, header)
    carbon, notes = read_carbon(path, GERMANY)
    assert carbon.direct is not None
    assert carbon.life_cycle is not None
    assert carbon.direct.start == carbon.life_cycle.start == FIRST
    np.testing.assert_array_equal(carbon.direct.values, direct)
    np.testing.assert_array_equal(carbon.life_cycle.values, direct + 60.5)
    assert not notes


def test_a_column_of_carbon_without_values_is_none(tmp_path: Path) -> None:
    """Blank cells must not become an account without a number; the catalogue stands in for them."""
    blank, there = np.full(HOURS, np.nan), numbered() + 100
    carbon, notes = read_carbon(files.electricity_maps(tmp_path / "a.csv", there, blank), GERMANY)
    assert carbon.life_cycle is None
    assert carbon.direct is not None
    assert notes == (f"{tmp_path / 'a.csv'}: has no life-cycle carbon intensity",)


def test_a_zone_that_begins_with_the_code_of_another_country(tmp_path: Path) -> None:
    """IT-NO is the north of Italy, not Norway."""
    path = files.electricity_maps(tmp_path / "a.csv", numbered() + 100, numbered() + 100, zone="IT-NO")
    assert read_carbon(path, Place("IT"))[0].direct is not None
    assert read_carbon(path, Place("FR", zone="IT-NO"))[0].direct is not None
    assert read_carbon(path, Place("FR", zone="no"))[0].direct is not None
    with pytest.raises(SeriesError, match="has no zone of NO: IT-NO"):
        read_carbon(path, Place("NO"))


def test_a_column_of_carbon_counts_as_life_cycle(tmp_path: Path) -> None:
    carbon, _ = read_carbon(files.plain(tmp_path / "a.csv", numbered() + 100), GERMANY)
    assert carbon.direct is None
    assert carbon.life_cycle is not None
    np.testing.assert_array_equal(carbon.life_cycle.values, numbered() + 100)


WEATHER = files.weather()
TEMPERATURE, HUMIDITY, WIND_KM_H, RADIATION = WEATHER


@pytest.mark.parametrize("offset_h", [0, 1, 2])
@pytest.mark.parametrize("write", [files.open_meteo, files.open_meteo_json])
def test_open_meteo(write: Callable[[Path, files.Weather, int], Path], offset_h: int, tmp_path: Path) -> None:
    series, notes = read_weather(write(tmp_path / "weather", WEATHER, 3600 * offset_h), GERMANY)
    assert series.start == FIRST - np.timedelta64(offset_h, "h")
    np.testing.assert_allclose(series.dry_bulb_c, TEMPERATURE)
    np.testing.assert_allclose(series.humidity_share, HUMIDITY / 100)
    np.testing.assert_allclose(series.wind_m_per_s, WIND_KM_H / 3.6)
    np.testing.assert_allclose(series.irradiance_w_per_m2[:-1], RADIATION[1:])  # a row has the mean of the hour before
    assert not notes


def test_american_units_are_converted_where_the_header_names_them(tmp_path: Path) -> None:
    fahrenheit = (TEMPERATURE * 9 / 5 + 32, HUMIDITY, WIND_KM_H / 1.609344, RADIATION)
    path = files.open_meteo(tmp_path / "a.csv", fahrenheit, units=("°F", "%", "mp/h", "W/m²"))
    series, notes = read_weather(path, GERMANY)
    np.testing.assert_allclose(series.dry_bulb_c, TEMPERATURE)
    np.testing.assert_allclose(series.wind_m_per_s, WIND_KM_H / 3.6)
    assert not notes


def test_weather_that_looks_like_fahrenheit_is_told(tmp_path: Path) -> None:
    fahrenheit = (TEMPERATURE * 9 / 5 + 32, HUMIDITY, WIND_KM_H, RADIATION)
    series, notes = read_weather(files.open_meteo(tmp_path / "a.csv", fahrenheit), GERMANY)
    np.testing.assert_allclose(series.dry_bulb_c, TEMPERATURE * 9 / 5 + 32)
    assert len(notes) == 1
    assert notes[0].endswith("a highest of 75.2 degC; is the file in Fahrenheit?")


def test_weather_of_elsewhere_is_told(tmp_path: Path) -> None:
    """Two degrees along a meridian are two 180ths of half the Earth's circumference of 40,030 km."""
    _, notes = read_weather(files.open_meteo(tmp_path / "a.csv", WEATHER, position=(52.1, 8.7)), GERMANY)
    assert notes[0].endswith("is the weather of 52.10, 8.70, 222 km from the site")


@pytest.mark.parametrize("minute", [0, 60])
def test_epw(minute: int, tmp_path: Path) -> None:
    """Hour 1 of 1 January at UTC+1 is the hour from 23:00 UTC."""
    year = tuple(column[:8760] for column in WEATHER)
    series, notes = read_weather(files.epw(tmp_path / "a.epw", year, minute=minute), GERMANY)
    assert series.start == np.datetime64("2022-12-31T23", "h")
    np.testing.assert_allclose(series.dry_bulb_c, TEMPERATURE[:8760])
    np.testing.assert_allclose(series.humidity_share, HUMIDITY[:8760] / 100)
    np.testing.assert_allclose(series.wind_m_per_s, WIND_KM_H[:8760])
    np.testing.assert_allclose(series.irradiance_w_per_m2, RADIATION[:8760])
    assert not notes


def test_a_typical_year_counts_as_one_year(tmp_path: Path) -> None:
    year = tuple(column[:8760] for column in WEATHER)
    path = files.epw(tmp_path / "a.epw", year, lambda month: (2004, 1996, 2011)[month % 3])
    series, notes = read_weather(path, GERMANY)
    assert series.start == np.datetime64("1994-12-31T23", "h")  # 1996 has a 29 February, 1995 has none
    np.testing.assert_allclose(series.dry_bulb_c, TEMPERATURE[:8760])
    assert notes == (f"{path}: a typical year from 1996 to 2011; it counts as 1995",)


def test_missing_values_of_epw_are_filled(tmp_path: Path) -> None:
    temperature, humidity, wind, radiation = (column[:8760].copy() for column in WEATHER)
    temperature[100], radiation[50:52], wind[:] = 99.9, 9999, 999
    series, notes = read_weather(files.epw(tmp_path / "a.epw", (temperature, humidity, wind, radiation)), GERMANY)
    assert series.dry_bulb_c[100] == pytest.approx((TEMPERATURE[99] + TEMPERATURE[101]) / 2)
    assert np.isnan(series.wind_m_per_s).all()
    assert [note.rpartition("a.epw")[2] for note in notes] == [
        ":109: 1 hour was missing and is interpolated (first 2023-01-05 03:00 UTC)",
        ":59: 2 hours were missing and are interpolated (first 2023-01-03 01:00 UTC)",
        ": has no wind speed",
    ]


@pytest.mark.parametrize("name", PRICES)
def test_a_year_is_read_in_a_moment(name: str, tmp_path: Path) -> None:
    """Three times the time aimed at, since other work shares the processor; the fastest of three counts."""
    path = PRICES[name][0](tmp_path / "prices.csv")
    seconds = []
    for _ in range(3):
        begin = perf_counter()
        read_price(path, GERMANY)
        seconds.append(perf_counter() - begin)
    assert min(seconds) < 0.45
