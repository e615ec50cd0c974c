"""This module owns how the rows of a file of hourly values are read and kept, before they are put into hours."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.io.series.clock import Minutes, Zone, has_summer, stamp, to_utc
from gortyn.io.series.fault import SeriesError, counted, moment, quoted
from gortyn.io.traces.lines import lines
from gortyn.io.traces.report import Findings
from gortyn.io.traces.rows import Rows

MOST_ROWS: Final = 2**21
"""Rows kept of one file: a century of quarters of an hour is a third more."""
MISSING: Final = frozenset(("", "n/e", "n/a", "na", "nan", "null", "none", "-", "--"))


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line that is not blank; refuse a file that is no text.

    Raises
    ------
    SeriesError : a line with NUL bytes. TraceError : a line above the longest, a broken gzip stream, an empty file.
    """
    rows = Rows(Findings(str(path)))
    for number, text in lines(path, rows):
        yield number, text
        if rows.read:
            break
    if found := rows.findings.by_rule.get("nul-bytes"):
        raise SeriesError(path, found.line, "has NUL bytes; it is no text, or damaged")


class Table:
    """Rows of delimited text below a header; names are lower case."""

    def __init__(self, path: Path, source: Iterator[tuple[int, str]] | None = None) -> None:
        self.path = path
        self._source = text_lines(path) if source is None else source
        self.line, header = next(self._source, (1, ""))
        self.delimiter = max(",;\t", key=header.count)
        self.titles = [cell.strip() for cell in self._cells(header)]
        self.names = [title.lower() for title in self.titles]

    def place(self, *words: str) -> int | None:
        """Place of the first column whose name has one of the words; the words come in order of preference."""
        return next((i for word in words for i, name in enumerate(self.names) if word in name), None)

    def need(self, *words: str) -> int:
        """Place of a column without which the file cannot be read."""
        place = self.place(*words)
        if place is None:
            raise SeriesError(self.path, self.line, f"has no column '{words[0]}'; it has {listed(self.titles)}")
        return place

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield line and cells of each row; a row of another length than the header is refused."""
        width = len(self.names)
        reader = csv.reader(self._texts(), delimiter=self.delimiter, strict=True)
        try:
            for row in reader:
                if len(row) != width:
                    raise SeriesError(self.path, self.line, f"has {counted(len(row), 'cell')}, the header has {width}")
                yield self.line, row
        except csv.Error:
            raise SeriesError(self.path, self.line, "its quotes do not close") from None

    def _texts(self) -> Iterator[str]:
        for line, text in self._source:
            self.line = line
            yield text

    def _cells(self, text: str) -> list[str]:
        try:
            return next(csv.reader([text], delimiter=self.delimiter, strict=True), [])
        except csv.Error:
            raise SeriesError(self.path, self.line, "its quotes do not close") from None


class Points(NamedTuple):
    """Values at times of UTC: minutes since 1970 int64[n], lines int64[n] (0 unknown), values float64[n, column]."""

    minutes: Minutes
    lines: Minutes
    values: NDArray[np.float64]


class Draft:
    """Rows of one place as a file says them."""

    def __init__(self, path: Path, columns: int, decimal: str = ".") -> None:
        self.path = path
        self.columns = columns
        self._decimal = decimal
        self._lines: list[int] = []
        self._minutes: list[int] = []
        self._offsets: list[int | None] = []
        self._values: list[float] = []

    def add(self, line: int, time: str, *cells: str) -> None:
        """Take a row; a cell that says so is missing."""
        self._time(line, time)
        self._values.extend([self._number(line, cell) for cell in cells])

    def add_numbers(self, line: int, time: str, numbers: Sequence[float]) -> None:
        """Take a row whose values are numbers already, NaN where missing."""
        self._time(line, time)
        self._values.extend(numbers)

    def _time(self, line: int, text: str) -> None:
        try:
            minute, offset = stamp(text)
        except ValueError:
            raise SeriesError(self.path, line, f"{quoted(text)} is no date and time") from None
        if len(self._lines) == MOST_ROWS:
            raise SeriesError(self.path, line, f"has more than {MOST_ROWS:,} rows of one place")
        self._lines.append(line)
        self._minutes.append(minute)
        self._offsets.append(offset)

    def _number(self, line: int, cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            text = cell.strip()
            if text.lower() in MISSING:
                return math.nan
            if self._decimal == "," and "." not in text:
                return self._number(line, text.replace(",", ".")) if "," in text else self._refuse(line, cell)
            return self._refuse(line, cell)
        if not math.isfinite(value) or "_" in cell:
            return math.nan if math.isnan(value) else self._refuse(line, cell)
        return value

    def _refuse(self, line: int, cell: str) -> float:
        raise SeriesError(self.path, line, f"{quoted(cell)} is no number")

    @property
    def rows(self) -> int:
        """Rows taken so far."""
        return len(self._lines)

    def points(self, zone: Zone | None, notes: list[str]) -> Points:
        """Return the rows in UTC; `zone` is the clock of times that do not say their offset.

        Raises
        ------
        SeriesError : there are no rows, or a time that no zone is known for.
        """
        if not self._lines:
            raise SeriesError(self.path, 0, "has no rows of values")
        numbers = np.array(self._lines, dtype=np.int64)
        local = np.array(self._minutes, dtype=np.int64)
        values = np.array(self._values, dtype=np.float64).reshape(len(numbers), self.columns)
        offsets = np.array(self._offsets, dtype=np.float64)  # None becomes NaN
        bare = np.flatnonzero(np.isnan(offsets))
        said = np.flatnonzero(~np.isnan(offsets))
        row, minutes = said, local[said] - offsets[said].astype(np.int64)
        if len(bare):
            if zone is None:
                message = "its times say no zone; name one in the header of their column, as in time_utc"
                raise SeriesError(self.path, self._lines[bare[0]], message)
            more_row, more_minutes = self._local(local, bare, values, zone, notes)
            row, minutes = np.concatenate((row, more_row)), np.concatenate((minutes, more_minutes))
        return Points(minutes, numbers[row], values[row])

    def _local(
        self, local: Minutes, bare: Minutes, values: NDArray[np.float64], zone: Zone, notes: list[str]
    ) -> tuple[Minutes, Minutes]:
        """Rows without an offset, and their minutes of UTC."""
        known = np.any(~np.isnan(values[bare]), axis=1)
        if zone.summer is None:
            zone = zone._replace(summer=has_summer(local[bare], known, zone))
            if not zone.summer:
                notes.append(f"{self.path}: its clock ({zone.name}) is read without summer time: no hour is leapt over")
        found = to_utc(local[bare], zone)
        leapt = found.leapt[known[found.leapt]]
        if len(leapt):
            first = bare[leapt[0]]
            rows = f"{counted(len(leapt), 'row')}, first {moment(int(local[first]))}"
            notes.append(f"{self.path}:{self._lines[first]}: left out {rows}: the clock leaps over that hour in spring")
        if len(found.shared):
            first = bare[found.shared[0]]
            notes.append(
                f"{self.path}:{self._lines[first]}: the hour that occurs twice in autumn is there once "
                f"({counted(len(found.shared), 'row')}, first {moment(int(local[first]))}); it counts for both"
            )
        return bare[found.row], found.minutes


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names as a message lists them.

    >>> listed(["a", "b"]), listed(["a", "b", "c"], most=2)
    ('a, b', 'a, b and 1 more')
    """
    shown = ", ".join(quoted(name)[1:-1] for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
