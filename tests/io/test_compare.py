"""Results side by side, on folders written by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from gortyn.io.columns import dictionary
from gortyn.io.compare import compare
from gortyn.io.results import ResultsError
from gortyn.io.tables import TABLES


def folder(path: Path, scenario: str, numbers: Mapping[str, float | None]) -> Path:
    path.mkdir()
    (path / "scenario.yaml").write_text(scenario, encoding="utf-8")
    hashes = {f"{table}.parquet": "" for table in TABLES}
    (path / "manifest.json").write_text(json.dumps({"tables_sha256": hashes}), encoding="utf-8")
    (path / "summary.json").write_text(json.dumps(numbers), encoding="utf-8")
    for table in TABLES:
        (path / f"{table}.parquet").touch()
    return path


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    return [
        folder(
            tmp_path / "base",
            "name: a\nsites:\n- {name: x, connection_mw: 100}\n- {name: y, connection_mw: 50}\n",
            {"capex_eur": 200.0, "chips": 0, "irr_rate": None, "npv_eur": -50.0},
        ),
        folder(
            tmp_path / "more",
            # The same sites in another order, one of them larger, and a new one.
            "name: a\nsites:\n- {name: y, connection_mw: 60}\n- {name: x, connection_mw: 100}\n"
            "- {name: z, connection_mw: 7}\n",
            {"capex_eur": 250.0, "chips": 5, "irr_rate": 0.1, "npv_eur": 50.0},
        ),
        folder(
            tmp_path / "less",
            "name: b\nsites:\n- {name: x, connection_mw: 100}\n- {name: y, connection_mw: 50}\n",
            {"capex_eur": 100.0, "chips": 0, "irr_rate": 0.2, "npv_eur": None},
        ),
    ]


def test_numbers_and_their_change_against_the_first(three: list[Path]) -> None:
    found = compare(three)
    assert found.names == tuple(map(str, three))
    assert list(found.numbers) == list(dictionary()["summary"])
    assert found.numbers["capex_eur"] == (200.0, 250.0, 100.0)
    assert found.change("capex_eur") == (0.25, -0.5)
    assert found.numbers["irr_rate"] == (None, 0.1, 0.2)


def test_a_change_against_nothing_is_none(three: list[Path]) -> None:
    found = compare(three)
    assert found.change("chips") == (None, None), "nothing grew from zero by a percentage"
    assert found.change("irr_rate") == (None, None)
    assert found.change("npv_eur")[1] is None


def test_inputs_that_differ_go_by_the_name_of_the_item(three: list[Path]) -> None:
    assert compare(three).inputs == {
        "name": ("a", "a", "b"),
        "sites.y.connection_mw": (50, 60, 50),
        "sites.z.name": (None, "z", None),
        "sites.z.connection_mw": (None, 7, None),
    }
    assert compare([three[0], three[0]]).inputs == {}


def test_chosen_numbers(three: list[Path]) -> None:
    assert list(compare(three, ["npv_eur", "chips"]).numbers) == ["npv_eur", "chips"]
    with pytest.raises(ResultsError, match="no headline number is called cost; there are capex_eur, "):
        compare(three, ["cost"])


def test_one_folder_or_one_that_is_none(three: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="at least two"):
        compare(three[:1])
    with pytest.raises(ResultsError, match="no such results folder"):
        compare([three[0], tmp_path / "none"])
    (three[1] / "cash.parquet").unlink()
    (three[1] / "summary.json").unlink()
    with pytest.raises(ResultsError, match=r"it lacks summary\.json, cash\.parquet"):
        compare(three)
