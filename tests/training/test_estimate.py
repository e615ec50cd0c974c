"""Whole runs against published ones, with the error of a null model beside ours."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gortyn.training import estimates
from gortyn.training.estimate import ImpossibleRun

DAY_S = 86_400
# The driver of an H100 reports more than its round 80 GB.
H100_BYTES_PER_GB = 85.9 / 80


def null_hours(flops, peak_tflops):
    """The rule of thumb: two fifths of the peak, and nothing ever fails."""
    return flops / (0.4 * peak_tflops * 1e12) / 3600


def test_llama_3_405b(scenario_of, estimate_of, facts):
    """30.84 m H100-hours by the model card, on up to 16,384 chips; the paper reports 38-43 % of the peak.

    The fastest strategy of all is not what ran: most of the run had half the batch, and early runs are not tuned.
    """
    rate = facts.number("reliability", "llama-3", "rate_per_1000_node_days")
    run = estimate_of(scenario_of(rate=rate), "Llama-3-405B", 15.6e12, 16_384)
    ours = run.days * 24 * run.chips / 30.84e6 - 1
    null = null_hours(run.model_flops, facts.number("chips", "H100-SXM", "bf16_dense_tflops")) / 30.84e6 - 1
    message = f"chip-hours {ours:+.1%} against the model card; null model {null:+.1%}"
    assert -0.35 < ours < 0.1, message
    assert 0.38 < run.mfu_share < 0.62, message
    assert run.mttf_hours == pytest.approx(3.09, rel=0.02)
    assert run.goodput_share > 0.8


def test_deepseek_v3(scenario_of, estimate_of, facts):
    """2.664 m H800-hours of pre-training in FP8 on 2,048 chips, batch of 15,360 samples."""
    run = estimate_of(scenario_of("H800-SXM", "fp8"), "DeepSeek-V3", 14.8e12, 2048)
    published = facts.number("models", "DeepSeek-V3", "training_chip_hours")
    ours = run.compute_days * 24 * run.chips / published - 1
    null = null_hours(run.model_flops, facts.number("chips", "H800-SXM", "fp8_dense_tflops")) / published - 1
    assert abs(ours) < 0.4, f"chip-hours {ours:+.1%}; null model {null:+.1%}"
    assert abs(ours) < abs(null)
    assert run.ep > 1


def test_arithmetic_of_one_run_by_hand(scenario_of, estimate_of):
    run = estimate_of(scenario_of(), "GPT-3-175B", 300e9, 1024, batch_sequences=1536)
    compute_s = run.model_flops / (run.tp * run.pp * run.dp * run.cp * 989e12 * run.mfu_share)
    assert run.compute_days == pytest.approx(compute_s / DAY_S, rel=0.001)
    steps = 300e9 / (1536 * 2048)
    assert run.compute_days == pytest.approx(steps * run.step_s / DAY_S)
    assert run.tokens_per_s == pytest.approx(1536 * 2048 / run.step_s)
    assert run.mttf_hours == math.inf
    assert run.interval_min == pytest.approx(run.compute_days * 24 * 60)
    assert run.goodput_share == pytest.approx(1, abs=1e-3)
    # 1,024 chips at 1.2 kW, three quarters of it drawn at work and 0.3 while waiting, PUE 1.25
    most = 1.024 * 1.2 * 0.75 * 1.25 * run.days * 24
    assert 0.4 * most <= run.energy_mwh <= most
    # 1 + 1 USD a chip over its life of years cost next to nothing: the rest is electricity at 40 + 20 EUR/MWh
    assert run.cost_eur == pytest.approx(run.energy_mwh * 60, rel=1e-3)
    assert sum(run.details.breakdown.values()) == pytest.approx(run.step_s)


def test_baseline_is_a_quarter_unless_said(scenario_of, estimate_of):
    scenario = scenario_of(rate=4.0)
    run = estimate_of(scenario, "Llama-3-70B", 15e12, 16_384)
    assert run.baseline_chips == 4096
    assert run.days < run.baseline_days < 4 * run.days, "fewer chips fail less often and are better used"
    said = estimate_of(scenario, "Llama-3-70B", 15e12, 16_384, baseline_chips=16_384)
    assert said.baseline_days == pytest.approx(said.days)


def test_what_the_run_states_wins(scenario_of, estimate_of):
    scenario = scenario_of(dtype="fp8")
    plain = estimate_of(scenario, "Llama-3-8B", 1e12, 256)
    assert plain.precision == "fp8"
    said = estimate_of(scenario, "Llama-3-8B", 1e12, 256, precision="bf16", sequence=2048, batch_sequences=1024)
    assert said.precision == "bf16"
    assert said.tokens_per_s * said.step_s == pytest.approx(2048 * 1024)
    assert plain.tokens_per_s * plain.step_s == pytest.approx(8192 * 2048)


def test_more_chips_and_the_other_clock_cost_goodput(scenario_of, estimate_of):
    shares = [
        estimate_of(scenario_of(rate=6.5), "Llama-3-405B", 15.6e12, chips).goodput_share
        for chips in (1024, 16_384, 98_304)
    ]
    assert shares == sorted(shares, reverse=True)
    observed = estimate_of(scenario_of(rate=6.5, clock="observed"), "Llama-3-405B", 15.6e12, 98_304)
    assert observed.goodput_share < shares[-1]


def test_tables_behind_the_estimate(scenario_of, estimate_of):
    details = estimate_of(scenario_of(rate=6.5), "Llama-3-405B", 15.6e12, 16_384).details
    assert {row.objective for row in details.top} == {"time", "energy", "cost", "pareto"}
    by_time = [row.step_s for row in details.top if row.objective == "time"]
    assert by_time == sorted(by_time)
    assert any(cell.reason for cell in details.grid)
    days = [point.days for point in details.scaling if point.kind == "model"]
    assert days == sorted(days, reverse=True)
    assert len(days) == 5
    published = [point for point in details.scaling if point.kind == "published"]
    assert [(point.chips, round(point.days, 1)) for point in published] == [(16_384, 78.4)]
    assert published[0].source
    for point in details.roofline:
        assert 0 < point.achieved_tflops <= 1.05 * point.roof_tflops, point
        assert point.roof_tflops <= 989


def test_a_run_that_never_ends_says_so(scenario_of, estimate_of):
    with pytest.raises(ImpossibleRun, match=r"'run' never ends: \d+ chips fail every .* min .*10 min to restart"):
        estimate_of(scenario_of(rate=26.0, clock="observed"), "Llama-3-405B", 15.6e12, 98_304)


def test_a_run_that_does_not_fit_says_what_would(scenario_of, estimate_of):
    with pytest.raises(ImpossibleRun, match=r"'run' on here/it: Llama-3-405B does not fit on 16 chips.*fewest chips"):
        estimate_of(scenario_of(), "Llama-3-405B", 15.6e12, 16)
    with pytest.raises(ImpossibleRun, match=r"does not fit on 8 chips"):
        estimate_of(scenario_of(), "Llama-3-405B", 15.6e12, 16_384, baseline_chips=8)


def test_memory_of_the_machine_decides(scenario_of, estimate_of):
    small, large = (estimate_of(scenario_of(memory_gb=gb), "Llama-3-70B", 1e12, 256) for gb in (40.0, 192.0))
    assert small.memory_gb <= 40 * H100_BYTES_PER_GB
    assert large.step_s <= small.step_s


def test_a_chip_that_the_catalogue_lacks_runs_like_its_nearest(scenario_of, estimate_of):
    scenario = scenario_of()
    machine = scenario.machines[0].model_copy(update={"chip": "a-chip-of-2028", "bf16_dense_tflops": 1978.0})
    faster = estimate_of(replace_machine(scenario, machine), "Llama-3-8B", 1e12, 64)
    plain = estimate_of(scenario, "Llama-3-8B", 1e12, 64)
    assert faster.step_s < plain.step_s


def replace_machine(scenario, machine):
    return scenario.model_copy(update={"machines": (machine,)})


def test_estimates_of_a_scenario_without_runs(scenario_of, facts):
    assert estimates(scenario_of(), (), facts) == ()


def test_an_estimate_can_be_copied_with_other_values(scenario_of, estimate_of):
    run = estimate_of(scenario_of(), "Llama-3-8B", 1e12, 64)
    assert replace(run, days=1.0).days == 1.0
