"""This module owns who may apply: one answer with its reason for every rule of a mode, and what is open instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

from gortyn.admission.duties import duties_in_words
from gortyn.catalogue import Lookup
from gortyn.model.access import CRITERIA, Criterion, Mode, TenantClass

Rule = Literal["legal-entity", "country", "class", "limits", "civil-use", "ai-act", "ethics"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
"""Rules in the order in which they are looked at."""
REGIONS: Final = {
    "union": "in the European Union",
    "participating": "among the states that take part in EuroHPC",
    "any": "anywhere",
}
"""Where a country has to be, by `Mode.countries`."""
MET: Final[dict[Criterion, str]] = {
    "legal-entity": "applies as a legal entity",
    "civil-use": "is for civil use",
    "ai-act": "meets its obligations under the AI Act",
    "ethics": "passes the ethics check",
}
UNMET: Final[dict[Criterion, str]] = {
    "legal-entity": "no legal entity applies; loose groups need one as their host",
    "civil-use": "is not for civil use",
    "ai-act": "does not meet its obligations under the AI Act",
    "ethics": "does not pass the ethics check",
}


@dataclass(frozen=True, slots=True)
class Applicant:
    """Whoever wants chip-hours.

    Attributes
    ----------
    tenant_class : size class
    country : ISO code of the country where it is established
    chip_hours : asked for; None where nothing is said yet
    criteria_met : what holds of legal entity, civil use, AI Act and ethics
    model_flops : computation of the training of its model [FLOP]; None where it trains none or does not say
    """

    tenant_class: TenantClass
    country: str
    chip_hours: float | None = None
    criteria_met: frozenset[Criterion] = frozenset(CRITERIA)
    model_flops: float | None = None


class Answer(NamedTuple):
    """Whether one rule is met, and why or why not."""

    rule: Rule
    passed: bool
    reason: str


def eligibility(applicant: Applicant, mode: Mode, facts: Lookup) -> tuple[Answer, ...]:
    """One answer for each of `RULES`; the applicant is eligible where all are passed.

    Parameters
    ----------
    applicant : who asks
    mode : resolved mode of access
    facts : catalogue; reads `countries` and the thresholds of access_modes/rule-ai-act
    """
    answers = {
        "country": _country(applicant, mode, facts),
        "class": _class(applicant, mode),
        "limits": _limits(applicant.chip_hours, mode),
    } | {criterion: _criterion(criterion, applicant, mode, facts) for criterion in CRITERIA}
    return tuple(Answer(rule, *answers[rule]) for rule in RULES)


def open_modes(applicant: Applicant, modes: Iterable[Mode], facts: Lookup) -> tuple[Mode, ...]:
    """Those of some modes whose rules the applicant meets, in their order."""
    return tuple(mode for mode in modes if all(answer.passed for answer in eligibility(applicant, mode, facts)))


def instead(applicant: Applicant, mode: Mode, modes: Iterable[Mode], facts: Lookup) -> str:
    """Say why a mode is closed to an applicant and what is open instead; an empty text where the mode is open."""
    failed = [answer.reason for answer in eligibility(applicant, mode, facts) if not answer.passed]
    if not failed:
        return ""
    others = ", ".join(other.name for other in open_modes(applicant, modes, facts) if other.name != mode.name)
    return f"{mode.name} is closed: {'; '.join(failed)}; " + (f"open are {others}" if others else "no mode is open")


def open_countries(region: str, facts: Lookup) -> frozenset[str]:
    """Codes of the countries of the catalogue that belong to a region, a key of `REGIONS`."""
    codes = facts.catalogue.entries("countries")
    if region == "any":
        return frozenset(codes)
    return frozenset(code for code in codes if facts.number("countries", code, region) > 0)


def usual_countries(mode: Mode, facts: Lookup) -> frozenset[str]:
    """Codes of the countries that applications come from where nothing is said: with a mode open to any, EuroHPC's.

    Populations of the whole world would say nothing of who applies.
    """
    return open_countries("participating" if mode.countries == "any" else mode.countries, facts)


def takes_country(mode: Mode, country: str, facts: Lookup) -> bool:
    """Whether applicants of a country may apply; one that the catalogue does not know may where any may."""
    return mode.countries == "any" or country in open_countries(mode.countries, facts)


def above_or_below(chip_hours: float, mode: Mode) -> str:
    """Say which limit of a mode is broken; an empty text where none is."""
    least, most = mode.least_chip_hours, mode.most_chip_hours
    if least is not None and chip_hours < least:
        return f"asks for {chip_hours:,.0f} chip-hours, less than the least of {least:,.0f}"
    if most is not None and chip_hours > most:
        return f"asks for {chip_hours:,.0f} chip-hours, more than the limit of {most:,.0f}"
    return ""


def _country(applicant: Applicant, mode: Mode, facts: Lookup) -> tuple[bool, str]:
    if mode.countries == "any":
        return True, f"established in {applicant.country}; applicants may come from {REGIONS['any']}"
    known = applicant.country in facts.catalogue.entries("countries")
    name = f"{applicant.country} ({facts.text('countries', applicant.country, 'name')})" if known else applicant.country
    passed = takes_country(mode, applicant.country, facts)
    return passed, f"established in {name}, which is {'' if passed else 'not '}{REGIONS[mode.countries]}"


def _class(applicant: Applicant, mode: Mode) -> tuple[bool, str]:
    if applicant.tenant_class in mode.classes:
        return True, f"{applicant.tenant_class} is a class that qualifies"
    return False, f"{applicant.tenant_class} does not qualify; those who do are {', '.join(mode.classes)}"


def _limits(chip_hours: float | None, mode: Mode) -> tuple[bool, str]:
    least, most = mode.least_chip_hours, mode.most_chip_hours
    said = [f"at least {least:,.0f}"] if least else []
    said += [] if most is None else [f"at most {most:,.0f}"]
    limits = f"{' and '.join(said)} chip-hours may be asked for" if said else "there is no limit to the chip-hours"
    if chip_hours is None:
        return True, limits
    broken = above_or_below(chip_hours, mode)
    return not broken, broken or f"asks for {chip_hours:,.0f} chip-hours; {limits}"


def _criterion(criterion: Criterion, applicant: Applicant, mode: Mode, facts: Lookup) -> tuple[bool, str]:
    if criterion not in mode.conditions:
        return True, "the mode does not ask for it"
    passed = criterion in applicant.criteria_met
    reason = MET[criterion] if passed else UNMET[criterion]
    return passed, f"{reason}; {duties_in_words(applicant.model_flops, facts)}" if criterion == "ai-act" else reason
