"""This module owns a calibration: which points of the surfaces are measured in the time given, and their medians.

Measured is a box of the grid, at every, every second, fourth or eighth power of two: as large as the time and memory
allow by the foretelling of a few quick probes, and as fine as costs no more than an octave of its size. The rest of the
grid is filled as in the shipped surfaces.
"""

from __future__ import annotations

import datetime
import itertools
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gortyn.training import collectives
from gortyn.training.benchmarks import Backend, Kernel
from gortyn.training.grids import GRIDS, Axis, fill
from gortyn.training.surfaces import OPERATIONS

REPEATS = 5  # source: odd, so that the median is one of the samples
SAMPLE_S = 2e-3  # source: a thousand times the resolution of the clock
STRIDES = (8, 4, 2, 1)  # source: successive halving of the gaps of a grid
SHARES = {"gemm": 0.5, "attention": 0.2, "grouped": 0.2, "memory": 0.1}  # source: by how many points each has
COLLECTIVE_SHARE = 0.1  # source: as the memory's, few points
LARGEST_SHARE = 0.2  # source: leaves room for the smaller points, which halve per octave and axis
MEMORY_SHARE = 0.25  # source: leaves room for the copies that a kernel makes
SCRATCH_BYTES = 16  # source: four 32-bit copies, the most that a backend keeps of an operand
HIDDEN = 4096  # source: median hidden size of the models in the shipped tables of expert layers
PROBES = {  # source: milliseconds on a CPU, above the launch time of an accelerator, larger than a cache
    "gemm": (10, 10, 10),
    "attention": (7, 10, 2),
    "grouped": (6, 10, 1),
    "memory": (27,),
}
OVERRUN = 2.0  # source: small kernels may take twice the foretold time before finer strides are given up
CLOCK_S = 1e-9  # source: resolution of the clock
MATRICES = 3  # source: gate, up and down projection of an expert
MAX_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Point:
    """One point to measure: where it lies in which surface, what it computes, and what that needs.

    Attributes
    ----------
    file, series : surface
    place : base-2 logarithms of the sizes
    work : operations, or bytes moved
    held_bytes : memory that it holds
    seconds : foretold time of the measurement, warm-up and repetitions included
    stride : the widest of `STRIDES` at which it is visited
    """

    file: str
    series: str
    place: tuple[int, ...]
    work: float
    held_bytes: float
    seconds: float
    stride: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What a calibration will measure and how long that takes."""

    points: tuple[Point, ...]
    collective_s: float

    @property
    def minutes(self) -> float:
        """Foretold minutes."""
        return (sum(point.seconds for point in self.points) + self.collective_s) / 60


@dataclass(frozen=True, slots=True)
class Curve:
    """A measured surface: rates on the whole grid, in operations or bytes a second.

    Attributes
    ----------
    rates : the grid, gaps filled
    axes : its axes
    measured, of : points that were measured, of how many in the grid
    best : highest rate measured
    """

    rates: NDArray[np.float64]
    axes: tuple[Axis, ...]
    measured: int
    of: int
    best: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured on which hardware, when and with what.

    Attributes
    ----------
    curves : by surface and series
    planned_min, took_min : foretold and actual time [min]
    refused : kernels that the device would not run, and why
    """

    device: str
    kind: str
    chips: int
    memory_bytes: float
    libraries: dict[str, str]
    note: str
    date: str
    curves: dict[tuple[str, str], Curve]
    planned_min: float
    took_min: float
    refused: tuple[str, ...]


def check_minutes(minutes: float) -> None:
    """Raise ValueError where `plan` would, before a device has done anything."""
    if not 0 < minutes <= MAX_MINUTES:
        raise ValueError(f"minutes must lie above 0 and at most at {MAX_MINUTES}, not {minutes:g}")


def plan(backend: Backend, minutes: float) -> Plan:
    """Choose the points that a calibration of about that many minutes measures; runs a few quick probes.

    Raises
    ------
    ValueError : minutes that are not above 0 and at most a day.
    """
    check_minutes(minutes)
    memory_bytes = MEMORY_SHARE * backend.memory_bytes
    shared = backend.kind == "cuda" and backend.chips > 1
    collective_s = 60 * minutes * COLLECTIVE_SHARE if shared else 0.0
    begin = time.perf_counter()
    bytes_per_s = _probe(backend, "memory", "copy")
    prepared_per_s = 2 ** PROBES["memory"][0] / (time.perf_counter() - begin)
    chosen: list[Point] = []
    for file, share in SHARES.items():
        formats = {"gemm": backend.formats, "memory": ("copy",)}.get(file, ("bf16",))
        budget_s = (60 * minutes - collective_s) * share / len(formats)
        for series in formats:
            rate = bytes_per_s if file == "memory" else _probe(backend, file, formats[0])
            chosen += _box(file, series, rate, prepared_per_s, budget_s, memory_bytes)
    return Plan(tuple(chosen), collective_s)


def run(backend: Backend, todo: Plan, say: Callable[[str], None] = lambda _stage: None) -> Calibration:
    """Measure the points of a plan; a kind that takes twice the time foretold stays at the stride last completed.

    Parameters
    ----------
    backend : the device
    todo : from `plan`
    say : told what is measured next

    Raises
    ------
    RuntimeError : the device runs no kernel of a kind that is needed.
    """
    begin = time.perf_counter()
    curves: dict[tuple[str, str], Curve] = {}
    refused: list[str] = []
    for (file, series), points in itertools.groupby(todo.points, key=lambda point: (point.file, point.series)):
        say(f"{file} {series}")
        curve = _measure(backend, list(points), refused)
        if curve is not None:
            curves[file, series] = curve
        elif series in ("bf16", "copy"):
            raise RuntimeError(f"{backend.device} runs no {file} kernel: {refused[-1]}")
    if todo.collective_s:
        say("collectives")
        curves.update(_collectives(backend, refused))
    return Calibration(
        device=backend.device,
        kind=backend.kind,
        chips=backend.chips,
        memory_bytes=backend.memory_bytes,
        libraries=dict(backend.libraries),
        note=backend.note,
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        curves=curves,
        planned_min=todo.minutes,
        took_min=(time.perf_counter() - begin) / 60,
        refused=tuple(dict.fromkeys(refused)),
    )


def _probe(backend: Backend, file: str, series: str) -> float:
    """Rate of a kernel of middling size, in operations or bytes a second."""
    point = _point(file, series, PROBES[file], 1.0, 1.0)
    kernel = _kernel(backend, point)
    kernel(1)
    begin = time.perf_counter()
    kernel(1)
    return point.work / max(time.perf_counter() - begin, CLOCK_S)


def _box(
    file: str, series: str, rate: float, prepared_per_s: float, budget_s: float, memory_bytes: float
) -> list[Point]:
    """Points of one surface, largest first: the finest box that is at most an octave smaller than the coarsest."""
    axes = GRIDS[file]
    grid = {
        place: _point(file, series, place, rate, prepared_per_s)
        for place in itertools.product(*(axis.points for axis in axes))
    }
    boxes = [_largest(axes, stride, grid, budget_s, memory_bytes) for stride in STRIDES]
    tops = [max(box) for box in boxes]
    fine = [box for box, top in zip(boxes, tops, strict=True) if sum(tops[0]) - sum(top) <= len(axes)]
    top = max(fine[-1])
    staged = [replace(grid[place], stride=_stride(place, top)) for place in fine[-1]]
    return sorted(staged, key=lambda point: (-point.stride, -point.seconds))


def _stride(place: Sequence[int], top: Sequence[int]) -> int:
    """The widest stride from the top at which a point is visited."""
    return next(stride for stride in STRIDES if all((t - p) % stride == 0 for p, t in zip(place, top, strict=True)))


def _largest(
    axes: Sequence[Axis], stride: int, grid: dict[tuple[int, ...], Point], budget_s: float, memory_bytes: float
) -> list[tuple[int, ...]]:
    """Largest box at a stride that fits time and memory; the longest side is cut first, and one point always stays."""
    tops = [axis.last for axis in axes]
    while True:
        sides = (range(top, axis.first - 1, -stride) for top, axis in zip(tops, axes, strict=True))
        places = list(itertools.product(*sides))
        largest = grid[tuple(tops)]
        fits = largest.held_bytes <= memory_bytes and largest.seconds <= max(LARGEST_SHARE * budget_s, SAMPLE_S)
        spans = [top - axis.first for top, axis in zip(tops, axes, strict=True)]
        if not any(spans) or (fits and sum(grid[place].seconds for place in places) <= budget_s):
            return places
        tops[spans.index(max(spans))] -= 1


def _point(file: str, series: str, place: tuple[int, ...], rate: float, prepared_per_s: float) -> Point:
    sizes = [2**exponent for exponent in place]
    if file == "gemm":
        m, n, k = sizes
        work, elements = 2 * m * n * k, m * k + k * n + m * n
    elif file == "attention":
        head_dim, sequence, heads = sizes
        work = 2 * heads * sequence**2 * head_dim
        elements = 2 * 2 * heads * sequence * head_dim + 2 * sequence**2
    elif file == "grouped":
        tokens, width, experts = sizes
        work = 2 * MATRICES * tokens * experts * HIDDEN * width
        elements = experts * (MATRICES * HIDDEN * width + 2 * tokens * (HIDDEN + width))
    else:
        work, elements = sizes[0], sizes[0] // SCRATCH_BYTES
    once = max(work / rate, SAMPLE_S)
    held_bytes = elements * SCRATCH_BYTES
    return Point(file, series, place, work, held_bytes, (REPEATS + 1) * once + held_bytes / prepared_per_s)


def _measure(backend: Backend, points: Sequence[Point], refused: list[str]) -> Curve | None:
    axes = GRIDS[points[0].file]
    table = np.full([len(axis.points) for axis in axes], np.nan)
    deadline = time.perf_counter() + OVERRUN * sum(point.seconds for point in points)
    for _, stage in itertools.groupby(points, key=lambda point: point.stride):
        before = table.copy()
        for point in stage:
            if time.perf_counter() > deadline and not np.isnan(before).all():
                table = before  # a stride measured in part would bend the grid between its lines
                break
            try:
                seconds = _seconds(_kernel(backend, point))
            except (RuntimeError, MemoryError) as error:
                refused.append(f"{point.file} {point.series}: {(str(error) or 'no memory').splitlines()[0]}")
                continue
            table[tuple(e - axis.first for e, axis in zip(point.place, axes, strict=True))] = point.work / seconds
    known = ~np.isnan(table)
    if not known.any():
        return None
    return Curve(fill(table, axes), axes, int(known.sum()), table.size, float(table[known].max()))


def _kernel(backend: Backend, point: Point) -> Kernel:
    sizes = [2**exponent for exponent in point.place]
    match point.file:
        case "gemm":
            m, n, k = sizes
            return backend.gemm(point.series, m, n, k)
        case "attention":
            head_dim, sequence, heads = sizes
            return backend.attention(head_dim, sequence, heads)
        case "grouped":
            tokens, width, experts = sizes
            return backend.grouped(tokens, width, experts, HIDDEN)
        case _:
            return backend.copy(sizes[0])


def _seconds(kernel: Kernel) -> float:
    """Median seconds of one execution, after a warm-up; short kernels are repeated within a sample."""
    kernel(1)
    begin = time.perf_counter()
    kernel(1)
    once = time.perf_counter() - begin
    loops = max(1, min(100, math.ceil(SAMPLE_S / max(once, CLOCK_S))))
    samples = [once] if loops == 1 else []
    while len(samples) < REPEATS:
        begin = time.perf_counter()
        kernel(loops)
        samples.append((time.perf_counter() - begin) / loops)
    return max(statistics.median(samples), CLOCK_S)


def _collectives(backend: Backend, refused: list[str]) -> dict[tuple[str, str], Curve]:
    counts, sizes = GRIDS["collective"]
    try:
        rates = collectives.measure(backend.kind, backend.chips, MEMORY_SHARE * backend.memory_bytes)
    except Exception as error:  # a process of the group died; what was measured before stays good
        refused.append(f"collective: {str(error).strip().splitlines()[-1]}")
        return {}
    rows = int((~np.isnan(rates[0]).all(axis=-1)).sum())
    axes = (Axis(counts.name, counts.first, counts.first + rows - 1, counts.halves), sizes)
    found = {}
    for operation, table in zip(OPERATIONS, rates[:, :rows], strict=True):
        known = ~np.isnan(table)
        found["collective", operation] = Curve(
            fill(table, axes), axes, int(known.sum()), table.size, table[known].max()
        )
    return found
