"""This module owns the claims about training: the largest models, weeks instead of months, and how much faster."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

from gortyn.claims.charts import bars, curve
from gortyn.claims.text import chips_of, clauses, hours, listed, number, percent, plural, weeks
from gortyn.claims.tolerance import MONTHS_FROM_WEEKS, MONTHS_TO_WEEKS, reaches
from gortyn.claims.verdict import Case, Claim, ClaimFigure, Evaluator, Finding, Role, grade, unknown
from gortyn.model.conversions import DAYS_PER_WEEK, S_PER_DAY
from gortyn.spaces import run_stage_s
from gortyn.training import TrainingEstimate
from gortyn.training.architecture import Architecture
from gortyn.training.plan import days_on, problem_of
from gortyn.training.target import site_target

NO_RUNS: Final = "The scenario names no training run."
ADD_RUNS: Final = "It would take training runs in the scenario, each with its model, tokens and chips."
INPUTS: Final = (
    "training_runs.*.model",
    "training_runs.*.tokens",
    "training_runs.*.chips",
    "training_runs.*.baseline_chips",
    "machines.*.chip",
    "operations.reliability.*",
)
TRILLION: Final = 1e12
MONTHS: Final[tuple[tuple[str, float, Role], ...]] = (
    ("six months", MONTHS_FROM_WEEKS, "baseline"),
    ("nine months", MONTHS_TO_WEEKS, "baseline"),
)
"""What it was before, as lines across the curve."""


class Published(NamedTuple):
    """A published training run of the catalogue."""

    model: str
    flops: float


class Taken(NamedTuple):
    """A run with what comes before its first step, by what its tenant's jobs wait and its data take to come [days]."""

    run: TrainingEstimate
    queue_days: float
    staging_days: float

    @property
    def days(self) -> float:
        """From submission to the end, failures included."""
        return self.run.days + self.queue_days + self.staging_days


def taken(case: Case) -> list[Taken]:
    """Every run with the wait of nine in ten jobs of its tenant, and the staging of what it trains on."""
    waits = {one.tenant: one.wait_p90_s for one in case.access.tenants}
    stated = {run.name: run for run in case.scenario.training_runs}
    found: list[Taken] = []
    for run in case.estimates:
        wait_s = waits.get(stated[run.run].tenant, math.nan)
        queue = wait_s / S_PER_DAY if math.isfinite(wait_s) else 0.0
        comes_s = run_stage_s(case.scenario, case.facts, stated[run.run])
        found.append(Taken(run, queue, comes_s / S_PER_DAY))
    return found


class Sizes:
    """What a run would take on other numbers of chips of its machine, by the model that estimates runs.

    Asked are powers of two and their halves in between, since a run shares its batch badly among odd numbers of chips.
    """

    def __init__(self, run: TrainingEstimate, case: Case) -> None:
        stated = next(one for one in case.scenario.training_runs if one.name == run.run)
        plan = next(one for one in case.plans if one.name == run.site)
        aside = case.facts.catalogue.lookup()  # what is asked here is in the sources by the estimate already
        self._target = site_target(case.scenario, plan, run.machine, run.run, aside)
        model = Architecture.from_catalogue(run.model, aside, stated.sequence)
        batch = stated.batch_sequences or int(
            aside.get_number("models", run.model, "batch_sequences")
            or aside.number("models", "Llama-3-405B", "batch_sequences")
        )
        self._problem = problem_of(model, self._target, run.chips, batch, run.precision)
        self._tokens = run.tokens
        self._most = max(run.chips, run.baseline_chips, self._target.chips or 0)
        self._days: dict[int, float] = {run.chips: run.days, run.baseline_chips: run.baseline_days}

    def days(self, chips: int) -> float:
        """Days on a number of chips, failures included; infinite where it does not run."""
        if chips not in self._days:
            found = days_on(self._problem, self._target, self._tokens, chips)
            self._days[chips] = math.inf if found is None else found
        return self._days[chips]

    def _round(self) -> list[int]:
        powers = [2**power for power in range(int(math.log2(self._most)) + 1)]
        between = [one + one // 2 for one in powers if one > 1 and one + one // 2 <= self._most]
        return sorted({*powers, *between})

    def fewest(self, days: float) -> int | None:
        """Fewest chips on which it takes at most so long; None where none of the site are enough."""
        counts = self._round()
        place = bisect_left(counts, True, key=lambda chips: self.days(chips) <= days)
        return counts[place] if place < len(counts) else None

    def most(self, days: float) -> int | None:
        """Most chips on which it takes at least so long and still runs; None where there are none."""
        counts = self._round()
        place = bisect_left(counts, True, key=lambda chips: self.days(chips) < days)
        return counts[place - 1] if place and math.isfinite(self.days(counts[place - 1])) else None


def largest_models(_: Claim, case: Case) -> Finding:
    """S18: the sites train the largest and most complex models."""
    if not case.estimates:
        return unknown(NO_RUNS, ADD_RUNS)
    record = _largest_published(case)
    largest = max(case.estimates, key=lambda run: run.model_flops)
    ratio = largest.model_flops / record.flops
    site_chips = max(plan.chips for plan in case.plans if plan.name == largest.site)
    as_large = largest.days / ratio * largest.chips / site_chips
    able = as_large <= MONTHS_TO_WEEKS * DAYS_PER_WEEK
    if reaches(ratio, 1):
        condition = "the largest means the largest whose training is published: larger ones are kept secret"
    else:
        condition = (
            f"a run as large as {record.model} were planned, which is {number(1 / ratio)} times the work of "
            f"{largest.run} and would take about {weeks(as_large)} on all {number(site_chips)} chips of its site"
        )
    return Finding(
        verdict=grade(holds=False, partly=able),
        condition=condition,
        sentence=f"The largest run planned here, {largest.run}, is {percent(ratio)} of the work of {record.model}, "
        "the largest whose training is published.",
        found=f"The largest run of the scenario, {largest.run} ({largest.model}), takes {largest.model_flops:.2g} "
        f"FLOP and {weeks(largest.days)} on {_chips(largest, largest.chips, case)}; the largest in the catalogue is "
        f"{record.model} with {record.flops:.2g}. On all chips of its site that would take about {weeks(as_large)}.",
        why=f"Holds on a condition if the site of the largest run trains the largest published model in at most "
        f"{number(MONTHS_TO_WEEKS)} weeks, fails otherwise. Unpublished models are larger, so it cannot hold in full.",
        baseline=f"{record.model}, {record.flops:.2g} FLOP",
        found_value=ratio,
        unit="1",
        claimed_value=1,
        inputs=INPUTS[:3],
        figures=bars(
            "FLOP",
            [
                (record.model, "record", record.flops),
                *((f"{run.run} ({run.model})", "found", run.model_flops) for run in case.estimates),
            ],
        ),
    )


def few_weeks(case: Case) -> float:
    """The most that a few weeks can be, as the claim is read."""
    fact = case.facts.fact("claims", "S51", "weeks_after")
    return fact.number if fact.high is None else fact.high


def weeks_not_months(_: Claim, case: Case) -> Finding:
    """S51: a few weeks instead of six to nine months, queue and failures in."""
    if not case.estimates:
        return unknown(NO_RUNS, ADD_RUNS)
    every, few = taken(case), few_weeks(case)
    quick = [one.days <= few * DAYS_PER_WEEK for one in every]
    slow = [one.run.baseline_days >= MONTHS_FROM_WEEKS * DAYS_PER_WEEK for one in every]
    largest = max(every, key=lambda one: one.run.model_flops)
    run = largest.run
    _note(run, case)
    enough = Sizes(run, case).fewest(few * DAYS_PER_WEEK - largest.queue_days - largest.staging_days)
    lacking = _lacking(largest, few, case)
    others = [one.run.run for one, met in zip(every, map(all, zip(quick, slow, strict=True)), strict=True) if not met]
    if set(others) - {run.run}:
        lacking.insert(0, f"only large runs such as {run.run} are meant")
    return Finding(
        verdict=grade(holds=all(quick) and all(slow), partly=any(quick) or any(slow)),
        condition=" and ".join(lacking),
        sentence=f"{run.model} takes {weeks(largest.days)} here on {number(run.chips)} chips, queue and failures "
        f"included, and {weeks(run.baseline_days)} on the {number(run.baseline_chips)} that it is compared with.",
        found=clauses(_timed(one, case) for one in every),
        why=f"A few weeks are at most {number(few)}, six months at least {number(MONTHS_FROM_WEEKS)}; holds if each "
        f"run is quick here and slow on its baseline. Numbers of chips are the nearest powers of two, or one and a "
        f"half times these, that do it. {_under_which(run, case)} No source names model, chips or baseline.",
        baseline=f"{number(run.baseline_chips)} chips of the same kind, {weeks(run.baseline_days)}",
        found_value=largest.days / DAYS_PER_WEEK,
        unit="weeks",
        claimed_value=few,
        break_even_value=math.nan if enough is None else enough,
        break_even=""
        if enough is None
        else f"chips from which on {run.run} takes at most {number(few)} weeks, queue and staging included",
        inputs=INPUTS,
        figures=tuple(_curves(every, few)),
    )


def _lacking(one: Taken, few: float, case: Case) -> list[str]:
    """What would have to be so for one run to take a few weeks here, and six months on fewer chips."""
    run, sizes = one.run, Sizes(one.run, case)
    parts: list[str] = []
    if one.days > few * DAYS_PER_WEEK:
        enough = sizes.fewest(few * DAYS_PER_WEEK - one.queue_days - one.staging_days)
        if enough is None:
            parts.append(f"{run.run} were smaller: no number of chips of its site trains it in {number(few)} weeks")
        else:
            parts.append(f"{run.run} ran on at least {number(enough)} chips instead of {number(run.chips)}")
    if run.baseline_days < MONTHS_FROM_WEEKS * DAYS_PER_WEEK:
        most = sizes.most(MONTHS_FROM_WEEKS * DAYS_PER_WEEK)
        if most is None:
            parts.append(f"{run.run} were a larger run, since no number of chips takes six months for it")
        else:
            parts.append(
                f"{run.run} were compared with at most {plural(most, 'chip')} ({weeks(sizes.days(most))}) instead of "
                f"{number(run.baseline_chips)}"
            )
    return parts


def _note(run: TrainingEstimate, case: Case) -> None:
    """Read what the estimate of a run rests on most, so that it is among the sources."""
    for field in ("parameters", "training_tokens"):
        case.facts.get_number("models", run.model, field)
    case.facts.get_number("chips", case.scenario.machine(run.machine).chip, "bf16_dense_tflops")


def points_of(run: TrainingEstimate) -> list[tuple[float, float]]:
    """Chips and days that were computed for a run, fewest chips first."""
    points = {float(one.chips): one.days for one in run.details.scaling if one.kind == "model"}
    points |= {float(run.chips): run.days, float(run.baseline_chips): run.baseline_days}
    return sorted(points.items())


def _curves(every: list[Taken], few: float) -> Iterator[ClaimFigure]:
    """Weeks against chips of each run, what was published of the same models, and the lines of the claim."""
    ends: list[float] = []
    for one in every:
        points = points_of(one.run)
        ends += [points[0][0], points[-1][0]]
        name = f"{one.run.run} ({one.run.model})"
        yield from _curve(name, "found", [(chips, days) for chips, days in points])
        told = [point for point in one.run.details.scaling if point.kind == "published"]
        for point in told:
            yield from _curve(f"published: {point.label}", "record", [(float(point.chips), point.days)])
    lines: tuple[tuple[str, float, Role], ...] = (("a few weeks, at most", few, "claimed"), *MONTHS)
    for label, time, role in lines:
        yield from _curve(label, role, [(chips, time * DAYS_PER_WEEK) for chips in (min(ends), max(ends))])


def _curve(series: str, role: Role, points: list[tuple[float, float]]) -> tuple[ClaimFigure, ...]:
    in_weeks = [(chips, days / DAYS_PER_WEEK) for chips, days in points]
    return curve(series, role, in_weeks, x_unit="chips", unit="weeks", label=series)


def speed_up(claim: Claim, case: Case) -> Finding:
    """S52: how many times faster than on the baseline."""
    if not case.estimates:
        return unknown(NO_RUNS, ADD_RUNS)
    least = claim.least
    ratios = {run.run: run.baseline_days / run.days for run in case.estimates}
    parts = [
        f"{run.run} is {number(ratios[run.run])} times faster on {_chips(run, run.chips, case)} than on "
        f"{_chips(run, run.baseline_chips, case)}"
        for run in case.estimates
    ]
    best = max(case.estimates, key=lambda run: ratios[run.run])
    _note(best, case)
    slow = [run for run in case.estimates if not reaches(ratios[run.run], least)]
    needed = {run.run: Sizes(run, case).most(run.days * least) for run in case.estimates}
    baseline = needed[best.run]
    found = all(needed[run.run] for run in slow)
    compared = [
        f"{run.run} were compared with at most {plural(needed[run.run] or 0, 'chip')} instead of "
        f"{number(run.baseline_chips)}"
        for run in slow
    ]
    return Finding(
        verdict=grade(holds=not slow, partly=found),
        condition=" and ".join(compared),
        sentence=f"On {number(best.chips / best.baseline_chips)} times the chips of its baseline a run is "
        f"{number(ratios[best.run])} times faster here; what was said in weeks and months makes {number(least)} times "
        f"at least, {number(claim.number)} at the middle and {number(claim.high or least)} at most.",
        found=clauses(parts),
        why=f"Same model, tokens and chip, so the factor is at most that of the chips: {number(least)} times faster "
        f"takes about {number(least)} times the chips or more, since more chips fail more often. On a condition where "
        "a smaller number of chips to compare with makes it that much; no source says what it is compared with.",
        baseline=f"{number(best.baseline_chips)} chips of the same kind",
        found_value=max(ratios.values()),
        break_even_value=math.nan if baseline is None else baseline,
        break_even=""
        if baseline is None
        else f"chips of the baseline up to which {best.run} is {number(least)} times faster here",
        inputs=INPUTS,
        figures=bars(
            "times faster",
            [
                ("claimed, least", "claimed", least),
                ("claimed, most", "claimed", claim.high or math.nan),
                *((run.run, "found", ratios[run.run]) for run in case.estimates),
                *((f"{run.run}, chips alone", "baseline", run.chips / run.baseline_chips) for run in case.estimates),
            ],
        ),
    )


def _largest_published(case: Case) -> Published:
    """The published training run of the catalogue that took the most operations."""
    catalogue = case.facts.catalogue
    aside = catalogue.lookup()  # only the largest of them is what the verdict rests on
    runs: list[Published] = []
    for model in catalogue.entries("models"):
        if catalogue.has("models", model, "training_tokens"):
            tokens = catalogue.fact("models", model, "training_tokens").number
            runs.append(Published(model, Architecture.from_catalogue(model, aside).flops_per_token * tokens))
    largest = max(runs, key=lambda run: run.flops)
    case.facts.number("models", largest.model, "training_tokens")
    case.facts.number("models", largest.model, "parameters")
    return largest


def _chips(run: TrainingEstimate, chips: float, case: Case) -> str:
    return chips_of(case.plans, run.machine, chips)


def _timed(one: Taken, case: Case) -> str:
    run = one.run
    before = [f"{hours(one.queue_days * S_PER_DAY)} in the queue"] if one.queue_days else []
    before += [f"{hours(one.staging_days * S_PER_DAY)} for data"] if one.staging_days else []
    told = f" with {listed(before)}" if before else ""
    working = run.tp * run.pp * run.dp * run.cp
    idle = f", of which {number(run.chips - working)} find no work at its batch" if working < run.chips else ""
    return (
        f"{run.run} ({run.model}, {run.tokens / TRILLION:.3g} trillion tokens) takes {weeks(one.days)}{told} on "
        f"{_chips(run, run.chips, case)}{idle} and {weeks(run.baseline_days)} on "
        f"{_chips(run, run.baseline_chips, case)}"
    )


def _under_which(run: TrainingEstimate, case: Case) -> str:
    machine = case.scenario.machine(run.machine)
    return (
        f"Chips are {machine.chip} at {percent(run.mfu_share)} of the {run.precision} peak, "
        f"{percent(run.goodput_share)} of the time on new steps; the queue is that of nine in ten jobs of its tenant."
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S18": largest_models,
    "S51": weeks_not_months,
    "S52": speed_up,
}
