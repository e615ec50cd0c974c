"""This module owns the estimate of a named training run: how long it takes on its machine, and on a smaller one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gortyn.catalogue import Lookup
from gortyn.machine import SitePlan
from gortyn.model import Scenario, TrainingRun, known
from gortyn.model.conversions import MIN_PER_HOUR
from gortyn.training.architecture import Architecture
from gortyn.training.plan import NeverEnds, TrainingPlan, days_on, plan_on, problem_of
from gortyn.training.roofline import RooflinePoint, roofline
from gortyn.training.scaling import ScalingPoint, scaling
from gortyn.training.search import OBJECTIVES, Cell, NoStrategy
from gortyn.training.strategy import InvalidStrategy
from gortyn.training.target import site_target

# A run without stated baseline is compared with a machine of a quarter of its chips.
BASELINE_FRACTION: Final = 4  # source: the announced gigafactory is four times a present AI factory (claim S11)
PARETO: Final = "pareto"


@dataclass(frozen=True, slots=True)
class Ranked:
    """One of the best strategies of a run by an objective, or one that no other beats (`pareto`)."""

    objective: str
    rank: int
    tp: int
    pp: int
    dp: int
    cp: int
    ep: int
    vp: int
    microbatch: int
    recompute: str
    zero: int
    step_s: float
    mfu_share: float
    memory_gb: float
    cost_eur: float | None
    energy_mwh: float


@dataclass(frozen=True, slots=True)
class Details:
    """What stands behind an estimate: seconds by part, best strategies, map of tp and pp, days against chips."""

    breakdown: Mapping[str, float] = field(default_factory=dict)
    top: tuple[Ranked, ...] = ()
    grid: tuple[Cell, ...] = ()
    scaling: tuple[ScalingPoint, ...] = ()
    roofline: tuple[RooflinePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingEstimate:
    """One training run on its machine.

    Attributes
    ----------
    run, model, site, machine : names of the run, of the model in the catalogue, of site and machine in the scenario
    chips : chips that the run takes
    tokens : tokens trained on
    model_flops : operations of the whole run, causal attention at half, without recomputation [FLOP]
    mfu_share : model FLOPs utilisation, as a share of the dense peak of the training number format
    goodput_share : share of the run's time spent on new steps
    compute_days : days without failures and checkpoints
    days : days with them
    energy_mwh : energy of the facility over `days`: chips at their active power, idle in the pipeline bubble, times PUE
    baseline_chips, baseline_days : the same run on fewer chips of the same machine, failures included
    interval_min : time between checkpoints that makes goodput largest [min], at most the run itself
    mttf_hours : mean time between interruptions of the run [h]; infinite where nothing fails
    tp, pp, dp, cp, ep, vp, microbatch, recompute, zero, precision : the fastest strategy
    step_s, tokens_per_s, memory_gb : its step, tokens of all chips, memory of the fullest chip
    cost_eur : hardware of the chips over `days`, straight-line over its life, and electricity; None where unknown
    details : what stands behind it
    """

    run: str
    model: str
    site: str
    machine: str
    chips: int
    tokens: float
    model_flops: float
    mfu_share: float
    goodput_share: float
    compute_days: float
    days: float
    energy_mwh: float
    baseline_chips: int
    baseline_days: float
    interval_min: float
    mttf_hours: float
    tp: int = 1
    pp: int = 1
    dp: int = 1
    cp: int = 1
    ep: int = 1
    vp: int = 1
    microbatch: int = 1
    recompute: str = "none"
    zero: int = 0
    precision: str = "bf16"
    step_s: float = float("nan")
    tokens_per_s: float = float("nan")
    memory_gb: float = float("nan")
    cost_eur: float | None = None
    details: Details = Details()


class ImpossibleRun(ValueError):
    """A training run of the scenario that cannot be: it does not fit, or never ends. Says which and why."""


def estimates(scenario: Scenario, plans: tuple[SitePlan, ...], facts: Lookup) -> tuple[TrainingEstimate, ...]:
    """Estimate of every training run, in scenario order; see `estimate`."""
    return tuple(estimate(run, scenario, plans, facts) for run in scenario.training_runs)


def estimate(run: TrainingRun, scenario: Scenario, plans: tuple[SitePlan, ...], facts: Lookup) -> TrainingEstimate:
    """How long a training run takes by the fastest strategy on its machine, with failures.

    Parameters
    ----------
    run : training run of the scenario
    scenario : resolved scenario
    plans : one per site
    facts : catalogue, for the shape of the model and the rates of the chip

    Raises
    ------
    ImpossibleRun : no strategy runs, the model does not fit, or the run fails faster than it restarts and never ends.
    ValueError : the scenario is not resolved.
    UnknownEntry : the catalogue does not have the model.
    """
    site = next(plan for plan in plans if plan.name == run.site)
    target = site_target(scenario, site, run.machine, f"{run.site}/{run.machine}", facts)
    model = Architecture.from_catalogue(run.model, facts, run.sequence)
    tokens, batch = known(run.tokens), _batch(run, facts)
    precision = run.precision or target.machine.training_dtype
    baseline_chips = run.baseline_chips if run.baseline_chips is not None else max(1, run.chips // BASELINE_FRACTION)
    try:
        plan = plan_on(model, target, run.chips, tokens, batch, precision=precision)
        problem = problem_of(model, target, run.chips, batch, precision)
        baseline_days = days_on(problem, target, tokens, baseline_chips)
        if baseline_days is None:
            plan_on(model, target, baseline_chips, tokens, batch, precision=precision)
    except NeverEnds as error:
        message = f"training run '{run.name}' never ends: {str(error).removeprefix('the run never ends: ')}"
        raise ImpossibleRun(message) from None
    except (InvalidStrategy, NoStrategy) as error:
        message = f"training run '{run.name}' on {target.name}: {error}"
        raise ImpossibleRun(message) from None
    best = plan.best
    return TrainingEstimate(
        run=run.name,
        model=run.model,
        site=run.site,
        machine=run.machine,
        chips=run.chips,
        tokens=tokens,
        model_flops=plan.model_flops,
        mfu_share=best.step.mfu,
        goodput_share=plan.goodput.goodput_share,
        compute_days=plan.compute_days,
        days=plan.days,
        energy_mwh=plan.energy_mwh,
        baseline_chips=baseline_chips,
        baseline_days=known(baseline_days),
        interval_min=plan.goodput.interval_h * MIN_PER_HOUR,
        mttf_hours=plan.goodput.mttf_h,
        tp=best.strategy.tp,
        pp=best.strategy.pp,
        dp=best.strategy.dp,
        cp=best.strategy.cp,
        ep=best.strategy.ep,
        vp=best.strategy.vp,
        microbatch=best.strategy.microbatch,
        recompute=best.strategy.recompute,
        zero=best.strategy.zero,
        precision=precision,
        step_s=best.step.step_s,
        tokens_per_s=best.step.tokens_per_s,
        memory_gb=best.memory_gb,
        cost_eur=plan.cost_eur,
        details=Details(
            breakdown=best.step.breakdown,
            top=_ranked(plan),
            grid=plan.result.grid,
            scaling=scaling(plan, problem, {baseline_chips: known(baseline_days)}),
            roofline=roofline(problem, target, best),
        ),
    )


def _batch(run: TrainingRun, facts: Lookup) -> int:
    """Samples of a step; a run built in Python may leave them out."""
    if run.batch_sequences is not None:
        return run.batch_sequences
    published = facts.get_number("models", run.model, "batch_sequences")
    return int(published or facts.number("models", "Llama-3-405B", "batch_sequences"))


def _ranked(plan: TrainingPlan) -> tuple[Ranked, ...]:
    lists = {**{name: plan.result.best_by[name] for name in OBJECTIVES}, PARETO: plan.result.pareto}
    return tuple(
        Ranked(
            objective=objective,
            rank=rank,
            tp=one.strategy.tp,
            pp=one.strategy.pp,
            dp=one.strategy.dp,
            cp=one.strategy.cp,
            ep=one.strategy.ep,
            vp=one.strategy.vp,
            microbatch=one.strategy.microbatch,
            recompute=one.strategy.recompute,
            zero=one.strategy.zero,
            step_s=one.step.step_s,
            mfu_share=one.step.mfu,
            memory_gb=one.memory_gb,
            cost_eur=plan.cost_eur_of(one),
            energy_mwh=plan.energy_mwh_of(one),
        )
        for objective, candidates in lists.items()
        for rank, one in enumerate(candidates, 1)
    )
