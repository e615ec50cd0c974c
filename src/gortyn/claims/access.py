"""This module owns the claims about who gets access: how many are admitted, and how soon their jobs start."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from gortyn.claims.charts import bars
from gortyn.claims.text import clauses, hours, listed, number, percent, word, words
from gortyn.claims.tolerance import ALL_ADMITTED, LEAST_DECIDED, SERVED_SHARE, SOME_ADMITTED
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, unknown, weigh
from gortyn.model.conversions import S_PER_DAY

if TYPE_CHECKING:
    from gortyn.access import ClassAccess

Groups = tuple[tuple[str, ...], ...]
ANCHOR: Final = "anchor"
# Those who are promised access, in groups of classes of which one is enough.
SCIENTISTS_AND_ALL_FIRMS: Final = (("research",), ("start-up",), ("sme",), ("industry",))
START_UPS_RESEARCHERS_FIRMS: Final = (("start-up",), ("research",), ("sme", "industry"))
QUEUE: Final = "queue, nine in ten jobs"
DECIDED: Final = ("admitted", "refused", "crowded_out", "withdrawn")
# The route by which firms get EuroHPC time today; what comes after a grant is the queue.
PRESENT_MODE: Final = "fast-lane"
INPUTS: Final = (
    "tenants.*.demand_share",
    "tenants.*.mode",
    "access.modes.*.chip_hours_share",
    "access.modes.*.pass_share",
)


class Applied(NamedTuple):
    """What became of the eligible applications of some classes: decided, admitted, and those without hours left."""

    decided: int
    admitted: int
    crowded_out: int
    ineligible: int

    @property
    def share(self) -> float:
        """Admitted over decided; nan where none was."""
        return self.admitted / self.decided if self.decided else math.nan


class Held(NamedTuple):
    """One thing that access of a class is held to: what it is, what was found, the line, and whether more is better."""

    what: str
    found: float
    line: float
    unit: str
    more_is_better: bool = True

    @property
    def met(self) -> bool:
        """Whether the line is reached; never for nan."""
        return self.found >= self.line if self.more_is_better else self.found <= self.line

    @property
    def margin(self) -> float:
        """How far it is over the line, 1 being on it; 0 for what never comes."""
        if not math.isfinite(self.found):
            return 0.0
        if self.more_is_better:
            return self.found / self.line
        return self.line / self.found if self.found else math.inf

    @property
    def lacking(self) -> str:
        """What would have to be so, and what is so."""
        if not math.isfinite(self.found):
            return f"any of {self.what} came, where none does"
        bound = "at least" if self.more_is_better else "at most"
        return f"{self.what} were {bound} {number(self.line)} {self.unit} instead of {number(self.found)}"


def applied(case: Case, classes: Iterable[str]) -> Applied:
    """Applications of some classes, those that break a rule of eligibility apart."""
    rows = [row for row in case.access.funnel if row.tenant_class in set(classes)]
    sums = {name: sum(getattr(row, name) for row in rows) for name in DECIDED}
    return Applied(sum(sums.values()), sums["admitted"], sums["crowded_out"], sum(row.ineligible for row in rows))


def access_for_all(_: Claim, case: Case) -> Finding:
    """S20: all scientists and companies, not the largest alone."""
    return _promised(case, SCIENTISTS_AND_ALL_FIRMS, ALL_ADMITTED)


def access_for_groups(_: Claim, case: Case) -> Finding:
    """S46: start-ups, researchers and companies."""
    return _promised(case, START_UPS_RESEARCHERS_FIRMS, SOME_ADMITTED)


def _promised(case: Case, groups: Groups, least_admitted: float) -> Finding:
    """Whether each group has a class with access; `least_admitted` of its eligible applications is enough."""
    names = [name for group in groups for name in group]
    total = applied(case, names)
    if reason := _unknowable(case, names):
        return unknown(
            reason,
            f"It would take modes of access, and days enough for {LEAST_DECIDED} decisions on each class that asks.",
        )
    present_days = case.facts.number("access_modes", PRESENT_MODE, "time_to_grant_days")
    classes = {one.tenant_class: one for one in case.access.classes}
    best = [_best(group, classes, case, present_days, least_admitted) for group in groups]
    lacking = _lacking(groups, best)
    promised = [classes[name] for name in names if name in classes]
    parts = [_described(one, case) for one in promised]
    parts += [
        f"no tenant is one of the {listed(words(group))}" for group, held in zip(groups, best, strict=True) if not held
    ]
    if ANCHOR in classes:
        parts.append(f"beside them {_described(classes[ANCHOR], case)}")
    binding = min((one for held in best for one in held), key=lambda one: one.margin, default=None)
    passed = [bool(held) and all(one.met for one in held) for held in best]
    return Finding(
        verdict=weigh(passed),
        condition=" and ".join(lacking),
        sentence=_told(passed, total, [one.wait_p90_s for one in promised]),
        found=clauses(parts) + _by_size_and_country(case),
        why=f"A class has access if it gets {percent(SERVED_SHARE)} of what it would get on empty machines, nine in "
        f"ten of its jobs start within {number(present_days)} days, the time to a grant in today's fast lane, and "
        f"{percent(least_admitted)} of its eligible applications are admitted where it has to apply. Told is the "
        "part of that which is missed by most, or met by least. The tenants and their demand are assumptions; how "
        f"long an application takes stands with the modes of access.{cost_of_more(case)}",
        baseline=f"{number(present_days)} days to a grant in today's fast lane",
        found_value=binding.found if binding else math.nan,
        unit=binding.unit if binding else "%",
        claimed_value=math.nan,
        break_even_value=binding.line if binding else math.nan,
        break_even=f"{binding.unit} {'from which on' if binding.more_is_better else 'up to which'} the verdict holds: "
        f"{binding.what}"
        if binding
        else "",
        inputs=INPUTS,
        figures=(
            *bars("days", ((word(one.tenant_class), "found", one.wait_p90_s / S_PER_DAY) for one in promised), QUEUE),
            *bars("days", [("grant in today's fast lane", "baseline", present_days)], QUEUE),
            *bars(
                "%",
                ((word(one.tenant_class), "found", applied(case, (one.tenant_class,)).share * 100) for one in promised),
                "eligible applications admitted",
            ),
        ),
    )


def _unknowable(case: Case, names: list[str]) -> str:
    """Why nothing can be said of access; empty where something can."""
    if not case.scenario.access.modes:
        return "The scenario has no modes of access, so nobody decides who gets in."
    asking = {one.tenant_class for one in case.scenario.tenants if one.mode is not None and one.tenant_class in names}
    few = {name: applied(case, (name,)).decided for name in names if name in asking}
    few = {name: decided for name, decided in few.items() if decided < LEAST_DECIDED}
    told = listed(f"{number(decided)} from {words((name,))[0]}" for name, decided in few.items())
    return f"Too few applications are decided in the simulated days to tell: {told}." if few else ""


def _best(
    group: tuple[str, ...], classes: dict[str, ClassAccess], case: Case, present_days: float, least_admitted: float
) -> tuple[Held, ...]:
    """What the class of a group that is best served is held to; empty where there is none."""
    held = [_held(classes[name], case, present_days, least_admitted) for name in group if name in classes]
    return max(held, key=lambda parts: min(part.margin for part in parts), default=())


def _held(one: ClassAccess, case: Case, present_days: float, least_admitted: float) -> tuple[Held, ...]:
    name = words((one.tenant_class,))[0]
    parts = [
        Held(
            f"what {name} get of what they would get on empty machines",
            at_most_all(one) * 100,
            SERVED_SHARE * 100,
            "%",
        ),
        Held(
            f"the days within which nine in ten jobs of {name} start",
            one.wait_p90_s / S_PER_DAY,
            present_days,
            "days",
            False,
        ),
    ]
    share = applied(case, (one.tenant_class,)).share
    if math.isfinite(share):
        parts.append(
            Held(f"admitted applications of {name}, of all eligible ones,", share * 100, least_admitted * 100, "%")
        )
    return tuple(parts)


def at_most_all(one: ClassAccess) -> float:
    """Share of what a class would get on empty machines; network slow-down can hold its chips for longer than that."""
    return min(1.0, one.served_share) if one.jobs else math.nan


def _lacking(groups: Groups, best: list[tuple[Held, ...]]) -> list[str]:
    """What would have to be so for every group to have access."""
    absent = [" or ".join(words(group)) for group, held in zip(groups, best, strict=True) if not held]
    parts = [f"{listed(absent)} came at all, of whom there are none here"] if absent else []
    return parts + [part.lacking for held in best for part in held if not part.met]


def _told(passed: list[bool], total: Applied, waits_s: list[float]) -> str:
    """One sentence: how many groups have access, how many applications are admitted, how long the queue is."""
    having = sum(passed)
    parts = [
        f"{number(having)} of {number(len(passed))} promised groups {'has' if having == 1 else 'have'} access here"
    ]
    if total.decided:
        parts.append(f"{percent(total.share)} of the eligible applications are admitted")
    finite = [wait for wait in waits_s if math.isfinite(wait)]
    if finite:
        granted = " once a grant is there" if total.decided else ""
        parts.append(f"nine in ten jobs start within {hours(max(finite))}{granted}")
    if len(finite) < len(waits_s):
        parts.append("of some classes no job starts")
    return f"{listed(parts)}."


def _described(one: ClassAccess, case: Case) -> str:
    share, name = applied(case, (one.tenant_class,)), words((one.tenant_class,))[0]
    admitted = (
        f", {number(share.admitted)} of {number(share.decided)} eligible applications admitted" if share.decided else ""
    )
    if math.isnan(one.wait_p50_s) or math.isnan(one.wait_p90_s):
        return f"{name} get {percent(one.chip_hours_share)} of the chip-hours and no job starts{admitted}"
    return (
        f"{name} get {percent(one.chip_hours_share)} of the chip-hours and wait {hours(one.wait_p50_s)} "
        f"at the median, at most {hours(one.wait_p90_s)} in nine of ten jobs{admitted}"
    )


def _by_size_and_country(case: Case) -> str:
    """Longest and shortest wait by size of jobs, and most and least refusals by country."""
    sizes = [one for one in case.access.groups if one.grouping == "size" and is_number(one.wait_p90_s)]
    countries = [one for one in case.access.groups if one.grouping == "country" and is_number(one.refused_share)]
    text = ""
    if sizes:
        longest = max(sizes, key=lambda one: one.wait_p90_s)
        text += f" By size, jobs of {longest.group} wait longest: {hours(longest.wait_p90_s)} in nine of ten."
    if countries:
        most, least = (pick(countries, key=lambda one: one.refused_share) for pick in (max, min))
        text += (
            f" By country, {percent(least.refused_share)} ({least.group}) to {percent(most.refused_share)} "
            f"({most.group}) of the applications are not admitted."
        )
    return text


def is_number(value: float | None) -> bool:
    """Whether there is a finite number."""
    return value is not None and math.isfinite(value)


def cost_of_more(case: Case) -> str:
    """What keeping part of every machine for start-ups would change, by the trade-off curve."""
    points = [one for one in case.tradeoff if one.demand == "as-is"]
    if len(points) < 2:
        return ""
    none, most = (pick(points, key=lambda one: one.reserved_share) for pick in (min, max))
    if not (is_number(none.startup_wait_p90_s) and is_number(most.startup_wait_p90_s)):
        return ""
    waits = hours(none.startup_wait_p90_s), hours(most.startup_wait_p90_s)
    change = (
        f"leave their wait at {waits[0]}" if waits[0] == waits[1] else f"take their wait from {waits[0]} to {waits[1]}"
    )
    return (
        f" Keeping {percent(most.reserved_share)} of every machine for start-ups would {change} in nine of ten jobs "
        f"and cost {number(most.cost_chip_hours)} useful chip-hours in {number(most.simulated_days)} days."
    )


EVALUATORS: Final[dict[str, Evaluator]] = {"S20": access_for_all, "S46": access_for_groups}
