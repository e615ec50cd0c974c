"""This module owns the funnel of access: how many apply, pass, get hours and use them, by mode, class and country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.access.use import NEVER, ApplicationUse, decided, submitted
from gortyn.admission import ADMITTED, OUTCOMES
from gortyn.admission.calendar import processing
from gortyn.model import Mode, Scenario
from gortyn.model.access import CLASSES
from gortyn.model.conversions import DAYS_PER_WEEK, DAYS_PER_YEAR

if TYPE_CHECKING:
    from gortyn.admission import Admission

WORKING_DAYS_PER_WEEK: Final = 5  # unit: Monday to Friday


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeAccess:
    """A mode of access and what it granted.

    Attributes
    ----------
    mode, title : name, and name as printed
    classes : classes that qualify, apart by commas
    countries : where applicants are established: union, participating or any
    least_chip_hours, most_chip_hours : limits of what can be asked for; nan where nothing is said
    allocation_months : length of a grant
    processing_days : days of the calendar from cut-off or application to the grant, as stated; seven for five working
        days
    yearly_cutoffs : cut-offs a year; nan where applications are decided in order
    pool_chip_hours : chip-hours that the mode may grant within the window; nan where that is not bounded
    applications, admitted : applications decided within the window, and those of them admitted
    granted_chip_hours : granted to these
    used_chip_hours : chip-hours within the window of jobs of these grants
    lapsed_chip_hours : unused when those of these grants ended that ended within the window; what is neither used nor
        lapsed can still be used after it
    """

    mode: str
    title: str
    classes: str
    countries: str
    least_chip_hours: float
    most_chip_hours: float
    allocation_months: float
    processing_days: float
    yearly_cutoffs: float
    pool_chip_hours: float
    applications: int
    admitted: int
    granted_chip_hours: float
    used_chip_hours: float
    lapsed_chip_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRow:
    """What became of the applications of one class and country to one mode that were submitted within the window.

    Attributes
    ----------
    mode, tenant_class, country : whose applications
    applications : how many, the sum of the six that follow
    ineligible, refused, crowded_out, withdrawn, open, admitted : how many by outcome
    started : those admitted of which a job has started within the window
    asked_chip_hours, granted_chip_hours : asked for, and granted
    used_chip_hours : chip-hours of their jobs within the window
    lapsed_chip_hours : unused when those of their grants ended that ended within the window
    """

    mode: str
    tenant_class: str
    country: str
    applications: int
    ineligible: int
    refused: int
    crowded_out: int
    withdrawn: int
    open: int
    admitted: int
    started: int
    asked_chip_hours: float
    granted_chip_hours: float
    used_chip_hours: float
    lapsed_chip_hours: float


def modes(scenario: Scenario, admission: Admission, use: ApplicationUse, window_s: int) -> tuple[ModeAccess, ...]:
    """Every mode of the scenario, in its order.

    Parameters
    ----------
    scenario : resolved
    admission, use : applications and what became of them
    window_s : length of the window [s]
    """
    stated = scenario.access.modes
    mode = admission.applications.mode
    here = decided(admission, window_s)
    granted = here & (admission.decisions.outcome == ADMITTED)
    count = len(stated)

    def summed(values: NDArray[np.float64], chosen: NDArray[np.bool_]) -> list[float]:
        return np.bincount(mode[chosen], values[chosen], count).tolist()

    numbers = zip(
        np.bincount(mode[here], minlength=count).tolist(),
        np.bincount(mode[granted], minlength=count).tolist(),
        summed(admission.granted_chip_hours, granted),
        summed(use.used_chip_hours, granted),
        summed(np.nan_to_num(use.lapsed_chip_hours), granted),
        strict=True,
    )
    pools = admission.pool_chip_hours.tolist() or [float("nan")] * count
    return tuple(
        _mode(one, pool, *figures) for one, pool, figures in zip(stated, pools, numbers, strict=True)
    )  # fmt: skip


def _mode(mode: Mode, pool: float, applications: int, admitted: int, *chip_hours: float) -> ModeAccess:
    granted, used, lapsed = chip_hours
    return ModeAccess(
        mode=mode.name,
        title=mode.title or mode.name,
        classes=", ".join(mode.classes),
        countries=mode.countries,
        least_chip_hours=_or_nan(mode.least_chip_hours),
        most_chip_hours=_or_nan(mode.most_chip_hours),
        allocation_months=_or_nan(mode.allocation_months),
        processing_days=processing_days(mode),
        yearly_cutoffs=yearly_cutoffs(mode),
        pool_chip_hours=pool,
        applications=applications,
        admitted=admitted,
        granted_chip_hours=granted,
        used_chip_hours=used,
        lapsed_chip_hours=lapsed,
    )


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def processing_days(mode: Mode) -> float:
    """Days of the calendar from cut-off or application to the grant, as the mode states them [days].

    Working days count seven fifths of a day.

    Raises
    ------
    ValueError : nothing is said of the processing time of the mode.
    """
    days, working = processing(mode)
    return days * DAYS_PER_WEEK / WORKING_DAYS_PER_WEEK if working else float(days)


def yearly_cutoffs(mode: Mode) -> float:
    """Cut-offs a year: as stated, or by the mean time between stated dates; nan where there are none."""
    if not mode.cutoffs:
        return _or_nan(mode.cutoffs_per_year)
    between = len(mode.cutoffs) - 1
    return DAYS_PER_YEAR * between / (mode.cutoffs[-1] - mode.cutoffs[0]).days if between else 1.0


def funnel(scenario: Scenario, admission: Admission, use: ApplicationUse, window_s: int) -> tuple[FunnelRow, ...]:
    """Funnel by mode, class and country, in the order of modes, classes and country codes.

    Parameters
    ----------
    scenario : for the modes, and the classes of the tenants
    admission, use : applications and what became of them
    window_s : length of the window [s]
    """
    here = np.flatnonzero(submitted(admission, window_s))
    applications, outcome = admission.applications, admission.decisions.outcome[here]
    classes = np.array([CLASSES.index(tenant.tenant_class) for tenant in scenario.tenants], np.int64)
    by_code = np.argsort(np.argsort(np.array(admission.countries, dtype=str)))
    keys = (applications.mode[here], classes[applications.tenant[here]], by_code[applications.country[here]])
    sizes = len(scenario.access.modes), len(CLASSES), max(len(admission.countries), 1)
    groups, group = np.unique(np.ravel_multi_index(keys, sizes), return_inverse=True)
    count = groups.size
    outcomes = [np.bincount(group[outcome == code], minlength=count).tolist() for code in range(len(OUTCOMES))]
    begun = use.first_start_s[here] != NEVER
    amounts = (
        applications.asked_chip_hours, admission.granted_chip_hours, use.used_chip_hours,
        np.nan_to_num(use.lapsed_chip_hours),
    )  # fmt: skip
    asked, granted, used, lapsed = (np.bincount(group, amount[here], count).tolist() for amount in amounts)
    started = np.bincount(group[begun], minlength=count).tolist()
    names = sorted(admission.countries)
    rows = []
    for row, (mode, tenant_class, country) in enumerate(
        zip(*(part.tolist() for part in np.unravel_index(groups, sizes)), strict=True)
    ):
        numbers = {name.replace("-", "_"): outcomes[code][row] for code, name in enumerate(OUTCOMES)}
        rows.append(
            FunnelRow(
                mode=scenario.access.modes[mode].name,
                tenant_class=CLASSES[tenant_class],
                country=names[country],
                applications=sum(numbers.values()),
                started=started[row],
                asked_chip_hours=asked[row],
                granted_chip_hours=granted[row],
                used_chip_hours=used[row],
                lapsed_chip_hours=lapsed[row],
                **numbers,
            )
        )
    return tuple(rows)
