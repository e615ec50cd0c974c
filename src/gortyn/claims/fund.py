"""This module owns the claims about the start-up fund of 2024: its size, and what one public euro of it is to bring."""

from __future__ import annotations

import math
from typing import Final

from gortyn.claims.charts import bars
from gortyn.claims.money import PER_UNIT, SHARES, amount
from gortyn.claims.text import number, percent
from gortyn.claims.tolerance import reaches
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade, unknown


def start_up_fund(claim: Claim, case: Case) -> Finding:
    """S57: a fund of 100 m EUR; nothing else in the catalogue speaks of it."""
    fund_eur = amount(claim)
    grant = case.scenario.programme.grant_chip_hours
    price = case.finance.levelised_eur_per_chip_hour
    served = fund_eur / (price * grant) if grant and price and math.isfinite(price) else math.nan
    buys = f"It would pay for {number(served)} usual grants of compute at the cost of these sites." if served else ""
    return unknown(
        "No second source of the catalogue speaks of this fund, so its size cannot be checked.",
        "It would take the decision that sets the fund up, or its accounts.",
        buys if math.isfinite(served) else "",
        baseline="" if math.isnan(served) else f"{number(grant or 0)} chip-hours, a usual grant",
        found_value=served,
        unit="grants" if math.isfinite(served) else None,
        inputs=("programme.grant_chip_hours",),
        figures=bars(claim.unit, [("claimed", "claimed", claim.number)]),
    )


def unlocked(claim: Claim, case: Case) -> Finding:
    """S58: what the public money of the start-up fund would unlock, at the leverage found here and on record."""
    fund = case.facts.fact("claims", "S57", "value")
    fund_bn = fund.number * PER_UNIT[fund.unit] / PER_UNIT[claim.unit]
    return _leveraged(claim, case, fund_bn)


def leverage(claim: Claim, case: Case) -> Finding:
    """S59: total money per public euro."""
    return _leveraged(claim, case, 1.0)


def _leveraged(claim: Claim, case: Case, per: float) -> Finding:
    """All money for `per` of public money, here, as earlier funds aimed at it, and as auditors found it."""
    facts = case.facts
    here = 1 + case.finance.private_per_public
    target, audited = (
        facts.number("finance", "efsi", field) for field in ("target_multiplier", "corrected_multiplier")
    )
    kept = facts.number("finance", "efsi", "additional_share")
    tender = facts.number("finance", "gigafactory", "leverage_on_public_money")
    guarantee, hoped = (facts.get_number("finance", "investeu", name) for name in ("guarantee_eur", "mobilise_eur"))
    invest_eu = hoped / guarantee if hoped and guarantee else math.nan
    needed = claim.number / per
    if math.isnan(here):
        return unknown(
            "These sites have no public money, so that nothing can be said of what it brings.",
            "It would take public money in the layers of the fund, or the accounts of the fund for start-ups.",
            inputs=(SHARES,),
        )
    unit = "times" if claim.unit == "1" else claim.unit
    return Finding(
        verdict=grade(holds=reaches(here, needed), partly=here > 1 and reaches(audited, needed)),
        condition=f"public money were at most {number(100 / needed)} % of the whole instead of {percent(1 / here)}, "
        f"as in the Union's plan of 2015, whose guarantees came to {number(audited)} euros for one by its auditors, "
        f"and to {number(audited * kept)} without what would have come anyway",
        sentence=f"Here one public euro goes with {number(here - 1)} of private money; the earlier European plan aimed "
        f"at {number(target)} in all and reached {number(audited)} after its audit.",
        found=f"At the leverage of these sites, {number(here)} euros in all for a public one, it would be "
        f"{number(here * per)} {unit}; at that of the plan of 2015 after its audit {number(audited * per)} {unit}, "
        f"and {number(audited * kept * per)} {unit} without the third that auditors found would have come anyway.",
        why="The claim is about a fund for start-ups; here stand the capital of the sites, all providers, and "
        f"earlier funds. Holds where one public euro of these sites goes with {number(needed)} in all.",
        baseline=f"{number(audited)} times in the Union's plan of 2015 after its audit",
        found_value=here * per,
        break_even_value=1 / needed * 100,
        break_even=f"% of public money at which one public euro goes with {number(needed)} in all",
        inputs=(SHARES,),
        figures=bars(
            unit,
            [
                ("claimed", "claimed", claim.number),
                ("sites of the scenario", "found", here * per),
                ("plan of 2015, aim", "record", target * per),
                ("plan of 2015, after audit", "record", audited * per),
                ("the same, only what was additional", "record", audited * kept * per),
                ("InvestEU, aim (remembered)", "record", invest_eu * per),
                ("gigafactory tender of 2026", "record", tender * per),
            ],
        ),
    )


EVALUATORS: Final[dict[str, Evaluator]] = {"S57": start_up_fund, "S58": unlocked, "S59": leverage}
