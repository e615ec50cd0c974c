"""This module owns the time of a layer: what a microbatch costs on the chips that share it, by part of the work."""

from __future__ import annotations

import math
from typing import Final

from numba import njit

from gortyn.kernels.rates import INNER, experts_time, group_time, surface, weight_time
from gortyn.kernels.training_types import (
    ALL_GATHER,
    ALL_REDUCE,
    ALL_TO_ALL,
    ATTENTION,
    FULL_RECOMPUTE,
    GEMM,
    GEMM16,
    REDUCE_SCATTER,
    SELECTIVE_RECOMPUTE,
    Coefficients,
    Hardware,
    Parts,
    Seconds8,
    Shape,
)

HALF: Final = 0.5  # source: a causal token looks at half of the sequence on average
WORD: Final = 2.0  # unit: bytes of a 16-bit number
SINGLE: Final = 4.0  # unit: bytes of a 32-bit number
# Backward of flash attention recomputes the scores: five products for the two of forward.
ATTENTION_BACKWARD_WORK: Final = 2.5  # source: Dao 2023 (arXiv:2307.08691), section 3.1
# Reads and writes of the residual stream by two norms (2 each way) and two additions (3 each), and their backward.
HIDDEN_PASSES_FORWARD: Final = 10.0  # source: counted from the operations of a layer
HIDDEN_PASSES_BACKWARD: Final = 16.0  # source: counted from the operations of a layer
# Rotation of queries and keys, both ways.
ROTARY_PASSES: Final = 8.0  # source: counted from the operations of a layer
# Logits in 32 bits: written, maximum, exponentials and sum, gradient read and written.
LOGIT_PASSES: Final = 6.0  # source: counted from the operations of a cross-entropy


@njit(**INNER)
def attention_block(
    shape: Shape, hardware: Hardware, coefficients: Coefficients, tp: int, cp: int, tokens: float
) -> tuple[float, float, float, float, float]:
    """Times of the attention half of a layer: products forward and backward, scores forward and backward, memory [s].

    The products are the projections of queries, keys, values and output; with latent attention also those down to the
    latent vectors, which the tensor group does not split.
    """
    scale = coefficients.gemm_time
    faces, peak, hidden = hardware.surfaces, hardware.peak_flops, float(shape.hidden)
    if shape.kv_lora > 0:
        query = shape.nope_dim + shape.rope_dim
        value = shape.v_dim
        f0, b0 = weight_time(faces, GEMM, peak, tokens / tp, hidden, float(shape.q_lora))
        f1, b1 = weight_time(faces, GEMM, peak, tokens, float(shape.q_lora), shape.heads * query / tp)
        f2, b2 = weight_time(faces, GEMM, peak, tokens / tp, hidden, float(shape.kv_lora + shape.rope_dim))
        f3, b3 = weight_time(
            faces, GEMM, peak, tokens, float(shape.kv_lora), shape.heads * (shape.nope_dim + value) / tp
        )
        forward, backward = f0 + f1 + f2 + f3, b0 + b1 + b2 + b3
        keys = shape.heads
    else:
        query = shape.head_dim
        value = shape.head_dim
        keys = shape.kv_heads
        forward, backward = weight_time(
            faces, GEMM, peak, tokens, hidden, (shape.heads + 2 * max(keys, tp)) * query / tp
        )
    f4, b4 = weight_time(faces, GEMM, peak, tokens, shape.heads * value / tp, hidden)
    forward, backward = scale * (forward + f4), scale * (backward + b4)

    causal = shape.sequence * HALF
    windowed = 0.0
    if shape.window_layers > 0 and shape.window < shape.sequence:
        windowed = shape.window * (1 - shape.window * HALF / shape.sequence)
    share = shape.window_layers / shape.layers if windowed > 0 else 0.0
    seen = causal * (1 - share) + windowed * share
    channels = shape.heads / tp * (query + value)
    streams = shape.heads / tp * tokens * cp / shape.sequence
    reached = surface(hardware.surfaces, ATTENTION, float(query), max(seen, 1.0) / HALF, streams)
    rate = hardware.peak16_flops * reached / coefficients.attention_time
    bytes_per_s = hardware.memory_bytes_per_s * coefficients.memory_share
    if coefficients.flash > 0:
        core = 2 * tokens * seen * channels / rate
        core_back = ATTENTION_BACKWARD_WORK * coefficients.attention_backward * core
    else:
        # Products over the whole square, and the scores through memory: about a third of their bytes forward.
        core = (
            2
            * tokens
            * shape.sequence
            * channels
            / (hardware.peak16_flops * surface(hardware.surfaces, GEMM16, tokens, float(shape.sequence), float(query)))
        )
        scores = tokens * shape.sequence * shape.heads / tp * coefficients.score_bytes / bytes_per_s
        core_back = 2 * core + scores * 2 / (1 + 2)
        core = core + scores / (1 + 2)
    memory = ROTARY_PASSES * WORD * tokens * (shape.heads + keys) / tp * query / bytes_per_s
    return forward, backward, core, core_back, memory


@njit(**INNER)
def feed_forward(
    shape: Shape, hardware: Hardware, coefficients: Coefficients, tp: int, tokens: float, width: int
) -> tuple[float, float, float]:
    """Times of a feed-forward block of that width: products forward and backward, activation function [s]."""
    first = (shape.ffn_matrices - 1) * width / tp
    f0, b0 = weight_time(hardware.surfaces, GEMM, hardware.peak_flops, tokens, float(shape.hidden), first)
    f1, b1 = weight_time(hardware.surfaces, GEMM, hardware.peak_flops, tokens, width / tp, float(shape.hidden))
    # Forward reads the inputs and writes one output; backward reads both and writes the gradients of the inputs.
    passes = (shape.ffn_matrices - 1) * (1 + 2) + 2
    bytes_per_s = hardware.memory_bytes_per_s * coefficients.memory_share
    memory = passes * WORD * tokens * width / tp / bytes_per_s
    return coefficients.gemm_time * (f0 + f1), coefficients.gemm_time * (b0 + b1), memory


@njit(**INNER)
def expert_block(
    shape: Shape, hardware: Hardware, coefficients: Coefficients, tp: int, ep: int, tokens: float
) -> tuple[float, float, float, float]:
    """Times of a layer's experts: products forward and backward, memory, and exposed all-to-all both ways [s].

    The measured surface includes routing, permutation and activation function; backward is twice forward.
    Tokens stand split over the tensor group; each goes to its experts and back. What crosses to another domain is
    sent there once for all experts of that domain, and passed on inside.
    """
    own = tokens / tp
    routed = own * shape.experts_active * coefficients.balance
    here = shape.experts / ep
    each = routed / here
    forward = coefficients.grouped_time * experts_time(hardware, shape, here, each)
    backward = 2 * forward
    router, router_back = weight_time(
        hardware.surfaces, GEMM16, hardware.peak16_flops, own, float(shape.hidden), float(shape.experts)
    )
    if shape.shared_experts > 0:
        f, b, extra = feed_forward(shape, hardware, coefficients, tp, tokens, shape.shared_experts * shape.expert_ffn)
    else:
        f, b, extra = 0.0, 0.0, 0.0
    if shape.plain_experts > 0:
        bytes_per_s = hardware.memory_bytes_per_s * coefficients.memory_share
        extra += coefficients.plain_passes * WORD * routed * shape.ffn_matrices * shape.expert_ffn / bytes_per_s
    seconds = 0.0
    if ep > 1:
        message = WORD * own * shape.experts_active * shape.hidden
        domains = math.ceil(ep / hardware.domain_chips)
        # Without repeats a token goes at most once to each domain.
        once = domains * (1 - (1 - 1 / domains) ** shape.experts_active) / shape.experts_active if domains > 1 else 1.0
        inside = group_time(hardware, coefficients, ALL_TO_ALL, 1.0, float(min(ep, hardware.domain_chips)), message)
        across = group_time(hardware, coefficients, ALL_TO_ALL, 1.0, float(ep), message * once) if domains > 1 else 0.0
        seconds = 2 * 2 * max(inside, across) * coefficients.expert_exposed * coefficients.balance
    return forward + f + router, backward + b + router_back, extra, seconds


@njit(**INNER)
def layer_time(
    shape: Shape,
    hardware: Hardware,
    coefficients: Coefficients,
    tp: int,
    cp: int,
    ep: int,
    tokens: float,
    recompute: int,
    moe: float,
) -> Seconds8:
    """Seconds of one layer for the tokens of a microbatch on a chip, forward and backward, by part."""
    forward, backward, core, core_back, memory = attention_block(shape, hardware, coefficients, tp, cp, tokens)
    expert = 0.0
    if moe > 0:
        f, b, extra, expert = expert_block(shape, hardware, coefficients, tp, ep, tokens)
        width = shape.experts_active * shape.expert_ffn
        halves = 1.0
    else:
        f, b, extra = feed_forward(shape, hardware, coefficients, tp, tokens, shape.ffn)
        width = shape.ffn
        halves = 2.0
    forward += f
    backward += b
    memory += extra
    bytes_per_s = hardware.memory_bytes_per_s * coefficients.memory_share
    split = tp if coefficients.sequence_parallel > 0 else 1
    stream = WORD * tokens * shape.hidden / split / bytes_per_s
    memory += (HIDDEN_PASSES_FORWARD + HIDDEN_PASSES_BACKWARD) * stream
    memory *= coefficients.fusion
    if hardware.operand_bytes < WORD:
        inputs = 2 * shape.hidden + (shape.heads * max(shape.head_dim, shape.v_dim) + width) / tp
        cast = (1 + hardware.block_scaled) * coefficients.quantise_passes * (WORD + hardware.operand_bytes)
        memory += cast * 2 * tokens * inputs / bytes_per_s
    # With sequence parallelism all-gather and reduce-scatter around each half of a layer, both ways, and the inputs
    # gathered once more for the gradients of the weights; without, an all-reduce each.
    message = WORD * tokens * shape.hidden
    if coefficients.sequence_parallel > 0:
        gathers = halves * (1 + 2) + (2 - halves)
        scatters = halves * 2
        tensor = gathers * group_time(hardware, coefficients, ALL_GATHER, 1.0, float(tp), message)
        tensor += scatters * group_time(hardware, coefficients, REDUCE_SCATTER, 1.0, float(tp), message)
    else:
        tensor = 2 * 2 * group_time(hardware, coefficients, ALL_REDUCE, 1.0, float(tp), message)
    tensor *= coefficients.tensor_exposed
    context = 0.0
    if cp > 1:
        keys = shape.kv_heads * shape.head_dim if shape.kv_lora == 0 else shape.heads * (shape.nope_dim + shape.v_dim)
        passed = 2 * WORD * tokens * cp * keys / tp
        # Keys and values go round forward; backward they go round again with their gradients.
        context = (1 + 2) * group_time(hardware, coefficients, ALL_GATHER, float(tp), float(cp), passed)
        context *= coefficients.context_exposed
    again = 0.0
    if recompute == FULL_RECOMPUTE:
        again = forward + core + memory * HIDDEN_PASSES_FORWARD / (HIDDEN_PASSES_FORWARD + HIDDEN_PASSES_BACKWARD)
        again += (tensor + context + expert) / 2
    elif recompute == SELECTIVE_RECOMPUTE:
        again = coefficients.selective_share * forward
        if coefficients.flash == 0:
            again += core
    gemm = forward + backward
    launch = coefficients.launch_s
    if moe > 0 and hardware.separate_host > 0:
        busy = gemm + core + core_back + memory + tensor + context + expert + again
        launch = max(launch, coefficients.expert_floor_s - busy)
    return gemm, core + core_back, memory, tensor, context, expert, again, launch


@njit(**INNER)
def head_time(shape: Shape, hardware: Hardware, coefficients: Coefficients, tp: int, tokens: float) -> Seconds8:
    """Seconds of the output projection and its loss for the tokens of a microbatch, by part."""
    forward, backward = weight_time(
        hardware.surfaces, GEMM16, hardware.peak16_flops, tokens, float(shape.hidden), shape.vocabulary / tp
    )
    bytes_per_s = hardware.memory_bytes_per_s * coefficients.memory_share
    memory = LOGIT_PASSES * SINGLE * tokens * shape.vocabulary / tp / bytes_per_s
    message = WORD * tokens * shape.hidden
    tensor = 2 * coefficients.tensor_exposed * group_time(hardware, coefficients, ALL_GATHER, 1.0, float(tp), message)
    return (
        coefficients.gemm_time * (forward + backward),
        0.0,
        memory * coefficients.fusion,
        tensor,
        0.0,
        0.0,
        0.0,
        coefficients.launch_s,
    )


@njit(**INNER)
def scaled(seconds: Seconds8, by: float) -> Seconds8:
    """The parts, each times `by`."""
    return (
        seconds[0] * by,
        seconds[1] * by,
        seconds[2] * by,
        seconds[3] * by,
        seconds[4] * by,
        seconds[5] * by,
        seconds[6] * by,
        seconds[7] * by,
    )


@njit(**INNER)
def total(seconds: Seconds8) -> float:
    """Sum of the parts."""
    return seconds[0] + seconds[1] + seconds[2] + seconds[3] + seconds[4] + seconds[5] + seconds[6] + seconds[7]


@njit(nogil=True)
def microbatch_time(
    shape: Shape,
    hardware: Hardware,
    coefficients: Coefficients,
    tp: int,
    cp: int,
    ep: int,
    microbatch: int,
    recompute: int,
) -> Parts:
    """Seconds of a microbatch by layer and part; they do not depend on pipeline and data parallelism.

    Parameters
    ----------
    shape, hardware, coefficients : model, machine and software
    tp, cp, ep : tensor, context and expert parallelism; ep is ignored in a dense model
    microbatch : samples, > 0; may be a fraction where an average over samples is meant
    recompute : see `Layout`

    Returns
    -------
    Seconds per layer of each kind, forward and backward.
    """
    tokens = microbatch * shape.sequence / cp
    dense = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    moe = dense
    if shape.moe_layers < shape.layers:
        dense = layer_time(shape, hardware, coefficients, tp, cp, ep, tokens, recompute, 0.0)
    if shape.moe_layers > 0:
        moe = layer_time(shape, hardware, coefficients, tp, cp, ep, tokens, recompute, 1.0)
    head = head_time(shape, hardware, coefficients, tp, tokens)
    dense = scaled(dense, coefficients.age_time)
    moe = scaled(moe, coefficients.age_time)
    head = scaled(head, coefficients.age_time)
    return Parts(dense, moe, head, total(dense), total(moe), total(head))
