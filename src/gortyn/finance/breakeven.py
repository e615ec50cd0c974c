"""This module owns the break-evens: use, price and power price at which the project is worth nothing before tax.

The project is that before finance and tax: its net present value at the discount rate of the scenario is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.calendar import nominal_rate
from gortyn.finance.metrics import QUARTERS_PER_YEAR, npv
from gortyn.kernels.waterfall_types import Base
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.finance.project import Project

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Values at which the project is worth nothing, each with all else as planned; None where there is none in range.

    Attributes
    ----------
    utilisation_share : delivered over installed chip-hours, the mix of tenants as planned, from which on the project
        pays for itself; None where the chips in service cannot bring it there, or no use at all is needed
    price_factor : factor on all prices of chip-hours
    price_eur_per_chip_hour : mean price of paid chip-hours at that factor, present values of both, base-year euros
    power_factor : factor on what is bought at the market's price of electricity
    power_eur_per_mwh : mean cost of all electricity at that factor, own plants included and demand charge left out, in
        base-year euros
    """

    utilisation_share: float | None
    price_factor: float | None
    price_eur_per_chip_hour: float | None
    power_factor: float | None
    power_eur_per_mwh: float | None


def break_even(scenario: Scenario, project: Project, energy_mwh: Floats) -> BreakEven:
    """Break-evens of a project.

    Parameters
    ----------
    scenario : resolved scenario
    project : its cash
    energy_mwh : what the sites draw over their life, float64[site, quarter]
    """
    base, rate, real_rate = project.base, nominal_rate(scenario), scenario.costs.discount_rate
    use, price, power = use_factor(base, rate), price_factor(base, rate), power_factor(base, rate)
    paid_hours = npv(real_rate, project.paid_chip_hours.sum(axis=0))
    paid_eur = npv(real_rate, project.real(project.revenue_eur.sum(axis=0)))
    energy_eur = float(project.real(project.parts["energy"]).sum())
    market_eur = float(project.real(base.market_energy_eur).sum())
    total_mwh = float(energy_mwh.sum())
    return BreakEven(
        utilisation_share=None if use is None else use * float(base.use.sum()),
        price_factor=price,
        price_eur_per_chip_hour=None if price is None or not paid_hours else price * paid_eur / paid_hours,
        power_factor=power,
        power_eur_per_mwh=(
            None if power is None or not total_mwh else (energy_eur + (power - 1) * market_eur) / total_mwh
        ),
    )


def present_value(
    base: Base,
    rate: float,
    *,
    use: float = 1.0,
    price: float = 1.0,
    power: float = 1.0,
    periods_per_year: int = QUARTERS_PER_YEAR,
) -> float:
    """Net present value of the project before finance and tax, at the first period, with factors on what was planned.

    Parameters
    ----------
    base : cash as planned
    rate : discount rate of money as it is paid, per year
    use : factor on what every tenant uses; electricity follows by each site's slope
    price : factor on what every tenant pays per chip-hour
    power : factor on electricity at the market's price
    periods_per_year : 4 for quarters
    """
    taken = np.maximum(use * np.outer(base.use, base.chip_hours.sum(axis=0)), base.floor_chip_hours)
    revenue = price * (base.price_eur @ taken) * base.price_index
    energy = (power * base.market_energy_eur + base.other_energy_eur).T @ (1 + base.energy_slope * (use - 1))
    capital = base.chips_eur + base.building_eur + base.refresh_eur
    rest = (base.income_eur + base.residual_eur - base.other_eur - capital).sum(axis=0)
    return npv(rate, revenue + rest - energy, periods_per_year)


def use_factor(base: Base, rate: float, periods_per_year: int = QUARTERS_PER_YEAR) -> float | None:
    """Factor on the planned use from which on the project is worth something; None where there is none in range.

    The net present value is linear between the uses at which a tenant begins to take more than it has contracted to
    pay for. It is found at all of these, and the root between the two that hold it, without iteration. The range ends
    where the chips in service are all used.

    Parameters
    ----------
    base : cash as planned
    rate : discount rate of money as it is paid, per year
    periods_per_year : 4 for quarters
    """
    planned = float(base.use.sum())
    if not planned:
        return None
    most = max(1.0, (1 - base.lost_share) / planned)
    used = np.outer(base.use, base.chip_hours.sum(axis=0))
    kinks = base.floor_chip_hours[used > 0] / used[used > 0]
    factors = np.unique(np.concatenate(([0.0, most], kinks[kinks < most])))
    values = np.array([present_value(base, rate, use=f, periods_per_year=periods_per_year) for f in factors])
    short = np.flatnonzero(values < 0)
    if values[-1] < 0 or not short.size:
        return None
    below = int(short[-1])
    part = -values[below] / (values[below + 1] - values[below])
    return float(factors[below] + part * (factors[below + 1] - factors[below]))


def price_factor(base: Base, rate: float, periods_per_year: int = QUARTERS_PER_YEAR) -> float | None:
    """Factor on all prices at which the project is worth nothing; None without revenue, or where none is needed."""
    free = present_value(base, rate, price=0.0, periods_per_year=periods_per_year)
    revenue = present_value(base, rate, periods_per_year=periods_per_year) - free
    return -free / revenue if revenue > 0 and free <= 0 else None


def power_factor(base: Base, rate: float, periods_per_year: int = QUARTERS_PER_YEAR) -> float | None:
    """Factor on the market's price of electricity at which the project is worth nothing.

    None where nothing is bought at that price, or where even free electricity would not do.
    """
    free = present_value(base, rate, power=0.0, periods_per_year=periods_per_year)
    market = free - present_value(base, rate, periods_per_year=periods_per_year)
    return free / market if market > 0 and free >= 0 else None
