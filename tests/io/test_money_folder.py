"""The folder for a bank: every table as CSV that reads back as it was, and a workbook that agrees with the run."""

from __future__ import annotations

import csv
import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import formualizer
import openpyxl
import pytest

from gortyn.io import money_folder
from gortyn.io.columns import dictionary
from gortyn.io.results import ResultsError, sha256
from gortyn.resolve import leaves
from gortyn.result import Result

EXACT, CENT = 1e-9, 1e-2
"""Relative difference of figures, and euros by which a sum of billions may miss 0."""


@pytest.fixture(scope="module")
def folder(small_result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return money_folder.write(small_result, small_result.origins, tmp_path_factory.mktemp("money") / "bank")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cell(text: str, value: Any) -> bool:
    """Whether the text of a cell is the value, to the last bit."""
    match value:
        case None:
            return text == ""
        case bool():
            return text == {True: "true", False: "false"}[value]
        case date():
            return date.fromisoformat(text) == value
        case float():
            return float(text) == value
        case _:
            return text == str(value)


def test_every_table_reads_back_as_it_was(folder: Path, small_result: Result) -> None:
    rows = money_folder.rows_of(small_result.finance)
    assert {path.stem for path in folder.glob("*.csv")} == {*rows, "inputs", "columns"}
    for name, table in rows.items():
        found = read(folder / f"{name}.csv")
        assert len(found) == len(table)
        for line, row in zip(found, table, strict=True):
            assert list(line) == list(dictionary()[name])
            assert all(cell(line[column], value) for column, value in row.items()), (name, line, row)


def test_no_value_is_a_number_that_is_none(small_result: Result) -> None:
    rows = money_folder.rows_of(small_result.finance)
    values = [value for table in rows.values() for row in table for value in row.values()]
    assert all(type(value) in (str, int, float, bool, date, type(None)) for value in values)
    assert all(math.isfinite(value) for value in values if isinstance(value, float))


def test_columns_are_explained_and_inputs_sourced(folder: Path, small_result: Result) -> None:
    told = {(row["table"], row["column"]): row["unit"] for row in read(folder / "columns.csv")}
    for path in folder.glob("*.csv"):
        if path.stem != "columns":
            assert {(path.stem, column) for column in read(path)[0]} <= set(told)
    paths = {row["path"]: row for row in read(folder / "inputs.csv")}
    stated = [leaf for leaf in leaves(small_result.scenario) if leaf.path[0] == "fund"]
    assert len(stated) <= len(paths)
    assert paths["costs.discount_rate"]["value"] == f"{small_result.scenario.costs.discount_rate:.6g}"
    assert all(row["origin"] for row in paths.values())


def test_the_manifest_has_the_hash_of_every_file(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    others = {path.name: sha256(path.read_bytes()) for path in folder.iterdir() if path.name != "manifest.json"}
    assert manifest["tables_sha256"] == others
    assert "cash-flow.xlsx" in others
    assert manifest["catalogue_entries"]


def test_the_workbook_calculates_to_what_the_run_found(folder: Path, small_result: Result) -> None:
    """Formulas of quarters, layers and figures, by a spreadsheet engine of others, beside the engine of the run."""
    path = folder / "cash-flow.xlsx"
    engine = formualizer.load_workbook(str(path), strategy="eager_all")
    engine.evaluate_all()
    formulas, cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    checked = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for one in row:
                if one.data_type != "f" or (sheet.title, one.column) == ("Summary", 5):
                    continue
                shown = cached[sheet.title][one.coordinate].value
                found = engine.get_value(sheet.title, one.row, one.column)
                same = (
                    math.isclose(shown, found, rel_tol=EXACT, abs_tol=CENT if "SUM(" in one.value else EXACT)
                    if isinstance(shown, int | float)
                    else (shown or "") == (found or "")
                )
                assert same, (sheet.title, one.coordinate, one.value, shown, found)
                checked += 1
    assert checked > 20 * small_result.finance.cash.capex_eur.size
    asked = {row.title: row.found for row in small_result.finance.answers.figures}
    now = [
        (row[0].value, engine.get_value("Summary", row[0].row, 3))
        for row in cached["Summary"].iter_rows(max_col=1)
        if formulas["Summary"].cell(row[0].row, 3).data_type == "f"
    ]
    found = {title: value for title, value in now if title in asked}
    assert len(found) > 8
    assert found == pytest.approx({title: asked[title] for title in found}, rel=EXACT)


def test_the_same_run_gives_the_same_files(folder: Path, small_result: Result, tmp_path: Path) -> None:
    again = money_folder.write(small_result, small_result.origins, tmp_path / "again")
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_a_folder_of_others_is_left_alone(small_result: Result, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "love.txt").write_text("dear")
    for force in (False, True):
        with pytest.raises(ResultsError, match="left as it is"):
            money_folder.write(small_result, small_result.origins, tmp_path / "letters", force=force)
    assert [path.name for path in tmp_path.rglob("*")] == ["letters", "love.txt"]


def test_what_fails_half_way_leaves_nothing(
    small_result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device", "cash-flow.xlsx")

    monkeypatch.setattr(money_folder, "write_workbook", fail)
    with pytest.raises(OSError, match="No space left"):
        money_folder.write(small_result, small_result.origins, tmp_path / "bank")
    assert not list(tmp_path.iterdir())
