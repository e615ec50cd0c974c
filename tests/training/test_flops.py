"""Model FLOPs against what the papers of the models print."""

from __future__ import annotations

import pytest

from gortyn.catalogue import UnknownEntry
from gortyn.training.architecture import Architecture


@pytest.mark.parametrize(
    ("model", "tokens", "published"),
    [
        ("GPT-3-175B", 300e9, 3.14e23),  # Brown et al. 2020, table D.1
        ("Llama-3-405B", 15.6e12, 3.8e25),  # Llama team 2024, section 1
    ],
)
def test_flops_of_published_runs(model, tokens, published, facts):
    """The papers count 6 P per token; attention comes on top and makes up the difference."""
    total = Architecture.from_catalogue(model, facts).flops_per_token * tokens
    bare = 6 * facts.number("models", model, "parameters") * tokens
    error, null = total / published - 1, bare / published - 1
    assert abs(null) < 0.005, f"{model}: 6 P T is {null:+.1%} off"
    assert 0 < error < 0.05, f"{model}: {error:+.1%} against {published:g}; 6 P T alone {null:+.1%}"


def test_attention_at_half_is_what_the_vendor_tables_count(facts):
    """NVIDIA's tables print 737 TFLOP/s per chip for 292 tokens/s per chip of the 405B model at 8,192 tokens."""
    per_token = Architecture.from_catalogue("Llama-3-405B", facts).flops_per_token
    assert 292 * per_token / 1e12 == pytest.approx(737, rel=0.01)


def test_a_mixture_of_experts_counts_its_active_parameters_and_latent_attention_its_own_widths(facts):
    """NVIDIA's tables print 338 TFLOP/s per chip for 1,297 tokens/s per chip of DeepSeek-V3 at 4,096 tokens."""
    architecture = Architecture.from_catalogue("DeepSeek-V3", facts)
    per_token = architecture.flops_per_token
    attention = 3 * 61 * 4096 * 128 * (128 + 64 + 128)
    assert per_token == pytest.approx(6 * architecture.parameters_active + attention)
    ours = 1297 * per_token / 1e12
    dense = 1297 * 6 * 671e9 / 1e12
    assert ours == pytest.approx(338, rel=0.05), f"{ours / 338 - 1:+.1%}; all parameters: {dense / 338 - 1:+.0%}"


def test_a_model_that_nobody_described_is_refused(facts):
    with pytest.raises(UnknownEntry, match="Llama-3-405"):
        Architecture.from_catalogue("Llama-3-405", facts)
