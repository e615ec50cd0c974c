"""This module owns what is said to an applicant: in one sentence, why an application came to what it did."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from gortyn.admission.calendar import has_cutoffs
from gortyn.admission.eligibility import REGIONS, UNMET, above_or_below
from gortyn.model import Simulation, Tenant
from gortyn.model.access import CRITERIA, Mode
from gortyn.model.conversions import S_PER_DAY


class Case(NamedTuple):
    """One application and its decision, as plain values; times in seconds after the start of the window."""

    outcome: str
    country: str
    asked_chip_hours: float
    flaw: int
    score: float
    submit_s: int
    decided_s: int
    end_s: int


def why(case: Case, tenant: Tenant, mode: Mode, simulation: Simulation) -> str:
    """Reason of one decision.

    Parameters
    ----------
    case : application and decision
    tenant, mode : that it belongs to
    simulation : for the dates
    """

    def day(at_s: int) -> str:
        return (simulation.start + timedelta(days=at_s // S_PER_DAY)).isoformat()

    match case.outcome:
        case "ineligible":
            return f"not eligible: {_broken(case, tenant, mode)}"
        case "refused":
            return f"the review puts it at {case.score:.2f}, and asks for {1 - mode.pass_share:.2f}"
        case "crowded-out":
            return f"good enough at {case.score:.2f}, but better ones left too few hours at this cut-off"
        case "withdrawn":
            return f"given up after waiting {mode.patience_days:g} days for hours"
        case "admitted":
            return f"eligible, and good enough at {case.score:.2f}; granted until {day(case.end_s - 1)}"
        case _:
            return _open(case, mode, simulation, day(case.decided_s))


def _broken(case: Case, tenant: Tenant, mode: Mode) -> str:
    """The first rule that is broken."""
    if case.flaw >= 0 and CRITERIA[case.flaw] in mode.conditions:
        return UNMET[CRITERIA[case.flaw]]
    if tenant.tenant_class not in mode.classes:
        return f"{tenant.tenant_class} does not qualify; those who do are {', '.join(mode.classes)}"
    return above_or_below(case.asked_chip_hours, mode) or (
        f"established in {case.country}, which is not {REGIONS[mode.countries]}"
    )


def _open(case: Case, mode: Mode, simulation: Simulation, due: str) -> str:
    submitted = simulation.start + timedelta(days=case.submit_s // S_PER_DAY)
    if mode.cutoffs and submitted > mode.cutoffs[-1]:
        return f"no cut-off comes after that of {mode.cutoffs[-1]}"
    if case.decided_s > simulation.days * S_PER_DAY or has_cutoffs(mode):
        return f"is decided on {due}, after the window"
    return "still waits for hours when the window ends"
