"""This module owns the claims about people: posts at the sites, around them and while they are built, and experts."""

from __future__ import annotations

from typing import Final, NamedTuple

from gortyn.claims.charts import bars
from gortyn.claims.text import eur, number, plural, size
from gortyn.claims.tolerance import THOUSANDS, reaches
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade, unknown
from gortyn.model import known

KIND: Final = "comparators"
UNIT: Final = "posts"
GRANT_YEARS: Final = 3  # source: ai_factories, grants of JAIF and Pharos over 36 months


class Posts(NamedTuple):
    """Posts by what is counted."""

    planned: float
    as_abilene: float
    around_low: float
    around_high: float
    building: float


def posts_of(case: Case, it_mw: float) -> Posts:
    """Posts at sites of a given power: as planned, as at Abilene, with those around them, and while they are built."""
    facts = case.facts
    planned = it_mw * known(case.scenario.costs.staff_fte_per_mw)
    abilene_mw = facts.number(KIND, "Abilene-jobs", "power_mw")
    most = facts.number(KIND, "Abilene-jobs", "permanent_jobs")
    factor = facts.fact(KIND, "Jobs-multiplier", "all_per_direct")
    low, high = (factor.number if bound is None else bound for bound in (factor.low, factor.high))
    building = facts.number(KIND, "Abilene-jobs", "construction_jobs") / abilene_mw * it_mw
    return Posts(planned, it_mw * most / abilene_mw, it_mw * most / abilene_mw * low, planned * high, building)


def jobs(_: Claim, case: Case) -> Finding:
    """S26: thousands of jobs, by what is counted."""
    plans = case.plans
    counts = sum(p.chips for p in plans), sum(p.h100_equivalents for p in plans), sum(p.it_mw for p in plans)
    it_mw = counts[-1]
    posts = posts_of(case, it_mw)
    per_mw = known(case.scenario.costs.staff_fte_per_mw)
    least = min(posts.planned, posts.as_abilene)
    high = max(posts.around_high, posts.building)
    return Finding(
        verdict=grade(holds=reaches(least, THOUSANDS), partly=reaches(high, THOUSANDS)),
        condition=f"jobs at suppliers, in shops nearby or on the building site count too: by the industry's own study "
        f"they turn {number(posts.planned)} at the sites into {number(posts.around_high)}, and "
        f"{number(posts.building)} people build them for some years",
        sentence=f"The sites themselves employ {number(least)} to {number(max(posts.planned, posts.as_abilene))} "
        f"people for good; with suppliers, shops or builders it is {number(high)} at most.",
        found=f"Running {size(*counts)} takes {plural(posts.planned, 'full-time post')} at {plural(per_mw, 'post')} "
        f"per MW of IT, {number(posts.as_abilene)} if staffed as Stargate Abilene. With posts around them these are "
        f"{number(posts.around_low)} to {number(posts.around_high)}; building them takes about "
        f"{number(posts.building)} at a time, scaled from Abilene.",
        why=f"No number and no date are claimed; thousands are at least {number(THOUSANDS)}. Holds if permanent posts "
        "at the sites are as many by either count, on a condition where it takes posts around them or builders. The "
        "multiplier comes from a study that the industry paid for, and counts all that wages and orders bring.",
        baseline=f"Stargate Abilene, {number(case.facts.number(KIND, 'Abilene-jobs', 'construction_jobs'))} builders "
        f"and at least {number(case.facts.number(KIND, 'Abilene-jobs', 'permanent_jobs'))} permanent posts for "
        f"{number(case.facts.number(KIND, 'Abilene-jobs', 'power_mw'))} MW",
        found_value=posts.planned,
        unit=UNIT,
        claimed_value=THOUSANDS,
        break_even_value=THOUSANDS / per_mw if per_mw else float("nan"),
        break_even=f"MW of IT from which on the sites themselves employ {number(THOUSANDS)} people, staffed as planned",
        inputs=("costs.staff_fte_per_mw", "sites.*.phases.*.chips"),
        figures=bars(
            UNIT,
            [
                ("claimed, at least", "claimed", THOUSANDS),
                ("permanent, as Abilene", "record", posts.as_abilene),
                ("permanent, as planned", "found", posts.planned),
                ("with posts around them, low", "found", posts.around_low),
                ("with posts around them, high", "found", posts.around_high),
                ("while building", "found", posts.building),
            ],
        ),
    )


def experts(claim: Claim, case: Case) -> Finding:
    """S54: AI factories bring experts, by the grants for their services."""
    catalogue, facts = case.facts.catalogue, case.facts
    with_grant = [one for one in catalogue.entries("ai_factories") if catalogue.has("ai_factories", one, "grant_eur")]
    if not with_grant:
        return unknown("No AI factory publishes what it spends on experts.", claim.record)
    grants = {
        facts.text("ai_factories", one, "name"): facts.number("ai_factories", one, "grant_eur") for one in with_grant
    }
    cost = known(case.scenario.costs.staff_eur_per_fte_year)
    posts = {name: grant / GRANT_YEARS / cost for name, grant in grants.items()} if cost else dict.fromkeys(grants, 0.0)
    least = min(posts.values())
    return Finding(
        verdict=grade(holds=False, partly=least > 0),
        condition="the grants for services are spent on people; no AI factory publishes its experts",
        sentence=f"{number(len(grants))} AI factories publish a grant for services, which pays for {number(least)} to "
        f"{number(max(posts.values()))} people for three years.",
        found=" ".join(f"{name} has {eur(grant)}, {number(posts[name])} posts." for name, grant in grants.items()),
        why=f"Grant over {number(GRANT_YEARS)} years and {eur(cost)} a post and year. No number was claimed.",
        baseline=f"{number(len(catalogue.entries('ai_factories')))} AI factories",
        found_value=least,
        unit=UNIT,
        break_even_value=cost * GRANT_YEARS,
        break_even="EUR of grant that pay for one expert in that time",
        inputs=("costs.staff_eur_per_fte_year",),
        figures=bars(UNIT, ((name, "record", value) for name, value in posts.items())),
    )


EVALUATORS: Final[dict[str, Evaluator]] = {"S26": jobs, "S54": experts}
