"""This module owns the claims about the total of the plan: how much, in which currency, whose money, and what of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from gortyn.claims.charts import Bar, bars
from gortyn.claims.text import eur, number, percent, plural, sentence
from gortyn.claims.tolerance import SHARE_POINTS, near, reaches
from gortyn.claims.verdict import Case, Claim, ClaimFigure, Evaluator, Finding, grade, unknown
from gortyn.machine import Capex, SitePlan
from gortyn.model import known

PER_UNIT: Final = {"EUR": 1.0, "m EUR": 1e6, "bn EUR": 1e9, "USD": 1.0, "m USD": 1e6, "bn USD": 1e9}
PRESS: Final = "InvestAI-press"
SHARES: Final = "fund.layers.*.share"


def amount(claim: Claim) -> float:
    """Claimed amount in single euros or dollars."""
    return claim.number * PER_UNIT[claim.unit]


def sites_of(case: Case) -> str:
    """The sites, as the subject of a sentence."""
    return (
        "the one site of this plan" if len(case.plans) == 1 else f"the {plural(len(case.plans), 'site')} of this plan"
    )


def of_programme(evaluator: Evaluator) -> Evaluator:
    """The same evaluator, for plans that are the programme: a much smaller one says nothing about what it comes to."""

    def evaluate(claim: Claim, case: Case) -> Finding:
        whole_eur = case.facts.number("claims", "S01", "value") * PER_UNIT["bn EUR"]
        ours_eur = case.scenario.programme.mobilised_eur
        if ours_eur >= whole_eur / 2:
            return evaluator(claim, case)
        return unknown(
            f"This scenario is not the programme: it announces {eur(ours_eur)}, InvestAI {eur(whole_eur)}.",
            "It would take a scenario of the whole programme, such as investai.",
            inputs=("programme.mobilised_eur",),
        )

    return evaluate


def _announced(claim: Claim, case: Case, name: str, spent_eur: float) -> Finding:
    """An announced amount beside what of it the sites of the scenario spend, and beside another report of the day."""
    announced_eur, amount_eur = getattr(case.scenario.programme, name), amount(claim)
    unit = PER_UNIT[claim.unit]
    share = spent_eur / announced_eur if announced_eur else math.nan
    per_site = spent_eur / len(case.plans)
    enough = amount_eur / per_site if per_site else math.nan
    said = near(announced_eur, amount_eur)
    other = case.facts.number("comparators", PRESS, name.replace("mobilised", "total"))
    rest_eur = amount_eur - spent_eur
    return Finding(
        verdict=grade(holds=said and near(spent_eur, amount_eur), partly=said and rest_eur > 0),
        condition=f"another {eur(rest_eur)} is raised and spent on something else than {sites_of(case)}",
        sentence=sentence(
            f"Of the {eur(amount_eur)} that were announced, {eur(spent_eur)} go to {sites_of(case)}, "
            f"{percent(spent_eur / amount_eur)}"
            if said
            else f"This plan announces {eur(announced_eur)}, not {eur(amount_eur)}"
        ),
        found=f"The programme announces {eur(announced_eur)}; of these, {eur(spent_eur)} "
        f"({percent(share)}) go to {sites_of(case)}.",
        why="An announcement is an assumption of the scenario; what it can check is the part that its sites spend. "
        "Public and private money of the sites also pay interest while they are built, which their capital cost does "
        "not have.",
        baseline=f"{eur(other)} in another report of the day",
        found_value=announced_eur / unit,
        break_even_value=enough,
        break_even="sites of this mean cost that would take the whole amount",
        inputs=(f"programme.{name}", "sites.*.phases.*.chips"),
        figures=bars(
            claim.unit,
            [
                ("claimed", "claimed", amount_eur / unit),
                ("announced in the scenario", "found", announced_eur / unit),
                ("spent by the sites", "found", spent_eur / unit),
                *_record(claim, case),
            ],
        ),
    )


def _record(claim: Claim, case: Case) -> list[Bar]:
    """What came of the plan by 2026, for the total and its parts."""
    facts, unit = case.facts, PER_UNIT[claim.unit]
    if claim.id == "S01":
        asked = facts.number("programme", "expressions-of-interest", "investment_eur")
        return [("expressions of interest of 2025", "record", asked / unit)]
    field = "public_money_eur" if claim.id == "S05" else "private_money_eur"
    return [("gigafactories in the tender of 2026", "record", facts.number("finance", "gigafactory", field) / unit)]


def total(claim: Claim, case: Case) -> Finding:
    """S01: the total that is mobilised."""
    return _announced(claim, case, "mobilised_eur", case.finance.capex_eur)


def public_part(claim: Claim, case: Case) -> Finding:
    """S05: the public part of the total."""
    return _announced(claim, case, "public_eur", case.finance.public_eur)


def private_part(claim: Claim, case: Case) -> Finding:
    """S06: the private part of the total."""
    return _announced(claim, case, "private_eur", case.finance.private_eur)


def total_in_dollars(claim: Claim, case: Case) -> Finding:
    """S02: the total in dollars, at the exchange rate of the scenario."""
    total_eur = case.scenario.programme.mobilised_eur
    usd_per_eur = known(case.scenario.costs.usd_per_eur)
    total_usd, amount_usd = total_eur * usd_per_eur, amount(claim)
    unit = PER_UNIT[claim.unit]
    enough = amount_usd / total_eur if total_eur else math.nan
    then = case.facts.number("comparators", PRESS, "usd_per_eur")
    return Finding(
        verdict=grade(holds=total_usd > amount_usd, partly=reaches(total_usd, amount_usd)),
        condition=f"a euro is worth more than {number(enough)} USD",
        sentence=f"{eur(total_eur)} are {number(total_usd / unit)} {claim.unit} at the rate of the scenario; on the "
        f"day of the text a euro was worth about {number(then)} USD.",
        found=f"{eur(total_eur)} are {number(total_usd / unit)} {claim.unit} at {number(usd_per_eur)} USD per EUR.",
        why=f"The claim holds from {number(enough)} USD per EUR on." if total_eur else claim.record,
        baseline=f"{number(then)} USD per EUR, the rate of the day that the text implies",
        found_value=total_usd / unit,
        break_even_value=enough,
        break_even="USD per EUR from which on the claim holds",
        inputs=("costs.usd_per_eur", "programme.mobilised_eur"),
        figures=bars(
            claim.unit,
            [
                ("claimed", "claimed", claim.number),
                ("at the scenario's rate", "found", total_usd / unit),
                ("at the rate of the day", "record", total_eur * then / unit),
            ],
        ),
    )


def ceiling(claim: Claim, case: Case) -> Finding:
    """S03: the total as an upper bound of what is spent."""
    total_eur, capex_eur = case.scenario.programme.mobilised_eur, case.finance.capex_eur
    most_eur, limit_eur = max(total_eur, capex_eur), amount(claim)
    unit = PER_UNIT[claim.unit]
    return Finding(
        verdict=grade(holds=most_eur <= limit_eur, partly=reaches(limit_eur, most_eur)),
        condition=f"{eur(most_eur - limit_eur)} above the ceiling count as rounding",
        sentence=f"{eur(total_eur)} are announced and {eur(capex_eur)} go to {sites_of(case)}, "
        f"{'not more' if most_eur <= limit_eur else 'more'} than the ceiling of {eur(limit_eur)}.",
        found=f"The programme announces {eur(total_eur)}, and {eur(capex_eur)} go to {sites_of(case)}.",
        why="An upper bound holds as long as neither amount is above it.",
        found_value=most_eur / unit,
        break_even_value=limit_eur / unit,
        break_even="bn EUR announced or spent above which it fails",
        inputs=("programme.mobilised_eur", "sites.*.phases.*.chips"),
        figures=bars(
            claim.unit,
            [
                ("ceiling", "claimed", claim.number),
                ("announced in the scenario", "found", total_eur / unit),
                ("cost of the sites", "found", capex_eur / unit),
            ],
        ),
    )


def chips_bought(plans: Sequence[SitePlan], budget_eur: float) -> float:
    """Chips at all of some sites that a sum pays for, once their connections to the grid are paid; the mix stays."""
    capex = sum((plan.capex for plan in plans), Capex())
    grid_eur = capex.grid_eur * capex.total_eur / (capex.total_eur - capex.contingency_eur) if capex.total_eur else 0.0
    per_chip_eur = (capex.total_eur - grid_eur) / sum(plan.chips for plan in plans)
    return max(0.0, budget_eur - grid_eur) / per_chip_eur if per_chip_eur else math.inf


def site_fund(claim: Claim, case: Case) -> Finding:
    """S04: the fund for the sites, whether it pays for them, and what it buys where it does not."""
    budget_eur, gap_eur = case.scenario.programme.budget_eur, case.finance.funding_gap_eur
    capex_eur = case.finance.capex_eur
    sites, unit = len(case.plans), PER_UNIT[claim.unit]
    chips = sum(plan.chips for plan in case.plans)
    per_chip = capex_eur / chips if chips else math.nan
    bought = chips_bought(case.plans, budget_eur) / sites
    enough = f"{eur(-gap_eur)} are left" if gap_eur <= 0 else f"{eur(gap_eur)} are missing"
    right = near(budget_eur, amount(claim))
    wrong = "" if right else f"The fund is not {eur(amount(claim))} here. "
    tender = case.facts.number("finance", "gigafactory", "implied_capex_all_eur")
    union = case.facts.number("finance", "gigafactory", "union_money_eur")
    most = case.facts.number("programme", "call", "gigafactories")
    return Finding(
        verdict=grade(holds=right and gap_eur <= 0, partly=right),
        condition=f"{eur(gap_eur)} come from elsewhere, or each site has at most {number(bought)} chips",
        sentence=f"{wrong}A fund of {eur(budget_eur)} {'pays' if gap_eur <= 0 else 'does not pay'} for sites that cost "
        f"{eur(capex_eur)}: {enough}.",
        found=f"{eur(budget_eur)} are set aside for the sites, which cost {eur(capex_eur)} to build: {enough}. A chip "
        f"with all around it costs {eur(per_chip)}, so that the fund buys {number(bought)} chips per site.",
        why=f"Chips, network, building, grid connection and contingency of {plural(sites, 'site')}; operation not "
        "included. Holds if the fund is that large and pays for the sites.",
        baseline=f"{eur(tender)} of capital and up to {eur(union)} of Union money in the tender of 2026, for up to "
        f"{number(most)} sites",
        found_value=budget_eur / unit,
        break_even_value=bought,
        break_even="chips per site that the fund pays for",
        inputs=("programme.budget_eur", "sites.*.phases.*.chips", "machines.*.chip", "costs.contingency_share"),
        figures=bars(
            claim.unit,
            [
                ("fund as claimed", "claimed", claim.number),
                ("cost of the sites", "found", capex_eur / unit),
                ("tender of 2026, all money", "record", tender / unit),
                ("tender of 2026, Union money", "record", union / unit),
            ],
        ),
    )


def public_share(claim: Claim, case: Case) -> Finding:
    """S07: the public share, of the programme and of the sites, against the 17 % and its match by states."""
    programme = case.scenario.programme
    of_sites = case.finance.public_share
    of_total = programme.public_eur / programme.mobilised_eur if programme.mobilised_eur else math.nan
    shares = [abs(share * 100 - claim.number) <= SHARE_POINTS * 100 for share in (of_sites, of_total)]
    law = case.facts.fact("finance", "gigafactory", "public_share")
    cap, match = (
        case.facts.number("finance", "gigafactory", field) for field in ("union_share_of_capex", "state_match")
    )
    union_at_claim = claim.number / (1 + match)
    which = (
        "only the whole programme is meant, not the sites" if shares[1] else "only the sites are meant, not the rest"
    )
    return Finding(
        verdict=grade(holds=all(shares), partly=any(shares)),
        condition=f"{which}: of the sites {percent(of_sites)} is public, of the programme {percent(of_total)}",
        sentence=f"{percent(of_sites)} of the sites' capital is public here, {percent(of_total)} of the programme and "
        f"{percent(law.number)} under the law of 2026 at its cap.",
        found=f"{percent(of_sites)} of the capital of the sites is public, and {percent(of_total)} of the whole "
        f"programme. The law lets the Union pay up to {percent(cap)} and asks states for at least as much: "
        f"{percent(cap * (1 + match))}.",
        why="Public means Union and states; a development bank counts as private money at public risk.",
        baseline=f"{percent(law.number)}: the Union's cap of {percent(cap)} with its match by states",
        found_value=of_sites * 100,
        break_even_value=union_at_claim,
        break_even=f"% of the capital from the Union, with as much from states, that make {number(claim.number)} %",
        inputs=("programme.public_eur", "programme.mobilised_eur", SHARES),
        figures=(
            *bars(
                claim.unit,
                [
                    ("claimed", "claimed", claim.number),
                    ("sites of the scenario", "found", of_sites * 100),
                    ("whole programme", "found", of_total * 100),
                    ("law of 2026, at its cap", "baseline", law.number * 100),
                ],
            ),
            *_printed_shares(case),
        ),
    )


def _printed_shares(case: Case) -> tuple[ClaimFigure, ...]:
    law = case.facts.fact("finance", "gigafactory", "public_share")
    return bars("%", [(one.citations[0].citation, "record", one.number * 100) for one in law.conflicts])


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S01": of_programme(total),
    "S02": of_programme(total_in_dollars),
    "S03": of_programme(ceiling),
    "S04": of_programme(site_fund),
    "S05": of_programme(public_part),
    "S06": of_programme(private_part),
    "S07": of_programme(public_share),
}
