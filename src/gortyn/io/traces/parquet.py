"""This module owns Gortyn's own trace file: a Parquet table with one row a job, and what its numbers mean beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo

import numpy as np

from gortyn.io.aside import aside
from gortyn.io.traces.report import TraceError
from gortyn.io.traces.rows import NUMBERS, TEXTS, Rows
from gortyn.io.traces.settle import Draft
from gortyn.workload.trace import UNKNOWN_S, Counted, Trace

if TYPE_CHECKING:
    import polars as pl

MAGIC: Final = b"PAR1"
# Column of the file for each number of a row.
COLUMNS: Final = {
    "submit": "submit_s",
    "start": "start_s",
    "end": "end_s",
    "run": "run_s",
    "requested": "req_s",
    "chips": "n_gpus",
    "nodes": "n_nodes",
    "cpus": "n_cpus",
}
ORDER: Final = ("job_id", *COLUMNS.values(), "user", "group", "job_type", "status")
META: Final = "gortyn_trace_"


def read(path: Path, rows: Rows, zone: ZoneInfo | None) -> Draft:
    """Read a table with at least submit_s, n_gpus or n_cpus, and run_s or both start_s and end_s."""
    import polars as pl

    try:
        frame = pl.read_parquet(path)
        meta = pl.read_parquet_metadata(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise TraceError(f"{path}: is no readable Parquet file: {str(error).splitlines()[0]}") from None
    _check(path, frame)
    # A row's place stands for its line.
    numbers = np.full((len(frame), len(NUMBERS)), np.nan)
    numbers[:, 0] = np.arange(1, len(frame) + 1)
    for place, name in enumerate(NUMBERS[1:], start=1):
        if COLUMNS[name] in frame.columns:
            numbers[:, place] = frame[COLUMNS[name]].cast(pl.Float64).fill_null(np.nan).to_numpy()
    texts = np.full((len(frame), len(TEXTS)), "", dtype=object)
    for place, name in enumerate(TEXTS):
        if name in frame.columns:
            texts[:, place] = frame[name].cast(pl.String).fill_null("").to_numpy()
    if "job_id" not in frame.columns:
        texts[:, 0] = [str(place) for place in range(1, len(frame) + 1)]
    what = _what(meta.get(META + "what"), numbers)
    rows.add_columns(numbers, texts)
    origin, named = meta.get(META + "origin", ""), meta.get(META + "zone", "")
    return Draft(path, "parquet", rows, what=what, origin=origin, zone=zone.key if zone else named)


def _check(path: Path, frame: pl.DataFrame) -> None:
    present = set(frame.columns)
    lacking = [] if "submit_s" in present else ["submit_s"]
    if not present & {"n_gpus", "n_cpus", "n_nodes"}:
        lacking.append("n_gpus")
    if "run_s" not in present and not {"start_s", "end_s"} <= present:
        lacking.append("run_s")
    if lacking:
        raise TraceError(f"{path}: is no trace: it lacks the columns {', '.join(lacking)}; it has {', '.join(present)}")
    for name in COLUMNS.values():
        if name in present and not (frame[name].dtype.is_numeric() or frame[name].null_count() == len(frame)):
            raise TraceError(f"{path}: the column {name} holds {frame[name].dtype}, not numbers")


def _what(said: str | None, numbers: np.ndarray[Any, np.dtype[np.float64]]) -> Counted:
    """Say what the jobs count; where no job has a GPU, make processors or else nodes their chips."""
    chips, nodes, cpus = (NUMBERS.index(name) for name in ("chips", "nodes", "cpus"))
    if said != "processors" and (said == "GPUs" or np.nansum(numbers[:, chips]) > 0):
        return "GPUs"
    numbers[:, chips] = numbers[:, cpus if np.nansum(numbers[:, cpus]) > 0 else nodes]
    return "processors"


def write(trace: Trace, path: Path) -> Path:
    """Write a trace, aside first and renamed when whole; unknown values are null.

    The file's metadata hold `origin`, `what` and `zone`.
    """
    import polars as pl

    def known(values: np.ndarray[Any, Any], none: int) -> pl.Series:
        return pl.Series(values).set(pl.Series(values == none), None)

    chips = trace.chips if trace.what == "GPUs" else np.zeros(len(trace))
    frame = pl.DataFrame(
        {
            "job_id": pl.Series(trace.job_id, dtype=pl.String),
            "submit_s": trace.submit_s,
            "start_s": known(trace.start_s, UNKNOWN_S),
            "end_s": known(trace.end_s, UNKNOWN_S),
            "run_s": trace.run_s,
            "req_s": known(trace.requested_s, UNKNOWN_S),
            "n_gpus": chips,
            "n_nodes": known(trace.nodes, 0),
            "n_cpus": known(trace.cpus, 0),
            **{
                name: pl.Series([text or None for text in getattr(trace, name)], dtype=pl.String)
                for name in ("user", "group", "job_type", "status")
            },
        }
    ).select(ORDER)
    said = {META + name: str(getattr(trace, name)) for name in ("origin", "what", "zone")}
    with aside(path) as part:
        frame.write_parquet(part, compression="zstd", metadata=cast(dict[str, str], said))
    return path
