"""This module owns how fast a chip's kernels run by shape: measured surfaces as arrays for the step model.

Efficiencies are shares of the dense peak of the number format in use, collectives are bus bandwidths. All of them are
interpolated linearly in the base-2 logarithms of the sizes and held beyond the grid's ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gortyn.catalogue.surface import Surface, Surfaces, load_surfaces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gortyn.catalogue import Lookup

OPERATIONS = ("all_reduce", "all_gather", "reduce_scatter", "alltoall")
"""First axis of the collectives."""
SERIES = {"bf16": "bf16", "fp8": "fp8", "fp8_block": "fp8_block", "mxfp8": "fp8_block", "fp4": "fp4", "nvfp4": "fp4"}
"""Measured number format by name of the precision."""
PEAK_FIELD = {
    "bf16": "bf16_dense_tflops",
    "fp8": "fp8_dense_tflops",
    "fp8_block": "fp8_dense_tflops",
    "fp4": "fp4_dense_tflops",
}


class SurfaceArrays(NamedTuple):
    """Grids ready for compiled interpolation: every origin is the base-2 logarithm of the first point, the step is 1.

    Attributes
    ----------
    gemm, gemm_origin : efficiency by (m, n, k) [share of peak]
    attention, attention_origin : causal forward attention by (head_dim, sequence, query heads x sequences) [share of
        peak of the attention's own format], operations counted at half of the full matrix
    grouped, grouped_origin : expert layer, forward, by (tokens of an expert, width of an expert on the chip, experts on
        the chip) [share of peak], with routing, permutation and combination
    collective, collective_origin : bus bandwidth by (operation of `OPERATIONS`, chips, bytes of the whole vector)
        [bytes/s]; the origin is that of chips and bytes
    memory, memory_origin : share of the memory bandwidth that streaming kernels reach by bytes moved
    """

    gemm: NDArray[np.float64]
    gemm_origin: NDArray[np.float64]
    attention: NDArray[np.float64]
    attention_origin: NDArray[np.float64]
    grouped: NDArray[np.float64]
    grouped_origin: NDArray[np.float64]
    collective: NDArray[np.float64]
    collective_origin: NDArray[np.float64]
    memory: NDArray[np.float64]
    memory_origin: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChipSurfaces:
    """The surfaces of one chip in one precision, and what they rest on.

    Attributes
    ----------
    chip, precision : as asked for
    measured_on : chip that the GEMM surface was measured on
    arrays : the grids
    evidence : "measured" if no kernel's surface was borrowed from another chip, else "derived"
    notes : what was taken from elsewhere and how it was scaled; empty for a chip with tables of its own
    sources : keys of the sources, each once
    """

    chip: str
    precision: str
    measured_on: str
    arrays: SurfaceArrays
    evidence: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]


def surfaces_for(
    chip: str, precision: str, facts: Lookup, tables: Surfaces | None = None, *, attention: str = "bf16"
) -> ChipSurfaces:
    """Surfaces of a chip in a precision; those of the nearest measured chip where it has none.

    Borrowed efficiencies are scaled by the ratio of what a sweep over matrix shapes reached at best on both chips, as
    a share of peak, where the catalogue has both, and never above 1; borrowed bandwidths of collectives by the ratio of
    the scale-up links.

    Parameters
    ----------
    chip : name in the catalogue
    precision : a key of `SERIES`, for dense and expert layers
    facts : reader of the catalogue
    tables : surfaces to read from, e.g. those of a calibration; the shipped ones if None
    attention : precision of the attention kernel, ``bf16`` or ``fp8``; its shares refer to that peak

    Raises
    ------
    ValueError : an unknown precision, or one in which the chip has no dense peak.
    LookupError : neither the chip nor one that stands in for it has the surface.

    >>> from gortyn.catalogue import load
    >>> h100 = surfaces_for("H100-SXM", "bf16", load().lookup())
    >>> h100.measured_on, round(efficiency(h100.arrays.gemm, h100.arrays.gemm_origin, 4096, 8192, 8192), 3)
    ('H100-SXM', 0.826)
    >>> surfaces_for("MI300X", "bf16", load().lookup()).notes[0]
    'gemm: taken from H100-SXM (contemporary of another maker), scaled by 0.64 (best measured matrix rates)'
    """
    tables = load_surfaces() if tables is None else tables
    pick = _Picker(chip, facts, tables)
    gemm = pick.efficiency("gemm", _series(chip, precision, facts))
    grouped = pick.efficiency("grouped", _series(chip, precision, facts))
    heads = pick.efficiency("attention", _series(chip, attention, facts))
    collective = pick.collective()
    memory = pick.share("memory", "copy")
    arrays = SurfaceArrays(*gemm, *heads, *grouped, *collective, *memory)
    return ChipSurfaces(
        chip=chip,
        precision=precision,
        measured_on=pick.used[0].chip,
        arrays=arrays,
        evidence="derived" if pick.notes else "measured",
        notes=tuple(pick.notes),
        sources=tuple(dict.fromkeys(surface.source for surface in pick.used)),
    )


def efficiency(grid: NDArray[np.float64], origin: NDArray[np.float64], *sizes: float) -> float:
    """Multilinear interpolation of a grid in the base-2 logarithms of the sizes, held beyond its ends.

    Parameters
    ----------
    grid, origin : of `SurfaceArrays`
    sizes : one for each axis, > 0

    Raises
    ------
    ValueError : as many sizes as the grid has axes are needed, all above 0.
    """
    if len(sizes) != grid.ndim or min(sizes) <= 0:
        raise ValueError(f"{grid.ndim} sizes above 0 are needed, not {sizes}")
    ends = np.array(grid.shape) - 1
    place = np.clip(np.log2(sizes) - origin, 0, ends)
    lower = np.minimum(place.astype(int), np.maximum(ends - 1, 0))
    upper = np.minimum(lower + 1, ends)
    value = 0.0
    for corner in np.ndindex(*[2] * grid.ndim):
        weight = np.prod(np.where(corner, place - lower, 1 - (place - lower)))
        value += float(weight * grid[tuple(np.where(corner, upper, lower))])
    return value


def _series(chip: str, precision: str, facts: Lookup) -> str:
    if precision not in SERIES:
        raise ValueError(f"unknown precision {precision!r}; there are {', '.join(SERIES)}")
    if facts.get_number("chips", chip, PEAK_FIELD[SERIES[precision]]) is None:
        raise ValueError(f"{chip} has no dense {precision} peak in the catalogue")
    return SERIES[precision]


class _Picker:
    """Finds each surface of one chip, its own or a borrowed one, and notes what was borrowed."""

    def __init__(self, chip: str, facts: Lookup, tables: Surfaces) -> None:
        self.chip, self.facts, self.tables = chip, facts, tables
        self.used: list[Surface] = []
        self.notes: list[str] = []
        self.reasons: dict[str, str] = {}

    def efficiency(self, file: str, series: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """An efficiency surface in a number format, scaled if it is another chip's."""
        surface = self._find(file, series)
        grid, origin = _arrays(surface)
        if surface.chip == self.chip:
            # The rate is what was measured: a share of another peak than the catalogue's is restated.
            ratio = _ratio(surface.peak_tflops, self.facts.get_number("chips", self.chip, PEAK_FIELD[series]))
        else:
            ratio = _ratio(*self._reaches(surface.chip, PEAK_FIELD[series]))
            self._borrowed(file, surface.chip, ratio, "best measured matrix rates")
        return np.minimum(grid * ratio, 1.0), origin

    def collective(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bus bandwidths of all operations, scaled by the scale-up links if they are another chip's."""
        surfaces = [self._find("collective", operation) for operation in OPERATIONS]
        grid, origin = np.stack([_arrays(surface)[0] for surface in surfaces]), _arrays(surfaces[0])[1]
        other = surfaces[0].chip
        if other == self.chip:
            return grid, origin
        links = [self.facts.get_number("chips", one, "scale_up_gb_per_s") for one in (self.chip, other)]
        self._borrowed("collective", other, ratio := _ratio(*links), "scale-up links")
        return grid * ratio, origin

    def share(self, file: str, series: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A surface whose values need no scaling."""
        return _arrays(self._find(file, series))

    def _find(self, file: str, series: str) -> Surface:
        chip, seen = self.chip, set[str]()
        self.reasons = {}
        while chip not in seen:
            if (surface := self.tables.get(file, chip, series)) is not None:
                self.used.append(surface)
                return surface
            seen.add(chip)
            chip, reason = self.tables.nearest.get(chip, (chip, ""))
            self.reasons[chip] = reason
        raise LookupError(f"no {file} surface ({series}) for {self.chip}, nor for a chip that stands in for it")

    def _borrowed(self, file: str, other: str, ratio: float, by: str) -> None:
        reason = self.reasons[other]
        how = f"scaled by {ratio:.2f} ({by})" if ratio != 1 else "not scaled"
        self.notes.append(f"{file}: taken from {other} ({reason[0].lower()}{reason[1:]}), {how}")

    def _reaches(self, other: str, peak_field: str) -> tuple[float | None, float | None]:
        """Best measured matrix rate over peak of this chip and another, in a format in which both are known."""
        for field in (peak_field, PEAK_FIELD["bf16"]):
            best = field.replace("_dense_", "_max_achievable_")
            own, others = (
                _share(*(self.facts.get_number("chips", chip, name) for name in (best, field)))
                for chip in (self.chip, other)
            )
            if own and others:
                return own, others
        return None, None


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part and whole else None


def _ratio(own: float | None, other: float | None) -> float:
    return own / other if own and other else 1.0


def _arrays(surface: Surface) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    origin = np.array([first for _, first in surface.axes], dtype=np.float64)
    return np.array(surface.values, dtype=np.float64).reshape(surface.shape), origin
