"""This module owns the plan of a training run: the best strategy, days with failures, energy and cost, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from gortyn.model.conversions import HOURS_PER_DAY, MIN_PER_HOUR, S_PER_DAY
from gortyn.training.architecture import Architecture
from gortyn.training.assessment import Goodput, assess
from gortyn.training.recovery import recovery_of
from gortyn.training.search import BEST_KEPT, Candidate, Objective, Problem, SearchResult, search, shortest_step_s
from gortyn.training.strategy import InvalidStrategy
from gortyn.training.target import NUMBER_FORMATS, Target

# Below this share of the chips in use a plan says so.
NEARLY_ALL: Final = 0.95  # source: a twentieth of the chips is more than a plan should leave idle without a word


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """A training run on a machine.

    Attributes
    ----------
    architecture, target : model and machine
    chips : chips held; the best strategy may leave some of them idle
    tokens : tokens to train on
    batch : samples of a step
    precision : number format of the matrix products, as users call it
    result : what the search found
    goodput : what failures leave
    compute_days, days : duration without and with failures
    energy_mwh : energy of the facility over `days`
    cost_eur : of holding the chips, and of the energy; None where the price of the chips is unknown
    notes : what was assumed, and what is odd
    """

    architecture: Architecture
    target: Target
    chips: int
    tokens: float
    batch: int
    precision: str
    result: SearchResult
    goodput: Goodput
    compute_days: float
    days: float
    energy_mwh: float
    cost_eur: float | None
    notes: tuple[str, ...]

    @property
    def best(self) -> Candidate:
        """The best strategy by the objective."""
        return self.result.best

    @property
    def h100_equivalents(self) -> float:
        """Dense 16-bit peak of the chips over that of an H100 SXM."""
        return self.chips * self.target.h100_equivalents_per_chip

    @property
    def model_flops(self) -> float:
        """Model operations of the whole run."""
        return self.architecture.flops_per_token * self.tokens

    @property
    def steps(self) -> float:
        """Steps of the run, those that failures take back included."""
        return self.tokens / (self.batch * self.architecture.sequence) / self.goodput.goodput_share

    def days_of(self, candidate: Candidate) -> float:
        """Days with failures under another strategy."""
        return self.steps * candidate.step.step_s / S_PER_DAY

    def energy_mwh_of(self, candidate: Candidate) -> float:
        """Energy of the run under another strategy."""
        return self.steps * candidate.energy_mwh

    def cost_eur_of(self, candidate: Candidate) -> float | None:
        """Cost of the run under another strategy; None where the price of the chips is unknown."""
        return None if self.target.eur_per_chip_hour is None else self.steps * candidate.cost_eur


def plan_on(
    architecture: Architecture,
    target: Target,
    chips: int,
    tokens: float,
    batch: int,
    *,
    precision: str = "bf16",
    fixed: Mapping[str, Any] | None = None,
    objective: Objective = "time",
    top: int = BEST_KEPT,
) -> TrainingPlan:
    """Plan a run: search the strategies, then days, energy and cost with failures.

    Parameters
    ----------
    architecture, target : model, with the length of its samples, and machine
    chips : chips held for the run, at most those of the machine
    tokens : tokens to train on, > 0
    batch : samples of a step, > 0
    precision : a key of `gortyn.training.target.NUMBER_FORMATS`
    fixed : parts of the strategy to hold, by names of `gortyn.training.axes.AXES`
    objective : what the best strategy is best by: time, energy or cost
    top : how many of the best to keep

    Raises
    ------
    InvalidStrategy : the chips, the batch or what is held fixed make no strategy.
    NoStrategy, TooLarge : no strategy runs; the message says why.
    ValueError : the run fails faster than it restarts and never ends, or an argument is outside its range.
    """
    problem = problem_of(architecture, target, chips, batch, precision, fixed)
    if not 0 < tokens < float("inf"):
        message = f"tokens is {tokens}, must be above 0"
        raise ValueError(message)
    result = search(
        architecture,
        problem.hardware,
        chips,
        batch,
        precision=problem.precision,
        fixed=fixed,
        objective=objective,
        software=problem.software,
        prices=problem.prices,
        top=top,
    )
    best, steps = result.best, tokens / (batch * architecture.sequence)
    compute_days = steps * best.step.step_s / S_PER_DAY
    share = goodput_of(target, best.strategy.chips, compute_days)
    energy_mwh = best.energy_mwh * steps / share.goodput_share
    cost_eur = None if target.eur_per_chip_hour is None else best.cost_eur * steps / share.goodput_share
    return TrainingPlan(
        architecture=architecture,
        target=target,
        chips=chips,
        tokens=tokens,
        batch=batch,
        precision=precision,
        result=result,
        goodput=share,
        compute_days=compute_days,
        days=compute_days / share.goodput_share,
        energy_mwh=energy_mwh,
        cost_eur=cost_eur,
        notes=(*target.notes, *_notes(best, chips, batch)),
    )


def problem_of(
    architecture: Architecture,
    target: Target,
    chips: int,
    batch: int,
    precision: str = "bf16",
    fixed: Mapping[str, Any] | None = None,
) -> Problem:
    """What there is to search for a model on chips of a target; see `plan_on`."""
    if precision not in NUMBER_FORMATS:
        raise InvalidStrategy(f"precision is {precision!r}, must be one of {', '.join(NUMBER_FORMATS)}")
    name = NUMBER_FORMATS[precision]
    return Problem(
        architecture=architecture,
        hardware=target.hardware(name),
        software=target.software(architecture),
        chips=chips,
        batch=batch,
        precision=name,
        fixed=fixed or {},
        prices=target.prices,
    )


def days_on(problem: Problem, target: Target, tokens: float, chips: int) -> float | None:
    """Days of a run with failures on another number of chips, by its fastest strategy; None where none runs."""
    step_s = shortest_step_s(replace(problem, chips=chips))
    if step_s is None:
        return None
    compute_days = tokens / (problem.batch * problem.architecture.sequence) * step_s / S_PER_DAY
    try:
        return compute_days / goodput_of(target, chips, compute_days).goodput_share
    except NeverEnds:
        return None


class NeverEnds(ValueError):
    """A run that fails faster than it restarts."""


def goodput_of(target: Target, chips: int, compute_days: float) -> Goodput:
    """What failures leave of a run's time, with a checkpoint interval of at most the run itself.

    Raises
    ------
    NeverEnds : nothing is left.
    """
    reliability = target.reliability
    got = assess(recovery_of(reliability, chips, target.chips_per_node), compute_days * HOURS_PER_DAY)
    if got.goodput_share <= 0:
        often, clock = f"{got.mttf_h * MIN_PER_HOUR:.3g} min", reliability.clock
        message = (
            f"the run never ends: {chips} chips fail every {often} ({clock} clock) and need "
            f"{reliability.restart_min:g} min to restart"
        )
        raise NeverEnds(message)
    return got


def _notes(best: Candidate, chips: int, batch: int) -> list[str]:
    used = best.strategy.chips
    notes: list[str] = []
    if used < chips:
        notes.append(
            f"{used:,} of {chips:,} chips work: with a batch of {batch:,} no strategy is better on more of them"
        )
        if used < NEARLY_ALL * chips:
            notes.append("another number of chips, or another batch, may leave fewer of them idle")
    return notes
