"""This module owns what the training kernels are told: a model's shape, a machine, a layout, and what is calibrated.

All are NamedTuples of scalars and arrays, so that compiled code and its plain Python twin take the same values.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

NO_RECOMPUTE: Final = 0
SELECTIVE_RECOMPUTE: Final = 1
FULL_RECOMPUTE: Final = 2

PARTS: Final = (
    "gemm",
    "attention",
    "memory-bound",
    "tensor comm",
    "context comm",
    "expert comm",
    "recompute",
    "launch",
)
"""What the seconds of one layer are made of, in the order of the tuples of `Parts`."""

STEP_PARTS: Final = (*PARTS, "pipeline comm", "pipeline bubble", "data comm", "optimiser", "jitter")
"""What the seconds of one step are made of."""


class Shape(NamedTuple):
    """A transformer, in whole numbers.

    Attributes
    ----------
    layers : transformer layers, without layers for multi-token prediction
    hidden, ffn : width of the residual stream and of a dense feed-forward block
    heads, kv_heads, head_dim : attention heads, those of keys and values, and channels of one
    vocabulary, sequence : tokens known; tokens of a sample
    ffn_matrices : 3 with a gate, 2 without
    tied : 1 where the embedding is also the output projection
    experts, experts_active, expert_ffn, shared_experts : of a mixture-of-experts layer, 0 in a dense model
    moe_layers : layers with experts, of `layers`
    q_lora, kv_lora, rope_dim, nope_dim, v_dim : multi-head latent attention; kv_lora is 0 without it
    window, window_layers : keys that a token sees in layers with sliding-window attention, and how many layers have it
    mtp_layers : layers for multi-token prediction, each with an output projection of its own
    plain_experts : 1 where experts have biases and a clamped gate, which fused kernels do not compute
    """

    layers: int
    hidden: int
    ffn: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    sequence: int
    ffn_matrices: int
    tied: int
    experts: int
    experts_active: int
    expert_ffn: int
    shared_experts: int
    moe_layers: int
    q_lora: int
    kv_lora: int
    rope_dim: int
    nope_dim: int
    v_dim: int
    window: int
    window_layers: int
    mtp_layers: int
    plain_experts: int = 0


# Places of the surfaces; as floats, because numba compiles a function anew for each whole number written out.
GEMM: Final = 0.0
GEMM16: Final = 1.0
ATTENTION: Final = 2.0
GROUPED: Final = 3.0  # unit: a place
ALL_REDUCE: Final = 4.0  # unit: a place
ALL_GATHER: Final = 5.0  # unit: a place
REDUCE_SCATTER: Final = 6.0  # unit: a place
ALL_TO_ALL: Final = 7.0  # unit: a place
SURFACES: Final = 8  # unit: surfaces
"""Surfaces of a machine; the last four are bandwidths of collectives."""
HEADER: Final = 7  # unit: numbers
"""Numbers that describe one surface: where its values start, points on three axes, and their origins."""


def pack(tables: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]) -> NDArray[np.float64]:
    """Surfaces in one array, because a compiled function takes one array much faster than twenty.

    Parameters
    ----------
    tables : `SURFACES` pairs of a grid with up to three axes and its origins, in base-2 logarithms with step 1:
        GEMM, GEMM16 : share of the dense peak that a product [m, k] x [k, n] reaches, by (m, n, k), in the number
            format of the run and with 16-bit operands
        ATTENTION : share of the 16-bit peak of causal attention forward, counted at half, by (head_dim, sequence,
            heads x sequences)
        GROUPED : share of the dense peak of a layer of experts forward, by (tokens of an expert, its width, experts)
        ALL_REDUCE to ALL_TO_ALL : bus bandwidth inside a domain [B/s] by (chips, bytes)

    Raises
    ------
    ValueError : another number of tables.
    """
    if len(tables) != SURFACES:
        raise ValueError(f"{SURFACES} surfaces are needed, not {len(tables)}")
    heads, values, start = [], [], SURFACES * HEADER
    for grid, origin in tables:
        axes = 3 - grid.ndim  # unit: axes of a surface
        heads.append([start, *grid.shape, *[1] * axes, *origin, *[0] * axes])
        values.append(np.ravel(grid))
        start += grid.size
    return np.concatenate([np.array(heads, dtype=np.float64).ravel(), *values])


class Hardware(NamedTuple):
    """A chip, its scale-up domain and the network beyond, in the number format of a run.

    Attributes
    ----------
    peak_flops, peak16_flops : dense peak in the number format of the matrix products, and with 16-bit operands [FLOP/s]
    operand_bytes : bytes of an operand of the matrix products [B]: 2, 1 or 0.5
    block_scaled : 1 where operands carry a scale per block (MXFP8, NVFP4), which costs a second pass
    memory_bytes, memory_bytes_per_s : device memory and its rate
    host_bytes_per_s : rate to the host's memory, for offload
    separate_host : 1 where the host is a processor of its own behind PCIe, 0 where it is coherent with the chip
    domain_chips, domain_bytes_per_s : chips of a scale-up domain; rate per chip and direction inside it
    tier_chips : int64[tier], chips that a tier of the network spans, ascending; beyond the last its rate holds
    tier_bytes_per_s : float64[tier], rate per chip and direction after oversubscription
    tier_latency_s : float64[tier], time of one hop of a message
    surfaces : measured efficiencies and bandwidths, as `pack` makes them
    """

    peak_flops: float
    peak16_flops: float
    operand_bytes: float
    block_scaled: int
    memory_bytes: float
    memory_bytes_per_s: float
    host_bytes_per_s: float
    separate_host: int
    domain_chips: int
    domain_bytes_per_s: float
    tier_chips: NDArray[np.int64]
    tier_bytes_per_s: NDArray[np.float64]
    tier_latency_s: NDArray[np.float64]
    surfaces: NDArray[np.float64]


class Coefficients(NamedTuple):
    """What a software stack makes of a machine: a few numbers, fitted on published runs or counted from its design.

    Attributes
    ----------
    gemm_time, grouped_time, attention_time : time of dense products, products of experts and attention, relative to
        the measured surfaces
    attention_backward : time of attention backward, relative to forward
    age_time : time of a layer, relative to the same stack at the date that its coefficients are for
    flash : 1 where attention keeps its scores on the chip; otherwise they pass through memory
    score_bytes : bytes per score that attention without `flash` moves, forward and backward [B]
    memory_share : share of the memory's rate that operations bound by it reach
    fusion : bytes that they move, relative to fully fused ones
    sequence_parallel : 1 where norms and dropout are split along the sequence over the tensor group
    plain_passes : reads and writes of the inner activations of experts that no fused kernel computes
    quantise_passes : times that an operand is read or written to bring it into an 8-bit or 4-bit format
    tensor_exposed, context_exposed, expert_exposed, pipeline_exposed : share of communication that no work hides
    bubble_time : time of a microbatch while the pipeline fills and drains and hides less, relative to steady state
    data_overlap : share of the work of a step that data-parallel communication may hide behind
    data_exposed : share of data-parallel communication that is exposed even where there is enough work to hide behind
    shard_exposed : the same for the gathering and scattering of fully sharded parameters
    network_share : share of the network's rate that collectives reach
    selective_share : share of the forward products that selective recompute repeats
    launch_s : time of a layer of a microbatch in which the chip waits for the host [s]
    expert_floor_s : least time of a layer with experts, where a separate host has to launch it and to learn how many
        tokens each expert got [s]
    step_s : time of a step outside its layers: data loading, norms of gradients, logging [s]
    balance : busiest expert group's load, relative to the mean
    jitter_share : time lost to the slowest chip, each time that the number of chips doubles from one domain
    optimizer_passes : bytes moved per parameter by the optimiser [B]
    gradient_bytes : bytes of a gradient [B]
    optimizer_bytes : bytes of optimiser state and master weights per parameter [B]
    stage_bytes : bytes per token and channel that a pipeline stage keeps of its inputs, not split over the tensor group
    logit_bytes : bytes that the loss holds per logit [B]
    kept_low : 1 where inputs of products are kept in their own number format for backward, 0 where in 16 bits
    mask_bytes : bytes that dropout keeps of a layer per token and channel, 0 without dropout [B]
    selective_kept : share of a layer's activations that selective recompute keeps
    buffer_bytes : device memory of the runtime and of communication [B]
    fragmentation_share : device memory lost between allocations, as a share of activations
    """

    gemm_time: float
    grouped_time: float
    attention_time: float
    attention_backward: float
    age_time: float
    flash: int
    score_bytes: float
    memory_share: float
    fusion: float
    sequence_parallel: int
    plain_passes: float
    quantise_passes: float
    tensor_exposed: float
    context_exposed: float
    expert_exposed: float
    pipeline_exposed: float
    bubble_time: float
    data_overlap: float
    data_exposed: float
    shard_exposed: float
    network_share: float
    selective_share: float
    launch_s: float
    expert_floor_s: float
    step_s: float
    balance: float
    jitter_share: float
    optimizer_passes: float
    gradient_bytes: float
    optimizer_bytes: float
    stage_bytes: float
    logit_bytes: float
    kept_low: int
    mask_bytes: float
    selective_kept: float
    buffer_bytes: float
    fragmentation_share: float


class Layout(NamedTuple):
    """How the work of a step is laid out over chips; tp * pp * dp * cp of them, experts folded into tp * cp * dp.

    Attributes
    ----------
    tp, pp, dp, cp, ep : tensor, pipeline, data, context and expert parallelism, >= 1
    vp : virtual stages that each pipeline stage holds, >= 1
    microbatch : samples of one microbatch, >= 1
    recompute : NO_RECOMPUTE, SELECTIVE_RECOMPUTE or FULL_RECOMPUTE
    zero : 0 nothing sharded over data-parallel chips, 1 optimiser state, 2 gradients too, 3 parameters too
    offload : 1 where activations that do not fit lie in the host's memory
    shard : chips over which state is sharded (hybrid sharding); 0 all data-parallel ones
    """

    tp: int
    pp: int
    dp: int
    cp: int
    ep: int
    vp: int
    microbatch: int
    recompute: int
    zero: int
    offload: int
    shard: int = 0


Seconds8 = tuple[float, float, float, float, float, float, float, float]


class Parts(NamedTuple):
    """Seconds of one microbatch, forward and backward, by layer and by part; see `PARTS` for the order of the tuples.

    They depend on (tp, cp, ep, microbatch, recompute) alone, so that a search computes them once for all of pp, vp,
    dp and zero.

    Attributes
    ----------
    dense, moe, head : seconds by part of a dense layer, a layer with experts, and output projection with loss
    dense_s, moe_s, head_s : their sums
    """

    dense: Seconds8
    moe: Seconds8
    head: Seconds8
    dense_s: float
    moe_s: float
    head_s: float


class StepSeconds(NamedTuple):
    """Seconds of one step.

    Attributes
    ----------
    step_s : the whole step
    a_s : one microbatch on the slowest pipeline stage
    c_s : what a step takes beyond its microbatches and the bubble
    bubble_s : pipeline bubble
    pipeline_s : exposed transfers between stages
    data_s : exposed data-parallel communication
    optimizer_s : the optimiser
    constant_s : outside of layers
    jitter_s : waiting for the slowest chip
    """

    step_s: float
    a_s: float
    c_s: float
    bubble_s: float
    pipeline_s: float
    data_s: float
    optimizer_s: float
    constant_s: float
    jitter_s: float
