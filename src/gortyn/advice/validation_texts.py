"""This module owns the checks of the texts' own arithmetic, and of cloud prices that their sources state twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, source_of
from gortyn.finance.cloud import OFFERS
from gortyn.training.checks import Check

CLAIMS: Final = "claims"
MILLION_PER_BILLION: Final = 1e3
ROUNDED: Final = 0.02  # source: texts round to two or three digits
CENT: Final = 0.01  # unit: EUR or USD
WEEKS_PER_MONTH: Final = 52 / 12  # unit: weeks of a year over its months


def text_figures(facts: Lookup) -> Iterator[Figure]:
    """What follows from numbers of the texts, against the numbers that the texts draw from them."""

    def said(claim: str) -> float:
        return facts.number(CLAIMS, claim, "value")

    def told(*claims: str) -> str:
        return "; ".join(source_of(facts, CLAIMS, claim, "value") for claim in claims)

    whole = said("S05") + said("S06")
    yield _exact("public and private part make the whole [bn EUR]", said("S01"), whole, told("S01", "S05", "S06"))
    yield _exact(
        "public part of the whole [%]", said("S07"), said("S05") / said("S01") * 100, told("S07", "S05", "S01")
    )
    factory = said("S10") / said("S11")
    yield _exact("chips of a site over its ratio to a factory", said("S12"), factory, told("S12", "S10", "S11"))
    centres = said("S13") + said("S14")
    yield _exact("factories announced and to come", said("S15"), centres, told("S15", "S13", "S14"))
    unlocked = said("S57") / MILLION_PER_BILLION * said("S59")
    yield _exact("money of the fund times its leverage [bn EUR]", said("S58"), unlocked, told("S58", "S57", "S59"))
    months, weeks = facts.fact(CLAIMS, "S51", "months_before"), facts.fact(CLAIMS, "S51", "weeks_after")
    ratio = facts.fact(CLAIMS, "S52", "value")
    for name, long, short, bound in (
        ("least", months.low, weeks.high, ratio.low),
        ("largest", months.high, weeks.low, ratio.high),
    ):
        if long is not None and short is not None and bound is not None:
            got = long * WEEKS_PER_MONTH / short
            yield _exact(f"{name} speed-up, months over weeks", bound, got, told("S52"))


def _exact(name: str, expected: float, got: float, source: str) -> Figure:
    return Figure(Check(f"texts: {name}", expected, got, ROUNDED * abs(expected), source), False)


def cloud_figures(facts: Lookup) -> Iterator[Figure]:
    """Prices that their sources state twice: in euros and dollars, for a node and for a chip."""
    usd_per_eur = facts.number("prices", "exchange", "usd_per_eur")
    for name in facts.catalogue.entries(OFFERS):
        fields = facts.catalogue.entry(OFFERS, name)
        usd, eur = fields.get("price_usd_per_chip_hour"), fields.get("price_eur_per_chip_hour")
        if usd is None:
            continue
        if eur is not None:
            check = Check(
                f"{name}: dollars, from its price in euros", usd.number, eur.number * usd_per_eur, CENT, usd.key
            )
            yield Figure(check, False, eur.number, "no exchange rate")
        node = fields.get("node_usd_per_hour")
        chips = facts.get_number("chips", fields["chip"].text, "chips_per_node")
        if node is None or chips is None:
            continue
        for stated, whole in zip((usd, *usd.conflicts), (node, *node.conflicts), strict=False):
            check = Check(
                f"{name}, {stated.date}: node over its chips", stated.number, whole.number / chips, CENT, whole.key
            )
            yield Figure(check, False)
