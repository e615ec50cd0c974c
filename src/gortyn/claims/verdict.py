"""This module owns the verdict on a claim, and how one is reached: a claim, the case, a finding."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from gortyn.catalogue import Lookup
from gortyn.machine import SitePlan
from gortyn.model import Scenario
from gortyn.resolve import Origin, PathKey
from gortyn.training import TrainingEstimate

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.energy import EnergyAccount
    from gortyn.finance import Finance
    from gortyn.spaces import Staging, TokenNeed
    from gortyn.tradeoff import TradePoint

Judgement = Literal["holds", "holds_if", "fails", "not_checkable"]
Role = Literal["claimed", "found", "baseline", "break-even", "record"]


@dataclass(frozen=True, slots=True)
class ClaimSource:
    """Something that a verdict rests on.

    Attributes
    ----------
    key : entry of the catalogue, or input of the scenario
    citation : source as printed
    url : its address; empty where it has none
    date : date of the source; empty where it has none
    evidence : as in the catalogue; of an input, the scenario's own word for it
    """

    key: str
    citation: str
    url: str
    date: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ClaimFigure:
    """One bar, or one point of a curve, of the chart of a claim.

    Attributes
    ----------
    series : bars or curve that the point belongs to
    label : name of the point
    role : what was claimed, what was found, what it is compared with, where the verdict turns, or what is on record
    y, unit : height of the bar or point
    x, x_unit : place on the axis of a curve; nan and empty for bars
    """

    series: str
    label: str
    role: Role
    y: float
    unit: str
    x: float = math.nan
    x_unit: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one published claim.

    Attributes
    ----------
    id : number of the claim in the catalogue, S01 and on
    statement : what is claimed
    said_by : who said it, and when
    topic : money, size, access, training, data, climate or record
    verdict : `holds`, `holds_if` (under `condition`), `fails`, or `not_checkable` (`why` says what it would take)
    condition : under what it holds; empty but for `holds_if`
    sentence : the finding in one sentence
    claimed : claimed value as printed
    found : what the scenario or the record says, in sentences
    why : how the line is drawn
    baseline : what the claim is compared with; empty where with nothing
    assumptions : inputs without a source that the verdict rests on, apart by semicolons
    conflicts : where the texts or sources contradict each other
    claimed_value, found_value : as numbers; nan where there is none
    break_even_value, break_even : number at which the verdict turns, and what it counts; nan and empty without one
    unit : unit of claimed and found value; empty where there is none
    sources : what it rests on, the text that made the claim first
    figures : points of its chart
    """

    id: str
    statement: str
    said_by: str
    topic: str
    verdict: Judgement
    condition: str
    sentence: str
    claimed: str
    found: str
    why: str
    baseline: str
    assumptions: str
    conflicts: str
    claimed_value: float
    found_value: float
    break_even_value: float
    break_even: str
    unit: str
    sources: tuple[ClaimSource, ...]
    figures: tuple[ClaimFigure, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A published claim as the catalogue has it; `value` is text where no number is claimed."""

    id: str
    statement: str
    said_by: str
    topic: str
    value: float | str
    unit: str
    low: float | None
    high: float | None
    check: str
    conflict: str = ""

    @property
    def record(self) -> str:
        """What other sources say, as a sentence."""
        return f"{self.check}."

    @property
    def number(self) -> float:
        """Claimed value as a number in its unit; nan where the claim states none."""
        return math.nan if isinstance(self.value, str) else self.value

    @property
    def least(self) -> float:
        """Least that the claim can mean."""
        return self.number if self.low is None else self.low


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """All that claims are checked against: the scenario and what its stages came to.

    Attributes
    ----------
    scenario, plans, estimates, energy, access, finance : the scenario, resolved, and its stages
    facts : catalogue
    token_needs, staging : what training runs draw on data spaces, and how long data take to come
    tradeoff : the curve between start-up share and useful work
    origins : where each value of the scenario comes from, by its path; values without one count as without source
    """

    scenario: Scenario
    plans: tuple[SitePlan, ...]
    estimates: tuple[TrainingEstimate, ...]
    energy: EnergyAccount
    access: Access
    finance: Finance
    facts: Lookup
    token_needs: tuple[TokenNeed, ...] = ()
    staging: tuple[Staging, ...] = ()
    tradeoff: tuple[TradePoint, ...] = ()
    origins: Mapping[PathKey, Origin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an evaluator found.

    Attributes
    ----------
    verdict, condition, sentence, found, why, baseline, found_value, break_even_value, break_even, figures : as of
        `Verdict`
    unit, claimed_value : only where they are not those of the claim
    inputs : paths of the scenario that it rests on, `*` standing for anything
    """

    verdict: Judgement
    sentence: str
    found: str
    why: str
    condition: str = ""
    baseline: str = ""
    found_value: float = math.nan
    break_even_value: float = math.nan
    break_even: str = ""
    unit: str | None = None
    claimed_value: float | None = None
    inputs: tuple[str, ...] = ()
    figures: tuple[ClaimFigure, ...] = ()


Evaluator = Callable[[Claim, Case], Finding]


def grade(*, holds: bool, partly: bool) -> Judgement:
    """Holds in full, holds under a condition where a part of it does, or fails.

    >>> grade(holds=False, partly=True)
    'holds_if'
    """
    if holds:
        return "holds"
    return "holds_if" if partly else "fails"


def weigh(passed: list[bool]) -> Judgement:
    """Holds if every part does, under a condition if one does, fails if none; not checkable without parts.

    >>> weigh([True, False]), weigh([])
    ('holds_if', 'not_checkable')
    """
    return grade(holds=all(passed), partly=any(passed)) if passed else "not_checkable"


def unknown(
    sentence: str,
    needed: str,
    found: str = "",
    *,
    baseline: str = "",
    found_value: float = math.nan,
    unit: str | None = None,
    inputs: tuple[str, ...] = (),
    figures: tuple[ClaimFigure, ...] = (),
) -> Finding:
    """A claim that cannot be checked: one sentence of why, and what it would take; the rest as of `Finding`."""
    return Finding(
        verdict="not_checkable",
        sentence=sentence,
        found=found or sentence,
        why=needed,
        baseline=baseline,
        found_value=found_value,
        unit=unit,
        inputs=inputs,
        figures=figures,
    )
