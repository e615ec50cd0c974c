"""This module owns the list of claims and who evaluates which: every claim of the catalogue gets one verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gortyn.catalogue import Lookup
from gortyn.claims import access as access_claims
from gortyn.claims import carbon, history, money, size, structure
from gortyn.claims import training as training_claims
from gortyn.claims.text import number
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, Verdict
from gortyn.machine import SitePlan
from gortyn.model import Scenario
from gortyn.training import TrainingEstimate

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.energy import EnergyAccount
    from gortyn.finance import Finance

EVALUATORS: Final[dict[str, Evaluator]] = {
    **money.EVALUATORS,
    **structure.EVALUATORS,
    **size.EVALUATORS,
    **access_claims.EVALUATORS,
    **training_claims.EVALUATORS,
    **carbon.EVALUATORS,
    **history.EVALUATORS,
}
"""Evaluator of each claim that a scenario, or the record, can speak about."""

TEXT_UNITS: Final = ("text", "date")


def check(
    scenario: Scenario,
    plans: tuple[SitePlan, ...],
    estimates: tuple[TrainingEstimate, ...],
    energy: EnergyAccount,
    access: Access,
    finance: Finance,
    facts: Lookup,
) -> tuple[Verdict, ...]:
    """Verdict on every claim of the catalogue, in the order of their numbers.

    A claim that no evaluator knows is history where it speaks of the past, and not checkable otherwise.

    Parameters
    ----------
    scenario : resolved scenario
    plans, estimates, energy, access, finance : what its stages came to
    facts : catalogue; its kind `claims` has the claims

    Raises
    ------
    UnknownEntry : a claim without statement, value, asked_of, said_by or check, or another fact that is missing.
    """
    case = Case(scenario, plans, estimates, energy, access, finance, facts)
    return tuple(_verdict(_claim(id, facts), case) for id in sorted(facts.catalogue.entries("claims")))


def _claim(id: str, facts: Lookup) -> Claim:
    value = facts.fact("claims", id, "value")
    return Claim(
        id=id,
        statement=facts.text("claims", id, "statement"),
        said_by=facts.text("claims", id, "said_by"),
        asked_of=facts.text("claims", id, "asked_of"),
        value=value.value,
        unit=value.unit,
        low=value.low,
        high=value.high,
        check=facts.text("claims", id, "check"),
    )


def _verdict(claim: Claim, case: Case) -> Verdict:
    evaluate = EVALUATORS.get(claim.id, history.past if claim.asked_of == "history" else _silent)
    finding = evaluate(claim, case)
    unit = finding.unit if finding.unit is not None else claim.unit
    return Verdict(
        id=claim.id,
        statement=claim.statement,
        said_by=claim.said_by,
        verdict=finding.verdict,
        claimed=claimed(claim),
        found=finding.found,
        why=finding.why,
        claimed_value=claim.number if finding.claimed_value is None else finding.claimed_value,
        found_value=finding.found_value,
        unit="" if unit in TEXT_UNITS else unit,
    )


def claimed(claim: Claim) -> str:
    """Claimed value as printed."""
    if isinstance(claim.value, str):
        return claim.value
    if claim.unit in ("count", "year"):
        return f"{claim.value:.0f}" if claim.unit == "year" else number(claim.value)
    return number(claim.value) + (" times" if claim.unit == "1" else f" {claim.unit}")


def _silent(claim: Claim, _: Case) -> Finding:
    """A claim that the scenario has no number for."""
    what = "It is an opinion with" if claim.asked_of == "opinion" else "It states"
    return Finding(
        "not-checkable",
        "No number of this scenario speaks to it.",
        f"{what} nothing that a plan of sites could be held to. {claim.record}",
    )
