"""`gortyn validate energy` as typed: with and without files, and what is refused."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import hourly_files

TABLE = "source,benchmark,chip,n_chips,nodes,mean_W_per_node,notes\n"
ROWS = "a,gpt3,H100 SXM,8,1,6742,DC side\nb,gpt3,Cerebras,8,1,20000,AC side\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "nodes.csv"
    path.write_text(TABLE + ROWS)
    return path


@pytest.fixture
def carbon(tmp_path):
    """A year of intensities with a daily cycle and windy weeks, in UTC."""
    hour = np.arange(8784)
    values = 300 + 60 * np.sin(hour / 24 * 2 * np.pi) + 80 * np.sin(hour / 100)
    return hourly_files.plain(tmp_path / "carbon.csv", values)


def test_without_any_file(gortyn):
    said = gortyn("validate", "energy", "--json")
    assert said.code == 0
    assert {"passed", "checks", "errors", "shifting", "pue_by_load"} <= set(said.json)
    assert said.json["nodes"] is None
    names = [check["name"] for check in said.json["checks"]]
    for word in ("Frontier", "Google", "Meta", "LUMI", "European Union", "BLOOM", "H100", "shifting", "annual sums"):
        assert any(word in name for name in names), word
    text = gortyn("validate", "energy").out
    assert "calibrated on" in text
    assert "held out" in text


def test_a_table_of_nodes(gortyn, table, tmp_path):
    said = gortyn("validate", "energy", table, "--json", "--out", tmp_path / "out.csv")
    nodes = said.json["nodes"]
    assert (nodes["rows"], nodes["predicted"]) == (2, 1)
    assert nodes["refused"] == [{"line": 3, "row": "gpt3", "reason": "unknown chip 'Cerebras'"}]
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert float(row["error"]) == pytest.approx(float(row["predicted_w"]) / 6742 - 1)
    assert "refused: line 3: gpt3: unknown chip 'Cerebras'" in gortyn("validate", "energy", table).out


def test_hours_of_a_grid(gortyn, carbon):
    said = gortyn("validate", "energy", "--carbon", carbon, "--country", "DE", "--json")
    (about,) = said.json["files"]
    assert (about["country"], about["year"], about["quantity"]) == ("DE", 2024, "carbon")
    assert about["mean"] == pytest.approx(300, abs=3)
    assert {gain["country"] for gain in said.json["shifting"]} == {"DE", "GB", "FR"}


def test_several_files_behind_one_option_or_several(gortyn, carbon, table):
    behind = gortyn("validate", "energy", table, "--carbon", carbon, carbon, "--country", "DE", "--json").json
    again = gortyn("validate", "energy", table, "--carbon", carbon, "--country=DE", "--carbon", carbon, "--json").json
    assert len(behind["files"]) == len(again["files"]) == 2
    assert behind["nodes"]["rows"] == 2


def test_the_country_may_stand_in_the_name_or_the_zones(gortyn, carbon, tmp_path):
    named = carbon.rename(tmp_path / "carbon_2024_PL.csv")
    assert gortyn("validate", "energy", "--carbon", named, "--json").json["files"][0]["country"] == "PL"
    lines = named.read_text().splitlines()
    zones = ["time_utc,AT,NL", *(f"{line},{line.split(',')[1]}" for line in lines[1:])]
    several = hourly_files.write(tmp_path / "prices.csv", zones)
    found = gortyn("validate", "energy", "--price", several, "--json").json["files"]
    assert [about["country"] for about in found] == ["AT", "NL"]
    (one,) = gortyn("validate", "energy", "--price", f"{several}#NL", "--json").json["files"]
    assert one["country"] == "NL"


def test_what_is_refused(gortyn, carbon, table, tmp_path):
    for arguments, said in (
        (("energy", "--carbon", carbon), "of which country is it? Name it with --country"),
        (("energy", "--carbon", carbon, "--country", "XX"), "--country XX: no such country"),
        (("energy", "--carbon", tmp_path / "none_DE.csv"), "none_DE.csv: cannot be read: No such file"),
        (("energy", "--carbon", table, "--country", "DE"), "nodes.csv:1"),
        (("energy", "--nodes", "4"), "--nodes is for operation, not for energy"),
        (("energy", "--software", "x"), "--software is for training, not for energy"),
        (("energy", "--weather", f"{carbon}#atlantis"), "no climate 'atlantis'"),
        (("goodput", table, "--price", carbon), "--price is for energy, not for goodput"),
        (("training",), "training needs a table"),
    ):
        answer = gortyn("validate", *arguments)
        assert answer.code == 2, arguments
        assert said in answer.err
        assert not answer.out


def test_the_files_at_hand(gortyn, shared_data):
    folder = shared_data / "energy"
    carbon = folder / "hourly_carbon_intensity_2024_DE-LU.csv"
    weather = f"{folder / 'hourly_weather_2024_GB.csv'}#london"
    said = gortyn("validate", "energy", "--carbon", carbon, "--weather", weather, "--json")
    data = said.json
    assert not data["unused"]
    checks = {check["name"]: check for check in data["checks"]}
    # The hourly mean of 2024 is 332.1, the annual table says 341.
    assert checks["DE 2024: annual mean of carbon, catalogue against the file"]["got"] == 341
    assert checks["DE 2024: annual mean of carbon, catalogue against the file"]["expected"] == pytest.approx(
        332.1, abs=0.1
    )
    assert checks["DE 2024: carbon, error of the embedded shape, at most that of a flat one"]["passed"]
    assert checks["london: monthly temperature, mean absolute error [K]"]["passed"]
