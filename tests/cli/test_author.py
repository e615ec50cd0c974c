"""The verbs for whoever writes a scenario: new, check, show, schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gortyn.io.load import SHIPPED, load, shipped_scenarios
from gortyn.model import Cooling, Grid

from .conftest import Call


@pytest.mark.parametrize("source", shipped_scenarios())
def test_new_writes_a_copy_that_is_without_fault(source: str, gortyn: Call) -> None:
    said = gortyn("new", "mine", "--from", source)
    assert said.code == 0
    assert said.out == "mine.yaml\n"
    assert "Next: gortyn check mine.yaml" in said.err
    assert Path("mine.yaml").read_text(encoding="utf-8") == (SHIPPED / f"{source}.yaml").read_text(encoding="utf-8")
    assert gortyn("check", "mine.yaml").code == 0


def test_new_leaves_an_existing_file_alone(gortyn: Call) -> None:
    Path("mine.yaml").write_text("precious", encoding="utf-8")
    said = gortyn("new", "mine.yaml")
    assert (said.code, said.out) == (2, "")
    assert "mine.yaml: exists already" in said.err
    assert Path("mine.yaml").read_text(encoding="utf-8") == "precious"


def test_new_from_what_is_not_shipped(gortyn: Call) -> None:
    said = gortyn("new", "mine", "--from", "atlantis")
    assert said.code == 2
    assert "atlantis" in said.err
    assert "investai" in said.err
    assert not list(Path.cwd().iterdir())


def test_new_where_no_file_can_be(gortyn: Call) -> None:
    said = gortyn("new", "no/such/folder/mine")
    assert (said.code, said.out) == (1, "")
    assert said.err == "gortyn: no/such/folder/mine.yaml: No such file or directory\n"


def test_new_as_json(gortyn: Call) -> None:
    said = gortyn("new", "mine", "--json")
    assert said.json["path"] == "mine.yaml"
    assert said.json["lines"] == Path("mine.yaml").read_text(encoding="utf-8").count("\n")


def test_check_of_what_is_right(small: Path, gortyn: Call) -> None:
    said = gortyn("check", small, "investai")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"{small}: no fault\ninvestai: no fault\n"


def test_check_of_right_and_wrong_together(small: Path, bad: Path, gortyn: Call) -> None:
    wrong = bad / "wrong-unit-suffix.yaml"
    said = gortyn("check", wrong, small)
    assert said.code == 2
    assert said.out == f"{small}: no fault\n"
    assert said.err.splitlines() == [
        f"{wrong}:26:7: sites.0.grid.connection_kw: unknown key; did you mean connection_mw?",
        "1 fault.",
    ]


def test_check_with_an_override(small: Path, gortyn: Call) -> None:
    assert gortyn("check", small, "--set", "simulation.seed=3").code == 0
    said = gortyn("check", small, "--set", "simulation.days=0", "--set", "simulation.seed=-1")
    assert said.code == 2
    assert "--set simulation.days=0: simulation.days: must be at least 1, is 0" in said.err
    assert "--set simulation.seed=-1: simulation.seed: must be at least 0, is -1" in said.err
    assert said.err.endswith("2 faults.\n")


def test_check_as_json(small: Path, bad: Path, gortyn: Call) -> None:
    wrong = bad / "missing-required.yaml"
    said = gortyn("check", small, wrong, "--json")
    assert (said.code, said.err) == (2, "")
    assert list(said.json) == [str(small), str(wrong)]
    assert said.json[str(small)] == []
    first = said.json[str(wrong)][0]
    assert first == {
        "file": str(wrong), "line": 2, "column": 1, "path": "title", "message": "is required, but missing",
    }  # fmt: skip


def test_check_as_json_of_an_override(small: Path, gortyn: Call) -> None:
    (fault,) = gortyn("check", small, "--json", "--set", "title=1:2:3").json[str(small)] or [{}]
    assert not fault or fault["at"] == "--set title=1:2:3"


def test_check_of_nothing(gortyn: Call) -> None:
    assert gortyn("check").code == 2


def test_show_prints_every_value_with_its_unit(small: Path, gortyn: Call) -> None:
    said = gortyn("show", small)
    assert said.code == 0
    lines = {line.split()[0]: line.split()[1:] for line in said.out.splitlines()}
    assert lines["sites.narvik.grid.connection_mw"] == ["8", "MW"]
    assert lines["sites.narvik.country"] == ["NO"]
    assert lines["machines.gb300.chips_per_node"] == ["4", "count"]
    assert lines["path"] == ["value", "unit"]


def test_show_one_part_with_its_sources(small: Path, gortyn: Call) -> None:
    said = gortyn("show", small, "sites.narvik.grid", "--sources")
    head, *rows = said.out.splitlines()
    assert head.split("  ")[0] == "path"
    assert {row.split()[0].split(".")[3] for row in rows} == set(Grid.model_fields)
    assert all(row.startswith("sites.narvik.grid.") for row in rows)
    (price,) = [row for row in rows if row.startswith("sites.narvik.grid.price_eur")]
    assert "grids/NO/price_eur_per_mwh" in price
    assert "Ember" in price
    (connection,) = [row for row in rows if "connection_mw" in row]
    assert "above the load of both phases" in connection


def test_show_by_number_and_with_an_override(small: Path, gortyn: Call) -> None:
    said = gortyn("show", small, "sites.0.cooling", "--set", "sites.narvik.cooling.pue=1.05", "--sources", "--json")
    by_path = {row["path"]: row for row in said.json}
    assert {path.split(".")[3] for path in by_path} == set(Cooling.model_fields)
    pue = by_path["sites.narvik.cooling.pue"]
    assert (pue["value"], pue["unit"], pue["origin"]) == ("1.05", "1", "override")


def test_show_of_a_path_that_is_not_there(small: Path, gortyn: Call) -> None:
    said = gortyn("show", small, "sites.narvic.title")
    assert (said.code, said.out) == (2, "")
    assert "has no value at 'sites.narvic.title'; did you mean sites.narvik.title?" in said.err


def test_show_of_a_bad_file(bad: Path, gortyn: Call) -> None:
    said = gortyn("show", bad / "many-faults.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err.endswith("11 faults.\n")


def test_schema(gortyn: Call) -> None:
    printed = gortyn("schema")
    assert printed.json["title"] == "Scenario"
    said = gortyn("schema", "--out", "schema.json")
    assert said.out == "schema.json\n"
    assert json.loads(Path("schema.json").read_text(encoding="utf-8")) == printed.json
    assert gortyn("schema", "--out", "no/folder.json").code == 1


def test_a_file_with_the_name_of_a_shipped_scenario_wins(small: Path, gortyn: Call) -> None:
    Path("jupiter").write_text(small.read_text(encoding="utf-8"), encoding="utf-8")
    assert "sites.narvik.country" in gortyn("show", "jupiter").out
    assert load("jupiter").scenario.name == "small"
