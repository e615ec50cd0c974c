"""This module owns admission: from the applications of a window to what became of each, mode by mode."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.admission.applications import S_PER_MONTH, Countries, countries_of, draw, lead_days, permit_days
from gortyn.admission.calendar import DAY, granted_days, has_cutoffs
from gortyn.admission.capacity import Capacity, in_operation
from gortyn.admission.decide import Savings, by_rank, in_order, rounds
from gortyn.admission.eligibility import takes_country
from gortyn.admission.types import ADMITTED, NOT_GRANTED, OUTCOMES, Admission, Applications, Decisions
from gortyn.catalogue import Lookup
from gortyn.machine import SitePlan
from gortyn.model import Scenario, known
from gortyn.model.access import CRITERIA, Mode
from gortyn.model.conversions import S_PER_DAY

INELIGIBLE, REFUSED, CROWDED_OUT, WITHDRAWN, OPEN = (
    OUTCOMES.index(name) for name in ("ineligible", "refused", "crowded-out", "withdrawn", "open")
)


class _Verdict(NamedTuple):
    """What a mode makes of its applications; the last is its pool in the window, nan where it is not bounded."""

    cutoff_s: NDArray[np.int64]
    decided_s: NDArray[np.int64]
    outcome: NDArray[np.int8]
    pool_chip_hours: float


def admit(scenario: Scenario, plans: tuple[SitePlan, ...], facts: Lookup) -> Admission:
    """Draw the applications of all tenants that have a mode, and decide them.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site, for the chips in operation
    facts : catalogue; reads countries and the arrivals of shapes

    Raises
    ------
    ValueError : a mode that says nothing of its processing time.
    """
    if not scenario.access.modes:
        return Admission.none()
    capacity, countries = in_operation(scenario, plans), countries_of(scenario, facts)
    return decided(scenario, draw(scenario, capacity, countries, facts), capacity, countries, facts)


def decided(
    scenario: Scenario, applications: Applications, capacity: Capacity, countries: Countries, facts: Lookup
) -> Admission:
    """Decide applications that are there already.

    An application that breaks a rule is ineligible; one that the review puts below 1 - `pass_share` is refused. The
    others share what the mode may grant: at its cut-offs the best first, else in their order. What is not decided
    in the window stays open.

    Parameters
    ----------
    scenario : resolved scenario
    applications : sorted by submission
    capacity : chips in operation
    countries : that the applications index
    facts : catalogue; reads countries
    """
    window_s, count = scenario.simulation.days * S_PER_DAY, applications.submit_s.size
    cutoff_s, decided_s = applications.submit_s.copy(), np.full(count, window_s, np.int64)
    outcome = np.full(count, OPEN, np.int8)
    pool = np.full(len(scenario.access.modes), np.nan)
    for index, mode in enumerate(scenario.access.modes):
        own = np.flatnonzero(applications.mode == index)
        chosen = applications.at(own)
        eligible = _eligible(scenario, mode, chosen, countries, facts)
        judge = _at_cutoffs if has_cutoffs(mode) else _in_order
        verdict = judge(scenario, mode, chosen, eligible, capacity)
        cutoff_s[own], decided_s[own], outcome[own], pool[index] = verdict
    outcome[decided_s >= window_s] = OPEN
    begin_s, end_s = _grants(scenario, applications, decided_s, outcome)
    decisions = Decisions(cutoff_s, decided_s, outcome, begin_s, end_s)
    return Admission(applications, decisions, countries.codes, countries.population, pool)


def _eligible(
    scenario: Scenario, mode: Mode, applications: Applications, countries: Countries, facts: Lookup
) -> NDArray[np.bool_]:
    """Which applications to a mode meet all of its rules, bool[application]; the same rules as `eligibility`."""
    asked_of = np.array([criterion in mode.conditions for criterion in CRITERIA] + [False])  # the last is for no flaw
    class_of = np.array([tenant.tenant_class in mode.classes for tenant in scenario.tenants], np.bool_)
    open_to = np.array([takes_country(mode, code, facts) for code in countries.codes], np.bool_)
    asked = applications.asked_chip_hours
    least = 0.0 if mode.least_chip_hours is None else mode.least_chip_hours
    most = np.inf if mode.most_chip_hours is None else mode.most_chip_hours
    fits = (asked >= least) & (asked <= most)
    return ~asked_of[applications.flaw] & class_of[applications.tenant] & open_to[applications.country] & fits


def _outcome(mode: Mode, applications: Applications, eligible: NDArray[np.bool_], short: int) -> NDArray[np.int8]:
    """Outcome of each application if none of the good ones finds hours: then it is `short`."""
    good = applications.score >= 1 - mode.pass_share
    return np.where(eligible, np.where(good, short, REFUSED), INELIGIBLE).astype(np.int8)


def _at_cutoffs(
    scenario: Scenario, mode: Mode, applications: Applications, eligible: NDArray[np.bool_], capacity: Capacity
) -> _Verdict:
    start, days = np.datetime64(scenario.simulation.start, "D"), scenario.simulation.days
    first_day = int(applications.submit_s.min(initial=0) // S_PER_DAY)
    calendar = rounds(mode, start, first_day, days, capacity)
    of_cutoff = np.searchsorted(calendar.cutoff_s, applications.submit_s)
    late = of_cutoff == calendar.cutoff_s.size  # after the last of stated dates
    of_cutoff[late] = 0
    of_round = calendar.round[of_cutoff]
    cutoff_s = np.where(late, applications.submit_s, calendar.cutoff_s[of_cutoff])
    decided_s = np.where(late, days * S_PER_DAY, calendar.decided_s[of_round])
    outcome = _outcome(mode, applications, eligible, CROWDED_OUT)
    good = np.flatnonzero((outcome == CROWDED_OUT) & ~late)
    asked = applications.asked_chip_hours[good]
    admitted = by_rank(of_round[good], applications.score[good], asked, calendar.pool_chip_hours)
    outcome[good[admitted]] = ADMITTED
    within = (calendar.decided_s >= 0) & (calendar.decided_s < days * S_PER_DAY)
    pool = float(calendar.pool_chip_hours[within].sum())
    return _Verdict(cutoff_s, decided_s, outcome, np.nan if mode.chip_hours_share is None else pool)


def _in_order(
    scenario: Scenario, mode: Mode, applications: Applications, eligible: NDArray[np.bool_], capacity: Capacity
) -> _Verdict:
    start, window_s = np.datetime64(scenario.simulation.start, "D"), scenario.simulation.days * S_PER_DAY
    submit_s = applications.submit_s
    granted = granted_days(mode, start + submit_s // S_PER_DAY * DAY)
    decided_s = np.maximum((granted - start).astype(np.int64) * S_PER_DAY, submit_s)
    outcome = _outcome(mode, applications, eligible, WITHDRAWN)
    good = np.flatnonzero(outcome == WITHDRAWN)
    if mode.chip_hours_share is None:
        outcome[good] = ADMITTED
        return _Verdict(submit_s, decided_s, outcome, np.nan)
    savings = Savings(mode.chip_hours_share, capacity, min(_first_s(scenario, mode), int(submit_s.min(initial=0))))
    patience_s = round(mode.patience_days * S_PER_DAY)
    asked = applications.asked_chip_hours[good]
    decided_s[good], admitted = in_order(decided_s[good], asked, patience_s, savings, window_s)
    outcome[good[admitted]] = ADMITTED
    coming = capacity.chip_hours(np.array(0), np.array(window_s))
    return _Verdict(submit_s, decided_s, outcome, mode.chip_hours_share * float(coming))


def _first_s(scenario: Scenario, mode: Mode) -> int:
    """Second from which a mode's tenants may apply."""
    own = [tenant for tenant in scenario.tenants if tenant.mode == mode.name]
    return -max((lead_days(scenario, tenant, mode) for tenant in own), default=0) * S_PER_DAY


def _grants(
    scenario: Scenario, applications: Applications, decided_s: NDArray[np.int64], outcome: NDArray[np.int8]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First second of each grant and the one after its last; sensitive data wait for their permit."""
    permit_s = np.array([round(permit_days(scenario, tenant) * S_PER_DAY) for tenant in scenario.tenants], np.int64)
    length_s = np.array([round(known(mode.allocation_months) * S_PER_MONTH) for mode in scenario.access.modes])
    begin_s = decided_s + permit_s[applications.tenant]
    end_s = begin_s + length_s[applications.mode]
    without = outcome != ADMITTED
    begin_s[without] = end_s[without] = NOT_GRANTED
    return begin_s, end_s
