"""This module owns the claims about access: who gets compute, how soon, and whether a few take it all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gortyn.claims.text import clauses, hours, listed, number, percent
from gortyn.claims.tolerance import DOMINANT_SHARE, JAIN_FAIR, JAIN_UNFAIR, SERVED_SHARE, UNSUSPICIOUS_SHARE
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade, weigh
from gortyn.model.conversions import S_PER_DAY

if TYPE_CHECKING:
    from gortyn.access import ClassAccess

ANCHOR: Final = "anchor"
# Those who are promised access, in groups of classes of which one is enough.
SCIENTISTS_AND_ALL_FIRMS: Final = (("research",), ("start-up",), ("sme",), ("industry",))
START_UPS_RESEARCHERS_FIRMS: Final = (("start-up",), ("research",), ("sme", "industry"))
# The route by which firms get EuroHPC time today; what comes after a grant is the queue.
PRESENT_MODE: Final = "fast-lane"


def access_for_all(claim: Claim, case: Case) -> Finding:
    """S20: all scientists and companies, not the largest alone."""
    return _promised(claim, case, SCIENTISTS_AND_ALL_FIRMS)


def access_for_groups(claim: Claim, case: Case) -> Finding:
    """S46: start-ups, researchers and companies."""
    return _promised(claim, case, START_UPS_RESEARCHERS_FIRMS)


def _promised(_: Claim, case: Case, groups: tuple[tuple[str, ...], ...]) -> Finding:
    present_days = case.facts.number("access_modes", PRESENT_MODE, "time_to_grant_days")
    classes = {one.tenant_class: one for one in case.access.classes}
    promised = [classes[name] for group in groups for name in group if name in classes]
    parts: list[str] = []
    passed: list[bool] = []
    for group in groups:
        members = [classes[name] for name in group if name in classes]
        passed.append(any(_has_access(member, present_days) for member in members))
        parts.extend(_described(member) for member in members)
        if not members:
            parts.append(f"no tenant is {' or '.join(group)}")
    if ANCHOR in classes:
        parts.append(f"beside them {_described(classes[ANCHOR])}")
    return Finding(
        weigh(passed),
        clauses(parts),
        f"A class has access if it gets {percent(SERVED_SHARE)} of what it would get on empty machines and nine in "
        f"ten of its jobs start within {number(present_days)} days, the time to a grant in today's fast lane. The "
        "tenants and their demand are assumptions; rules of admission are not modelled.",
        min((one.served_share * 100 for one in promised), default=math.nan),
        unit="%",
    )


def _has_access(one: ClassAccess, present_days: float) -> bool:
    return one.jobs > 0 and one.served_share >= SERVED_SHARE and one.wait_p90_s <= present_days * S_PER_DAY


def _described(one: ClassAccess) -> str:
    return (
        f"{one.tenant_class} gets {percent(one.chip_hours_share)} of the chip-hours and waits {hours(one.wait_p50_s)} "
        f"at the median, at most {hours(one.wait_p90_s)} in nine of ten jobs"
    )


def fair(claim: Claim, case: Case) -> Finding:
    """S42: access is fair, by Jain's index over what tenants get of what they ask for."""
    jain = case.access.jain
    if math.isnan(jain):
        return Finding("not-checkable", "No tenant has sent a job.", claim.record)
    least = min((one for one in case.access.tenants if one.jobs), key=lambda one: one.served_share, default=None)
    worst = f" The least served is {least.tenant} with {percent(least.served_share)}." if least else ""
    return Finding(
        grade(holds=jain >= JAIN_FAIR, partly=jain >= JAIN_UNFAIR),
        f"Jain's index over the tenants is {number(jain)}, 1 being even.{worst}",
        f"Over the share of what each tenant would get on empty machines. Holds from {JAIN_FAIR:g} on, fails below "
        f"{JAIN_UNFAIR:g}. Fair between those who are admitted; who is admitted is not modelled.",
        jain,
        unit="Jain's index",
        claimed_value=1,
    )


def no_monopoly(claim: Claim, case: Case) -> Finding:
    """S43: compute is not taken by a few companies."""
    shares = {one.tenant: one.chip_hours_share for one in case.access.tenants if one.tenant_class == ANCHOR}
    share = sum(shares.values())
    if math.isnan(share):
        return Finding("not-checkable", "No tenant has got a chip-hour.", claim.record)
    named = listed(f"{tenant} ({percent(part)})" for tenant, part in shares.items()) if shares else "none"
    return Finding(
        grade(holds=share <= UNSUSPICIOUS_SHARE, partly=share <= DOMINANT_SHARE),
        f"Anchor customers take {percent(share)} of the chip-hours: {named}.",
        f"Merger control sees no harm up to {percent(UNSUSPICIOUS_SHARE)} of a market and dominance above "
        f"{percent(DOMINANT_SHARE)}. Counts these sites alone, not the market for compute.",
        share * 100,
        unit="%",
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S20": access_for_all,
    "S42": fair,
    "S43": no_monopoly,
    "S46": access_for_groups,
}
