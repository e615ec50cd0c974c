"""This module owns what tenants pay: prices by mode of access, and contracts to take or else to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.calendar import Calendar, quarter_of
from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.model import Scenario, Tenant
from gortyn.model.conversions import HOURS_PER_YEAR

if TYPE_CHECKING:
    from gortyn.finance.project import Project
    from gortyn.machine import SitePlan

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RevenueRow:
    """What one tenant pays in a year of full operation, inside the term of its contract, in base-year prices.

    Attributes
    ----------
    tenant, tenant_class : as the scenario says
    mode : ``commercial`` at the list price, ``discounted``, or ``free``
    chip_hours : used
    list_eur_per_chip_hour, paid_eur_per_chip_hour : before and after the discount
    revenue_eur : paid, take-or-pay included
    take_or_pay_eur : of it, for what was contracted and not used
    waived_eur : list price less what is paid, for the chip-hours used
    """

    tenant: str
    tenant_class: str
    mode: str
    chip_hours: float
    list_eur_per_chip_hour: float
    paid_eur_per_chip_hour: float
    revenue_eur: float
    take_or_pay_eur: float
    waived_eur: float


def paid_prices(scenario: Scenario) -> Floats:
    """What each tenant pays [EUR/chip-hour], in base-year prices, float64[tenant].

    Raises
    ------
    ValueError : a tenant is priced in a currency without a rate.
    """
    return np.array([scenario.paid_price_eur_per_chip_hour(tenant) for tenant in scenario.tenants])


def mode(scenario: Scenario, tenant: Tenant) -> str:
    """How a tenant pays: ``commercial`` (list price), ``discounted``, or ``free``."""
    if not scenario.paid_price_eur_per_chip_hour(tenant):
        return "free"
    return "discounted" if tenant.discount_share else "commercial"


def floor_chip_hours(
    scenario: Scenario, plans: tuple[SitePlan, ...], installed_chips: Floats, calendar: Calendar
) -> Floats:
    """Chip-hours that each tenant pays for at least, float64[tenant, quarter].

    A contract begins on the first day of operation of any site. Nobody pays for chips that are not installed: where
    contracts ask for more than is there, each counts by its part of it.

    Parameters
    ----------
    scenario : for the contracts
    plans : for the first day of operation
    installed_chips : of all sites, mean over each quarter, float64[quarter]
    calendar : the quarters
    """
    begin = min(quarter_of(phase.operational) for plan in plans for phase in plan.phases)
    chips, share = np.zeros((len(scenario.tenants), calendar.count)), np.zeros(len(scenario.tenants))
    for row, tenant in enumerate(scenario.tenants):
        if tenant.offtake:
            chips[row] = tenant.offtake.chips * calendar.covered(
                begin, begin + QUARTERS_PER_YEAR * tenant.offtake.years
            )
            share[row] = tenant.offtake.take_or_pay_share
    there = np.minimum(1.0, installed_chips / np.maximum(chips.sum(axis=0), 1.0))
    return share[:, None] * chips * there * calendar.hours


def revenue_rows(scenario: Scenario, project: Project) -> tuple[RevenueRow, ...]:
    """Revenue of every tenant in a year in which the most chips are in operation, in scenario order.

    Raises
    ------
    ValueError : a tenant is priced in a currency without a rate.
    """
    chips = float(project.chips.sum(axis=0).max())
    return tuple(
        _row(scenario, tenant, chips, float(use))
        for tenant, use in zip(scenario.tenants, project.rates.use, strict=True)
    )


def _row(scenario: Scenario, tenant: Tenant, chips: float, use: float) -> RevenueRow:
    listed, paid = scenario.list_price_eur_per_chip_hour(tenant), scenario.paid_price_eur_per_chip_hour(tenant)
    used = use * chips * HOURS_PER_YEAR
    floor = 0.0
    if tenant.offtake:
        floor = tenant.offtake.take_or_pay_share * min(tenant.offtake.chips, chips) * HOURS_PER_YEAR
    return RevenueRow(
        tenant=tenant.name,
        tenant_class=tenant.tenant_class,
        mode=mode(scenario, tenant),
        chip_hours=used,
        list_eur_per_chip_hour=listed,
        paid_eur_per_chip_hour=paid,
        revenue_eur=paid * max(used, floor),
        take_or_pay_eur=paid * max(floor - used, 0.0),
        waived_eur=(listed - paid) * used,
    )
