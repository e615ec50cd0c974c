"""This module owns the tables of the fact check: claims, what each verdict rests on, and the points of its chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from gortyn.io.columns import dictionary

if TYPE_CHECKING:
    from gortyn.claims import Verdict
    from gortyn.result import Result

Columns = Mapping[str, Any]
Row = Mapping[str, Any]
PARTS = {"claim_sources": "sources", "claim_figures": "figures"}
"""Tables with rows of their own for each claim, and the field of the verdict that holds them."""
CLAIM = "claim"


def rows(verdicts: Iterable[Verdict], table: str) -> Iterator[Row]:
    """Rows of one of the tables, texts that say nothing as None."""
    names = [name for name in dictionary()[table] if name != CLAIM]
    for verdict in verdicts:
        parts = getattr(verdict, PARTS[table]) if table in PARTS else (verdict,)
        for part in parts:
            yield {CLAIM: verdict.id} | {name: _said(getattr(part, name)) for name in names}


def _said(value: Any) -> Any:
    return None if value == "" else value


def tables(verdicts: Iterable[Verdict]) -> dict[str, list[Row]]:
    """Every table of the fact check as rows, by its name."""
    found = tuple(verdicts)
    return {name: list(rows(found, name)) for name in TABLES}


def _columns(result: Result, table: str) -> Columns:
    found = list(rows(result.verdicts, table))
    return {name: [row[name] for row in found] for name in dictionary()[table]}


TABLES: Mapping[str, Callable[[Result], Columns]] = {name: partial(_columns, table=name) for name in ("claims", *PARTS)}
