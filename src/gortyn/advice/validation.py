"""This module owns the comparison of what access promises and what is published of it, as one report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gortyn.advice.validation_calendar import calendar_figures, mode_figures
from gortyn.advice.validation_cases import Case, case_figures
from gortyn.advice.validation_limits import limit_figures
from gortyn.advice.validation_slurm import slurm_figures
from gortyn.advice.validation_texts import cloud_figures, text_figures
from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, figure_lines


@dataclass(frozen=True, slots=True)
class AccessValidation:
    """What calendar, priorities, prices and texts come to, against what is published of them.

    Attributes
    ----------
    figures : every check, with null models
    cases : applications of a file with what was predicted of each
    """

    figures: tuple[Figure, ...]
    cases: tuple[Case, ...]

    @property
    def passed(self) -> bool:
        """Whether every check is within its limit."""
        return all(figure.check.passed for figure in self.figures)

    def predictions(self) -> list[dict[str, object]]:
        """Every application of the file where there is one, else every check; one row each."""
        if self.cases:
            return [case.as_data() for case in self.cases]
        return [figure.as_data() for figure in self.figures]

    def as_data(self) -> dict[str, Any]:
        """Everything as `gortyn validate access --json` prints it."""
        return {
            "passed": self.passed,
            "checks": [figure.as_data() for figure in self.figures],
            "cases": [case.as_data() for case in self.cases],
        }

    def lines(self) -> Iterator[str]:
        """The comparison as text."""
        yield from figure_lines(self.figures)
        for case in self.cases:
            yield f"{case.mode:28} {case.handed_in} {case.granted} {case.days:6} d, predicted {case.predicted_days:6} d"


def validate_access(facts: Lookup, rows: Sequence[tuple[int, dict[str, str]]] = (), file: str = "") -> AccessValidation:
    """Compare processing times, limits, calendars, priorities, prices and the texts' arithmetic with what is published.

    Parameters
    ----------
    facts : catalogue, with the published figures
    rows : line and cells of a table of applications: mode, submitted (or cutoff) and granted
    file : its name

    Raises
    ------
    ValueError : the table has not what it needs; says file, line and value, a line for each.
    """
    predicted, figures = case_figures(rows, file, facts)
    every = (
        *mode_figures(facts),
        *limit_figures(facts),
        *calendar_figures(),
        *slurm_figures(facts),
        *text_figures(facts),
        *cloud_figures(facts),
        *figures,
    )
    return AccessValidation(every, predicted)
