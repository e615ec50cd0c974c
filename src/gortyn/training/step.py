"""This module owns the evaluation of one strategy: seconds of a step by part, memory of a chip, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gortyn.kernels import training as kernels
from gortyn.kernels.training_types import PARTS, Coefficients, Hardware, Parts, StepSeconds
from gortyn.model.conversions import BYTES_PER_GB, FLOPS_PER_TFLOPS
from gortyn.training.strategy import InvalidStrategy, Strategy

if TYPE_CHECKING:
    from gortyn.training.architecture import Architecture

MEMORY_PARTS: Final = ("weights", "gradients", "optimizer", "activations", "buffers")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of training under a strategy.

    Attributes
    ----------
    step_s : duration [s]
    tokens_per_s : tokens of all chips
    mfu : model FLOPs over the dense peak of the number format
    tflops_per_chip : model FLOPs of a chip [TFLOP/s]
    breakdown : seconds by part, adding up to `step_s`
    memory_gb : memory of the fullest chip by part [GB]
    fits : whether its sum is at most the chip's memory
    a_s, c_s : terms of the law `a (m + (PP - 1) / VP) + c`
    """

    step_s: float
    tokens_per_s: float
    mfu: float
    tflops_per_chip: float
    breakdown: dict[str, float]
    memory_gb: dict[str, float]
    fits: bool
    a_s: float
    c_s: float


def evaluate(
    architecture: Architecture, hardware: Hardware, strategy: Strategy, batch: int, software: Coefficients
) -> Step:
    """Duration and memory of one step.

    Parameters
    ----------
    architecture : model, with the length of its samples
    hardware : machine, in the number format of the strategy
    strategy : layout
    batch : samples of a step over all replicas, a multiple of dp * microbatch
    software : coefficients of the software stack

    Raises
    ------
    InvalidStrategy : the strategy does not divide the batch or the experts.
    """
    if (fault := strategy.fault(batch)) is not None:
        raise InvalidStrategy(fault)
    shape, layout = architecture.shape(), strategy.layout()
    parts, seconds, memory = kernels.evaluate(shape, hardware, software, layout, batch)
    tokens_per_s = batch * architecture.sequence / seconds.step_s
    flops_per_chip = tokens_per_s * architecture.flops_per_token / strategy.chips
    return Step(
        step_s=seconds.step_s,
        tokens_per_s=tokens_per_s,
        mfu=flops_per_chip / hardware.peak_flops,
        tflops_per_chip=flops_per_chip / FLOPS_PER_TFLOPS,
        breakdown=breakdown(architecture, strategy, batch, parts, seconds),
        memory_gb={name: part / BYTES_PER_GB for name, part in zip(MEMORY_PARTS, memory, strict=True)},
        fits=sum(memory) <= hardware.memory_bytes,
        a_s=seconds.a_s,
        c_s=seconds.c_s,
    )


def breakdown(
    architecture: Architecture, strategy: Strategy, batch: int, parts: Parts, seconds: StepSeconds
) -> dict[str, float]:
    """Seconds of a step by part, adding up to the step.

    The parts of layers are those of a mean stage; what the slowest stage takes longer counts as pipeline bubble.
    """
    microbatches = batch / (strategy.dp * strategy.microbatch)
    moe = architecture.moe_layers
    share = moe / architecture.layers
    layers = architecture.layers + architecture.mtp_layers
    heads = 1 + architecture.mtp_layers
    found = {
        name: microbatches
        * (layers * (share * parts.moe[i] + (1 - share) * parts.dense[i]) + heads * parts.head[i])
        / strategy.pp
        for i, name in enumerate(PARTS)
    }
    found["launch"] += seconds.constant_s
    found["pipeline comm"] = seconds.pipeline_s
    found["data comm"] = seconds.data_s
    found["optimiser"] = seconds.optimizer_s
    found["jitter"] = seconds.jitter_s
    found["pipeline bubble"] = seconds.step_s - sum(found.values())
    return found
