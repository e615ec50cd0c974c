"""This module owns shadow prices: what a choice gains when one limit gives way by one unit, by solving again.

A choice of whole sites has no derivative: a limit is moved by its unit and the program is solved anew, so that the
worth of the unit is exact, and nothing where the limit does not bind or where one unit is too little. Where a site is
held by its connection, the megawatts up to the next size are tried as one as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from gortyn.model.conversions import DAYS_PER_YEAR
from gortyn.siting.choice import KG_PER_T, Choice
from gortyn.siting.choose import best_with
from gortyn.siting.problem import RATIOS, Limit, Problem
from gortyn.siting.program import Program

# Differences below this are the solver's, not the world's.
NOISE: Final = 2e-6  # source: twice the gap that the choice is solved to
UNITS: Final = {
    "sites": (1.0, "one more site"),
    "budget_eur": (1e9, "1 bn EUR more"),
    "power_mw": (1.0, "one more MW in all"),
    "country_sites": (1.0, "one more site in each country"),
    "country_share": (0.01, "one more percent of the chips in one country"),  # unit: a percent
    "carbon_g_per_kwh": (1.0, "1 g/kWh more"),
    "latency_ms": (1.0, "1 ms more"),
    "latest": (DAYS_PER_YEAR, "a year more"),
    "minimum_site_chips": (-1000.0, "1,000 chips fewer at the smallest site"),  # unit: a thousand chips
    "total_h100_equivalents": (-1000.0, "1,000 H100-equivalents fewer"),  # unit: a thousand
}


@dataclass(frozen=True, slots=True)
class Shadow:
    """What one unit of one limit is worth.

    Attributes
    ----------
    limit : field of the siting, or `connection_mw` and `energised` of a place
    candidate : name of that place; empty for limits of all sites
    change : the unit, in words
    worth_eur_per_year : cost saved at the useful chip-hours that the choice delivers in a year
    carbon_t_per_year : emissions saved at the same chip-hours
    score : points of the choice that it leads to
    binding : whether the objective gets better
    words : the same as a sentence
    """

    limit: str
    candidate: str
    change: str
    worth_eur_per_year: float
    carbon_t_per_year: float
    score: float
    binding: bool
    words: str


class _Move(NamedTuple):
    """Limits to move at once, what that is called, and the place that it is about."""

    limits: tuple[Limit, ...]
    change: str
    place: int | None = None


def shadow_prices(program: Program, choice: Choice) -> tuple[Shadow, ...]:
    """Worth of one unit of every limit, and of a megawatt and a year at the places where that can matter.

    A megawatt more is tried at every chosen site, a year earlier at every place whose connection comes too late for
    one of the phases. Where no size or phase comes within reach by it, the worth is nothing without solving.

    Parameters
    ----------
    program : the problem in the solver
    choice : its best choice
    """
    return tuple(_price(program, choice, move) for move in _moves(program.problem, choice))


def _moves(problem: Problem, choice: Choice) -> Iterator[_Move]:
    for name, (unit, words) in UNITS.items():
        limits = tuple(limit for limit in problem.limits if limit.name == name)
        if limits:
            yield _Move(tuple(limit.at(limit.value + unit) for limit in limits), words)
    connection, energised = problem.limit("connection_mw"), problem.limit("energised")
    if connection is None or energised is None:
        return
    needs = problem.adds["connection_mw"].cumsum(axis=1)[:, :, 0]
    for place in np.flatnonzero(choice.levels[:, -1]).tolist():
        where, has = problem.places[place], problem.places[place].connection_mw
        yield _Move((_eased(connection, place, 1.0),), f"one more MW at {where.title}", place)
        missing = float(min((need - has for need in needs[place] if need > has), default=0.0))
        if missing > 1:
            words = f"{missing:,.0f} MW more at {where.title}, up to the next size"
            yield _Move((_eased(connection, place, missing),), words, place)
    for place, where in enumerate(problem.places):
        if any(where.energised > phase for phase in problem.phases):
            words = f"a year earlier connection at {where.title}"
            yield _Move((_eased(energised, place, float(DAYS_PER_YEAR)),), words, place)


def _eased(limit: Limit, place: int, by: float) -> Limit:
    """A limit of places with more room at one of them."""
    offset = limit.shift().copy()
    offset[place] += by
    return replace(limit, offset=offset)


def _opens(problem: Problem, move: _Move) -> bool:
    """Whether a move of one place's limit brings any step within reach."""
    if move.place is None:
        return True
    before = {limit.name: limit for limit in problem.limits if limit.name == move.limits[0].name}
    (after,) = move.limits
    old = before[after.name]
    reach = after.load[move.place].cumsum(axis=0)
    return bool(((reach > old.shift()[move.place]) & (reach <= after.shift()[move.place])).any())


def _price(program: Program, choice: Choice, move: _Move) -> Shadow:
    problem, objective = program.problem, choice.objective
    levels = choice.levels
    if _opens(problem, move):
        found = best_with(program, objective, move.limits, start=levels)
        gained = 0.0 if found is None else RATIOS[objective][2] * (choice.value - found.value)
        if found is not None and gained > NOISE * abs(choice.value):
            levels = found.levels
    hours = choice.totals.useful_chip_hours_per_year
    binding = levels is not choice.levels
    eur = hours * (choice.totals.cost_eur_per_chip_hour - problem.ratio("cost", levels)) if binding else 0.0
    tonnes = (
        hours * (choice.totals.carbon_kg_per_chip_hour - problem.ratio("carbon", levels)) / KG_PER_T if binding else 0.0
    )
    score = problem.ratio("score", levels)
    name = move.limits[0].name
    words = _words(move, choice, eur, tonnes, score, binding)
    place = "" if move.place is None else problem.places[move.place].name
    return Shadow(name, place, move.change, eur, tonnes, score, binding, words)


def _words(move: _Move, choice: Choice, eur: float, tonnes: float, score: float, binding: bool) -> str:
    change = move.change[0].upper() + move.change[1:]
    if not binding:
        return f"{change} is worth nothing."
    if choice.objective == "carbon":
        return f"{change} saves {tonnes:,.0f} t of CO2e a year."
    if choice.objective == "score":
        return f"{change} brings {score - choice.value:.2f} points."
    return f"{change} is worth EUR {_money(eur)} a year."


def _money(eur: float) -> str:
    """An amount short enough to read.

    >>> _money(1.234e9), _money(56.7e6), _money(8.9e6), _money(1234.0)
    ('1.23 bn', '57 m', '8.9 m', '1,234')
    """
    if eur >= 1e9:  # unit: a billion
        return f"{eur / 1e9:.2f} bn"
    if eur >= 1e6:  # unit: a million
        decimals = 1 if eur < 1e7 else 0  # unit: ten million
        return f"{eur / 1e6:.{decimals}f} m"
    return f"{eur:,.0f}"
