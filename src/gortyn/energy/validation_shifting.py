"""This module owns published experiments with jobs that wait for cleaner hours, repeated with Gortyn's own rule.

Wiesner et al. 2021 ("Let's Wait Awhile", scenario II): 3,387 jobs of 4 to 90 hours, submitted in the working time of
a year's workdays. A job may end later than it would have: by the next working morning where it would have ended outside
working time, or by the next Monday or Thursday morning. Dodge et al. 2022: a run of eight days whose start may wait a
day. Jobs run in one piece; the upper ends of the published bands are of jobs that may pause, which Gortyn's do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import COMPARATORS, Figure, compared, source_of
from gortyn.model.conversions import DAYS_PER_WEEK, HOURS_PER_DAY, S_PER_HOUR
from gortyn.operation.requests import put_off
from gortyn.training.checks import Check

NEXT_WORKDAY: Final = "Shifting-next-workday"
SEMI_WEEKLY: Final = "Shifting-semi-weekly"
LONG_RUN: Final = "Shifting-8-day-run"
EXPERIMENTS: Final = (NEXT_WORKDAY, SEMI_WEEKLY, LONG_RUN)
TITLES: Final = {
    NEXT_WORKDAY: "to the next workday",
    SEMI_WEEKLY: "to Monday or Thursday",
    LONG_RUN: "start of an 8-day run",
}
STEPS_PER_HOUR: Final = 2  # source: half-hours, as in the experiment
THURSDAY: Final = 3  # source: days after Monday
SATURDAY: Final = 5  # source: days after Monday
SEED: Final = 0
NO_SHIFTING: Final = "no shifting, or annual mean carbon"


class Work(NamedTuple):
    """Jobs in half-hours from the first local midnight of the year: submission, length, longest delay; int64[job]."""

    submit: NDArray[np.int64]
    length: NDArray[np.int64]
    delay: NDArray[np.int64]


class Gain(NamedTuple):
    """Carbon saved by waiting, as a share; the published band, and whether it is of this grid."""

    experiment: str
    country: str
    year: int
    signal: str
    saved_share: float
    low: float
    high: float
    published: bool
    source: str

    @property
    def inside(self) -> bool:
        """Whether the share lies in the published band."""
        return self.low <= self.saved_share <= self.high

    def figure(self) -> Figure:
        """The middle of the band, with half its width as the limit."""
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        name = f"shifting {TITLES[self.experiment]}, {self.country} {self.year}, {self.signal}"
        return Figure(Check(name, middle, self.saved_share, half, self.source), False, 0.0, NO_SHIFTING, band=True)

    def as_data(self) -> dict[str, Any]:
        """The gain as data."""
        return {name: getattr(self, name) for name in (*self._fields, "inside")}

    def line(self) -> str:
        """The gain as text."""
        where = f"{TITLES[self.experiment]}, {self.country} {self.year}, {self.signal}"
        return f"  {where:70}{self.saved_share:8.2%}  published {self.low:.1%} to {self.high:.1%}"


def gains(signal: NDArray[np.float64], country: str, year: int, name: str, facts: Lookup) -> Iterator[Gain]:
    """All three experiments on the hours of a year.

    Parameters
    ----------
    signal : carbon intensity, float64[hour], from the first local midnight of the year
    country : of the grid; the published bands are of the countries that the catalogue says
    year : for its weekdays
    name : what the signal is, in words
    facts : catalogue, comparators
    """
    for experiment in EXPERIMENTS:
        fact = facts.fact(COMPARATORS, experiment, "carbon_saved_share")
        saved = _long_run(signal, facts) if experiment == LONG_RUN else _jobs(signal, year, experiment, facts)
        if np.isnan(saved):
            continue
        low, high = (fact.number if end is None else end for end in (fact.low, fact.high))
        named = facts.catalogue.has(COMPARATORS, experiment, "countries")
        published = not named or country in facts.text(COMPARATORS, experiment, "countries").split()
        source = f"{source_of(facts, COMPARATORS, experiment, 'carbon_saved_share')}; {fact.note}"
        yield Gain(experiment, country, year, name, saved, low, high, published, source)


def work(year: int, experiment: str, facts: Lookup) -> Work:
    """Jobs of the experiment, by a seed that never changes."""
    names = ("jobs", "shortest_job_hours", "longest_job_hours", "work_begins_hour", "work_ends_hour")
    jobs, *hours = (round(compared(experiment, name, facts)) for name in names)
    shortest, longest, begins, ends = (hour * STEPS_PER_HOUR for hour in hours)
    first = _first_weekday(year)
    days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    workdays = np.flatnonzero((np.arange(days) + first) % DAYS_PER_WEEK < SATURDAY)
    rng = np.random.default_rng(SEED)
    day = np.sort(rng.choice(workdays, jobs))
    submit = day * _per_day() + rng.integers(begins, ends, jobs)
    length = rng.integers(shortest, longest, jobs)
    end = submit + length
    if experiment == NEXT_WORKDAY:
        return Work(submit, length, _to_next_workday(end, first, begins, ends))
    return Work(submit, length, _to_monday_or_thursday(end, first, begins))


def _jobs(signal: NDArray[np.float64], year: int, experiment: str, facts: Lookup) -> float:
    """Share of the emissions that waiting saves; jobs whose last chance lies beyond the signal are left out."""
    fine = np.repeat(signal, STEPS_PER_HOUR)
    todo = work(year, experiment, facts)
    todo = Work(*(column[todo.submit + todo.length + todo.delay <= fine.size] for column in todo))
    start = todo.submit.copy()
    # The rule starts jobs at full hours of its signal: one half-hour is given to it as one hour.
    for delay in np.unique(todo.delay).tolist():
        own = todo.delay == delay
        seconds = todo.submit[own] * S_PER_HOUR, todo.length[own] * S_PER_HOUR
        begin_s = put_off(fine[None], np.zeros(int(own.sum()), np.int64), *seconds, float(delay))
        start[own] = begin_s // S_PER_HOUR
    return _saved(fine, todo.submit, start, todo.length)


def _long_run(signal: NDArray[np.float64], facts: Lookup) -> float:
    """Mean over runs submitted in every hour of the year."""
    length = round(compared(LONG_RUN, "run_days", facts)) * HOURS_PER_DAY
    delay = round(compared(LONG_RUN, "wait_hours", facts))
    submit = np.arange(signal.size - length - delay)
    if submit.size <= 0:
        return np.nan
    run_s = np.full(submit.size, length * S_PER_HOUR)
    begin_s = put_off(signal[None], np.zeros_like(submit), submit * S_PER_HOUR, run_s, float(delay))
    return _saved(signal, submit, begin_s // S_PER_HOUR, np.full(submit.size, length))


def _saved(
    signal: NDArray[np.float64], submit: NDArray[np.int64], start: NDArray[np.int64], length: NDArray[np.int64]
) -> float:
    until = np.concatenate(([0.0], np.cumsum(signal)))
    at_once = float((until[submit + length] - until[submit]).sum())
    return 1 - float((until[start + length] - until[start]).sum()) / at_once if at_once > 0 else np.nan


def _to_next_workday(end: NDArray[np.int64], first: int, begins: int, ends: int) -> NDArray[np.int64]:
    """Delay to the morning after an end outside working time; as published, Friday's evening ends on Saturday."""
    day, step = np.divmod(end, _per_day())
    weekday = (day + first) % DAYS_PER_WEEK
    in_time = (weekday < SATURDAY) & (step >= begins) & (step <= ends)
    later = np.where(weekday == SATURDAY, 2, ((weekday > SATURDAY) | (step > ends)).astype(np.int64))
    return np.where(in_time, 0, (day + later) * _per_day() + begins - end)


def _to_monday_or_thursday(end: NDArray[np.int64], first: int, begins: int) -> NDArray[np.int64]:
    """Delay to the next Monday or Thursday morning at or after the end."""
    per_week = DAYS_PER_WEEK * _per_day()
    of_week = (end + first * _per_day()) % per_week
    monday, thursday = begins, THURSDAY * _per_day() + begins
    due = np.where(of_week <= monday, monday, np.where(of_week <= thursday, thursday, monday + per_week))
    return due - of_week


def _first_weekday(year: int) -> int:
    """Weekday of 1 January, Monday 0."""
    return date(year, 1, 1).weekday()


def _per_day() -> int:
    return HOURS_PER_DAY * STEPS_PER_HOUR
