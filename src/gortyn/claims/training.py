"""This module owns the claims about training: weeks instead of months, how much faster, and what it saves."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from gortyn.claims.text import MILLION, chips_of, clauses, eur, number, percent, weeks
from gortyn.claims.tolerance import FEW_WEEKS, MONTHS_FROM_WEEKS, MONTHS_TO_WEEKS, reaches
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade, weigh
from gortyn.finance.cloud import CLAIM, ON_DEMAND, CloudRow, least_claimed_eur
from gortyn.model.conversions import DAYS_PER_WEEK
from gortyn.training import TrainingEstimate
from gortyn.training.architecture import Architecture

NO_RUNS: Final = "The scenario names no training run."


class Published(NamedTuple):
    """A published training run of the catalogue."""

    model: str
    flops: float


def largest_models(claim: Claim, case: Case) -> Finding:
    """S18: the sites train the largest and most complex models."""
    if not case.estimates:
        return Finding("not-checkable", NO_RUNS, claim.record)
    record = _largest_published(case)
    largest = max(case.estimates, key=lambda run: run.model_flops)
    ratio = largest.model_flops / record.flops
    return Finding(
        grade(holds=reaches(ratio, 1), partly=True),
        f"The largest run of the scenario, {largest.run} ({largest.model}), takes {largest.model_flops:.2g} FLOP and "
        f"{weeks(largest.days)} on {_chips(largest, largest.chips, case)}; the largest in the catalogue is "
        f"{record.model} with {record.flops:.2g}.",
        "Holds if the scenario trains a model of the size of the largest whose training the catalogue has; "
        "unpublished models are larger.",
        ratio,
        unit="1",
        claimed_value=1,
    )


def weeks_not_months(claim: Claim, case: Case) -> Finding:
    """S51: a few weeks instead of six to nine months."""
    if not case.estimates:
        return Finding("not-checkable", NO_RUNS, claim.record)
    quick = [run.days <= FEW_WEEKS * DAYS_PER_WEEK for run in case.estimates]
    slow = [run.baseline_days >= MONTHS_FROM_WEEKS * DAYS_PER_WEEK for run in case.estimates]
    slowest = max(case.estimates, key=lambda run: run.days)
    return Finding(
        grade(holds=all(quick) and all(slow), partly=any(quick) or any(slow)),
        clauses(_timed(run, case) for run in case.estimates),
        f"A few weeks are at most {number(FEW_WEEKS)}, six months at least {number(MONTHS_FROM_WEEKS)}; holds if each "
        f"run is quick here and slow on its baseline. The run {slowest.run} would take six to nine months on "
        f"{_chips_for_months(slowest, case)}. {_under_which(slowest, case)} No source names model, chips or baseline.",
        slowest.days / DAYS_PER_WEEK,
        unit="weeks",
        claimed_value=FEW_WEEKS,
    )


def speed_up(claim: Claim, case: Case) -> Finding:
    """S52: how many times faster than on the baseline."""
    if not case.estimates:
        return Finding("not-checkable", NO_RUNS, claim.record)
    least = claim.number if claim.low is None else claim.low
    ratios = {run.run: run.baseline_days / run.days for run in case.estimates}
    parts = [
        f"{run.run} is {number(ratios[run.run])} times faster on {_chips(run, run.chips, case)} than on "
        f"{_chips(run, run.baseline_chips, case)}"
        for run in case.estimates
    ]
    return Finding(
        weigh([reaches(ratio, least) for ratio in ratios.values()]),
        clauses(parts),
        f"Same model, tokens and chip, so the factor is at most that of the chips: {number(least)} times faster takes "
        f"more than {number(least)} times the chips, since more chips fail more often.",
        max(ratios.values()),
    )


def saving(claim: Claim, case: Case) -> Finding:
    """S53: tens of millions of euros less than in a commercial cloud."""
    offered = {
        run.run: [row for row in case.finance.cloud if (row.use, row.commitment) == (run.run, ON_DEMAND)]
        for run in case.estimates
    }
    if not any(offered.values()):
        return Finding("not-checkable", "There is no training run, or no cloud price, to compare.", claim.record)
    meant = case.facts.number(*CLAIM)
    parts: list[str] = []
    savings: dict[str, list[float]] = {}
    for run in case.estimates:
        rows = offered[run.run]
        own, tenant = rows[0].own_eur, rows[0].tenant_eur
        savings[run.run] = [row.cloud_eur - paid for row in rows for paid in (own, tenant)]
        low, high = _between([row.cloud_eur for row in rows])
        parts.append(
            f"{run.run} takes {_chips(run, run.chips, case)} for {weeks(run.days)}: {eur(own)} at cost, "
            f"{eur(tenant)} at the tenant's price, {eur(low)} to {eur(high)} in a cloud"
        )
    largest = max(case.estimates, key=lambda run: run.model_flops)
    every = [row for rows in offered.values() for row in rows]
    low, high = _between([row.cloud_eur / row.h100_equivalent_hours for row in every])
    of_largest = offered[largest.run][0]
    return Finding(
        weigh([amount >= meant for amounts in savings.values() for amount in amounts]),
        clauses(parts),
        f"Cloud at {eur(low)} to {eur(high)} per H100-hour on demand, scaled by the 16-bit peak of the chip; own cost "
        f"levelised over the life of the sites, {eur(of_largest.own_eur / of_largest.chip_hours)} per chip-hour. Holds "
        f"if each run saves {eur(meant)} both at cost and at the tenant's price, at any cloud price. The number is "
        f"the least saving of the largest run. {_enough(offered[largest.run], case)}",
        min(savings[largest.run]) / MILLION,
        unit="m EUR",
        claimed_value=meant / MILLION,
    )


def _between(amounts: list[float]) -> tuple[float, float]:
    return min(amounts), max(amounts)


def _enough(rows: list[CloudRow], case: Case) -> str:
    """From how many chip-hours on a use saves the least that the claim can mean, by offer."""
    least = least_claimed_eur(case.facts)
    sizes = [row.break_even_chip_hours for row in rows]
    reached = [size for size in sizes if not math.isnan(size)]
    if not reached:
        return f"At cost it saves {eur(least)} at no size and no offer."
    few, many = _between(reached)
    at_cheapest = f"{number(many)} at the cheapest" if len(reached) == len(sizes) else "at no size at the cheapest"
    return f"At cost it saves {eur(least)} from {number(few)} chip-hours on at the dearest offer and {at_cheapest}."


def _largest_published(case: Case) -> Published:
    """The published training run of the catalogue that took the most operations."""
    facts = case.facts
    runs: list[Published] = []
    for model in facts.catalogue.entries("models"):
        tokens = facts.get_number("models", model, "training_tokens")
        if tokens is not None:
            runs.append(Published(model, Architecture.from_catalogue(model, facts).flops_per_token * tokens))
    return max(runs, key=lambda run: run.flops)


def _chips(run: TrainingEstimate, chips: float, case: Case) -> str:
    return chips_of(case.plans, run.machine, chips)


def _timed(run: TrainingEstimate, case: Case) -> str:
    return (
        f"{run.run} ({run.model}, {run.tokens / 1e12:.3g} trillion tokens) takes {weeks(run.days)} on "
        f"{_chips(run, run.chips, case)} and {weeks(run.baseline_days)} on {_chips(run, run.baseline_chips, case)}"
    )


def _chips_for_months(run: TrainingEstimate, case: Case) -> str:
    """Chips of the run's machine on which it takes nine and six months, at the goodput of its baseline."""
    chip_days = run.baseline_days * run.baseline_chips
    few, many = (chip_days / (time * DAYS_PER_WEEK) for time in (MONTHS_TO_WEEKS, MONTHS_FROM_WEEKS))
    return f"{number(math.ceil(few))} to {_chips(run, math.ceil(many), case)}"


def _under_which(run: TrainingEstimate, case: Case) -> str:
    machine = case.scenario.machine(run.machine)
    return (
        f"Chips are {machine.chip} at {percent(run.mfu_share)} of the {run.precision} peak, "
        f"{percent(run.goodput_share)} of the time on new steps."
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S18": largest_models,
    "S51": weeks_not_months,
    "S52": speed_up,
    "S53": saving,
}
