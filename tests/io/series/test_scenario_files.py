"""Files that a scenario names: found from its folder, read with all faults at once, and carried by the results."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import gortyn
import hourly_files as files
from gortyn.io.faults import ScenarioError
from gortyn.io.series import Place, read_all, read_carbon, read_price, read_weather, with_files, write_series
from gortyn.io.series.sites import located
from gortyn.model.series import HourlySeries, SiteSeries, WeatherSeries
from hourly_files import numbered

SMALL = Path(__file__).parents[2] / "data" / "small.yaml"
NAMED = {
    "sites.narvik.grid.price_file": "data/prices.csv#NO4",
    "sites.narvik.grid.carbon_file": "data/carbon.csv",
    "sites.lavrion.weather_file": "data/weather.epw",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scenario beside a folder of files."""
    (tmp_path / "data").mkdir()
    shutil.copy(SMALL, tmp_path / "small.yaml")
    files.entsoe_new(tmp_path / "data" / "prices.csv", numbered(), area="BZN|NO4", sequence="Without Sequence")
    files.electricity_maps(tmp_path / "data" / "carbon.csv", numbered() + 100, numbered() + 120, zone="NO-NO4")
    files.epw(tmp_path / "data" / "weather.epw", [column[:8760] for column in files.weather()])
    return tmp_path


def test_files_are_found_from_the_folder_of_the_scenario(folder: Path) -> None:
    resolved = gortyn.load(folder / "small.yaml", NAMED)
    narvik, lavrion = resolved.series["narvik"], resolved.series["lavrion"]
    assert narvik.price is not None
    assert narvik.carbon is not None
    assert narvik.direct_carbon is not None
    np.testing.assert_array_equal(narvik.price.values, numbered())
    np.testing.assert_array_equal(narvik.carbon.values, numbered() + 120)
    np.testing.assert_array_equal(narvik.direct_carbon.values, numbered() + 100)
    assert narvik.weather is None
    assert lavrion.weather is not None
    assert lavrion.price is None
    (note,) = resolved.notes
    assert note.startswith(f"lavrion: {folder / 'data' / 'weather.epw'}: is the weather of 50.05, 8.60")


def test_files_of_a_shipped_scenario_are_found_from_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    site = gortyn.load("jupiter").scenario.sites[0].name
    resolved = gortyn.load("jupiter", {f"sites.{site}.grid.price_file": "data/prices.csv#NO4"})
    assert set(resolved.series) == {site}


def test_a_scenario_without_files_has_no_series() -> None:
    resolved = gortyn.load(SMALL)
    assert not resolved.series
    assert not resolved.notes


def test_all_files_are_told_of_together_with_the_faults_of_the_scenario(folder: Path) -> None:
    carbon = numbered() + 90
    files.electricity_maps(folder / "data" / "carbon.csv", carbon, carbon + 20, zone="NO-NO4")
    text = (folder / "small.yaml").read_text(encoding="utf-8")
    text = text.replace("energised: 2027-01-01      # assumed", "energised: 2027-01-01\n      price_file: none.csv", 1)
    text = text.replace("job_chips: 64 ", "job_chips: -1 ")
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    named = {name: path for name, path in NAMED.items() if "price" not in name}
    named["sites.lavrion.weather_file"] = "data/prices.csv"
    with pytest.raises(ScenarioError) as error:
        gortyn.load(folder / "small.yaml", named)
    data = folder / "data"
    negative = "the direct carbon intensity is -10 g/kWh; it cannot be negative"
    other = "is an ENTSO-E price export: prices; weather is needed"
    assert {(fault.place.partition(".yaml")[2], fault.path, fault.message) for fault in error.value.faults} == {
        ("", "sites.0.grid.carbon_file", f"{data / 'carbon.csv'}:2: {negative}"),
        (":89:19", "sites.0.grid.price_file", f"{folder / 'none.csv'}: cannot be read: No such file or directory"),
        ("", "sites.1.weather_file", f"{data / 'prices.csv'}:1: {other}"),
        (":134:16", "tenants.1.job_chips", "must be at least 1, is -1"),
    }


def test_a_name_with_a_hash_is_a_file_if_there_is_one(tmp_path: Path) -> None:
    assert located("a#b.csv", tmp_path) == (tmp_path / "a", "b.csv")
    (tmp_path / "a#b.csv").touch()
    assert located("a#b.csv", tmp_path) == (tmp_path / "a#b.csv", "")
    assert located("a#b.csv#NO4", tmp_path) == (tmp_path / "a#b.csv", "NO4")
    assert located("#NO4", tmp_path) == (tmp_path / "#NO4", "")


def test_a_folder_is_no_file(folder: Path) -> None:
    with pytest.raises(ScenarioError, match=r"sites.0.grid.price_file: .*data: cannot be read: Is a directory"):
        gortyn.load(folder / "small.yaml", {"sites.narvik.grid.price_file": "data"})


def numbers(low: float, high: float) -> st.SearchStrategy[np.ndarray]:
    """A year of numbers with all their digits."""
    return arrays(
        np.float64, 8760, elements=st.floats(low, high, allow_subnormal=False), fill=st.just((low + high) / 3)
    )


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    price=numbers(-500, 5000),
    carbon=numbers(0, 1200),
    share=numbers(0, 1),
    start=st.integers(0, 8760 * 50).map(lambda hour: np.datetime64(hour, "h")),
)
def test_what_is_written_is_read_back_to_the_last_digit(
    price: np.ndarray, carbon: np.ndarray, share: np.ndarray, start: np.datetime64, tmp_path: Path
) -> None:
    unknown = np.full(8760, np.nan)
    weather = WeatherSeries(start, price / 100, share, unknown, carbon)
    held = SiteSeries(HourlySeries(start, price), None, HourlySeries(start, carbon), weather)
    names = write_series({"site": held}, tmp_path)
    assert names == ("series/site-price.csv", "series/site-carbon.csv", "series/site-weather.csv")
    place = Place("NO")
    again, _ = read_price(tmp_path / names[0], place)
    (life_cycle, direct), _ = read_carbon(tmp_path / names[1], place)
    air, _ = read_weather(tmp_path / names[2], place)
    assert direct is not None
    assert life_cycle is None
    for one in (again, direct, air):
        assert one.start == start
    # A start on 29 February and a year that has one can be short of its calendar year; then days are added.
    np.testing.assert_array_equal(again.values[:8760], price)
    np.testing.assert_array_equal(direct.values[:8760], carbon)
    for found, wanted in zip(air[1:], weather[1:], strict=True):
        np.testing.assert_array_equal(found[:8760], wanted)


def test_a_results_folder_runs_again_by_itself(folder: Path) -> None:
    result = gortyn.run(gortyn.load(folder / "small.yaml", NAMED))
    first = gortyn.write(result, folder / "first")
    assert sorted(path.name for path in (first / "series").iterdir()) == [
        "lavrion-weather.csv",
        "narvik-carbon.csv",
        "narvik-price.csv",
    ]
    moved = first.rename(folder / "elsewhere")
    shutil.rmtree(folder / "data")
    second = gortyn.write(gortyn.run(gortyn.load(moved / "scenario.yaml")), folder / "second")
    one, two = (gortyn.open_result(path).manifest for path in (moved, second))
    assert one["series_sha256"] == two["series_sha256"]
    assert len(one["series_sha256"]) == 3
    hourly = "hourly.parquet"
    assert one["tables_sha256"][hourly] == two["tables_sha256"][hourly]


def test_only_files_that_were_read_get_new_names(folder: Path) -> None:
    resolved = gortyn.load(folder / "small.yaml", NAMED)
    narvik, lavrion = with_files(resolved.scenario, resolved.series).sites
    assert (narvik.grid.price_file, narvik.grid.carbon_file) == ("series/narvik-price.csv", "series/narvik-carbon.csv")
    assert (lavrion.weather_file, lavrion.grid.price_file) == ("series/lavrion-weather.csv", None)


RUNNER = """
import json, sys
from gortyn.cli import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    heavy = sorted({"numba", "polars"}.intersection(sys.modules))
    print(json.dumps({"code": stop.code, "heavy": heavy}), file=sys.stderr)
"""


def test_checking_files_loads_neither_the_compiler_nor_the_table_library(folder: Path) -> None:
    sets = [word for name, path in NAMED.items() for word in ("--set", f"{name}={path}")]
    command = [sys.executable, "-c", RUNNER, "check", str(folder / "small.yaml"), *sets]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stderr.splitlines()[-1]) == {"code": 0, "heavy": []}


def test_reading_all_tells_of_every_file(folder: Path) -> None:
    scenario = gortyn.load(folder / "small.yaml", NAMED).scenario
    shutil.rmtree(folder / "data")
    found = read_all(scenario, folder)
    assert not found.series
    assert [fault.path for fault in found.faults] == [
        ("sites", 0, "grid", "price_file"),
        ("sites", 0, "grid", "carbon_file"),
        ("sites", 1, "weather_file"),
    ]
