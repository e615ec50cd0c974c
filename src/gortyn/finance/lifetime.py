"""This module owns what the window says about the whole life beside money: electricity drawn, and emissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.finance.operating import full_load_mwh, per_unit
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.energy import EnergyAccount
    from gortyn.finance.project import Project
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


def lifetime(scenario: Scenario, plans: tuple[SitePlan, ...], energy: EnergyAccount, project: Project) -> Lifetime:
    """Electricity and emissions over the life, the window's scaled by what the IT installed would draw at full load.

    As with the cost of energy, a site without chips in the window has the mean of the others. Embodied emissions go
    with the IT power installed at the end of the window.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    energy : account of the window
    project : for the IT power in operation

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    full_mwh = project.it_mw * project.calendar.hours
    window_mwh, _ = full_load_mwh(scenario, plans)
    end = scenario.simulation.start + timedelta(days=scenario.simulation.days)
    built_mw = np.array([sum(phase.it_mw for phase in plan.phases if phase.operational < end) for plan in plans])
    return Lifetime(
        energy_mwh=full_mwh * per_unit(energy.energy_mwh, window_mwh)[:, None],
        carbon_t=full_mwh * per_unit(energy.site_carbon_t, window_mwh)[:, None],
        embodied_t=project.it_mw / QUARTERS_PER_YEAR * per_unit(energy.embodied_t_per_year, built_mw)[:, None],
    )
