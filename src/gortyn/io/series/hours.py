"""This module owns the step from the rows of a file to consecutive hours: means, gaps, and whole years.

Gaps of up to three hours are interpolated; longer ones are filled from the same hours of the weeks before and after
as long as they are below one per cent of the file, and refused above. All of it is told.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.io.series.fault import SeriesError, counted, moment, moment_of_hour
from gortyn.io.series.table import Points
from gortyn.model.conversions import HOURS_PER_DAY, HOURS_PER_WEEK, HOURS_PER_YEAR, MIN_PER_HOUR

INTERPOLATED_H: Final = 3
"""Longest gap that is interpolated; also how many hours a file may lack of its last year."""
INTERPOLATED_SHARE: Final = 0.1
"""Of all hours; a file with more small gaps than that is no hourly file."""
FILLED_SHARE: Final = 0.01
"""Of all hours; more in long gaps is refused."""
WEEKS: Final = 4
"""How many weeks before and after are looked at for an hour to fill from."""
LONGEST_H: Final = 100 * (HOURS_PER_YEAR + HOURS_PER_DAY)
"""A file that spans more has a broken date."""

Values = NDArray[np.float64]


class Hours(NamedTuple):
    """Consecutive hours: the first as datetime64[h] of UTC, and float64[hour, column] without gaps."""

    start: np.datetime64
    values: Values


class _Gap(NamedTuple):
    """Hours without a value: from `start`, before `end`."""

    start: int
    end: int

    @property
    def hours(self) -> int:
        return self.end - self.start


def to_hours(path: Path, points: Points, notes: list[str]) -> Hours:
    """Turn rows into consecutive hours of whole years; a column without any value stays NaN.

    Raises
    ------
    SeriesError : no values, values of another hour than another row of the same time, coarser than hourly, gaps that
        are not filled, less than a year.
    """
    points = _in_order(path, points, notes)
    first, values = _means(path, points)
    told: list[str] = []
    for cells in values.T:
        gaps = _gaps(cells)
        _interpolate(path, points, first, cells, [gap for gap in gaps if gap.hours <= INTERPOLATED_H], told)
        _fill(path, points, first, cells, [gap for gap in gaps if gap.hours > INTERPOLATED_H], told)
    notes += dict.fromkeys(told)  # columns mostly share their gaps
    values = _whole_years(path, first, values, notes)
    return Hours(np.datetime64(first, "h"), values)


def _in_order(path: Path, points: Points, notes: list[str]) -> Points:
    """Sort by time and drop rows that stand there twice."""
    known = ~np.isnan(points.values).all(axis=1)
    if not known.any():
        raise SeriesError(path, int(points.lines[0]) if len(points.lines) else 0, "has no values")
    first, last = points.minutes[known].min(), points.minutes[known].max()
    inside = (points.minutes >= first) & (points.minutes <= last)
    order = np.flatnonzero(inside)[np.argsort(points.minutes[inside], kind="stable")]
    points = Points(points.minutes[order], points.lines[order], points.values[order])
    again = np.flatnonzero(np.diff(points.minutes) == 0)
    if not len(again):
        return points
    one, two = points.values[again], points.values[again + 1]
    other = np.flatnonzero(((one != two) & ~np.isnan(one) & ~np.isnan(two)).any(axis=1))
    if len(other):
        at = again[other[0]]
        message = f"{moment(int(points.minutes[at]))} UTC is there with other values in line {points.lines[at]}"
        raise SeriesError(path, int(points.lines[at + 1]), message)
    for at in again[::-1]:
        points.values[at] = np.where(np.isnan(points.values[at]), points.values[at + 1], points.values[at])
    rows = "1 row is there twice; it counts" if len(again) == 1 else f"{len(again):,} rows are there twice; they count"
    notes.append(f"{path}:{points.lines[again[0] + 1]}: {rows} once")
    kept = np.ones(len(points.minutes), dtype=np.bool_)
    kept[again + 1] = False
    return Points(points.minutes[kept], points.lines[kept], points.values[kept])


def _means(path: Path, points: Points) -> tuple[int, Values]:
    """First hour since 1970, and the mean of the rows of each hour, NaN where there are none."""
    hours = points.minutes // MIN_PER_HOUR
    first, last = int(hours[0]), int(hours[-1])
    if last - first >= LONGEST_H:
        message = f"spans {moment_of_hour(first)} to {moment_of_hour(last)}; one of its dates is wrong"
        raise SeriesError(path, int(points.lines[-1]), message)
    _refuse_coarse(path, points)
    size = last - first + 1
    values = np.full((size, points.values.shape[1]), np.nan)
    for column, cells in enumerate(points.values.T):
        known = ~np.isnan(cells)
        count = np.bincount(hours[known] - first, minlength=size)
        total = np.bincount(hours[known] - first, weights=cells[known], minlength=size)
        np.divide(total, count, out=values[:, column], where=count > 0)
    return first, values


def _refuse_coarse(path: Path, points: Points) -> None:
    """Refuse a file whose rows are commonly further apart than an hour."""
    if len(points.minutes) < 2:
        return
    step_h = float(np.median(np.diff(points.minutes))) / MIN_PER_HOUR
    if step_h > 1:
        days = step_h / HOURS_PER_DAY
        every = f"every {step_h:g} hours" if days < 1 else "a day" if days == 1 else f"every {days:g} days"
        message = f"has one value {every}; hourly values or finer ones are needed"
        raise SeriesError(path, int(points.lines[1]), message)


def _gaps(values: Values) -> list[_Gap]:
    missing = np.isnan(values)
    if missing.all() or not missing.any():
        return []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], missing, [False])).astype(np.int8)))
    return [_Gap(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _line(points: Points, hour: int) -> int:
    """Line of the first row at an hour or after it."""
    at = int(np.searchsorted(points.minutes, hour * MIN_PER_HOUR))
    return int(points.lines[min(at, len(points.lines) - 1)])


def _told(first: int, gap: _Gap) -> str:
    return f"{moment_of_hour(first + gap.start)} to {moment_of_hour(first + gap.end)} UTC"


def _interpolate(path: Path, points: Points, first: int, cells: Values, gaps: list[_Gap], notes: list[str]) -> None:
    """Fill short gaps along a straight line; at an end, with the nearest value."""
    if not gaps:
        return
    count = sum(gap.hours for gap in gaps)
    line = _line(points, first + gaps[0].start)
    if count > INTERPOLATED_SHARE * len(cells):
        raise SeriesError(path, line, f"lacks {count:,} hours, here and there, first {_told(first, gaps[0])}")
    for gap in gaps:
        around = [at for at in (gap.start - 1, gap.end) if 0 <= at < len(cells)]
        cells[gap.start : gap.end] = np.interp(np.arange(gap.start, gap.end), around, cells[around])
    words = "1 hour was missing and is" if count == 1 else f"{count:,} hours were missing and are"
    notes.append(f"{path}:{line}: {words} interpolated (first {moment_of_hour(first + gaps[0].start)} UTC)")


def _fill(path: Path, points: Points, first: int, cells: Values, gaps: list[_Gap], notes: list[str]) -> None:
    """Fill long gaps from the weeks around them, or refuse them."""
    if not gaps:
        return
    longest = max(gaps, key=lambda gap: gap.hours)
    count = sum(gap.hours for gap in gaps)
    if count > FILLED_SHARE * len(cells):
        more = f" and in {counted(len(gaps) - 1, 'other gap')}" if len(gaps) > 1 else ""
        message = (
            f"lacks {longest.hours:,} hours from {_told(first, longest)}{more}; "
            f"gaps of more than {INTERPOLATED_H} hours are filled up to {FILLED_SHARE:.0%} of a file"
        )
        raise SeriesError(path, _line(points, first + longest.start), message)
    for gap in gaps:
        cells[gap.start : gap.end] = _around(path, points, first, cells, gap)
        notes.append(
            f"{path}:{_line(points, first + gap.start)}: {gap.hours:,} hours from {_told(first, gap)} were missing "
            "and are filled from the same hours of the weeks before and after"
        )


def _around(path: Path, points: Points, first: int, cells: Values, gap: _Gap) -> Values:
    """Mean of the same hours a week before and after, or more weeks where those are missing too."""
    at = np.arange(gap.start, gap.end)
    found = np.full(gap.hours, np.nan)
    for weeks in range(1, WEEKS + 1):
        sources = np.stack((at - weeks * HOURS_PER_WEEK, at + weeks * HOURS_PER_WEEK))
        inside = (sources >= 0) & (sources < len(cells))
        there = np.where(inside, cells[np.clip(sources, 0, len(cells) - 1)], np.nan)
        count = (~np.isnan(there)).sum(axis=0)
        mean = np.nansum(there, axis=0) / np.maximum(count, 1)
        found = np.where(np.isnan(found) & (count > 0), mean, found)
    if np.isnan(found).any():
        message = f"lacks {gap.hours:,} hours from {_told(first, gap)}, and no week near has those hours"
        raise SeriesError(path, _line(points, first + gap.start), message)
    return found


def _whole_years(path: Path, first: int, values: Values, notes: list[str]) -> Values:
    """Add or drop the hours by which a file just misses whole years, and refuse less than a year."""
    hours = len(values)
    short = min((_year_end(first, years) - first - hours for years in _near(hours)), key=abs)
    span = f"{counted(hours, 'hour')} from {moment_of_hour(first)} to {moment_of_hour(first + hours)} UTC"
    if 0 < short <= FILLED_SHARE * hours and hours + short >= HOURS_PER_YEAR:
        back, when = (HOURS_PER_DAY, "day") if short <= INTERPOLATED_H else (HOURS_PER_WEEK, "week")
        notes.append(f"{path}: has {span}, {short} short of a whole year, taken from the {when} before")
        return np.concatenate((values, values[hours - back : hours - back + short]))
    if hours < HOURS_PER_YEAR:
        raise SeriesError(path, 0, f"has {span}; a whole year is needed, which has {HOURS_PER_YEAR:,} or a day more")
    if -HOURS_PER_DAY <= short < 0:
        notes.append(f"{path}: has {span}, {-short} more than a whole year, left out at the end")
        return values[:short]
    return values


def _near(hours: int) -> tuple[int, int]:
    """Whole years next to a number of hours, at least one."""
    years = max(hours // HOURS_PER_YEAR, 1)
    return years, years + 1


def _year_end(first: int, years: int) -> int:
    """Hour at which so many calendar years from an hour have passed; 29 February leads to 1 March."""
    start = np.datetime64(first, "h")
    month = start.astype("datetime64[M]")
    within = start - month.astype("datetime64[h]")
    end = (month + np.timedelta64(12 * years, "M")).astype("datetime64[h]") + within
    return int(end.astype(np.int64))
