"""This module owns the list of claims and who evaluates which: every claim of the catalogue gets one verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from gortyn.catalogue import Lookup
from gortyn.claims import (
    access,
    carbon,
    data,
    fund,
    money,
    protection,
    record,
    saving,
    size,
    structure,
    training,
    users,
    work,
)
from gortyn.claims import world as world_claims
from gortyn.claims.evidence import Inputs, assumptions, conflicts, sources
from gortyn.claims.text import number
from gortyn.claims.verdict import Case, Claim, Evaluator, Verdict

EVALUATORS: Final[dict[str, Evaluator]] = {
    **money.EVALUATORS,
    **fund.EVALUATORS,
    **structure.EVALUATORS,
    **size.EVALUATORS,
    **world_claims.EVALUATORS,
    **work.EVALUATORS,
    **access.EVALUATORS,
    **users.EVALUATORS,
    **protection.EVALUATORS,
    **data.EVALUATORS,
    **training.EVALUATORS,
    **saving.EVALUATORS,
    **carbon.EVALUATORS,
    **record.EVALUATORS,
}
"""Evaluator of each claim."""

TEXT_UNITS: Final = ("text", "date")


def check(case: Case) -> tuple[Verdict, ...]:
    """Verdict on every claim of the catalogue, in the order of their numbers.

    Each claim is evaluated with a reader of its own, so that its verdict names the facts it rests on; what was read is
    also noted in the reader of the case.

    Parameters
    ----------
    case : resolved scenario, what its stages came to, and the catalogue, whose kind `claims` has the claims

    Raises
    ------
    UnknownEntry : a claim lacks one of its fields, or another fact is missing.
    KeyError : the catalogue has a claim that no evaluator knows.
    """
    inputs = Inputs(case)
    return tuple(
        _verdict(_claim(id, case.facts), case, inputs) for id in sorted(case.facts.catalogue.entries("claims"))
    )


def _claim(id: str, facts: Lookup) -> Claim:
    value = facts.fact("claims", id, "value")
    disputed = facts.catalogue.has("claims", id, "conflict")
    return Claim(
        id=id,
        statement=facts.text("claims", id, "statement"),
        said_by=facts.text("claims", id, "said_by"),
        topic=facts.text("claims", id, "topic"),
        value=value.value,
        unit=value.unit,
        low=value.low,
        high=value.high,
        check=facts.text("claims", id, "check"),
        conflict=facts.text("claims", id, "conflict") if disputed else "",
    )


def _verdict(claim: Claim, case: Case, inputs: Inputs) -> Verdict:
    reader = case.facts.catalogue.lookup()
    finding = EVALUATORS[claim.id](claim, replace(case, facts=reader))
    for fact in reader.used:
        case.facts.fact(fact.kind, fact.entry, fact.field)
    unit = finding.unit if finding.unit is not None else claim.unit
    return Verdict(
        id=claim.id,
        statement=claim.statement,
        said_by=claim.said_by,
        topic=claim.topic,
        verdict=finding.verdict,
        condition=finding.condition if finding.verdict == "holds_if" else "",
        sentence=finding.sentence,
        claimed=claimed(claim),
        found=finding.found,
        why=finding.why,
        baseline=finding.baseline,
        assumptions=assumptions(finding.inputs, inputs),
        conflicts=conflicts(claim, reader.used),
        claimed_value=claim.number if finding.claimed_value is None else finding.claimed_value,
        found_value=finding.found_value,
        break_even_value=finding.break_even_value,
        break_even=finding.break_even,
        unit="" if unit in TEXT_UNITS else unit,
        sources=tuple(dict.fromkeys(sources(claim, case, reader.used, finding.inputs, inputs))),
        figures=finding.figures,
    )


def claimed(claim: Claim) -> str:
    """Claimed value as printed."""
    if isinstance(claim.value, str):
        return claim.value
    if claim.unit in ("count", "year"):
        return f"{claim.value:.0f}" if claim.unit == "year" else number(claim.value)
    return number(claim.value) + (" times" if claim.unit == "1" else f" {claim.unit}")
