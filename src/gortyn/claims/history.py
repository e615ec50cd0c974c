"""This module owns the claims about the past: no scenario decides them, other sources do."""

from __future__ import annotations

import math
from typing import Final

from gortyn.claims.text import listed, number
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding

FIRST_ROUND: Final = "2024-12"
# Companies whose capital spending a claim puts side by side; the fourth publishes by the quarter.
SPENDERS: Final = ("Amazon", "Alphabet", "Meta")


def past(claim: Claim, _: Case) -> Finding:
    """A fact of the past beside what other sources say, with their range where the catalogue has one."""
    if claim.low is None and claim.high is None:
        return Finding("history", "A fact of the past that the scenario does not touch.", claim.record)
    bounds = [number(bound) for bound in (claim.low, claim.high) if bound is not None]
    return Finding(
        "history", f"Sources have {' to '.join(dict.fromkeys(bounds))} {claim.unit}.", claim.record, math.nan
    )


def first_factories(claim: Claim, case: Case) -> Finding:
    """S13: AI factories of the first round."""
    rounds = _rounds(case)
    first = sum(one.endswith(FIRST_ROUND) for one in rounds)
    found = f"The catalogue has {number(len(rounds))} AI factories, {number(first)} of them selected in {FIRST_ROUND}."
    return Finding("history", found, claim.record, float(first))


def later_factories(claim: Claim, case: Case) -> Finding:
    """S14: AI factories that came after the first round."""
    later = [one.split()[-1] for one in _rounds(case) if not one.endswith(FIRST_ROUND)]
    months = listed(f"{number(later.count(month))} in {month}" for month in sorted(set(later))) if later else "none"
    return Finding("history", f"After the first round were selected {months}.", claim.record, float(len(later)))


def all_factories(claim: Claim, case: Case) -> Finding:
    """S15: AI factories of all rounds."""
    count = len(_rounds(case))
    return Finding("history", f"The catalogue has {number(count)} AI factories.", claim.record, float(count))


def hyperscalers(claim: Claim, case: Case) -> Finding:
    """S35: capital spending of the largest cloud companies in 2025."""
    spent = {name: case.facts.number("comparators", name, "capex_2025_usd") / 1e9 for name in SPENDERS}
    listing = listed(f"{name} {number(amount)}" for name, amount in spent.items())
    return Finding("history", f"Spent in 2025, bn USD: {listing}.", claim.record, min(spent.values()))


def stargate(claim: Claim, case: Case) -> Finding:
    """S34: what Stargate is to invest."""
    amount = case.facts.number("comparators", "Stargate", "investment_usd") / 1e9
    return Finding("history", f"Other sources have {number(amount)} bn USD.", claim.record, amount)


def _rounds(case: Case) -> list[str]:
    catalogue = case.facts.catalogue
    return [
        case.facts.text("ai_factories", entry, "round")
        for entry in catalogue.entries("ai_factories")
        if catalogue.has("ai_factories", entry, "round")
    ]


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S13": first_factories,
    "S14": later_factories,
    "S15": all_factories,
    "S16": past,
    "S25": past,
    "S28": past,
    "S29": past,
    "S34": stargate,
    "S35": hyperscalers,
    "S48": past,
    "S49": past,
    "S57": past,
    "S60": past,
}
