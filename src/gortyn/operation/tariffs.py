"""This module owns what power costs and emits while jobs run, hour by hour; the queue knows it ahead."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Tariffs(NamedTuple):
    """Hourly price and carbon intensity of the power of every site.

    Attributes
    ----------
    price_eur_per_mwh : float64[site, hour], with charges
    carbon_g_per_kwh : float64[site, hour]
    pue : float64[site], facility power over IT power
    """

    price_eur_per_mwh: NDArray[np.float64]
    carbon_g_per_kwh: NDArray[np.float64]
    pue: NDArray[np.float64]

    def by(self, quantity: str) -> NDArray[np.float64]:
        """Price or carbon of a unit of IT energy, float64[site, hour]."""
        series = self.carbon_g_per_kwh if quantity == "carbon" else self.price_eur_per_mwh
        return series * self.pue[:, None]
