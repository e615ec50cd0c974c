"""Each column of each table is declared once, with a unit that its name repeats, and the tables hold just those."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from architecture.tree import PACKAGE
from gortyn.model.units import SUFFIXES

DICTIONARY = PACKAGE / "io" / "columns.csv"
HEADER = ["table", "column", "dtype", "unit", "description"]
# Suffixes that only tables use, beside those of the scenario.
TABLE_SUFFIXES = {
    "_chip_hours": "chip-hours",
    "_eur_per_year": "EUR/year",
    "_kg_per_chip_hour": "kgCO2e/chip-hour",
    "_m3": "m3",
    "_mwh_per_year": "MWh/year",
    "_t_per_year": "tCO2e/year",
    "_bulb_c": "degC",
    "_exaflops": "EFLOP/s",
    "_flop_per_byte": "FLOP/B",
    "_flops": "FLOP",
    "_h100_equivalents": "H100-equivalents",
    "_hour": "h",
    "_mwh": "MWh",
    "_t": "tCO2e",
    "_seconds": "s",
    "_tokens": "tokens",
    "_tokens_per_s": "tokens/s",
}
ALL_SUFFIXES = SUFFIXES | TABLE_SUFFIXES
# What is no physical quantity needs no suffix; a ratio of two like quantities is named after both.
PLAIN_UNITS = {"1", "count", "date", "text", "EUR/EUR"}
# The row says it in a column named unit.
UNIT_IN_ROW = "see unit"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def declared() -> list[dict[str, str]]:
    with DICTIONARY.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == HEADER
        return list(reader)


def unit_of_name(name: str) -> str | None:
    """Unit that the longest known suffix of a column's name stands for."""
    matches = [suffix for suffix in ALL_SUFFIXES if f"_{name}".endswith(suffix)]
    return ALL_SUFFIXES[max(matches, key=len)] if matches else None


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return declared()


def test_no_cell_is_empty_and_no_column_is_declared_twice(rows: list[dict[str, str]]) -> None:
    assert rows
    assert not [row for row in rows if not all((row.get(name) or "").strip() for name in HEADER) or None in row]
    keys = [(row["table"], row["column"]) for row in rows]
    assert len(keys) == len(set(keys))


def test_names_are_plain_snake_case(rows: list[dict[str, str]]) -> None:
    assert not [row for row in rows if not (NAME.fullmatch(row["table"]) and NAME.fullmatch(row["column"]))]


def test_units_are_known_and_repeated_by_the_name(rows: list[dict[str, str]]) -> None:
    plain = PLAIN_UNITS | {UNIT_IN_ROW}
    assert not {row["unit"] for row in rows} - plain - set(ALL_SUFFIXES.values())
    assert not {
        (row["table"], row["column"]): (by_name, row["unit"])
        for row in rows
        if (by_name := unit_of_name(row["column"])) != row["unit"] and (by_name or row["unit"] not in plain)
    }


def test_a_unit_left_to_the_row_is_there(rows: list[dict[str, str]]) -> None:
    tables = {row["table"] for row in rows if row["unit"] == UNIT_IN_ROW}
    assert tables <= {row["table"] for row in rows if row["column"] == "unit"}


def test_texts_and_dates_are_no_numbers(rows: list[dict[str, str]]) -> None:
    expected = {"text": {"String"}, "date": {"Date", "String"}}
    assert not [row for row in rows if row["dtype"] not in expected.get(row["unit"], {"Float64", "Int64", "Boolean"})]


def test_one_name_means_one_unit_in_all_tables(rows: list[dict[str, str]]) -> None:
    units: dict[str, set[str]] = {}
    for row in rows:
        units.setdefault(row["column"], set()).add(row["unit"])
    assert not {name: found for name, found in units.items() if len(found) > 1}


def test_tables_of_a_run_hold_just_the_declared_columns(rows: list[dict[str, str]], small_result_dir: Path) -> None:
    import polars as pl

    from gortyn.io.tables import TABLES

    # The summary is one row and written as JSON; other tables are those of `gortyn site`.
    tables = [row for row in rows if row["table"] in TABLES]
    schemas = {path.stem: pl.read_parquet_schema(path) for path in sorted(small_result_dir.rglob("*.parquet"))}
    written = {(table, name, str(dtype)) for table, schema in schemas.items() for name, dtype in schema.items()}
    assert written
    assert written == {(row["table"], row["column"], row["dtype"]) for row in tables}


def test_summary_of_a_run_holds_just_the_declared_values(rows: list[dict[str, str]], small_result_dir: Path) -> None:
    summary = json.loads((small_result_dir / "summary.json").read_text(encoding="utf-8"))
    assert set(summary) == {row["column"] for row in rows if row["table"] == "summary"}
