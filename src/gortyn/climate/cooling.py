"""This module owns the law of cooling: what power and water it takes to get heat out of a site, hour by hour.

Heat leaves the racks in liquid and in air. Each path first gives what it can to the outside air (or the sea) through
dry coolers, then evaporates water where the kind of cooling can, and lifts the rest with chillers:

* free cooling carries heat until the outside temperature plus approach exceeds the temperature supplied to the racks,
  and fades to nothing as it reaches that of the return (supply plus rise);
* evaporation does the same with the wet-bulb temperature in place of that of the air;
* chillers reach a share of Carnot's coefficient of performance between the supply and the condenser;
* fans need the cube of the air flow, which falls as the outside gets colder; pumps and part of the electrical losses
  stay at low load, so that PUE rises as the load falls.

The numbers are in the catalogue, kind ``cooling``. Each kind has one number, its pumps, fitted to one published mean:
``warm-water`` to Frontier's of 2023, ``liquid`` to Google's fleet, ``air`` to the European one. Frontier's minimum and
maximum, LUMI, Meta's fleet and the range of Google's campuses are left to hold the law against; ``seawater`` has no
published site to be fitted to.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.climate.conditions import Weather
from gortyn.model import Cooling

KELVIN_AT_0_C: Final = 273.15  # source: definition of the Celsius scale
COMMON: Final = "every-kind"

Array = NDArray[np.float64]


class Facility(NamedTuple):
    """What a site needs around its IT, each float64[hour].

    Attributes
    ----------
    pue : facility power over IT power: 1 + distribution_share + cooling_share + lights and the like
    water_l_per_kwh : water evaporated and bled off per kWh of IT energy
    heat_share : IT heat that leaves in liquid, over all of it
    source_temperature_c : temperature of the liquid that leaves the racks [degC]
    distribution_share : power lost in transformers, uninterruptible supplies and distribution over IT power
    cooling_share : power of fans, pumps and chillers over IT power
    """

    pue: Array
    water_l_per_kwh: Array
    heat_share: Array
    source_temperature_c: Array
    distribution_share: Array
    cooling_share: Array


class _Outside(NamedTuple):
    """Where heat can go: temperatures of the air (or the sea) with and without evaporation, and the share that can."""

    dry_c: Array
    wet_c: Array
    evaporation_share: float


class _Path(NamedTuple):
    """Effort per unit of heat on one path: fans over their full power, chiller power, heat that is evaporated."""

    fan: Array
    chiller: Array
    evaporated: Array


def facility(cooling: Cooling, weather: Weather, load_share: Array, facts: Lookup) -> Facility:
    """Power, water and heat around the IT of a site in every hour.

    Parameters
    ----------
    cooling : of the site; a stated `pue` or `water_l_per_kwh` holds in every hour
    weather : float64[hour]
    load_share : IT power over IT power at full load, float64[hour], >= 0; below a floor (least_load_share) the effort
        is that of the floor, so that an idle hour has a finite PUE
    facts : catalogue; reads cooling/<kind> and cooling/every-kind

    Raises
    ------
    UnknownEntry : the catalogue lacks a parameter of the kind.
    """

    def number(field: str, entry: str = cooling.kind) -> float:
        return facts.number("cooling", entry, field)

    liquid_share = number("liquid_share") if cooling.liquid_share is None else cooling.liquid_share
    supply_c = cooling.supply_temperature_c
    supply_c = number("supply_temperature_c") if supply_c is None else supply_c
    load = np.maximum(load_share, number("least_load_share", COMMON))
    outside = _outside(cooling, weather, facts)
    dry_approach, wet_approach = number("dry_approach_c"), number("wet_approach_c")
    coil = number("air_approach_c", COMMON)
    # Where all heat leaves in air, what is supplied is air; elsewhere the hall has air of its own.
    hall_c = number("air_supply_temperature_c", COMMON) if number("liquid_share") else supply_c
    liquid = _path(outside, supply_c, 0, dry_approach, wet_approach, facts)
    air = _path(outside, hall_c, coil, dry_approach, wet_approach, facts)

    def mean(in_liquid: Array, in_air: Array) -> Array:
        return liquid_share * in_liquid + (1 - liquid_share) * in_air

    distribution = number("distribution_loss_share") + number("distribution_fixed_share") / load
    fans = number("fan_share") * mean(liquid.fan, air.fan) + (1 - liquid_share) * number("hall_fan_share", COMMON)
    effort = fans + number("pump_share") / load + mean(liquid.chiller, air.chiller)
    pue = 1 + distribution + effort + number("other_share", COMMON) / load
    water = number("evaporation_l_per_kwh", COMMON) * mean(liquid.evaporated, air.evaporated)
    if cooling.pue is not None:
        pue = np.full_like(load, cooling.pue)
        distribution = np.minimum(distribution, pue - 1)
        effort = pue - 1 - distribution
    if cooling.water_l_per_kwh is not None:
        water = np.full_like(load, cooling.water_l_per_kwh)
    source_c = supply_c + number("coolant_rise_c", COMMON)
    return Facility(pue, water, np.full_like(load, liquid_share), np.full_like(load, source_c), distribution, effort)


def _outside(cooling: Cooling, weather: Weather, facts: Lookup) -> _Outside:
    """The air with its wet bulb, or a sea whose temperature hardly changes and from which nothing evaporates."""
    sea_c = facts.get_number("cooling", cooling.kind, "sea_temperature_c")
    if sea_c is not None:
        sea = np.full_like(weather.dry_bulb_c, sea_c)
        return _Outside(sea, sea, 0.0)
    share = facts.number("cooling", cooling.kind, "evaporation_share")
    return _Outside(weather.dry_bulb_c, weather.wet_bulb_c, share)


def _path(
    outside: _Outside, supply_c: float, coil_c: float, dry_approach_c: float, wet_approach_c: float, facts: Lookup
) -> _Path:
    """Effort to bring heat to the outside from a supply temperature, over a coil (to the air of the hall) or none."""
    rise_c, condenser_c, evaporator_c, carnot_share = (
        facts.number("cooling", COMMON, field)
        for field in ("coolant_rise_c", "condenser_approach_c", "evaporator_approach_c", "carnot_share")
    )
    water_c = supply_c - coil_c
    not_dry = np.clip((outside.dry_c + dry_approach_c - water_c) / rise_c, 0, 1)
    not_wet = np.clip((outside.wet_c + wet_approach_c - water_c) / rise_c, 0, 1)
    share = outside.evaporation_share
    lifted = not_dry - share * np.maximum(not_dry - not_wet, 0)
    condensed_c = outside.dry_c - share * (outside.dry_c - outside.wet_c) + condenser_c
    evaporated_c = water_c - evaporator_c
    # Where chillers run, the condenser is the warmer one; elsewhere the lift has no meaning and is not used.
    lift_c = np.maximum(condensed_c - evaporated_c, 1)
    chiller = lifted * lift_c / (carnot_share * (evaporated_c + KELVIN_AT_0_C))
    spread_c = rise_c + dry_approach_c
    flow = spread_c / np.maximum(rise_c + water_c - outside.dry_c, spread_c)
    return _Path(fan=flow * flow * flow, chiller=chiller, evaporated=share * (not_dry + chiller))
