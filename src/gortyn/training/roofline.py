"""This module owns the roofline of a strategy: how much each part computes per byte, and how fast, under its roof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gortyn.training.hardware import SERIES
from gortyn.training.surfaces import efficiency, surfaces_for

if TYPE_CHECKING:
    from gortyn.kernels.training_types import Hardware
    from gortyn.training.search import Candidate, Problem
    from gortyn.training.target import Target

OUTPUT: Final = "output projection"
FLOPS_PER_TFLOPS: Final = 1e12
WORD_BYTES: Final = 2
# A linear layer is computed three times: forward, for the gradient of its input, and for that of its weights.
PASSES: Final = 1 + 2
# Flash attention forward reads queries, keys and values and writes its output; backward reads those and writes theirs.
ATTENTION_PASSES: Final = PASSES


@dataclass(frozen=True, slots=True)
class RooflinePoint:
    """A part of a training step under the roof of its chip.

    Attributes
    ----------
    part : what is computed
    intensity_flop_per_byte : operations for each byte that passes between chip and memory at least
    achieved_tflops : rate that the model gives it
    roof_tflops : the lower of the dense peak and of what the memory feeds at that intensity
    """

    part: str
    intensity_flop_per_byte: float
    achieved_tflops: float
    roof_tflops: float


@dataclass(frozen=True, slots=True)
class _Work:
    """Operations and bytes of a part in a microbatch on a chip, the rate and the number format's peak [FLOP/s]."""

    part: str
    flops: float
    bytes_: float
    flops_per_s: float
    peak: float


def roofline(problem: Problem, target: Target, candidate: Candidate) -> tuple[RooflinePoint, ...]:
    """Points of the parts of a strategy, and one of its whole step.

    Matrix products reach what the measured surfaces say of their sizes on a chip, at the pace of the software;
    attention what the step model gives it. Bytes are the least that must pass: operands once in, results once out.
    """
    parts = [*_products(problem, target, candidate), _attention(problem, candidate)]
    hardware, step = problem.hardware, candidate.step
    points = [_point(work, hardware) for work in parts]
    layers_s = step.breakdown["memory-bound"] * hardware.memory_bytes_per_s
    layout = candidate.strategy
    microbatches = problem.batch / (layout.dp * layout.microbatch)
    layers = problem.architecture.layers / layout.pp
    moved = layers_s + sum(work.bytes_ * microbatches * (1 if work.part == OUTPUT else layers) for work in parts)
    flops = step.tflops_per_chip * FLOPS_PER_TFLOPS * step.step_s
    whole = _Work("whole step", flops, moved, flops / step.step_s, hardware.peak_flops)
    return (*points, _point(whole, hardware))


def _products(problem: Problem, target: Target, candidate: Candidate) -> Iterator[_Work]:
    model, layout, hardware = problem.architecture, candidate.strategy, problem.hardware
    chip = target.stand_in
    arrays = surfaces_for(chip, SERIES[problem.precision], target.facts, target.tables).arrays
    arrays16 = surfaces_for(chip, SERIES["bf16"], target.facts, target.tables).arrays
    tokens, tp = layout.microbatch * model.sequence / layout.cp, layout.tp
    pace = problem.software.gemm_time

    def product(part: str, inputs: float, outputs: float, *, sixteen: bool = False) -> _Work:
        grid = arrays16 if sixteen else arrays
        peak, size = (hardware.peak16_flops, WORD_BYTES) if sixteen else (hardware.peak_flops, hardware.operand_bytes)
        share = efficiency(grid.gemm, grid.gemm_origin, tokens, outputs, inputs)
        flops = 2 * PASSES * tokens * inputs * outputs
        moved = PASSES * (size * (tokens * inputs + inputs * outputs) + WORD_BYTES * tokens * outputs)
        return _Work(part, flops, moved, peak * share / pace, peak)

    if model.kv_lora:
        yield product("attention projections", model.hidden, model.heads * (model.query_dim + model.v_dim) / tp)
    else:
        width = (model.heads + 2 * max(model.kv_heads, tp)) * model.head_dim / tp
        yield product("attention projections", model.hidden, width)
    if model.experts:
        here = model.experts / layout.ep
        each = tokens / tp * model.experts_active / here
        share = efficiency(arrays.grouped, arrays.grouped_origin, each, model.hidden * model.expert_ffn, here)
        matrix = model.hidden * model.expert_ffn * model.ffn_matrices
        flops = 2 * PASSES * here * each * matrix
        ends = (model.hidden + model.expert_ffn) * model.ffn_matrices
        moved = PASSES * here * (hardware.operand_bytes * matrix + WORD_BYTES * each * ends)
        reached = hardware.peak_flops * share / problem.software.grouped_time
        yield _Work("experts", flops, moved, reached, hardware.peak_flops)
    if model.moe_layers < model.layers:
        yield product("feed-forward", model.hidden, (model.ffn_matrices - 1) * model.ffn / tp)
    yield product(OUTPUT, model.hidden, model.vocabulary / tp, sixteen=True)


def _attention(problem: Problem, candidate: Candidate) -> _Work:
    model, layout, hardware = problem.architecture, candidate.strategy, problem.hardware
    tokens = layout.microbatch * model.sequence / layout.cp
    microbatches = problem.batch / (layout.dp * layout.microbatch)
    channels = model.heads * (model.query_dim + model.value_dim) / layout.tp
    kept = (model.kv_heads if not model.kv_lora else model.heads) * (model.query_dim + model.value_dim) / layout.tp
    # Half of the sequence is seen on average; scores and weighted sum, forward and twice that backward.
    flops = 2 * PASSES * tokens * model.sequence / 2 * channels
    moved = ATTENTION_PASSES * WORD_BYTES * tokens * (channels + kept)
    seconds = candidate.step.breakdown["attention"] / (microbatches * model.layers / layout.pp)
    return _Work("attention", flops, moved, flops / seconds, hardware.peak16_flops)


def _point(work: _Work, hardware: Hardware) -> RooflinePoint:
    intensity = work.flops / work.bytes_
    return RooflinePoint(
        part=work.part,
        intensity_flop_per_byte=intensity,
        achieved_tflops=work.flops_per_s / FLOPS_PER_TFLOPS,
        roof_tflops=min(work.peak, intensity * hardware.memory_bytes_per_s) / FLOPS_PER_TFLOPS,
    )
