"""A search that tries every combination of the axes in turn, for comparison with the compiled one."""

from __future__ import annotations

import itertools
import math
from typing import Any, NamedTuple

from gortyn.kernels.layers import microbatch_time
from gortyn.kernels.training import memory_bytes, step_time
from gortyn.kernels.training_types import Layout


class Outcome(NamedTuple):
    """Counts; (time, energy, cost) of each layout's fastest sharding; the grid of (tp, pp)."""

    searched: int
    feasible: int
    state_too_large: int
    layouts: dict[tuple[int, ...], tuple[float, float, float]]
    fewest: int | None
    grid: dict[tuple[int, int], float]
    least_bytes: dict[tuple[int, int], float]


def runs(shape: Any, layout: Layout, batch: int) -> bool:
    """Whether a layout can run at all."""
    if batch % (layout.dp * layout.microbatch) or (layout.tp * layout.cp * layout.dp) % layout.ep:
        return False
    if layout.vp == 1:
        return True
    microbatches = batch // (layout.dp * layout.microbatch)
    stage = -(-shape.layers // layout.pp)
    return layout.pp > 1 and microbatches % layout.pp == 0 and stage % layout.vp == 0


def shards(shape: Any, hardware: Any, layout: Layout, zeros: list[int], sizes: list[int]) -> list[tuple[int, int]]:
    """Ways to shard the state that differ: ZeRO stage and chips that share weights (0: all)."""
    wide = layout.dp * layout.cp
    narrow = layout.tp * wide // layout.ep if shape.experts else 1
    ways = [(zero, 0) for zero in zeros if 0 in sizes]
    if -1 in sizes and 3 in zeros and layout.pp == 1:
        fitting = [n for n in range(1, hardware.domain_chips // layout.tp + 1) if wide % n == 0 and n <= wide]
        ways += [(3, fitting[-1])] if fitting and 1 < fitting[-1] < wide else []
    return ways if wide > 1 or narrow > 1 else ways[:1]


def search(shape: Any, hardware: Any, coefficients: Any, axes: Any, task: Any) -> Outcome:
    """Every strategy of the space, one after the other."""
    searched = feasible = state_too_large = 0
    layouts: dict[tuple[int, ...], tuple[float, float, float]] = {}
    fewest: int | None = None
    grid: dict[tuple[int, int], float] = {}
    least_bytes: dict[tuple[int, int], float] = {}
    outer = (axes.tp, axes.pp, axes.dp, axes.cp, axes.ep, axes.vp, axes.microbatch, axes.recompute)
    for tp, pp, dp, cp, ep, vp, microbatch, recompute in itertools.product(*(axis.tolist() for axis in outer)):
        plain = Layout(tp, pp, dp, cp, ep, vp, microbatch, recompute, 0, 0, 0)
        chips = tp * pp * dp * cp
        if not task.fewest < chips <= task.chips or not runs(shape, plain, task.batch):
            continue
        parts = microbatch_time(shape, hardware, coefficients, tp, cp, ep, microbatch, recompute)
        best = math.inf, 0.0
        for zero, shard in shards(shape, hardware, plain, axes.zero.tolist(), axes.shard.tolist()):
            fits = False
            for offload in axes.offload.tolist():
                if fits:
                    break
                way = Layout(tp, pp, dp, cp, ep, vp, microbatch, recompute, zero, offload, shard)
                memory = memory_bytes(shape, hardware, coefficients, way, task.batch)
                searched += 1
                least_bytes[tp, pp] = min(least_bytes.get((tp, pp), math.inf), sum(memory))
                if sum(memory) > hardware.memory_bytes:
                    state_too_large += sum(memory[:3]) > hardware.memory_bytes
                    continue
                feasible, fits = feasible + 1, True
                seconds = step_time(shape, hardware, coefficients, way, task.batch, parts)
                best = min(best, (seconds.step_s, seconds.bubble_s))
        if best[0] < math.inf:
            fewest = chips if fewest is None else min(chips, fewest)
            layouts[tp, pp, dp, cp, ep, vp, microbatch, recompute] = value = weigh(task, chips, *best)
            grid[tp, pp] = min(grid.get((tp, pp), math.inf), value[0])
    return Outcome(searched, feasible, state_too_large, layouts, fewest, grid, least_bytes)


def weigh(task: Any, used: int, step_s: float, bubble_s: float) -> tuple[float, float, float]:
    """Time [s], energy [J] and cost [EUR] of a step."""
    busy_j = used * task.active_w * (step_s - bubble_s) + used * task.idle_w * bubble_s
    energy_j = busy_j + (task.chips - used) * task.idle_w * step_s
    return step_s, energy_j, task.chips * task.eur_per_chip_s * step_s + task.eur_per_j * energy_j


def pareto(values: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Values that no other beats in all of time, energy and cost, each once, fastest first."""
    different = sorted(set(values))
    return [
        one
        for one in different
        if not any(all(a <= b for a, b in zip(other, one, strict=True)) for other in different if other != one)
    ]
