"""This module owns what a search keeps: the best layouts by each objective, and those that no other beats in all."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gortyn.kernels.rates import INNER
from gortyn.kernels.search_space import ENERGY, FIELDS, FRONT, OBJECTIVES, TIME, Found
from gortyn.kernels.training_types import Layout


@njit(**INNER)
def write(
    layouts: NDArray[np.int64], values: NDArray[np.float64], at: int, layout: Layout, value: tuple[float, float, float]
) -> None:
    """Write a layout and its value into a row of a list."""
    for j in range(OBJECTIVES):
        values[at, j] = value[j]
    row = layouts[at]
    row[0], row[1], row[2], row[3], row[4] = layout.tp, layout.pp, layout.dp, layout.cp, layout.ep
    row[5], row[6], row[7], row[8], row[9] = layout.vp, layout.microbatch, layout.recompute, layout.zero, layout.offload
    row[10] = layout.shard


@njit(**INNER)
def move(layouts: NDArray[np.int64], values: NDArray[np.float64], to: int, origin: int) -> None:
    """Copy a row of a list to another."""
    # Assigning whole rows would compile numpy's broadcasting and its messages, for half a minute.
    for j in range(OBJECTIVES):
        values[to, j] = values[origin, j]
    for j in range(FIELDS):
        layouts[to, j] = layouts[origin, j]


@njit(**INNER)
def enlist(
    layouts: NDArray[np.int64], values: NDArray[np.float64], by: int, layout: Layout, value: tuple[float, float, float]
) -> None:
    """Insert a layout into a list of the best by one objective; the first of equals stays ahead."""
    at = values.shape[0] - 1
    if value[by] >= values[at, by]:
        return
    while at > 0 and value[by] < values[at - 1, by]:
        move(layouts, values, at, at - 1)
        at -= 1
    write(layouts, values, at, layout, value)


@njit(**INNER)
def rank_in_front(values: NDArray[np.float64], size: int, step_s: float, energy_j: float) -> int:
    """Where a point belongs in the front of `size` points, by time; -1 where another is as good in both."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if values[middle, TIME] <= step_s:
            low = middle + 1
        else:
            high = middle
    # Energy falls along the front, so the last point that is as fast has the least energy of those.
    return -1 if low > 0 and values[low - 1, ENERGY] <= energy_j else low


@njit(**INNER)
def join_front(found: Found, layout: Layout, value: tuple[float, float, float]) -> None:
    """Put a point into the front and drop those that it beats; the size is -1 from where there is no room."""
    layouts, values, size = found.front_layouts, found.front_values, found.counts[FRONT]
    if size < 0:
        return
    at = rank_in_front(values, size, value[TIME], value[ENERGY])
    if at < 0:
        return
    if at > 0 and values[at - 1, TIME] == value[TIME]:
        at -= 1
    end = at
    while end < size and values[end, ENERGY] >= value[ENERGY]:
        end += 1
    if end > at:
        for i in range(end, size):
            move(layouts, values, at + 1 + i - end, i)
    elif size == values.shape[0]:
        found.counts[FRONT] = -1
        return
    else:
        for i in range(size, at, -1):
            move(layouts, values, i, i - 1)
    write(layouts, values, at, layout, value)
    found.counts[FRONT] = at + 1 + size - end
