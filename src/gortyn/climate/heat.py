"""This module owns the use of waste heat: what a taker asks for in an hour, and what a heat pump adds to deliver it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.climate.conditions import Weather
from gortyn.climate.cooling import KELVIN_AT_0_C, Facility
from gortyn.climate.normals import normals, typical_year
from gortyn.model import HeatReuse

Array = NDArray[np.float64]


class HeatBalance(NamedTuple):
    """Heat handed over in each hour, float64[hour].

    Attributes
    ----------
    delivered_mw : heat delivered at the taker's temperature [MW]
    pump_mw : electricity that heat pumps draw for that [MW], part of what is delivered; not in the PUE of `Facility`
    """

    delivered_mw: Array
    pump_mw: Array


def heat_delivered_mw(
    reuse: HeatReuse,
    it_mw: Array,
    facility: Facility,
    weather: Weather,
    facts: Lookup,
    *,
    mean_degrees_c: float | None = None,
) -> HeatBalance:
    """Heat delivered to a taker: what it asks for, or all that the liquid carries and the heat pumps add.

    The taker asks for a steady part (hot water) and a part in proportion to heating degrees, the kelvins by which the
    outside is colder than the heating limit; over a year both make its mean demand.

    Parameters
    ----------
    reuse : taker of the heat
    it_mw : IT power of every hour, float64[hour]
    facility : for the heat in liquid and its temperature
    weather : for the outside temperature
    facts : catalogue; reads cooling/heat-pump
    mean_degrees_c : heating degrees of the place, mean over a year; left out, those of `weather`, which so should be
        a year
    """
    degrees = heating_degrees_c(weather.dry_bulb_c, facts)
    mean = degrees.mean() if mean_degrees_c is None else mean_degrees_c
    following = degrees / mean if mean > 0 else np.ones_like(degrees)
    wanted = reuse.demand_mw * (reuse.summer_share + (1 - reuse.summer_share) * following)
    work = pump_work_share(facility.source_temperature_c, reuse.supply_temperature_c, facts)
    delivered = np.minimum(wanted, it_mw * facility.heat_share / (1 - work))
    return HeatBalance(delivered, delivered * work)


def pump_work_share(source_c: Array, supply_c: float, facts: Lookup) -> Array:
    """Electricity over heat delivered by a heat pump, one over its coefficient of performance; 0 where none is needed.

    The coefficient is a share of Carnot's between the temperatures inside the pump, which lie a pinch below the source
    and a pinch above the supply. A source warmer than the supply by a pinch heats by itself.

    Parameters
    ----------
    source_c : temperature of the heat source [degC]
    supply_c : temperature at which heat is delivered [degC]
    facts : catalogue; reads cooling/heat-pump
    """
    share, pinch_c = (facts.number("cooling", "heat-pump", field) for field in ("carnot_share", "pinch_c"))
    lift_c = supply_c + pinch_c - (source_c - pinch_c)
    work = np.minimum(lift_c / (share * (supply_c + pinch_c + KELVIN_AT_0_C)), 1)
    # A lift beyond what such a pump reaches would need more work than heat: electric heating, no reuse of half of it.
    return np.where(source_c >= supply_c + pinch_c, 0.0, np.minimum(work, 1 / 2))


def heating_degrees_c(dry_bulb_c: Array, facts: Lookup) -> Array:
    """Kelvins by which the outside is colder than the heating limit of buildings, 0 where it is warmer."""
    return np.maximum(facts.number("cooling", "heat-pump", "heating_limit_c") - dry_bulb_c, 0)


def mean_heating_degrees_c(climate: str, facts: Lookup) -> float:
    """Heating degrees of a climate of the catalogue [K], mean over its typical year."""
    return float(heating_degrees_c(typical_year(normals(facts, climate)).dry_bulb_c, facts).mean())
