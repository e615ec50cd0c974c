"""This module owns the claims about data: whether common spaces feed the models, and what they cover."""

from __future__ import annotations

from typing import Final

from gortyn.claims.charts import bars
from gortyn.claims.text import hours, listed, number, percent
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade, unknown
from gortyn.spaces import TokenNeed, held
from gortyn.training import TrainingEstimate

ALL: Final = "all"
"""Name of the row of a token need that adds up all spaces of a run."""
TRILLION: Final = 1e12
KIND: Final = "data_spaces"
INPUTS: Final = ("access.data_spaces.*.tokens", "access.most_epochs", "training_runs.*.tokens")


def feeds(_: Claim, case: Case) -> Finding:
    """S27: a common data space feeds AI: whether its tokens are enough for the runs."""
    if not case.estimates:
        return unknown("The scenario names no training run that data could feed.", "It would take training runs.")
    totals = [row for row in case.token_needs if row.data_space == ALL]
    largest = max(case.estimates, key=lambda run: run.tokens)
    there = {one.data_space: one.unique_tokens for one in held(case.scenario) if one.trains}
    tokens = sum(there.values())
    if not tokens:
        return unknown(
            "The scenario has no data space with tokens that a run may be trained on.",
            "It would take data spaces with their tokens, and training runs that draw on them.",
            inputs=INPUTS,
        )
    met = [row.met == "yes" for row in totals]
    fed = [row.met != "no" for row in totals]
    worst = min(totals, key=lambda row: row.unique_tokens / row.needed_tokens, default=None)
    share = tokens / largest.tokens
    return Finding(
        verdict=grade(holds=all(met) and share >= 1 and bool(totals), partly=any(fed) or (share >= 1 and not totals)),
        condition=_condition(totals, worst, largest, share),
        sentence=f"All data spaces together have {number(tokens / TRILLION)} trillion tokens, {percent(share)} of "
        f"what the largest run, {largest.run}, trains on.",
        found=f"{_listing(totals)}Tokens by space, in trillions: "
        f"{listed(f'{name} {number(value / TRILLION)}' for name, value in there.items())}.{_staged(case)}",
        why="Holds if the spaces have the tokens of every run once each; on a condition where a run that draws on "
        "them has enough by repeating, or only smaller runs are meant. Nobody publishes tokens of these spaces; they "
        "are assumptions.",
        baseline=f"{number(largest.tokens / TRILLION)} trillion tokens of {largest.run}",
        found_value=tokens / TRILLION,
        unit="trillion tokens",
        break_even_value=largest.tokens / TRILLION,
        break_even="trillion tokens from which on the spaces alone feed the largest run",
        inputs=INPUTS,
        figures=bars(
            "trillion tokens",
            [
                *((f"run {one.run}", "baseline", one.tokens / TRILLION) for one in case.estimates),
                *((f"data space {name}", "found", value / TRILLION) for name, value in there.items()),
            ],
        ),
    )


def _condition(totals: list[TokenNeed], worst: TokenNeed | None, largest: TrainingEstimate, share: float) -> str:
    """What would have to be so for every run to be fed."""
    if worst is None:
        return "the runs drew on these spaces; no run of the scenario names one"
    if worst.met == "no" or share < 1:
        fed = listed(row.run for row in totals if row.met != "no")
        return (
            f"only {fed} had to be fed: the largest run, {largest.run}, trains on {number(largest.tokens / TRILLION)} "
            "trillion tokens, more than all spaces have"
            if share < 1
            else f"only {fed} had to be fed: the spaces that {worst.run} draws on have too few tokens for it"
        )
    return f"tokens may be repeated: {worst.run} sees each {number(worst.epochs or 1)} times"


def _listing(totals: list[TokenNeed]) -> str:
    parts = [
        f"{row.run} needs {number(row.needed_tokens / TRILLION)} trillion and has "
        f"{number(row.unique_tokens / TRILLION)} ({row.met})"
        for row in totals
    ]
    return f"{listed(parts)}. " if parts else "No run of the scenario draws on a data space. "


def _staged(case: Case) -> str:
    if not case.staging:
        return ""
    slowest = max(case.staging, key=lambda row: row.staging_s)
    return f" Bringing all of {slowest.data_space} to {slowest.site} takes {hours(slowest.staging_s)}."


def sectors(claim: Claim, case: Case) -> Finding:
    """S56: the five sectors that data spaces cover."""
    named = str(claim.value).split(", ")
    catalogue = case.facts.catalogue
    there = [name for name in named if catalogue.has(KIND, name, "name")]
    sized = [name for name in there if case.facts.fact(KIND, name, "size_tb").evidence != "assumed"]
    stated = {one.name for one in case.scenario.access.data_spaces}
    opened = [name for name in named if name in stated]
    missing = [name for name in named if name not in stated]
    return Finding(
        verdict=grade(holds=not missing, partly=bool(there)),
        condition=f"these sites opened data spaces for {listed(missing)} as well; they have none",
        sentence=f"{number(len(opened))} of the {number(len(named))} sectors have a data space in this scenario; a "
        f"size is published for {number(len(sized))} of them.",
        found=f"Opened here: {listed(opened)}. With a published size: {listed(sized)}.",
        why="Holds if every sector named has a data space in the scenario. What a space covers is what its holders "
        "bring.",
        baseline=f"{number(len(named))} sectors",
        found_value=float(len(opened)),
        unit="sectors",
        claimed_value=float(len(named)),
        inputs=("access.data_spaces.*.size_tb",),
        figures=bars(
            "sectors",
            [
                ("claimed", "claimed", len(named)),
                ("in the scenario", "found", len(opened)),
                ("with a published size", "record", len(sized)),
            ],
        ),
    )


EVALUATORS: Final[dict[str, Evaluator]] = {"S27": feeds, "S56": sectors}
