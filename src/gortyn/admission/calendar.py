"""This module owns the calendar of a mode: when applications are collected, and on which day grants begin.

A cut-off collects everything up to the end of its day; where a mode has none, each day is its own. Working days are
Monday to Friday; public holidays are not known. Days that are not whole are rounded up.
"""

from __future__ import annotations

from datetime import date
from math import ceil
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.model.access import Mode
from gortyn.model.conversions import DAYS_PER_YEAR

Dates = NDArray[np.datetime64]
DAY: Final = np.timedelta64(1, "D")
FIRST_YEAR: Final = 2000  # source: first year of the dates that a scenario may name; cut-offs are numbered from there
LEAP_YEAR_DAYS: Final = DAYS_PER_YEAR + 1


class Calendar(NamedTuple):
    """What the calendar of a mode makes of an application: the cut-off that collects it and the first day of a grant.

    Where a mode has no cut-offs, the day of the application stands for the cut-off.
    """

    cutoff: date
    granted: date


def grant_dates(mode: Mode, day: date) -> Calendar:
    """Dates of an application that is handed in on `day` and gets its hours without having to wait for them.

    Parameters
    ----------
    mode : resolved mode of access
    day : on which the application is handed in

    Raises
    ------
    ValueError : the last cut-off of the mode lies before `day`, or nothing is said of its processing time.

    >>> fast = Mode(name="fast-lane", processing_working_days=4)
    >>> grant_dates(fast, date(2026, 6, 17)).granted.isoformat()  # from a Wednesday over a weekend
    '2026-06-23'
    """
    asked = np.array([day], "datetime64[D]")
    cutoff = next_cutoffs(mode, asked)
    if np.isnat(cutoff[0]):
        message = f"{mode.name}: the last cut-off was on {mode.cutoffs[-1]}, before {day}"
        raise ValueError(message)
    return Calendar(cutoff[0].astype(object), granted_days(mode, cutoff)[0].astype(object))


def has_cutoffs(mode: Mode) -> bool:
    """Whether applications are collected and compared; else they are decided in their order."""
    return bool(mode.cutoffs) or mode.cutoffs_per_year is not None


def next_cutoffs(mode: Mode, days: Dates) -> Dates:
    """Cut-off that collects an application of each day, datetime64[D]; not a time where none comes any more.

    Parameters
    ----------
    mode : resolved mode of access
    days : datetime64[D], any shape
    """
    if not has_cutoffs(mode) or days.size == 0:
        return days.copy()
    cutoffs = cutoffs_between(mode, days.min(), days.max())
    if mode.cutoffs:  # after the last one that is stated, none comes
        cutoffs = np.append(cutoffs, np.datetime64("NaT", "D"))
    return cutoffs[np.searchsorted(cutoffs[: cutoffs.size - bool(mode.cutoffs)], days)]


def cutoffs_between(mode: Mode, first: np.datetime64, last: np.datetime64) -> Dates:
    """Cut-offs of a mode that has some, in order: those from `first` to `last`, and at least one beyond on each side.

    Stated dates are all of them. Otherwise the k cut-offs of a year are k equal parts of it apart, the first on the
    first of January; a number below one goes on from year to year.

    >>> twice = Mode(name="twice", cutoffs_per_year=2, processing_days=30)
    >>> days = cutoffs_between(twice, np.datetime64("2026-03-01"), np.datetime64("2026-08-01"))
    >>> [str(day) for day in days if day.astype("datetime64[Y]") == np.datetime64("2026")]
    ['2026-01-01', '2026-07-02']
    """
    if mode.cutoffs:
        return np.array(mode.cutoffs, "datetime64[D]")
    a_year = float(mode.cutoffs_per_year or 1)
    begin, end = (int(str(day.astype("datetime64[Y]"))) - FIRST_YEAR for day in (first, last))
    number = np.arange(np.floor((begin - 1) * a_year) - 1, np.ceil((end + 2) * a_year) + 2)
    year = np.floor(number / a_year).astype(np.int64)
    of_year = np.datetime64(str(FIRST_YEAR), "Y") + year.astype("timedelta64[Y]")
    january = of_year.astype("datetime64[D]")
    length = ((of_year + np.timedelta64(1, "Y")).astype("datetime64[D]") - january).astype(np.int64)
    within = np.floor((number - year * a_year) * length / a_year).astype(np.int64)
    return np.unique(january + within.astype("timedelta64[D]"))


def granted_days(mode: Mode, cutoffs: Dates) -> Dates:
    """First day of the grants of each cut-off, datetime64[D] of the same shape; not a time where there is no cut-off.

    The first working day is the one after the cut-off; with none to wait for, a grant begins on the next working day
    that there is, which may be the same.

    Raises
    ------
    ValueError : nothing is said of the processing time of the mode.
    """
    days, working = processing(mode)
    if not working:
        return cutoffs + np.timedelta64(days, "D")
    known = ~np.isnat(cutoffs)
    granted = np.full(cutoffs.shape, np.datetime64("NaT", "D"))
    granted[known] = np.busday_offset(cutoffs[known], days, roll="backward" if days else "forward")
    return granted


def processing(mode: Mode) -> tuple[int, bool]:
    """Whole days from cut-off to grant, and whether they are working days.

    What a scenario states itself goes before what the catalogue fills in; else working days go before the others.

    Raises
    ------
    ValueError : neither is known.
    """
    working, plain = mode.processing_working_days, mode.processing_days
    stated = {"processing_days", "processing_working_days"} & mode.model_fields_set
    if plain is not None and (working is None or stated == {"processing_days"}):
        return ceil(plain), False
    if working is None:
        message = f"mode '{mode.name}' says neither processing_days nor processing_working_days"
        raise ValueError(message)
    return ceil(working), True


def longest_gap_days(mode: Mode) -> int:
    """Most days from one cut-off to the next; 0 where there are none, a year where there is one."""
    if len(mode.cutoffs) > 1:
        return max((later - earlier).days for earlier, later in zip(mode.cutoffs, mode.cutoffs[1:], strict=False))
    if mode.cutoffs:
        return DAYS_PER_YEAR
    return ceil(LEAP_YEAR_DAYS / mode.cutoffs_per_year) if mode.cutoffs_per_year else 0
