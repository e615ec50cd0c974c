"""This module owns the applications: how many come when, from where, for how much, and how good they are.

Every tenant draws from a generator of its own, so that one more leaves the applications of the others as they are.
"""

from __future__ import annotations

from math import ceil
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.admission.asked import Asked
from gortyn.admission.calendar import (
    DAY,
    granted_days,
    has_cutoffs,
    longest_gap_days,
    next_cutoffs,
    processing,
)
from gortyn.admission.capacity import Capacity
from gortyn.admission.decide import SAVED_DAYS, most_at_once
from gortyn.admission.eligibility import usual_countries
from gortyn.admission.types import Applications
from gortyn.catalogue import Lookup
from gortyn.hours.streams import generator
from gortyn.model import Scenario, Tenant, known
from gortyn.model.access import CRITERIA, Applicants, Mode
from gortyn.model.conversions import DAYS_PER_WEEK, DAYS_PER_YEAR, HOURS_PER_DAY, S_PER_DAY, S_PER_HOUR

S_PER_MONTH: Final = DAYS_PER_YEAR * S_PER_DAY // 12
"""A twelfth of a year."""


class Countries(NamedTuple):
    """Countries that applicants may come from, by code, and their populations, float64[country], nan if unknown."""

    codes: tuple[str, ...]
    population: NDArray[np.float64]


def countries_of(scenario: Scenario, facts: Lookup) -> Countries:
    """All countries that a tenant with a mode names, or that it usually comes from where it names none."""
    codes: set[str] = set()
    for tenant in scenario.tenants:
        if tenant.mode is not None:
            named = {one.country for one in tenant.countries}
            codes |= named or usual_countries(scenario.access.mode(tenant.mode), facts)
    known_codes = set(facts.catalogue.entries("countries"))
    population = [
        facts.number("countries", code, "population") if code in known_codes else np.nan for code in sorted(codes)
    ]
    return Countries(tuple(sorted(codes)), np.array(population, np.float64))


def draw(scenario: Scenario, capacity: Capacity, countries: Countries, facts: Lookup) -> Applications:
    """Applications of all tenants with a mode, up to the end of the window.

    They are a Poisson process with the profile of the day and the week of the catalogue. Chip-hours applied for are
    expected to be `demand_share` of those of the chips in operation on the first day that a grant could begin: who
    applies for chips that are to come does so in time. They begin long enough before the window for the grants that
    are alive when it begins.

    Parameters
    ----------
    scenario : resolved scenario
    capacity : chips in operation
    countries : of `countries_of`
    facts : catalogue; reads shapes/arrivals-hour and -weekday, and populations
    """
    profile = _profile(facts)
    parts = [
        _of_tenant(scenario, index, capacity, countries, profile, facts)
        for index, tenant in enumerate(scenario.tenants)
        if tenant.mode is not None
    ]
    whole = Applications._make(np.concatenate(column) for column in zip(Applications.none(), *parts, strict=True))
    return whole.at(np.argsort(whole.submit_s, kind="stable"))


def _of_tenant(
    scenario: Scenario,
    index: int,
    capacity: Capacity,
    countries: Countries,
    profile: NDArray[np.float64],
    facts: Lookup,
) -> Applications:
    """Applications of one tenant, in order of submission."""
    tenant = scenario.tenants[index]
    mode = scenario.access.mode(known(tenant.mode))
    rng = generator(scenario.simulation.seed, "admission", tenant.name)
    asked = asked_by(scenario, tenant, mode, capacity)
    start = np.datetime64(scenario.simulation.start, "D")
    first_day = -lead_days(scenario, tenant, mode)
    days = np.arange(first_day, scenario.simulation.days)
    chips = capacity.chips(_first_grant_s(mode, start, days))
    a_day = tenant.demand_share * chips * HOURS_PER_DAY / asked.mean_chip_hours
    weekday = (scenario.simulation.start.weekday() + days) % DAYS_PER_WEEK
    number = rng.poisson(a_day[:, None] / HOURS_PER_DAY * profile[weekday])
    hour = np.repeat(np.arange(number.size), number.ravel()) + first_day * HOURS_PER_DAY
    submit_s = np.sort(hour * S_PER_HOUR + rng.integers(0, S_PER_HOUR, hour.size))
    count = submit_s.size
    return Applications(
        tenant=np.full(count, index, np.int32),
        mode=np.full(count, [one.name for one in scenario.access.modes].index(mode.name), np.int32),
        country=_country(rng, tenant, mode, countries, facts, count),
        submit_s=submit_s.astype(np.int64),
        asked_chip_hours=asked.draw(rng, count),
        flaw=_flaw(rng, scenario.access.applicants, mode, count),
        score=rng.random(count),
        used_share=_used_share(rng, tenant.used_share, count),
    )


def asked_by(scenario: Scenario, tenant: Tenant, mode: Mode, capacity: Capacity) -> Asked:
    """Chip-hours that a tenant's applications ask for: within the limits of the mode and what it could ever grant."""
    least = mode.least_chip_hours or 0.0
    most = min(
        np.inf if mode.most_chip_hours is None else mode.most_chip_hours,
        capacity.most_chips * known(mode.allocation_months) * S_PER_MONTH / S_PER_HOUR,
        most_at_once(mode, np.datetime64(scenario.simulation.start, "D"), scenario.simulation.days, capacity),
    )
    most = max(most, least, 1.0)
    median = tenant.grant_chip_hours
    if median is None:
        median = min(max(known(scenario.programme.grant_chip_hours), least), most)
    return Asked(median, tenant.grant_spread, least, most)


def lead_days(scenario: Scenario, tenant: Tenant, mode: Mode) -> int:
    """Days before the window from which applications may still have a grant alive in it, or spend what is saved.

    Where dates of cut-offs are stated, the first collects what came in one usual gap before it and not more: where it
    lies further ahead the days are negative, and nobody applies before so many days of the window are over.
    """
    processed, working = processing(mode)
    granted = processed * (2 if working else 1) + ceil(permit_days(scenario, tenant))
    # Savings begin empty: they take so long to be as full as they get.
    waits = mode.patience_days + SAVED_DAYS if mode.chip_hours_share is not None and not has_cutoffs(mode) else 0.0
    alive = ceil(known(mode.allocation_months) * S_PER_MONTH / S_PER_DAY)
    lead = alive + longest_gap_days(mode) + granted + ceil(waits)
    if not mode.cutoffs:
        return lead
    first = (mode.cutoffs[0] - scenario.simulation.start).days - longest_gap_days(mode)
    return max(-scenario.simulation.days, min(lead, -first))


def permit_days(scenario: Scenario, tenant: Tenant) -> float:
    """Days until a tenant may use sensitive data in all enclaves open to it; 0 of one whose data are not."""
    if tenant.sensitive is None:
        return 0.0
    open_to = [
        known(enclave.permit_days)
        for enclave in scenario.access.enclaves
        if tenant.sensitive in enclave.takes and tenant.home in (None, enclave.site)
    ]
    return max(open_to, default=0.0)


def _first_grant_s(mode: Mode, start: np.datetime64, days: NDArray[np.int64]) -> NDArray[np.int64]:
    """First second of a grant for an application of each day; of the day itself where no cut-off comes any more."""
    granted = granted_days(mode, next_cutoffs(mode, start + days * DAY))
    after = (np.where(np.isnat(granted), start + days * DAY, granted) - start).astype(np.int64)
    return after * S_PER_DAY


def _profile(facts: Lookup) -> NDArray[np.float64]:
    """Weight of each hour of each day of the week, float64[7, 24] with mean 1; the clock is UTC."""
    hours = [facts.number("shapes", "arrivals-hour", f"h{hour:02d}") for hour in range(HOURS_PER_DAY)]
    days = [facts.number("shapes", "arrivals-weekday", f"d{day}") for day in range(DAYS_PER_WEEK)]
    weight = np.outer(days, hours)
    return weight / weight.mean()


def _country(
    rng: np.random.Generator, tenant: Tenant, mode: Mode, countries: Countries, facts: Lookup, count: int
) -> NDArray[np.int32]:
    weight = np.zeros(len(countries.codes))
    if tenant.countries:
        for one in tenant.countries:
            weight[countries.codes.index(one.country)] += one.weight
    else:
        places = [countries.codes.index(code) for code in sorted(usual_countries(mode, facts))]
        weight[places] = countries.population[places]
    total = np.cumsum(weight)
    return np.searchsorted(total, rng.random(count) * total[-1], side="right").astype(np.int32)


def _flaw(rng: np.random.Generator, applicants: Applicants, mode: Mode, count: int) -> NDArray[np.int8]:
    """First condition of the mode that an application does not meet, each independent of the others."""
    share = {
        "legal-entity": applicants.no_legal_entity_share,
        "civil-use": applicants.not_civil_share,
        "ai-act": applicants.ai_act_share,
        "ethics": applicants.unethical_share,
    }
    flaw = np.full(count, -1, np.int8)
    for place, criterion in enumerate(CRITERIA):
        unmet = rng.random(count) < share[criterion]
        if criterion in mode.conditions:
            flaw[unmet & (flaw < 0)] = place
    return flaw


def _used_share(rng: np.random.Generator, mean: float, count: int) -> NDArray[np.float64]:
    """Part of a grant that is used: even over the widest range around the mean that stays within 0 and 1."""
    return mean + min(mean, 1 - mean) * (2 * rng.random(count) - 1)
