"""This module owns what the window says about the whole life beside money: electricity drawn, and emissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.calendar import Calendar, operation_end, quarter_of
from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.model import Scenario
from gortyn.model.conversions import HOURS_PER_DAY

if TYPE_CHECKING:
    from gortyn.energy import EnergyAccount
    from gortyn.machine import SitePlan

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lifetime:
    """Electricity and emissions of every site, float64[site, quarter].

    Attributes
    ----------
    energy_mwh : drawn by the sites [MWh]
    carbon_t : of it, location-based, life cycle, the grid as clean as in the window [tCO2e]
    embodied_t : of making chips and building, spread evenly over their lives [tCO2e]; nan where unknown
    """

    energy_mwh: Floats
    carbon_t: Floats
    embodied_t: Floats


def lifetime(scenario: Scenario, plans: tuple[SitePlan, ...], energy: EnergyAccount, calendar: Calendar) -> Lifetime:
    """Electricity and emissions over the life, the window's scaled by what the IT installed would draw at full load.

    As with the cost of energy, a site without chips in the window has the mean of the others. Embodied emissions go
    with the IT power installed at the end of the window.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    energy : account of the window
    calendar : quarters of the cash flow

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    it_mw = np.stack([_it_mw(plan, scenario, calendar) for plan in plans])
    full_mwh = it_mw * calendar.hours
    window_mwh, built_mw = np.array([_window(plan, scenario) for plan in plans]).T
    return Lifetime(
        energy_mwh=full_mwh * _rates(energy.energy_mwh, window_mwh)[:, None],
        carbon_t=full_mwh * _rates(energy.site_carbon_t, window_mwh)[:, None],
        embodied_t=it_mw / QUARTERS_PER_YEAR * _rates(energy.embodied_t_per_year, built_mw)[:, None],
    )


def _it_mw(plan: SitePlan, scenario: Scenario, calendar: Calendar) -> Floats:
    """IT power in operation, mean over the quarter [MW], float64[quarter]."""
    parts = (
        phase.it_mw * calendar.covered(quarter_of(phase.operational), operation_end(phase, scenario))
        for phase in plan.phases
    )
    return sum(parts, np.zeros(calendar.count))


def _window(plan: SitePlan, scenario: Scenario) -> tuple[float, float]:
    """What the IT of a site would draw in the window at full load [MWh], and its power at the end of it [MW]."""
    begin = scenario.simulation.start
    end = begin + timedelta(days=scenario.simulation.days)
    built = [phase for phase in plan.phases if phase.operational < end]
    mwh = sum(phase.it_mw * (end - max(begin, phase.operational)).days * HOURS_PER_DAY for phase in built)
    return mwh, sum(phase.it_mw for phase in built)


def _rates(amount: Floats, measure: Floats) -> Floats:
    """Amount per unit installed of each site; of a site with nothing installed the mean of the others."""
    there = measure > 0
    mean = amount[there].sum() / measure[there].sum() if there.any() else 0.0
    return np.where(there, amount / np.where(there, measure, 1), mean)
