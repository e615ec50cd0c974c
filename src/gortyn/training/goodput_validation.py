"""This module owns the comparison of goodput with a table of published points: errors, null models, closed forms."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any, Final, Literal

from gortyn.model.conversions import HOURS_PER_DAY, MIN_PER_HOUR, S_PER_HOUR
from gortyn.training.goodput import (
    CHIPS_PER_COUNTED_NODE,
    Clock,
    first_order_goodput,
    goodput,
    mttf_hours,
    optimal_interval_h,
)

Row = tuple[int, Mapping[str, str]]
"""Line of the file and the cells by column, empty texts where a cell is empty."""

COLUMNS: Final = ("id", "metric", "value")
"""Columns that a table must have; those that a row needs beyond them depend on its metric."""
NUMBERS: Final = (
    *("n_chips", "chips_per_node", "window_days", "n_failures", "rate_per_1000_node_days", "mttf_h"),
    *("ckpt_interval_min", "ckpt_write_s", "restart_min", "closed_form_meta", "daly_exact"),
)
POSITIVE: Final = frozenset({"n_chips", "chips_per_node", "window_days", "mttf_h"})
SHARES: Final[dict[str, Clock]] = {"ETTR": "running", "goodput": "running", "effective_training_time": "observed"}
"""Metrics that are goodput, and the clock of a row that has no `clock` cell."""
SHARE_LIMIT: Final = 0.05  # source: published shares are rounded and leave details out; agreed with the cases at hand
FORM_LIMIT: Final = 0.005  # source: half a point, against the same closed form computed elsewhere
RATE_LIMIT: Final = 0.03  # source: published times between failures have two digits
BOUND: Final = re.compile(
    r"(?P<sign>[<>]=?|≤|≥)?\s*(?P<number>[-+]?[\d.]+(?:[eE][-+]?\d+)?|nan|[-+]?inf)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Check:
    """One published figure against what Gortyn says; `kind`: share, form (another's closed form) or rate."""

    name: str
    kind: Literal["share", "form", "rate"]
    expected: float
    got: float
    limit: float
    bound: str
    source: str

    @property
    def error(self) -> float:
        """Got less expected: relative for times and rates, in shares else; 0 where a stated bound is kept."""
        off = self.got - self.expected
        if (self.bound == ">" and off >= 0) or (self.bound == "<" and off <= 0):
            return 0.0
        return off / self.expected if self.kind == "rate" else off

    @property
    def passed(self) -> bool:
        """Whether the error is within the limit."""
        return abs(self.error) <= self.limit

    def as_data(self) -> dict[str, Any]:
        """The check as `gortyn validate` prints it."""
        fields = ("name", "expected", "got", "error", "limit", "passed", "source")
        return {name: getattr(self, name) for name in fields} | ({"bound": self.bound} if self.bound else {})


@dataclass(frozen=True, slots=True)
class GoodputValidation:
    """A table of published points against the closed forms.

    Attributes
    ----------
    rows : rows of the table
    checks : every comparison; a row can give several
    refused : rows that say too little, by id, with the reason
    """

    rows: int
    checks: tuple[Check, ...]
    refused: tuple[tuple[str, str], ...]
    _ids: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def predicted(self) -> int:
        """Rows with at least one comparison."""
        return len(self._ids)

    @property
    def passed(self) -> bool:
        """Whether there is a comparison and every one is within its limit."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def as_data(self) -> dict[str, Any]:
        """Everything as `gortyn validate goodput --json` prints it; errors are relative, None where there is none."""
        points = [check for check in self.checks if check.kind == "share" and not check.bound and check.expected > 0]
        errors = [check.got / check.expected - 1 for check in points]
        sizes = sorted(abs(error) for error in errors)
        published = [check.expected for check in points]
        others = [fmean(published[:i] + published[i + 1 :]) for i in range(len(points))] if len(points) > 1 else []
        null = [abs(other / value - 1) for other, value in zip(others, published, strict=False)]
        return {
            "passed": self.passed,
            "rows": self.rows,
            "predicted": self.predicted,
            "refused": [{"id": name, "reason": reason} for name, reason in self.refused],
            "mape": fmean(sizes) if sizes else None,
            "median_ape": median(sizes) if sizes else None,
            "max_ape": sizes[-1] if sizes else None,
            "bias": fmean(errors) if errors else None,
            "null_mape": fmean(null) if null else None,
            "null_no_failures_mape": fmean(abs(1 / value - 1) for value in published) if published else None,
            "checks": [check.as_data() for check in self.checks],
        }

    def predictions(self) -> list[dict[str, Any]]:
        """The checks, one a row of a table."""
        return [check.as_data() | {"bound": check.bound} for check in self.checks]

    def lines(self) -> list[str]:
        """The comparison as text."""
        data = self.as_data()
        said = [f"{self.rows} rows, {self.predicted} compared, {len(self.refused)} refused"]
        for check in self.checks:
            verdict = "ok" if check.passed else "FAILED"
            numbers = f"{check.bound or ' '}{check.expected:<8.4g} {check.got:<8.4g} {check.error:+.4f}"
            said.append(f"  {check.name:44} {numbers} {verdict}")
        said += [f"  refused {name}: {reason}" for name, reason in self.refused]
        if data["mape"] is not None:
            null = "" if data["null_mape"] is None else f", mean of the other rows {data['null_mape']:.1%}"
            said.append(f"MAPE {data['mape']:.1%}, bias {data['bias']:+.1%}")
            said.append(f"null models: no failures {data['null_no_failures_mape']:.1%}{null}")
        return said


def validate_goodput(rows: Sequence[Row], file: str) -> GoodputValidation:
    """Compare goodput with a table of published points.

    A row needs `n_chips` and `rate_per_1000_node_days`, or `mttf_h`, or `n_failures` and `window_days`; and
    `restart_min`. Without `ckpt_write_s` a checkpoint blocks nothing; without `ckpt_interval_min` it comes at the best
    interval. A `clock` cell says observed or running; without one, effective training times are on the observed clock,
    all else on the running one. `daly_exact` and `closed_form_meta` are compared with the same closed form.

    Parameters
    ----------
    rows : line of the file and cells by column
    file : name of the file, for messages

    Raises
    ------
    ValueError : columns that are missing and cells that are no number, negative or not finite; one fault a line.
    """
    if rows and (missing := [name for name in COLUMNS if name not in rows[0][1]]):
        raise ValueError("\n".join(f"{file}:1: {name}: the table has no such column" for name in missing))
    faults = [fault for line, cells in rows for fault in _faults(f"{file}:{line}", cells)]
    if faults:
        raise ValueError("\n".join(faults))
    checks: list[Check] = []
    refused: list[tuple[str, str]] = []
    seen: set[str] = set()
    for line, cells in rows:
        name = cells["id"].strip() or f"line {line}"
        try:
            found = list(_checks(name, cells))
        except _TooLittle as reason:
            refused.append((name, str(reason)))
            continue
        checks += found
        seen.add(f"{line}")
    return GoodputValidation(len(rows), tuple(checks), tuple(refused), frozenset(seen))


class _TooLittle(Exception):
    """A row that says too little to be compared."""


def _checks(name: str, cells: Mapping[str, str]) -> Iterable[Check]:
    metric, source = cells["metric"].strip(), cells.get("source", "").strip()
    numbers = {column: float(text) for column in NUMBERS if (text := cells.get(column, "").strip())}
    if metric not in {*SHARES, "mttf_h", "rate_per_1000_node_days"}:
        message = f"metric '{metric}' is not one that goodput predicts"
        raise _TooLittle(message)
    bound, value = _value(cells["value"])
    chips, per_node = int(numbers.get("n_chips", 0)), int(numbers.get("chips_per_node", CHIPS_PER_COUNTED_NODE))
    counted = {"n_failures", "window_days"} <= numbers.keys() and numbers["n_failures"] > 0
    counted_h = numbers["window_days"] * HOURS_PER_DAY / numbers["n_failures"] if counted else math.nan
    if metric == "rate_per_1000_node_days":
        if not (counted and chips):
            raise _TooLittle("no count of failures, chips and days to work the rate out from")
        got = mttf_hours(1.0, chips, per_node) / counted_h
        yield Check(f"{name} rate", "rate", value, got, RATE_LIMIT, bound, source)
        return
    stated_h = _mttf(numbers, chips, per_node, counted_h if metric != "mttf_h" or counted else math.nan, metric)
    if metric == "mttf_h":
        yield Check(f"{name} MTTF [h]", "rate", value, stated_h, RATE_LIMIT, bound, source)
        return
    if counted and "mttf_h" in numbers:
        yield Check(f"{name} MTTF [h]", "rate", numbers["mttf_h"], counted_h, RATE_LIMIT, "", source)
    if "restart_min" not in numbers:
        if counted and "mttf_h" in numbers:
            return
        raise _TooLittle("restart_min is empty")
    yield from _shares(name, cells, numbers, stated_h, (bound, value))


def _shares(
    name: str, cells: Mapping[str, str], numbers: Mapping[str, float], mttf_h: float, published: tuple[str, float]
) -> Iterable[Check]:
    bound, value = published
    source, metric = cells.get("source", "").strip(), cells["metric"].strip()
    said = cells.get("clock", "").strip()
    clock: Clock = "observed" if (said or SHARES[metric]) == "observed" else "running"
    restart_h, write_h = numbers["restart_min"] / MIN_PER_HOUR, numbers.get("ckpt_write_s", 0.0) / S_PER_HOUR

    def interval_h(clock: Clock) -> float:
        stated = numbers.get("ckpt_interval_min")
        return optimal_interval_h(mttf_h, restart_h, write_h, clock) if stated is None else stated / MIN_PER_HOUR

    got = goodput(mttf_h, restart_h, interval_h(clock), write_h, clock)
    yield Check(f"{name} {metric}, {clock} clock", "share", value, got, SHARE_LIMIT, bound, source)
    if "daly_exact" in numbers:
        exact = goodput(mttf_h, restart_h, interval_h("running"), write_h, "running")
        yield Check(f"{name} exact form", "form", numbers["daly_exact"], exact, FORM_LIMIT, "", source)
    if "closed_form_meta" in numbers:
        first = first_order_goodput(mttf_h, restart_h, interval_h("running"), write_h)
        yield Check(f"{name} first order", "form", numbers["closed_form_meta"], first, FORM_LIMIT, "", source)


def _mttf(numbers: Mapping[str, float], chips: int, per_node: int, counted_h: float, metric: str) -> float:
    """Mean time between failures of a row: by its rate, as it states it, or by its count."""
    if chips and "rate_per_1000_node_days" in numbers and ("mttf_h" not in numbers or metric == "mttf_h"):
        return mttf_hours(numbers["rate_per_1000_node_days"], chips, per_node)
    if metric != "mttf_h" and "mttf_h" in numbers:
        return numbers["mttf_h"]
    if not math.isnan(counted_h):
        return counted_h
    raise _TooLittle("neither rate_per_1000_node_days with n_chips, nor mttf_h, nor n_failures with window_days")


def _faults(place: str, cells: Mapping[str, str]) -> Iterable[str]:
    """Cells that no table of measurements holds, each as `file:line: column: what`."""
    for column in NUMBERS:
        text = cells.get(column, "").strip()
        if text:
            yield from _number_faults(f"{place}: {column}", text, positive=column in POSITIVE)
    metric, text = cells["metric"].strip(), cells["value"].strip()
    if metric in SHARES or metric in {"mttf_h", "rate_per_1000_node_days"}:
        match = BOUND.fullmatch(text)
        if match is None:
            yield f"{place}: value: '{text}' is not a number"
            return
        faults = list(_number_faults(f"{place}: value", match["number"], positive=True))
        yield from faults
        if not faults and metric in SHARES and float(match["number"]) > 1:
            yield f"{place}: value: is {text}, must be a share of at most 1"
    if (clock := cells.get("clock", "").strip()) not in {"", "observed", "running"}:
        yield f"{place}: clock: '{clock}' is neither observed nor running"


def _number_faults(where: str, text: str, *, positive: bool) -> Iterable[str]:
    try:
        number = float(text)
    except ValueError:
        yield f"{where}: '{text}' is not a number"
        return
    if not math.isfinite(number):
        yield f"{where}: is {text}, must be finite"
    elif number < 0 or (positive and number == 0):
        yield f"{where}: is {text}, must be {'positive' if positive else 'zero or more'}"


def _value(text: str) -> tuple[str, float]:
    """Published value, and `>` or `<` where it is a bound."""
    match = BOUND.fullmatch(text.strip())
    if match is None:
        raise _TooLittle("value is not a number")
    sign = {"≥": ">", "≤": "<"}.get(match["sign"] or "", (match["sign"] or "")[:1])
    return sign, float(match["number"])
