"""This module owns distances on the globe."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM: Final = 6371.0  # source: mean radius, IUGG


def great_circle_km(
    latitude_deg: float, longitude_deg: float, to_latitude_deg: ArrayLike, to_longitude_deg: ArrayLike
) -> NDArray[np.float64]:
    """Distance over a sphere [km], by the haversine formula.

    Parameters
    ----------
    latitude_deg, longitude_deg : from where
    to_latitude_deg, to_longitude_deg : to where, of one shape

    Returns
    -------
    float64 of that shape, from 0 to half the way around.

    >>> great_circle_km(0.0, 0.0, np.array([0.0, 90.0]), np.array([180.0, 0.0])).round().tolist()
    [20015.0, 10008.0]
    """
    phi, to_phi = np.radians(latitude_deg), np.radians(to_latitude_deg)
    turn = np.radians(np.subtract(to_longitude_deg, longitude_deg))
    half = np.sin((to_phi - phi) / 2) ** 2 + np.cos(phi) * np.cos(to_phi) * np.sin(turn / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1)))  # rounding may go beyond 1
