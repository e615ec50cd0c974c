"""This module owns the comparison of the finance room with published and closed-form figures, as one report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, figure_lines
from gortyn.finance.validation_cases import ComparedCase, capped_figure, case_figures, embedded_case, file_case
from gortyn.finance.validation_deals import deal_figures
from gortyn.finance.validation_losses import history_figures, tranche_figures
from gortyn.finance.validation_returns import measure_figures, tender_figures, worked_figures


@dataclass(frozen=True, slots=True)
class FinanceValidation:
    """What the finance room says against what is published, and against cases from files.

    Attributes
    ----------
    figures : every check, with null models
    cases : single-owner cases that were played, the embedded one first
    """

    figures: tuple[Figure, ...]
    cases: tuple[ComparedCase, ...]

    @property
    def passed(self) -> bool:
        """Whether every check is within its limit."""
        return all(figure.check.passed for figure in self.figures)

    def predictions(self) -> list[dict[str, object]]:
        """Every check, one row each."""
        return [figure.as_data() for figure in self.figures]

    def as_data(self) -> dict[str, Any]:
        """Everything as `gortyn validate finance --json` prints it."""
        return {
            "passed": self.passed,
            "checks": [figure.as_data() for figure in self.figures],
            "cases": [case.as_data() for case in self.cases],
        }

    def lines(self) -> Iterator[str]:
        """The comparison as text."""
        yield from figure_lines(self.figures)
        for case in self.cases:
            yield from (f"note: {case.name}: {note}" for note in case.notes)


def validate_finance(facts: Lookup, files: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> FinanceValidation:
    """Compare sizes, returns, losses and sums with published figures, and with single-owner cases of files.

    Parameters
    ----------
    facts : catalogue, with the published figures
    files : names and contents of files with cases

    Raises
    ------
    ValueError : a file has not what a case needs; says file and key, a line for each.
    """
    cases = [embedded_case(facts), *(file_case(name, data) for name, data in files)]
    figures = (
        *(figure for case in cases for figure in case_figures(case)),
        capped_figure(facts),
        *measure_figures(),
        *worked_figures(facts),
        *deal_figures(),
        *tranche_figures(facts),
        *history_figures(facts),
        *tender_figures(facts),
    )
    return FinanceValidation(figures, tuple(cases))
