"""This module owns what wind and solar plants of a place produce hour by hour, as a share of their rated power."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.climate.conditions import Weather, whole_years_h
from gortyn.climate.normals import normals, typical_year
from gortyn.model.conversions import HOURS_PER_YEAR

Array = NDArray[np.float64]

HALVINGS: Final = 20  # source: of the interval in which the scale lies; leaves a millionth of it


def wind_share(weather: Weather, facts: Lookup, climate: str) -> Array:
    """Output of a wind farm over its rated power, float64[hour] in [0, 1].

    The power of a turbine grows with the cube of the wind between cut-in and rated speed. Wind at 10 m is scaled to
    that at the hub by the one factor that gives the capacity factor of the climate.

    Parameters
    ----------
    weather : its whole years have the mean of the catalogue; less than one takes the factor of the typical year
    facts : catalogue; reads weather/wind-turbine and climates/<climate>/wind_capacity_share
    climate : entry of the catalogue's climates

    Raises
    ------
    UnknownEntry : the catalogue lacks the climate.
    """
    cut_in, rated, cut_out = (
        facts.number("weather", "wind-turbine", field)
        for field in ("cut_in_m_per_s", "rated_m_per_s", "cut_out_m_per_s")
    )

    def output(year: Weather, scale: float) -> Array:
        speed = year.wind_m_per_s * scale
        # source: the kinetic energy of wind goes with the cube of its speed
        risen = (speed**3 - cut_in**3) / (rated**3 - cut_in**3)
        return np.where(speed < cut_out, np.clip(risen, 0, 1), 0.0)

    return _scaled(output, weather, facts, climate, "wind_capacity_share")


def solar_share(weather: Weather, facts: Lookup, climate: str) -> Array:
    """Output of a solar plant over the rated power of its inverters, float64[hour] in [0, 1].

    Output goes with the horizontal irradiance, less what warm modules lose, and is scaled to the capacity factor of
    the climate, so that the tilt counts in the sum of a year but not in its shape.

    Parameters
    ----------
    weather : as in `wind_share`
    facts : catalogue; reads weather/solar-module and climates/<climate>/solar_capacity_share
    climate : entry of the catalogue's climates

    Raises
    ------
    UnknownEntry : the catalogue lacks the climate.
    """
    loss, heating, rated_c = (
        facts.number("weather", "solar-module", field)
        for field in ("loss_share_per_k", "heating_k_m2_per_w", "rated_at_c")
    )

    def output(year: Weather, scale: float) -> Array:
        module_c = year.dry_bulb_c + heating * year.irradiance_w_per_m2
        per_kw = year.irradiance_w_per_m2 / 1e3  # unit: W in a kW; modules are rated at 1 kW/m2
        return np.clip(scale * per_kw * (1 - loss * (module_c - rated_c)), 0, 1)

    return _scaled(output, weather, facts, climate, "solar_capacity_share")


def _scaled(
    output: Callable[[Weather, float], Array], weather: Weather, facts: Lookup, climate: str, field: str
) -> Array:
    """Output at the scale whose mean over a year is the capacity factor of the climate."""
    wanted = facts.number("climates", climate, field)
    hours = weather.dry_bulb_c.size
    if hours >= HOURS_PER_YEAR:
        year = Weather(*(quantity[: whole_years_h(hours)] for quantity in weather))
    else:
        year = typical_year(normals(facts, climate))
    low, high = 0.0, 1.0
    while output(year, high).mean() < wanted and high < HOURS_PER_YEAR:
        low, high = high, 2 * high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if output(year, middle).mean() < wanted else (low, middle)
    return output(weather, high)
