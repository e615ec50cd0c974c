"""This module owns the time of a training step and the memory that it needs, from a model's shape and a layout.

A microbatch costs the same on every pipeline stage that holds the same layers, whatever the number of stages and
replicas; `microbatch_time` computes it once. `step_time` puts microbatches together: `a (m + (PP - 1) / VP) + c`
with `a` the time of a microbatch on the slowest stage and `c` what comes once a step. `memory_bytes` is the most that
a chip holds.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit

from gortyn.kernels import layers, rates, training_types
from gortyn.kernels.layers import microbatch_time
from gortyn.kernels.rates import INNER, group_time
from gortyn.kernels.training_types import (
    ALL_GATHER,
    ALL_REDUCE,
    FULL_RECOMPUTE,
    NO_RECOMPUTE,
    REDUCE_SCATTER,
    SELECTIVE_RECOMPUTE,
    Coefficients,
    Hardware,
    Layout,
    Parts,
    Shape,
    StepSeconds,
)

WORD: Final = 2.0  # unit: bytes of a 16-bit number
# Bytes kept of a layer, per token and channel: inputs of two norms, of two products; dropout masks are gone.
NORM_INPUTS: Final = 4.0  # source: Korthikanti et al. 2022 (arXiv:2205.05198), section 4.1


@njit(**INNER)
def layer_parameters(shape: Shape) -> tuple[float, float, float, float]:
    """Parameters of a layer's attention and norms, of a dense block, of one expert, and of an embedding."""
    if shape.kv_lora > 0:
        query = shape.nope_dim + shape.rope_dim
        attention = (
            shape.hidden * (shape.q_lora + shape.kv_lora + shape.rope_dim)
            + shape.q_lora * shape.heads * query
            + shape.kv_lora * shape.heads * (shape.nope_dim + shape.v_dim)
            + shape.heads * shape.v_dim * shape.hidden
            + shape.q_lora
            + shape.kv_lora
        )
    else:
        attention = shape.hidden * shape.head_dim * 2 * (shape.heads + shape.kv_heads)
    norms = 2 * shape.hidden
    dense = shape.ffn_matrices * shape.hidden * shape.ffn
    expert = shape.ffn_matrices * shape.hidden * shape.expert_ffn
    return attention + norms, float(dense), float(expert), float(shape.vocabulary * shape.hidden)


@njit(**INNER)
def stage_parameters(shape: Shape, layout: Layout) -> tuple[float, float, float]:
    """Parameters of the fullest pipeline stage on one chip: outside experts, of experts, and its embeddings."""
    attention, dense, expert, embedding = layer_parameters(shape)
    moe_share = shape.moe_layers / shape.layers
    layers = math.ceil((shape.layers + shape.mtp_layers) / layout.pp)
    shared = shape.shared_experts * expert + shape.hidden * shape.experts if shape.moe_layers > 0 else 0.0
    common = attention + (1 - moe_share) * dense + moe_share * shared
    copies = 1 if layout.pp > 1 or shape.tied > 0 else 2
    ends = copies * embedding / layout.tp
    return layers * common / layout.tp, layers * moe_share * expert * shape.experts / layout.ep, ends


@njit(**INNER)
def sharded(layout: Layout) -> tuple[int, int]:
    """Chips over which state is split: outside experts, and of experts."""
    wide = layout.shard if layout.shard > 0 else layout.dp * layout.cp
    return wide, max(1, layout.tp * wide // layout.ep)


@njit(**INNER)
def activation_bytes(shape: Shape, hardware: Hardware, coefficients: Coefficients, layout: Layout) -> float:
    """Activations that one layer keeps for one microbatch until its backward pass [B]."""
    tokens = layout.microbatch * shape.sequence / layout.cp
    tp = layout.tp
    split = tp if coefficients.sequence_parallel > 0 else 1
    if layout.recompute == FULL_RECOMPUTE:
        return WORD * tokens * shape.hidden / split
    operand = min(WORD, max(1.0, hardware.operand_bytes)) if coefficients.kept_low > 0 else WORD
    value = shape.v_dim if shape.kv_lora > 0 else shape.head_dim
    query = shape.nope_dim + shape.rope_dim if shape.kv_lora > 0 else shape.head_dim
    keys = shape.heads if shape.kv_lora > 0 else shape.kv_heads
    stream = (NORM_INPUTS + 2 * operand + coefficients.mask_bytes) * shape.hidden / split
    heads = (WORD * shape.heads * query + WORD * keys * (query + value) + operand * shape.heads * value) / tp
    moe_share = shape.moe_layers / shape.layers
    inner = WORD * (shape.ffn_matrices - 1) + operand
    dense = inner * shape.ffn / tp
    routed = shape.experts_active * (inner * shape.expert_ffn + operand * shape.hidden) / tp
    shared = inner * shape.shared_experts * shape.expert_ffn / tp
    kept = stream + heads + (1 - moe_share) * dense + moe_share * (routed + shared)
    if layout.recompute == NO_RECOMPUTE and coefficients.flash == 0:
        # Scores, their softmax and its dropout: 2 + 2 + 1 bytes.
        kept += (2 * WORD + 1) * shape.heads * shape.sequence / tp
    if layout.recompute == SELECTIVE_RECOMPUTE:
        kept *= coefficients.selective_kept
    return tokens * kept


@njit(**INNER)
def device_bytes(
    shape: Shape, hardware: Hardware, coefficients: Coefficients, layout: Layout, batch: int
) -> tuple[float, float, float, float, float]:
    """Most that a chip holds without offload, in the parts of `memory_bytes` [B].

    The first pipeline stage keeps the activations of most microbatches, those of `PP` in flight, and of
    `1 + (PP - 1) / (PP VP)` as many where stages are interleaved (Korthikanti et al. 2022, section 4.2.3).

    Parameters
    ----------
    shape, hardware, coefficients, layout, batch : as for `step_time`
    """
    common, experts, ends = stage_parameters(shape, layout)
    wide, narrow = sharded(layout)
    weights = WORD * (common + ends + experts)
    weights_by = (common + ends) / wide + experts / narrow
    gradients = coefficients.gradient_bytes * (common + ends + experts)
    optimizer = coefficients.optimizer_bytes * (common + ends + experts)
    if layout.zero > 0:
        optimizer = coefficients.optimizer_bytes * weights_by
    # Under a pipeline fully sharded parameters stay gathered for the whole step, and gradients until its end.
    kept_whole = layout.zero > 2 and layout.pp > 1
    if layout.zero > 1 and not kept_whole:
        gradients = coefficients.gradient_bytes * weights_by
    layers = (shape.layers + shape.mtp_layers) / layout.pp
    working = 0.0
    if layout.zero > 2 and not kept_whole:
        weights = WORD * weights_by
        # Two layers' parameters are gathered at a time, and one layer's gradients.
        working = (2 * WORD + coefficients.gradient_bytes) * (common + experts) / layers
    microbatches = batch / (layout.dp * layout.microbatch)
    flight = min(microbatches, layout.pp * (1 + (layout.pp - 1) / (layout.pp * layout.vp) if layout.vp > 1 else 1.0))
    kept = activation_bytes(shape, hardware, coefficients, layout)
    activations = flight * layers * kept
    tokens = layout.microbatch * shape.sequence / layout.cp
    if layout.recompute == FULL_RECOMPUTE:
        once = Layout(
            layout.tp,
            layout.pp,
            layout.dp,
            layout.cp,
            layout.ep,
            layout.vp,
            layout.microbatch,
            NO_RECOMPUTE,
            layout.zero,
            layout.offload,
            layout.shard,
        )
        activations += activation_bytes(shape, hardware, coefficients, once)
    if layout.tp > 1 and coefficients.sequence_parallel > 0:
        # While a layer works, the inputs of its halves and their gradients lie gathered.
        activations += 2 * 2 * WORD * tokens * shape.hidden
    if layout.pp > 1:
        activations += flight * layout.vp * coefficients.stage_bytes * tokens * shape.hidden
    else:
        activations += coefficients.logit_bytes * tokens * shape.vocabulary / layout.tp
    buffers = coefficients.buffer_bytes + working + coefficients.fragmentation_share * activations
    return weights, gradients, optimizer, activations, buffers


@njit(**INNER)
def offloaded(shape: Shape, hardware: Hardware, coefficients: Coefficients, layout: Layout, batch: int) -> float:
    """Share of the activations that has to lie in the host's memory for the rest to fit."""
    weights, gradients, optimizer, activations, buffers = device_bytes(shape, hardware, coefficients, layout, batch)
    excess = weights + gradients + optimizer + activations + buffers - hardware.memory_bytes
    return min(1.0, max(0.0, excess / activations))


@njit(nogil=True)
def step_time(
    shape: Shape, hardware: Hardware, coefficients: Coefficients, layout: Layout, batch: int, parts: Parts
) -> StepSeconds:
    """Seconds of one step: `a (m + (PP - 1) / VP) + c`.

    Parameters
    ----------
    shape, hardware, coefficients : as for `microbatch_time`
    layout : the whole layout; tp, cp, ep, microbatch and recompute are those of `parts`
    batch : samples of a step over all replicas
    parts : from `microbatch_time`

    Returns
    -------
    The step and its terms; `a` includes exposed transfers between stages and gathering of sharded parameters.
    """
    tp, pp, dp, cp, vp = layout.tp, layout.pp, layout.dp, layout.cp, layout.vp
    microbatches = batch / (dp * layout.microbatch)
    moe_share = shape.moe_layers / shape.layers
    layer_s = moe_share * parts.moe_s + (1 - moe_share) * parts.dense_s
    body_s = shape.layers * layer_s
    extra_s = parts.head_s + shape.mtp_layers * (layer_s + parts.head_s)
    # Stages hold whole layers, the same number where it divides; otherwise the last stage, which also has embedding and
    # loss, holds the number that makes the slowest stage fastest.
    most = math.ceil(shape.layers / pp)
    a_s = most * layer_s + (extra_s if shape.layers % pp == 0 else 0.0)
    if shape.layers % pp > 0:
        own = most - 1
        a_s = max(a_s, own * layer_s + extra_s)
        while own > 0:
            own -= 1
            slowest_s = max(math.ceil((shape.layers - own) / (pp - 1)) * layer_s, own * layer_s + extra_s)
            if slowest_s >= a_s:
                break
            a_s = slowest_s
    mean_s = (body_s + extra_s) / pp
    tokens = layout.microbatch * shape.sequence / cp
    pipeline_s = 0.0
    if pp > 1:
        message = WORD * tokens * shape.hidden / tp
        stride = tp * cp * dp
        crossing = pp * stride > hardware.domain_chips
        rate = hardware.tier_bytes_per_s[0] * coefficients.network_share
        hop = message / (rate if crossing else hardware.domain_bytes_per_s) + hardware.tier_latency_s[0]
        pipeline_s = 2 * vp * hop * coefficients.pipeline_exposed
    a_s += pipeline_s
    if layout.offload > 0:
        # Activations leave for the host and come back behind the work of the same microbatch, never quite for free.
        away = 2 * most * activation_bytes(shape, hardware, coefficients, layout) / hardware.host_bytes_per_s
        away *= offloaded(shape, hardware, coefficients, layout, batch)
        a_s += max(coefficients.shard_exposed * away, away - coefficients.data_overlap * a_s)

    common, experts, ends = stage_parameters(shape, layout)
    wide, narrow = sharded(layout)
    weights = WORD * (common + ends)
    expert_weights = WORD * experts
    gradient = coefficients.gradient_bytes / WORD
    gather = group_time(hardware, coefficients, ALL_GATHER, float(tp), float(wide), weights)
    gather += group_time(hardware, coefficients, ALL_GATHER, float(layout.ep), float(narrow), expert_weights)
    scatter = group_time(hardware, coefficients, REDUCE_SCATTER, float(tp), float(wide), weights * gradient)
    expert_weights *= gradient
    scatter += group_time(hardware, coefficients, REDUCE_SCATTER, float(layout.ep), float(narrow), expert_weights)
    # Gradients of a chunk of layers leave while other chunks still work, and parameters come in before their chunk is
    # due. Interleaved stages pass PP microbatches through a chunk before the next; otherwise there is one microbatch.
    work_s = a_s - pipeline_s
    hide = coefficients.data_overlap * work_s
    if vp > 1:
        hide *= min(float(pp), microbatches) * (1 - 1 / vp)
    data_s = 0.0
    if layout.zero > 2 and pp == 1:
        # Gathered forward and backward and scattered for every microbatch, behind the same microbatch's work.
        moved = 2 * gather + scatter
        a_s += max(coefficients.shard_exposed * moved, moved - coefficients.data_overlap * work_s)
        copies = float(layout.dp * layout.cp // wide)
        if copies > 1:
            # Hybrid sharding: each shard's gradients are summed over the groups once a step.
            own = gradient * weights / wide + expert_weights / narrow
            moved = group_time(hardware, coefficients, ALL_REDUCE, float(tp * wide), copies, own)
            data_s = max(coefficients.data_exposed * moved, moved - hide)
    else:
        moved = gather + scatter if layout.zero > 0 else 2 * scatter
        data_s = max(coefficients.data_exposed * moved, moved - hide)
    # Where the last stage is the slowest, the others still drain at their own pace.
    bubble_s = (pp - 1) / vp * (mean_s + pipeline_s) * coefficients.bubble_time
    held = (common + ends) / (wide if layout.zero > 0 else 1) + experts / (narrow if layout.zero > 0 else 1)
    optimizer_s = held * coefficients.optimizer_passes / (hardware.memory_bytes_per_s * coefficients.memory_share)
    steady = a_s * microbatches + bubble_s
    chips = tp * pp * dp * cp
    doublings = math.log2(chips / hardware.domain_chips) if chips > hardware.domain_chips else 0.0
    c_s = data_s + optimizer_s + coefficients.step_s
    jitter_s = coefficients.jitter_share * doublings * (steady + c_s)
    return StepSeconds(
        steady + c_s + jitter_s,
        a_s,
        c_s + jitter_s,
        bubble_s,
        pipeline_s * microbatches,
        data_s,
        optimizer_s,
        coefficients.step_s,
        jitter_s,
    )


@njit(nogil=True)
def memory_bytes(
    shape: Shape, hardware: Hardware, coefficients: Coefficients, layout: Layout, batch: int
) -> tuple[float, float, float, float, float]:
    """Most that a chip holds: weights, gradients, optimiser, activations, and buffers with fragmentation [B].

    Parameters
    ----------
    shape, hardware, coefficients, layout, batch : as for `step_time`
    """
    weights, gradients, optimizer, activations, buffers = device_bytes(shape, hardware, coefficients, layout, batch)
    if layout.offload > 0:
        share = offloaded(shape, hardware, coefficients, layout, batch)
        activations = max(activations * (1 - share), 2 * activation_bytes(shape, hardware, coefficients, layout))
    return weights, gradients, optimizer, activations, buffers


def _entry(stamp: int) -> Any:
    """The function that is called from Python, kept on disk for as long as `stamp` stays the same.

    The cache of numba looks at the file of the function that is called and at what its closure holds. The stamp stands
    for the files of all that is called from here.
    """

    @njit(nogil=True, cache=True)
    def evaluate(
        shape: Shape, hardware: Hardware, coefficients: Coefficients, layout: Layout, batch: int
    ) -> tuple[Parts, StepSeconds, tuple[float, float, float, float, float]]:
        """Parts of a microbatch, seconds of a step, and memory of a chip; see the functions called."""
        assert stamp
        parts = microbatch_time(
            shape, hardware, coefficients, layout.tp, layout.cp, layout.ep, layout.microbatch, layout.recompute
        )
        seconds = step_time(shape, hardware, coefficients, layout, batch, parts)
        return parts, seconds, memory_bytes(shape, hardware, coefficients, layout, batch)

    return evaluate


_files = [__file__, *(str(module.__file__) for module in (layers, rates, training_types))]
_text = b"".join(np.fromfile(file, np.uint8).tobytes() for file in _files)
evaluate = _entry(1 + int.from_bytes(_text, "little") % (2**61 - 1))  # source: a prime of Mersenne
