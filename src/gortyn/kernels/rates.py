"""This module owns the rates of a machine: how long a matrix product and a collective take, by their size.

Sizes are floats throughout: numba compiles a function anew for each whole number that is written out in a call.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gortyn.kernels.training_types import (
    ALL_REDUCE,
    ALL_TO_ALL,
    GROUPED,
    HEADER,
    Coefficients,
    Hardware,
    Shape,
)

INNER: Final[dict[str, Any]] = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""How functions are compiled that only compiled functions call."""


@njit(**INNER)
def place(points: int, position: float) -> tuple[int, float]:
    """Cell of a position on an axis of `points` points and the weight of its upper edge; outside, the edge holds."""
    if position <= 0 or points < 2:
        return 0, 0.0
    if position >= points - 1:
        return points - 2, 1.0
    i = int(position)
    return i, position - i


@njit(**INNER)
def surface(surfaces: NDArray[np.float64], which: float, x: float, y: float, z: float) -> float:
    """Value of one of the packed surfaces at sizes (x, y, z), each > 0: linear in their logarithms on each axis."""
    head = int(which) * HEADER
    start, ni, nj, nk = (
        int(surfaces[head]),
        int(surfaces[head + 1]),
        int(surfaces[head + 2]),
        int(surfaces[head + 3]),
    )
    i, u = place(ni, math.log2(x) - surfaces[head + 4])
    j, v = place(nj, math.log2(y) - surfaces[head + 5])
    k, w = place(nk, math.log2(z) - surfaces[head + 6])
    value = 0.0
    for a in range(2):
        for b in range(2):
            for c in range(2):
                weight = (u if a else 1 - u) * (v if b else 1 - v) * (w if c else 1 - w)
                if weight > 0:
                    value += weight * surfaces[start + ((i + a) * nj + j + b) * nk + k + c]
    return value


@njit(**INNER)
def product_time(surfaces: NDArray[np.float64], which: float, peak: float, m: float, n: float, k: float) -> float:
    """Time of a matrix product [m, k] x [k, n] by the measured efficiency of its size [s]."""
    if m <= 0 or n <= 0 or k <= 0:
        return 0.0
    return 2 * m * n * k / (peak * surface(surfaces, which, m, n, k))


@njit(**INNER)
def weight_time(
    surfaces: NDArray[np.float64], which: float, peak: float, tokens: float, inputs: float, outputs: float
) -> tuple[float, float]:
    """Time of a linear layer forward, and backward: gradients of its input and of its weights [s]."""
    forward = product_time(surfaces, which, peak, tokens, outputs, inputs)
    inward = product_time(surfaces, which, peak, tokens, inputs, outputs)
    weights = product_time(surfaces, which, peak, outputs, inputs, tokens)
    return forward, inward + weights


@njit(**INNER)
def experts_time(hardware: Hardware, shape: Shape, experts: float, tokens: float) -> float:
    """Time of a layer of `experts` experts with `tokens` tokens each, forward, by measured efficiency [s]."""
    if experts <= 0 or tokens <= 0:
        return 0.0
    reached = surface(hardware.surfaces, GROUPED, tokens, float(shape.expert_ffn), experts)
    work = 2 * experts * tokens * shape.ffn_matrices * shape.hidden * shape.expert_ffn
    return work / (hardware.peak_flops * reached)


@njit(**INNER)
def group_time(
    hardware: Hardware, coefficients: Coefficients, op: float, stride: float, size: float, message: float
) -> float:
    """Time of a collective over `size` chips that stand `stride` chips apart, with a message of that many bytes [s].

    Inside a domain the measured share of its rate holds. Beyond it each domain's members share the traffic that
    crosses, each through its own network adapter, while the domain passes it on.
    """
    if size <= 1 or message <= 0:
        return 0.0
    halves = 2.0 if op == ALL_REDUCE else 1.0
    inside = min(size, max(1.0, hardware.domain_chips // stride))
    seconds = 0.0
    if inside > 1:
        part = message * inside / size if op == ALL_TO_ALL else message
        rate = surface(hardware.surfaces, op, inside, part, 1.0)
        seconds = halves * part * (inside - 1) / inside / rate
    if inside == size:
        return seconds
    span = stride * size
    tier = 0
    while tier < hardware.tier_chips.shape[0] - 1 and hardware.tier_chips[tier] < span:
        tier += 1
    rate = hardware.tier_bytes_per_s[tier] * coefficients.network_share
    domains = math.ceil(size / inside)
    if op == ALL_TO_ALL:
        crossing = message * (1 - inside / size) / rate
    else:
        crossing = halves * message * (domains - 1) / domains / (inside * rate)
    return max(seconds, crossing) + halves * hardware.tier_latency_s[tier] * math.log2(domains)
