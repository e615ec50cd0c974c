"""The column dictionary, read from its file."""

from __future__ import annotations

import csv
from importlib.resources import files

import polars as pl

from gortyn.io import siting_results
from gortyn.io.columns import Column, dictionary
from gortyn.io.tables import TABLES


def test_every_row_of_the_file_is_a_column_in_its_order() -> None:
    with (files("gortyn.io") / "columns.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    listed = [(table, name, *column) for table, columns in dictionary().items() for name, column in columns.items()]
    assert [tuple(row) for row in rows] == listed


def test_tables_are_those_that_are_written_and_the_summary() -> None:
    assert set(dictionary()) == {"summary", *TABLES, *siting_results.TABLES}


def test_dtypes_are_those_of_polars() -> None:
    columns = [column for columns in dictionary().values() for column in columns.values()]
    assert all(issubclass(getattr(pl, column.dtype), pl.DataType) for column in columns)
    assert dictionary()["jobs"]["wait_s"] == Column(
        "Int64", "s", "First start less submission and less the time until its data had come"
    )
