"""This module owns the levelised cost of compute: what one hour of it costs over the life, by what is counted as one.

The price that, paid for every hour counted, makes the project before tax worth nothing (Short, Packey, Holt 1995,
NREL/TP-462-5173): present value of capital and operating cost and refreshes, less heat and residual value, over the
present value of the hours. Both are taken in euros of the base year and at the real discount rate, so that inflation
does not move it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gortyn.finance.metrics import levelised_eur
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.finance.project import Project


@dataclass(frozen=True, slots=True)
class Levelised:
    """Levelised cost in euros of the base year; nan where there are no such hours.

    Attributes
    ----------
    installed_eur : per chip-hour of the chips in operation, used or not [EUR/chip-hour]
    used_eur : per chip-hour of jobs, work that failures and preemptions took included [EUR/chip-hour]
    useful_eur : per chip-hour delivered, without what was lost [EUR/chip-hour]
    paid_eur : per chip-hour that is paid for, those of take-or-pay included [EUR/chip-hour]
    useful_h100_eur : per hour of an H100-equivalent delivered [EUR/H100-equivalent-hour]
    exaflops_eur : per hour of one EFLOP/s of dense 16-bit peak in operation [EUR/(EFLOP/s)/h]
    """

    installed_eur: float
    used_eur: float
    useful_eur: float
    paid_eur: float
    useful_h100_eur: float
    exaflops_eur: float


def levelised(scenario: Scenario, project: Project, access: Access) -> Levelised:
    """Levelised cost of a project, per hour of all that may be counted.

    Parameters
    ----------
    scenario : for the discount rate
    project : its cash
    access : what was lost per chip-hour delivered in the simulated window
    """
    rate, cost = scenario.costs.discount_rate, project.real(project.cost_eur)
    hours = project.calendar.hours
    installed, useful = project.installed_chip_hours, project.delivered_chip_hours.sum(axis=0)
    delivered = access.delivered_chip_hours
    used = useful * (1 + (access.lost_chip_hours / delivered if delivered else 0.0))
    h100_hours = project.h100_equivalents.sum(axis=0) * hours
    exaflops_hours = project.exaflops.sum(axis=0) * hours
    return Levelised(
        installed_eur=levelised_eur(rate, cost, installed),
        used_eur=levelised_eur(rate, cost, used),
        useful_eur=levelised_eur(rate, cost, useful),
        paid_eur=levelised_eur(rate, cost, project.paid_chip_hours.sum(axis=0)),
        useful_h100_eur=levelised_eur(rate, cost, h100_hours * project.rates.delivered_share),
        exaflops_eur=levelised_eur(rate, cost, exaflops_hours),
    )
