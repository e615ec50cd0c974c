"""No choice beats a point of the Pareto set in both cost and carbon."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from gortyn.siting.choose import best
from gortyn.siting.pareto import bounds_of_ratios, pareto
from gortyn.siting.program import Program
from naive import siting as naive
from naive.siting_problems import cases, problem


@settings(max_examples=15)
@given(case=cases(most=8))
def test_no_choice_beats_a_point(case):
    siting, compute, budget, count, seed = case
    made = problem(siting, count, compute, budget, seed)
    made = replace(made, limits=made.limits + bounds_of_ratios(made))
    program = Program(made)
    points = pareto(program, 5)
    every = [
        (naive.ratio("cost", one), naive.ratio("carbon", one)) for one in naive.choices(made, siting, compute, budget)
    ]
    assert bool(points) == bool(every)
    for point in points:
        assert made.meets(point.levels)
        cost, carbon = point.cost_eur_per_chip_hour, point.carbon_kg_per_chip_hour
        near = 1e-5  # the gap of each solution and the room of each bound
        assert not [one for one in every if one[0] < cost * (1 - near) and one[1] <= carbon * (1 + 1e-9)]
        assert not [one for one in every if one[1] < carbon * (1 - near) and one[0] <= cost * (1 + 1e-9)]
    if points:
        assert points[0].cost_eur_per_chip_hour == pytest.approx(min(one[0] for one in every), rel=2e-6)
        assert points[-1].carbon_kg_per_chip_hour == pytest.approx(min(one[1] for one in every), rel=2e-6)
        costs = [point.cost_eur_per_chip_hour for point in points]
        carbons = [point.carbon_kg_per_chip_hour for point in points]
        assert costs == sorted(costs)
        assert carbons == sorted(carbons, reverse=True)
        # The bounds are as they were.
        assert best(program, "cost").value == pytest.approx(costs[0], rel=2e-6)


def test_one_point_is_no_set():
    with pytest.raises(ValueError, match="at least 2 points"):
        pareto(None, 1)
