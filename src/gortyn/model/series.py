"""This module owns what a file of hourly values holds once it is read: consecutive hours of UTC, none missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class HourlySeries(NamedTuple):
    """Values of consecutive hours.

    Attributes
    ----------
    start : first hour, UTC, as datetime64[h]
    values : float64[hour], without gaps
    """

    start: np.datetime64
    values: NDArray[np.float64]


class WeatherSeries(NamedTuple):
    """Weather of consecutive hours.

    Attributes
    ----------
    start : first hour, UTC, as datetime64[h]
    dry_bulb_c, humidity_share, wind_m_per_s, irradiance_w_per_m2 : float64[hour]: air temperature at 2 m [degC],
        relative humidity [0..1], wind speed at 10 m, global horizontal irradiance; NaN throughout where the file has
        no such column
    """

    start: np.datetime64
    dry_bulb_c: NDArray[np.float64]
    humidity_share: NDArray[np.float64]
    wind_m_per_s: NDArray[np.float64]
    irradiance_w_per_m2: NDArray[np.float64]


class SiteSeries(NamedTuple):
    """What the files of one site hold; None where it names none, or the file has no such column."""

    price: HourlySeries | None = None
    carbon: HourlySeries | None = None
    direct_carbon: HourlySeries | None = None
    weather: WeatherSeries | None = None


AllSeries = Mapping[str, SiteSeries]
"""Series of sites by their names; sites without files may be absent."""
