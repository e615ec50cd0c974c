"""This module owns the check: one figure of a comparison against what it is meant to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One figure against what it is meant to be; `at_most`: only a figure above `expected` is an error."""

    name: str
    expected: float
    got: float
    limit: float
    source: str
    at_most: bool = False

    @property
    def error(self) -> float:
        """Got less expected."""
        off = self.got - self.expected
        return max(0.0, off) if self.at_most else off

    @property
    def passed(self) -> bool:
        """Whether the error is within the limit."""
        return abs(self.error) <= self.limit

    def as_data(self) -> dict[str, Any]:
        """The check as `gortyn validate --json` prints it."""
        return {name: getattr(self, name) for name in ("name", "expected", "got", "error", "limit", "passed", "source")}


def verdicts(checks: Sequence[Check]) -> Iterator[str]:
    """One line a check."""
    for check in checks:
        bound = "<" if check.at_most else " "
        verdict = "ok" if check.passed else "FAILED"
        yield f"{check.name:84} {bound}{check.expected:<10.5g} {check.got:<10.5g} {verdict}"
