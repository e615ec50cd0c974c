"""This module owns the quarters of the cash flow: when they start, what of each a period covers, what its prices are.

Times are counted in quarters since the year 0, so that 1 October 2028 is 2028 * 4 + 3; a day within a quarter counts
as its share of that quarter's days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.metrics import QUARTERS_PER_YEAR, nominal
from gortyn.model import Scenario, known
from gortyn.model.conversions import HOURS_PER_DAY

if TYPE_CHECKING:
    from gortyn.machine import PhasePlan, SitePlan

MONTHS_PER_QUARTER: Final = 3  # source: definition


def quarter_of(day: date) -> float:
    """Time of the start of a day, in quarters.

    >>> quarter_of(date(2028, 10, 1)) - quarter_of(date(2028, 1, 1)), round(91 * (quarter_of(date(2028, 2, 15)) % 1))
    (3.0, 45)
    """
    whole = day.year * QUARTERS_PER_YEAR + (day.month - 1) // MONTHS_PER_QUARTER
    first, following = first_day(whole), first_day(whole + 1)
    return whole + (day - first).days / (following - first).days


def first_day(quarter: int) -> date:
    """First day of a quarter.

    >>> first_day(2028 * 4 + 3)
    datetime.date(2028, 10, 1)
    """
    year, of_year = divmod(quarter, QUARTERS_PER_YEAR)
    return date(year, of_year * MONTHS_PER_QUARTER + 1, 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Consecutive quarters.

    Attributes
    ----------
    first : number of the first quarter
    count : number of quarters
    """

    first: int
    count: int

    @property
    def starts(self) -> tuple[date, ...]:
        """First day of each quarter."""
        return tuple(first_day(self.first + index) for index in range(self.count))

    @property
    def hours(self) -> NDArray[np.float64]:
        """Length of each quarter [h], float64[quarter]."""
        days = np.array([first_day(self.first + index).toordinal() for index in range(self.count + 1)])
        return np.diff(days).astype(np.float64) * HOURS_PER_DAY

    def covered(self, begin: float, end: float) -> NDArray[np.float64]:
        """Part of each quarter that lies between two times, in [0, 1], float64[quarter].

        Parameters
        ----------
        begin, end : times in quarters, as `quarter_of` counts them

        >>> Calendar(8112, 4).covered(8112.5, 8114.0).tolist()
        [0.5, 1.0, 0.0, 0.0]
        """
        quarter = self.first + np.arange(self.count)
        return np.clip(np.minimum(end, quarter + 1) - np.maximum(begin, quarter), 0, 1)

    def holding(self, end: float) -> int:
        """Index of the quarter in which a period that ends at this time has its last moment."""
        return math.ceil(end) - 1 - self.first


def construction_begin(phase: PhasePlan, scenario: Scenario) -> float:
    """Time at which the first capex of a phase is paid, in quarters."""
    return quarter_of(phase.operational) - scenario.costs.construction_quarters


def life_ends(phase: PhasePlan, scenario: Scenario) -> tuple[float, ...]:
    """Times at which the first chips of a phase and those of each refresh end their lives, in quarters.

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    begin, life = quarter_of(phase.operational), QUARTERS_PER_YEAR * known(scenario.costs.chip_life_years)
    refreshes = scenario.costs.refresh.count if scenario.costs.refresh else 0
    return tuple(begin + life * (generation + 1) for generation in range(refreshes + 1))


def operation_end(phase: PhasePlan, scenario: Scenario) -> float:
    """Time at which the life of the last chips of a phase ends, in quarters."""
    return life_ends(phase, scenario)[-1]


def calendar(scenario: Scenario, plans: tuple[SitePlan, ...]) -> Calendar:
    """Quarters from the first capex of any phase to the end of life of the last chips.

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    phases = [phase for plan in plans for phase in plan.phases]
    first = math.floor(min(construction_begin(phase, scenario) for phase in phases))
    end = math.ceil(max(operation_end(phase, scenario) for phase in phases))
    return Calendar(first, end - first)


def price_index(calendar: Calendar, scenario: Scenario) -> NDArray[np.float64]:
    """Prices of each quarter over those of the programme's base year, float64[quarter].

    They rise from 1 January of the base year to the middle of the quarter; without inflation all are 1.
    """
    middle = (calendar.first + np.arange(calendar.count) + 1 / 2) / QUARTERS_PER_YEAR
    return (1 + scenario.costs.inflation_rate) ** (middle - scenario.programme.base_year)


def revenue_index(calendar: Calendar, scenario: Scenario, first_operating: int) -> NDArray[np.float64]:
    """What tenants pay for a chip-hour in each quarter over its price in the base year, float64[quarter].

    It follows the price index, less the decline of prices from the first quarter of operation on.
    """
    years = np.maximum(np.arange(calendar.count) - first_operating, 0) / QUARTERS_PER_YEAR
    return price_index(calendar, scenario) * (1 - scenario.costs.price_decline_rate) ** years


def nominal_rate(scenario: Scenario) -> float:
    """Discount rate of money as it is paid, inflation included, per year: ``(1 + real) (1 + inflation) - 1``."""
    return nominal(scenario.costs.discount_rate, scenario.costs.inflation_rate)
