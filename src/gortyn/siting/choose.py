"""This module owns the choice: which places to build at, how large and when, best by one of three ratios.

All three objectives are ratios of sums: present cost over present useful chip-hours, emissions over useful chip-hours,
points times chips over chips. Neither is linear, and where more compute than asked for may be built, plain cost would
not do in their place. Dinkelbach's method (1967) is exact: minimise ``N - q D`` for the ratio q of the best choice so
far, take the ratio of what comes out, and stop when nothing is below zero; every pass is one mixed-integer program, and
two or three of them are enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from gortyn.siting.problem import RATIOS, Levels, Limit, Objective, Problem, per_standing
from gortyn.siting.program import Program

GAP: Final = 1e-6
NOISE: Final = 1e-12  # source: some thousand units in the last place of a double


class Best(NamedTuple):
    """A choice, its ratio in the objective's own sense, how far from the best it may be at most, and the passes."""

    levels: Levels
    value: float
    gap: float
    passes: int


def best(program: Program, objective: Objective, gap: float = GAP, start: Levels | None = None) -> Best | None:
    """The best choice within the limits as the program holds them; None where no choice keeps them.

    Parameters
    ----------
    program : the problem in the solver
    objective : which ratio to make best
    gap : how far from the best the ratio may be at most, relative
    start : a choice whose ratio is near the best one, to start from; it need not keep the limits
    """
    problem = program.problem
    over_name, per_name, sign = RATIOS[objective]
    over, per = sign * problem.adds[over_name], problem.adds[per_name]
    least = _least(problem, per_name)
    ratio = float((over / per).min()) if start is None else sign * problem.ratio(objective, start)
    found: Levels | None = None
    passes = 0
    while True:
        passes += 1
        # In units of the ratio times the smallest possible divisor, so that the solver's gap is that of the ratio.
        unit = (abs(ratio) or float(np.abs(over / per).max()) or 1.0) * least
        solved = program.minimise(per_standing(over - ratio * per) / unit, gap)
        if solved is None:
            return None
        reached = sign * problem.ratio(objective, solved.levels)
        # From below, as from a start that breaks limits, the first pass may end above its own ratio.
        better = found is None or reached < ratio - NOISE * abs(ratio)
        if found is not None and (solved.bound >= -gap or not better):
            return Best(found, sign * ratio, max(0.0, -solved.bound), passes)
        if found is None and abs(reached - ratio) <= NOISE * abs(ratio):
            return Best(solved.levels, sign * reached, max(0.0, -solved.bound), passes)
        found, ratio = solved.levels, reached


def best_with(
    program: Program, objective: Objective, moved: Iterable[Limit], start: Levels | None = None
) -> Best | None:
    """The best choice with some limits moved; they are put back afterwards."""
    problem = program.problem
    moved = tuple(moved)
    keys = {(limit.name, limit.most) for limit in moved}
    program.move(moved)
    try:
        return best(program, objective, GAP, start)
    finally:
        program.move(limit for limit in problem.limits if (limit.name, limit.most) in keys)


def _least(problem: Problem, per_name: str) -> float:
    """A lower bound of the divisor over all choices: the compute that is asked for, in steps that give least of it."""
    asked = problem.limit("total_h100_equivalents", most=False)
    per = problem.adds[per_name]
    each = per / problem.adds["h100_equivalents"]
    return float(per.min()) if asked is None else float(each.min()) * asked.value
