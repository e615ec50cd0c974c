"""This module owns what electricity costs: contracts, the price of the hour for the rest, charges, taxes, peaks.

The market-based account of emissions follows the GHG Protocol's Scope 2 Guidance: contracts with certificates first,
the residual mix for what they do not cover. Certificates count in the hour of their electricity; what is sold again
takes them along.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.energy.grid import GridHours
from gortyn.model import Contract, Grid
from gortyn.model.conversions import HOURS_PER_DAY, KW_PER_MW

COST_PARTS: Final = ("wholesale", "contracts", "charges", "taxes", "demand charge", "plants", "sold", "heat")
"""Parts of the cost of electricity; what is sold, and heat, are income and so negative."""


class Settlement(NamedTuple):
    """What a site's electricity came to, float64[hour].

    Attributes
    ----------
    spot_mw : bought at the price of the hour
    sold_mw : delivered by contracts or own plants beyond the load, and sold at the price of the hour
    wholesale_eur, contracts_eur, sold_eur : cost of what was bought, and income from what was sold (negative)
    market_g_per_kwh : carbon intensity of what was drawn by contracts and residual mix
    renewable_mw : of what was drawn, delivered with certificates of renewable origin in the same hour
    bought_renewable_mw : the same with what was sold again
    """

    spot_mw: NDArray[np.float64]
    sold_mw: NDArray[np.float64]
    wholesale_eur: NDArray[np.float64]
    contracts_eur: NDArray[np.float64]
    sold_eur: NDArray[np.float64]
    market_g_per_kwh: NDArray[np.float64]
    renewable_mw: NDArray[np.float64]
    bought_renewable_mw: NDArray[np.float64]


def settle(
    drawn_mw: NDArray[np.float64],
    export_mw: NDArray[np.float64],
    hours: GridHours,
    contracts: tuple[Contract, ...],
    produced: Mapping[str, NDArray[np.float64]],
) -> Settlement:
    """Cost and market-based carbon of what a site draws from the grid and gives to it.

    Contracts cover the load in their order; what they deliver beyond it is sold at the price of the hour, and what none
    of them covers is bought at it.

    Parameters
    ----------
    drawn_mw, export_mw : float64[hour], from the grid, and of own plants into it
    hours : price and carbon intensity of the hours
    contracts : of the site
    produced : float64[hour] by ``wind`` and ``solar``: power of a plant over its installed power; read where a contract
        has that profile
    """
    price = hours.wholesale_eur_per_mwh
    open_mw, sold_mw = drawn_mw.copy(), export_mw.copy()
    contracts_eur, grams, renewable_mw, bought_mw = (np.zeros_like(drawn_mw) for _ in range(4))  # unit: four series
    for contract in contracts:
        delivered = _delivered_mw(contract, drawn_mw, produced)
        used = np.minimum(delivered, open_mw)
        open_mw -= used
        sold_mw += delivered - used
        contracts_eur += delivered * contract.price_eur_per_mwh
        grams += used * _carbon_g_per_kwh(contract, hours)
        if contract.renewable:
            renewable_mw += used
            bought_mw += delivered
    grams += open_mw * hours.residual_g_per_kwh
    return Settlement(
        spot_mw=open_mw,
        sold_mw=sold_mw,
        wholesale_eur=open_mw * price,
        contracts_eur=contracts_eur,
        sold_eur=-sold_mw * price,
        market_g_per_kwh=np.divide(grams, drawn_mw, out=hours.residual_g_per_kwh.copy(), where=drawn_mw > 0),
        renewable_mw=renewable_mw,
        bought_renewable_mw=bought_mw,
    )


def demand_charge_eur(drawn_mw: NDArray[np.float64], start: date, grid: Grid) -> float:
    """Charge on the highest hour of each calendar year, in proportion to the part of the year in the window [EUR].

    Parameters
    ----------
    drawn_mw : float64[hour], from the grid, from 00:00 UTC of the day `start`
    grid : connection, for the charge [EUR/kW/year]

    >>> from gortyn.model import Grid
    >>> grid = Grid(connection_mw=10.0, energised=date(2026, 1, 1), demand_charge_eur_per_kw_year=100.0)
    >>> round(demand_charge_eur(np.full(2 * 365 * 24, 2.0), date(2026, 1, 1), grid))
    400000
    """
    end = start + timedelta(days=drawn_mw.size // HOURS_PER_DAY)
    charge = 0.0
    for year in range(start.year, end.year + 1):
        first, following = date(year, 1, 1), date(year + 1, 1, 1)
        begin_h, end_h = (HOURS_PER_DAY * (day - start).days for day in (max(start, first), min(end, following)))
        if end_h > begin_h:
            part = (end_h - begin_h) / HOURS_PER_DAY / (following - first).days
            charge += part * float(drawn_mw[begin_h:end_h].max()) * KW_PER_MW * grid.demand_charge_eur_per_kw_year
    return charge


def _delivered_mw(
    contract: Contract, drawn_mw: NDArray[np.float64], produced: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    if contract.share is not None:
        return contract.share * drawn_mw
    power_mw = contract.power_mw or 0.0
    return power_mw * produced[contract.profile] if contract.profile in produced else np.full_like(drawn_mw, power_mw)


def _carbon_g_per_kwh(contract: Contract, hours: GridHours) -> NDArray[np.float64] | float:
    """What the contract's certificates state; without certificates, the residual mix."""
    if contract.carbon_g_per_kwh is not None:
        return contract.carbon_g_per_kwh
    return 0.0 if contract.renewable else hours.residual_g_per_kwh
