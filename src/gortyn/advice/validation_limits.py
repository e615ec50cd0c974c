"""This module owns the checks of limits: the least and most chip-hours that the rules let through, as published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gortyn.admission import Applicant, eligibility
from gortyn.advice.validation_calendar import KIND, published_mode
from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, source_of
from gortyn.model import Mode
from gortyn.model.access import CRITERIA
from gortyn.training.checks import Check

MOST: Final = 10**12  # unit: chip-hours, more than anybody asks for
LIMITS: Final = {"chip_hours_minimum": "least_chip_hours", "chip_hours_limit": "most_chip_hours"}
"""Published field, and the limit of a mode that states it."""


def limit_figures(facts: Lookup) -> Iterator[Figure]:
    """Smallest and largest request that the rules of eligibility let through, for every published limit by itself."""
    for name in facts.catalogue.entries(KIND):
        for field, limit in LIMITS.items():
            stated = facts.get_number(KIND, name, field)
            if stated is None:
                continue
            mode = published_mode(name, facts).model_copy(update={limit: stated})
            least = limit == "least_chip_hours"
            turn = _turn(mode, facts, least)
            told = f"{name}: {'least' if least else 'most'} chip-hours that may be asked for"
            check = Check(told, stated, turn if least else turn - 1, 0, source_of(facts, KIND, name, field))
            yield Figure(check, True, 1 if least else MOST, "no limit")


def _passes(mode: Mode, chip_hours: int, facts: Lookup) -> bool:
    applicant = Applicant("start-up", "FR", chip_hours, frozenset(CRITERIA), None)
    return all(answer.passed for answer in eligibility(applicant, mode, facts) if answer.rule == "limits")


def _turn(mode: Mode, facts: Lookup, passes: bool) -> int:
    """Smallest whole request from which on all larger ones pass, or from which on none does, by halving."""
    low, high = 0, MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _passes(mode, middle, facts) == passes else (middle, high)
    return high
