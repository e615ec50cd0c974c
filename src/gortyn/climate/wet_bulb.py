"""This module owns the psychrometry of cooling: wet-bulb temperature and the pressure of water vapour."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# source: Stull 2011, doi:10.1175/JAMC-D-11-0143.1: the fit holds from -20 to 50 degC and 5 to 99 % humidity
COLDEST_C = -20.0
# source: Alduchov & Eskridge 1996, eq. 21: pressure of saturated vapour over water [hPa], temperature in degC
SATURATION_HPA, SLOPE, OFFSET_C = 6.1094, 17.625, 243.04


def wet_bulb_c(dry_bulb_c: ArrayLike, humidity_share: ArrayLike) -> NDArray[np.float64]:
    """Wet-bulb temperature at sea-level pressure by the fit of Stull (2011).

    Below -20 degC, where the fit ends and air holds next to no water, it is the air temperature; it is never above
    that.

    Parameters
    ----------
    dry_bulb_c : air temperature [degC]
    humidity_share : relative humidity [0..1]

    Returns
    -------
    Wet-bulb temperature [degC] of the same shape, mostly within 0.4 K of the exact one from 0 to 40 degC.

    >>> round(float(wet_bulb_c(20.0, 0.5)), 1)  # the example of the paper
    13.7
    """
    dry = np.asarray(dry_bulb_c, np.float64)
    percent = np.asarray(humidity_share, np.float64) * 100
    wet = (  # source: Stull 2011, eq. 1
        dry * np.arctan(0.151977 * np.sqrt(percent + 8.313659))
        + np.arctan(dry + percent)
        - np.arctan(percent - 1.676331)
        + 0.00391838 * percent * np.sqrt(percent) * np.arctan(0.023101 * percent)
        - 4.686035
    )
    return np.where(dry < COLDEST_C, dry, np.minimum(wet, dry))


def saturation_hpa(temperature_c: ArrayLike) -> NDArray[np.float64]:
    """Pressure of saturated water vapour [hPa] over water by the Magnus form of Alduchov & Eskridge (1996).

    >>> round(float(saturation_hpa(20.0)), 1)
    23.3
    """
    temperature = np.asarray(temperature_c, np.float64)
    return SATURATION_HPA * np.exp(SLOPE * temperature / (temperature + OFFSET_C))


def dew_point_c(vapour_hpa: ArrayLike) -> NDArray[np.float64]:
    """Temperature at which vapour of a pressure [hPa] is saturated; the inverse of `saturation_hpa`."""
    exponent = np.log(np.asarray(vapour_hpa, np.float64) / SATURATION_HPA)
    return OFFSET_C * exponent / (SLOPE - exponent)
