"""This module owns what the simulated window says about every other year: use and energy per unit installed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.model import Scenario, known
from gortyn.model.conversions import HOURS_PER_DAY

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.energy import EnergyAccount
    from gortyn.machine import SitePlan


class EnergyRates(NamedTuple):
    """Electricity and heat of a site per megawatt-hour that its IT would draw at full load, base-year prices.

    Attributes
    ----------
    market : electricity at the price of the hour, less what is sold at it [EUR/MWh]
    other : contracts, charges and taxes [EUR/MWh]
    plants : own power plants and backup [EUR/MWh]
    demand : charge on the highest hours [EUR/MWh]
    heat : income from heat [EUR/MWh]
    """

    market: float
    other: float
    plants: float
    demand: float
    heat: float


@dataclass(frozen=True, slots=True, eq=False)
class OperatingRates:
    """Figures of the window per chip-hour or megawatt-hour of what is installed.

    Attributes
    ----------
    use : chip-hours delivered to each tenant per installed chip-hour, float64[tenant]
    lost_share : chip-hours of nodes that were down, and those lost by failures and preemptions, per installed one
    energy : float64[site, kind], in the order of the plans and of `EnergyRates`
    energy_slope : relative change of a site's electricity per relative change of its use, float64[site]: nodes draw
        power when idle as well
    """

    use: NDArray[np.float64]
    lost_share: float
    energy: NDArray[np.float64]
    energy_slope: NDArray[np.float64]

    @property
    def delivered_share(self) -> float:
        """Chip-hours delivered per installed chip-hour."""
        return float(self.use.sum())

    def site(self, index: int) -> EnergyRates:
        """Electricity and heat of one site."""
        return EnergyRates(*self.energy[index].tolist())


def operating_rates(
    scenario: Scenario, plans: tuple[SitePlan, ...], energy: EnergyAccount, access: Access
) -> OperatingRates:
    """Rates that scale the simulated window to the life of the sites.

    The tenants' mix is that of the chip-hours they got; where nothing was delivered, of their demand shares.
    ``costs.utilisation_share`` replaces the delivered share; the mix stays, and so does the energy, because idle
    and busy power of the window are measured there. Energy goes with installed IT power, so that phases with other
    chips weigh in by what they draw; own plants are taken to grow with the site. A site without chips in the window
    has the mean of the others.

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    got = np.array([tenant.chip_hours for tenant in access.tenants])
    demand = np.array([tenant.demand_share for tenant in scenario.tenants])
    weight = got if got.any() else demand
    mix = weight / weight.sum() if weight.any() else weight
    assumed = scenario.costs.utilisation_share
    use = mix * (access.delivered_share if assumed is None else assumed)
    capacity = access.capacity_chip_hours
    failed_share = access.failed_chip_hours / capacity if capacity else 0.0
    lost_share = failed_share + (access.lost_chip_hours / capacity if capacity else 0.0)
    full_mwh, idle_mwh = full_load_mwh(scenario, plans)
    return OperatingRates(
        use=use,
        # Where a higher use is assumed than was simulated, failures leave room for it.
        lost_share=min(lost_share, max(0.0, 1 - float(use.sum()))),
        energy=_per_mwh(energy, full_mwh),
        energy_slope=_slope(idle_mwh * (1 - failed_share), energy.it_energy_mwh),
    )


def full_load_mwh(scenario: Scenario, plans: tuple[SitePlan, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the IT of each site would draw in the window at full load, and idle [MWh], float64[site] each."""
    begin = scenario.simulation.start
    end = begin + timedelta(days=scenario.simulation.days)
    full, idle = np.zeros((2, len(plans)))  # unit: two sums
    for site, plan in enumerate(plans):
        for phase in plan.phases:
            mwh = phase.it_mw * max(0, (end - max(begin, phase.operational)).days) * HOURS_PER_DAY
            full[site] += mwh
            idle[site] += mwh * known(scenario.machine(phase.machine).idle_power_share)
    return full, idle


def _per_mwh(energy: EnergyAccount, full_mwh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rates of every site, float64[site, kind]."""
    market = energy.cost_parts_eur["wholesale"] + energy.cost_parts_eur["sold"]
    other = energy.cost_eur.sum(axis=1) - market
    # In the order of `EnergyRates`.
    totals = np.stack((market, other, energy.plants_eur, energy.demand_charge_eur, energy.site_heat_eur), axis=1)
    mean = totals.sum(axis=0) / full_mwh.sum() if full_mwh.any() else np.zeros(totals.shape[1])
    return np.where(full_mwh[:, None] > 0, totals / np.where(full_mwh > 0, full_mwh, 1)[:, None], mean)


def _slope(idle_mwh: NDArray[np.float64], it_mwh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the electricity that use adds to that of idle nodes, float64[site]."""
    if not it_mwh.any():
        return np.zeros_like(it_mwh)
    return np.clip(1 - per_unit(idle_mwh, it_mwh), 0, 1)


def per_unit(amount: NDArray[np.float64], measure: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amount of each site over its measure; where that is 0, the mean of the sites that have any, float64[site].

    >>> per_unit(np.array([6.0, 1.0]), np.array([3.0, 0.0])).tolist()
    [2.0, 2.0]
    """
    there = measure > 0
    mean = amount[there].sum() / measure[there].sum() if there.any() else 0.0
    return np.where(there, amount / np.where(there, measure, 1), mean)
