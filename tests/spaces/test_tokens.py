"""Token needs against what the papers print, closed forms, and what must hold for any run."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pools
from gortyn import spaces
from gortyn.catalogue import load
from gortyn.model import DataSpace
from gortyn.spaces import TokenNeed, effective_tokens, optimal_tokens

CATALOGUE = load()
R_STAR = CATALOGUE.fact("tokens", "repeated", "decay_repetitions").number
TOKENS = st.floats(1, 1e18)


def needs(*held: DataSpace, **stated: Any) -> dict[str, TokenNeed]:
    run = pools.run(data_spaces=tuple(space.name for space in held), **stated)
    rows = spaces.token_needs(pools.scenario(*held, runs=(run,)), CATALOGUE.lookup())
    return {row.data_space: row for row in rows}


@pytest.mark.parametrize("model", ["Llama-2-70B", "Llama-3-70B"])
def test_seventy_billion_parameters_want_the_tokens_of_chinchilla(model: str) -> None:
    """Hoffmann et al. 2022: 70 bn parameters, 1.4 trillion tokens."""
    assert optimal_tokens(model, CATALOGUE.lookup()) == pytest.approx(1.4e12, rel=0.02)


def test_experts_that_a_token_does_not_use_want_none() -> None:
    """37 of the 671 bn parameters of DeepSeek-V3 work on a token."""
    assert optimal_tokens("DeepSeek-V3", CATALOGUE.lookup()) == pytest.approx(20 * 37e9, rel=0.02)


def test_replications_that_disagree_stay_visible() -> None:
    fact = CATALOGUE.fact("tokens", "compute-optimal", "tokens_per_parameter")
    assert fact.number == 20
    assert {conflict.number for conflict in fact.conflicts} == {70, 41}


def test_four_epochs_are_nearly_as_good_as_new_and_forty_are_not() -> None:
    """Muennighoff et al. 2023: negligible loss up to four epochs, returns that vanish from about sixteen on."""
    worth = {epochs: effective_tokens(epochs * 1e11, 1e11, R_STAR) / 1e11 for epochs in (1, 4, 16, 40, 59, 1e6)}
    assert worth[1] == 1
    assert worth[4] / 4 > 0.92
    assert worth[16] / 16 == pytest.approx(2 / 3, abs=0.02)
    assert worth[59] - worth[40] < 1.0  # nineteen more epochs are not worth one of new tokens
    assert worth[1e6] == pytest.approx(1 + R_STAR)


def test_after_r_star_repetitions_a_token_has_lost_all_but_one_eth() -> None:
    """D' = U (1 + R* (1 - 1/e)) at R = R*, and the slope there is 1/e."""
    unique, step = 1e10, 1e-6
    at = effective_tokens((1 + R_STAR) * unique, unique, R_STAR)
    assert at == pytest.approx(unique * (1 + R_STAR * (1 - math.exp(-1))))
    slope = (effective_tokens((1 + R_STAR + step) * unique, unique, R_STAR) - at) / (step * unique)
    assert slope == pytest.approx(math.exp(-1), rel=1e-4)


@given(needed=TOKENS, unique=st.just(0.0) | TOKENS, more=st.floats(1, 1e6))
def test_repetitions_are_worth_something_but_never_more_than_new(needed: float, unique: float, more: float) -> None:
    worth = effective_tokens(needed, unique, R_STAR)
    assert min(needed, unique) <= worth * (1 + 1e-12)
    assert worth <= needed * (1 + 1e-12)
    assert worth <= unique * (1 + R_STAR) * (1 + 1e-12)
    assert effective_tokens(needed, unique * more, R_STAR) >= worth * (1 - 1e-9)
    assert effective_tokens(needed * more, unique, R_STAR) >= worth * (1 - 1e-9)


@pytest.mark.parametrize(
    ("needed", "met", "epochs"), [(1e12, "yes", 1), (1e11, "yes", 0.1), (4e12, "repeated", 4), (4.1e12, "no", 4.1)]
)
def test_verdict_by_the_limit_of_repetitions(needed: float, met: str, epochs: float) -> None:
    row = needs(pools.space(), tokens=needed)["pool"]
    assert (row.met, row.epochs) == (met, pytest.approx(epochs))
    assert row.needed_tokens == needed


def test_spaces_are_told_one_by_one_and_added_up() -> None:
    rows = needs(
        pools.space("a", tokens=1e11),
        pools.space("b", tokens=3e11, licence="on request"),
        pools.space("c", tokens=9e15, licence="no mining", trains=False),
        tokens=1e12,
    )
    assert list(rows) == ["a", "b", "c", "all"]
    assert [row.unique_tokens for row in rows.values()] == [1e11, 3e11, 0, pytest.approx(4e11)]
    assert [row.met for row in rows.values()] == ["no", "repeated", "no", "repeated"]
    assert (rows["c"].epochs, rows["c"].effective_tokens) == (None, 0)
    assert rows["all"].licence == "open; on request; no mining"
    assert rows["all"].epochs == pytest.approx(2.5)
    assert {row.optimal_tokens for row in rows.values()} == {optimal_tokens("Llama-3-70B", CATALOGUE.lookup())}


def test_tokens_are_those_of_the_day_of_submission() -> None:
    doubling = pools.space(growth_share_per_year=1.0)
    assert needs(doubling, submit_days=0.0)["all"].unique_tokens == pytest.approx(1e12)
    assert needs(doubling, submit_days=365.0)["all"].unique_tokens == pytest.approx(2e12)
    assert needs(doubling, submit_days=365.0, tokens=2e12)["all"].met == "yes"


def test_runs_without_data_spaces_have_no_rows() -> None:
    scenario = pools.scenario(pools.space(), runs=(pools.run(data_spaces=()), pools.run("other")))
    assert [row.run for row in spaces.token_needs(scenario, CATALOGUE.lookup())] == ["other", "other"]
