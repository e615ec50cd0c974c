"""The search as a planner calls it: what it finds, what it refuses, and in which words."""

from __future__ import annotations

import pytest

from gortyn.catalogue import load
from gortyn.training.architecture import Architecture
from gortyn.training.axes import axes_of
from gortyn.training.coefficients import coefficients_of
from gortyn.training.hardware import hardware_of
from gortyn.training.search import (
    NoStrategy,
    Prices,
    Problem,
    TooLarge,
    search,
    shortest_step_s,
)
from gortyn.training.step import evaluate
from gortyn.training.strategy import InvalidStrategy

FACTS = load().lookup()
H100 = hardware_of("H100-SXM", FACTS, "bf16")
LLAMA_8B = Architecture.from_catalogue("Llama-3-8B", FACTS)
LLAMA_405B = Architecture.from_catalogue("Llama-3-405B", FACTS)
PRICES = Prices(active_w=1000.0, idle_w=250.0, eur_per_chip_hour=2.0, eur_per_mwh=60.0)


@pytest.fixture(scope="module")
def found():
    return search(LLAMA_405B, H100, 1024, 512, prices=PRICES, top=5)


def test_every_strategy_is_accounted_for(found):
    assert found.searched == found.feasible + sum(found.ruled_out.values())
    assert 0 < found.timed <= found.feasible


def test_the_best_strategies_fit_divide_and_are_in_order(found):
    for objective, values in (
        ("time", lambda one: one.step.step_s),
        ("energy", lambda one: one.energy_mwh),
        ("cost", lambda one: one.cost_eur),
    ):
        ranked = [values(one) for one in found.best_by[objective]]
        assert ranked == sorted(ranked)
        assert len(ranked) == 5
    for one in (*found.top, *found.pareto):
        assert one.step.fits
        assert one.strategy.fault(512) is None
        assert 512 < one.strategy.chips <= 1024
        assert LLAMA_405B.heads % one.strategy.tp == 0


def test_steps_are_those_of_the_step_model(found):
    software = coefficients_of("megatron-core", FACTS)
    for one in found.top:
        again = evaluate(LLAMA_405B, H100, one.strategy, 512, software)
        assert one.step.step_s == pytest.approx(again.step_s)
        assert sum(one.step.breakdown.values()) == pytest.approx(one.step.step_s)


def test_energy_and_cost_of_a_step_by_hand(found):
    best = found.best
    layout, step_s = best.strategy, best.step.step_s
    most_mwh = 1000 * 1e-6 * 1024 * step_s / 3600
    assert most_mwh / 4 <= best.energy_mwh <= most_mwh
    assert best.cost_eur == pytest.approx(1024 * 2 * step_s / 3600 + best.energy_mwh * 60)
    if layout.pp == 1 and layout.chips == 1024:
        assert best.energy_mwh == pytest.approx(most_mwh)


def test_no_strategy_of_the_front_beats_another(found):
    points = [(one.step.step_s, one.energy_mwh, one.cost_eur) for one in found.pareto]
    for one in points:
        assert not any(all(b <= a for a, b in zip(one, other, strict=True)) for other in points if other != one)
    assert found.pareto[0].step.step_s == found.best.step.step_s


def test_the_map_holds_the_best_and_says_why_not(found):
    best = max(cell.tokens_per_s for cell in found.grid if cell.tokens_per_s)
    assert best == pytest.approx(found.best.step.tokens_per_s)
    blank = [cell for cell in found.grid if cell.tokens_per_s is None]
    assert blank
    assert all(cell.reason for cell in blank)
    assert all(cell.reason is None for cell in found.grid if cell.tokens_per_s is not None)


def test_what_is_held_stays():
    held = {"tp": 8, "pp": 16, "recompute": "full", "zero": 1}
    result = search(LLAMA_405B, H100, 1024, 512, fixed=held)
    assert {(one.strategy.tp, one.strategy.pp, one.strategy.recompute, one.strategy.zero) for one in result.top} == {
        (8, 16, "full", 1)
    }
    free = search(LLAMA_405B, H100, 1024, 512)
    assert free.best.step.step_s <= result.best.step.step_s


def test_a_whole_strategy_is_just_evaluated():
    held = {"tp": 8, "pp": 16, "dp": 8, "cp": 1, "ep": 1, "vp": 1, "microbatch": 1, "zero": 1, "recompute": "full",
            "offload": 0, "shard": 0}  # fmt: skip
    result = search(LLAMA_405B, H100, 1024, 512, fixed=held)
    assert result.searched == result.feasible == len(result.top) == 1


def test_more_chips_are_never_slower_and_a_quick_search_agrees():
    software = coefficients_of("megatron-core", FACTS)
    steps = []
    for chips in (64, 128, 256):
        problem = Problem(LLAMA_8B, H100, software, chips, 256, "bf16", {}, Prices())
        steps.append(shortest_step_s(problem))
        assert steps[-1] == search(LLAMA_8B, H100, chips, 256).best.step.step_s
    assert steps == sorted(steps, reverse=True)


def test_a_model_too_large_says_by_how_much_and_what_would_hold_it():
    with pytest.raises(
        TooLarge, match=r"at least [\d.]+ GB of each, [\d.]+ GB more than the [\d.]+ GB there"
    ) as caught:
        search(LLAMA_405B, H100, 8, 64)
    error = caught.value
    assert error.needed_gb > error.memory_gb == H100.memory_bytes / 1e9
    with pytest.raises(TooLarge):
        search(LLAMA_405B, H100, error.fewest_chips - 1, 64)
    assert search(LLAMA_405B, H100, error.fewest_chips, 64).feasible


def test_parameters_alone_bound_the_fewest_chips():
    """Weights, gradients and Adam's state in mixed precision are 16 bytes a parameter and more, spread over all."""
    with pytest.raises(TooLarge) as caught:
        search(LLAMA_405B, H100, 8, 64)
    assert caught.value.fewest_chips >= LLAMA_405B.parameters * 16 / H100.memory_bytes


def test_chips_that_one_replica_cannot_use():
    with pytest.raises(NoStrategy, match="lays a batch of 1 out over more than half of 100000 chips"):
        search(LLAMA_8B, H100, 100_000, 1)


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ({"tp": 3}, "tp 3 does not divide the 32 attention heads"),
        ({"pp": 33}, "pp 33 is more than the 32 layers"),
        ({"cp": 3}, "cp 3 does not cut a sequence of 8192 into 6 equal pieces"),
        ({"ep": 2}, "Llama-3-8B has no experts"),
        ({"dp": 3}, "batch 64 is not a multiple of dp = 3"),
        ({"dp": 8, "microbatch": 16}, r"batch 64 is not a multiple of dp \* microbatch = 128"),
        ({"tp": 0}, "tp is 0, must be at least 1"),
        ({"zero": 4}, r"zero is 4, must be in 0..3"),
        ({"recompute": "some"}, "recompute is 'some', must be a whole number"),
        ({"recompute": 3}, "or one of none, selective, full"),
        ({"tp": "eight"}, "tp is 'eight', must be a whole number"),
        ({"tp": 1.5}, "tp is 1.5, must be a whole number"),
        ({"sp": 2}, "there is no axis 'sp'"),
        ({"tp": 8, "pp": 16}, r"tp \* pp takes at least 128 chips, but there are 64"),
        ({"tp": 2, "pp": 2, "dp": 2, "cp": 1}, r"tp \* pp \* dp \* cp takes 8 chips, but there are 64"),
    ],
)
def test_what_cannot_be_held_is_refused(fixed, message):
    with pytest.raises(InvalidStrategy, match=message):
        search(LLAMA_8B, H100, 64, 64, fixed=fixed)


@pytest.mark.parametrize(("chips", "batch", "top"), [(0, 1, 1), (1, 0, 1), (1, 1, 0), (10**9, 1, 1)])
def test_numbers_outside_their_range_are_refused(chips, batch, top):
    with pytest.raises(InvalidStrategy, match="must be at"):
        search(LLAMA_8B, H100, chips, batch, top=top)


def test_axes_cover_the_published_strategies():
    """Llama 3 405B ran with TP 8, PP 16, CP 16; DeepSeek-V3 with PP 16, EP 64 (tables of the two papers)."""
    axes = axes_of(LLAMA_405B, H100, 2048, {})
    assert {8} <= set(axes.tp.tolist())
    assert {16} <= set(axes.pp.tolist())
    assert {1, 16} <= set(axes.cp.tolist())
    deepseek = Architecture.from_catalogue("DeepSeek-V3", FACTS)
    axes = axes_of(deepseek, H100, 15_360, {})
    assert {1} <= set(axes.tp.tolist())
    assert {16} <= set(axes.pp.tolist())
    assert {64} <= set(axes.ep.tolist())
