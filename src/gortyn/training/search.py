"""This module owns the search for the best strategy: all of them, the best by time, energy and cost, and why."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from gortyn.model.conversions import BYTES_PER_GB, S_PER_HOUR
from gortyn.training.axes import axes_of
from gortyn.training.strategy import BF16, RECOMPUTE_NAMES, InvalidStrategy, Strategy

if TYPE_CHECKING:
    from gortyn.kernels.search_space import Axes, Found, Task
    from gortyn.kernels.training_types import Coefficients, Hardware
    from gortyn.training.architecture import Architecture
    from gortyn.training.step import Step

Objective = Literal["time", "energy", "cost"]
OBJECTIVES: Final[tuple[Objective, ...]] = ("time", "energy", "cost")
"""What a strategy can be best by, in the order of the kernels."""
STATE_TOO_LARGE: Final = "weights, gradients and optimiser state do not fit"
ACTIVATIONS_TOO_LARGE: Final = "activations do not fit"
J_PER_MWH: Final = 3600e6  # unit: joules in a megawatt-hour
BEST_KEPT: Final = 10  # unit: as many as a screen shows
FRONT_POINTS: Final = 1024  # source: doubled until the front fits
MOST_CHIPS: Final = 2**24  # source: a hundred times the largest machine planned


class NoStrategy(ValueError):
    """No strategy runs on the machine; the message says why."""


class TooLarge(NoStrategy):
    """The model does not fit on the chips; the message says by how much, and the fewest chips that hold it.

    Attributes
    ----------
    needed_gb, memory_gb : least memory of a chip under any strategy, and what a chip has [GB]
    fewest_chips : fewest chips that hold it; None where no number does
    """

    def __init__(self, message: str, needed_gb: float, memory_gb: float, fewest_chips: int | None) -> None:
        self.needed_gb, self.memory_gb, self.fewest_chips = needed_gb, memory_gb, fewest_chips
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Prices:
    """What a chip draws and costs.

    Attributes
    ----------
    active_w, idle_w : power of a chip at work, and of one that waits in a pipeline bubble or is left over, with its
        share of hosts, network and cooling [W]
    eur_per_chip_hour : price of holding a chip; 0 where it is unknown, so that the cheapest strategy is the one with
        the least energy
    eur_per_mwh : price of electricity
    """

    active_w: float = 1.0
    idle_w: float = 0.0
    eur_per_chip_hour: float = 0.0
    eur_per_mwh: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A strategy, its step, and what a step uses: energy of all chips [MWh] and cost [EUR]."""

    strategy: Strategy
    step: Step
    energy_mwh: float
    cost_eur: float

    @property
    def memory_gb(self) -> float:
        """Memory of the fullest chip [GB]."""
        return sum(self.step.memory_gb.values())


@dataclass(frozen=True, slots=True)
class Cell:
    """The best of one pair of tensor and pipeline parallelism: its tokens a second, or the reason why there is none."""

    tp: int
    pp: int
    tokens_per_s: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    Attributes
    ----------
    searched, feasible : strategies whose memory was computed, and those that fit
    timed : those whose time was computed in full; a bound shows that the others change no answer
    search_s : duration of the search, without loading or compiling the kernels [s]
    objective : what `best` is best by
    best_by : the best strategies by each objective, best first; of each layout the fastest way to shard its state
    pareto : strategies that no other beats in time, energy and cost, fastest first
    ruled_out : strategies that do not fit, by reason
    grid : best of every pair of tensor and pipeline parallelism
    """

    searched: int
    feasible: int
    timed: int
    search_s: float
    objective: Objective
    best_by: Mapping[Objective, tuple[Candidate, ...]]
    pareto: tuple[Candidate, ...]
    ruled_out: Mapping[str, int]
    grid: tuple[Cell, ...]

    @property
    def best(self) -> Candidate:
        """The best strategy by the objective."""
        return self.top[0]

    @property
    def top(self) -> tuple[Candidate, ...]:
        """The best strategies by the objective, best first."""
        return self.best_by[self.objective]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is searched: a model on chips of a machine, with a software stack, a batch and what is held fixed."""

    architecture: Architecture
    hardware: Hardware
    software: Coefficients
    chips: int
    batch: int
    precision: str
    fixed: Mapping[str, Any]
    prices: Prices

    def axes(self) -> Axes:
        """The space."""
        return axes_of(self.architecture, self.hardware, self.batch, self.fixed, self.software)

    def task(self) -> Task:
        """The same for the kernels. A strategy uses more than half of the chips."""
        from gortyn.kernels.search_space import Task

        prices = self.prices
        return Task(
            batch=self.batch,
            chips=self.chips,
            fewest=self.chips // 2,
            active_w=float(prices.active_w),
            idle_w=float(prices.idle_w),
            eur_per_chip_s=prices.eur_per_chip_hour / S_PER_HOUR,
            eur_per_j=prices.eur_per_mwh / J_PER_MWH,
        )


def search(
    architecture: Architecture,
    hardware: Hardware,
    chips: int,
    batch: int,
    *,
    precision: str = BF16,
    fixed: Mapping[str, Any] | None = None,
    objective: Objective = "time",
    software: Coefficients | None = None,
    prices: Prices | None = None,
    top: int = BEST_KEPT,
) -> SearchResult:
    """Search every strategy for a model on a number of chips.

    A strategy uses at most `chips` and more than half of them; those that are left over idle, and are paid for.

    Parameters
    ----------
    architecture : model, with the length of its samples
    hardware : machine, in the number format `precision`
    chips : chips at hand, > 0
    batch : samples of a step over all replicas, > 0
    precision : number format of the matrix products, of `gortyn.training.strategy.PRECISIONS`
    fixed : values to hold, by names of `gortyn.training.axes.AXES`
    objective : what the best is best by: time, energy or cost
    software : coefficients of the software stack; those of the usual one where None
    prices : power and prices; without them the least energy is the least time at work
    top : how many of the best to keep, > 0

    Raises
    ------
    InvalidStrategy : what is fixed does not divide the work, or takes more chips than there are.
    NoStrategy : no strategy uses more than half of the chips.
    TooLarge : the model does not fit; says by how much, and the fewest chips that hold it.
    """
    problem = Problem(
        architecture,
        hardware,
        software or _usual_software(architecture),
        chips,
        batch,
        precision,
        fixed or {},
        prices or Prices(),
    )
    _check(problem, top)
    axes = problem.axes()
    _check_chips(problem, axes)
    found, search_s = run(problem, axes, top, quick=False)
    counts = [int(count) for count in found.counts]
    if not counts[0]:
        raise NoStrategy(_nothing_divides(problem))
    if not counts[1]:
        raise _too_large(problem, axes, found)
    best: dict[Objective, tuple[Candidate, ...]] = {
        name: tuple(_candidates(problem, found.layouts[i], found.values[i])) for i, name in enumerate(OBJECTIVES)
    }
    points = counts[-1]
    return SearchResult(
        searched=counts[0],
        feasible=counts[1],
        timed=counts[2 + 2],
        search_s=search_s,
        objective=objective,
        best_by=best,
        pareto=tuple(_candidates(problem, found.front_layouts[:points], found.front_values[:points])),
        ruled_out={STATE_TOO_LARGE: counts[2], ACTIVATIONS_TOO_LARGE: counts[1 + 2]},
        grid=tuple(_cells(problem, axes, found)),
    )


def shortest_step_s(problem: Problem) -> float | None:
    """Duration of the fastest step [s], without counting what else there is; None where nothing runs.

    Some ten times as quick as `search`.
    """
    found, _ = run(problem, problem.axes(), 1, quick=True)
    best = float(found.values[0, 0, 0])
    return best if np.isfinite(best) else None


def run(problem: Problem, axes: Axes, keep: int, *, quick: bool) -> tuple[Found, float]:
    """Call the kernel; returns what it found, and how long it took [s]."""
    from gortyn.kernels.search import search as kernel
    from gortyn.kernels.search_space import FRONT, empty_found, empty_scratch

    warm()
    shape, hardware, task = problem.architecture.shape(), problem.hardware, problem.task()
    points = FRONT_POINTS
    while True:
        scratch, found = empty_scratch(axes, shape.layers), empty_found(axes, keep, points)
        begin = time.perf_counter()
        kernel(shape, hardware, problem.software, axes, task, quick, scratch, found)
        search_s = time.perf_counter() - begin
        if found.counts[FRONT] >= 0:
            return found, search_s
        points *= 2


@functools.cache
def warm() -> None:
    """Load the kernels of the search, compiling them first where that was never done."""
    from gortyn.catalogue import load
    from gortyn.kernels.search import search as kernel
    from gortyn.kernels.search_space import empty_found, empty_scratch
    from gortyn.training.architecture import Architecture
    from gortyn.training.hardware import hardware_of

    facts = load().lookup()
    architecture = Architecture.from_catalogue("GPT-3-175B", facts)
    hardware = hardware_of("H100-SXM", facts, BF16)
    one: dict[str, Any] = dict.fromkeys(("tp", "pp", "dp", "cp", "microbatch"), 1)
    problem = Problem(architecture, hardware, _usual_software(architecture), 1, 1, BF16, one, Prices())
    axes = problem.axes()
    found = empty_found(axes, 1, 1)
    kernel(
        architecture.shape(),
        hardware,
        problem.software,
        axes,
        problem.task(),
        False,
        empty_scratch(axes, architecture.layers),
        found,
    )


def _usual_software(architecture: Architecture) -> Coefficients:
    from gortyn.catalogue import load
    from gortyn.training.coefficients import DEFAULT, coefficients_of

    return coefficients_of(DEFAULT, load().lookup(), moe=bool(architecture.experts))


def _check(problem: Problem, top: int) -> None:
    for name, value in (("chips", problem.chips), ("batch", problem.batch), ("top", top)):
        if value < 1:
            raise InvalidStrategy(f"{name} is {value}, must be at least 1")
    if problem.chips > MOST_CHIPS:
        raise InvalidStrategy(f"chips is {problem.chips}, must be at most {MOST_CHIPS}")


def _check_chips(problem: Problem, axes: Axes) -> None:
    held = {axis: int(getattr(axes, axis)[0]) for axis in ("tp", "pp", "dp", "cp") if axis in problem.fixed}
    product = int(np.prod(list(held.values()), dtype=np.int64))
    whole = len(held) == 2 + 2 and product != problem.chips
    if product > problem.chips or whole:
        verb = "takes" if whole else "takes at least"
        raise InvalidStrategy(f"{' * '.join(held)} {verb} {product} chips, but there are {problem.chips}")


def _candidates(problem: Problem, layouts: Any, values: Any) -> Iterator[Candidate]:
    """Strategies of a list of the kernel with their steps in full."""
    from gortyn.training.step import evaluate

    for row, (step_s, energy_j, cost_eur) in zip(layouts.tolist(), values.tolist(), strict=True):
        if not np.isfinite(step_s):
            return
        tp, pp, dp, cp, ep, vp, microbatch, recompute, zero, offload, shard = row
        strategy = Strategy(
            tp=tp,
            pp=pp,
            dp=dp,
            cp=cp,
            ep=ep,
            vp=vp,
            microbatch=microbatch,
            recompute=RECOMPUTE_NAMES[recompute],
            zero=zero,
            precision=problem.precision,
            offload=bool(offload),
            shard=shard,
        )
        step = evaluate(problem.architecture, problem.hardware, strategy, problem.batch, problem.software)
        yield Candidate(strategy, step, energy_j / J_PER_MWH, cost_eur)


def _cells(problem: Problem, axes: Axes, found: Found) -> Iterator[Cell]:
    tokens, room_gb = problem.batch * problem.architecture.sequence, problem.hardware.memory_bytes / BYTES_PER_GB
    for i, tp in enumerate(axes.tp.tolist()):
        for j, pp in enumerate(axes.pp.tolist()):
            step_s, needed_gb = float(found.grid_s[i, j]), float(found.grid_bytes[i, j]) / BYTES_PER_GB
            if np.isfinite(step_s):
                yield Cell(tp, pp, tokens / step_s, None)
            elif np.isfinite(needed_gb):
                yield Cell(tp, pp, None, f"needs {needed_gb:.0f} GB a chip, there are {room_gb:.0f}")
            else:
                yield Cell(tp, pp, None, "no layout with this batch uses more than half of the chips")


def _nothing_divides(problem: Problem) -> str:
    held = ", ".join(f"{name} {value}" for name, value in problem.fixed.items())
    return (
        f"no strategy{' with ' + held if held else ''} lays a batch of {problem.batch} out over more than half of "
        f"{problem.chips} chips: dp * microbatch must divide the batch, ep must divide tp * cp * dp"
    )


def _too_large(problem: Problem, axes: Axes, found: Found) -> TooLarge:
    room_gb = problem.hardware.memory_bytes / BYTES_PER_GB
    needed_gb = float(np.min(found.grid_bytes)) / BYTES_PER_GB
    fewest = fewest_chips(problem, axes)
    enough = f"the fewest chips that hold it are {fewest}" if fewest else "no number of chips holds it"
    held = " with what is held fixed" if problem.fixed else ""
    return TooLarge(
        f"{problem.architecture.name} does not fit on {problem.chips} chips{held}: it needs at least {needed_gb:.1f} "
        f"GB of each, {needed_gb - room_gb:.1f} GB more than the {room_gb:.1f} GB there are; {enough}",
        needed_gb,
        room_gb,
        fewest,
    )


def fewest_chips(problem: Problem, axes: Axes) -> int | None:
    """Fewest chips on which a step of the batch fits; None where no number does."""
    from gortyn.kernels.search import least
    from gortyn.kernels.search_space import COUNTS, empty_scratch

    # More samples in a microbatch never need less memory.
    axes = axes._replace(microbatch=axes.microbatch[:1])
    counts = np.zeros(COUNTS, np.int64)
    shape = problem.architecture.shape()
    fewest = least(
        shape,
        problem.hardware,
        problem.software,
        axes,
        problem.batch,
        MOST_CHIPS,
        empty_scratch(axes, shape.layers),
        counts,
    )
    return int(fewest) if fewest <= MOST_CHIPS else None
