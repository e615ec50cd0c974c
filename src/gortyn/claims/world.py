"""This module owns the comparisons with the world: Stargate, the largest companies, and the share of all compute."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from gortyn.claims.charts import bars, curve
from gortyn.claims.money import of_programme
from gortyn.claims.text import BILLION, eur, listed, number, percent, size, usd
from gortyn.claims.tolerance import DOMINANT_SHARE, UNSUSPICIOUS_SHARE, reaches
from gortyn.claims.verdict import Case, Claim, ClaimFigure, Evaluator, Finding, grade, unknown
from gortyn.model import known

KIND: Final = "comparators"
SPENDERS: Final = ("Amazon", "Alphabet", "Meta")
QUARTERLY: Final = "Microsoft"
STARGATE_YEARS: Final = 4  # source: claim S34, four years
QUARTERS: Final = 4  # unit: quarters of a year
ANCHOR: Final = "anchor"
SITES_SHOWN: Final = 2
"""How many times the sites of the scenario the curve of world shares goes to."""
CHIPS: Final = "sites.*.phases.*.chips"


class World(NamedTuple):
    """Compute of the world in H100-equivalents, and what the largest owners have of it."""

    least: float
    most: float
    largest_owners_share: float


def world(case: Case) -> World:
    """Compute of the world as estimated: its range, and the share of its largest owners."""
    fact = case.facts.fact(KIND, "World", "h100_equivalents")
    low, high = (fact.number if bound is None else bound for bound in (fact.low, fact.high))
    return World(low, high, case.facts.number(KIND, "World", "largest_owners_share"))


def _when_ready(case: Case, all_of: World, equivalents: float) -> str:
    """What that share is when the last phase starts, if the world goes on as it does."""
    fact = case.facts.fact(KIND, "World", "h100_equivalents")
    doubling = case.facts.number(KIND, "World", "doubling_months") / 12
    last = max(phase.operational for plan in case.plans for phase in plan.phases)
    years = last.year + last.month / 12 - float(fact.date[:4]) - float(fact.date[5:7] or 1) / 12
    then = all_of.least * 2 ** max(0.0, years / doubling)
    share = percent(equivalents / (then + equivalents))
    return f", and {share} in {last.year} if that goes on doubling every {number(doubling * 12)} months"


def _here(case: Case) -> tuple[float, float, float]:
    plans = case.plans
    return sum(p.chips for p in plans), sum(p.h100_equivalents for p in plans), sum(p.it_mw for p in plans)


def _years(case: Case) -> float:
    """Years from the announcement to the last phase, over which the money is spent."""
    last = max(phase.operational for plan in case.plans for phase in plan.phases)
    announced = case.facts.catalogue.fact("programme", "investai-announced", "date").text
    return max(1.0, (last - type(last).fromisoformat(announced)).days / 365)


def partnership(_: Claim, case: Case) -> Finding:
    """S17: the largest public-private partnership for AI."""
    facts, fund = case.facts, case.scenario.programme
    rate = known(case.scenario.costs.usd_per_eur)
    stargate = facts.number(KIND, "Stargate", "investment_usd") / rate
    others = {name: facts.number(KIND, name, "investment_eur") for name in ("France-2025", "SoftBank-France")}
    mixed = 0 < fund.public_eur < fund.mobilised_eur
    said = facts.text(KIND, "InvestAI-press", "partnership")
    above = fund.mobilised_eur > max(others.values())
    return Finding(
        verdict=grade(holds=mixed and fund.mobilised_eur > stargate, partly=mixed and above),
        condition=f"Stargate is left out for having no public partner: with {eur(stargate)} it is "
        f"{number(stargate / fund.mobilised_eur) if fund.mobilised_eur else '0'} times as large",
        sentence=f"With {eur(fund.mobilised_eur)} announced it is smaller than Stargate ({eur(stargate)}), which has "
        f"no public partner; {'no' if above else 'a'} larger plan with public and private money is in the catalogue."
        if fund.mobilised_eur < stargate
        else f"With {eur(fund.mobilised_eur)} announced it is larger than Stargate ({eur(stargate)}).",
        found=f"Announced: {eur(fund.mobilised_eur)} here, {eur(stargate)} by Stargate, "
        f"{listed(f'{eur(amount)} by {name}' for name, amount in others.items())}. The Commission said: {said}.",
        why="Announced totals; holds on a condition where only private plans are larger. Plans of other states that "
        "the catalogue does not have could be larger too.",
        baseline=f"{eur(stargate)} of Stargate",
        found_value=fund.mobilised_eur / BILLION,
        unit="bn EUR",
        claimed_value=math.nan,
        break_even_value=stargate / BILLION,
        break_even="bn EUR above which it is larger than Stargate too",
        inputs=("programme.mobilised_eur", "programme.public_eur", "costs.usd_per_eur"),
        figures=bars(
            "bn EUR",
            [
                ("announced here", "found", fund.mobilised_eur / BILLION),
                ("fund for gigafactories", "found", fund.budget_eur / BILLION),
                ("Stargate", "baseline", stargate / BILLION),
                *((name, "record", amount / BILLION) for name, amount in others.items()),
            ],
        ),
    )


def stargate(claim: Claim, case: Case) -> Finding:
    """S34: what Stargate is to invest, beside the sites: per euro, per year and per chip."""
    facts, rate = case.facts, known(case.scenario.costs.usd_per_eur)
    told, committed, now = (
        facts.number(KIND, "Stargate", name) for name in ("investment_usd", "committed_usd", "investment_immediate_usd")
    )
    chips, equivalents, it_mw = _here(case)
    per_year, ours = told / STARGATE_YEARS / rate, case.finance.capex_eur / _years(case)
    there = (
        facts.number(KIND, "Stargate-Abilene", "chip_cost_usd") / facts.number(KIND, "Stargate-Abilene", "chips") / rate
    )
    here = sum(plan.capex.chips_eur for plan in case.plans) / chips
    owner = facts.text(KIND, "Stargate", "owner")
    return Finding(
        verdict=grade(holds=reaches(told / BILLION, claim.number), partly=reaches(told / BILLION, claim.number / 2)),
        condition=f"what is promised counts, of which {usd(committed)} were committed by 2026",
        sentence=f"{usd(told)} were announced for four years, {eur(per_year)} a year, of which {usd(committed)} "
        f"were committed by February 2026; these sites spend {eur(ours)} a year.",
        found=f"Other sources have {usd(told)}, {usd(now)} of it at once and {usd(committed)} committed by February "
        f"2026 ({owner}). A year of it is {eur(per_year)}; the sites here, {size(chips, equivalents, it_mw)}, take "
        f"{eur(ours)} a year. A chip costs {eur(there)} at Abilene and {eur(here)} here.",
        why="An announcement, as another source has it; whether it will be spent is open until 2029.",
        baseline=f"{eur(ours)} a year at the sites of the scenario",
        found_value=told / BILLION,
        break_even_value=claim.number,
        break_even="bn USD announced from which on it holds",
        inputs=("costs.usd_per_eur", CHIPS),
        figures=bars(
            "bn EUR a year",
            [
                ("Stargate, as announced", "record", per_year / BILLION),
                ("sites of the scenario", "found", ours / BILLION),
                ("all of the programme", "found", case.scenario.programme.mobilised_eur / _years(case) / BILLION),
            ],
        ),
    )


def hyperscalers(claim: Claim, case: Case) -> Finding:
    """S35: capital spending of the largest cloud companies in 2025, beside the fund."""
    facts, rate = case.facts, known(case.scenario.costs.usd_per_eur)
    spent = {name: facts.number(KIND, name, "capex_2025_usd") / BILLION for name in SPENDERS}
    quarter = facts.number(KIND, QUARTERLY, "capex_quarter_usd") / BILLION
    least = min(*spent.values(), quarter * QUARTERS)
    listing = listed(f"{name} {number(amount)}" for name, amount in spent.items())
    ours = case.finance.capex_eur * rate / BILLION / _years(case)
    return Finding(
        verdict=grade(holds=least > claim.number, partly=max(spent.values()) > claim.number),
        condition="the companies are taken together, not each",
        sentence=f"The one that spent least, {min(spent, key=lambda name: spent[name])}, spent {number(least)} bn USD "
        f"in 2025; all sites of this plan take {number(ours)} bn USD a year.",
        found=f"Spent in 2025, bn USD: {listing}; {QUARTERLY} about {number(quarter)} a quarter.",
        why=f"What they reported for 2025; {QUARTERLY} counts its years otherwise, and stands by a quarter.",
        baseline=f"{number(ours)} bn USD a year at the sites of the scenario",
        found_value=least,
        break_even_value=claim.number,
        break_even="bn USD a year",
        inputs=("costs.usd_per_eur", CHIPS),
        figures=bars(
            "bn USD a year",
            [
                ("claimed, each more than", "claimed", claim.number),
                *((name, "record", amount) for name, amount in spent.items()),
                (f"{QUARTERLY}, four times a quarter", "record", quarter * QUARTERS),
                ("sites of the scenario", "found", ours),
            ],
        ),
    )


def large_scale(_: Claim, case: Case) -> Finding:
    """S38: entry into AI at large scale, a judgement beside the share of the world's compute."""
    chips, equivalents, it_mw = _here(case)
    all_of = world(case)
    shares = [equivalents / (compute + equivalents) for compute in (all_of.most, all_of.least)]
    largest = case.facts.number(KIND, "Colossus-2", "h100_equivalents")
    return unknown(
        f"It is a judgement: these sites would be {percent(shares[0])} to {percent(shares[1])} of the world's compute "
        "of early 2026, and nobody said what counts as large.",
        "It would take a line above which scale is large, for instance a share of the world's compute.",
        f"The sites have {size(chips, equivalents, it_mw)}; the world had {number(all_of.least)} to "
        f"{number(all_of.most)} H100-equivalents, one site of xAI is to have {number(largest)}.",
        found_value=shares[1] * 100,
        unit="%",
        baseline=f"{number(all_of.least)} to {number(all_of.most)} H100-equivalents in the world",
        inputs=(CHIPS, "machines.*.chip"),
        figures=bars(
            "H100-equivalents",
            [
                ("all sites of the scenario", "found", equivalents),
                ("Colossus 2", "record", largest),
                ("Google, all", "record", case.facts.number(KIND, "World", "largest_owner_h100_equivalents")),
            ],
        ),
    )


def not_enough(_: Claim, case: Case) -> Finding:
    """S41: the present AI factories are not enough to compete, read as: no match for one large site elsewhere."""
    facts = case.facts
    fleet, site = facts.number(KIND, "EuroHPC-fleet", "chips"), facts.number(KIND, "Colossus-1", "chips")
    chips, equivalents, it_mw = _here(case)
    share = facts.number(KIND, "World", "europe_share")
    return Finding(
        verdict=grade(holds=False, partly=fleet < site),
        condition=f"competing takes as many chips as the largest single site elsewhere had in 2025: {number(site)}",
        sentence=f"All EuroHPC machines together had {number(fleet)} chips in June 2025, one site of xAI "
        f"{number(site)}; whether that is enough is an opinion.",
        found=f"The EuroHPC fleet had {number(fleet)} chips, {percent(fleet / site)} of one site in the United "
        f"States; the Commission puts Europe's share of the world's compute below {percent(share)}. The scenario adds "
        f"{size(chips, equivalents, it_mw)}.",
        why="An opinion, checked by one reading of it; by others, as of a given model, the same chips are enough.",
        baseline=f"{number(site)} chips at one site of xAI",
        found_value=fleet,
        unit="chips",
        break_even_value=site,
        break_even="chips of all AI factories together at which it would no longer hold so",
        inputs=(CHIPS,),
        figures=bars(
            "chips",
            [
                ("EuroHPC fleet, June 2025", "record", fleet),
                ("xAI Colossus 1", "baseline", site),
                ("sites of the scenario", "found", chips),
            ],
        ),
    )


def no_monopoly(_: Claim, case: Case) -> Finding:
    """S43: compute is not taken by a few, inside these sites and in the world."""
    rows = [one for one in case.access.tenants if one.tenant_class == ANCHOR]
    inside = sum(one.chip_hours_share for one in rows)
    if math.isnan(inside) or not case.access.tenants:
        return unknown("No tenant has got a chip-hour.", "It would take tenants that send jobs.", inputs=("tenants.*",))
    named = listed(f"{one.tenant} ({percent(one.chip_hours_share)})" for one in rows)
    all_of, (chips, equivalents, it_mw) = world(case), _here(case)
    before, after = all_of.largest_owners_share, _diluted(all_of, equivalents)
    world_fine, inside_fine = after <= DOMINANT_SHARE, inside <= UNSUSPICIOUS_SHARE
    least_diluted = before * all_of.most / (all_of.most + equivalents)
    lacking: list[str] = []
    if not inside_fine:
        most = percent(UNSUSPICIOUS_SHARE)
        lacking.append(f"anchor customers took at most {most} of these sites instead of {percent(inside)}")
    if not world_fine:
        lacking.append(
            f"the largest cloud companies owned at most {percent(DOMINANT_SHARE)} of the world's AI compute instead of "
            f"{percent(after)} with these sites"
        )
    per_site, later = equivalents / len(case.plans), _when_ready(case, all_of, equivalents)
    enough = all_of.least * (before / DOMINANT_SHARE - 1) / per_site if per_site else math.inf
    return Finding(
        verdict=grade(holds=inside_fine and world_fine, partly=inside <= DOMINANT_SHARE),
        condition=" and ".join(lacking),
        sentence=f"Anchor customers take {percent(inside)} of these sites; in the world the largest cloud companies "
        f"own over {percent(before)} of AI compute, and these sites bring that down to {percent(after)} "
        f"to {percent(least_diluted)}.",
        found=f"Anchor customers take {percent(inside)} of the chip-hours: {named}. With "
        f"{size(chips, equivalents, it_mw)} the sites are {percent(equivalents / (all_of.most + equivalents))} to "
        f"{percent(equivalents / (all_of.least + equivalents))} of the world's compute of early 2026{later}.",
        why=f"Merger control sees no harm up to {percent(UNSUSPICIOUS_SHARE)} of a market and dominance above "
        f"{percent(DOMINANT_SHARE)}. Holds if anchors stay below the one here and the largest owners below the other "
        "in the world of early 2026, before these sites come.",
        baseline=f"{number(all_of.least)} to {number(all_of.most)} H100-equivalents in the world",
        found_value=inside * 100,
        unit="%",
        break_even_value=enough,
        break_even=f"sites of this size that bring the largest owners down to {percent(DOMINANT_SHARE)} of the world",
        inputs=("tenants.*.demand_share", CHIPS),
        figures=_shares(case, all_of, per_site, inside),
    )


def _diluted(all_of: World, added: float) -> float:
    """Share of the largest owners once compute of others is added, at the least estimate of the world's."""
    return all_of.largest_owners_share * all_of.least / (all_of.least + added)


def _shares(case: Case, all_of: World, per_site: float, inside: float) -> tuple[ClaimFigure, ...]:
    counts = range(SITES_SHOWN * len(case.plans) + 1)
    owners = [(float(count), _diluted(all_of, count * per_site) * 100) for count in counts]
    ours = [(float(count), 100 * count * per_site / (all_of.least + count * per_site)) for count in counts]
    return (
        *curve("largest owners", "baseline", owners, x_unit="sites", unit="% of the world's compute"),
        *curve("these sites", "found", ours, x_unit="sites", unit="% of the world's compute"),
        *bars(
            "%",
            [
                ("anchors inside the sites", "found", inside * 100),
                ("no harm up to", "break-even", UNSUSPICIOUS_SHARE * 100),
            ],
        ),
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S17": of_programme(partnership),
    "S34": stargate,
    "S35": hyperscalers,
    "S38": large_scale,
    "S41": not_enough,
    "S43": no_monopoly,
}
