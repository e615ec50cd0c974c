"""This module owns the part of the window that is simulated again and again for the trade-off curve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from gortyn.machine import SitePlan
from gortyn.model import Scenario
from gortyn.model.conversions import DAYS_PER_WEEK, HOURS_PER_DAY
from gortyn.operation import Tariffs

PERIOD_DAYS: Final = 3 * DAYS_PER_WEEK  # unit: weeks; long enough for percentiles, short enough for a dozen repeats
UNCOUNTED_DAYS: Final = DAYS_PER_WEEK
"""First days of the period, in which the machines fill up; at most half of it."""


class Period(NamedTuple):
    """A scenario cut to the period.

    Attributes
    ----------
    scenario : with the period as its window, without named training runs
    tariffs : hours of the period
    uncounted_days : first days that do not count
    """

    scenario: Scenario
    tariffs: Tariffs
    uncounted_days: int

    @property
    def counted_days(self) -> int:
        """Days that count."""
        return self.scenario.simulation.days - self.uncounted_days

    @property
    def counted_hours(self) -> slice:
        """Hours that count."""
        return slice(self.uncounted_days * HOURS_PER_DAY, self.scenario.simulation.days * HOURS_PER_DAY)


def period(scenario: Scenario, plans: Sequence[SitePlan], tariffs: Tariffs) -> Period:
    """Cut a scenario to three weeks in which all machines of its window are in operation, as far as the window reaches.

    It begins on the day of the window's last phase, or as late as the window leaves room for it; a shorter window is
    taken whole. Named training runs are left out: each of them occurs once, and so is in some periods only.

    Parameters
    ----------
    scenario : resolved
    plans : for the dates of the phases
    tariffs : of the window
    """
    window = scenario.simulation
    first_day, days = days_of(scenario, plans)
    hours = slice(first_day * HOURS_PER_DAY, (first_day + days) * HOURS_PER_DAY)
    simulation = window.model_copy(update={"start": window.start + timedelta(days=first_day), "days": days})
    cut = scenario.model_copy(update={"simulation": simulation, "training_runs": ()})
    hourly = ("price_eur_per_mwh", "carbon_g_per_kwh", "pue")
    cut_tariffs = tariffs._replace(**{name: getattr(tariffs, name)[:, hours] for name in hourly})
    return Period(cut, cut_tariffs, min(UNCOUNTED_DAYS, days // 2))


def days_of(scenario: Scenario, plans: Sequence[SitePlan]) -> tuple[int, int]:
    """First day of the period, counted from the first of the window, and how many days it has; as of `period`."""
    window = scenario.simulation
    days = min(PERIOD_DAYS, window.days)
    operational = [(phase.operational - window.start).days for plan in plans for phase in plan.phases]
    complete_day = max((day for day in operational if 0 <= day < window.days), default=0)
    return min(complete_day, window.days - days), days
