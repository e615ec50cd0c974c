"""This module owns the claims about size: how many sites, how many chips, and how that compares with what exists."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median
from typing import Final, NamedTuple

from gortyn.claims.text import eur, listed, number, plural, size
from gortyn.claims.tolerance import GENERATION_YEARS, ROUNDED, THOUSANDS, near, reaches
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade
from gortyn.machine import REFERENCE_CHIP, SitePlan
from gortyn.model import known
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
            found.append(Factory(facts.text("ai_factories", entry, "name"), chips, chip))
    return sorted(found, key=lambda factory: factory.chips)


def _size_of(factory: Factory, case: Case) -> str:
    """Size of a factory, in all three counts where its chip is in the catalogue."""
    tflops, kw = (
        case.facts.get_number("chips", factory.chip, field) if factory.chip else None
        for field in ("bf16_dense_tflops", "it_power_kw_per_chip")
    )
    reference = case.facts.number("chips", REFERENCE_CHIP, "bf16_dense_tflops")
    return size(
        factory.chips,
        math.nan if tflops is None else factory.chips * tflops / reference,
        math.nan if kw is None else factory.chips * kw / KW_PER_MW,
    )


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


def _count(case: Case, *, right: bool, enough: bool) -> Finding:
    paid = _affordable(case)
    sites = len(case.plans)
    budget = eur(case.scenario.programme.budget_eur)
    return Finding(
        grade(holds=right and reaches(paid, sites), partly=enough),
        f"The scenario builds {plural(sites, 'site')}: {_sizes(case.plans)}. "
        f"The budget of {budget} pays for {number(paid)} of them.",
        "At the mean capital cost of these sites. Depends where the number of sites is met but the budget does not "
        "pay for them all, or where there are more sites than claimed.",
        float(sites),
    )


def number_of_sites(claim: Claim, case: Case) -> Finding:
    """S08, S44: exactly so many sites."""
    sites = len(case.plans)
    return _count(case, right=sites == claim.number, enough=sites >= claim.number)


def least_number_of_sites(claim: Claim, case: Case) -> Finding:
    """S09: at least so many sites."""
    enough = len(case.plans) >= claim.number
    return _count(case, right=enough, enough=enough)


def chips_per_site(claim: Claim, case: Case) -> Finding:
    """S10: physical chips of the latest generation at each site."""
    met = [reaches(plan.chips, claim.number) for plan in case.plans]
    met_in_equivalents = [reaches(plan.h100_equivalents, claim.number) for plan in case.plans]
    newest, years = _release_years(case)
    latest = all(year is not None and year >= newest - GENERATION_YEARS for year in years.values())
    chips = listed(f"{chip} of {'an unknown year' if year is None else f'{year:.0f}'}" for chip, year in years.items())
    return Finding(
        grade(holds=all(met) and latest, partly=any(met) or any(met_in_equivalents)),
        f"{_sizes(case.plans)}; {chips}, the newest in the catalogue being of {newest:.0f}.",
        "Holds if every site has as many physical chips, of the newest generation. Depends where only some sites do, "
        "where the chips are older, or where the number is met only in H100-equivalents, as the tender of 2026 "
        "counts.",
        float(min(plan.chips for plan in case.plans)),
    )


def _release_years(case: Case) -> tuple[float, dict[str, float | None]]:
    """Year of the newest chip of the catalogue, and that of each chip that the sites install."""
    facts = case.facts
    installed = dict.fromkeys(case.scenario.machine(phase.machine).chip for plan in case.plans for phase in plan.phases)
    every = (facts.get_number("chips", chip, "release_year") for chip in facts.catalogue.entries("chips"))
    newest = max(year for year in every if year is not None)
    return newest, {chip: facts.get_number("chips", chip, "release_year") for chip in installed}


def ratio_to_factories(claim: Claim, case: Case) -> Finding:
    """S11: chips of a site over those of a present AI factory."""
    known_factories = factories(case)
    if not known_factories:
        return Finding("not-checkable", NO_FACTORIES, claim.record)
    largest = known_factories[-1]
    middle = median(factory.chips for factory in known_factories)
    smallest = min(case.plans, key=lambda plan: plan.chips)
    to_largest, to_middle = smallest.chips / largest.chips, smallest.chips / middle
    return Finding(
        grade(holds=reaches(to_largest, claim.number), partly=reaches(to_middle, claim.number)),
        f"{smallest.title} has {size(smallest.chips, smallest.h100_equivalents, smallest.it_mw)}: "
        f"{number(to_largest)} times the chips of {largest.name}, which has {_size_of(largest, case)}, and "
        f"{number(to_middle)} times those of the middle one of {number(len(known_factories))} known ones.",
        "Physical chips of the smallest site; AI factories with a published number of chips. Holds against the "
        "largest of them, depends where only the middle one is that much smaller.",
        to_largest,
    )


def chips_of_a_factory(claim: Claim, case: Case) -> Finding:
    """S12: chips of a present AI factory."""
    known_factories = factories(case)
    if not known_factories:
        return Finding("not-checkable", NO_FACTORIES, claim.record)
    largest = known_factories[-1]
    middle = median(factory.chips for factory in known_factories)
    close = [near(factory.chips, claim.number, 2 * ROUNDED) for factory in known_factories]
    listing = listed(f"{factory.name} {number(factory.chips)}" for factory in known_factories)
    return Finding(
        grade(holds=all(close), partly=any(close)),
        f"Chips of the AI factories that publish them: {listing}. {largest.name} has {_size_of(largest, case)}; "
        "for the others the catalogue has neither H100-equivalents nor power.",
        "A derived number, so twice the tolerance of a printed one. Depends where it is true of some AI factories "
        "but not of all.",
        middle,
    )


def jobs(_: Claim, case: Case) -> Finding:
    """S26: posts at the sites."""
    it_mw = sum(plan.it_mw for plan in case.plans)
    per_mw = known(case.scenario.costs.staff_fte_per_mw)
    posts = it_mw * per_mw
    return Finding(
        grade(holds=reaches(posts, THOUSANDS), partly=True),
        f"Running {size(*_totals(case.plans))} takes {plural(posts, 'full-time post')}.",
        f"At {plural(per_mw, 'post')} per MW of IT, an input of the scenario. Building the sites and the firms that "
        "use them are not counted, so fewer posts than claimed leave it open.",
        posts,
        unit="posts",
        claimed_value=THOUSANDS,
    )


def _totals(plans: tuple[SitePlan, ...]) -> tuple[float, float, float]:
    return (
        sum(plan.chips for plan in plans),
        sum(plan.h100_equivalents for plan in plans),
        sum(plan.it_mw for plan in plans),
    )


EVALUATORS: Final[dict[str, Evaluator]] = {
    "S08": number_of_sites,
    "S09": least_number_of_sites,
    "S10": chips_per_site,
    "S11": ratio_to_factories,
    "S12": chips_of_a_factory,
    "S26": jobs,
    "S44": number_of_sites,
}
