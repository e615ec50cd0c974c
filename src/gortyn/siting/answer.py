"""This module owns the answer to where to build: the choice, its Pareto set and shadow prices, from one scenario."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gortyn.model import Scenario, Siting
from gortyn.siting.choice import Alternative, Choice, describe, places_of
from gortyn.siting.choose import GAP, Best, best
from gortyn.siting.pareto import Point, bounds_of_ratios, pareto
from gortyn.siting.problem import Objective, Problem
from gortyn.siting.program import Program
from gortyn.siting.relax import explain
from gortyn.siting.shadow import Shadow, shadow_prices
from gortyn.siting.steps import build_problem

if TYPE_CHECKING:
    from gortyn.catalogue import Fact, Lookup


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Where to build.

    Attributes
    ----------
    problem : candidates, what each step adds, and the limits
    choice : the best choice
    pareto : points of the Pareto set of cost and carbon, from least cost to least carbon; empty where not asked for
    shadow : worth of one unit of every limit
    facts : catalogue entries that it rests on
    seconds : of each part of the work
    """

    problem: Problem
    choice: Choice
    pareto: tuple[Point, ...]
    shadow: tuple[Shadow, ...]
    facts: tuple[Fact, ...]
    seconds: Mapping[str, float]


def choose_sites(
    scenario: Scenario,
    facts: Lookup,
    siting: Siting | None = None,
    *,
    points: int = 0,
    gap: float = GAP,
    progress: Callable[[str], None] | None = None,
) -> Answer:
    """Choose where to build, how large and when.

    Parameters
    ----------
    scenario : resolved scenario
    facts : catalogue
    siting : candidates, limits and objective; left out, the scenario's, or the usual ones where it has none
    points : points of the Pareto set to look for; 0: none
    gap : how far from the best the objective may be at most, relative
    progress : called with the name of each part of the work as it begins

    Raises
    ------
    Infeasible : no choice keeps all limits; says which to relax and by how much.
    MissingExtra : linopy or HiGHS is not installed.
    ValueError : the siting contradicts itself, or the scenario is not resolved.
    UnknownEntry : the catalogue lacks a candidate, or a country or climate of one.
    """
    siting = siting or scenario.siting or Siting()
    seconds: dict[str, float] = {}

    def timed(name: str, began: float) -> float:
        now = time.perf_counter()
        seconds[name] = now - began
        return now

    tell = progress or (lambda _part: None)
    clock = time.perf_counter()
    tell("candidates")
    problem = build_problem(scenario, siting, facts)
    problem = replace(problem, limits=problem.limits + bounds_of_ratios(problem))
    clock = timed("candidates", clock)
    tell("program")
    program = Program(problem)
    clock = timed("program", clock)
    tell("choice")
    found = best(program, siting.objective, gap)
    if found is None:
        raise explain(program)
    clock = timed("choice", clock)
    tell("alternatives")
    choice = describe(problem, found, siting.objective, _alternatives(program, siting.objective, found))
    clock = timed("alternatives", clock)
    tell("shadow prices")
    shadow = shadow_prices(program, choice)
    clock = timed("shadow", clock)
    tell("Pareto set")
    front = pareto(program, points) if points else ()
    timed("pareto", clock)
    return Answer(problem, choice, front, shadow, facts.used, seconds)


def _alternatives(program: Program, objective: Objective, found: Best) -> tuple[Alternative, ...]:
    """The best choice without each of the chosen sites."""
    made: list[Alternative] = []
    for place in np.flatnonzero(found.levels[:, -1]).tolist():
        program.shut(place)
        other = best(program, objective, start=found.levels)
        program.shut(place, shut=False)
        name, problem = program.problem.places[place].name, program.problem
        if other is None:
            made.append(Alternative(name, None, None, None, {}))
        else:
            cost, carbon = (problem.ratio(kind, other.levels) for kind in ("cost", "carbon"))
            made.append(Alternative(name, other.value, cost, carbon, places_of(problem, other.levels)))
    return tuple(made)
