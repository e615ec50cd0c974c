"""The choice of the program is the best of all choices there are."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings

from gortyn.model import Siting
from gortyn.siting.choose import best
from gortyn.siting.problem import RATIOS, per_standing, standing
from gortyn.siting.program import EXACT, MissingExtra, Program
from naive import siting as naive
from naive.siting_problems import DAY, cases, problem

DATES = (DAY, date(2031, 7, 1), date(2032, 7, 1))


@pytest.mark.parametrize("objective", sorted(RATIOS))
@settings(max_examples=30)
@given(case=cases())
def test_the_choice_is_that_of_looking_at_all_of_them(objective, case):
    siting, compute, budget, count, seed = case
    made = problem(siting, count, compute, budget, seed)
    found = best(Program(made), objective, EXACT)
    least = naive.best(made, siting, compute, budget, objective)
    assert (found is None) == (least is None)
    if found is not None:
        assert made.meets(found.levels)
        assert RATIOS[objective][2] * found.value == pytest.approx(least, rel=1e-6)
        assert found.value == pytest.approx(made.ratio(objective, found.levels), rel=1e-12)


def test_twelve_places_with_all_their_subsets():
    siting = Siting(chips=(50_000,), phases=(DAY,), country_sites=None)
    made = problem(siting, 12, 4e5, 40e9, 3)
    count = sum(1 for _ in naive.choices(made, siting, 4e5, 40e9))
    assert count > 50, "a choice worth the name"
    for objective, (_, _, sign) in RATIOS.items():
        found = best(Program(made), objective, EXACT)
        assert sign * found.value == pytest.approx(naive.best(made, siting, 4e5, 40e9, objective), rel=1e-6)


@pytest.mark.parametrize("objective", sorted(RATIOS))
def test_sixty_places_three_sizes_three_phases_are_solved_to_the_gap(objective):
    siting = Siting(phases=DATES, sites=6, country_sites=2, country_share=0.4, carbon_g_per_kwh=250, power_mw=1200)
    made = problem(siting, 60, 9e5, 60e9, 2)
    program = Program(made)
    found, exact = best(program, objective, 1e-3), best(program, objective, EXACT)
    assert made.meets(found.levels)
    assert found.gap <= 1e-3
    assert found.passes <= 6
    assert found.value == pytest.approx(exact.value, rel=1e-3)


def test_every_limit_can_bind():
    """A case in which each limit alone makes the best choice worse, so that no limit is dead."""
    free = Siting(phases=DATES, country_sites=None)
    made = problem(free, 20, 6e5, 60e9, 1)
    base = best(Program(made), "cost", EXACT)
    chips = made.by_place("chips", base.levels)
    lands = [place.country for place in made.places]
    tight = {
        "sites": int((chips > 0).sum()) + 2,
        "power_mw": made.sum("peak_mw", base.levels) - 5,
        "country_sites": max(sum(c > 0 for c, land in zip(chips, lands, strict=True) if land == one) for one in lands)
        - 1,
        "country_share": max(sum(c for c, land in zip(chips, lands, strict=True) if land == one) for one in lands)
        / chips.sum()
        - 0.01,
        "carbon_g_per_kwh": made.sum("energy_carbon_kg", base.levels) / made.sum("energy_mwh", base.levels) - 1,
        "latency_ms": max(place.latency_ms for place, c in zip(made.places, chips, strict=True) if c) - 0.1,
        "minimum_site_chips": int(chips[chips > 0].min()) + 1,
    }
    worse = {}
    for name, value in tight.items():
        limited = problem(free.model_copy(update={name: value}), 20, 6e5, 60e9, 1)
        found = best(Program(limited), "cost", EXACT)
        worse[name] = found is None or found.value > base.value * (1 + 1e-9)
        if found is not None:
            assert limited.meets(found.levels)
            assert not limited.meets(base.levels)
    assert all(worse.values()), worse


def test_a_shut_place_is_left_out_and_opened_again():
    made = problem(Siting(phases=DATES), 10, 3e5, 60e9, 5)
    program = Program(made)
    first = best(program, "cost")
    place = int(np.flatnonzero(first.levels[:, -1])[0])
    program.shut(place)
    without = best(program, "cost")
    assert without.levels[place, -1] == 0
    assert without.value >= first.value
    program.shut(place, shut=False)
    assert best(program, "cost").value == pytest.approx(first.value, rel=1e-9)


def test_a_moved_limit_is_that_limit():
    """Bounds on sums and on ratios, moved inside the solver, give what a program built with them gives."""
    loose = Siting(phases=DATES, country_share=1.0, carbon_g_per_kwh=900, country_sites=None)
    tight = loose.model_copy(update={"country_share": 0.4, "carbon_g_per_kwh": 120.0})
    made, wanted = (problem(one, 15, 5e5, budget, 8) for one, budget in ((loose, 90e9), (tight, 20e9)))
    program = Program(made)
    program.move(wanted.limits)
    moved, built = best(program, "carbon", EXACT), best(Program(wanted), "carbon", EXACT)
    assert moved.value == pytest.approx(built.value, rel=1e-9)
    assert replace(made, limits=wanted.limits).meets(moved.levels)


def test_coefficients_of_what_stands_sum_to_what_is_added():
    random = np.random.default_rng(0)
    adds = random.normal(size=(1, 3, 4))
    levels = np.array([[0, 1, 1, 3]])
    summed = (per_standing(adds) * standing(levels, 3)).sum()
    assert summed == pytest.approx(adds[0, 0, 1] + adds[0, 1, 3] + adds[0, 2, 3])


@pytest.mark.parametrize("library", ["linopy", "highspy"])
def test_a_missing_library_says_what_to_install(library, monkeypatch):
    made = problem(Siting(phases=DATES), 2, 5e4, 60e9, 0)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=r"pip install 'gortyn\[siting\]'"):
        Program(made)
