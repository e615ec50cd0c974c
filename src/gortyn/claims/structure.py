"""This module owns the claims about how the money is built: layers, providers, and whose chips it buys."""

from __future__ import annotations

from typing import Final

from gortyn.claims.charts import bars
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
        verdict=grade(holds=len(kinds) > 1 and len(returns) > 1, partly=len(kinds) > 1 or len(returns) > 1),
        condition="the layers also asked for different returns; all ask for the same"
        if len(kinds) > 1
        else "the layers also differed in form, which sets the risk; all have the same",
        sentence=f"The fund has {plural(len(layers), 'layer')} of {plural(len(kinds), 'form')} that ask for "
        f"{percent(min(returns))}{f' to {percent(max(returns))}' if len(returns) > 1 else ''} a year; no real "
        "sizes were ever published.",
        found=f"{plural(len(layers), 'layer')}, first served first: {listed(parts)}.{lost}{_drawn(case)}",
        why="Holds if the layers differ both in their form, which sets the risk, and in the return they ask for. The "
        "sizes are assumptions of the scenario: none were published.",
        found_value=float(len(layers)),
        unit="layers",
        inputs=("fund.layers.*.share", "fund.layers.*.return_rate"),
        figures=bars("% a year asked for", ((layer.name, "found", layer.return_rate * 100) for layer in layers)),
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
        verdict=grade(holds=union < 1, partly=False),
        sentence=f"The Union pays {percent(union)} of the capital of these sites; others pay the rest.",
        found=f"The capital of the sites comes from {listed(providers)}.",
        why="Counted over the capital cost of the sites, by provider of each layer.",
        found_value=union * 100,
        unit="%",
        break_even_value=100,
        break_even="% from the Union at which it fails",
        inputs=("fund.layers.*.share",),
        figures=bars("% of the capital", ((name, "found", share * 100) for name, share in shares.items())),
    )


def like_cern(_: Claim, case: Case) -> Finding:
    """S32: modelled on CERN, which states alone pay for."""
    public = case.finance.public_share
    return Finding(
        verdict=grade(holds=public >= 1, partly=False),
        sentence=f"States pay for all of CERN; here {percent(public)} of the capital is public"
        f"{', and private owners run the sites with it' if public < 1 else ' as well'}.",
        found=f"{percent(public)} of the capital of the sites is public and {percent(1 - public)} comes from others.",
        why="CERN is a laboratory of states, which pay all of it; a site with private owners is a different thing.",
        baseline="100 % from states, as CERN has",
        found_value=public * 100,
        unit="%",
        claimed_value=100,
        break_even_value=100,
        break_even="% of public money from which on it holds",
        inputs=("fund.layers.*.share", "fund.layers.*.provider"),
        figures=bars("% public", [("CERN", "claimed", 100), ("sites of the scenario", "found", public * 100)]),
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
    absent = [name for name in str(claim.value).split(", ") if name.casefold() not in " ".join(installed).casefold()]
    others = [vendor for vendor in installed if vendor.casefold() not in named]
    reasons = [f"the sites bought from {listed(absent)} as well"] if absent else []
    reasons += [f"none came from {listed(others)}"] if others else []
    total = sum(installed.values())
    return Finding(
        verdict=grade(holds=all(hinted) and all_named, partly=any(hinted)),
        condition=" and ".join(reasons),
        sentence=f"These sites buy from {listed(installed)}; the text hints at {claim.value}.",
        found=f"The sites buy from {bought}.",
        why="The choice of chip is an assumption of the scenario. Holds if the sites buy from each vendor named and "
        "from no other.",
        found_value=100 * sum(chips for vendor, chips in installed.items() if vendor.casefold() in named) / total,
        unit="%",
        inputs=("machines.*.chip",),
        figures=bars("chips", ((vendor, "found", chips) for vendor, chips in installed.items())),
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S31": layered,
    "S32": like_cern,
    "S33": not_all_union,
    "S36": vendors,
}
