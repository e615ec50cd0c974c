"""This module owns the verdict on a claim, and how one is reached: a claim, the case, a finding."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gortyn.catalogue import Lookup
from gortyn.machine import SitePlan
from gortyn.model import Scenario
from gortyn.training import TrainingEstimate

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.energy import EnergyAccount
    from gortyn.finance import Finance

Judgement = Literal["holds", "depends", "fails", "history", "not-checkable"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one published claim.

    Attributes
    ----------
    id : number of the claim in the catalogue, S01 and on
    statement : what is claimed
    said_by : who said it, and when
    verdict : `holds`, `depends` (on a choice that `why` names), `fails`, `history` (a fact of the past, beside what
        other sources say) or `not-checkable`
    claimed : claimed value as printed
    found : what the scenario comes to, in sentences
    why : under which model, chip and baseline
    claimed_value, found_value : the same as numbers; nan where there is none
    unit : unit of both; empty where there is none
    """

    id: str
    statement: str
    said_by: str
    verdict: Judgement
    claimed: str
    found: str
    why: str
    claimed_value: float
    found_value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A published claim as the catalogue has it; `value` is text where no number is claimed."""

    id: str
    statement: str
    said_by: str
    asked_of: str
    value: float | str
    unit: str
    low: float | None
    high: float | None
    check: str

    @property
    def record(self) -> str:
        """What other sources say, as a sentence."""
        return f"{self.check}."

    @property
    def number(self) -> float:
        """Claimed value as a number in its unit; nan where the claim states none."""
        return math.nan if isinstance(self.value, str) else self.value


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """All that claims are checked against: the scenario and what its stages came to."""

    scenario: Scenario
    plans: tuple[SitePlan, ...]
    estimates: tuple[TrainingEstimate, ...]
    energy: EnergyAccount
    access: Access
    finance: Finance
    facts: Lookup


@dataclass(frozen=True, slots=True)
class Finding:
    """What an evaluator found; `unit` and `claimed_value` only where they are not those of the claim."""

    verdict: Judgement
    found: str
    why: str
    found_value: float = math.nan
    unit: str | None = None
    claimed_value: float | None = None


Evaluator = Callable[[Claim, Case], Finding]


def grade(*, holds: bool, partly: bool) -> Judgement:
    """Holds in full, depends where a part of it holds, or fails.

    >>> grade(holds=False, partly=True)
    'depends'
    """
    if holds:
        return "holds"
    return "depends" if partly else "fails"


def weigh(passed: list[bool]) -> Judgement:
    """Holds if every part does, depends if one does, fails if none; not checkable without parts.

    >>> weigh([True, False]), weigh([])
    ('depends', 'not-checkable')
    """
    return grade(holds=all(passed), partly=any(passed)) if passed else "not-checkable"
