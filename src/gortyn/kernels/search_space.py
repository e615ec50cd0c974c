"""This module owns the space of a search: the values of each axis, and which of their combinations can run.

The space is the product of the axes, cut to what can run: `tp pp cp dp` chips within the window, `dp microbatch`
divides the batch, `ep` divides `tp cp dp`, stages interleave only in equal chunks and in groups of `pp` microbatches.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gortyn.kernels.rates import INNER
from gortyn.kernels.training_types import Hardware, Layout, Shape

TIME: Final = 0
ENERGY: Final = 1
COST: Final = 2
OBJECTIVES: Final = 1 + COST
FIELDS: Final = len(Layout._fields)
# Results of a search, by their place in `Found.counts`.
SEARCHED: Final = 0
FEASIBLE: Final = 1
STATE_TOO_LARGE: Final = 2
ACTIVATIONS_TOO_LARGE: Final = 1 + STATE_TOO_LARGE
TIMED: Final = 1 + ACTIVATIONS_TOO_LARGE
FRONT: Final = 1 + TIMED
COUNTS: Final = 1 + FRONT
SHARDED_STATE: Final = 1
SHARDED_GRADIENTS: Final = 2
SHARDED_WEIGHTS: Final = 1 + SHARDED_GRADIENTS
# Places of `Scratch.state`.
STATE: Final = 0
OPTIMIZER: Final = 1
WORKING: Final = 2
KEPT: Final = 1 + WORKING


class Axes(NamedTuple):
    """Values that each field of a layout may take, ascending: int64[value] each.

    `shard` holds 0 for state sharded over all data-parallel chips, -1 for as many of them as one domain has, or a
    number of chips; it matters where weights are sharded, and there is no pipeline.
    """

    tp: NDArray[np.int64]
    pp: NDArray[np.int64]
    dp: NDArray[np.int64]
    cp: NDArray[np.int64]
    ep: NDArray[np.int64]
    vp: NDArray[np.int64]
    microbatch: NDArray[np.int64]
    recompute: NDArray[np.int64]
    zero: NDArray[np.int64]
    offload: NDArray[np.int64]
    shard: NDArray[np.int64]


class Task(NamedTuple):
    """What a step is and what it costs.

    Attributes
    ----------
    batch : samples of a step
    chips, fewest : chips at hand; a strategy takes more than `fewest` of them and at most `chips`
    active_w, idle_w : power of a chip that works or communicates, and of one that waits in the pipeline bubble or is
        left over [W]
    eur_per_chip_s, eur_per_j : price of holding a chip [EUR/s], and of energy [EUR/J]
    """

    batch: int
    chips: int
    fewest: int
    active_w: float
    idle_w: float
    eur_per_chip_s: float
    eur_per_j: float


class Found(NamedTuple):
    """What a search finds; made by `empty_found`, filled by `gortyn.kernels.search.search`.

    Attributes
    ----------
    counts : int64[6]: strategies searched, those that fit, those whose weights, gradients and optimiser state alone do
        not fit, those that fail on activations and buffers, those whose time was computed in full, and points of the
        front (-1 where it had no room for all of them)
    layouts : int64[objective, rank, field], fields of the best layouts by time, energy and cost, best first
    values : float64[objective, rank, 3], their time [s], energy [J] and cost [EUR] of a step; infinite beyond the last
    front_layouts, front_values : int64[point, field], float64[point, 3]: layouts that no other beats in time and in
        energy, by time; cost is a sum of the two, so none beats them in all three either
    grid_s : float64[tp, pp], shortest step for each pair of tensor and pipeline parallelism [s]; infinite without one
    grid_bytes : float64[tp, pp], least memory that any strategy of the pair needs [B]; infinite where none can run
    """

    counts: NDArray[np.int64]
    layouts: NDArray[np.int64]
    values: NDArray[np.float64]
    front_layouts: NDArray[np.int64]
    front_values: NDArray[np.float64]
    grid_s: NDArray[np.float64]
    grid_bytes: NDArray[np.float64]


class Scratch(NamedTuple):
    """What a search remembers: memory beside activations for the tp, cp and ep at hand, and activations for tp and cp.

    Attributes
    ----------
    seen : int64[pp, dp], from 1: which tp, cp and ep the next four hold for
    found : int64[pp, dp], ways to shard that differ
    ways : int64[pp, dp, way, 2], ZeRO stage and chips that share
    state : float64[pp, dp, way, 3], weights and gradients, optimiser state, and room to gather weights in [B]
    spread : float64[pp, dp, 2], least and most of the sums of state [B]
    noted : int32[recompute and microbatch, pp, dp, chunk], from 1: which tp and cp the next holds for
    activations : float64[recompute and microbatch, pp, dp, chunk], activations with their buffers [B]
    needs : float64[way, offload], memory that the layout at hand needs [B]
    chunks : int64[pp, rank], the virtual stages that cut a pipeline stage into equal chunks, ascending; 0 beyond
    """

    seen: NDArray[np.int64]
    found: NDArray[np.int64]
    ways: NDArray[np.int64]
    state: NDArray[np.float64]
    spread: NDArray[np.float64]
    noted: NDArray[np.int32]
    activations: NDArray[np.float64]
    needs: NDArray[np.float64]
    chunks: NDArray[np.int64]


def empty_found(axes: Axes, keep: int, points: int) -> Found:
    """Room for the `keep` best by each objective and a front of `points` points."""
    grid = (axes.tp.size, axes.pp.size)
    return Found(
        counts=np.zeros(COUNTS, np.int64),
        layouts=np.zeros((OBJECTIVES, keep, FIELDS), np.int64),
        values=np.full((OBJECTIVES, keep, OBJECTIVES), np.inf),
        front_layouts=np.zeros((points, FIELDS), np.int64),
        front_values=np.full((points, OBJECTIVES), np.inf),
        grid_s=np.full(grid, np.inf),
        grid_bytes=np.full(grid, np.inf),
    )


def empty_scratch(axes: Axes, layers: int) -> Scratch:
    """Room for what a search over the axes remembers; a pipeline stage holds the `layers` of the model over pp."""
    places, ways = (axes.pp.size, axes.dp.size), axes.zero.size * axes.shard.size
    equal = [axes.vp[(axes.vp == 1) | (-(-layers // pp) % axes.vp == 0)] for pp in axes.pp]
    chunks = np.zeros((axes.pp.size, 1 + max(len(row) for row in equal)), np.int64)
    for row, values in zip(chunks, equal, strict=True):
        row[: len(values)] = values
    return Scratch(
        seen=np.zeros(places, np.int64),
        found=np.zeros(places, np.int64),
        ways=np.zeros((*places, ways, 2), np.int64),
        state=np.zeros((*places, ways, KEPT)),
        spread=np.zeros((*places, 2)),
        noted=np.zeros((axes.recompute.size * axes.microbatch.size, *places, chunks.shape[1]), np.int32),
        activations=np.zeros((axes.recompute.size * axes.microbatch.size, *places, chunks.shape[1])),
        needs=np.zeros((ways, axes.offload.size)),
        chunks=chunks,
    )


@njit(**INNER)
def combinations(axes: Axes) -> int:
    """Combinations of recompute and microbatch, the two that change fastest in `outer`."""
    return axes.recompute.shape[0] * axes.microbatch.shape[0]


@njit(**INNER)
def around(values: NDArray[np.int64], place: int) -> int:
    """Value at a place, counted round and round."""
    return int(values[place % values.shape[0]])


@njit(**INNER)
def outer(axes: Axes, index: int) -> Layout:
    """The layout of one value each of tp, cp, ep, recompute and microbatch, the last the fastest to change."""
    microbatch = around(axes.microbatch, index)
    index //= axes.microbatch.shape[0]
    recompute = around(axes.recompute, index)
    index //= axes.recompute.shape[0]
    ep = around(axes.ep, index)
    index //= axes.ep.shape[0]
    cp = around(axes.cp, index)
    return Layout(around(axes.tp, index // axes.cp.shape[0]), 1, 1, cp, ep, 1, microbatch, recompute, 0, 0, 0)


@njit(**INNER)
def inner(base: Layout, pp: int, dp: int, vp: int) -> Layout:
    """The same with pipeline stages, replicas and virtual stages."""
    return Layout(base.tp, pp, dp, base.cp, base.ep, vp, base.microbatch, base.recompute, 0, 0, 0)


@njit(**INNER)
def sharding(layout: Layout, zero: int, offload: int, shard: int) -> Layout:
    """The same with its state sharded and stored in another way."""
    return Layout(
        layout.tp, layout.pp, layout.dp, layout.cp, layout.ep, layout.vp, layout.microbatch, layout.recompute,
        zero, offload, shard,
    )  # fmt: skip


@njit(**INNER)
def divides(layout: Layout, batch: int) -> bool:
    """Whether a layout divides the samples of a batch and spreads the experts evenly."""
    return batch % (layout.dp * layout.microbatch) == 0 and (layout.tp * layout.cp * layout.dp) % layout.ep == 0


@njit(**INNER)
def interleaves(layout: Layout, batch: int) -> bool:
    """Whether stages can be interleaved: microbatches go round in groups of `pp`.

    Narayanan et al. 2021 (arXiv:2104.04473), section 2.2.
    """
    return layout.pp > 1 and batch // (layout.dp * layout.microbatch) % layout.pp == 0


@njit(**INNER)
def first_above(values: NDArray[np.int64], factor: int, bound: int) -> int:
    """Place of the first of ascending values that is more than `bound` when multiplied."""
    low, high = 0, values.shape[0]
    while low < high:
        middle = (low + high) // 2
        if values[middle] * factor > bound:
            high = middle
        else:
            low = middle + 1
    return low


@njit(**INNER)
def ways_to_shard(shape: Shape, hardware: Hardware, axes: Axes, layout: Layout, ways: NDArray[np.int64]) -> int:
    """Write the ways to shard a layout that differ, as ways[way] = (zero, shard); returns how many there are.

    There is one where there is nobody to shard with. Under a pipeline weights stay whole for the step, so that there is
    nothing to share inside a domain.
    """
    wide = layout.dp * layout.cp
    narrow = layout.tp * wide // layout.ep if shape.experts > 0 else 1
    count = 0
    for zero in axes.zero:
        for some in axes.shard:
            shard = some
            if some < 0:
                shard = min(wide, hardware.domain_chips // layout.tp)
                while shard > 1 and wide % shard > 0:
                    shard -= 1
            if some != 0 and (
                zero != SHARDED_WEIGHTS or layout.pp > 1 or shard < 2 or shard >= wide or wide % shard > 0
            ):
                continue
            ways[count, 0], ways[count, 1] = zero, shard
            count += 1
        if wide == 1 and narrow == 1:
            break
    return count
