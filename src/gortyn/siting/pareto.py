"""This module owns the Pareto set of cost and carbon: choices that no other choice beats in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gortyn.siting.choice import places_of
from gortyn.siting.choose import best
from gortyn.siting.problem import RATIOS, Levels, Limit, Objective, Problem
from gortyn.siting.program import Program

# A bound set at a value that a choice reaches must not cut that choice off by rounding.
ROOM = 1e-7  # source: a tenth of the gap that choices are solved to
BOUNDED: tuple[Objective, ...] = ("cost", "carbon")


@dataclass(frozen=True, slots=True)
class Point:
    """One choice of the Pareto set.

    Attributes
    ----------
    cost_eur_per_chip_hour, carbon_kg_per_chip_hour : per useful chip-hour
    score : points, mean over the chips
    capex_eur : with contingency
    places : chips of each place that is built, by name
    levels : steps of size built at each place by each phase, int64[place, phase]
    """

    cost_eur_per_chip_hour: float
    carbon_kg_per_chip_hour: float
    score: float
    capex_eur: float
    places: Mapping[str, int]
    levels: Levels


def bounds_of_ratios(problem: Problem) -> tuple[Limit, ...]:
    """Upper bounds on cost and carbon per useful chip-hour that bind nothing yet, to be moved."""
    every = np.zeros(len(problem.places), np.int64)
    found = []
    for objective in BOUNDED:
        over, per = (problem.adds[name] for name in RATIOS[objective][:2])
        largest = 2 * float(np.abs(over / per).max())
        found.append(Limit(f"{objective} bound", largest, True, over, every, base=per))
    return tuple(found)


def pareto(program: Program, points: int) -> tuple[Point, ...]:
    """Points of the Pareto set of cost and carbon per useful chip-hour, from least cost to least carbon.

    The epsilon-constraint method (Haimes, Lasdon, Wismer 1971): least cost under bounds on carbon that are evenly
    spread between the carbon of the cheapest and of the cleanest choice, each followed by least carbon at that cost,
    so that a tie hides no better choice.

    Parameters
    ----------
    program : of a problem whose limits hold `bounds_of_ratios`
    points : how many bounds to try, >= 2; fewer points come out where two bounds lead to one choice

    Raises
    ------
    ValueError : fewer than two points.
    """
    if points < 2:
        raise ValueError(f"a Pareto set needs at least 2 points, got {points}")
    cheapest, cleanest = _best_then(program, "cost", "carbon"), _best_then(program, "carbon", "cost")
    if cheapest is None or cleanest is None:
        return ()
    found = [cheapest]
    most, least = (program.problem.ratio("carbon", levels) for levels in (cheapest, cleanest))
    for bound in np.linspace(most, least, points)[1:-1]:
        if program.problem.ratio("carbon", found[-1]) <= bound:
            continue  # the last choice is below this bound already
        levels = _best_then(program, "cost", "carbon", below=float(bound))
        if levels is not None:
            found.append(levels)
    found.append(cleanest)
    made = [_point(program.problem, levels) for levels in found]
    return tuple(
        one
        for index, one in enumerate(made)
        if not any(_beats(other, one) for other in made) and not any(_same(one, other) for other in made[:index])
    )


def _best_then(program: Program, first: Objective, second: Objective, below: float | None = None) -> Levels | None:
    """The best choice for one objective and, among those as good, for another; `below` bounds the second."""
    limits = {objective: program.problem.limit(f"{objective} bound") for objective in BOUNDED}
    bounds = {objective: limit for objective, limit in limits.items() if limit is not None}
    if below is not None:
        program.move([bounds[second].at(below)])
    try:
        found = best(program, first)
        if found is None:
            return None
        program.move([bounds[first].at(found.value * (1 + ROOM))])
        then = best(program, second)
        return found.levels if then is None else then.levels
    finally:
        program.move(bounds.values())


def _point(problem: Problem, levels: Levels) -> Point:
    return Point(
        cost_eur_per_chip_hour=problem.ratio("cost", levels),
        carbon_kg_per_chip_hour=problem.ratio("carbon", levels),
        score=problem.ratio("score", levels),
        capex_eur=problem.sum("capex_eur", levels),
        places=places_of(problem, levels),
        levels=levels,
    )


def _beats(one: Point, other: Point) -> bool:
    """Whether a point is no worse than another in both and better in one."""
    cost = one.cost_eur_per_chip_hour - other.cost_eur_per_chip_hour
    carbon = one.carbon_kg_per_chip_hour - other.carbon_kg_per_chip_hour
    return cost <= 0 and carbon <= 0 and (cost < 0 or carbon < 0)


def _same(one: Point, other: Point) -> bool:
    return (one.cost_eur_per_chip_hour, one.carbon_kg_per_chip_hour) == (
        other.cost_eur_per_chip_hour,
        other.carbon_kg_per_chip_hour,
    )
