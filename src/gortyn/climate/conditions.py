"""This module owns what the weather of a place is: five quantities for each of consecutive hours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import HOURS_PER_DAY, HOURS_PER_YEAR


class Weather(NamedTuple):
    """Weather of consecutive hours of UTC, each float64[hour].

    Attributes
    ----------
    dry_bulb_c : air temperature at 2 m [degC]
    wet_bulb_c : wet-bulb temperature [degC]
    humidity_share : relative humidity [0..1]
    wind_m_per_s : wind speed at 10 m
    irradiance_w_per_m2 : global horizontal irradiance
    """

    dry_bulb_c: NDArray[np.float64]
    wet_bulb_c: NDArray[np.float64]
    humidity_share: NDArray[np.float64]
    wind_m_per_s: NDArray[np.float64]
    irradiance_w_per_m2: NDArray[np.float64]


def whole_years_h(hours: int) -> int:
    """Most hours over which a mean has every season as often, of so many that follow one another.

    Whole years, counted with a leap day each: the days by which that is too many weigh little. A day may lack of the
    last year, and less than a year is left as it is.

    >>> [whole_years_h(24 * days) // 24 for days in (31, 364, 365, 366, 548, 730, 3652)]
    [31, 364, 365, 366, 366, 730, 3652]
    """
    years = max(1, (hours + HOURS_PER_DAY) // HOURS_PER_YEAR)
    return min(hours, years * (HOURS_PER_YEAR + HOURS_PER_DAY))
