"""This module owns the claims about size: how many sites, how many chips, and how that compares with what exists."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median
from typing import Final, NamedTuple

from gortyn.claims.charts import bars
from gortyn.claims.money import chips_bought, of_programme
from gortyn.claims.text import BILLION, eur, listed, number, plural, size
from gortyn.claims.tolerance import GENERATION_YEARS, ROUNDED, near, reaches
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade, unknown
from gortyn.machine import REFERENCE_CHIP, SitePlan
from gortyn.model.conversions import KW_PER_MW

NO_FACTORIES: Final = "The catalogue has no AI factory with a published number of chips."


class Factory(NamedTuple):
    """A present AI factory with a published number of chips."""

    name: str
    chips: float
    chip: str | None


def factories(case: Case) -> list[Factory]:
    """Present AI factories whose chips somebody published, smallest first."""
    catalogue, facts = case.facts.catalogue, case.facts
    found: list[Factory] = []
    for entry in catalogue.entries("ai_factories"):
        chips = facts.get_number("ai_factories", entry, "chips")
        if chips:
            has_chip = catalogue.has("ai_factories", entry, "chip")
            chip = facts.text("ai_factories", entry, "chip") if has_chip else None
            found.append(Factory(_name(entry, case), chips, chip))
    return sorted(found, key=lambda factory: factory.chips)


def _name(entry: str, case: Case) -> str:
    """Name of an AI factory, with that of its machine where it has one."""
    name, machine = (case.facts.text("ai_factories", entry, field) for field in ("name", "system"))
    return name if machine.startswith("new") else f"{name} ({machine})"


def _counts(factory: Factory, case: Case) -> tuple[float, float]:
    """H100-equivalents and MW of IT of a factory; nan where its chip is not in the catalogue."""
    tflops, kw = (
        case.facts.get_number("chips", factory.chip, field) if factory.chip else None
        for field in ("bf16_dense_tflops", "it_power_kw_per_chip")
    )
    reference = case.facts.number("chips", REFERENCE_CHIP, "bf16_dense_tflops")
    return (
        math.nan if tflops is None else factory.chips * tflops / reference,
        math.nan if kw is None else factory.chips * kw / KW_PER_MW,
    )


def _size_of(factory: Factory, case: Case) -> str:
    return size(factory.chips, *_counts(factory, case))


def _sizes(plans: Iterable[SitePlan]) -> str:
    """Sites and their sizes, those of one size together."""
    titles: dict[str, list[str]] = {}
    for plan in plans:
        titles.setdefault(size(plan.chips, plan.h100_equivalents, plan.it_mw), []).append(plan.title)
    return "; ".join(
        f"{listed(names)} {'each ' if len(names) > 1 else ''}with {what}" for what, names in titles.items()
    )


def _affordable(case: Case) -> float:
    """Sites of mean cost that the budget pays for."""
    capex_eur = case.finance.capex_eur
    return case.scenario.programme.budget_eur / (capex_eur / len(case.plans)) if capex_eur else math.inf


def _count(claim: Claim, case: Case, *, right: bool, enough: bool) -> Finding:
    paid, sites = _affordable(case), len(case.plans)
    budget_eur, capex_eur = case.scenario.programme.budget_eur, case.finance.capex_eur
    affordable = reaches(paid, sites)
    later = case.facts.number("programme", "action-plan", "gigafactories")
    tender = case.facts.number("programme", "call", "gigafactories")
    if affordable:
        condition = f"{number(claim.number)} means at least as many: this plan has {number(sites)}"
    else:
        condition = f"{eur(capex_eur - budget_eur)} come on top of the fund of {eur(budget_eur)}"
    return Finding(
        verdict=grade(holds=right and affordable, partly=enough),
        condition=condition,
        sentence=f"The fund of {eur(budget_eur)} pays for {number(paid)} of the {plural(sites, 'site')} planned here; "
        f"the tender of 2026 asks for up to {number(tender)}.",
        found=f"The scenario builds {plural(sites, 'site')}: {_sizes(case.plans)}. The budget of {eur(budget_eur)} "
        f"pays for {number(paid)} of them.",
        why="At the mean capital cost of these sites. Holds on a condition where the number of sites is met but the "
        "budget does not pay for them all, or where there are more sites than claimed.",
        baseline=f"up to {number(later)} in the plan of April 2025, up to {number(tender)} in the tender of July 2026",
        found_value=float(sites),
        break_even_value=capex_eur / sites * claim.number / BILLION,
        break_even=f"bn EUR that {number(claim.number)} sites of this cost need",
        inputs=("sites.*.phases.*.chips", "machines.*.chip", "programme.budget_eur"),
        figures=bars(
            "sites",
            [
                ("claimed", "claimed", claim.number),
                ("sites of the scenario", "found", sites),
                ("paid for by the fund", "found", paid),
                ("plan of April 2025, up to", "record", later),
                ("tender of July 2026, up to", "record", tender),
            ],
        ),
    )


def number_of_sites(claim: Claim, case: Case) -> Finding:
    """S08, S44: exactly so many sites."""
    sites = len(case.plans)
    return _count(claim, case, right=sites == claim.number, enough=sites >= claim.number)


def least_number_of_sites(claim: Claim, case: Case) -> Finding:
    """S09: at least so many sites."""
    enough = len(case.plans) >= claim.number
    return _count(claim, case, right=enough, enough=enough)


def chips_per_site(claim: Claim, case: Case) -> Finding:
    """S10: physical chips of the latest generation at each site, their money and their power."""
    plans = case.plans
    met = [reaches(plan.chips, claim.number) for plan in plans]
    met_in_equivalents = [reaches(plan.h100_equivalents, claim.number) for plan in plans]
    newest, years = _release_years(case)
    latest = all(year is not None and year >= newest - GENERATION_YEARS for year in years.values())
    chips = listed(f"{chip} of {'an unknown year' if year is None else f'{year:.0f}'}" for chip, year in years.items())
    smallest = min(plans, key=lambda plan: plan.chips)
    fund = _of_fund(smallest, case)
    short = [plan for plan in plans if plan.peak_facility_mw > plan.connection_mw]
    paid = fund.chips_bought >= smallest.chips * (1 - ROUNDED)
    missing = _missing(
        paid=paid,
        fund=fund,
        latest=latest,
        met=all(met),
        in_equivalents=all(met_in_equivalents),
        short=short,
        case=case,
    )
    return Finding(
        verdict=grade(holds=not missing, partly=any(met) or all(met_in_equivalents)),
        condition="; ".join(missing),
        sentence=f"The smallest site has {number(smallest.chips)} chips, costs {eur(smallest.capex.total_eur)} and "
        f"draws up to {number(smallest.peak_facility_mw)} MW; a site's part of the fund buys "
        f"{number(fund.chips_bought)} of them.",
        found=f"{_sizes(plans)}; {chips}, the newest in the catalogue being of {newest:.0f}. {smallest.title} costs "
        f"{eur(smallest.capex.total_eur)}, its part of the fund is {eur(fund.per_site_eur)}, and its worst hour draws "
        f"{number(smallest.peak_facility_mw)} of the {number(smallest.connection_mw)} MW of its connection.",
        why="Holds if every site has as many physical chips of the newest generation, the fund pays for them and the "
        "connection carries them. Holds on a condition where one of these is missing, or where the number is met "
        "only in H100-equivalents, as the tender of 2026 counts.",
        baseline=f"{eur(fund.per_site_eur)} of the fund and {number(smallest.connection_mw)} MW of connection per site",
        found_value=float(smallest.chips),
        break_even_value=fund.chips_bought,
        break_even="chips per site that its part of the fund buys",
        inputs=("sites.*.phases.*.chips", "machines.*.chip", "programme.budget_eur", "sites.*.grid.connection_mw"),
        figures=bars(
            "chips per site",
            [
                ("claimed", "claimed", claim.number),
                (smallest.title, "found", smallest.chips),
                ("bought by the fund", "break-even", fund.chips_bought),
                ("carried by the connection", "break-even", fund.chips_connected),
                ("in H100-equivalents", "found", smallest.h100_equivalents),
            ],
        ),
    )


class _Bought(NamedTuple):
    """What a site's part of the fund buys, and what its connection carries."""

    per_site_eur: float
    chips_bought: float
    chips_connected: float


def _of_fund(plan: SitePlan, case: Case) -> _Bought:
    per_site_eur = case.scenario.programme.budget_eur / len(case.plans)
    carried = plan.connection_mw / (plan.peak_facility_mw / plan.chips)
    bought = chips_bought(case.plans, case.scenario.programme.budget_eur) / len(case.plans)
    return _Bought(per_site_eur, bought, carried)


def _missing(
    *, paid: bool, fund: _Bought, latest: bool, met: bool, in_equivalents: bool, short: list[SitePlan], case: Case
) -> list[str]:
    """What would have to be so for the claim to hold, where it is not."""
    parts: list[str] = []
    if not met:
        least = min(plan.h100_equivalents for plan in case.plans)
        largest = max(case.plans, key=lambda plan: plan.chips)
        parts.append(
            f"chips are counted as H100-equivalents, as in the tender of 2026: each site has at least {number(least)}"
            if in_equivalents
            else f"only {largest.title} is meant, with {number(largest.chips)} chips"
        )
    if not latest:
        parts.append("the chips count as the latest generation although newer ones are on the market")
    if not paid:
        mean_eur = case.finance.capex_eur / len(case.plans)
        parts.append(f"{eur(mean_eur - fund.per_site_eur)} per site come from elsewhere than the fund")
    if short:
        missing_mw = max(plan.peak_facility_mw - plan.connection_mw for plan in short)
        parts.append(f"{listed(plan.title for plan in short)} get up to {number(missing_mw)} MW more from the grid")
    return parts


def _release_years(case: Case) -> tuple[float, dict[str, float | None]]:
    """Year of the newest chip of the catalogue, and that of each chip that the sites install."""
    facts, chips = case.facts, case.facts.catalogue
    installed = dict.fromkeys(case.scenario.machine(phase.machine).chip for plan in case.plans for phase in plan.phases)
    dated = [chip for chip in chips.entries("chips") if chips.has("chips", chip, "release_year")]
    newest = max(dated, key=lambda chip: chips.fact("chips", chip, "release_year").number)
    years = {chip: facts.get_number("chips", chip, "release_year") for chip in installed}
    return facts.number("chips", newest, "release_year"), years


def ratio_to_factories(claim: Claim, case: Case) -> Finding:
    """S11: a site over a present AI factory, in chips, H100-equivalents and MW."""
    known_factories = factories(case)
    if not known_factories:
        return unknown(NO_FACTORIES, claim.record)
    largest = known_factories[-1]
    middle = median(factory.chips for factory in known_factories)
    smallest = min(case.plans, key=lambda plan: plan.chips)
    to_largest, to_middle = smallest.chips / largest.chips, smallest.chips / middle
    equivalents, mw = _counts(largest, case)
    in_equivalents, in_mw = smallest.h100_equivalents / equivalents, smallest.it_mw / mw
    counted = [f"{number(in_equivalents)} times in H100-equivalents", f"{number(in_mw)} times in MW of IT"]
    readings = [
        ("it is counted in H100-equivalents", in_equivalents),
        ("it is counted in MW of IT", in_mw),
        (f"it is compared with the middle one of {number(len(known_factories))} known factories", to_middle),
    ]
    under = next(
        (f"{text}, which makes {number(value)} times" for text, value in readings if reaches(value, claim.number)), ""
    )
    return Finding(
        verdict=grade(holds=reaches(to_largest, claim.number), partly=bool(under)),
        condition=under,
        sentence=f"{smallest.title} has {number(to_largest)} times the chips of {largest.name}, the largest AI "
        f"factory, and {number(to_middle)} times those of the middle one.",
        found=f"{smallest.title} has {size(smallest.chips, smallest.h100_equivalents, smallest.it_mw)}: "
        f"{number(to_largest)} times the chips of {largest.name}, which has "
        f"{_size_of(largest, case)}{', ' + ' and '.join(counted) if math.isfinite(in_equivalents) else ''}, and "
        f"{number(to_middle)} times those of the middle one of {number(len(known_factories))} known ones.",
        why="Physical chips of the smallest site; AI factories with a published number of chips. Holds against the "
        "largest of them, on a condition where it takes another count or another factory.",
        baseline=f"{largest.name} with {number(largest.chips)} chips",
        found_value=to_largest,
        break_even_value=claim.number * largest.chips,
        break_even=f"chips per site that are {number(claim.number)} times those of {largest.name}",
        inputs=("sites.*.phases.*.chips", "machines.*.chip"),
        figures=(
            *bars("times", [("claimed", "claimed", claim.number)], "chips"),
            *bars(
                "times",
                ((f"against {one.name}", "found", smallest.chips / one.chips) for one in known_factories),
                "chips",
            ),
            *bars("times", [(f"against {largest.name}", "found", in_equivalents)], "H100-equivalents"),
            *bars("times", [(f"against {largest.name}", "found", in_mw)], "MW of IT"),
        ),
    )


def chips_of_a_factory(claim: Claim, case: Case) -> Finding:
    """S12: chips of a present AI factory."""
    known_factories = factories(case)
    if not known_factories:
        return unknown(NO_FACTORIES, claim.record)
    largest = known_factories[-1]
    middle = median(factory.chips for factory in known_factories)
    close = [near(factory.chips, claim.number, 2 * ROUNDED) for factory in known_factories]
    true_of = listed(one.name for one, right in zip(known_factories, close, strict=True) if right)
    listing = listed(f"{factory.name} {number(factory.chips)}" for factory in known_factories)
    return Finding(
        verdict=grade(holds=all(close), partly=any(close)),
        condition=f"only {true_of} is meant, the largest: the middle one of {number(len(known_factories))} has "
        f"{number(middle)}",
        sentence=f"Of {number(len(known_factories))} AI factories that publish their chips, {number(sum(close))} has "
        f"about {number(claim.number)}; the middle one has {number(middle)}.",
        found=f"Chips of the AI factories that publish them: {listing}. {largest.name} has {_size_of(largest, case)}; "
        "for the others the catalogue has neither H100-equivalents nor power.",
        why="A derived number, so twice the tolerance of a printed one. Holds on a condition where it is true of "
        "some AI factories but not of all.",
        baseline=f"{number(claim.number)}, a quarter of the chips of a gigafactory",
        found_value=middle,
        figures=bars(
            "chips",
            [("claimed", "claimed", claim.number), *((one.name, "record", one.chips) for one in known_factories)],
        ),
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S08": of_programme(number_of_sites),
    "S09": of_programme(least_number_of_sites),
    "S10": chips_per_site,
    "S11": ratio_to_factories,
    "S12": chips_of_a_factory,
    "S44": of_programme(number_of_sites),
}
