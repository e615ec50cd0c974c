"""This module owns the times in files of hourly values: what a stamp says, and the step from a local clock to UTC.

Local clocks follow the rule of the European Union (directive 2000/84/EC): summer time from 01:00 UTC on the last
Sunday of March to 01:00 UTC on the last Sunday of October. So no database of time zones is needed.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.io.series.countries import COUNTRIES
from gortyn.model.conversions import HOURS_PER_DAY, MIN_PER_HOUR, S_PER_MIN

MIN_PER_DAY: Final = HOURS_PER_DAY * MIN_PER_HOUR
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
SUMMER_MIN: Final = MIN_PER_HOUR
"""How far summer time is ahead of standard time [min]."""
CHANGE_MIN: Final = MIN_PER_HOUR
"""Minute of the day, UTC, at which the clocks change."""

YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)", re.ASCII)
DAY_FIRST: Final = re.compile(r"(\d\d?)[./-](\d\d?)[./-](\d{4})", re.ASCII)
CLOCK: Final = re.compile(r"(\d\d?):(\d\d)(?::\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d|\(?[A-Z]{3,4}\)?)?", re.ASCII)
SHORTEST_UNIX: Final = 9
LONGEST_UNIX: Final = 11
"""Digits of seconds since 1970: years 1973 to 5138."""

STANDARD_MIN: Final = {"WET": 0, "CET": 60, "EET": 120}
"""Zones whose standard and summer time are told apart by an S: CET, CEST."""
MARKS: Final = {
    "UTC": 0, "GMT": 0, "BST": SUMMER_MIN, **STANDARD_MIN,
    **{f"{name[0]}EST": minutes + SUMMER_MIN for name, minutes in STANDARD_MIN.items()},
}  # fmt: skip

Minutes = NDArray[np.int64]


class Zone(NamedTuple):
    """A clock: its name, its standard time ahead of UTC [min], and whether it has summer time (None: not known)."""

    name: str
    offset_min: int
    summer: bool | None


UTC: Final = Zone("UTC", 0, False)


@lru_cache(maxsize=2**13)
def _day(text: str) -> int:
    if match := YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    elif match := DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    else:
        raise ValueError(text)
    return (date(int(year), int(month), int(day)).toordinal() - EPOCH_DAY) * MIN_PER_DAY


@lru_cache(maxsize=2**13)
def _clock(text: str) -> tuple[int, int | None]:
    if not text:
        return 0, None
    match = CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(text)
    minute = int(match[1]) * MIN_PER_HOUR + int(match[2])
    if minute > MIN_PER_DAY or int(match[2]) >= MIN_PER_HOUR:
        raise ValueError(text)
    return minute, _offset(match[3] or "")


def _offset(text: str) -> int | None:
    if not text:
        return None
    if text == "Z":
        return 0
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        minutes = int(digits[:2]) * MIN_PER_HOUR + int(digits[2:])
        return -minutes if text[0] == "-" else minutes
    mark = text.strip("()")
    if mark not in MARKS:
        raise ValueError(text)
    return MARKS[mark]


def stamp(text: str) -> tuple[int, int | None]:
    """Minutes since 1970 on the clock of the stamp, and how far that is ahead of UTC [min] if the stamp says so.

    Year first or day first, seconds dropped, with an offset, the name of a European zone, or neither; or seconds
    since 1970.

    Raises
    ------
    ValueError : anything else.

    >>> stamp("1970-01-02T00:30"), stamp("02.01.1970 01:00"), stamp("1970-01-01 02:00:00 (CEST)")
    ((1470, None), (1500, None), (120, 120))
    """
    text = text.strip()
    if text.isdecimal() and text.isascii() and SHORTEST_UNIX <= len(text) <= LONGEST_UNIX:
        return int(text) // S_PER_MIN, 0
    day, _, clock = text.partition("T" if "T" in text[:11] else " ")
    minute, offset = _clock(clock.strip())
    return _day(day) + minute, offset


def zone_of(name: str, country: str) -> Zone | None:
    """Clock that the header of a time column names; None where it names none.

    >>> zone_of("MTU (CET/CEST)", "FR"), zone_of("time_utc", "FR"), zone_of("time", "FR")
    (Zone(name='CET', offset_min=60, summer=True), Zone(name='UTC', offset_min=0, summer=False), None)
    """
    words = set(re.findall("[a-z]+", name.lower()))
    if "bst" in words:
        return Zone("GMT/BST", 0, True)
    if words & {"utc", "gmt"}:
        return UTC
    for base, offset in STANDARD_MIN.items():
        if base.lower() in words:
            return Zone(base, offset, f"{base[0]}EST".lower() in words or None)
    if "brussels" in words:
        return Zone("CET", STANDARD_MIN["CET"], True)
    if "local" in words and country in COUNTRIES:
        return Zone(f"local time of {country}", COUNTRIES[country].offset_h * MIN_PER_HOUR, None)
    return None


def in_summer(minutes: Minutes) -> NDArray[np.bool_]:
    """Whether the European Union has summer time at minutes since 1970, UTC."""
    years = minutes.astype("datetime64[m]").astype("datetime64[Y]")
    return (minutes >= _change(years, "03")) & (minutes < _change(years, "10"))


def _change(years: NDArray[np.datetime64], month: str) -> Minutes:
    """Minute of the change in each year: 01:00 UTC on the last Sunday of a month of 31 days."""
    following = np.timedelta64(int(month), "M")
    last = (years.astype("datetime64[M]") + following).astype("datetime64[D]") - np.timedelta64(1, "D")
    days = last.astype(np.int64)
    since_sunday = (days + 4) % 7  # 1 January 1970 was a Thursday
    return (days - since_sunday) * MIN_PER_DAY + CHANGE_MIN


class InUtc(NamedTuple):
    """Rows of a local clock in UTC.

    Attributes
    ----------
    row : int64[n], the row of the file that each entry is from; one that stands for two hours is there twice
    minutes : int64[n], minutes since 1970, UTC
    leapt : int64[k], rows of times that the clock leaps over in spring; they are left out
    shared : int64[k], rows of the hour that occurs twice in autumn which the file has once; they count for both
    """

    row: Minutes
    minutes: Minutes
    leapt: Minutes
    shared: Minutes


NO_ROWS: Final = np.empty(0, dtype=np.int64)


def to_utc(local: Minutes, zone: Zone) -> InUtc:
    """Turn minutes on the clock of a zone into UTC.

    Of a time that the file has twice, the first is summer time and the second standard time (the other way round in
    a file whose times run backwards).
    """
    standard = local - zone.offset_min
    if not zone.summer:
        return InUtc(np.arange(len(local)), standard, NO_ROWS, NO_ROWS)
    summer = standard - SUMMER_MIN
    as_summer, as_standard = in_summer(summer), ~in_summer(standard)
    minutes = np.where(as_summer, summer, standard)
    twice = np.flatnonzero(as_summer & as_standard)
    if len(local) and local[-1] < local[0]:
        twice = twice[::-1]
    _, first, inverse, count = np.unique(local[twice], return_index=True, return_inverse=True, return_counts=True)
    again = np.ones(len(twice), dtype=np.bool_)
    again[first] = False
    minutes[twice[again]] = standard[twice[again]]
    shared = twice[count[inverse] == 1]
    there = as_summer | as_standard
    return InUtc(
        np.concatenate((np.flatnonzero(there), shared)),
        np.concatenate((minutes[there], standard[shared])),
        np.flatnonzero(~there),
        np.sort(shared),
    )


def has_summer(local: Minutes, known: NDArray[np.bool_], zone: Zone) -> bool:
    """Whether a clock of unknown habit changes in summer, by its rows: not if it has the hour that others leap over.

    known : whether a row has a value; exports leave the hour that does not exist blank.
    """
    found = to_utc(local, zone._replace(summer=True))
    return not known[found.leapt].any()
