"""This module owns what a verdict rests on: facts that were read, inputs of the scenario, and where sources differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from functools import cached_property
from typing import NamedTuple

from gortyn.catalogue import Fact
from gortyn.claims.text import number
from gortyn.claims.verdict import Case, Claim, ClaimSource
from gortyn.resolve import Origin, leaves, named_path, printed

SHOWN = 3  # source: chosen, more inputs of one kind are told as one line
ABOUT_CLAIMS = "claims/"


class Input(NamedTuple):
    """One value of the scenario and where it comes from; None where nobody says."""

    path: str
    origin: Origin | None


class Inputs:
    """Values of a scenario, found by patterns of their paths."""

    def __init__(self, case: Case) -> None:
        self._case = case

    @cached_property
    def _all(self) -> list[Input]:
        scenario, origins = self._case.scenario, self._case.origins
        return [
            Input(named_path(scenario, leaf.path), origins.get(leaf.path))
            for leaf in leaves(scenario)
            if leaf.value is not None
        ]

    def of(self, pattern: str) -> list[Input]:
        """Inputs whose path a pattern fits, `*` standing for anything."""
        fits = re.compile(translate(pattern)).match
        return [one for one in self._all if fits(one.path)]


def assumptions(patterns: Iterable[str], inputs: Inputs) -> str:
    """Paths of the inputs without a source, those of one pattern as one where they are many."""
    found: list[str] = []
    for pattern in patterns:
        paths = [one.path for one in inputs.of(pattern) if not _has_source(one.origin)]
        found += paths if len(paths) <= SHOWN else [f"{pattern} ({len(paths)} values)"]
    return "; ".join(dict.fromkeys(found))


def sources(
    claim: Claim, case: Case, read: Iterable[Fact], patterns: Iterable[str], inputs: Inputs
) -> Iterator[ClaimSource]:
    """The text that made the claim, then each fact that was read, then each input with a source."""
    own = case.facts.fact("claims", claim.id, "statement")
    facts = {fact.key: fact for fact in read if not fact.key.startswith(f"claims/{claim.id}/")}
    stated: list[ClaimSource] = []
    for pattern in patterns:
        for one in inputs.of(pattern):
            if one.origin and one.origin.fact:
                facts.setdefault(one.origin.fact.key, one.origin.fact)
            elif one.origin and one.origin.evidence == "sourced":
                stated.append(ClaimSource(one.path, one.origin.note, "", "", "sourced"))
    for fact in (own, *facts.values()):
        yield from _cited(fact)
    yield from stated


def conflicts(claim: Claim, read: Iterable[Fact]) -> str:
    """Where the texts contradict each other, and where sources of the facts that were read do."""
    parts = [f"{claim.conflict}."] if claim.conflict else []
    for fact in read:
        if fact.conflicts and not fact.key.startswith(ABOUT_CLAIMS):
            others = "; ".join(f"{_value(one)} ({_outlets(one)}, {one.date})" for one in fact.conflicts)
            parts.append(f"{fact.key}: {_value(fact)} here, elsewhere {others}.")
    return " ".join(parts)


def _has_source(origin: Origin | None) -> bool:
    if origin is None:
        return False
    return origin.evidence == "sourced" or (origin.fact is not None and origin.evidence != "assumed")


def _cited(fact: Fact) -> Iterator[ClaimSource]:
    for source in fact.citations:
        yield ClaimSource(fact.key, source.citation, source.url, source.date, fact.evidence)


def _value(fact: Fact) -> str:
    """A value as printed, money in full with its unit."""
    unit = "" if fact.unit in ("1", "text", "date", "count") else f" {fact.unit}"
    if isinstance(fact.value, float):
        return f"{number(fact.value)}{unit}"
    return f"{printed(fact.value)}{unit}"


def _outlets(fact: Fact) -> str:
    return ", ".join(source.citation for source in fact.citations)
