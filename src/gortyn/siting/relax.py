"""This module owns what to say where no choice keeps all limits: which one to relax, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from gortyn.siting.problem import Limit
from gortyn.siting.program import Key, Program

SMALL: Final = 1e-9
# What `connection_mw` and `energised` are measured against when several limits give way at once.
NATURAL: Final = {"connection_mw": 100.0, "energised": 365.0}  # unit: a hundred MW, a year of days
WORDS: Final = {
    "budget_eur": "raise siting.budget_eur from EUR {old} to {new}",
    "total_h100_equivalents": "lower siting.total_h100_equivalents from {old} to {new}",
    "sites most": "raise siting.sites from {old} to {new}",
    "sites least": "lower siting.sites from {old} to {new}",
    "power_mw": "raise siting.power_mw from {old} to {new}",
    "country_sites": "raise siting.country_sites from {old} to {new}",
    "country_share": "raise siting.country_share from {old} to {new}",
    "minimum_site_chips": "lower siting.minimum_site_chips from {old} to {new}",
    "carbon_g_per_kwh": "raise siting.carbon_g_per_kwh from {old} to {new}",
    "latency_ms": "raise siting.latency_ms from {old} to {new}",
    "latest": "move siting.latest from {old} to {new}",
    "connection_mw": "give the places up to {new} MW more than their grids can give",
    "energised": "bring connections forward by up to {new} days, or move siting.phases back by as much",
}


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A limit with the value that would do.

    Attributes
    ----------
    limit : field of the siting, or `connection_mw` and `energised` of the places
    value : as it stands; 0 for those of the places
    needed : the least change that leaves a choice; for those of the places, by how much they must give way
    words : the same in words
    """

    limit: str
    value: float
    needed: float
    words: str


class Infeasible(ValueError):
    """No choice keeps all limits.

    Attributes
    ----------
    single : limits of which each alone would do, relaxed by the least amount
    together : limits that have to give way at once, where none alone would do
    """

    def __init__(self, single: tuple[Relaxation, ...], together: tuple[Relaxation, ...]) -> None:
        self.single, self.together = single, together
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """What to do, a line for each."""
        head = "no choice of sites keeps all limits"
        if self.single:
            many = len(self.single) > 1
            return (
                f"{head}; {'any one of these' if many else 'this'} would do:",
                *(f"  {one.words}" for one in self.single),
            )
        return (
            f"{head}, nor does relaxing one of them help; these together would do:",
            *(f"  {one.words}" for one in self.together),
        )


def explain(program: Program) -> Infeasible:
    """The limits whose relaxing by the least amount leaves a choice: each that would do alone, else all at once.

    The latter come from one program in which every limit may be broken and the sum of what is missing, each against
    the limit's own size, is least.
    """
    problem = program.problem
    limits = [limit for limit in problem.limits if not limit.name.endswith(" bound")]
    alone = [(limit, needed) for limit in limits if (needed := _least(program, limit)) is not None]
    single = tuple(_relaxation(limit, needed) for limit, needed in sorted(alone, key=lambda pair: _size(*pair)))
    if single:
        return Infeasible(single, ())
    weights = {_key(limit): 1 / _unit(limit) for limit in limits}
    solved = program.relax(weights)
    if solved is None:
        return Infeasible((), ())
    broken = [limit for limit in limits if not limit.met(solved.levels)]
    return Infeasible((), tuple(_relaxation(limit, limit.needed(solved.levels)) for limit in broken))


def _least(program: Program, limit: Limit) -> float | None:
    """The value nearest to a limit's own at which a choice is left with all others kept; None where there is none.

    For a limit on a ratio the bound enters the coefficients, and Dinkelbach's steps find its least value.
    """
    at, needed = limit, None
    try:
        while True:
            solved = program.relax({_key(limit): 1 / _unit(limit)})
            if solved is None:
                return needed
            reached = limit.needed(solved.levels)
            if needed is not None and limit.sign * (needed - reached) <= SMALL * max(1.0, abs(needed)):
                return needed
            needed = reached
            if limit.base is None:
                return needed
            at = limit.at(needed)
            program.move([at])
    finally:
        if at is not limit:
            program.move([limit])


def _relaxation(limit: Limit, needed: float) -> Relaxation:
    template = WORDS.get(f"{limit.name} {'most' if limit.most else 'least'}") or WORDS[limit.name]
    words = template.format(old=_printed(limit.name, limit.value), new=_printed(limit.name, needed, up=limit.most))
    return Relaxation(limit.name, limit.value, needed, words)


def _printed(name: str, value: float, *, up: bool | None = None) -> str:
    """A value of a limit, rounded to the side on which there still is a choice."""
    if name == "latest":
        return date.fromordinal(round(value)).isoformat()
    if name == "budget_eur":
        return f"{_rounded(value / 1e9, 2, up)} bn"
    decimals = {"country_share": 3, "carbon_g_per_kwh": 1, "latency_ms": 1}.get(name, 0)  # unit: decimals shown
    return _rounded(value, decimals, up)


def _rounded(value: float, decimals: int, up: bool | None) -> str:
    factor = 10**decimals  # unit: decimals to a factor
    scaled = value * factor
    whole = round(scaled)
    if up is not None and abs(scaled - whole) > SMALL * max(1.0, abs(scaled)):
        whole = int(scaled // 1) + (1 if up else 0)
    return f"{whole / factor:,.{decimals}f}"


def _key(limit: Limit) -> Key:
    return limit.name, limit.most


def _unit(limit: Limit) -> float:
    return NATURAL.get(limit.name) or abs(limit.value) or 1.0


def _size(limit: Limit, needed: float) -> float:
    """How far a relaxation goes, against the limit's own size."""
    return abs(needed - limit.value) / _unit(limit)
