"""Files that cannot be used: each is refused with its place and a reason, whatever it holds."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hourly_files as files
from gortyn.io.series import Place, SeriesError, read_carbon, read_price, read_weather
from hourly_files import HOURS, numbered

READERS = {"price": read_price, "carbon": read_carbon, "weather": read_weather}
GERMANY = Place("DE", 50.1, 8.7)
EMBER_MONTHLY = "Country,ISO3 Code,Date,Price (EUR/MWhe)\nAustria,AUT,2015-01-01,29.94\n"
OPEN_METEO = "latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation\n50,8,100,0,GMT,GMT\n\n"
ENTSOE = "MTU (UTC),Area,Sequence,Day-ahead Price (EUR/MWh)\n01/01/2024 00:00:00 - 01/01/2024 01:00:00,"
EPW = "\n".join(files.EPW_HEADER) + "\n"

REFUSED: list[tuple[str, bytes | str, str]] = [
    ("price", "", "is empty"),
    ("price", "\n \n", ":1: has blank lines only"),
    ("price", b"\x1f\x8b" + b"\0" * 20, "the gzip file"),
    ("price", gzip.compress(b"time_utc,value\n" * 999)[:-9], "the gzip file ends early"),
    ("price", b"PK\x03\x04 more", ": is a zip archive or a spreadsheet; give the text file in it"),
    ("price", b"\x89PNG\0\0", ": is no text file"),
    ("price", "time_utc,value\n".encode("utf-16"), "is UTF-16 text; convert it to UTF-8"),
    ("price", b"time_utc,value\n" + b"1" * 2**20 + b"2\n", ":2: the line is longer than 1,048,576 bytes; refused"),
    ("price", b"time_utc,value\n" + b" " * 70_000 + b"\n2024-01-01,\0\n", ":3: has NUL bytes"),
    (
        "price",
        "<!doctype html>\n<title>No</title>",
        ":1: is neither ENTSO-E price export, Ember price file nor a table",
    ),
    ("price", "time_utc,value\n", ": has no rows of values"),
    ("price", "time_utc,value\n2024-01-01 00:00,n/e\n", ":2: has no values"),
    ("price", "time_utc,value\n2024-01-01 00:00,1\n", ": has 1 hour from 2024-01-01 00:00 to 2024-01-01 01:00 UTC"),
    ("price", "time_utc,value\n2024-01-01 00:00\n", ":2: has 1 cell, the header has 2"),
    ("price", 'time_utc,value\n"2024-01-01 00:00,1\n', ":2: its quotes do not close"),
    ("price", 'time_utc,"value\n', ":1: its quotes do not close"),
    ("price", "time_utc,value\nsoon,1\n", ":2: 'soon' is no date and time"),
    ("price", "time_utc,value\n2024-01-01 00:00,much\n", ":2: 'much' is no number"),
    ("price", "time_utc,value\n2024-01-01 00:00,inf\n", ":2: 'inf' is no number"),
    ("price", "time_utc,value\n2024-01-01 00:00,1_0\n", ":2: '1_0' is no number"),
    ("price", "time_utc,value\n2024-01-01 00:00,1e6\n", ":2: the price is 1000000 EUR/MWh; it must be from -10000 to"),
    ("price", "date,value\n2024-01-01,1\n", ":2: its times say no zone; name one in the header of their column"),
    ("price", "time_utc,price_eur_per_kwh\n", ":1: its prices are 'price_eur_per_kwh'; EUR/MWh are needed"),
    ("price", "time_utc,price (GBP/MWh)\n", ":1: its prices are 'price (gbp/mwh)'; EUR/MWh are needed"),
    ("price", "time_utc,hope\n", ":1: has no column of prices ('value', 'price_eur_per_mwh') and none of DE; it has"),
    (
        "price",
        EMBER_MONTHLY,
        ":1: is Ember's monthly or daily file; its hourly one is needed (a column 'Datetime (UTC)')",
    ),
    ("price", "MTU (UTC),Area,Sequence\n", ":1: has no column 'day-ahead price'; it has MTU (UTC), Area, Sequence"),
    ("price", "MTU (UTC),Day-ahead Price (GBP/MWh)\n", ":1: its prices are 'day-ahead price (gbp/mwh)'"),
    (
        "price",
        "MTU (UTC),Day-ahead Price [EUR/MWh],Currency,BZN|PL\n01.01.2024 00:00,1,PLN,\n",
        ":2: its currency is 'PLN'",
    ),
    ("price", f"{ENTSOE}BZN|FR,Without Sequence,1\n", ":2: has no zone of DE: FR; name one behind the file"),
    ("price", f"{OPEN_METEO}time,temperature_2m (°C)\n", ":1: is an Open-Meteo export: weather; prices are needed"),
    ("price", EPW, ":1: is an EPW weather file: weather; prices are needed"),
    ("price", files.NEW_CARBON + "\n", ":1: is an Electricity Maps export: carbon intensities; prices are needed"),
    ("carbon", EMBER_MONTHLY, ":1: is an Ember price file: prices; carbon intensities are needed"),
    (
        "carbon",
        "time_utc,value\n2024-01-01 00:00,-1\n",
        ":2: the life-cycle carbon intensity is -1 g/kWh; it cannot be",
    ),
    (
        "carbon",
        "time_utc,direct\n2024-01-01 00:00,-0.5\n",
        ":2: the direct carbon intensity is -0.5 g/kWh; it cannot be",
    ),
    ("carbon", "zone,gco2eq_kwh_2024\nAT,110\n", ":1: has no column of times"),
    ("weather", ENTSOE, ":1: is an ENTSO-E price export: prices; weather is needed"),
    ("weather", "time_utc,value\n", ":1: has no column of temperature; it has time_utc, value"),
    ("weather", "time_utc,temperature_2m (K)\n", ":1: 'temperature_2m' is in 'k'; it is read in c, degc, f"),
    (
        "weather",
        "time_utc,dry_bulb_c\n2024-01-01 00:00,283.1\n",
        ":2: the air temperature is 283.1 degC; it must be from",
    ),
    (
        "weather",
        "time_utc,humidity_share\n2024-01-01 00:00,50\n",
        ":2: the relative humidity is 50 of saturation; it must",
    ),
    ("weather", OPEN_METEO, ":2: has no header that begins with 'time'"),
    ("weather", OPEN_METEO + "51,9,1,0,GMT,GMT\ntime,temperature_2m (°C)\n", ":5: has 2 locations; one is needed"),
    (
        "weather",
        OPEN_METEO.replace(",0,", ",soon,") + "time,temperature_2m (°C)\n",
        ":1: does not say latitude, longitude",
    ),
    ("weather", '{"hourly":', ":1: is no valid JSON: Expecting value, column 11"),
    ("weather", "[" * 100_000, ":1: is no valid JSON"),
    ("weather", '{"error": true, "reason": "no such place"}', ":1: is an error message: 'no such place'"),
    ("weather", "[{}, {}]", ":1: is a list of locations; one is needed"),
    ("weather", '{"daily": {}}', ":1: has no hourly values ('hourly' with 'time')"),
    (
        "weather",
        '{"hourly": {"time": ["2024-01-01T00:00"], "temperature_2m": []}}',
        ": 'temperature_2m' does not have as",
    ),
    (
        "weather",
        '{"hourly": {"time": [1], "temperature_2m": [{}]}}',
        ": 'temperature_2m' has values that are no numbers",
    ),
    (
        "weather",
        '{"hourly": {"time": [1704067200], "temperature_2m": [1]}}',
        ":1: does not say latitude, longitude and utc_offset",
    ),
    ("weather", EPW.replace("DATA PERIODS", "DATA"), ":8: the last of 8 header lines must begin with DATA PERIODS"),
    ("weather", EPW.replace(",1.0,113.0", ""), ":1: LOCATION lacks position or time zone, or DATA PERIODS the rows"),
    ("weather", EPW + "2023,1,1,1,0,x,5.0\n", ":9: has 7 cells; a row of an EPW file has 35"),
    (
        "weather",
        EPW + "2023,1,1,25,0,x,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n",
        ":9: its hour is 25; hours run from 1 to 24",
    ),
    (
        "weather",
        EPW + "2023,1,1,1,0,x,cold,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n",
        ":9: a date, a time or a value is no number",
    ),
    (
        "weather",
        EPW + "2023,2,30,1,0,x,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n",
        ":9: '2023-02-30 00:00' is no date and time",
    ),
    ("weather", EPW, ": has no rows of values"),
]


@pytest.mark.parametrize(("kind", "content", "fault"), REFUSED, ids=[fault[:50] for _, _, fault in REFUSED])
def test_a_broken_file_is_refused_with_its_place(kind: str, content: bytes | str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SeriesError) as error:
        READERS[kind](path, GERMANY)
    assert str(error.value).startswith(f"{path}:")
    assert fault in str(error.value)


def test_what_cannot_be_negative_is_named_with_its_line(tmp_path: Path) -> None:
    carbon = numbered() + 200
    carbon[5000] = -3.25
    with pytest.raises(SeriesError) as error:
        read_carbon(files.electricity_maps(tmp_path / "a.csv", carbon, carbon + 100), GERMANY)
    assert str(error.value) == (
        f"{tmp_path / 'a.csv'}:5002: the direct carbon intensity is -3.25 g/kWh; it cannot be negative"
    )


WHOLE: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "plain": ("price", lambda path: files.plain(path, numbered())),
    "entsoe-old": ("price", lambda path: files.entsoe_old(path, numbered())),
    "entsoe-new": ("price", lambda path: files.entsoe_new(path, numbered())),
    "ember": ("price", lambda path: files.ember(path, {("Germany", "DEU"): numbered()})),
    "carbon": ("carbon", lambda path: files.electricity_maps(path, numbered() + 100, numbered() + 200)),
    "open-meteo": ("weather", lambda path: files.open_meteo(path, files.weather())),
    "open-meteo-json": ("weather", lambda path: files.open_meteo_json(path, files.weather())),
    "epw": ("weather", lambda path: files.epw(path, tuple(column[:8760] for column in files.weather()))),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A sound file of every format."""
    folder = tmp_path_factory.mktemp("whole")
    return {name: write(folder / name).read_bytes() for name, (_, write) in WHOLE.items()}


DAMAGES = st.tuples(st.integers(0, 2**20), st.integers(0, 30), st.binary(max_size=20))
SIGNS = st.sampled_from("0123456789-:. ,;\"'TZ+\n\r\tn/e")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(WHOLE)),
    damages=st.lists(DAMAGES, min_size=1, max_size=4),
    cut=st.none() | st.integers(0, 2**19),
)
def test_a_damaged_file_is_read_or_refused(
    name: str, damages: list[tuple[int, int, bytes]], cut: int | None, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """No damage leads to another error, to a gap, or to a number that cannot be."""
    content = bytearray(whole[name])
    for at, length, other in damages:
        place = at % len(content)
        content[place : place + length] = other
    path = tmp_path / "file"
    path.write_bytes(bytes(content[:cut]))
    try:
        found, _ = READERS[WHOLE[name][0]](path, GERMANY)
    except SeriesError:
        return
    series = [one for one in (found if isinstance(found[0], tuple | None) else [found]) if one is not None]
    for one in series:
        assert len(one[1]) >= 8760
        assert (abs(one[1]) < 1e5).all()


HEADERS = st.sampled_from(
    [
        "time_utc,value",
        "local_time,value",
        "time,temperature_2m (°C)",
        "MTU (CET/CEST),Day-ahead Price [EUR/MWh]",
        "Country,Datetime (UTC),Price (EUR/MWhe)",
        "LOCATION,a,b,c,d,e,50,8,1,100",
        "{",
        "",
    ]
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=HEADERS,
    rows=st.lists(st.text(alphabet=SIGNS, max_size=40), max_size=8),
)
def test_any_text_is_refused_in_words(header: str, rows: list[str], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("\n".join([header, *rows]), encoding="utf-8", newline="")
    for read in READERS.values():
        with pytest.raises(SeriesError) as error:
            read(path, GERMANY)
        assert str(error.value).startswith(f"{path}")


def test_rows_without_end_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gortyn.io.series import table

    monkeypatch.setattr(table, "MOST_ROWS", HOURS - 1)
    with pytest.raises(SeriesError, match=r":8785: has more than 8,783 rows of one place"):
        read_price(files.plain(tmp_path / "a.csv", numbered()), GERMANY)
