"""This module owns how a run's duration goes with the number of its chips, and the published runs beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from gortyn.model.conversions import HOURS_PER_DAY
from gortyn.training.architecture import known_model
from gortyn.training.plan import TrainingPlan, days_on

if TYPE_CHECKING:
    from gortyn.training.search import Problem

DOUBLINGS: Final = (-2, -1, 1, 2)
"""Where the curve is computed beside the run itself, in doublings of its chips."""


@dataclass(frozen=True, slots=True)
class ScalingPoint:
    """Days of a run on a number of chips.

    Attributes
    ----------
    chips, days : as it says; failures included
    kind : model, or published
    label : empty, or which published run
    source : empty, or where it was published
    """

    chips: int
    days: float
    kind: Literal["model", "published"]
    label: str = ""
    source: str = ""


def scaling(plan: TrainingPlan, problem: Problem, known: Mapping[int, float]) -> tuple[ScalingPoint, ...]:
    """Days of a planned run on fewer and more chips of its machine, and what was published of the same model.

    Each number of chips gets its own fastest strategy. A published run of another number of tokens is stretched to
    those of the plan, and says so.

    Parameters
    ----------
    plan, problem : the run and what was searched for it
    known : days by numbers of chips that were computed already
    """
    chips = {int(plan.chips * 2.0**power) for power in DOUBLINGS}
    most = plan.target.chips or max(chips)
    points = [ScalingPoint(plan.chips, plan.days, "model")]
    for number in {min(one, most) for one in chips if one > 0} - {plan.chips}:
        days = known[number] if number in known else days_on(problem, plan.target, plan.tokens, number)
        if days is not None:
            points.append(ScalingPoint(number, days, "model"))
    return (*sorted(points, key=lambda point: point.chips), *_published(plan))


def _published(plan: TrainingPlan) -> Iterator[ScalingPoint]:
    facts = plan.target.facts
    model = known_model(plan.architecture.name, facts.catalogue)
    if model is None:
        return
    chips = facts.get_number("models", model, "training_chips")
    tokens = facts.get_number("models", model, "training_tokens")
    hours = facts.get_number("models", model, "training_chip_hours")
    if not chips or not tokens or not hours:
        return
    days = hours / chips / HOURS_PER_DAY * plan.tokens / tokens
    chip = facts.text("models", model, "training_chip") if facts.catalogue.has("models", model, "training_chip") else ""
    label = f"{model} on {int(chips):,} {chip}".rstrip()
    if plan.tokens != tokens:
        label += f", stretched from {tokens:.3g} to {plan.tokens:.3g} tokens"
    citation = facts.fact("models", model, "training_chip_hours").citations[0].citation
    yield ScalingPoint(int(chips), days, "published", label, citation)
