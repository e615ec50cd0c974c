"""This module owns the search: every way to lay a training step out over chips, weighed by time, energy and cost.

Nothing is sampled. The memory of every strategy of the space (`gortyn.kernels.search_space`) is computed, and the time
of every one that fits, unless a bound below its time shows that it can change no answer.

Ways to shard the same layout (ZeRO stages, offload, hybrid sharding) are compared among themselves first; the fastest
that fits, and of equals the smallest, stands for the layout in the lists of the best.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gortyn.kernels import layers, rates, search_lists, search_space, training, training_types
from gortyn.kernels.layers import microbatch_time
from gortyn.kernels.rates import INNER
from gortyn.kernels.search_lists import enlist, join_front, rank_in_front
from gortyn.kernels.search_space import (
    ACTIVATIONS_TOO_LARGE,
    COST,
    ENERGY,
    FEASIBLE,
    FRONT,
    OBJECTIVES,
    OPTIMIZER,
    SEARCHED,
    SHARDED_GRADIENTS,
    SHARDED_STATE,
    STATE,
    STATE_TOO_LARGE,
    TIME,
    TIMED,
    WORKING,
    Axes,
    Found,
    Scratch,
    Task,
    combinations,
    divides,
    first_above,
    inner,
    interleaves,
    outer,
    sharding,
    ways_to_shard,
)
from gortyn.kernels.training import memory_bytes, step_time
from gortyn.kernels.training_types import Coefficients, Hardware, Layout, Parts, Shape

NOTHING: Final = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
# A bound has to clear what it is compared with by more than rounding.
SLACK: Final = 1 - 1e-9  # source: far above the rounding of a sum of doubles


@njit(**INNER)
def at_least(shape: Shape, coefficients: Coefficients, layout: Layout, batch: int, parts: Parts) -> tuple[float, float]:
    """Time that a step takes at least, and the pipeline bubble in it [s]: its layers, and nothing that is sent."""
    moe_share = shape.moe_layers / shape.layers
    layer_s = (moe_share * parts.moe_s + (1 - moe_share) * parts.dense_s) * SLACK
    bubble_s = (layout.pp - 1) / layout.vp * layer_s * shape.layers / layout.pp * coefficients.bubble_time
    work_s = math.ceil(shape.layers / layout.pp) * layer_s * (batch / (layout.dp * layout.microbatch))
    return work_s + bubble_s, bubble_s


@njit(**INNER)
def weigh(task: Task, layout: Layout, step_s: float, bubble_s: float) -> tuple[float, float, float]:
    """Time [s], energy [J] and cost [EUR] of a step, chips that are left over included."""
    used = layout.tp * layout.pp * layout.dp * layout.cp
    energy_j = used * (task.active_w * (step_s - bubble_s) + task.idle_w * bubble_s)
    energy_j += (task.chips - used) * task.idle_w * step_s
    return step_s, energy_j, task.chips * task.eur_per_chip_s * step_s + task.eur_per_j * energy_j


@njit(**INNER)
def shard(
    shape: Shape,
    hardware: Hardware,
    coefficients: Coefficients,
    axes: Axes,
    layout: Layout,
    batch: int,
    ways: NDArray[np.int64],
    state: NDArray[np.float64],
    spread: NDArray[np.float64],
) -> int:
    """Memory of every way to shard a layout, beside activations: ways, state and spread of `Scratch`; returns how many.

    The layout itself shards nothing; how much room a way needs beside its state does not depend on the activations.
    """
    found = ways_to_shard(shape, hardware, axes, layout, ways)
    whole = memory_bytes(shape, hardware, coefficients, layout, batch)
    spread[0], spread[1] = np.inf, 0.0
    for i in range(found):
        way = memory_bytes(shape, hardware, coefficients, sharding(layout, ways[i, 0], 0, ways[i, 1]), batch)
        state[i, STATE] = way[0] + way[1]
        state[i, OPTIMIZER] = way[2]
        state[i, WORKING] = way[3] + way[4] - (whole[3] + whole[4])
        kept = state[i, STATE] + state[i, OPTIMIZER] + state[i, WORKING]
        spread[0], spread[1] = min(spread[0], kept), max(spread[1], kept)
    return found


@njit(**INNER)
def census(
    shape: Shape,
    hardware: Hardware,
    coefficients: Coefficients,
    axes: Axes,
    layout: Layout,
    batch: int,
    activations: float,
    scratch: Scratch,
    p: int,
    d: int,
    least_bytes: float,
    counts: NDArray[np.int64],
) -> float:
    """Count which ways to shard and store a layout fit; writes `scratch.needs`, returns the least or `least_bytes` [B].

    Offload moves no more than what does not fit, so that with it a layout that fits is the same strategy.
    """
    ways, state, needs, room = scratch.ways[p, d], scratch.state[p, d], scratch.needs, hardware.memory_bytes
    for i in range(scratch.found[p, d]):
        kept = state[i, STATE] + state[i, OPTIMIZER]
        for j in range(axes.offload.shape[0]):
            if axes.offload[j] == 0:
                needs[i, j] = kept + state[i, WORKING] + activations
            elif j > 0 and needs[i, 0] <= room:
                needs[i, j] = np.inf
                continue
            elif kept + state[i, WORKING] > max(room, least_bytes):
                needs[i, j] = np.inf  # without any activations more than fits, and more than the least found
            else:
                away = sharding(layout, ways[i, 0], 1, ways[i, 1])
                memory = memory_bytes(shape, hardware, coefficients, away, batch)
                needs[i, j] = memory[0] + memory[1] + memory[2] + memory[3] + memory[4]
            least_bytes = min(least_bytes, needs[i, j])
            counts[SEARCHED] += 1
            if needs[i, j] <= room:
                counts[FEASIBLE] += 1
            elif kept > room:
                counts[STATE_TOO_LARGE] += 1
            else:
                counts[ACTIVATIONS_TOO_LARGE] += 1
    return least_bytes


@njit(**INNER)
def all_fit(axes: Axes, scratch: Scratch, p: int, d: int, activations: float) -> None:
    """Write `scratch.needs` of a layout that fits in every way, so that nothing is offloaded."""
    for i in range(scratch.found[p, d]):
        state = scratch.state[p, d, i]
        scratch.needs[i, 0] = state[STATE] + state[OPTIMIZER] + state[WORKING] + activations
        for j in range(1, axes.offload.shape[0]):
            scratch.needs[i, j] = np.inf


@njit(**INNER)
def fastest(
    shape: Shape,
    hardware: Hardware,
    coefficients: Coefficients,
    axes: Axes,
    layout: Layout,
    batch: int,
    parts: Parts,
    scratch: Scratch,
    p: int,
    d: int,
    counts: NDArray[np.int64],
) -> tuple[Layout, float, float]:
    """The fastest of the ways to shard a layout that fits, its step and its bubble [s]; of equals the smallest.

    Stages 1 and 2 send and compute the same, and stage 2 needs less memory, so that stage 1 is not timed beside it.
    """
    best, best_s, best_bubble_s, best_bytes = layout, np.inf, 0.0, np.inf
    ways, needs, found = scratch.ways[p, d], scratch.needs, scratch.found[p, d]
    for i in range(found):
        if ways[i, 0] == SHARDED_STATE and i + 1 < found and ways[i + 1, 0] == SHARDED_GRADIENTS:
            continue
        for j in range(axes.offload.shape[0]):
            if needs[i, j] > hardware.memory_bytes:
                continue
            way = sharding(layout, ways[i, 0], axes.offload[j], ways[i, 1])
            seconds = step_time(shape, hardware, coefficients, way, batch, parts)
            counts[TIMED] += 1
            if seconds.step_s < best_s or (seconds.step_s == best_s and needs[i, j] < best_bytes):
                best, best_s, best_bubble_s, best_bytes = way, seconds.step_s, seconds.bubble_s, needs[i, j]
    return best, best_s, best_bubble_s


@njit(**INNER)
def hopeless(found: Found, t: int, p: int, least: tuple[float, float, float]) -> bool:
    """Whether a layout that takes at least so much can change no answer."""
    last = found.values.shape[1] - 1
    return (
        least[TIME] >= found.grid_s[t, p]
        and least[TIME] >= found.values[TIME, last, TIME]
        and least[ENERGY] >= found.values[ENERGY, last, ENERGY]
        and least[COST] >= found.values[COST, last, COST]
        and rank_in_front(found.front_values, found.counts[FRONT], least[TIME], least[ENERGY]) < 0
    )


@njit(**INNER)
def explore(
    shape: Shape,
    hardware: Hardware,
    coefficients: Coefficients,
    axes: Axes,
    task: Task,
    quick: bool,
    scratch: Scratch,
    found: Found,
) -> None:
    """Search the whole space; see `search`."""
    last, counts, room = found.values.shape[1] - 1, found.counts, hardware.memory_bytes
    faster = combinations(axes)
    per_cp = axes.ep.shape[0] * faster
    per_tp = axes.cp.shape[0] * per_cp
    for index in range(axes.tp.shape[0] * per_tp):
        t, f = index // per_tp, index % faster
        base = outer(axes, index)
        parts = Parts(NOTHING, NOTHING, NOTHING, 0.0, 0.0, 0.0)
        known = False
        for p in range(axes.pp.shape[0]):
            pp = axes.pp[p]
            replica = base.tp * base.cp * pp
            if replica > task.chips:
                break
            for d in range(first_above(axes.dp, replica, task.fewest), axes.dp.shape[0]):
                if replica * axes.dp[d] > task.chips:
                    break
                plain = inner(base, pp, axes.dp[d], 1)
                if not divides(plain, task.batch):
                    continue
                if scratch.seen[p, d] != 1 + index // faster:
                    scratch.seen[p, d] = 1 + index // faster
                    scratch.found[p, d] = shard(
                        shape, hardware, coefficients, axes, plain, task.batch, scratch.ways[p, d],
                        scratch.state[p, d], scratch.spread[p, d],
                    )  # fmt: skip
                if not known:
                    parts = microbatch_time(
                        shape, hardware, coefficients, base.tp, base.cp, base.ep, base.microbatch, base.recompute
                    )
                    known = True
                for k in range(scratch.chunks.shape[1]):
                    vp = scratch.chunks[p, k]
                    if vp == 0 or (vp > 1 and not interleaves(plain, task.batch)):
                        break
                    layout = inner(base, pp, axes.dp[d], vp)
                    least_s, waiting_s = at_least(shape, coefficients, layout, task.batch, parts)
                    if quick and least_s >= found.values[TIME, last, TIME]:
                        continue
                    if scratch.noted[f, p, d, k] != 1 + index // per_cp:
                        scratch.noted[f, p, d, k] = 1 + index // per_cp
                        memory = memory_bytes(shape, hardware, coefficients, layout, task.batch)
                        scratch.activations[f, p, d, k] = memory[3] + memory[4]
                    activations = scratch.activations[f, p, d, k]
                    before = counts[FEASIBLE]
                    whole = axes.offload[0] == 0 and scratch.spread[p, d, 1] + activations <= room
                    if whole:
                        counts[SEARCHED] += scratch.found[p, d]
                        counts[FEASIBLE] += scratch.found[p, d]
                        found.grid_bytes[t, p] = min(found.grid_bytes[t, p], scratch.spread[p, d, 0] + activations)
                    else:
                        found.grid_bytes[t, p] = census(
                            shape, hardware, coefficients, axes, layout, task.batch, activations, scratch, p, d,
                            found.grid_bytes[t, p], counts,
                        )  # fmt: skip
                    least = weigh(task, layout, least_s, waiting_s)
                    if counts[FEASIBLE] == before or hopeless(found, t, p, least):
                        continue
                    if whole:
                        all_fit(axes, scratch, p, d, activations)
                    best, step_s, bubble_s = fastest(
                        shape, hardware, coefficients, axes, layout, task.batch, parts, scratch, p, d, counts
                    )
                    value = weigh(task, best, step_s, bubble_s)
                    found.grid_s[t, p] = min(found.grid_s[t, p], step_s)
                    for by in range(OBJECTIVES):
                        enlist(found.layouts[by], found.values[by], by, best, value)
                    join_front(found, best, value)


@njit(**INNER)
def fewest_chips(
    shape: Shape,
    hardware: Hardware,
    coefficients: Coefficients,
    axes: Axes,
    batch: int,
    limit: int,
    scratch: Scratch,
    counts: NDArray[np.int64],
) -> int:
    """Fewest chips on which a step fits; see `least`."""
    fewest = limit + 1
    for index in range(axes.tp.shape[0] * axes.cp.shape[0] * axes.ep.shape[0] * combinations(axes)):
        base = outer(axes, index)
        for p in range(axes.pp.shape[0]):
            vp = scratch.chunks[p, 0]
            for dp in axes.dp:
                chips = base.tp * base.cp * axes.pp[p] * dp
                if chips >= fewest or vp == 0:
                    break
                layout = inner(base, axes.pp[p], dp, vp)
                if not divides(layout, batch) or (vp > 1 and not interleaves(layout, batch)):
                    continue
                scratch.found[0, 0] = shard(
                    shape, hardware, coefficients, axes, layout, batch, scratch.ways[0, 0], scratch.state[0, 0],
                    scratch.spread[0, 0],
                )  # fmt: skip
                memory = memory_bytes(shape, hardware, coefficients, layout, batch)
                needed = census(
                    shape, hardware, coefficients, axes, layout, batch, memory[3] + memory[4], scratch, 0, 0, np.inf,
                    counts,
                )  # fmt: skip
                if needed <= hardware.memory_bytes:
                    fewest = chips
    return fewest


def _entries(stamp: int) -> tuple[Any, Any]:
    """The two functions that are called from Python, kept on disk for as long as `stamp` stays the same.

    The cache of numba looks at the file of the function that is called and at what its closure holds. The stamp stands
    for the files of all that is called from here.
    """

    @njit(nogil=True, cache=True)
    def search(
        shape: Shape,
        hardware: Hardware,
        coefficients: Coefficients,
        axes: Axes,
        task: Task,
        quick: bool,
        scratch: Scratch,
        found: Found,
    ) -> None:
        """Search the whole space and write what there is into `found`.

        Parameters
        ----------
        shape, hardware, coefficients : model, machine in the number format of the run, software
        axes, task : space, and what a step is and costs
        quick : look for the fastest layouts alone: strategies that a bound rules out are not counted, and energy, cost,
            front and grid are incomplete
        scratch, found : from `empty_scratch` and `empty_found`
        """
        assert stamp
        explore(shape, hardware, coefficients, axes, task, quick, scratch, found)

    @njit(nogil=True, cache=True)
    def least(
        shape: Shape,
        hardware: Hardware,
        coefficients: Coefficients,
        axes: Axes,
        batch: int,
        limit: int,
        scratch: Scratch,
        counts: NDArray[np.int64],
    ) -> int:
        """Fewest chips on which a step of `batch` samples fits; `limit + 1` where none up to `limit` do."""
        assert stamp
        return fewest_chips(shape, hardware, coefficients, axes, batch, limit, scratch, counts)

    return search, least


_modules = (layers, rates, search_lists, search_space, training, training_types)
_text = b"".join(np.fromfile(str(module.__file__), np.uint8).tobytes() for module in _modules)
search, least = _entries(1 + int.from_bytes(_text, "little") % (2**61 - 1))  # source: a prime of Mersenne
