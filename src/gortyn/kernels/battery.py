"""This module owns greedy self-consumption: a battery that stores what is left over and gives it back to the load."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(nogil=True, cache=True)
def self_consume(
    surplus_mw: NDArray[np.float64],
    battery_mw: float,
    battery_mwh: float,
    efficiency_share: float,
    flows: NDArray[np.float64],
) -> None:
    """Charge from what is left over, discharge into what is missing, hour after hour, as much as goes.

    The battery starts empty, never charges from the grid and never discharges into it. Losses are shared evenly
    between charging and discharging: each leaves the square root of the round trip. Power is counted on the side of
    the site, stored energy inside the battery.

    Parameters
    ----------
    surplus_mw : float64[hour], on-site production less load [MW]; negative where load is left
    battery_mw : power of the battery, either way [MW], >= 0
    battery_mwh : energy that it holds when full [MWh], >= 0
    efficiency_share : energy given back over energy taken in, in (0, 1]
    flows : float64[5, hour], written: grid import, export, discharge, charge [MW], stored at the end of the hour [MWh]
    """
    one_way = math.sqrt(efficiency_share)
    stored = 0.0
    for hour in range(surplus_mw.size):
        surplus = surplus_mw[hour]
        charge = discharge = 0.0
        if surplus > 0.0:
            charge = min(surplus, battery_mw, (battery_mwh - stored) / one_way)
            stored = min(battery_mwh, stored + charge * one_way)
        else:
            discharge = min(-surplus, battery_mw, stored * one_way)
            stored = max(0.0, stored - discharge / one_way)
        flows[0, hour] = max(0.0, -surplus - discharge)
        flows[1, hour] = max(0.0, surplus - charge)
        flows[2, hour] = discharge
        flows[3, hour] = charge
        flows[4, hour] = stored
