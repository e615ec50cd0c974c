"""This module owns the claims about protection: hospitals' data, ethics, and which models are eligible."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from gortyn.claims.charts import bars
from gortyn.claims.text import hours, listed, number, percent, plural
from gortyn.claims.verdict import Case, Claim, ClaimFigure, Evaluator, Finding, grade, unknown
from gortyn.model import known
from gortyn.model.access import Mode
from gortyn.model.conversions import S_PER_DAY, S_PER_MIN

HEALTH: Final = "health"
ETHICAL: Final = ("ethics",)
RESPONSIBLE: Final = ("civil-use", "ai-act", "ethics")
PRESENT_MODE: Final = "fast-lane"
NO_MODES: Final = "The scenario has no modes of access, so nobody is asked anything."
ADD_MODES: Final = "It would take modes of access in the scenario, with the conditions that they ask for."
MODES: Final = "access.modes.*.conditions"


def hospitals(_: Claim, case: Case) -> Finding:
    """S45: hospitals and laboratories use their data securely: enclaves that take them, and what these cost."""
    stated = [one for one in case.scenario.access.enclaves if HEALTH in one.takes]
    bringing = [one.name for one in case.scenario.tenants if one.sensitive == HEALTH]
    if not stated:
        return _no_enclave(bringing)
    used = [one for one in case.access.enclaves if one.enclave in {enclave.name for enclave in stated}]
    jobs = sum(one.jobs for one in used)
    waits = [one.wait_p90_s for one in used if math.isfinite(one.wait_p90_s)]
    present_days = case.facts.number("access_modes", PRESENT_MODE, "time_to_grant_days")
    longest_s = max(waits, default=math.nan)
    permit = max(known(one.permit_days) for one in stated)
    chips = sum(one.chips for one in used) or sum(one.chips for one in stated)
    took = isolation(case)
    told = f", and nine in ten jobs there start {_within(longest_s)}" if waits else ""
    return Finding(
        verdict=grade(holds=False, partly=True),
        condition=" and ".join(_lacking(jobs, longest_s, present_days, permit)),
        sentence=f"{plural(chips, 'chip')} are set apart for health data{told}; the permit of another holder of data "
        f"takes {number(permit)} days more. {took.sentence}",
        found=f"{listed(f'{one.enclave} ({number(one.chips)} chips, {number(one.jobs)} jobs)' for one in used)} for "
        f"{listed(bringing)}. {took.found}",
        why=f"How secure an enclave is cannot be simulated, so it cannot hold in full: the scenario says what is set "
        f"apart and what that takes. Jobs are held to {number(present_days)} days, the time to a grant in today's fast "
        "lane.",
        baseline="the same machines and jobs, with nothing set apart",
        found_value=permit + longest_s / S_PER_DAY,
        unit="days",
        claimed_value=math.nan,
        break_even_value=present_days,
        break_even="days of permit and queue, up to which others' data are there as soon as a grant today",
        inputs=("access.enclaves.*", "tenants.*.sensitive"),
        figures=took.figures,
    )


def _lacking(jobs: int, longest_s: float, present_days: float, permit: float) -> list[str]:
    """What would have to be so for hospitals to be served, beside what cannot be simulated."""
    parts = ["machines of their own are what makes use secure"]
    if not jobs:
        parts.append("a tenant brought such data, which none does here")
    elif math.isnan(longest_s):
        parts.append("any of the jobs there started")
    elif longest_s > present_days * S_PER_DAY:
        parts.append(f"nine in ten jobs there started within {number(present_days)} days instead of {hours(longest_s)}")
    if permit > present_days:
        parts.append(f"the data are the users' own, since the permit of another holder takes {number(permit)} days")
    return parts


class Isolation(NamedTuple):
    """What setting machines apart takes, as told and drawn."""

    sentence: str
    found: str
    figures: tuple[ClaimFigure, ...]


def isolation(case: Case) -> Isolation:
    """What enclaves take: the same jobs simulated with and without them, or the account of their jobs."""
    used = case.access.enclaves
    overhead, idle, wanted = (
        sum(getattr(one, name) for one in used)
        for name in ("overhead_chip_hours", "idle_chip_hours", "idle_wanted_chip_hours")
    )
    account = (
        f"By the account of their jobs, longer runs and wiping take {number(overhead)} chip-hours, {number(idle)} "
        f"stand idle, {number(wanted)} of these while others wait for the same machine."
    )
    pairs = {one.demand: one for one in case.tradeoff if one.reserved_share == 0}
    if not {"as-is", "no-enclaves"} <= set(pairs):
        return Isolation(
            f"Longer runs and wiping take {number(overhead)} chip-hours.",
            account,
            bars("chip-hours", [("isolation", "found", overhead), ("idle while others wait", "found", wanted)]),
        )
    apart, together = pairs["as-is"], pairs["no-enclaves"]
    less = together.useful_chip_hours - apart.useful_chip_hours
    more = apart.occupied_chip_hours - together.occupied_chip_hours
    days = number(apart.simulated_days)
    work = f"{number(abs(less))} chip-hours {'less' if less >= 0 else 'more'} work is done"
    held = f"jobs hold chips for {number(abs(more))} chip-hours {'more' if more >= 0 else 'less'}"
    return Isolation(
        f"With the same jobs in {days} days, {work} than with nothing set apart.",
        f"With the same jobs in {days} days, {work} and {held} than with nothing set apart; nine in ten jobs of others "
        f"than start-ups start within {_wait(apart.other_wait_p90_s)} instead of {_wait(together.other_wait_p90_s)}. "
        f"{account}",
        bars(
            "chip-hours",
            [
                ("useful, with enclaves", "found", apart.useful_chip_hours),
                ("useful, nothing set apart", "baseline", together.useful_chip_hours),
                ("occupied, with enclaves", "found", apart.occupied_chip_hours),
                ("occupied, nothing set apart", "baseline", together.occupied_chip_hours),
            ],
        ),
    )


def _within(seconds: float) -> str:
    return f"within {hours(seconds)}" if seconds >= S_PER_MIN else "at once"


def _wait(seconds: float) -> str:
    return hours(seconds) if math.isfinite(seconds) else "no time known"


def _no_enclave(bringing: list[str]) -> Finding:
    return Finding(
        verdict="fails",
        sentence="No site of this scenario has an enclave that takes health data.",
        found=f"Enclaves for health data: none. Tenants that bring such data: {listed(bringing)}.",
        why="Holds if an enclave takes health data, and jobs on them start as soon as other promised ones.",
        found_value=0.0,
        unit="enclaves",
        inputs=("access.enclaves.*", "tenants.*.sensitive"),
    )


def _asking(modes: Sequence[Mode], criteria: tuple[str, ...]) -> list[str]:
    return [mode.name for mode in modes if set(criteria) <= set(mode.conditions)]


def ethics(_: Claim, case: Case) -> Finding:
    """S47: the approach is ethical and transparent: what applicants are asked."""
    modes = case.scenario.access.modes
    if not modes:
        return unknown(NO_MODES, ADD_MODES)
    asking = _asking(modes, ETHICAL)
    share = case.scenario.access.applicants.unethical_share
    said = f"{number(len(asking))} of {number(len(modes))} modes of access ask for ethical use before a grant"
    found = (
        f"Modes that ask for ethical use: {listed(asking)}. The scenario takes {percent(share)} of the applications to "
        "fail at it."
    )
    inputs = (MODES, "access.applicants.unethical_share")
    if len(asking) == len(modes):
        return unknown(
            f"{said}; what happens after it, and what is transparent, nobody measures.",
            "It would take a measure of what is ethical and transparent, and somebody who looks after the grant.",
            found,
            found_value=100.0,
            unit="%",
            inputs=inputs,
            figures=_refused(case),
        )
    return Finding(
        verdict="fails",
        sentence=f"{said}, the others do not.",
        found=found,
        why="Fails if a mode does not even ask; asking alone would not make it hold.",
        found_value=len(asking) / len(modes) * 100,
        unit="%",
        inputs=inputs,
        figures=_refused(case),
    )


def eligible(_: Claim, case: Case) -> Finding:
    """S50: only ethical and responsible models are eligible: rules of the modes, and who comes without any."""
    modes, tenants = case.scenario.access.modes, case.scenario.tenants
    if not modes:
        return unknown(NO_MODES, ADD_MODES)
    asking = _asking(modes, RESPONSIBLE)
    without = [one.name for one in tenants if one.mode is None]
    all_ask = len(asking) == len(modes)
    ineligible = sum(row.ineligible for row in case.access.funnel)
    submitted = sum(row.applications for row in case.access.funnel)
    lenient = [mode.name for mode in modes if mode.name not in asking]
    reasons = [] if all_ask else [f"all three were asked under {listed(lenient)} as well"]
    reasons += [f"the same were asked of those who need not apply: {listed(without)}"] if without else []
    share = ineligible / submitted * 100 if submitted else math.nan
    outcome = (
        f"{number(ineligible)} of {number(submitted)} applications break a rule" if submitted else "nobody has applied"
    )
    return Finding(
        verdict=grade(holds=all_ask and not without, partly=bool(asking)),
        condition=" and ".join(reasons),
        sentence=f"{number(len(asking))} of {number(len(modes))} modes ask for civil use, the AI Act and ethics, and "
        f"{outcome}; {number(len(without))} of {number(len(tenants))} groups of users do not have to apply.",
        found=f"Asking for all three: {listed(asking)}. Tenants that come without applying: {listed(without)}.",
        why="Holds if every mode asks for civil use, compliance with the AI Act and ethics, and every tenant comes "
        "through a mode. How many break the rules is an assumption of the scenario.",
        baseline="civil use and compliance with the AI Act in the access modes of 2026",
        found_value=share,
        unit="%",
        inputs=(MODES, "tenants.*.mode", "access.applicants.*"),
        figures=_refused(case),
    )


def _refused(case: Case) -> tuple[ClaimFigure, ...]:
    names = dict.fromkeys(row.mode for row in case.access.funnel)
    sums = {name: sum(row.ineligible for row in case.access.funnel if row.mode == name) for name in names}
    return bars("applications", ((f"{name}, against the rules", "found", value) for name, value in sums.items()))


EVALUATORS: Final[dict[str, Evaluator]] = {"S45": hospitals, "S47": ethics, "S50": eligible}
