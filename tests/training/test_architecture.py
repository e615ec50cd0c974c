"""Shapes of models against published totals of parameters and operations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.catalogue import load
from gortyn.training.architecture import Architecture, UnknownShape, known_model
from naive.training_runs import row

FACTS = load().lookup()
MODELS = load().entries("models")


@pytest.mark.parametrize("name", MODELS)
def test_parameters_are_the_published_ones(name: str) -> None:
    model = Architecture.from_catalogue(name, FACTS)
    assert model.parameters == pytest.approx(FACTS.number("models", name, "parameters"), rel=0.01)
    # DeepSeek rounds 37.6 to 37 bn.
    assert model.parameters_active == pytest.approx(FACTS.number("models", name, "parameters_active"), rel=0.016)


@pytest.mark.parametrize(
    ("name", "sequence", "tokens_per_s", "tflops"),
    [
        # Megatron-Bridge performance summary, 26.04.01 container: tokens/s/GPU and model TFLOP/s/GPU.
        ("Llama-3-70B", 8192, 5248, 2348),
        ("Llama-3-405B", 8192, 1024, 2617),
        ("DeepSeek-V3", 4096, 3848, 961),  # 25.11 container, without multi-token prediction
        ("Qwen3-30B-A3B", 4096, 31744, 729),
        ("Qwen3-235B-A22B", 4096, 6944, 1029),
        ("Kimi-K2", 4096, 5328, 1088),
    ],
)
def test_operations_are_the_published_ones(name: str, sequence: int, tokens_per_s: float, tflops: float) -> None:
    model = Architecture.from_catalogue(name, FACTS, sequence)
    # The published count leaves out the input embedding.
    embedding = 6 * model.vocabulary * model.hidden
    assert model.flops_per_token - embedding == pytest.approx(tflops * 1e12 / tokens_per_s, rel=0.035)


@given(st.integers(1, 64), st.integers(1, 64), st.integers(7, 14))
def test_attention_counts_half_of_the_square(layers: int, heads: int, doublings: int) -> None:
    sequence = 2**doublings
    model = Architecture("x", layers, 64 * heads, 256 * heads, heads, heads, 64, 1000, sequence)
    attention = model.flops_per_token - 6 * model.parameters
    assert attention == pytest.approx(6 * layers * sequence * 64 * heads)


def test_a_window_saves_attention() -> None:
    model = Architecture.from_catalogue("GPT-OSS-120B", FACTS, 8192)
    attention = model.flops_per_token - 6 * model.parameters_active
    whole = 6 * model.layers * model.sequence * model.heads * model.head_dim
    assert 0.5 < attention / whole < 0.52  # every second layer sees 128 of 8192 tokens


def test_names_of_tables_are_known() -> None:
    names = ("llama3.1-405b", "LLAMA3_70B", "gpt3-175b", "deepseek-v3", "qwen3-30b-a3b", "Nemotron_3_Nano")
    assert [known_model(name, load()) for name in names] == [
        "Llama-3-405B", "Llama-3-70B", "GPT-3-175B", "DeepSeek-V3", "Qwen3-30B-A3B", None,
    ]  # fmt: skip


def test_a_row_wins_over_the_catalogue() -> None:
    model = Architecture.from_row(row(model="llama3-70b", layers=40, seq_len=2048), FACTS)
    assert (model.layers, model.sequence, model.hidden) == (40, 2048, 8192)


def test_a_row_alone_is_plain_or_gated_by_its_parameters() -> None:
    shape = {"model": "mine", "layers": 32, "hidden": 4096, "heads": 32, "seq_len": 4096, "vocab": 32000}
    gated = Architecture.from_row(row(**shape, ffn=11008, params_total=6.74e9), FACTS)
    assert (gated.ffn_matrices, gated.parameters) == (3, pytest.approx(6.74e9, rel=0.01))
    assert Architecture.from_row(row(**shape), FACTS).ffn == 4 * 4096


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        ({"model": "Nemotron_3_Nano", "seq_len": 8192}, "layers, hidden, heads"),
        ({"model": "mine", "layers": 2, "hidden": 64, "heads": 4}, "seq_len"),
        ({"model": "mine", "layers": 2, "hidden": 64, "heads": 4, "seq_len": 64, "experts": 8}, "width of an expert"),
    ],
)
def test_an_unknown_shape_is_refused(cells: dict[str, object], missing: str) -> None:
    with pytest.raises(UnknownShape, match=missing):
        Architecture.from_row(row(**cells), FACTS)


@pytest.mark.parametrize("sequence", [0, -1])
def test_a_sequence_of_nothing_is_refused(sequence: int) -> None:
    with pytest.raises(UnknownShape, match="sequence"):
        Architecture.from_catalogue("Llama-3-8B", FACTS, sequence)
