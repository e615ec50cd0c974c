"""This module owns the size of an application: chip-hours asked for, lognormal within the limits of the mode."""

from __future__ import annotations

from math import erf, exp, inf, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Asked(NamedTuple):
    """Chip-hours that applications ask for: lognormal, cut to the limits.

    Attributes
    ----------
    median_chip_hours, spread : of the lognormal before it is cut; standard deviation of the natural logarithm
    least_chip_hours, most_chip_hours : limits, 0 <= least <= most, most > 0
    """

    median_chip_hours: float
    spread: float
    least_chip_hours: float
    most_chip_hours: float

    @property
    def mean_chip_hours(self) -> float:
        """Mean after the cut: what lies beyond a limit counts as the limit.

        E[clip(X, l, u)] = l P(X < l) + u P(X > u) + E[X; l <= X <= u], and the last of a lognormal is
        m exp(s^2/2) times the normal probability between the limits moved by s.

        >>> round(Asked(100.0, 1.0, 0.0, 1e12).mean_chip_hours, 6) == round(100 * exp(0.5), 6)
        True
        """
        median, spread, least, most = self
        if spread == 0:
            return min(max(median, least), most)
        low = (log(least) - log(median)) / spread if least > 0 else -inf
        high = (log(most) - log(median)) / spread
        inside = median * exp(spread**2 / 2) * (_normal(high - spread) - _normal(low - spread))
        return least * _normal(low) + most * _normal(-high) + inside

    def draw(self, rng: np.random.Generator, number: int) -> NDArray[np.float64]:
        """Chip-hours of so many applications, float64[number]."""
        drawn = self.median_chip_hours * np.exp(self.spread * rng.standard_normal(number))
        return np.clip(drawn, self.least_chip_hours, self.most_chip_hours)


def _normal(at: float) -> float:
    """Probability of a standard normal below `at`."""
    return (1 + erf(at / sqrt(2))) / 2
