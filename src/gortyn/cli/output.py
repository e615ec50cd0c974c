"""This module owns what a command prints and where it may write: results on stdout, complaints on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gortyn.io.faults import ScenarioError

INVALID = 2
FAILED = 1


class InvalidInput(Exception):
    """What a user gave cannot be used; the lines say what and where. Leads to exit code 2."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def complain(*lines: str) -> None:
    """Print lines on stderr."""
    for line in lines:
        print(line, file=sys.stderr)


def check_target(path: Path, told: str, source: Path | None = None) -> None:
    """Leave with what is wrong, before anything is done, if a file cannot be written there or is the input itself."""
    if path.is_dir():
        raise InvalidInput(f"{told} {path}: is a folder")
    if not path.parent.is_dir():
        raise InvalidInput(f"{told} {path}: there is no folder {path.parent}")
    if source is not None and path.exists() and source.exists() and path.samefile(source):
        raise InvalidInput(f"{told} {path}: is the input itself; give another name")


def say_json(value: Any) -> None:
    """Print a value as JSON on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=_as_text))


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def fault_lines(error: ScenarioError) -> tuple[str, ...]:
    """Return what was put right in its files, one line per fault, and a last one that counts them."""
    count, notes = len(error.faults), (f"note: {note}" for note in error.notes)
    return (*notes, *(str(fault) for fault in error.faults), f"{count} fault{'s' if count != 1 else ''}.")


def fault_json(error: ScenarioError) -> list[dict[str, Any]]:
    """Return the faults as data: file, line, column (or the override), path and message."""
    faults = []
    for fault in error.faults:
        if fault.place.startswith("--set "):
            located: dict[str, Any] = {"at": fault.place}
        else:
            file, line, column = fault.place.rsplit(":", 2)
            located = {"file": file, "line": int(line), "column": int(column)}
        faults.append({**located, "path": fault.path, "message": fault.message})
    return faults


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Print rows in columns as wide as their widest cell; columns in `right` are aligned to the right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    for row in (header, *rows):
        cells = (
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """Yield a function that is told each stage: a live line on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _stage: None
        return
    from rich.console import Console

    with Console(stderr=True).status(title) as status:
        yield lambda stage: status.update(f"{title}: {stage}")


def quantity(value: float | int | None, unit: str) -> str:
    """Return a number with its unit, short enough to read.

    >>> quantity(31.46e9, "EUR"), quantity(0.8013, "share"), quantity(5400, "s"), quantity(None, "EUR")
    ('31.5 bn EUR', '80.1 %', '1.5 h', 'none')
    """
    if value is None:
        return "none"
    if unit in ("share", "1/year"):
        return f"{round(100 * value, 1) + 0.0:.1f} %" + (" a year" if unit == "1/year" else "")
    if unit == "s":
        size, name = next((s, n) for s, n in ((86_400, "d"), (3600, "h"), (60, "min"), (0, "s")) if abs(value) >= s)
        return f"{value / (size or 1):.3g} {name}"
    scales = ((1e9, " bn"), (1e6, " m")) if unit in ("EUR", "chip-hours", "EUR/year") else ((1e6, " m"),)
    factor, name = next(((f, n) for f, n in scales if abs(value) >= f), (1, ""))
    number = f"{value / factor:,.0f}" if abs(value) >= 1000 * factor else f"{value / factor:.3g}"
    return f"{number}{name}" + ("" if unit in ("1", "count") else f" {unit}")
