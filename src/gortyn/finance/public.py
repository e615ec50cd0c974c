"""This module owns the public view: what comes with a public euro, what it buys, and whether the fund keeps the rules.

Public money is what Union and states pay in at financial close; what comes back to them is not taken off, and neither
are guarantees nor a development bank's money counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.model import Scenario
from gortyn.model.fund import SHARE_TOLERANCE

if TYPE_CHECKING:
    from gortyn.finance.lifetime import Lifetime
    from gortyn.finance.project import Project

Floats = NDArray[np.float64]

START_UP = "start-up"
PURCHASE = "capacity-purchase"


@dataclass(frozen=True, slots=True)
class PublicMoney:
    """What public money is, brings and buys; None where it has no meaning, as without public money.

    Attributes
    ----------
    union_eur, state_eur, other_eur : paid in by the Union, by states, and by all others [EUR]
    per_public_eur, per_union_eur : all euros for each public euro, and for each euro of the Union (headline leverage)
    private_per_public_eur, private_per_union_eur : euros of neither Union nor states for each of the same
    additional_per_public_eur, additional_per_union_eur : those of them that would not have come without it
    start_up_chip_hours : delivered to start-ups over the life
    start_ups : start-ups served over the life
    eur_per_start_up_chip_hour, eur_per_start_up : all public money over both [EUR/chip-hour], [EUR]
    carbon_t, embodied_t : emissions of electricity over the life, and of what was made for it [tCO2e]
    eur_per_t : public money over the emissions of electricity [EUR/tCO2e]
    compute_eur_per_h100_hour : euros per H100-equivalent-hour that purchases of capacity buy, see `compute_price`
    """

    union_eur: float
    state_eur: float
    other_eur: float
    per_public_eur: float | None
    per_union_eur: float | None
    private_per_public_eur: float | None
    private_per_union_eur: float | None
    additional_per_public_eur: float | None
    additional_per_union_eur: float | None
    start_up_chip_hours: float
    start_ups: float | None
    eur_per_start_up_chip_hour: float | None
    eur_per_start_up: float | None
    carbon_t: float
    embodied_t: float | None
    eur_per_t: float | None
    compute_eur_per_h100_hour: float | None

    @property
    def public_eur(self) -> float:
        """Paid in by Union and states [EUR]."""
        return self.union_eur + self.state_eur


@dataclass(frozen=True, slots=True)
class FundRule:
    """A rule of the programme beside what the fund does.

    Attributes
    ----------
    rule : the rule in words
    limit : what it asks for; None where the scenario has no such limit
    found : what the fund has; None where the rule does not apply
    unit : of both
    passed : None where the rule does not apply
    source : where the limit stands
    """

    rule: str
    limit: float | None
    found: float | None
    unit: str
    passed: bool | None
    source: str


def public_money(scenario: Scenario, project: Project, amount_eur: Floats, life: Lifetime) -> PublicMoney:
    """Public measures of a project and its fund.

    Parameters
    ----------
    scenario : resolved scenario
    project : its cash
    amount_eur : what each layer pays in at financial close, construction interest included, float64[layer]
    life : electricity and emissions over the life
    """
    union, state = (paid_by(scenario, amount_eur, provider) for provider in ("union", "state"))
    public, total = union + state, float(amount_eur.sum())
    other = total - public
    additional = scenario.programme.additional_share
    hours = start_up_chip_hours(scenario, project)
    served = start_ups_served(scenario, project)
    carbon_t, embodied_t = float(life.carbon_t.sum()), float(life.embodied_t.sum())
    return PublicMoney(
        union_eur=union,
        state_eur=state,
        other_eur=other,
        per_public_eur=_over(total, public),
        per_union_eur=_over(total, union),
        private_per_public_eur=_over(other, public),
        private_per_union_eur=_over(other, union),
        additional_per_public_eur=None if additional is None else _over(additional * other, public),
        additional_per_union_eur=None if additional is None else _over(additional * other, union),
        start_up_chip_hours=hours,
        start_ups=served,
        eur_per_start_up_chip_hour=_over(public, hours),
        eur_per_start_up=None if served is None else _over(public, served),
        carbon_t=carbon_t,
        embodied_t=embodied_t if np.isfinite(embodied_t) else None,
        eur_per_t=_over(public, carbon_t),
        compute_eur_per_h100_hour=compute_price(scenario, project, amount_eur),
    )


def paid_by(scenario: Scenario, amount_eur: Floats, provider: str) -> float:
    """What the layers of one provider pay in [EUR]."""
    return float(amount_eur[[layer.provider == provider for layer in scenario.fund.layers]].sum())


def start_up_chip_hours(scenario: Scenario, project: Project) -> float:
    """Chip-hours delivered to start-ups over the life."""
    return float(project.delivered_chip_hours[[one.tenant_class == START_UP for one in scenario.tenants]].sum())


def start_ups_served(scenario: Scenario, project: Project) -> float | None:
    """Start-ups served over the life: the members of each such tenant, or as many grants of usual size as it got.

    None where neither the tenant nor the programme says.
    """
    served = 0.0
    for tenant, hours in zip(scenario.tenants, project.delivered_chip_hours.sum(axis=1).tolist(), strict=True):
        if tenant.tenant_class == START_UP:
            if tenant.members is None and scenario.programme.grant_chip_hours is None:
                return None
            served += tenant.members or hours / (scenario.programme.grant_chip_hours or 1)
    return served


def purchased_h100_hours(scenario: Scenario, project: Project) -> float:
    """H100-equivalent-hours delivered in the years of the purchase, from the first quarter of operation on."""
    first = project.calendar.first + project.first_operating
    years = project.calendar.covered(first, first + QUARTERS_PER_YEAR * scenario.programme.purchase_years)
    delivered = project.h100_equivalents.sum(axis=0) * project.calendar.hours * project.rates.delivered_share
    return float(delivered @ years)


def compute_price(scenario: Scenario, project: Project, amount_eur: Floats) -> float | None:
    """Cost-effectiveness of the tender: euros for each H100-equivalent-hour of compute time that purchases buy.

    What the layers of kind capacity-purchase pay, over their shares of the H100-equivalent-hours delivered in
    `programme.purchase_years`; neither is discounted. One bidder reads the third award criterion as the price per unit
    of compute time; the tender publishes no formula.

    Parameters
    ----------
    scenario : resolved scenario
    project : its cash
    amount_eur : what each layer pays in at financial close, float64[layer]

    Returns
    -------
    EUR per H100-equivalent-hour; None where nothing is bought or delivered.
    """
    bought = [layer.kind == PURCHASE for layer in scenario.fund.layers]
    share = purchased_share(scenario, amount_eur)
    return _over(float(amount_eur[bought].sum()), share * purchased_h100_hours(scenario, project))


def purchased_share(scenario: Scenario, amount_eur: Floats) -> float:
    """Share of the compute time that purchases buy: what they state, or their share of all sources."""
    total = float(amount_eur.sum()) or 1.0
    return sum(
        paid / total if layer.compute_share is None else layer.compute_share
        for layer, paid in zip(scenario.fund.layers, amount_eur.tolist(), strict=True)
        if layer.kind == PURCHASE
    )


def free_share(scenario: Scenario, project: Project) -> float | None:
    """Share of the chip-hours delivered over the life whose users pay nothing; None where nothing is delivered."""
    free = [scenario.paid_price_eur_per_chip_hour(tenant) == 0 for tenant in scenario.tenants]
    return _over(float(project.delivered_chip_hours[free].sum()), float(project.delivered_chip_hours.sum()))


def fund_rules(scenario: Scenario, project: Project, amount_eur: Floats) -> tuple[FundRule, ...]:
    """The rules of the programme on Union and state money, beside what the fund does.

    Parameters
    ----------
    scenario : resolved scenario
    project : its capital cost
    amount_eur : what each layer pays in at financial close, float64[layer]
    """
    programme = scenario.programme
    union, state = (paid_by(scenario, amount_eur, provider) for provider in ("union", "state"))
    share = _over(union, float(project.capex_eur.sum()))
    match = _over(state, union)
    cap, least = programme.union_cap_share, programme.state_match
    bought, free = purchased_share(scenario, amount_eur), free_share(scenario, project)
    return (
        FundRule(
            rule="The Union pays at most this share of the capital cost",
            limit=cap,
            found=share,
            unit="share",
            passed=None if cap is None or share is None else share <= cap + SHARE_TOLERANCE,
            source="programme.union_cap_share",
        ),
        FundRule(
            rule="States pay at least as many euros for each euro of the Union",
            limit=least,
            found=match,
            unit="EUR/EUR",
            passed=None if least is None or match is None else match >= least - SHARE_TOLERANCE,
            source="programme.state_match",
        ),
        FundRule(
            rule="Users who pay nothing get at least the compute time that is bought for them",
            limit=bought or None,
            found=free if bought else None,
            unit="share",
            passed=free >= bought - SHARE_TOLERANCE if bought and free is not None else None,
            source="fund.layers, kind capacity-purchase",
        ),
    )


def _over(amount: float, measure: float) -> float | None:
    return amount / measure if measure else None
