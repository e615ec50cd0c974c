"""This module owns the mixed-integer program: the problem as linopy states it, solved by HiGHS as often as is asked.

Variables are `standing`, one binary per place, size and phase (a step stands in a phase), and one slack per limit that
is held at zero unless a limit is to be relaxed. Steps are built in order of size and stay once built; with these nested
steps the relaxation without integers is tight. The connection is no variable: a megawatt of it costs and earns nothing
by itself, so that the best one is the smallest whole number of megawatts that carries the highest hour of the size,
and stands among the coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.energy.sizing_program import MissingExtra
from gortyn.siting.problem import Levels, Limit, Problem, Steps, per_standing

EXACT: Final = 1e-9
TOLERANCES: Final = ("mip_feasibility_tolerance", "primal_feasibility_tolerance", "dual_feasibility_tolerance")
INSTALL: Final = "pip install 'gortyn[siting]'"


Key = tuple[str, bool]
"""A limit by its name and whether it is an upper bound."""


class Solved(NamedTuple):
    """A choice, the value of what was minimised, and a proven lower bound of it."""

    levels: Levels
    value: float
    bound: float


class Program:
    """A problem inside the solver; limits can be moved and places shut between solutions.

    Raises
    ------
    MissingExtra : linopy or HiGHS is not installed.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._shape = (len(problem.places), problem.sizes.size, len(problem.phases))
        self._scales = {_key(limit): _scale(limit) for limit in problem.limits}
        self._highs, self._rows, self._slacks = _state(problem, self._scales)
        self._count = int(np.prod(self._shape))

    def move(self, limits: Iterable[Limit]) -> None:
        """Replace limits by others of the same name and sense."""
        for limit in limits:
            rows, scale = self._rows[_key(limit)], self._scales[_key(limit)]
            for row, bound in zip(rows, _bounds(limit) / scale, strict=True):
                self._highs.changeRowBounds(int(row), -np.inf, float(bound))
            if limit.base is not None:
                for row, coefficients in zip(rows, _coefficients(limit) / scale, strict=True):
                    for column, value in enumerate(coefficients.ravel()):
                        self._highs.changeCoeff(int(row), column, float(value))

    def shut(self, place: int, *, shut: bool = True) -> None:
        """Forbid a place, or allow it again."""
        steps = self._shape[1] * self._shape[2]
        for column in range(place * steps, (place + 1) * steps):
            self._highs.changeColBounds(column, 0.0, 0.0 if shut else 1.0)

    def minimise(self, coefficients: Steps, gap: float = EXACT) -> Solved | None:
        """The best choice for a sum over standing steps, or None where no choice keeps all limits.

        Parameters
        ----------
        coefficients : of standing steps, in a unit in which `gap` is meant
        gap : how far from the best the value may be at most
        """
        columns = np.arange(self._count, dtype=np.int32)
        self._highs.changeColsCost(self._count, columns, np.ascontiguousarray(coefficients, np.float64).ravel())
        return self._run(gap)

    def relax(self, weights: Mapping[Key, float], gap: float = EXACT) -> Solved | None:
        """The choice that breaks limits least: by the weighted sum over limits of what is missing.

        Parameters
        ----------
        weights : by name and sense of the limits that may be broken, cost of a unit of what is missing
        gap : how far from the least the sum may be at most
        """
        columns = np.arange(self._count, dtype=np.int32)
        self._highs.changeColsCost(self._count, columns, np.zeros(self._count))
        for key, weight in weights.items():
            self._highs.changeColBounds(self._slacks[key], 0.0, np.inf)
            self._highs.changeColCost(self._slacks[key], weight * self._scales[key])
        try:
            return self._run(gap)
        finally:
            for key in weights:
                self._highs.changeColBounds(self._slacks[key], 0.0, 0.0)
                self._highs.changeColCost(self._slacks[key], 0.0)

    def _run(self, gap: float) -> Solved | None:
        import highspy

        self._highs.setOptionValue("mip_abs_gap", gap)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS stops with {self._highs.modelStatusToString(status)}")
        info = self._highs.getInfo()
        stands = np.round(np.array(self._highs.getSolution().col_value)[: self._count]).reshape(self._shape)
        return Solved(stands.sum(axis=1).astype(np.int64), info.objective_function_value, info.mip_dual_bound)


def _key(limit: Limit) -> Key:
    return limit.name, limit.most


def _coefficients(limit: Limit) -> Steps:
    """Coefficients of standing steps in every row of a limit, float64[row, place, size, phase], as `<=` rows."""
    member = np.arange(limit.rows)[:, None] == limit.group
    rows = member[:, :, None, None] * per_standing(limit.load)
    if limit.base is not None:
        held = limit.value * per_standing(limit.base)
        rows = rows - (held if limit.shared else member[:, :, None, None] * held)
    return limit.sign * rows


def _by_place(limit: Limit) -> bool:
    """Whether a limit has one row a place that speaks of no other place."""
    return not limit.shared and limit.rows == limit.group.size and bool((limit.group == np.arange(limit.rows)).all())


def _own_coefficients(limit: Limit) -> Steps:
    """Coefficients of each place's own steps in its row, float64[place, size, phase], as `<=` rows."""
    held = 0.0 if limit.base is None else limit.value * per_standing(limit.base)
    return limit.sign * (per_standing(limit.load) - held)


def _bounds(limit: Limit) -> NDArray[np.float64]:
    return limit.sign * (limit.shift() + (limit.value if limit.base is None else 0.0))


def _scale(limit: Limit) -> float:
    """Largest coefficient, so that the solver's tolerance is relative."""
    return float(np.abs(_coefficients(limit)).max()) or 1.0


def _load_libraries() -> tuple[Any, Any, Any]:
    """highspy, linopy and xarray, which only this module needs and which take a second to load."""
    try:
        import highspy
        import linopy
        import xarray
    except ImportError as error:
        raise MissingExtra(f"choosing sites needs linopy and HiGHS: {INSTALL}") from error
    return highspy, linopy, xarray


def _state(problem: Problem, scales: Mapping[Key, float]) -> tuple[Any, dict[Key, list[int]], dict[Key, int]]:
    """The program in linopy, and HiGHS holding it: solver, rows of each limit, columns of the slacks."""
    highspy, linopy, xarray = _load_libraries()
    keys = [_key(limit) for limit in problem.limits]
    names = [f"{name} {'most' if most else 'least'}" for name, most in keys]
    counts = {"place": len(problem.places), "size": problem.sizes.size, "phase": len(problem.phases)}
    coords = [(dim, range(count)) for dim, count in counts.items()]
    model = linopy.Model()
    stands = model.add_variables(binary=True, coords=coords, name="standing")
    slack = model.add_variables(lower=0, upper=0, coords=[("limit", names)], name="slack")
    for dim in ("size", "phase"):
        if (count := counts[dim]) > 1:
            # The same labels on both sides: linopy pairs them by label, not by place.
            first = stands.isel({dim: slice(None, count - 1)}).assign_coords({dim: range(count - 1)})
            second = stands.isel({dim: slice(1, count)}).assign_coords({dim: range(count - 1)})
            small, large = (second, first) if dim == "size" else (first, second)
            model.add_constraints(small - large <= 0, name=f"nested by {dim}")
    # To build nothing is no choice, not even where the compute asked for may be missed.
    model.add_constraints(stands.isel(size=0, phase=-1).sum() >= 1, name="some site")
    labels: dict[Key, NDArray[np.int64]] = {}
    own = [index for index, limit in enumerate(problem.limits) if _by_place(limit)]
    if own:  # one row a place: no need to name the other places in it
        chosen = [names[index] for index in own]
        rows = [_own_coefficients(problem.limits[index]) / scales[keys[index]] for index in own]
        table = xarray.DataArray(np.stack(rows), coords=[("limit", chosen), *coords])
        bounds = np.stack([_bounds(problem.limits[index]) / scales[keys[index]] for index in own])
        bound = xarray.DataArray(bounds, coords=[("limit", chosen), coords[0]])
        left = (table * stands).sum(["size", "phase"]) - slack.sel(limit=chosen)
        block = model.add_constraints(left <= bound, name="limits of places")
        found = block.labels.transpose("limit", "place").values
        labels |= {keys[index]: row for index, row in zip(own, found, strict=True)}
    rest = [index for index in range(len(keys)) if index not in own]
    if rest:
        rows = np.concatenate([_coefficients(problem.limits[index]) / scales[keys[index]] for index in rest])
        bounds = np.concatenate([_bounds(problem.limits[index]) / scales[keys[index]] for index in rest])
        whose = np.repeat(rest, [problem.limits[index].rows for index in rest])
        row = ("row", range(whose.size))
        picked = xarray.DataArray(whose[:, None] == np.arange(len(keys)), coords=[row, ("limit", names)]).astype(float)
        left = (xarray.DataArray(rows, coords=[row, *coords]) * stands).sum(list(counts)) - (picked * slack).sum(
            "limit"
        )
        block = model.add_constraints(left <= xarray.DataArray(bounds, coords=[row]), name="limits over places")
        labels |= {keys[index]: block.labels.values[whose == index] for index in rest}
    highs, order = _hand_over(model.matrices, highspy)
    columns = int(np.prod(list(counts.values())))
    placed = {key: [order[label] for label in found.tolist()] for key, found in labels.items()}
    return highs, placed, {key: columns + index for index, key in enumerate(keys)}


def _hand_over(matrices: Any, highspy: Any) -> tuple[Any, dict[int, int]]:
    """HiGHS with the matrices of a linopy model, and the row of each of its labels.

    linopy's own way prints the solver's banner and solves once; here HiGHS stays, to be asked again.
    """
    highs = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "mip_rel_gap": 0.0}
    for option, value in (options | dict.fromkeys(TOLERANCES, EXACT)).items():
        highs.setOptionValue(option, value)
    whole = np.flatnonzero(matrices.vtypes == "B").astype(np.int32)
    highs.addVars(len(matrices.vlabels), matrices.lb, matrices.ub)
    highs.changeColsIntegrality(whole.size, whole, np.ones(whole.size, np.uint8))
    table = matrices.A.tocsr()
    lower = np.where(matrices.sense != "<", matrices.b, -np.inf)
    upper = np.where(matrices.sense != ">", matrices.b, np.inf)
    highs.addRows(table.shape[0], lower, upper, table.nnz, table.indptr, table.indices, table.data)
    return highs, {label: row for row, label in enumerate(matrices.clabels.tolist())}
