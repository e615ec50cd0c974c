"""This module owns the cash flow by quarter as banks and funders read it: the project, its tax, its debt, its reserves.

All amounts are in money of the quarter in which they are paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.bank import cover, due
from gortyn.finance.costs import OPEX_PARTS

if TYPE_CHECKING:
    from gortyn.finance.project import Project
    from gortyn.finance.structure import Structure
    from gortyn.kernels.waterfall_types import Poured

Quarters = NDArray[np.float64]
"""One value per quarter, float64[quarter]."""


@dataclass(frozen=True, slots=True, eq=False)
class CashFlow:
    """Money and chip-hours by quarter, float64[quarter]; costs are positive.

    Attributes
    ----------
    quarter_start : first day of each quarter
    capex_eur : capital cost paid, refreshes apart
    refresh_eur : cost of replacing chips
    revenue_eur : paid by tenants, take-or-pay included
    heat_eur : heat sold
    residual_eur : what chips bring when their life ends, and building and grid connection when their site ends
    energy_eur, connection_eur, staff_eur, maintenance_eur, insurance_eur, rent_eur : operating cost; own power plants
        are in the first, the demand charge in the second
    operating_eur : income, residual value included, less operating cost, before tax
    tax_eur : tax on profit, negative where a loss is refunded
    cfads_eur : cash flow available for debt service: operating cash without residual value, less tax
        where it is paid before debt
    net_eur : operating cash less capital cost and refreshes, before tax and finance
    debt_service_eur : interest and principal due by the schedules of all debt layers, without arrears
    dscr : cash flow available over debt service; nan where none is due
    llcr : present value of the same until the last payment due over the debt; nan without debt
    debt_eur : all debt at the end of the quarter
    debt_reserve_eur, operating_reserve_eur, refresh_reserve_eur : held in reserve accounts at the end of the quarter
    kept_eur : cash kept back by a lock-up, or claimed by nobody
    deficit_eur : operating deficit carried forward
    installed_chips : chips in operation, mean over the quarter
    delivered_chip_hours, paid_chip_hours : chip-hours used, and those that are paid for, used or not
    """

    quarter_start: tuple[date, ...]
    capex_eur: Quarters
    refresh_eur: Quarters
    revenue_eur: Quarters
    heat_eur: Quarters
    residual_eur: Quarters
    energy_eur: Quarters
    connection_eur: Quarters
    staff_eur: Quarters
    maintenance_eur: Quarters
    insurance_eur: Quarters
    rent_eur: Quarters
    operating_eur: Quarters
    tax_eur: Quarters
    cfads_eur: Quarters
    net_eur: Quarters
    debt_service_eur: Quarters
    dscr: Quarters
    llcr: Quarters
    debt_eur: Quarters
    debt_reserve_eur: Quarters
    operating_reserve_eur: Quarters
    refresh_reserve_eur: Quarters
    kept_eur: Quarters
    deficit_eur: Quarters
    installed_chips: Quarters
    delivered_chip_hours: Quarters
    paid_chip_hours: Quarters


def cash_flow(project: Project, structure: Structure, poured: Poured) -> CashFlow:
    """Cash flow of a project and of how it is financed.

    Parameters
    ----------
    project : all sites before finance and tax
    structure : what is agreed at financial close
    poured : where the cash went
    """
    ratios = cover(structure.deal, poured)
    costs = {f"{name}_eur": project.total(name) for name in OPEX_PARTS}
    return CashFlow(
        quarter_start=project.calendar.starts,
        capex_eur=project.capex_eur,
        refresh_eur=project.refresh_eur,
        revenue_eur=project.revenue_eur.sum(axis=0),
        heat_eur=project.heat_eur,
        residual_eur=project.residual_eur,
        **costs,
        operating_eur=project.operating_eur,
        tax_eur=poured.tax_eur,
        cfads_eur=poured.cfads_eur,
        net_eur=project.net_eur,
        debt_service_eur=due(structure.deal, poured),
        dscr=ratios.dscr,
        llcr=ratios.llcr,
        debt_eur=poured.balance_eur.sum(axis=0),
        debt_reserve_eur=poured.debt_reserve_eur.sum(axis=0),
        operating_reserve_eur=poured.operating_reserve_eur,
        refresh_reserve_eur=poured.refresh_reserve_eur,
        kept_eur=poured.kept_eur,
        deficit_eur=poured.deficit_eur,
        installed_chips=project.chips.sum(axis=0),
        delivered_chip_hours=project.delivered_chip_hours.sum(axis=0),
        paid_chip_hours=project.paid_chip_hours.sum(axis=0),
    )
