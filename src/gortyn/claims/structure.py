"""This module owns the claims about how the money is built: layers, providers, and whose chips it buys."""

from __future__ import annotations

from typing import Final

from gortyn.claims.text import eur, listed, percent, plural
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade


def layered(_: Claim, case: Case) -> Finding:
    """S31: layers with different risk and return."""
    layers = case.scenario.fund.layers
    kinds = {layer.kind for layer in layers}
    returns = {layer.return_rate for layer in layers}
    parts = [f"{layer.name} ({percent(layer.share)} at {percent(layer.return_rate)} a year)" for layer in layers]
    losses = [f"{layer.name} loses {eur(layer.loss_eur)}" for layer in case.finance.layers if layer.loss_eur > 0]
    lost = f" As planned {listed(losses)}." if losses else " As planned no layer loses money."
    return Finding(
        grade(holds=len(kinds) > 1 and len(returns) > 1, partly=len(layers) > 1),
        f"{plural(len(layers), 'layer')}, first served first: {listed(parts)}.{lost}{_drawn(case)}",
        "Holds if the layers differ both in their form, which sets the risk, and in the return they ask for. "
        "The sizes are assumptions of the scenario: none were published.",
        float(len(layers)),
        unit="layers",
    )


def _drawn(case: Case) -> str:
    """How often each layer that asks for its money back loses some of it when things go otherwise than planned."""
    risk = case.finance.risk
    asks = {layer.name for layer in case.scenario.fund.layers if not layer.is_given}
    parts = [
        f"{one.party} loses money in {percent(one.loss_probability)} of the draws, on average "
        f"{percent(one.expected_loss_share)} of it"
        for one in risk.parties
        if one.party in asks
    ]
    return f" Over {plural(risk.draws, 'draw')} of the risks: {'; '.join(parts)}." if parts else ""


def not_all_union(_: Claim, case: Case) -> Finding:
    """S33: not all of the money comes from the Union."""
    shares: dict[str, float] = {}
    for layer in case.scenario.fund.layers:
        shares[layer.provider] = shares.get(layer.provider, 0.0) + layer.share
    union = shares.get("union", 0.0)
    providers = [f"{name} ({percent(share)})" for name, share in shares.items()]
    return Finding(
        grade(holds=union < 1, partly=False),
        f"The capital of the sites comes from {listed(providers)}.",
        "Counted over the capital cost of the sites, by provider of each layer.",
        union * 100,
        unit="%",
    )


def like_cern(_: Claim, case: Case) -> Finding:
    """S32: modelled on CERN, which states alone pay for."""
    public = case.finance.public_share
    return Finding(
        grade(holds=public >= 1, partly=False),
        f"{percent(public)} of the capital of the sites is public and {percent(1 - public)} comes from others.",
        "CERN is a laboratory of states, which pay all of it; a site with private owners is a different thing.",
        public * 100,
        unit="%",
        claimed_value=100,
    )


def vendors(claim: Claim, case: Case) -> Finding:
    """S36: whose chips are bought."""
    installed: dict[str, int] = {}
    for plan in case.plans:
        for phase in plan.phases:
            chip = case.scenario.machine(phase.machine).chip
            is_known = case.facts.catalogue.has("chips", chip, "vendor")
            vendor = case.facts.text("chips", chip, "vendor") if is_known else "an unknown vendor"
            installed[vendor] = installed.get(vendor, 0) + phase.chips
    named = str(claim.value).casefold()
    hinted = [vendor.casefold() in named for vendor in installed]
    all_named = len(installed) == len([name for name in named.split(",") if name.strip()])
    bought = listed(f"{vendor} ({plural(chips, 'chip')})" for vendor, chips in installed.items())
    return Finding(
        grade(holds=all(hinted) and all_named, partly=any(hinted)),
        f"The sites buy from {bought}.",
        "The choice of chip is an assumption of the scenario. Holds if the sites buy from each vendor named "
        "and from no other.",
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S31": layered,
    "S32": like_cern,
    "S33": not_all_union,
    "S36": vendors,
}
