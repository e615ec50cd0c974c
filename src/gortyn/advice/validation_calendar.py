"""This module owns the checks of the calendar: published processing times, and dates worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from statistics import fmean, median
from typing import Final

from gortyn.admission import grant_dates
from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, source_of
from gortyn.model import Mode
from gortyn.model.access import CLASSES
from gortyn.model.conversions import DAYS_PER_WEEK
from gortyn.training.checks import Check

KIND: Final = "access_modes"
FIRST: Final = date(2026, 6, 1)  # source: any Monday
ROUNDED: Final = 0.5  # unit: days; what is published is in whole days
BY_HAND: Final = (
    # A Friday; Monday is the first working day, Thursday the fourth.
    ("four working days", Mode(name="hand", processing_working_days=4), "2026-06-19", "2026-06-25"),  # source: by hand
    # A Saturday counts with the Friday before it; Tuesday is the second working day.
    ("two working days from a Saturday", Mode(name="hand", processing_working_days=2), "2026-06-20", "2026-06-23"),
    # Collected on Monday the 15th, ten working days are two weeks.
    (
        "ten working days after a cut-off",
        Mode(name="hand", processing_working_days=10, cutoffs=(date(2026, 6, 1), date(2026, 6, 15))),  # source: by hand
        "2026-06-02",
        "2026-06-29",
    ),
    # The day of the cut-off itself is in time.
    (
        "on the day of the cut-off",
        Mode(name="hand", processing_days=30, cutoffs=(date(2026, 5, 4), date(2026, 10, 26))),  # source: by hand
        "2026-05-04",
        "2026-06-03",
    ),
    # One day later waits for the next: 26 October and 30 days.
    (
        "a day after the cut-off",
        Mode(name="hand", processing_days=30, cutoffs=(date(2026, 5, 4), date(2026, 10, 26))),  # source: by hand
        "2026-05-05",
        "2026-11-25",
    ),
)
"""Name, mode, day of the application and day of the grant, worked out on paper."""


def published_mode(entry: str, facts: Lookup) -> Mode:
    """A mode of the catalogue with what is published of its calendar, and no other limit."""
    return Mode(
        name=entry,
        title=entry,
        classes=CLASSES,
        processing_working_days=facts.get_number(KIND, entry, "time_to_grant_working_days"),
        processing_days=facts.get_number(KIND, entry, "time_to_grant_days"),
        cutoffs_per_year=facts.get_number(KIND, entry, "cutoffs_per_year"),
    )


def mode_figures(facts: Lookup) -> Iterator[Figure]:
    """Mean days from cut-off to grant over a week of days, against the published time of every mode that has one."""
    entries = [name for name in facts.catalogue.entries(KIND) if facts.catalogue.has(KIND, name, "time_to_grant_days")]
    published = {name: facts.number(KIND, name, "time_to_grant_days") for name in entries}
    null = median(published.values())
    for name, days in published.items():
        mode = published_mode(name, facts).model_copy(update={"cutoffs_per_year": None})
        week = [FIRST + timedelta(days=day) for day in range(DAYS_PER_WEEK)]
        # Weekends are no days on which somebody collects applications.
        got = fmean((grant_dates(mode, day).granted - day).days for day in week if day.isoweekday() < DAYS_PER_WEEK - 1)
        source = source_of(facts, KIND, name, "time_to_grant_days")
        told = "median of the published times"
        yield Figure(Check(f"{name}: days from cut-off to grant", days, got, ROUNDED, source), True, null, told)


def calendar_figures() -> Iterator[Figure]:
    """Days from application to grant on the calendar, against dates worked out by hand."""
    for name, mode, asked, granted in BY_HAND:
        begin = date.fromisoformat(asked)
        right = (date.fromisoformat(granted) - begin).days
        got = (grant_dates(mode, begin).granted - begin).days
        null = float(mode.processing_working_days or mode.processing_days or 0)
        told = "processing time alone"
        yield Figure(Check(f"by hand: {name} [days]", right, got, 0, f"{asked} to {granted}"), False, null, told)
