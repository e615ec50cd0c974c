"""A shadow price is what the choice gains in a world in which the limit is another by one unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from gortyn.model import Siting
from gortyn.siting.choice import describe
from gortyn.siting.choose import best
from gortyn.siting.program import Program
from gortyn.siting.shadow import UNITS, _money, shadow_prices
from naive import siting as naive
from naive.siting_problems import DAY, cases, problem


def priced(made, objective="cost"):
    program = Program(made)
    found = best(program, objective)
    choice = found and describe(made, found, objective)
    return choice, {
        (one.limit, one.candidate, one.change): one for one in shadow_prices(program, choice)
    } if found else {}


@settings(max_examples=20)
@given(case=cases(most=6))
def test_limits_of_all_sites(case):
    siting, compute, budget, count, seed = case
    made = problem(siting, count, compute, budget, seed)
    choice, prices = priced(made)
    if choice is None:
        return
    hours = choice.totals.useful_chip_hours_per_year
    for (name, candidate, _), shadow in prices.items():
        if candidate:
            continue
        bound, money, asked = siting, budget, compute
        unit = UNITS[name][0]
        if name == "budget_eur":
            money += unit
        elif name == "total_h100_equivalents":
            asked += unit
        elif name == "latest":
            bound = siting.model_copy(update={name: siting.latest + timedelta(days=unit)})
        else:
            bound = siting.model_copy(update={name: getattr(siting, name) + unit})
        other = naive.best(made, bound, asked, money, "cost")
        # One more site, where all must be built, may cost more or not be possible: that is worth nothing.
        gain = 0.0 if other is None else max(0.0, choice.value - other)
        if gain > 1e-5 * choice.value or shadow.binding:
            assert shadow.worth_eur_per_year == pytest.approx(gain * hours, rel=1e-3)
            assert "EUR" in shadow.words
        else:
            assert shadow.worth_eur_per_year == 0
            assert shadow.words.endswith("worth nothing.")


@settings(max_examples=20)
@given(case=cases(most=6))
def test_a_megawatt_or_a_year_at_one_place(case):
    siting, compute, budget, count, seed = case
    made = problem(siting, count, compute, budget, seed)
    choice, prices = priced(made)
    if choice is None:
        return
    hours = choice.totals.useful_chip_hours_per_year
    for (name, candidate, change), shadow in prices.items():
        if not candidate:
            continue
        index = next(i for i, place in enumerate(made.places) if place.name == candidate)
        place = made.places[index]
        if name == "energised":
            moved = replace(place, energised=place.energised - timedelta(days=365))
        else:
            more = 1.0 if change.startswith("one more") else float(change.partition(" MW")[0].replace(",", ""))
            moved = replace(place, connection_mw=place.connection_mw + more)
        other = replace(made, places=(*made.places[:index], moved, *made.places[index + 1 :]))
        gain = choice.value - naive.best(other, siting, compute, budget, "cost")
        assert gain >= -1e-5 * choice.value
        worth = shadow.worth_eur_per_year
        assert worth == pytest.approx(gain * hours, rel=1e-3, abs=1e-5 * choice.value * hours)


def test_the_program_is_as_it_was_afterwards():
    made = problem(Siting(phases=(DAY,), sites=2), 8, 2e5, 40e9, 4)
    program = Program(made)
    found = best(program, "cost")
    before = shadow_prices(program, describe(made, found, "cost"))
    assert shadow_prices(program, describe(made, found, "cost")) == before
    assert best(program, "cost").value == pytest.approx(found.value, rel=1e-12)


@pytest.mark.parametrize(("objective", "word"), [("carbon", "t of CO2e a year"), ("score", "points")])
def test_words_of_other_objectives(objective, word):
    made = problem(Siting(phases=(DAY,), country_sites=1), 12, 4e5, 40e9, 6)
    _, prices = priced(made, objective)
    said = [one.words for one in prices.values() if one.binding]
    assert said
    assert all(word in one for one in said)


def test_amounts_are_short():
    assert [_money(eur) for eur in (999.4, 1e6, 1e7, 2.345e9)] == ["999", "1.0 m", "10 m", "2.35 bn"]
