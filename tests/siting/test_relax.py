"""Where no choice is left, what is said to help does help, and less of it does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from gortyn.model import Siting
from gortyn.siting.choose import best
from gortyn.siting.program import Program
from gortyn.siting.relax import explain
from naive import siting as naive
from naive.siting_problems import DAY, cases, problem

FIELDS = ("power_mw", "country_share", "carbon_g_per_kwh", "latency_ms")


def left(made, siting, compute, budget):
    """Whether any choice is left."""
    return next(naive.choices(made, siting, compute, budget), None) is not None


@settings(max_examples=40)
@given(case=cases(most=6))
def test_each_limit_that_would_do_alone_is_moved_by_just_enough(case):
    siting, compute, budget, count, seed = case
    made = problem(siting, count, compute, budget, seed)
    program = Program(made)
    if best(program, "cost") is not None:
        return
    said = explain(program)
    alone = {(one.limit, one.needed > one.value): one.needed for one in said.single}

    def at(part):
        """What is left with every named limit moved by a part of what is needed, one at a time."""
        for (name, up), needed in alone.items():
            bound, money, asked = siting, budget, compute
            if name == "budget_eur":
                money = budget + (needed - budget) * part
            elif name == "total_h100_equivalents":
                asked = compute + (needed - compute) * part
            elif name in FIELDS:
                old = getattr(siting, name)
                bound = siting.model_copy(update={name: old + (needed - old) * part})
            else:
                continue
            yield name, up, left(made, bound, asked, money)

    assert all(some for _, _, some in at(1 + 1e-6))
    assert not any(some for _, _, some in at(1 - 1e-3))
    # A limit of which nothing is said helps however far it gives way.
    named = {name for name, _ in alone}
    if "budget_eur" not in named:
        assert not left(made, siting, compute, 1e15)
    for name in FIELDS:
        if getattr(siting, name) is not None and name not in named:
            assert not left(
                made, siting.model_copy(update={name: 1.0 if name == "country_share" else 1e9}), compute, budget
            )
    # The program is as it was.
    assert best(program, "cost") is None


def test_several_limits_at_once_where_none_alone_would_do():
    siting = Siting(phases=(DAY,), power_mw=20.0, country_sites=None)
    made = problem(siting, 5, 4e5, 1e9, 1)
    program = Program(made)
    said = explain(program)
    assert not said.single
    together = {one.limit: one.needed for one in said.together}
    assert {"budget_eur", "power_mw"} <= set(together)
    relaxed = siting.model_copy(update={"power_mw": together["power_mw"] * (1 + 1e-9)})
    compute = together.get("total_h100_equivalents", 4e5)
    assert set(together) <= {"budget_eur", "power_mw", "total_h100_equivalents"}
    assert left(made, relaxed, compute, together["budget_eur"] * (1 + 1e-9))
    assert "these together would do" in str(said)


def test_the_words_name_field_and_values():
    siting = Siting(chips=(50_000,), phases=(DAY,), country_sites=None)
    made = problem(siting, 4, 1e5, 1e9, 2)
    said = explain(Program(made))
    money = next(one for one in said.single if one.limit == "budget_eur")
    least = min(sum(got["capex_eur"] for got in one.values()) for one in naive.choices(made, siting, 1e5, 1e15))
    assert money.needed == pytest.approx(least)
    shown = float(money.words.rpartition(" to ")[2].removesuffix(" bn"))
    assert least <= shown * 1e9 <= least + 1e7, "rounded up, so that what is said is enough"
    assert money.words.startswith("raise siting.budget_eur from EUR 1.00 bn to ")
