"""This module owns tables as CSV files: UTF-8, commas, a header, ISO dates, nothing in a cell without a value."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from gortyn.io.columns import dictionary

Rows = list[dict[str, Any]]


def rows_of(columns: Mapping[str, Any]) -> Rows:
    """Return the rows of a table as JSON and CSV have them; None where a value does not exist."""
    return [dict(zip(columns, map(_plain, values), strict=True)) for values in zip(*columns.values(), strict=True)]


def _plain(value: Any) -> Any:
    """A value from numpy or Python."""
    found = value.item() if hasattr(value, "item") else value
    return None if isinstance(found, float) and not math.isfinite(found) else found


def write_csv(header: list[str], rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write rows with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_cell(row[name]) for name in header] for row in rows)


def _cell(value: Any) -> str:
    """A value as a cell: numbers in full, so that they read back as they were."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def columns_of(tables: Iterable[str]) -> tuple[list[str], Rows]:
    """Header and rows of a table that says what the columns of some tables mean."""
    header = ["table", "column", "unit", "description"]
    rows = [
        {"table": table, "column": name, "unit": column.unit, "description": column.description}
        for table in tables
        for name, column in dictionary()[table].items()
    ]
    return header, rows
