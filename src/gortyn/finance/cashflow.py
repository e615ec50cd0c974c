"""This module owns the cash flow of the project by quarter, before it is shared among the layers of capital."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.calendar import Calendar, construction_begin, operation_end, quarter_of
from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.finance.operating import OperatingRates
from gortyn.model import Scenario, known

if TYPE_CHECKING:
    from gortyn.machine import PhasePlan, SitePlan

Quarters = NDArray[np.float64]
"""One value per quarter, float64[quarter]."""


@dataclass(frozen=True, slots=True, eq=False)
class CashFlow:
    """Money and chip-hours by quarter, float64[quarter], in real euros; costs are positive.

    Attributes
    ----------
    quarter_start : first day of each quarter
    capex_eur : capital cost paid
    revenue_eur : price times chip-hours of tenants that pay
    energy_eur, staff_eur, maintenance_eur, insurance_eur : operating cost
    residual_eur : what building and grid connection are still worth when the last chips of their site retire
    cfads_eur : cash flow available for debt service: revenue and residual value less operating cost
    net_eur : the same less capital cost
    debt_service_eur : interest and principal that the debt layers' schedules ask for, without arrears
    layer_eur : cash flow of each layer, float64[layer, quarter]: drawdown negative, receipt positive
    installed_chips : chips in operation, mean over the quarter
    delivered_chip_hours, paid_chip_hours : chip-hours used, and those used by tenants that pay
    """

    quarter_start: tuple[date, ...]
    capex_eur: Quarters
    revenue_eur: Quarters
    energy_eur: Quarters
    staff_eur: Quarters
    maintenance_eur: Quarters
    insurance_eur: Quarters
    residual_eur: Quarters
    cfads_eur: Quarters
    net_eur: Quarters
    debt_service_eur: Quarters
    layer_eur: NDArray[np.float64]
    installed_chips: Quarters
    delivered_chip_hours: Quarters
    paid_chip_hours: Quarters

    @property
    def opex_eur(self) -> Quarters:
        """Operating cost of all kinds [EUR], float64[quarter]."""
        return self.energy_eur + self.staff_eur + self.maintenance_eur + self.insurance_eur


def project_cash(
    scenario: Scenario, plans: tuple[SitePlan, ...], rates: OperatingRates, calendar: Calendar
) -> CashFlow:
    """Cash flow of all sites, with nothing yet drawn from or paid to layers.

    Capex of a phase is spread evenly over the construction quarters before it operates. It then operates for the
    life of its chips, with whatever the window says per unit installed; yearly costs accrue by the day.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    rates : figures per installed chip-hour and megawatt-hour
    calendar : quarters that hold all of it

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    costs = scenario.costs
    hours = calendar.hours
    capex, chips, energy, staff, maintenance, insurance = np.zeros((6, calendar.count))  # unit: six series
    staff_eur_per_mw = known(costs.staff_fte_per_mw) * known(costs.staff_eur_per_fte_year) / QUARTERS_PER_YEAR
    maintenance_share = known(costs.maintenance_share_per_year) / QUARTERS_PER_YEAR
    insurance_share = known(costs.insurance_share_per_year) / QUARTERS_PER_YEAR
    for plan, energy_eur_per_mwh in zip(plans, rates.energy_eur_per_mwh, strict=True):
        for phase in plan.phases:
            begin = quarter_of(phase.operational)
            built = calendar.covered(construction_begin(phase, scenario), begin) / costs.construction_quarters
            operating = calendar.covered(begin, operation_end(phase, scenario))
            capex += phase.capex.total_eur * built
            chips += phase.chips * operating
            energy += energy_eur_per_mwh * phase.it_mw * operating * hours
            staff += staff_eur_per_mw * phase.it_mw * operating
            maintenance += maintenance_share * (phase.capex.chips_eur + phase.capex.network_eur) * operating
            insurance += insurance_share * phase.capex.total_eur * operating
    residual = sum((_residual(plan.phases, scenario, calendar) for plan in plans), np.zeros(calendar.count))
    revenue = rates.revenue_eur_per_chip_hour * chips * hours
    cfads = revenue + residual - (energy + staff + maintenance + insurance)
    return CashFlow(
        quarter_start=calendar.starts,
        capex_eur=capex,
        revenue_eur=revenue,
        energy_eur=energy,
        staff_eur=staff,
        maintenance_eur=maintenance,
        insurance_eur=insurance,
        residual_eur=residual,
        cfads_eur=cfads,
        net_eur=cfads - capex,
        debt_service_eur=np.zeros(calendar.count),
        layer_eur=np.zeros((0, calendar.count)),
        installed_chips=chips,
        delivered_chip_hours=rates.delivered_share * chips * hours,
        paid_chip_hours=rates.paid_share * chips * hours,
    )


def _residual(phases: tuple[PhasePlan, ...], scenario: Scenario, calendar: Calendar) -> Quarters:
    """Straight-line book value of a site's building and grid connection in the quarter its last chips retire.

    Each phase's part ages from its first day of operation. Chips and network are worth nothing then, and contingency
    is taken as spent.
    """
    residual = np.zeros(calendar.count)
    end = max(operation_end(phase, scenario) for phase in phases)
    for phase in phases:
        age_years = (end - quarter_of(phase.operational)) / QUARTERS_PER_YEAR
        left_share = max(0.0, 1 - age_years / scenario.costs.building_life_years)
        residual[calendar.holding(end)] += left_share * (phase.capex.building_eur + phase.capex.grid_eur)
    return residual
