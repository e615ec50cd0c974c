"""This module owns the siting problem as arrays: what every step at every place adds, and the limits on the sum.

A *step* takes a place from one size to the next. The choice says for each place how many steps are built by each phase
(`levels`, int64[place, phase], never falling), so that everything that is counted is a sum over steps of what each
adds, and what it adds may depend on the phase in which it is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from gortyn.siting.place import Place
from gortyn.siting.running import Running, Work

Steps = NDArray[np.float64]
"""One number per step, float64[place, size, phase]."""
Levels = NDArray[np.int64]
"""Steps built at a place by a phase, int64[place, phase]."""
Objective = Literal["cost", "carbon", "score"]

# What is divided by what; the score is made large, and with its sign turned it is made small like the others.
RATIOS: Final[dict[Objective, tuple[str, str, int]]] = {
    "cost": ("cost_eur", "discounted_chip_hours", 1),
    "carbon": ("carbon_kg", "useful_chip_hours", 1),
    "score": ("score_chips", "chips", -1),
}
TOLERANCE: Final = 1e-6


def standing(levels: Levels, sizes: int) -> NDArray[np.bool_]:
    """Whether a step is built by a phase, bool[place, size, phase].

    >>> standing(np.array([[0, 2]]), 3)[0].astype(int).tolist()
    [[0, 1], [0, 1], [0, 0]]
    """
    return levels[:, None, :] > np.arange(sizes)[None, :, None]


def per_standing(adds: Steps) -> Steps:
    """Coefficients of `standing` that sum to what the steps add, each in the phase in which it is built.

    A step that stands in a phase and did not in the one before adds ``adds[phase]``: the sum over phases telescopes to
    ``adds[phase] - adds[phase + 1]`` for every phase in which it stands.

    >>> per_standing(np.array([[[5.0, 3.0]]])).tolist()
    [[[2.0, 3.0]]]
    """
    return adds - np.concatenate([adds[..., 1:], np.zeros_like(adds[..., :1])], axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """A bound on a sum over steps, one row for each group of places: ``load <= value * base + offset``, or ``>=``.

    Attributes
    ----------
    name : field of the siting, or `connection_mw` and `energised` for what the places themselves allow
    value : the bound, in the unit of the field
    most : whether it is an upper bound
    load : what each step adds to what is bounded
    group : row that a place belongs to, int64[place]
    base : what each step adds to what the value multiplies; None: the value itself is the bound
    shared : whether the base is summed over all places, not over those of the group
    offset : float64[row]
    """

    name: str
    value: float
    most: bool
    load: Steps
    group: NDArray[np.int64]
    base: Steps | None = None
    shared: bool = False
    offset: NDArray[np.float64] | None = None

    @property
    def sign(self) -> int:
        """1 for an upper bound, -1 for a lower one."""
        return 1 if self.most else -1

    @property
    def rows(self) -> int:
        """Number of groups."""
        return int(self.group.max()) + 1

    def shift(self) -> NDArray[np.float64]:
        """Offset of every row, float64[row]."""
        return np.zeros(self.rows) if self.offset is None else self.offset

    def sums(self, levels: Levels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Load less offset, and what the value multiplies, of every row, float64[row] each."""
        stands = standing(levels, self.load.shape[1])
        load = np.bincount(self.group, (per_standing(self.load) * stands).sum((1, 2)), self.rows) - self.shift()
        if self.base is None:
            return load, np.ones(self.rows)
        of_place = (per_standing(self.base) * stands).sum((1, 2))
        if self.shared:
            return load, np.full(self.rows, of_place.sum())
        return load, np.bincount(self.group, of_place, self.rows).astype(np.float64)

    def needed(self, levels: Levels) -> float:
        """The value that a choice needs: the least upper or the largest lower bound that it meets."""
        load, base = self.sums(levels)
        counted = base > 0
        if not counted.any():
            return self.value
        values = load[counted] / base[counted]
        return float(values.max() if self.most else values.min())

    def met(self, levels: Levels) -> bool:
        """Whether a choice keeps the limit, to rounding."""
        load, base = self.sums(levels)
        scale = max(1.0, float(np.abs(load + self.shift()).max()))
        return bool((self.sign * (load - self.value * base) <= TOLERANCE * scale).all())

    def at(self, value: float) -> Limit:
        """The same limit with another bound."""
        return replace(self, value=value)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Places, sizes, phases, what every step adds, and the limits.

    Attributes
    ----------
    places : candidates
    sizes : physical chips of each size, int64[size], rising
    phases : dates, rising
    horizon_years : from the first phase to the end of the chips' life
    adds : by name, float64[place, size, phase]; among them `sites`, `chips`, `h100_equivalents`, `it_mw`, `peak_mw`,
        `connection_mw` [MW], `capex_eur`, `cost_eur` (present cost), `discounted_chip_hours`, `useful_chip_hours`,
        `energy_mwh` and `energy_carbon_kg` until the horizon, `embodied_kg`, `carbon_kg` (the sum of both kinds),
        `score_chips` (points times chips), and of one year `yearly_chip_hours` (useful ones), `yearly_mwh`,
        `yearly_energy_eur`, `yearly_opex_eur` and `yearly_carbon_kg`
    parts : present cost by part, which add up to `cost_eur`
    running : a year of a megawatt at every place
    work : how much of what is installed is used
    limits : bounds on sums
    """

    places: tuple[Place, ...]
    sizes: NDArray[np.int64]
    phases: tuple[date, ...]
    horizon_years: float
    adds: Mapping[str, Steps]
    parts: Mapping[str, Steps]
    running: Running
    work: Work
    limits: tuple[Limit, ...]

    def sum(self, name: str, levels: Levels) -> float:
        """Sum over all steps of a choice."""
        return float(self.by_place(name, levels).sum())

    def by_place(self, name: str, levels: Levels) -> NDArray[np.float64]:
        """Sums over the steps of each place, float64[place]."""
        return self._summed(self.adds[name], levels)

    def part_by_place(self, part: str, levels: Levels) -> NDArray[np.float64]:
        """Present cost of one part at each place [EUR], float64[place]."""
        return self._summed(self.parts[part], levels)

    def _summed(self, adds: Steps, levels: Levels) -> NDArray[np.float64]:
        return (per_standing(adds) * standing(levels, self.sizes.size)).sum((1, 2))

    def ratio(self, objective: Objective, levels: Levels) -> float:
        """What the objective is for a choice: EUR or kgCO2e per useful chip-hour, or points."""
        over, per, _ = RATIOS[objective]
        return self.sum(over, levels) / self.sum(per, levels)

    def meets(self, levels: Levels) -> bool:
        """Whether a choice keeps all limits."""
        return all(limit.met(levels) for limit in self.limits)

    def limit(self, name: str, *, most: bool = True) -> Limit | None:
        """The limit of that name, or None where there is none."""
        return next((limit for limit in self.limits if limit.name == name and limit.most == most), None)
