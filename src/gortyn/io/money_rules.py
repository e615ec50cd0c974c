"""This module owns the rules of money that cross nouns: terms of loans, contracts, currencies, shares of the public."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gortyn.machine import SitePlan
from gortyn.model import Fault, Fund, Scenario, known

ROUNDING: Final = 1e-9


def currency_faults(scenario: Scenario) -> Iterator[Fault]:
    """Yield tenants that are priced in a currency without a rate."""
    for i, tenant in enumerate(scenario.tenants):
        price = tenant.foreign_price
        if price is None or price.currency == "USD" or scenario.eur_per_unit(price.currency) is not None:
            continue
        message = f"there is no rate for {price.currency}; give it in costs.exchange"
        yield Fault(("tenants", i, "foreign_price", "currency"), message)


def money_faults(scenario: Scenario, plans: tuple[SitePlan, ...]) -> Iterator[Fault]:
    """Yield loans that outlast the chips, contracts for more than there is, and broken rules (scenario resolved)."""
    if not plans:
        return
    yield from _tenor_faults(scenario)
    yield from _offtake_faults(scenario, plans)
    if scenario.programme.rules == "checked":
        yield from _public_faults(scenario)


def _tenor_faults(scenario: Scenario) -> Iterator[Fault]:
    """A loan is repaid from what operates after the last construction."""
    refresh = scenario.costs.refresh
    lives = 1 + (refresh.count if refresh else 0)
    years = lives * known(scenario.costs.chip_life_years)
    for i, layer in enumerate(scenario.fund.layers):
        if layer.is_debt and layer.tenor_years > years * (1 + ROUNDING):
            message = f"is {layer.tenor_years:g}, but the last chips work for only {years:g} years after construction"
            yield Fault(("fund", "layers", i, "tenor_years"), message)


def _offtake_faults(scenario: Scenario, plans: tuple[SitePlan, ...]) -> Iterator[Fault]:
    installed, contracted = sum(plan.chips for plan in plans), 0
    for i, tenant in enumerate(scenario.tenants):
        contracted += tenant.offtake.chips if tenant.offtake else 0
        if tenant.offtake and contracted > installed:
            message = f"contracts reach {contracted:,} chips with this one, of {installed:,} that are installed"
            yield Fault(("tenants", i, "offtake", "chips"), message)


def _public_faults(scenario: Scenario) -> Iterator[Fault]:
    fund, programme = scenario.fund, scenario.programme
    union, states = public_shares(fund)
    cap, match = known(programme.union_cap_share), known(programme.state_match)
    if union > cap * (1 + ROUNDING):
        message = f"the Union pays {union:.4g} of the uses, more than the cap of {cap:.4g} (programme.union_cap_share)"
        yield Fault(("fund", "layers"), message)
    if states < match * union * (1 - ROUNDING):
        message = (
            f"states pay {states:.4g} of the uses, less than {match:g} times the {union:.4g} of the Union "
            "(programme.state_match)"
        )
        yield Fault(("fund", "layers"), message)


def public_shares(fund: Fund) -> tuple[float, float]:
    """Shares of the uses that the Union and the participating states pay.

    >>> from gortyn.model import Layer
    >>> layers = [("u", "capacity-purchase", "union", 0.17), ("e", "equity", "private", 0.83)]
    >>> public_shares(Fund(layers=tuple(Layer(name=n, kind=k, provider=p, share=s) for n, k, p, s in layers)))
    (0.17, 0)
    """
    by = {
        provider: sum(one.share for one in fund.layers if one.provider == provider) for provider in ("union", "state")
    }
    return by["union"], by["state"]
