"""This module owns what the simulated window says about every other year: income and energy per unit installed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from gortyn.model import Scenario
from gortyn.model.conversions import HOURS_PER_DAY

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.energy import EnergyAccount
    from gortyn.machine import SitePlan


@dataclass(frozen=True, slots=True)
class OperatingRates:
    """Figures of the window per chip-hour or megawatt-hour of what is installed.

    Attributes
    ----------
    delivered_share : chip-hours delivered per installed chip-hour
    paid_share : chip-hours delivered to tenants that pay per installed chip-hour
    revenue_eur_per_chip_hour : revenue per installed chip-hour [EUR/chip-hour]
    energy_eur_per_mwh : electricity cost of each site, less what its heat brings, per megawatt-hour that its IT would
        draw at full load [EUR/MWh], in the order of the plans
    """

    delivered_share: float
    paid_share: float
    revenue_eur_per_chip_hour: float
    energy_eur_per_mwh: tuple[float, ...]


def operating_rates(
    scenario: Scenario, plans: tuple[SitePlan, ...], energy: EnergyAccount, access: Access
) -> OperatingRates:
    """Rates that scale the simulated window to the life of the sites.

    The tenants' mix is that of the chip-hours they got; where nothing was delivered, of their demand shares.
    ``costs.utilisation_share`` replaces the delivered share; the mix stays, and so does the energy, because idle
    and busy power of the window are measured there. Energy goes with installed IT power, so that phases with other
    chips weigh in by what they draw; a site without chips in the window has the mean of the others.
    """
    got = np.array([tenant.chip_hours for tenant in access.tenants])
    demand = np.array([tenant.demand_share for tenant in scenario.tenants])
    weight = got if got.any() else demand
    mix = weight / weight.sum() if weight.any() else weight
    price = np.array([tenant.price_eur_per_chip_hour for tenant in scenario.tenants])
    assumed = scenario.costs.utilisation_share
    delivered_share = access.delivered_share if assumed is None else assumed
    return OperatingRates(
        delivered_share=delivered_share,
        paid_share=delivered_share * float(mix @ (price > 0)),
        revenue_eur_per_chip_hour=delivered_share * float(mix @ price),
        energy_eur_per_mwh=_energy_eur_per_mwh(scenario, plans, energy),
    )


def _energy_eur_per_mwh(scenario: Scenario, plans: tuple[SitePlan, ...], energy: EnergyAccount) -> tuple[float, ...]:
    begin = scenario.simulation.start
    end = begin + timedelta(days=scenario.simulation.days)
    full_load_mwh = [
        sum(phase.it_mw * max(0, (end - max(begin, phase.operational)).days) * HOURS_PER_DAY for phase in plan.phases)
        for plan in plans
    ]
    total_mwh = sum(full_load_mwh)
    net_eur = energy.site_cost_eur - energy.site_heat_eur
    mean = float(net_eur.sum()) / total_mwh if total_mwh else 0.0
    return tuple(float(cost) / mwh if mwh else mean for cost, mwh in zip(net_eur, full_load_mwh, strict=True))
