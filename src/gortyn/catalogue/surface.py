r"""A surface is a measured curve or table of one chip on a regular grid: this module owns their files and refusals.

A folder of surfaces holds ``manifest.csv``, one row for each surface with its unit, date, evidence and source, and one
``<file>.csv`` for each kind of surface. The header of such a file names its axes, the last of them spread over the
columns, and a row holds one line of the grid. Sizes are base-2 logarithms:

    chip,series,log2_chips,log2_bytes=9,log2_bytes=10
    H100-SXM,all_reduce,1,0.083,0.18
    H100-SXM,all_reduce,2,0.081,0.16

``nearest.csv`` (optional) says whose surfaces stand in for those of a chip that has none, ``devices.csv`` (optional) as
which chip of the catalogue a driver's name for a device is known.
"""

from __future__ import annotations

import csv
import functools
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gortyn.catalogue.catalogue import load
from gortyn.catalogue.fact import EVIDENCE, CatalogueError, Source

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

MANIFEST_HEADER = ("file", "chip", "series", "unit", "peak_tflops", "date", "evidence", "source", "note")
NEAREST_HEADER = ("chip", "measured", "reason")
DEVICES_HEADER = ("device", "chip")
UNITS = {"1/1000 of peak": 1e-3, "1/1000 of memory bandwidth": 1e-3, "GB/s": 1e9}
"""What a value is counted in, and the factor to a share or to bytes a second."""

_REQUIRED = ("file", "chip", "series", "unit", "date", "evidence", "source")
_PREFIX = "log2_"
_PEAK = "1/1000 of peak"
_NUMBER = re.compile(r"\+?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Surface:
    """One measured surface.

    Attributes
    ----------
    file, chip, series : what was measured (``gemm``, ``grouped``, …), on which chip, and the number format or operation
    axes : name of each axis and its first base-2 logarithm; the step is 1
    shape : points along each axis
    values : the grid in row-major order, as a share (efficiencies) or in bytes/s (bandwidths)
    peak_tflops : dense peak that the shares refer to [TFLOP/s], None where they refer to something else
    date, evidence, source, note : as for a fact of the catalogue
    """

    file: str
    chip: str
    series: str
    axes: tuple[tuple[str, int], ...]
    shape: tuple[int, ...]
    values: tuple[float, ...]
    peak_tflops: float | None
    date: str
    evidence: str
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Every surface of a folder by file, chip and series, and whose stand in for those of other chips."""

    by_name: Mapping[tuple[str, str, str], Surface]
    nearest: Mapping[str, tuple[str, str]]
    """Measured chip and the reason, by the chip that has no surfaces of its own."""
    devices: Mapping[str, str]
    """Chip of the catalogue by the driver's name of a device."""

    def get(self, file: str, chip: str, series: str) -> Surface | None:
        """One surface, None where nothing of the kind was measured."""
        return self.by_name.get((file, chip, series))


def load_surfaces(directory: Traversable | Path | None = None, sources: Mapping[str, Source] | None = None) -> Surfaces:
    """The shipped surfaces, or those of a directory. The shipped ones are read once per process.

    Parameters
    ----------
    directory : folder with ``manifest.csv``; the shipped one if None
    sources : what the manifest may cite; the shipped sources if None

    Raises
    ------
    CatalogueError : a file breaks the format; the message names ``file:line`` and what is wrong.
    """
    return _shipped() if directory is None else _load(directory, load().sources if sources is None else sources)


@functools.cache
def _shipped() -> Surfaces:
    import importlib.resources

    return _load(importlib.resources.files("gortyn.catalogue") / "surfaces", load().sources)


def _load(directory: Traversable | Path, sources: Mapping[str, Source]) -> Surfaces:
    manifest = _manifest(_text(directory / "manifest.csv"), sources)
    found: dict[tuple[str, str, str], Surface] = {}
    for file in dict.fromkeys(file for file, _, _ in manifest):
        mine = {key: row for key, row in manifest.items() if key[0] == file}
        found.update(read_surfaces(_text(directory / f"{file}.csv"), file, mine))
    nearest = {
        row["chip"]: (row["measured"], row["reason"]) for row in _optional(directory, "nearest.csv", NEAREST_HEADER)
    }
    devices = {row["device"]: row["chip"] for row in _optional(directory, "devices.csv", DEVICES_HEADER)}
    return Surfaces(found, nearest, devices)


def _manifest(text: str, sources: Mapping[str, Source]) -> dict[tuple[str, str, str], dict[str, str]]:
    """Rows of ``manifest.csv`` by file, chip and series."""
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    faults: list[str] = []
    for where, row in _table(text, "manifest.csv", MANIFEST_HEADER):
        key = (row["file"], row["chip"], row["series"])
        missing = [column for column in _REQUIRED if not row[column]]
        missing += ["peak_tflops"] if row["unit"] == _PEAK and not row["peak_tflops"] else []
        faults += [f"{where}: {column} is missing" for column in missing]
        if row["unit"] and row["unit"] not in UNITS:
            faults.append(f"{where}: unit {row['unit']!r} is not one of {', '.join(UNITS)}")
        if row["evidence"] and row["evidence"] not in EVIDENCE:
            faults.append(f"{where}: evidence {row['evidence']!r} is not one of {', '.join(EVIDENCE)}")
        if row["date"] and not _DATE.fullmatch(row["date"]):
            faults.append(f"{where}: date {row['date']!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
        if row["source"] and row["source"] not in sources:
            faults.append(f"{where}: source {row['source']!r} is not in sources.csv")
        if row["peak_tflops"] and math.isnan(_value(row["peak_tflops"])):
            faults.append(f"{where}: peak_tflops {row['peak_tflops']!r} is not a number above 0")
        if key in rows:
            faults.append(f"{where}: {'/'.join(key)} is given twice")
        rows[key] = row
    _raise(faults)
    return rows


def read_surfaces(
    text: str, file: str, manifest: Mapping[tuple[str, str, str], Mapping[str, str]]
) -> dict[tuple[str, str, str], Surface]:
    """Surfaces of one file by file, chip and series.

    Parameters
    ----------
    text : CSV (RFC 4180) in the format of this module's docstring
    file : name of the kind, without suffix
    manifest : rows of ``manifest.csv`` by file, chip and series

    Raises
    ------
    CatalogueError : a wrong header; a row out of order, or missing in a grid; a value that is no number above 0; a
        surface without a row in the manifest, or the reverse. All faults of the file are named.
    """
    name = f"{file}.csv"
    header = tuple(next(csv.reader(io.StringIO(text, newline="")), []))
    leading, last = _axes(header, name)
    lines: dict[tuple[str, str, str], dict[tuple[int, ...], list[float]]] = {}
    faults: list[str] = []
    for where, row in _table(text, name, header):
        key = (file, row["chip"], row["series"])
        place = tuple(int(row[axis]) if row[axis].isdigit() else -1 for axis in leading)
        values = [_value(row[column]) for column in last]
        bad = [column for column, value in zip(last, values, strict=True) if math.isnan(value)]
        faults += [f"{where}: {column}: {row[column]!r} is not a number above 0" for column in bad]
        if -1 in place:
            faults.append(f"{where}: {', '.join(leading)} are not all whole numbers")
        if key not in manifest:
            faults.append(f"{where}: {'/'.join(key)} is not in manifest.csv")
        if place in lines.setdefault(key, {}):
            faults.append(f"{where}: this line of the grid is given twice")
        lines[key][place] = values
    faults += [f"{name}: no rows for {'/'.join(key)} of manifest.csv" for key in manifest if key not in lines]
    _raise(faults)
    found = {}
    for key, grid in lines.items():
        shape = _shape(grid, "/".join(key), name)
        first = min(grid)
        axes = tuple(zip((*leading, _name(last[0])), (*first, _place(last[0])), strict=True))
        row = manifest[key]
        scale = UNITS[row["unit"]]
        flat = tuple(value * scale for place in sorted(grid) for value in grid[place])
        peak = float(row["peak_tflops"]) if row["peak_tflops"] else None
        rest = (row["date"], row["evidence"], row["source"], row["note"])
        found[key] = Surface(*key, axes, (*shape, len(last)), flat, peak, *rest)
    return found


def _axes(header: tuple[str, ...], name: str) -> tuple[list[str], list[str]]:
    """Columns of the leading axes, and those over which the last one is spread."""
    last = [column for column in header if "=" in column]
    leading = [column for column in header[2:] if "=" not in column]
    expected = ("chip", "series", *leading, *last)
    places = [_place(column) for column in last]
    regular = bool(last) and places == list(range(places[0], places[0] + len(places))) and places[0] >= 0
    if header != expected or not regular or not all(axis.startswith(_PREFIX) for axis in (*leading, *last)):
        raise CatalogueError(f"{name}:1: header is {','.join(header)!r}, not chip,series,log2_…,log2_x=0,log2_x=1,…")
    return leading, last


def _shape(grid: Mapping[tuple[int, ...], list[float]], label: str, name: str) -> tuple[int, ...]:
    """Points along the leading axes of a grid that has all of its lines."""
    firsts, lasts = min(grid), max(grid)
    shape = tuple(last - first + 1 for first, last in zip(firsts, lasts, strict=True))
    if len(grid) != math.prod(shape) or any(
        not first <= p <= last for place in grid for p, first, last in zip(place, firsts, lasts, strict=True)
    ):
        raise CatalogueError(f"{name}: {label}: the grid has gaps, {len(grid)} lines of {math.prod(shape)}")
    return shape


def _optional(directory: Traversable | Path, name: str, header: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a file that need not be there; all of their fields are filled."""
    if not (directory / name).is_file():
        return []
    rows = _table(_text(directory / name), name, header)
    _raise([f"{where}: {column} is missing" for where, row in rows for column in header if not row[column]])
    return [row for _, row in rows]


def _table(text: str, name: str, header: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    """Each data row as ``(file:line, field by column)``."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, dict[str, str]]] = []
    try:
        if tuple(next(reader, [])) != header:
            raise CatalogueError(f"{name}:1: header is not {','.join(header)!r}")
        for row in reader:
            where = f"{name}:{reader.line_num}"
            if len(row) != len(header):
                raise CatalogueError(f"{where}: {len(row)} columns, expected {len(header)}")
            rows.append((where, {column: value.strip() for column, value in zip(header, row, strict=True)}))
    except csv.Error as error:
        raise CatalogueError(f"{name}:{reader.line_num}: not RFC 4180: {error}") from error
    return rows


def _text(file: Traversable | Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise CatalogueError(f"{file.name}: not found among the surfaces") from error
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{file.name}: not UTF-8") from error


def _name(column: str) -> str:
    return column.partition("=")[0]


def _place(column: str) -> int:
    place = column.partition("=")[2]
    return int(place) if place.isdigit() else -1


def _value(text: str) -> float:
    """A finite number above 0, or NaN."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if 0 < value < math.inf else math.nan


def _raise(faults: list[str]) -> None:
    if faults:
        raise CatalogueError("\n".join(faults))
