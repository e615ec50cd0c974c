"""This module owns hourly weather as Open-Meteo gives it, as CSV or JSON.

CSV: a line of names from `latitude` to `timezone_abbreviation`, their values, a blank line, then `time`,
`temperature_2m (°C)`, … All times of a file are ahead of UTC by `utc_offset_seconds`, in summer and winter alike,
whatever `timezone` says. Radiation is the mean of the hour that ends at the time of its row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np

from gortyn.io.series.clock import Zone
from gortyn.io.series.fault import SeriesError, quoted
from gortyn.io.series.reading import Place, Reading, distance_note
from gortyn.io.series.table import Draft, Table, text_lines
from gortyn.io.series.weather_columns import WeatherColumn, weather_column
from gortyn.io.traces.lines import open_bytes
from gortyn.model.conversions import S_PER_MIN

TITLE = "Open-Meteo export"
LONGEST_JSON: Final = 2**26
"""Bytes; two centuries of hours of four columns."""
HEADER: Final = ("time,", "location_id,time,")


def looks_like(first: Sequence[str]) -> bool:
    """The names of the first line, or JSON."""
    return is_json(first) or "utc_offset_seconds" in first[0]


def is_json(first: Sequence[str]) -> bool:
    """Whether the text begins as JSON does."""
    return first[0].lstrip()[:1] in ("{", "[")


def read(path: Path, place: Place) -> Reading:
    """Read the weather of the one location of a CSV file."""
    source = text_lines(path)
    number, names = next(source)
    values: list[tuple[int, str]] = []
    for number, text in source:
        if text.startswith(HEADER):
            break
        values.append((number, text))
    else:
        raise SeriesError(path, number, "has no header that begins with 'time'")
    if len(values) != 1:
        raise SeriesError(path, number, f"has {len(values)} locations; one is needed")
    about = dict(zip(names.lower().split(","), values[0][1].split(","), strict=False))
    table = Table(path, chain([(number, text)], _one_section(source)))
    found = {i: column for i, name in enumerate(table.names) if (column := weather_column(path, number, name))}
    draft = Draft(path, len(found))
    time = table.need("time")
    for line, row in table:
        draft.add(line, row[time], *[row[i] for i in found])
    return _reading(path, draft, list(found.values()), about, place)


def _one_section(source: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield lines up to the next header: daily values follow the hourly ones."""
    for number, text in source:
        if text.startswith(HEADER):
            return
        yield number, text


def read_json(path: Path, place: Place) -> Reading:
    """Read the hourly weather of a JSON answer."""
    answer = _load(path)
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    if not isinstance(answer, dict):
        raise SeriesError(path, 1, "is a list of locations; one is needed")
    if answer.get("error"):
        raise SeriesError(path, 1, f"is an error message: {quoted(str(answer.get('reason', '')))}")
    hourly, units = answer.get("hourly"), answer.get("hourly_units")
    if not isinstance(hourly, dict) or not isinstance(times := hourly.get("time"), list):
        raise SeriesError(path, 1, "has no hourly values ('hourly' with 'time')")
    units = units if isinstance(units, dict) else {}
    found = {name: column for name in hourly if (column := weather_column(path, 0, name, str(units.get(name, ""))))}
    columns = [_numbers(path, name, hourly[name], len(times)) for name in found]
    rows = np.stack(columns, axis=1).tolist() if columns else []
    draft = Draft(path, len(found))
    for time, row in zip(times, rows, strict=False):
        draft.add_numbers(0, str(time), row)
    return _reading(path, draft, list(found.values()), answer, place)


def _load(path: Path) -> Any:
    with open_bytes(path) as file:
        raw = file.read(LONGEST_JSON + 1)
    if len(raw) > LONGEST_JSON:
        raise SeriesError(path, 1, f"is longer than {LONGEST_JSON:,} bytes")
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise SeriesError(path, error.lineno, f"is no valid JSON: {error.msg}, column {error.colno}") from None
    except (UnicodeDecodeError, RecursionError):
        raise SeriesError(path, 1, "is no valid JSON") from None


def _numbers(path: Path, name: str, values: Any, length: int) -> Any:
    """One column of numbers, NaN for null."""
    if not isinstance(values, list) or len(values) != length:
        raise SeriesError(path, 0, f"'{name}' does not have as many values as 'time'")
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise SeriesError(path, 0, f"'{name}' has values that are no numbers") from None


def _reading(
    path: Path, draft: Draft, columns: Sequence[WeatherColumn], about: Mapping[str, Any], place: Place
) -> Reading:
    try:
        offset_min = round(float(about["utc_offset_seconds"]) / S_PER_MIN)
        position = float(about["latitude"]), float(about["longitude"])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise SeriesError(path, 1, "does not say latitude, longitude and utc_offset_seconds") from None
    reading = Reading(draft, tuple(column.quantity for column in columns), Zone("Open-Meteo", offset_min, False))
    reading.units = tuple(column.unit for column in columns)
    reading.ends_the_hour = ("irradiance_w_per_m2",)
    reading.notes += distance_note(path, place, *position)
    return reading
