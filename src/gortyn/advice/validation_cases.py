"""This module owns applications of the past: what the calendar of their mode would have said, against what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median
from typing import Any, Final

from gortyn.admission import grant_dates
from gortyn.advice.validation_calendar import KIND, published_mode
from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure
from gortyn.training.checks import Check

COLUMNS: Final = ("mode", "granted")
BEGINS: Final = ("submitted", "cutoff")
HELD: Final = 0.5  # source: an error below half of the null model's means that the calendar tells something


@dataclass(frozen=True, slots=True)
class Case:
    """One application of a file: from when on it counts, when it was granted, and what was predicted."""

    line: int
    mode: str
    handed_in: date
    granted: date
    predicted: date

    @property
    def days(self) -> int:
        """Days that it took."""
        return (self.granted - self.handed_in).days

    @property
    def predicted_days(self) -> int:
        """Days that the calendar says."""
        return (self.predicted - self.handed_in).days

    def as_data(self) -> dict[str, Any]:
        """The case as a row."""
        return {
            "line": self.line,
            "mode": self.mode,
            "handed_in": self.handed_in.isoformat(),
            "granted": self.granted.isoformat(),
            "days": self.days,
            "predicted_days": self.predicted_days,
            "error_days": self.predicted_days - self.days,
        }


def case_figures(
    rows: Sequence[tuple[int, dict[str, str]]], file: str, facts: Lookup
) -> tuple[tuple[Case, ...], tuple[Figure, ...]]:
    """Predictions for the applications of a table, their mean error and bias beside a null model.

    A row with a cut-off starts there, one without at its submission, where the mode's next cut-off is waited for. The
    null model says the median of all published times to every application.

    Raises
    ------
    ValueError : a column is missing, or a cell cannot be used; says file, line and value.
    """
    if not rows:
        return (), ()
    faults = [f"{file}:1: {name}: the column is missing" for name in COLUMNS if name not in rows[0][1]]
    if not any(name in rows[0][1] for name in BEGINS):
        faults.append(f"{file}:1: {' or '.join(BEGINS)}: the column is missing")
    if faults:
        raise ValueError("\n".join(faults))
    cases: list[Case] = []
    for line, cells in rows:
        try:
            cases.append(_case(line, cells, facts))
        except ValueError as error:
            faults.append(f"{file}:{line}: {error}")
    if faults:
        raise ValueError("\n".join(faults))
    entries = facts.catalogue.entries(KIND)
    times = [time for name in entries if (time := facts.get_number(KIND, name, "time_to_grant_days")) is not None]
    off = [case.predicted_days - case.days for case in cases]
    null = fmean(abs(median(times) - case.days) for case in cases)
    mean = fmean(abs(one) for one in off)
    told = "median of all published times"
    return tuple(cases), (
        Figure(
            Check("applications of the file: mean error [days]", HELD * null, mean, 0, file, at_most=True),
            False,
            null,
            told,
        ),
        Figure(Check("applications of the file: bias [days]", 0, fmean(off), mean or 1, file), False),
    )


def _case(line: int, cells: dict[str, str], facts: Lookup) -> Case:
    name = cells["mode"].strip()
    if not facts.catalogue.has(KIND, name, "time_to_grant_days"):
        near = facts.catalogue.suggest(KIND, name)
        raise ValueError(
            f"mode: no time to grant is published of '{name}'" + (f"; did you mean {near}?" if near else "")
        )
    mode = published_mode(name, facts)
    collected = cells.get("cutoff", "").strip()
    if collected:
        mode = mode.model_copy(update={"cutoffs_per_year": None})
    column = "cutoff" if collected else "submitted"
    begin, granted = _date(cells, column), _date(cells, "granted")
    if granted < begin:
        raise ValueError(f"granted: {granted} is before {column} {begin}")
    return Case(line, name, begin, granted, grant_dates(mode, begin).granted)


def _date(cells: dict[str, str], column: str) -> date:
    text = cells.get(column, "").strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{column}: '{text}' is not a date as YYYY-MM-DD") from None
