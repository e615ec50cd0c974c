"""This module owns the column dictionary: the dtype, unit and meaning of every column that Gortyn writes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Column(NamedTuple):
    """One column of one table."""

    dtype: str
    unit: str
    description: str


@cache
def dictionary() -> Mapping[str, Mapping[str, Column]]:
    """Return the columns of every table in the order in which they are written: `{table: {column: Column}}`."""
    tables: dict[str, dict[str, Column]] = {}
    text = (files("gortyn.io") / "columns.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        column = Column(row["dtype"], row["unit"], row["description"])
        tables.setdefault(row["table"], {})[row["column"]] = column
    return tables
