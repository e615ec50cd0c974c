"""This module owns the estimate of a named training run: how long it takes on its machine, and on a smaller one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gortyn.catalogue import Lookup
from gortyn.machine import SitePlan
from gortyn.machine.conversions import FLOPS_PER_TFLOPS, HOURS_PER_DAY, KW_PER_MW, MIN_PER_HOUR, S_PER_DAY
from gortyn.model import Reliability, Scenario, TrainingRun, known
from gortyn.training.flops import is_moe, model_flops_per_token
from gortyn.training.goodput import goodput, mttf_hours, optimal_interval_h

# A run without stated baseline is compared with a machine of a quarter of its chips.
BASELINE_FRACTION: Final = 4  # source: the announced gigafactory is four times a present AI factory (claim S11)


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
    energy_mwh : energy of the facility over `days`: chips at their active power, times PUE [MWh]
    baseline_chips, baseline_days : the same run on fewer chips of the same machine, failures included
    interval_min : time between checkpoints that makes goodput largest [min], at most the run itself
    mttf_hours : mean time between interruptions of the run [h]; infinite where nothing fails
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


@dataclass(frozen=True, slots=True)
class _Duration:
    """How long a number of chips needs."""

    compute_days: float
    days: float
    goodput_share: float
    interval_h: float
    mttf_h: float


def estimates(scenario: Scenario, plans: tuple[SitePlan, ...], facts: Lookup) -> tuple[TrainingEstimate, ...]:
    """Estimate of every training run, in scenario order; see `estimate`."""
    return tuple(estimate(run, scenario, plans, facts) for run in scenario.training_runs)


def estimate(run: TrainingRun, scenario: Scenario, plans: tuple[SitePlan, ...], facts: Lookup) -> TrainingEstimate:
    """How long a training run takes: model FLOPs over peak, utilisation and goodput.

    Utilisation is the machine's published one for the class of model, whatever the number of chips; failures grow
    with the chips; checkpoints come at the interval that makes goodput largest.

    Parameters
    ----------
    run : training run of the scenario
    scenario : resolved scenario
    plans : one per site, for the PUE
    facts : catalogue, for the shape of the model

    Raises
    ------
    ValueError : the scenario is not resolved, or the run fails faster than it restarts and never ends.
    UnknownEntry : the catalogue does not have the model.
    """
    machine = scenario.machine(run.machine)
    site = next(plan for plan in plans if plan.name == run.site)
    tokens = known(run.tokens)
    flops = model_flops_per_token(run.model, facts) * tokens
    mfu_share = known(machine.mfu_moe_share if is_moe(run.model, facts) else machine.mfu_dense_share)
    baseline_chips = run.baseline_chips if run.baseline_chips is not None else max(1, run.chips // BASELINE_FRACTION)
    reliability = scenario.operations.reliability
    if mfu_share <= 0:
        message = f"training run '{run.name}' never ends: machine '{machine.name}' has a model FLOPs utilisation of 0"
        raise ValueError(message)
    chip_days = flops / (known(machine.training_peak_tflops) * FLOPS_PER_TFLOPS * mfu_share) / S_PER_DAY
    own = _duration(run.name, chip_days, run.chips, reliability)
    baseline = _duration(run.name, chip_days, baseline_chips, reliability)
    drawn_mw = run.chips * known(machine.it_power_kw_per_chip) * known(machine.active_power_share) / KW_PER_MW
    return TrainingEstimate(
        run=run.name,
        model=run.model,
        site=run.site,
        machine=run.machine,
        chips=run.chips,
        tokens=tokens,
        model_flops=flops,
        mfu_share=mfu_share,
        goodput_share=own.goodput_share,
        compute_days=own.compute_days,
        days=own.days,
        energy_mwh=drawn_mw * site.pue * own.days * HOURS_PER_DAY,
        baseline_chips=baseline_chips,
        baseline_days=baseline.days,
        interval_min=own.interval_h * MIN_PER_HOUR,
        mttf_hours=own.mttf_h,
    )


def _duration(run: str, chip_days: float, chips: int, reliability: Reliability) -> _Duration:
    compute_days = chip_days / chips
    restart_h = reliability.restart_min / MIN_PER_HOUR
    write_h = reliability.checkpoint_write_min / MIN_PER_HOUR
    mttf_h = mttf_hours(known(reliability.rate_per_1000_node_days), chips)
    best_h = optimal_interval_h(mttf_h, restart_h, write_h, known(reliability.clock))
    interval_h = min(best_h, compute_days * HOURS_PER_DAY)
    share = goodput(mttf_h, restart_h, interval_h, write_h, known(reliability.clock))
    if share <= 0:
        message = (
            f"training run '{run}' never ends: {chips} chips fail every {mttf_h * MIN_PER_HOUR:.3g} min "
            f"({known(reliability.clock)} clock) and need {reliability.restart_min:g} min to restart"
        )
        raise ValueError(message)
    return _Duration(compute_days, compute_days / share, share, interval_h, mttf_h)
