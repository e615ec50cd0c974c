"""This module owns the project before it is financed: what every site costs and earns in every quarter of its life.

Amounts are in money of the quarter in which they are paid: prices of the programme's base year times the price index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.calendar import Calendar, calendar, price_index, revenue_index
from gortyn.finance.costs import (
    CAPEX_PARTS,
    CHIP_PARTS,
    OPEX_PARTS,
    OTHER_PARTS,
    PARTS,
    site_costs,
)
from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.finance.operating import OperatingRates, operating_rates
from gortyn.finance.revenue import floor_chip_hours, paid_prices
from gortyn.kernels.waterfall_types import Base, Cash
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.energy import EnergyAccount
    from gortyn.machine import SitePlan

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """All sites by quarter, before finance and tax, in money of each quarter; costs and income are both positive.

    Attributes
    ----------
    calendar : the quarters
    rates : figures of the simulated window per unit installed
    base : the same as the waterfall's kernels take it; chips with network and the contingency on both are in
        `base.chips_eur`, own power plants in `base.other_eur`, for neither market nor use moves them
    parts : float64[site, quarter] by the names of `gortyn.finance.costs.PARTS` [EUR]: capital cost by ``chips``,
        ``network``, ``building``, ``grid``, ``contingency``; ``refresh``; operating cost by ``energy`` (own power
        plants included), ``connection`` (demand charge and fee), ``staff``, ``maintenance``, ``insurance``, ``rent``;
        income by ``heat`` and ``residual``
    chips, h100_equivalents, exaflops, it_mw : installed and in operation, mean over the quarter, float64[site, quarter]
    revenue_eur : of tenants, take-or-pay included, float64[tenant, quarter]
    delivered_chip_hours : what each tenant uses, float64[tenant, quarter]
    paid_chip_hours : what each tenant with a price pays for, used or not, float64[tenant, quarter]
    index, revenue_index : prices of the quarter over those of the base year, and the same of what tenants pay for a
        chip-hour, float64[quarter]
    """

    calendar: Calendar
    rates: OperatingRates
    base: Base
    parts: Mapping[str, Floats]
    chips: Floats
    h100_equivalents: Floats
    exaflops: Floats
    it_mw: Floats
    revenue_eur: Floats
    delivered_chip_hours: Floats
    paid_chip_hours: Floats
    index: Floats
    revenue_index: Floats

    def total(self, *names: str) -> Floats:
        """Sum of some parts over all sites [EUR], float64[quarter]."""
        return sum((self.parts[name].sum(axis=0) for name in names), np.zeros(self.calendar.count))

    @property
    def capex_eur(self) -> Floats:
        """Capital cost of what is built first [EUR], float64[quarter]."""
        return self.total(*CAPEX_PARTS)

    @property
    def refresh_eur(self) -> Floats:
        """Cost of replacing chips [EUR], float64[quarter]."""
        return self.total("refresh")

    @property
    def opex_eur(self) -> Floats:
        """Operating cost of all kinds [EUR], float64[quarter]."""
        return self.total(*OPEX_PARTS)

    @property
    def heat_eur(self) -> Floats:
        """Heat sold [EUR], float64[quarter]."""
        return self.total("heat")

    @property
    def residual_eur(self) -> Floats:
        """What chips, buildings and connections bring at the end [EUR], float64[quarter]."""
        return self.total("residual")

    @property
    def operating_eur(self) -> Floats:
        """Income, residual value included, less operating cost, before tax [EUR], float64[quarter]."""
        return self.revenue_eur.sum(axis=0) + self.heat_eur + self.residual_eur - self.opex_eur

    @property
    def net_eur(self) -> Floats:
        """Cash of the project before finance and tax [EUR], float64[quarter]."""
        return self.operating_eur - self.capex_eur - self.refresh_eur

    @property
    def cost_eur(self) -> Floats:
        """Capital and operating cost and refreshes, less heat and residual value [EUR], float64[quarter].

        What the price of a chip-hour has to pay for, and so the numerator of its levelised cost.
        """
        return self.capex_eur + self.refresh_eur + self.opex_eur - self.heat_eur - self.residual_eur

    @property
    def depreciation_eur(self) -> Floats:
        """Deductible from profit [EUR], float64[quarter]; over the whole life, all that was spent on capital."""
        return (self.base.chips_depreciation_eur + self.base.building_depreciation_eur).sum(axis=0)

    @property
    def installed_chip_hours(self) -> Floats:
        """Chip-hours of the chips in operation, float64[quarter]."""
        return self.base.chip_hours.sum(axis=0)

    @property
    def last_construction(self) -> int:
        """Index of the last quarter with capital cost, refreshes apart; the one before operation where all is free."""
        paid = np.flatnonzero(self.capex_eur)
        return int(paid[-1]) if paid.size else self.first_operating - 1

    @property
    def first_operating(self) -> int:
        """Index of the first quarter with chips in operation."""
        return int(np.flatnonzero(self.chips.sum(axis=0))[0])

    @property
    def cash(self) -> Cash:
        """Cash as the waterfall takes it, where nothing but capital cost has to be paid for."""
        return Cash(self.operating_eur, self.capex_eur, self.refresh_eur, self.depreciation_eur, self.residual_eur)

    def real(self, amount_eur: Floats) -> Floats:
        """Amounts of each quarter in euros of the base year, float64[..., quarter].

        Discounted at the real rate, they give what the amounts themselves give at the nominal one.
        """
        return amount_eur / self.index


def project(scenario: Scenario, plans: tuple[SitePlan, ...], energy: EnergyAccount, access: Access) -> Project:
    """Cash flow of all sites over their whole life.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    energy, access : what the simulated window says; both are scaled by what is installed

    Raises
    ------
    ValueError : the scenario is not resolved, or a tenant is priced in a currency without a rate.
    """
    return project_at(scenario, plans, operating_rates(scenario, plans, energy, access))


def project_at(scenario: Scenario, plans: tuple[SitePlan, ...], rates: OperatingRates) -> Project:
    """The same where the figures per unit installed are known.

    Parameters
    ----------
    scenario : resolved scenario
    plans : one per site
    rates : figures per installed chip-hour and megawatt-hour

    Raises
    ------
    ValueError : the scenario is not resolved, or a tenant is priced in a currency without a rate.
    """
    quarters = calendar(scenario, plans)
    index = price_index(quarters, scenario)
    sites = [site_costs(scenario, plan, rates.site(place), quarters, index) for place, plan in enumerate(plans)]
    parts = {name: np.stack([site.parts[name] for site in sites]) for name in PARTS}
    counts = {name: np.stack([site.installed[name] for site in sites]) for name in sites[0].installed}
    chip_hours = counts["chips"] * quarters.hours
    price = paid_prices(scenario)
    floor = floor_chip_hours(scenario, plans, counts["chips"].sum(axis=0), quarters)
    delivered = rates.use[:, None] * chip_hours.sum(axis=0)
    taken = np.maximum(delivered, floor)
    earned = revenue_index(quarters, scenario, int(np.flatnonzero(chip_hours.sum(axis=0))[0]))
    chips_eur = _sum(parts, CHIP_PARTS) * (1 + scenario.costs.contingency_share)
    plants = np.stack([site.plants_eur for site in sites])
    market = np.stack([site.market_energy_eur for site in sites])
    return Project(
        calendar=quarters,
        rates=rates,
        base=Base(
            chips_eur=chips_eur,
            building_eur=_sum(parts, CAPEX_PARTS) - chips_eur,
            refresh_eur=parts["refresh"],
            market_energy_eur=market,
            other_energy_eur=parts["energy"] - market - plants,
            other_eur=_sum(parts, OTHER_PARTS) + plants,
            income_eur=parts["heat"],
            residual_eur=parts["residual"],
            chips_depreciation_eur=np.stack([site.chips_depreciation_eur for site in sites]),
            building_depreciation_eur=np.stack([site.building_depreciation_eur for site in sites]),
            chip_hours=chip_hours,
            energy_slope=rates.energy_slope,
            price_eur=price * earned[0],
            price_index=earned / earned[0],
            use=rates.use,
            floor_chip_hours=floor,
            lost_share=rates.lost_share,
            growth=(1 + scenario.costs.inflation_rate) ** (1 / QUARTERS_PER_YEAR),
        ),
        parts=parts,
        **counts,
        revenue_eur=price[:, None] * taken * earned,
        delivered_chip_hours=delivered,
        paid_chip_hours=taken * (price > 0)[:, None],
        index=index,
        revenue_index=earned,
    )


def _sum(parts: Mapping[str, Floats], names: tuple[str, ...]) -> Floats:
    return np.sum([parts[name] for name in names], axis=0)
