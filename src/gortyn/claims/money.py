"""This module owns the claims about amounts: what is mobilised, by whom, and what one public euro brings."""

from __future__ import annotations

import math
from typing import Final

from gortyn.claims.text import eur, number, percent, plural
from gortyn.claims.tolerance import SHARE_POINTS, near, reaches
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, Judgement, grade
from gortyn.model import known

PER_UNIT: Final = {"EUR": 1.0, "m EUR": 1e6, "bn EUR": 1e9, "USD": 1.0, "m USD": 1e6, "bn USD": 1e9}


def _amount(claim: Claim) -> float:
    """Claimed amount in single euros or dollars."""
    return claim.number * PER_UNIT[claim.unit]


def _sites(case: Case) -> str:
    return f"its {plural(len(case.plans), 'site')}"


def _announced(claim: Claim, case: Case, announced_eur: float, spent_eur: float) -> Finding:
    """An announced amount beside what of it the sites of the scenario spend."""
    amount_eur = _amount(claim)
    share = spent_eur / announced_eur if announced_eur else math.nan
    return Finding(
        grade(
            holds=near(announced_eur, amount_eur) and near(spent_eur, amount_eur),
            partly=near(announced_eur, amount_eur),
        ),
        f"The programme announces {eur(announced_eur)}; {_sites(case)} take {eur(spent_eur)} of it ({percent(share)}).",
        "An announcement is an assumption of the scenario; what it can check is the part that its sites spend.",
        announced_eur / PER_UNIT[claim.unit],
    )


def total(claim: Claim, case: Case) -> Finding:
    """S01: the total that is mobilised."""
    return _announced(claim, case, case.scenario.programme.mobilised_eur, case.finance.capex_eur)


def public_part(claim: Claim, case: Case) -> Finding:
    """S05: the public part of the total."""
    return _announced(claim, case, case.scenario.programme.public_eur, case.finance.public_eur)


def private_part(claim: Claim, case: Case) -> Finding:
    """S06: the private part of the total."""
    return _announced(claim, case, case.scenario.programme.private_eur, case.finance.private_eur)


def total_in_dollars(claim: Claim, case: Case) -> Finding:
    """S02: the total in dollars, at the exchange rate of the scenario."""
    total_eur = case.scenario.programme.mobilised_eur
    usd_per_eur = known(case.scenario.costs.usd_per_eur)
    total_usd = total_eur * usd_per_eur
    return Finding(
        grade(holds=total_usd > _amount(claim), partly=reaches(total_usd, _amount(claim))),
        f"{eur(total_eur)} are {number(total_usd / PER_UNIT[claim.unit])} {claim.unit} "
        f"at {number(usd_per_eur)} USD per EUR.",
        f"The claim holds from {number(_amount(claim) / total_eur)} USD per EUR on." if total_eur else claim.record,
        total_usd / PER_UNIT[claim.unit],
    )


def ceiling(claim: Claim, case: Case) -> Finding:
    """S03: the total as an upper bound of what is spent."""
    total_eur, capex_eur = case.scenario.programme.mobilised_eur, case.finance.capex_eur
    most_eur = max(total_eur, capex_eur)
    return Finding(
        grade(holds=most_eur <= _amount(claim), partly=reaches(_amount(claim), most_eur)),
        f"The programme announces {eur(total_eur)}, and {_sites(case)} cost {eur(capex_eur)}.",
        "An upper bound holds as long as neither amount is above it.",
        most_eur / PER_UNIT[claim.unit],
    )


def site_fund(claim: Claim, case: Case) -> Finding:
    """S04: the fund for the sites, and whether it pays for them."""
    budget_eur, gap_eur = case.scenario.programme.budget_eur, case.finance.funding_gap_eur
    enough = f"{eur(-gap_eur)} are left" if gap_eur <= 0 else f"{eur(gap_eur)} are missing"
    return Finding(
        grade(holds=near(budget_eur, _amount(claim)) and gap_eur <= 0, partly=near(budget_eur, _amount(claim))),
        f"{eur(budget_eur)} are set aside for the sites, which cost {eur(case.finance.capex_eur)} to build: {enough}.",
        f"Chips, network, building, grid connection and contingency of {plural(len(case.plans), 'site')}; "
        "operation not included. Holds if the fund is that large and pays for the sites.",
        budget_eur / PER_UNIT[claim.unit],
    )


def public_share(claim: Claim, case: Case) -> Finding:
    """S07: the public share, of the programme and of the sites."""
    programme = case.scenario.programme
    of_sites = case.finance.public_share
    of_total = programme.public_eur / programme.mobilised_eur if programme.mobilised_eur else math.nan
    shares = [abs(share * 100 - claim.number) <= SHARE_POINTS * 100 for share in (of_sites, of_total)]
    return Finding(
        grade(holds=all(shares), partly=any(shares)),
        f"{percent(of_sites)} of the capital of the sites is public, and {percent(of_total)} of the whole programme.",
        "Public means Union and states; a development bank counts as private money at public risk.",
        of_sites * 100,
    )


def unlocked(claim: Claim, case: Case) -> Finding:
    """S58: what the public money of the start-up fund would unlock at the leverage of this scenario."""
    fund = case.facts.fact("claims", "S57", "value")
    fund_eur = fund.number * PER_UNIT[fund.unit]
    total_eur = fund_eur * _leverage(case)
    return Finding(
        _leverage_grade(total_eur, _amount(claim)),
        f"At the leverage of this scenario {eur(fund_eur)} of public money would unlock {eur(total_eur)}.",
        _leverage_reason(case),
        total_eur / PER_UNIT[claim.unit],
    )


def leverage(claim: Claim, case: Case) -> Finding:
    """S59: total money per public euro."""
    found = _leverage(case)
    return Finding(
        _leverage_grade(found, claim.number),
        f"One public euro goes with {number(case.finance.private_per_public)} private ones: {number(found)} in all.",
        _leverage_reason(case),
        found,
    )


def _leverage(case: Case) -> float:
    """All money per public euro, which is how funds state their leverage; nan without public money."""
    return 1 + case.finance.private_per_public


def _leverage_grade(found: float, claimed: float) -> Judgement:
    return "not-checkable" if math.isnan(found) else grade(holds=reaches(found, claimed), partly=False)


def _leverage_reason(case: Case) -> str:
    target = case.facts.get_number("finance", "efsi", "target_multiplier")
    record = f" The EU's investment plan of 2015 aimed at {number(target)}." if target is not None else ""
    return f"The claim is about a fund for start-ups; here stands the capital of the sites, all providers.{record}"


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S01": total,
    "S02": total_in_dollars,
    "S03": ceiling,
    "S04": site_fund,
    "S05": public_part,
    "S06": private_part,
    "S07": public_share,
    "S58": unlocked,
    "S59": leverage,
}
