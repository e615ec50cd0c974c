"""This module owns the claims about training: weeks instead of months, how much faster, and what it saves."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from gortyn.claims.text import MILLION, chips_of, clauses, eur, number, percent, weeks
from gortyn.claims.tolerance import (
    FEW_WEEKS,
    MONTHS_FROM_WEEKS,
    MONTHS_TO_WEEKS,
    TENS_OF_MILLIONS_EUR,
    reaches,
)
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade, weigh
from gortyn.machine import REFERENCE_CHIP
from gortyn.model import known
from gortyn.model.conversions import DAYS_PER_WEEK, HOURS_PER_DAY
from gortyn.training import TrainingEstimate
from gortyn.training.architecture import Architecture

ON_DEMAND: Final = "on demand"
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
    prices = _cloud_eur_per_h100_hour(case)
    if not case.estimates or not prices:
        return Finding("not-checkable", "There is no training run, or no cloud price, to compare.", claim.record)
    low, high = min(prices), max(prices)
    own = case.finance.levelised_eur_per_chip_hour
    parts: list[str] = []
    savings: dict[str, list[float]] = {}
    for run in case.estimates:
        chip_hours = run.chips * run.days * HOURS_PER_DAY
        per_chip = _h100_per_chip(run, case)
        cloud = [chip_hours * per_chip * price for price in (low, high)]
        price = _tenant_price(run, case)
        savings[run.run] = [cost - chip_hours * paid for cost in cloud for paid in (own, price)]
        parts.append(
            f"{run.run} takes {_chips(run, run.chips, case)} for {weeks(run.days)}: {eur(chip_hours * own)} at cost, "
            f"{eur(chip_hours * price)} at the tenant's price, {eur(cloud[0])} to {eur(cloud[1])} in a cloud"
        )
    return Finding(
        weigh([amount >= TENS_OF_MILLIONS_EUR for amounts in savings.values() for amount in amounts]),
        clauses(parts),
        f"Cloud at {eur(low)} to {eur(high)} per H100-hour on demand, scaled by the 16-bit peak of the chip; own cost "
        f"levelised over the life of the sites, {eur(own)} per chip-hour. Holds if each run saves "
        f"{eur(TENS_OF_MILLIONS_EUR)} both at cost and at the tenant's price, at any cloud price. The number is "
        "the least saving of the largest run.",
        min(savings[max(case.estimates, key=lambda run: run.model_flops).run]) / MILLION,
        unit="m EUR",
        claimed_value=TENS_OF_MILLIONS_EUR / MILLION,
    )


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


def _tenant_price(run: TrainingEstimate, case: Case) -> float:
    tenant = next(one.tenant for one in case.scenario.training_runs if one.name == run.run)
    return next(one.price_eur_per_chip_hour for one in case.scenario.tenants if one.name == tenant)


def _h100_per_chip(run: TrainingEstimate, case: Case) -> float:
    reference = case.facts.number("chips", REFERENCE_CHIP, "bf16_dense_tflops")
    return known(case.scenario.machine(run.machine).bf16_dense_tflops) / reference


def _cloud_eur_per_h100_hour(case: Case) -> list[float]:
    """On-demand prices of the catalogue per H100-equivalent and hour."""
    facts, catalogue = case.facts, case.facts.catalogue
    usd_per_eur = known(case.scenario.costs.usd_per_eur)
    reference = facts.number("chips", REFERENCE_CHIP, "bf16_dense_tflops")
    prices: list[float] = []
    for entry in catalogue.entries("cloud_prices"):
        fields = catalogue.entry("cloud_prices", entry)
        if "price_usd_per_chip_hour" not in fields or "chip" not in fields or "commitment" not in fields:
            continue
        tflops = facts.get_number("chips", fields["chip"].text, "bf16_dense_tflops")
        if tflops is not None and fields["commitment"].text == ON_DEMAND:
            usd = facts.number("cloud_prices", entry, "price_usd_per_chip_hour")
            prices.append(usd / usd_per_eur * reference / tflops)
    return prices


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S18": largest_models,
    "S51": weeks_not_months,
    "S52": speed_up,
    "S53": saving,
}
