"""This module owns the comparison of results folders: headline numbers side by side, and inputs that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gortyn.io.columns import dictionary
from gortyn.io.document import PathKey, dotted, read
from gortyn.io.results import SCENARIO, ResultsError, open_result


@dataclass(frozen=True, slots=True)
class Comparison:
    """Results side by side; the first one is the base.

    names: the folders. numbers: headline number to its value in each folder. inputs: scenario path to its value in
    each folder, only where they differ.
    """

    names: tuple[str, ...]
    numbers: dict[str, tuple[float | int | None, ...]]
    inputs: dict[str, tuple[Any, ...]]

    def change(self, name: str) -> tuple[float | None, ...]:
        """Return the relative change of a headline number against the base, per further folder; None if undefined."""
        base, *others = self.numbers[name]
        return tuple(other / base - 1 if base and other is not None else None for other in others)


def compare(folders: Sequence[str | Path], metrics: Sequence[str] = ()) -> Comparison:
    """Compare two or more results folders.

    Parameters
    ----------
    folders : at least two; the first is the base.
    metrics : headline numbers to compare, by their names in the column dictionary; all if empty.

    Raises
    ------
    ResultsError : fewer than two folders, a folder that holds no results, or an unknown metric.
    """
    if len(folders) < 2:
        raise ResultsError("give at least two results folders to compare")
    known = dictionary()["summary"]
    if unknown := [name for name in metrics if name not in known]:
        raise ResultsError(f"no headline number is called {', '.join(unknown)}; there are {', '.join(known)}")
    opened = [open_result(folder) for folder in folders]
    summaries = [result.summary for result in opened]
    flat = [_flatten(read(result.path / SCENARIO).data) for result in opened]
    paths = dict.fromkeys(path for values in flat for path in values)
    return Comparison(
        names=tuple(str(result.path) for result in opened),
        numbers={name: tuple(summary.get(name) for summary in summaries) for name in metrics or known},
        inputs={path: row for path in paths if len(set(row := tuple(values.get(path) for values in flat))) > 1},
    )


def _flatten(value: Any, path: PathKey = ()) -> dict[str, Any]:
    """Return every single value by its printed path; list items go by their name where they have one."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, tuple):
        items = [(item.get("name", i) if isinstance(item, dict) else i, item) for i, item in enumerate(value)]
    else:
        return {dotted(path): value}
    return {key: leaf for name, item in items for key, leaf in _flatten(item, (*path, name)).items()}
