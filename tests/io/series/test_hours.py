"""Rows to hours: a slow twin, and each rule for what is missing, doubled or too much."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gortyn.io.series import Place, SeriesError, read_price
from gortyn.io.series.hours import to_hours
from gortyn.io.series.table import Points
from hourly_files import HOURS, NEW_YEAR, numbered, plain

FILE = Path("prices.csv")
FIRST = int(NEW_YEAR.timestamp()) // 60
GERMANY = Place("DE")


def points(values: dict[int, float]) -> Points:
    """Rows from minutes after new year to values."""
    minutes = np.array(list(values), dtype=np.int64) + FIRST
    return Points(minutes, np.arange(2, len(minutes) + 2), np.array(list(values.values())).reshape(-1, 1))


def slow(values: dict[int, float]) -> list[float]:
    """Means, then short gaps, then long ones, by the words of the rules."""
    by_hour: dict[int, list[float]] = {}
    for minute, value in values.items():
        if not math.isnan(value):
            by_hour.setdefault(minute // 60, []).append(value)
    means = {hour: sum(found) / len(found) for hour, found in by_hour.items()}
    result = dict(means)
    missing = [hour for hour in range(min(means), max(means)) if hour not in means]
    gaps: list[list[int]] = []
    for hour in missing:
        if gaps and gaps[-1][-1] == hour - 1:
            gaps[-1].append(hour)
        else:
            gaps.append([hour])
    for gap in (gap for gap in gaps if len(gap) <= 3):
        before, after = means[gap[0] - 1], means[gap[-1] + 1]
        for place, hour in enumerate(gap, start=1):
            result[hour] = before + (after - before) * place / (len(gap) + 1)
    for gap in (gap for gap in gaps if len(gap) > 3):
        for hour in gap:
            for week in range(1, 5):
                near = [result[at] for at in (hour - 168 * week, hour + 168 * week) if at in result]
                if near:
                    result[hour] = sum(near) / len(near)
                    break
    return [result[hour] for hour in sorted(result)]


@settings(max_examples=10)
@given(
    st.sampled_from([60, 30, 15]),
    st.lists(st.tuples(st.integers(1, HOURS - 60), st.integers(1, 3)), max_size=20),
    st.lists(st.tuples(st.integers(1, HOURS - 60), st.integers(4, 40)), max_size=2),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_hours_are_those_of_the_slow_twin(
    step: int, short: list[tuple[int, int]], long: list[tuple[int, int]], blank: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    minutes = range(0, HOURS * 60, step)
    values = dict(zip(minutes, random.uniform(-50, 200, len(minutes)).tolist(), strict=True))
    for start, length in short + long:
        for minute in range(start * 60, (start + length) * 60, step):
            if blank:
                values[minute] = math.nan
            else:
                values.pop(minute, None)
    rows = list(values.items())
    random.shuffle(rows)
    hours = to_hours(FILE, points(dict(rows)), [])
    assert hours.start == np.datetime64("2024-01-01T00", "h")
    np.testing.assert_allclose(hours.values[:, 0], slow(values), rtol=1e-9, atol=1e-9)


def without(*gone: range) -> Callable[[Path], Path]:
    """A file of 2024 that lacks some hours."""

    def write(folder: Path) -> Path:
        path = plain(folder / "prices.csv", numbered())
        lines = path.read_text(encoding="utf-8").splitlines()
        missing = {hour for hours in gone for hour in hours}
        kept = [line for number, line in enumerate(lines) if number == 0 or number - 1 not in missing]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ([range(100, 101)], ":102: 1 hour was missing and is interpolated (first 2024-01-05 04:00 UTC)"),
        ([range(100, 103)], ":102: 3 hours were missing and are interpolated (first 2024-01-05 04:00 UTC)"),
        (
            [range(720, 744)],
            (
                ":722: 24 hours from 2024-01-31 00:00 to 2024-02-01 00:00 UTC were missing and are filled from "
                "the same "
                "hours of the weeks before and after"
            ),
        ),
        (
            [range(HOURS - 1, HOURS)],
            (
                ": has 8,783 hours from 2024-01-01 00:00 to 2024-12-31 23:00 UTC, 1 short of a whole year, "
                "taken from the day before"
            ),
        ),
        (
            [range(HOURS - 24, HOURS)],
            (
                ": has 8,760 hours from 2024-01-01 00:00 to 2024-12-31 00:00 UTC, 24 short of a whole year, "
                "taken from the week before"
            ),
        ),
    ],
)
def test_what_is_missing_is_filled_and_told(gone, told: str, tmp_path: Path) -> None:
    path = without(*gone)(tmp_path)
    series, notes = read_price(path, GERMANY)
    assert notes == (f"{path}{told}",)
    assert len(series.values) == HOURS
    kept = np.ones(HOURS, dtype=np.bool_)
    for hours in gone:
        kept[list(hours)] = False
    np.testing.assert_array_equal(series.values[kept], numbered()[kept])
    if HOURS - 1 not in gone[0]:  # a straight line is its own interpolation, and the mean of two weeks around
        np.testing.assert_allclose(series.values, numbered())


@pytest.mark.parametrize(
    ("gone", "fault"),
    [
        (
            [range(720, 816)],
            (
                ":722: lacks 96 hours from 2024-01-31 00:00 to 2024-02-04 00:00 UTC; gaps of more than 3 hours "
                "are filled "
                "up to 1% of a file"
            ),
        ),
        (
            [range(720, 768), range(2000, 2044)],
            (
                ":722: lacks 48 hours from 2024-01-31 00:00 to 2024-02-02 00:00 UTC and in 1 other gap; gaps of "
                "more than 3 "
                "hours are filled up to 1% of a file"
            ),
        ),
        (
            [range(8000, HOURS)],
            (
                ": has 8,000 hours from 2024-01-01 00:00 to 2024-11-29 08:00 UTC; a whole year is needed, which "
                "has 8,760 "
                "or a day more"
            ),
        ),
        (
            [range(i, i + 1) for i in range(10, HOURS - 10, 9)],
            ":12: lacks 974 hours, here and there, first 2024-01-01 10:00 to 2024-01-01 11:00 UTC",
        ),
    ],
)
def test_too_much_missing_is_refused(gone, fault: str, tmp_path: Path) -> None:
    path = without(*gone)(tmp_path)
    with pytest.raises(SeriesError) as error:
        read_price(path, GERMANY)
    assert str(error.value) == f"{path}{fault}"


def test_an_hour_more_than_a_year_is_named(tmp_path: Path) -> None:
    path = plain(tmp_path / "prices.csv", numbered(8761), NEW_YEAR.replace(year=2023))
    series, notes = read_price(path, GERMANY)
    assert len(series.values) == 8760
    assert notes == (
        (
            f"{path}: has 8,761 hours from 2023-01-01 00:00 to 2024-01-01 01:00 UTC, 1 more than a whole "
            "year, left out at the end"
        ),
    )


def test_several_years_are_kept_whole(tmp_path: Path) -> None:
    series, notes = read_price(plain(tmp_path / "prices.csv", numbered(8784 + 8760)), GERMANY)
    np.testing.assert_array_equal(series.values, numbered(8784 + 8760))
    assert not notes


def test_a_row_that_is_there_twice_counts_once_and_with_another_value_is_refused(tmp_path: Path) -> None:
    path = plain(tmp_path / "prices.csv", numbered())
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[5]]), encoding="utf-8")
    series, notes = read_price(path, GERMANY)
    np.testing.assert_array_equal(series.values, numbered())
    assert notes == (f"{path}:8786: 1 row is there twice; it counts once",)
    path.write_text("\n".join([*lines, lines[5] + "1"]), encoding="utf-8")
    with pytest.raises(SeriesError, match=r":8786: 2024-01-01 04:00 UTC is there with other values in line 6"):
        read_price(path, GERMANY)


@pytest.mark.parametrize(("every_h", "words"), [(24, "a day"), (3, "every 3 hours"), (24 * 7, "every 7 days")])
def test_coarser_values_are_refused(every_h: int, words: str) -> None:
    with pytest.raises(SeriesError, match=f"has one value {words}; hourly values or finer ones are needed"):
        to_hours(FILE, points({hour * 60: 1.0 for hour in range(0, HOURS, every_h)}), [])


def test_a_broken_date_is_named(tmp_path: Path) -> None:
    path = plain(tmp_path / "prices.csv", numbered())
    path.write_text(path.read_text(encoding="utf-8").replace("2024-06-01T00", "2924-06-01T00"), encoding="utf-8")
    with pytest.raises(SeriesError, match=r":3650: spans 2024-01-01 00:00 to 2924-06-01 00:00; one of its dates"):
        read_price(path, GERMANY)
