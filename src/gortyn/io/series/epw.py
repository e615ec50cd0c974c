"""This module owns EnergyPlus weather files (EPW): eight header lines, then a row of 35 cells an hour.

Times are local standard time, as many hours ahead of UTC as the LOCATION line says; hour 1 ends at 01:00. A typical
year is put together from months of several years; it counts as one year without 29 February.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from gortyn.io.series.clock import Zone
from gortyn.io.series.fault import SeriesError, counted
from gortyn.io.series.reading import Place, Reading, distance_note
from gortyn.io.series.table import Draft, text_lines
from gortyn.io.series.weather_columns import PERCENT, QUANTITIES, Unit
from gortyn.model.conversions import HOURS_PER_DAY, HOURS_PER_YEAR, MIN_PER_HOUR

TITLE = "EPW weather file"
FIRST, LAST = "LOCATION", "DATA PERIODS"
HEADER_LINES: Final = 8
LATITUDE, LONGITUDE, TIME_ZONE = 6, 7, 8
"""Cells of the LOCATION line."""
CELLS: Final = itemgetter(6, 8, 21, 13)
"""Temperature, humidity, wind and global horizontal radiation, as `QUANTITIES` has them."""
MISSING: Final = (99.9, 999.0, 999.0, 9999.0)
"""At or above these, a value is missing (data dictionary of the EnergyPlus documentation)."""
FEWEST_CELLS: Final = 22
UNITS: Final = (Unit(1), PERCENT, Unit(1), Unit(1))


class _Row(NamedTuple):
    line: int
    year: int
    month: int
    day: int
    minute: int
    values: tuple[float, ...]


def looks_like(first: Sequence[str]) -> bool:
    """The LOCATION line."""
    return first[0].upper().startswith(f"{FIRST},")


def read(path: Path, place: Place) -> Reading:
    """Read the weather of an EPW file."""
    source = text_lines(path)
    header = [text for _, (_, text) in zip(range(HEADER_LINES), source, strict=False)]
    if not header[-1].upper().startswith(LAST):
        raise SeriesError(path, len(header), f"the last of {HEADER_LINES} header lines must begin with {LAST}")
    location = header[0].split(",")
    try:
        latitude, longitude, offset_h = (float(location[i]) for i in (LATITUDE, LONGITUDE, TIME_ZONE))
        per_hour = int(header[-1].split(",")[2])
        step_min = MIN_PER_HOUR // per_hour
    except (ValueError, IndexError, ZeroDivisionError):
        raise SeriesError(path, 1, "LOCATION lacks position or time zone, or DATA PERIODS the rows an hour") from None
    rows = [_row(path, number, text, step_min) for number, text in source]
    draft = Draft(path, len(QUANTITIES))
    typical = _typical_year(rows, per_hour)
    values = np.array([row.values for row in rows]).reshape(-1, len(QUANTITIES))
    values[values >= MISSING] = np.nan
    for row, numbers in zip(rows, values.tolist(), strict=True):
        year = typical or row.year
        time = f"{year:04}-{row.month:02}-{row.day:02} {row.minute // MIN_PER_HOUR:02}:{row.minute % MIN_PER_HOUR:02}"
        draft.add_numbers(row.line, time, numbers)
    reading = Reading(draft, QUANTITIES, Zone("EPW", round(offset_h * MIN_PER_HOUR), False))
    reading.units = UNITS
    if typical:
        years = sorted({row.year for row in rows})
        reading.notes.append(f"{path}: a typical year from {years[0]} to {years[-1]}; it counts as {typical}")
    reading.notes += distance_note(path, place, latitude, longitude)
    return reading


def _row(path: Path, line: int, text: str, step_min: int) -> _Row:
    cells = text.split(",")
    if len(cells) < FEWEST_CELLS:
        raise SeriesError(path, line, f"has {counted(len(cells), 'cell')}; a row of an EPW file has 35")
    try:
        year, month, day, hour, minute = map(int, cells[:5])
        values = tuple(map(float, CELLS(cells)))
    except ValueError:
        raise SeriesError(path, line, "a date, a time or a value is no number") from None
    if not 1 <= hour <= HOURS_PER_DAY:
        raise SeriesError(path, line, f"its hour is {hour}; hours run from 1 to {HOURS_PER_DAY}")
    # With one row an hour, the minute is written as 0 or as 60 and says nothing.
    within = max((minute or MIN_PER_HOUR) - step_min, 0) if step_min < MIN_PER_HOUR else 0
    return _Row(line, year, month, day, (hour - 1) * MIN_PER_HOUR + within, values)


def _typical_year(rows: Sequence[_Row], per_hour: int) -> int | None:
    """Year that stands for months of several years; None for a file whose years are those of its calendar."""
    years = [row.year for row in rows]
    if not rows or len(set(years)) == 1 or len(rows) > (HOURS_PER_YEAR + HOURS_PER_DAY) * per_hour:
        return None
    if years == sorted(years) and not (rows[0].month == 1 and rows[-1].month == 12):
        return None
    leap = any(row.month == 2 and row.day == 29 for row in rows)
    return next((year for year in range(years[0], years[0] - 8, -1) if calendar.isleap(year) == leap), years[0])
