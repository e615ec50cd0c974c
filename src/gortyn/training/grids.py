"""This module owns the regular grids of the surfaces: their axes, and how gaps between measured points are filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a grid: base-2 logarithms of a size from `first` to `last`.

    Attributes
    ----------
    name : column of the surface's file
    halves : below the smallest measured size values halve per octave, because a smaller kernel is not known to take
        less time; else they hold
    """

    name: str
    first: int
    last: int
    halves: bool = False

    @property
    def points(self) -> range:
        """Base-2 logarithms of the grid points."""
        return range(self.first, self.last + 1)


GRIDS: dict[str, tuple[Axis, ...]] = {  # source: the sizes of the shipped tables that training runs at
    "gemm": (Axis("log2_m", 6, 15, True), Axis("log2_n", 6, 16, True), Axis("log2_k", 6, 16, True)),
    "attention": (Axis("log2_head_dim", 6, 8), Axis("log2_sequence", 8, 14, True), Axis("log2_heads", 0, 9, True)),
    "grouped": (Axis("log2_tokens", 4, 12, True), Axis("log2_width", 7, 14, True), Axis("log2_experts", 0, 8)),
    "collective": (Axis("log2_chips", 1, 3), Axis("log2_bytes", 9, 29, True)),
    "memory": (Axis("log2_bytes", 16, 32, True),),
}
"""Axes of every kind of surface; a calibration may cover less of the last two."""


def fill(table: NDArray[np.float64], axes: Sequence[Axis]) -> NDArray[np.float64]:
    """Fill the gaps of a grid (NaN): linear between measured points along the last axis, then the one before, and on.

    Beyond the largest measured size the last value holds; below the smallest one see `Axis.halves`.

    Raises
    ------
    ValueError : not one point was measured.

    >>> nan = float("nan")
    >>> fill(np.array([nan, 0.2, nan, 0.4, nan]), [Axis("log2_m", 6, 10, halves=True)])
    array([0.1, 0.2, 0.3, 0.4, 0.4])
    """
    table = table.copy()
    for number in reversed(range(len(axes))):
        lines = np.moveaxis(table, number, -1)
        for index in np.ndindex(lines.shape[:-1]):
            lines[index] = _fill_line(lines[index], halves=axes[number].halves)
    if np.isnan(table).any():
        raise ValueError("a grid without a single measured point")
    return table


def _fill_line(line: NDArray[np.float64], *, halves: bool) -> NDArray[np.float64]:
    known = np.flatnonzero(~np.isnan(line))
    if not len(known):
        return line
    places = np.arange(len(line))
    filled = np.interp(places, known, line[known])
    if halves:
        below = places < known[0]
        filled[below] /= 2.0 ** (known[0] - places[below])
    return filled


def digits(value: float) -> str:
    """A value with three significant digits, two below 100, without an exponent.

    >>> digits(764.4), digits(12.345), digits(0.045678)
    ('764', '12', '0.046')
    """
    rounded = float(f"{value:.3g}" if value >= 100 else f"{value:.2g}")
    return np.format_float_positional(rounded, trim="-")


def header(axes: Sequence[Axis]) -> list[str]:
    """Columns of a surface's file."""
    last = axes[-1]
    return ["chip", "series", *(axis.name for axis in axes[:-1]), *(f"{last.name}={point}" for point in last.points)]


def lines(chip: str, series: str, table: NDArray[np.float64], axes: Sequence[Axis]) -> list[list[str]]:
    """Rows of a surface's file: one for each cell of all axes but the last."""
    rows: list[list[str]] = []
    for index in np.ndindex(table.shape[:-1]):
        place = [str(axis.first + i) for axis, i in zip(axes, index, strict=False)]
        rows.append([chip, series, *place, *map(digits, table[index])])
    return rows
