"""This module owns the task table of Alibaba's PAI cluster of 2020 (CSV, mostly without a header).

A task's instances start together and each takes `plan_gpu` per cent of a GPU. The submission is not recorded; the
start stands for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gortyn.io.traces.lines import Table, head, header_names
from gortyn.io.traces.report import TraceError
from gortyn.io.traces.rows import Rows, number, status, text_of
from gortyn.io.traces.settle import Draft

TASK_COLUMNS: Final = (
    "job_name",
    "task_name",
    "inst_num",
    "status",
    "start_time",
    "end_time",
    "plan_cpu",
    "plan_mem",
    "plan_gpu",
    "gpu_type",
)
JOB_COLUMNS: Final = ("job_name", "inst_id", "user", "status", "start_time", "end_time")
STATES: Final = frozenset(("Terminated", "Failed", "Waiting", "Running"))
PER_CENT: Final = 1e-2
DECIMALS: Final = 6
"""Of shares of a GPU; below them is float arithmetic."""


def looks_like(first: Sequence[str]) -> bool:
    """A header of its columns, or rows of the task or job table."""
    return _names(first[0]) is not None


def _names(first: str) -> Sequence[str] | None:
    """Columns of the file from its first line: an empty list stands for its own header, None for another format."""
    names = header_names(first, ",")
    if {"job_name", "start_time", "end_time"} <= set(names):
        return ()
    row = first.split(",")
    for columns in (TASK_COLUMNS, JOB_COLUMNS):
        if len(row) == len(columns) and row[columns.index("status")] in STATES:
            return columns
    return None


def read(path: Path, rows: Rows, zone: ZoneInfo | None) -> Draft:  # noqa: ARG001 (one signature for all formats)
    """Read tasks as jobs of instances times GPUs."""
    start = head(path).decode("utf-8", errors="backslashreplace")
    first = next((line.strip("\r") for line in start.split("\n") if line.strip()), "")
    table = Table(path, rows, names=_names(first) or None)
    if table.names == list(JOB_COLUMNS):
        raise TraceError(f"{path}: is PAI's job table, which does not say how many GPUs; give pai_task_table")
    table.need("PAI", ("job_name",), ("start_time",), ("end_time",), ("plan_gpu",))
    place = table.place
    job, task, instances, gpus = place("job_name"), place("task_name"), place("inst_num"), place("plan_gpu")
    cores, begin, end = place("plan_cpu"), place("start_time"), place("end_time")
    state, user, gpu_type = place("status"), place("user"), place("gpu_type")
    for line, row in table:
        name = "/".join(filter(None, (row[job].strip(), row[task].strip())))
        try:
            count = number(row[instances]) if instances < len(table.names) else 1.0
            share = number(row[gpus]) * PER_CENT
            started = number(row[begin])
            rows.add(
                line, name, submit=started, start=started, end=number(row[end]),
                chips=0.0 if math.isnan(share) else round(count * share, DECIMALS),
                cpus=number(row[cores]) * PER_CENT * count,
                user=text_of(row[user]), job_type=text_of(row[gpu_type]), status=status(row[state]),
            )  # fmt: skip
        except ValueError as error:
            rows.exclude("unreadable", line, f"{error} (task {name})")
    draft = Draft(path, "pai2020", rows)
    draft.notes.append("submissions are not recorded: the start stands for them")
    return draft
