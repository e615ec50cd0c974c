"""This module owns what stands on the site's side of the meter: its dispatch, and what it costs a year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import KW_PER_MW

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup
    from gortyn.model import Supply

KIND = "supply"


class Dispatch(NamedTuple):
    """How a load was covered, float64[hour]; powers on the site's side of the battery.

    Attributes
    ----------
    grid_mw : drawn from the grid [MW]
    export_mw : left over and given to the grid [MW]
    discharge_mw, charge_mw : out of and into the battery [MW]
    stored_mwh : energy in the battery at the end of the hour [MWh]
    """

    grid_mw: NDArray[np.float64]
    export_mw: NDArray[np.float64]
    discharge_mw: NDArray[np.float64]
    charge_mw: NDArray[np.float64]
    stored_mwh: NDArray[np.float64]


def dispatch(
    load_mw: NDArray[np.float64],
    wind_mw: NDArray[np.float64],
    solar_mw: NDArray[np.float64],
    battery_mw: float,
    battery_mwh: float,
    efficiency_share: float,
) -> Dispatch:
    """Cover a load from wind, sun, battery and grid by greedy self-consumption.

    Wind and sun serve the load first; what is left over charges the battery and then leaves to the grid; what is
    missing comes from the battery and then from the grid. In every hour load + charge + export = wind + sun +
    discharge + grid.

    Parameters
    ----------
    load_mw, wind_mw, solar_mw : float64[hour], load and production of the hour [MW], >= 0
    battery_mw : power of the battery, either way [MW], >= 0
    battery_mwh : energy that it holds when full [MWh], >= 0; it starts empty
    efficiency_share : energy given back over energy taken in, in (0, 1]

    Raises
    ------
    ValueError : the battery's size is negative, or its efficiency outside its range.

    >>> day = dispatch(np.array([2.0, 2.0]), np.array([3.0, 0.0]), np.zeros(2), 1.0, 4.0, 1.0)
    >>> day.grid_mw.tolist(), day.discharge_mw.tolist(), day.export_mw.tolist()
    ([0.0, 1.0], [0.0, 1.0], [0.0, 0.0])
    """
    if min(battery_mw, battery_mwh) < 0:
        raise ValueError(f"the battery is {battery_mw} MW and {battery_mwh} MWh; neither may be negative")
    if not 0 < efficiency_share <= 1:
        raise ValueError(f"the efficiency of the battery is {efficiency_share}, must be above 0 and at most 1")
    surplus_mw = np.ascontiguousarray(wind_mw + solar_mw - load_mw, np.float64)
    if not battery_mw or not battery_mwh:  # the compiler is not loaded where there is no battery
        none = np.zeros_like(surplus_mw)
        return Dispatch(np.maximum(-surplus_mw, 0.0), np.maximum(surplus_mw, 0.0), none, none.copy(), none.copy())
    from gortyn.kernels.battery import self_consume

    flows = np.empty((len(Dispatch._fields), surplus_mw.size))
    self_consume(surplus_mw, float(battery_mw), float(battery_mwh), float(efficiency_share), flows)
    return Dispatch(*flows)


class YearlyCost(NamedTuple):
    """What a megawatt of a plant costs in a year, in euros of today.

    Attributes
    ----------
    eur_per_mw : annuity of the capex and fixed costs, for a battery those of the inverter [EUR/MW/year]
    eur_per_mwh_stored : annuity of a megawatt-hour of storage [EUR/MWh/year]; 0 for plants
    eur_per_mwh : costs that come with every megawatt-hour delivered [EUR/MWh]
    """

    eur_per_mw: float
    eur_per_mwh_stored: float
    eur_per_mwh: float


def annuity_share(rate: float, years: float) -> float:
    """Share of an investment that is paid in each year of its life, interest included.

    The formula is ``r / (1 - (1 + r)**-n)``, and ``1 / n`` without interest.

    Parameters
    ----------
    rate : real discount rate per year, > -1
    years : life [years], > 0

    >>> round(annuity_share(0.07, 20), 4), annuity_share(0.0, 20)
    (0.0944, 0.05)
    """
    if not rate:
        return 1 / years
    return rate / -math.expm1(-years * math.log1p(rate))


def yearly_cost(plant: Literal["wind", "solar", "battery"], facts: Lookup, discount_rate: float) -> YearlyCost:
    """What a plant costs in a year: annuity of its capex, fixed costs, and costs per megawatt-hour.

    Parameters
    ----------
    plant : what is built
    facts : catalogue, kind ``supply``
    discount_rate : real discount rate per year

    Raises
    ------
    UnknownEntry : the catalogue lacks a cost of the plant.
    """
    today = facts.number(KIND, "money", "eur_per_eur_2020")
    annuity = annuity_share(discount_rate, facts.number(KIND, plant, "life_years"))
    per_kw = facts.number(KIND, plant, "capex_eur_per_kw") * annuity + facts.number(
        KIND, plant, "fixed_eur_per_kw_year"
    )
    if plant != "battery":
        return YearlyCost(per_kw * KW_PER_MW * today, 0.0, facts.number(KIND, plant, "variable_eur_per_mwh") * today)
    annuity = annuity_share(discount_rate, facts.number(KIND, plant, "storage_life_years"))
    per_kwh = facts.number(KIND, plant, "capex_eur_per_kwh") * annuity
    return YearlyCost(per_kw * KW_PER_MW * today, per_kwh * KW_PER_MW * today, 0.0)


def plants_eur_per_year(supply: Supply, facts: Lookup, discount_rate: float) -> float:
    """Yearly cost of what stands at a site, whatever it delivers: plants, battery and backup [EUR/year].

    Annuities of their capital cost over their lives, and fixed costs.

    Parameters
    ----------
    supply : of the site
    facts : catalogue, kind ``supply``; read only for what is there
    discount_rate : real discount rate per year
    """
    found = 0.0
    if supply.wind_mw:
        found += supply.wind_mw * yearly_cost("wind", facts, discount_rate).eur_per_mw
    if supply.solar_mw:
        found += supply.solar_mw * yearly_cost("solar", facts, discount_rate).eur_per_mw
    if supply.battery_mw:
        battery = yearly_cost("battery", facts, discount_rate)
        found += supply.battery_mw * (battery.eur_per_mw + supply.battery_hours * battery.eur_per_mwh_stored)
    if supply.backup_mw:
        stored_mwh = supply.backup_mw * supply.backup_hours
        found += backup_eur_per_year(supply.backup_mw, stored_mwh, facts, discount_rate)
    return found


def backup_eur_per_year(add_mw: float, add_mwh: float, facts: Lookup, discount_rate: float) -> float:
    """Yearly cost of more backup: generators, tanks, and the fuel that lies in them.

    The fuel is bought once and not burnt; so it costs its interest, and wears with the tanks.

    Parameters
    ----------
    add_mw : power of the generators [MW]
    add_mwh : electricity that the fuel in the tanks holds [MWh]
    facts : catalogue, entry ``backup`` of kind ``supply``
    discount_rate : real discount rate per year
    """

    def fact(field: str) -> float:
        return facts.number(KIND, "backup", field)

    annuity = annuity_share(discount_rate, fact("life_years"))
    generators = add_mw * KW_PER_MW * (fact("capex_eur_per_kw") * annuity + fact("fixed_eur_per_kw_year"))
    heat_mwh = add_mwh / fact("efficiency_share")
    tanks = heat_mwh * (fact("tank_eur_per_mwh") + fact("fuel_eur_per_mwh")) * annuity
    return (generators + tanks) * facts.number(KIND, "money", "eur_per_eur_2020")
