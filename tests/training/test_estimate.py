"""Whole runs against published ones, with the error of a null model beside ours."""

from __future__ import annotations

import math

import pytest

from gortyn.training import estimates

DAY_S = 86_400


def null_hours(flops, peak_tflops):
    """The rule of thumb: two fifths of the peak, and nothing ever fails."""
    return flops / (0.4 * peak_tflops * 1e12) / 3600


def test_llama_3_405b(scenario_of, estimate_of, facts):
    """30.84 m H100-hours by the model card; 54 days is a window inside the run whose interruptions were counted."""
    mfu = facts.number("utilisation", "H100-SXM", "mfu_dense_bf16")
    rate = facts.number("reliability", "llama-3", "rate_per_1000_node_days")
    run = estimate_of(scenario_of(dense=mfu, rate=rate), "Llama-3-405B", 15.6e12, 16_384)
    ours = run.days * 24 * run.chips / 30.84e6 - 1
    null = null_hours(run.model_flops, facts.number("chips", "H100-SXM", "bf16_dense_tflops")) / 30.84e6 - 1
    message = f"chip-hours {ours:+.1%} against the model card; null model {null:+.1%}"
    assert abs(ours) < 0.15, message
    assert run.days > 54, message
    assert run.mttf_hours == pytest.approx(3.09, rel=0.02)
    assert run.goodput_share > 0.85


def test_deepseek_v3(scenario_of, estimate_of, facts):
    """2.664 m H800-hours of pre-training in FP8; utilisation taken from the median of all published mixtures."""
    mfu = facts.number("utilisation", "all", "mfu_moe_fp8")
    dense = facts.number("utilisation", "all", "mfu_dense_fp8")
    run = estimate_of(scenario_of("H800-SXM", "fp8", dense=dense, moe=mfu), "DeepSeek-V3", 14.8e12, 2048)
    published = facts.number("models", "DeepSeek-V3", "training_chip_hours")
    ours = run.compute_days * 24 * run.chips / published - 1
    null = ours_with(run, dense) / published - 1
    assert abs(ours) < 0.25, f"chip-hours {ours:+.1%}; null model (utilisation of dense models) {null:+.1%}"
    assert abs(ours) < abs(null)


def ours_with(run, mfu):
    return run.compute_days * 24 * run.chips * run.mfu_share / mfu


def test_gpt_3_on_1024_a100(scenario_of, estimate_of):
    """Narayanan et al. 2021, section 5.1: 34 days at 140 TFLOP/s per chip; they count 8 P per token for recompute."""
    run = estimate_of(scenario_of("A100-80GB", dense=140 / 312 * 6 / 8), "GPT-3-175B", 300e9, 1024)
    assert run.compute_days == pytest.approx(34, rel=0.04), f"{run.compute_days:.1f} days against 34"


def test_arithmetic_of_one_run_by_hand(scenario_of, estimate_of):
    run = estimate_of(scenario_of(dense=0.4), "GPT-3-175B", 300e9, 1000)
    compute_s = run.model_flops / (1000 * 989e12 * 0.4)
    assert run.compute_days == pytest.approx(compute_s / DAY_S, rel=0.001)
    assert run.mttf_hours == math.inf
    assert run.interval_min == pytest.approx(run.compute_days * 24 * 60)
    assert run.goodput_share == pytest.approx(1, abs=1e-3)
    # 1,000 chips at 1.2 kW, three quarters of it drawn, PUE 1.25
    assert run.energy_mwh == pytest.approx(1.2 * 0.75 * 1.25 * run.days * 24)


def test_baseline_is_a_quarter_unless_said(scenario_of, estimate_of):
    scenario = scenario_of(rate=4.0)
    run = estimate_of(scenario, "Llama-3-70B", 15e12, 16_384)
    assert run.baseline_chips == 4096
    assert run.days < run.baseline_days < 4 * run.days, "fewer chips fail less often"
    assert estimate_of(scenario, "Llama-3-70B", 15e12, 2).baseline_chips == 1
    said = estimate_of(scenario, "Llama-3-70B", 15e12, 16_384, baseline_chips=16_384)
    assert said.baseline_days == said.days


def test_utilisation_goes_by_the_class_of_the_model(scenario_of, estimate_of):
    scenario = scenario_of(dense=0.4, moe=0.15)
    assert estimate_of(scenario, "Llama-3-8B", 1e12, 64).mfu_share == 0.4
    assert estimate_of(scenario, "Mixtral-8x7B", 1e12, 64).mfu_share == 0.15


def test_more_chips_and_the_other_clock_cost_goodput(scenario_of, estimate_of):
    shares = [
        estimate_of(scenario_of(rate=6.5), "Llama-3-405B", 15.6e12, chips).goodput_share
        for chips in (1024, 16_384, 100_000)
    ]
    assert shares == sorted(shares, reverse=True)
    observed = estimate_of(scenario_of(rate=6.5, clock="observed"), "Llama-3-405B", 15.6e12, 100_000)
    assert observed.goodput_share < shares[-1]


def test_a_run_that_never_ends_says_so(scenario_of, estimate_of):
    with pytest.raises(ValueError, match=r"'run' never ends: 100000 chips fail every 4.* min .*10 min to restart"):
        estimate_of(scenario_of(rate=26.0, clock="observed"), "Llama-3-405B", 15.6e12, 100_000)
    with pytest.raises(ValueError, match="utilisation of 0"):
        estimate_of(scenario_of(dense=0.0), "Llama-3-8B", 1e12, 8)


def test_estimates_of_a_scenario_without_runs(scenario_of, facts):
    assert estimates(scenario_of(), (), facts) == ()
