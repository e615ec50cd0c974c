"""This module owns what both kinds of `gortyn operate` write and print: starts, figures of classes, memory."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gortyn.cli.output import InvalidInput, complain, print_table, quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def write_starts(
    path: Path, job_id: NDArray[Any], submit_s: NDArray[np.int64], start_s: NDArray[np.int64], end_s: NDArray[np.int64]
) -> None:
    """Write the starts aside and put them in place when whole; cells of jobs that never started are empty."""
    import polars as pl

    from gortyn.io.aside import aside

    never = pl.col("start_s") < 0
    table = pl.DataFrame({"job_id": job_id.tolist(), "submit_s": submit_s, "start_s": start_s, "end_s": end_s})
    table = table.with_columns(
        end_s=pl.when(never | (pl.col("end_s") < 0)).then(None).otherwise("end_s"),
        start_s=pl.when(never).then(None).otherwise("start_s"),
    )
    try:
        with aside(path) as part:
            table.write_csv(part)
    except OSError as error:
        raise InvalidInput(f"gortyn operate: --out {path}: {error.strerror or error}") from None


def peak_mb() -> float:
    """Largest memory that this process has held so far [MB]."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def by_group(
    names: Sequence[str],
    group: NDArray[Any],
    wait_s: NDArray[np.int64],
    run_s: NDArray[np.int64],
    chip_hours: NDArray[np.float64],
    started: NDArray[np.bool_],
) -> dict[str, dict[str, Any]]:
    """Figures of every group of jobs; waits and slowdown are those of the jobs that started."""
    from gortyn.operation.measures import wait_summary

    found: dict[str, dict[str, Any]] = {}
    for index, name in enumerate(names):
        own = group == index
        ran = own & started
        found[name] = {
            "jobs": int(own.sum()),
            "wait_s": wait_summary(wait_s[ran]),
            "bounded_slowdown": mean_slowdown(wait_s[ran], run_s[ran]),
            "chip_hours": float(chip_hours[own].sum()),
        }
    return found


def mean_slowdown(wait_s: NDArray[np.int64], run_s: NDArray[np.int64]) -> float | None:
    """Mean bounded slowdown of jobs; None where there are none."""
    from gortyn.access.waits import bounded_slowdown

    return float(bounded_slowdown(wait_s, run_s).mean()) if wait_s.size else None


def finite(value: float) -> float | None:
    """The value, None where it is none."""
    return value if math.isfinite(value) else None


def print_figures(data: dict[str, Any], told_by: str) -> None:
    """Print a row for every class of jobs and one for all, and on stderr how fast it was."""
    total = {name: data[name] for name in ("jobs", "wait_s", "bounded_slowdown")}
    total["chip_hours"] = sum(one["chip_hours"] for one in data["by_class"].values())
    rows = [_row(name, one) for name, one in [*data["by_class"].items(), ("all", total)]]
    header = (told_by, "jobs", "chip-hours", "mean wait", "p50", "p75", "p90", "p99", "slowdown")
    print()
    print_table(header, rows, right=range(1, len(header)))
    complain(f"{data['jobs_per_s']:,.0f} jobs/s: {data['engine_s']:.3g} s, {data['peak_mb']:,.0f} MB at most")


def _row(name: str, one: dict[str, Any]) -> tuple[str, ...]:
    waits = (quantity(value, "s") if value is not None else "" for value in one["wait_s"].values())
    slowdown = one["bounded_slowdown"]
    return (
        name, f"{one['jobs']:,}", f"{one['chip_hours']:,.0f}", *waits, "" if slowdown is None else f"{slowdown:,.1f}"
    )  # fmt: skip
