"""Step times against laws and published figures, and compiled code against the same code uncompiled."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gortyn.catalogue import UnknownEntry, load
from gortyn.kernels.training_types import STEP_PARTS
from gortyn.training.architecture import Architecture
from gortyn.training.coefficients import coefficients_of, software_names
from gortyn.training.hardware import Tier, UnknownChip, hardware_of, known_chip
from gortyn.training.step import Step, evaluate
from gortyn.training.strategy import InvalidStrategy, Strategy

FACTS = load().lookup()
CHIPS = load().entries("chips")
GPT3 = Architecture.from_catalogue("GPT-3-175B", FACTS)
LLAMA = Architecture.from_catalogue("Llama-3-405B", FACTS)
H100 = hardware_of("H100-SXM", FACTS, "fp8")
CORE = coefficients_of("megatron-core", FACTS)
BENCHMARK = coefficients_of("mlperf", FACTS, date=2023.83)


def benchmark(microbatches: int, dp: int = 256) -> Step:
    """GPT-3 on H100 as in MLPerf training v3.1."""
    return evaluate(GPT3, H100, Strategy(tp=4, pp=8, dp=dp, vp=12, precision="fp8"), dp * microbatches, BENCHMARK)


def test_the_law_of_the_benchmark_logs() -> None:
    """Fit to the logs of MLPerf v3.1 up to 10,752 GPUs: a = 0.0847 s, c = 0.203 s."""
    a = (benchmark(64).step_s - benchmark(32).step_s) / 32
    assert a == pytest.approx(0.0847, rel=0.05)
    assert benchmark(24).step_s == pytest.approx(0.0847 * (24 + 7 / 12) + 0.203, rel=0.04)
    assert benchmark(8, dp=336).step_s == pytest.approx(0.0847 * (8 + 7 / 12) + 0.203, rel=0.04)


@given(st.integers(1, 40), st.integers(0, 5))
@settings(deadline=None)
def test_a_step_is_linear_in_its_microbatches(microbatches: int, doublings: int) -> None:
    dp = 2**doublings
    times = [benchmark(microbatches + more, dp).step_s for more in (8, 16, 24)]  # data overlap is full from 8 on
    assert times[2] - times[1] == pytest.approx(times[1] - times[0])


STRATEGIES = [
    Strategy(tp=8, pp=8, dp=8, cp=2, vp=8, precision="fp8"),
    Strategy(tp=8, pp=16, dp=8, vp=4, microbatch=2, recompute="selective", precision="fp8"),
    Strategy(tp=8, dp=128, zero=3, recompute="full", precision="fp8"),
    Strategy(tp=8, dp=128, zero=3, shard=8, recompute="full", precision="fp8"),
]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_breakdown_adds_up(strategy: Strategy) -> None:
    step = evaluate(LLAMA, H100, strategy, 1024, CORE)
    assert set(step.breakdown) == set(STEP_PARTS)
    assert sum(step.breakdown.values()) == pytest.approx(step.step_s)
    assert min(step.breakdown.values()) >= -1e-9 * step.step_s
    assert step.mfu == pytest.approx(step.tflops_per_chip * 1e12 / H100.peak_flops)


def test_compiled_code_says_what_plain_code_says() -> None:
    """Independent of the compiler: the same kernels run as plain Python in a process of their own."""
    code = """
import json
from gortyn.catalogue import load
from gortyn.training.architecture import Architecture
from gortyn.training.coefficients import coefficients_of
from gortyn.training.hardware import hardware_of
from gortyn.training.step import evaluate
from gortyn.training.strategy import Strategy
facts = load().lookup()
found = []
for name, chip, precision, strategy, batch, software in (
    ("Llama-3-405B", "H100-SXM", "fp8", dict(tp=8, pp=8, dp=8, cp=2, vp=8), 1536, "megatron-core"),
    ("DeepSeek-V3", "B200-SXM", "mxfp8", dict(pp=8, dp=32, ep=32, vp=2), 4096, "megatron-core"),
    ("GPT-OSS-120B", "GB300-NVL72", "bf16", dict(dp=64, ep=64, microbatch=4, offload=True), 1280, "megatron-core"),
    ("GPT-3-175B", "A100-80GB", "bf16", dict(tp=8, pp=8, dp=2, zero=0, recompute="full"), 64, "megatron-2021"),
    ("MPT-7B", "A100-40GB", "bf16", dict(dp=8, zero=3, recompute="full"), 64, "llm-foundry"),
    ("Llama-3-8B", "H100-SXM", "fp8", dict(dp=16, zero=3, shard=8, recompute="selective"), 64, "torchtitan"),
):
    strategy = Strategy(precision=precision, **strategy)
    moe = "experts" in load().entry("models", name)
    step = evaluate(
        Architecture.from_catalogue(name, facts), hardware_of(chip, facts, precision), strategy, batch,
        coefficients_of(software, facts, chip=chip, date=2025.0, moe=moe),
    )
    found.append([step.step_s, step.a_s, step.c_s, *step.breakdown.values(), *step.memory_gb.values()])
print(json.dumps(found))
"""
    plain, compiled = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "NUMBA_DISABLE_JIT": disable},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for disable in ("1", "0")
    )
    for one, other in zip(plain, compiled, strict=True):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("chip", CHIPS)
def test_every_chip_of_the_catalogue_can_be_evaluated(chip: str) -> None:
    model = Architecture.from_catalogue("Llama-3-8B", FACTS)
    hardware = hardware_of(chip, FACTS, "bf16")
    step = evaluate(model, hardware, Strategy(tp=4, dp=16, recompute="full"), 256, CORE)
    assert 0.1 < step.mfu < 0.9


@given(st.floats(1, 8))
@settings(deadline=None, max_examples=20)
def test_a_slower_network_is_never_faster(factor: float) -> None:
    strategy = Strategy(tp=8, pp=8, dp=16, vp=4, precision="fp8")
    fast = hardware_of("H100-SXM", FACTS, "fp8", (Tier(10**6, 400.0),))
    slow = hardware_of("H100-SXM", FACTS, "fp8", (Tier(10**6, 400.0, oversubscription=factor),))
    assert evaluate(LLAMA, slow, strategy, 512, CORE).step_s >= evaluate(LLAMA, fast, strategy, 512, CORE).step_s


def test_full_recompute_costs_what_was_measured() -> None:
    """Korthikanti et al. 2022, table 4: 39 % more on a layer of 22 bn; section 6: 36 % at 530 bn."""
    stack = coefficients_of("megatron-2022", FACTS)
    hardware = hardware_of("A100-80GB", FACTS, "bf16")
    for name, layout, batch, more in (
        ("Megatron-22B", {"microbatch": 4}, 4, 1.39),
        ("Megatron-530B", {"pp": 35}, 280, 1.36),
    ):
        model = Architecture.from_catalogue(name, FACTS)
        none, full = (
            evaluate(model, hardware, Strategy(tp=8, zero=0, recompute=kind, **layout), batch, stack).a_s
            for kind in ("none", "full")
        )
        assert full / none == pytest.approx(more, abs=0.06)


def test_software_gets_faster_until_it_is_mature() -> None:
    ages = [coefficients_of("mlperf", FACTS, date=date).age_time for date in (2023.0, 2023.42, 2023.83, 2024.5)]
    assert ages == sorted(ages, reverse=True)
    assert ages[-1] == coefficients_of("mlperf", FACTS).age_time == 1


def test_unknown_software_names_what_there_is() -> None:
    with pytest.raises(UnknownEntry, match="megatron-core"):
        coefficients_of("megatron-cor", FACTS)
    assert {"megatron-core", "mlperf", "llm-foundry", "torchtitan"} <= set(software_names(FACTS))


def test_a_chip_without_the_number_format_is_refused() -> None:
    with pytest.raises(UnknownChip, match="A100-80GB has no dense peak in fp8"):
        hardware_of("A100-80GB", FACTS, "fp8")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NVIDIA H100-SXM5-80GB", "H100-SXM"),
        ("H100 96GB HBM2e 500W", "H100-SXM-96GB-500W"),
        ("NVIDIA Blackwell GPU (B200-SXM-180GB)", "B200-SXM"),
        ("GB200 NVL72", "GB200-NVL72"),
        ("Intel(R) Gaudi(R) 2 AI Accelerator", "Gaudi-2"),
        ("a100_40gb", "A100-40GB"),
        ("A100 SXM", "A100-80GB"),
        ("GH200 96GB", "GH200-96GB"),
        ("NVIDIA L40S", None),
    ],
)
def test_chips_of_tables(text: str, name: str | None) -> None:
    assert known_chip(text, load()) == name


@pytest.mark.parametrize(
    ("strategy", "batch", "why"),
    [
        (Strategy(dp=3, microbatch=2), 8, "multiple of dp"),
        (Strategy(vp=2), 8, "no pipeline stages"),
        (Strategy(dp=4, ep=3), 8, "ep 3 does not divide"),
        (Strategy(), 0, "batch 0"),
    ],
)
def test_a_strategy_that_does_not_divide_is_refused(strategy: Strategy, batch: int, why: str) -> None:
    with pytest.raises(InvalidStrategy, match=why):
        evaluate(LLAMA, H100, strategy, batch, CORE)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"tp": 0}, "tp is 0"),
        ({"zero": 4}, "zero is 4"),
        ({"recompute": "half"}, "half"),
        ({"precision": "int8"}, "int8"),
        ({"dp": 8, "shard": 3}, "shard is 3"),
    ],
)
def test_no_strategy_at_all_is_refused(fields: dict[str, object], why: str) -> None:
    with pytest.raises(InvalidStrategy, match=why):
        Strategy(**fields)  # pyright: ignore[reportArgumentType]
