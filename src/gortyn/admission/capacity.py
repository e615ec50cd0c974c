"""This module owns the chips in operation as applicants see them: how many, when, and how many hours they make."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.machine import SitePlan
from gortyn.model import Scenario
from gortyn.model.conversions import S_PER_DAY, S_PER_HOUR


class Capacity(NamedTuple):
    """Chips of all sites in operation.

    The window stands for a machine in the middle of its life: chips that operate when it begins have done so for as
    long as any application reaches back, as the partitions of the window have them too.

    Attributes
    ----------
    base_chips : in operation when the window begins, and before
    step_s : int64[step], strictly increasing, > 0: when more come, in seconds after the start of the window
    step_chips : float64[step], how many
    """

    base_chips: float
    step_s: NDArray[np.int64]
    step_chips: NDArray[np.float64]

    def chips(self, at_s: NDArray[np.int64]) -> NDArray[np.float64]:
        """Chips in operation at some seconds, float64 of their shape."""
        total = np.concatenate(([0.0], np.cumsum(self.step_chips)))
        return self.base_chips + total[np.searchsorted(self.step_s, at_s, side="right")]

    @property
    def most_chips(self) -> float:
        """Chips when all have come."""
        return self.base_chips + float(self.step_chips.sum())

    def chip_hours(self, begin_s: NDArray[np.int64], end_s: NDArray[np.int64]) -> NDArray[np.float64]:
        """Chip-hours from some seconds to others, float64 of their shape."""
        chip_s = self.base_chips * (end_s - begin_s)
        for step_s, chips in zip(self.step_s.tolist(), self.step_chips.tolist(), strict=True):
            chip_s = chip_s + chips * (np.maximum(end_s, step_s) - np.maximum(begin_s, step_s))
        return chip_s / S_PER_HOUR


def in_operation(scenario: Scenario, plans: tuple[SitePlan, ...]) -> Capacity:
    """Chips of all phases of all sites, those that come after the window included."""
    base_chips, by_second = 0.0, dict[int, float]()
    for phase in (phase for plan in plans for phase in plan.phases):
        second = (phase.operational - scenario.simulation.start).days * S_PER_DAY
        if second <= 0:
            base_chips += phase.chips
        else:
            by_second[second] = by_second.get(second, 0.0) + phase.chips
    seconds = sorted(by_second)
    return Capacity(base_chips, np.array(seconds, np.int64), np.array([by_second[one] for one in seconds], np.float64))
