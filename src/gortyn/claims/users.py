"""This module owns the claims about users: who gets the chip-hours, and whether they are shared fairly."""

from __future__ import annotations

import math
from typing import Final

from gortyn.claims.access import INPUTS, PRESENT_MODE, at_most_all, cost_of_more, is_number
from gortyn.claims.charts import bars
from gortyn.claims.text import listed, number, percent, word, words
from gortyn.claims.tolerance import JAIN_FAIR, JAIN_UNFAIR
from gortyn.claims.verdict import Case, Claim, ClaimFigure, Evaluator, Finding, grade, unknown

USERS: Final = ("start-up", "research")
INDUSTRY: Final = ("industry", "sme", "start-up")
CRITICAL: Final = ("public",)
NO_HOURS: Final = "No tenant has got a chip-hour."


def centres_serve(_: Claim, case: Case) -> Finding:
    """S40: the AI factories serve start-ups and researchers, by their modes of access."""
    facts, catalogue = case.facts, case.facts.catalogue
    firms, science = (
        facts.text("access_modes", PRESENT_MODE, "who_qualifies"),
        facts.text("access_modes", "science-and-collaborative", "who_qualifies"),
    )
    price = facts.text("access_modes", PRESENT_MODE, "price")
    days = facts.number("access_modes", PRESENT_MODE, "time_to_grant_working_days")
    count, said = facts.number("programme", "ai-factories", "count"), facts.number("claims", "S15", "value")
    served = [one for one in catalogue.entries("ai_factories") if catalogue.has("ai_factories", one, "clients")]
    clients = {facts.text("ai_factories", one, "name"): facts.number("ai_factories", one, "clients") for one in served}
    listing = listed(f"{name} more than {number(value)}" for name, value in clients.items())
    return Finding(
        verdict=grade(holds=False, partly="start-ups" in price),
        condition=f"the number is left aside: there are {number(count)} AI factories and never were {number(said)}",
        sentence=f"Start-ups get time at AI factories free of charge within {number(days)} working days of asking, "
        f"and researchers have a mode of their own; there are {number(count)} AI factories, not {number(said)}.",
        found=f"The fast lane is for {firms}: {price}. The mode for science is for {science}. Clients: {listing}.",
        why="Published modes of access of the AI factories; how many applied and how long they queued is not "
        "published.",
        baseline=f"{number(count)} AI factories",
        found_value=sum(clients.values()),
        unit="clients",
        figures=bars("AI factories", [("claimed", "claimed", said), ("selected in all", "record", count)]),
    )


def users(_: Claim, case: Case) -> Finding:
    """S55: data scientists, researchers and start-ups are the users, by the chip-hours that they get."""
    shares = {one.tenant_class: one.chip_hours_share for one in case.access.classes}
    theirs = sum(shares.get(name, 0.0) for name in USERS)
    if not shares or math.isnan(sum(shares.values())):
        return unknown(NO_HOURS, "It would take tenants that send jobs.", inputs=INPUTS)
    others = listed(f"{words((name,))[0]} {percent(share)}" for name, share in shares.items() if name not in USERS)
    given, of_given = _given(case)
    return Finding(
        verdict=grade(holds=theirs > 1 / 2, partly=of_given > 1 / 2),
        condition=f"only compute is meant that is given out on application, {percent(given)} of all chip-hours here: "
        f"of that they get {percent(of_given)}",
        sentence=f"Start-ups and researchers get {percent(theirs)} of the chip-hours of these sites.",
        found=f"Of the chip-hours, start-ups get {percent(shares.get('start-up', 0.0))} and research "
        f"{percent(shares.get('research', 0.0))}; others: {others}.",
        why="Said of the AI factories of 2024, checked on the sites of the scenario. Holds if they get most of the "
        "chip-hours, on a condition if they get most of what is given out on application; data scientists are in every "
        "class.",
        baseline="all chip-hours of the sites",
        found_value=theirs * 100,
        unit="%",
        break_even_value=100 / 2,
        break_even="% of the chip-hours above which they are the main users",
        inputs=INPUTS,
        figures=_class_bars(shares),
    )


def _given(case: Case) -> tuple[float, float]:
    """Share of the chip-hours that tenants with a mode of access get, and what start-ups and researchers have of it."""
    asking = {one.name for one in case.scenario.tenants if one.mode is not None}
    rows = [one for one in case.access.tenants if one.tenant in asking]
    given = sum(one.chip_hours_share for one in rows)
    return given, sum(one.chip_hours_share for one in rows if one.tenant_class in USERS) / given if given else 0.0


def fields(_: Claim, case: Case) -> Finding:
    """S39: industrial applications and critical fields are served."""
    shares = {one.tenant_class: one.chip_hours_share for one in case.access.classes}
    industry, critical = (sum(shares.get(name, 0.0) for name in group) for group in (INDUSTRY, CRITICAL))
    if not shares or math.isnan(industry + critical):
        return unknown(NO_HOURS, "It would take tenants that send jobs.", inputs=INPUTS)
    named = case.facts.text("programme", "call", "users")
    lacking = "public bodies such as hospitals" if industry else "companies other than anchors"
    return Finding(
        verdict=grade(holds=industry > 0 and critical > 0, partly=industry > 0 or critical > 0),
        condition=f"{lacking} got compute as well; here they get none",
        sentence=f"Companies get {percent(industry)} of the chip-hours here and public bodies, hospitals among them, "
        f"{percent(critical)}.",
        found=f"The call of 2026 names {named}. Here companies without anchors get {percent(industry)} of the "
        f"chip-hours and public bodies {percent(critical)}.",
        why="Holds if both get any; how much an aim is worth is not said. Critical fields are read as public bodies.",
        found_value=(industry + critical) * 100,
        unit="%",
        inputs=INPUTS,
        figures=_class_bars(shares),
    )


def breakthroughs(_: Claim, case: Case) -> Finding:
    """S19: breakthroughs in medicine and science: an intention."""
    shares = {one.tenant_class: one.chip_hours_share for one in case.access.classes}
    science = sum(shares.get(name, 0.0) for name in ("research", *CRITICAL))
    told = (
        f"Research and public bodies get {percent(science)} of the chip-hours here." if math.isfinite(science) else ""
    )
    return unknown(
        f"Breakthroughs cannot be planned; {told[:1].lower()}{told[1:]}" if told else NO_HOURS,
        "It would take results published by users, traced to the chip-hours that they used, years later.",
        told,
        found_value=science * 100,
        unit="%",
        inputs=INPUTS,
        figures=_class_bars(shares),
    )


def _class_bars(shares: dict[str, float]) -> tuple[ClaimFigure, ...]:
    return bars("% of chip-hours", ((word(name), "found", share * 100) for name, share in shares.items()))


def fair(_: Claim, case: Case) -> Finding:
    """S42: access is fair, by Jain's index over what tenants get of what they ask for."""
    jain = case.access.jain
    if math.isnan(jain):
        return unknown("No tenant has sent a job.", "It would take tenants that send jobs, and a measure of fairness.")
    least = min((one for one in case.access.tenants if one.jobs), key=lambda one: one.served_share, default=None)
    worst = f"; the least served, {least.tenant}, gets {percent(at_most_all(least))}" if least else ""
    rows = [one for one in case.access.evenness if is_number(one.jain)]
    others = [f"{number(one.jain)} for {one.quantity} by {one.grouping}" for one in rows]
    more = f" Elsewhere it is {listed(others)}." if others else ""
    shared = [one for one in rows if one.quantity != "wait"]  # waits of nearly nothing are uneven and harm nobody
    lowest = min(shared, key=lambda one: one.jain, default=None)
    by_all = jain if lowest is None else min(jain, lowest.jain)
    if jain >= JAIN_FAIR and lowest is not None:
        condition = (
            "fair means that those who are admitted get the same part of what they ask for: by another measure, "
            f"{lowest.quantity} by {lowest.grouping}, the evenness is {number(lowest.jain)}"
        )
    else:
        condition = f"what is short were shared at an evenness of {JAIN_FAIR:g} instead of {number(jain)}{worst}"
    return Finding(
        verdict=grade(holds=by_all >= JAIN_FAIR, partly=jain >= JAIN_UNFAIR),
        condition=condition,
        sentence=f"Between those who are admitted, compute is shared with an evenness of {number(jain)}, 1 being even "
        f"and {JAIN_FAIR:g} the line{worst}.",
        found=f"Jain's index over the tenants is {number(jain)}, 1 being even.{more}",
        why=f"Over the share of what each tenant would get on empty machines. Holds from {JAIN_FAIR:g} on if every "
        f"other measure of shared chip-hours reaches that too, fails below {JAIN_UNFAIR:g}. No measure was stated. "
        f"Fair between those who are admitted.{cost_of_more(case)}",
        baseline="1, where all get the same share of what they ask for",
        found_value=jain,
        unit="Jain's index",
        claimed_value=1,
        break_even_value=JAIN_FAIR,
        break_even="Jain's index from which on it holds",
        inputs=INPUTS,
        figures=(
            *bars("Jain's index", [("even", "claimed", 1), ("tenants, of what they ask for", "found", jain)]),
            *bars("Jain's index", ((f"{one.quantity} by {one.grouping}", "found", one.jain) for one in rows)),
        ),
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S19": breakthroughs,
    "S39": fields,
    "S40": centres_serve,
    "S42": fair,
    "S55": users,
}
