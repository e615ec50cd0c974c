"""This module owns what power costs and emits while jobs run, hour by hour; the queue knows it ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gortyn.climate import Weather


class Tariffs(NamedTuple):
    """Hourly price and carbon intensity of one more unit of power at every site.

    Attributes
    ----------
    price_eur_per_mwh : float64[site, hour], wholesale price with charges and taxes
    carbon_g_per_kwh : float64[site, hour], of the grid, life cycle
    pue : float64[site, hour], facility power over IT power at full load
    weather : of every site, which the PUE follows from
    """

    price_eur_per_mwh: NDArray[np.float64]
    carbon_g_per_kwh: NDArray[np.float64]
    pue: NDArray[np.float64]
    weather: tuple[Weather, ...] = ()

    def by(self, quantity: str) -> NDArray[np.float64]:
        """Price or carbon of a unit of IT energy, float64[site, hour]."""
        series = self.carbon_g_per_kwh if quantity == "carbon" else self.price_eur_per_mwh
        return series * self.pue
