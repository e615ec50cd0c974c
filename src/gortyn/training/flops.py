"""This module owns the model FLOPs of one training token, the numerator of model FLOPs utilisation.

Convention: a multiply-add is two operations; the backward pass costs twice the forward pass; recomputation does not
count; attention is causal and counted at half, since a token looks at half of the sequence on average.
"""

from __future__ import annotations

from typing import Final

from gortyn.catalogue import Lookup

# Two operations per parameter forward, twice that backward.
FLOPS_PER_PARAMETER: Final = 6  # source: Kaplan et al. 2020 (arXiv:2001.08361), section 2.1
# Scores and weighted sum, each two operations per channel, half of the sequence, times three for the backward pass.
FLOPS_PER_CHANNEL: Final = 3  # source: Chowdhery et al. 2022 (arXiv:2204.02311), appendix B, at half for causal masks

MOE: Final = "moe"


def is_moe(model: str, facts: Lookup) -> bool:
    """Whether the model is a mixture of experts."""
    return facts.text("models", model, "architecture") == MOE


def model_flops_per_token(model: str, facts: Lookup) -> float:
    """Model FLOPs to train on one token, forward and backward.

    `6 P + 3 L s a (d_qk + d_v)` with P the parameters that a token uses (all of a dense model, the active ones of a
    mixture of experts; embeddings included), L layers, s the sequence length, a heads, and d_qk, d_v the widths of
    queries and values. Where a model has them from its hidden size, a d_qk = a d_v = h and the second term is
    `6 L s h`. Models with multi-head latent attention (DeepSeek-V3) state the widths, which are not those of the
    hidden size: d_qk is the part without and the part with rotary position.

    Parameters
    ----------
    model : entry of the catalogue's kind `models`
    facts : catalogue

    Returns
    -------
    Operations per token [FLOP].

    Raises
    ------
    UnknownEntry : the catalogue has no such model, or not its shape.

    >>> from gortyn.catalogue import load
    >>> tokens = 300e9
    >>> f"{model_flops_per_token('GPT-3-175B', load().lookup()) * tokens:.1e}"
    '3.2e+23'
    """
    parameters = facts.number("models", model, "parameters_active" if is_moe(model, facts) else "parameters")
    layers = facts.number("models", model, "layers")
    sequence = facts.number("models", model, "sequence_length")
    channels = attention_channels(model, facts)
    return FLOPS_PER_PARAMETER * parameters + FLOPS_PER_CHANNEL * layers * sequence * channels


def attention_channels(model: str, facts: Lookup) -> float:
    """Channels of queries plus those of values over all heads: twice the hidden size, unless the model states them."""
    nope = facts.get_number("models", model, "qk_nope_head_dim")
    if nope is None:
        return 2 * facts.number("models", model, "hidden_size")
    query = nope + facts.number("models", model, "qk_rope_head_dim")
    value = facts.number("models", model, "v_head_dim")
    return facts.number("models", model, "heads") * (query + value)
