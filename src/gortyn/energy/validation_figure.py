"""This module owns one figure of the energy validation: its check, a null model, and whether it was calibrated on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gortyn.catalogue import Lookup
from gortyn.training.checks import Check

COMPARATORS = "comparators"


@dataclass(frozen=True, slots=True)
class Figure:
    """A check with the figure of a null model.

    Attributes
    ----------
    check : what Gortyn says against what is published or recorded
    seen : whether a number of the catalogue was fitted to the expected figure, or chosen with it in view
    null : what the null model says, None where there is none
    null_model : the null model in words
    band : whether what is expected is the middle of a band, so that an error relative to it means little
    """

    check: Check
    seen: bool
    null: float | None = None
    null_model: str = ""
    band: bool = False

    @property
    def basis(self) -> str:
        """Whether the figure tests anything that it was not fitted to."""
        return "calibrated on" if self.seen else "held out"

    def as_data(self) -> dict[str, Any]:
        """The figure as `gortyn validate energy --json` prints it."""
        null_error = None if self.null is None else self.null - self.check.expected
        return {
            **self.check.as_data(),
            "at_most": self.check.at_most,
            "basis": self.basis,
            "null": self.null,
            "null_error": null_error,
            "null_model": self.null_model or None,
        }

    def line(self) -> str:
        """The figure as a line of text."""
        check, bound = self.check, "<" if self.check.at_most else " "
        null = "" if self.null is None else f"{self.null:.5g}"
        verdict = "ok" if check.passed else "FAILED"
        return f"{check.name:78} {bound}{check.expected:<9.5g} {check.got:<9.5g} {null:9} {self.basis:14} {verdict}"


def figure_lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Figures as lines of text, with a head and how many failed."""
    yield f"{'':78} {'expected':10} {'got':9} {'null':9}"
    yield from (figure.line() for figure in figures)
    yield f"{len(figures)} checks, {sum(not figure.check.passed for figure in figures)} failed"


def source_of(facts: Lookup, kind: str, entry: str, field: str) -> str:
    """Place of a fact in the catalogue, with its sources and how well it is known."""
    fact = facts.fact(kind, entry, field)
    return f"{fact.key}: {fact.source} ({fact.evidence}, {fact.date})"


def compared(entry: str, field: str, facts: Lookup) -> float:
    """A figure of the comparators."""
    return facts.number(COMPARATORS, entry, field)
