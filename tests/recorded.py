"""Small traces for tests, and the first jobs of public workloads with the starts that other simulators gave them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gortyn.workload.trace import Trace

Column = Sequence[Any] | np.ndarray
DATA = Path(__file__).parent / "data"


def trace_of(
    submit_s: Column,
    run_s: Column,
    chips: Column,
    requested_s: Column | None = None,
    *,
    start_s: Column | None = None,
    user: Column = (),
    job_type: Column = (),
) -> Trace:
    """Trace of jobs numbered from 1, sorted by submission; what is left out is unknown."""
    count = len(submit_s)
    unknown, texts = np.full(count, -1), np.full(count, "", dtype=object)
    run = np.array(run_s, np.int64)
    start = unknown if start_s is None else np.array(start_s, np.int64)
    return Trace(
        job_id=np.array([str(job) for job in range(1, count + 1)], dtype=object),
        submit_s=np.array(submit_s, np.int64),
        start_s=start,
        end_s=np.where(start < 0, -1, start + run),
        run_s=run,
        requested_s=unknown if requested_s is None else np.array(requested_s, np.int64),
        chips=np.array(chips, np.float64),
        nodes=np.zeros(count, np.int64),
        cpus=np.zeros(count, np.int64),
        user=np.array(user, dtype=object) if len(user) else texts,
        group=texts,
        job_type=np.array(job_type, dtype=object) if len(job_type) else texts,
        status=texts,
    )


def excerpt(name: str) -> dict[str, list[int]]:
    """Columns of tests/data/NAME.csv.

    The files hold the first 776 jobs of the workloads w10000ms (milliseconds) and w10000 of 4,096 nodes: submission,
    run, requested time, nodes, and the starts of CQSim and of a reference in Python. All of them start before job 777
    is submitted, so that later jobs have no part in their starts.
    """
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: [int(row[column]) for row in rows] for column in rows[0]}


def trace_of_excerpt(name: str, starts: str | None = None) -> Trace:
    """Jobs of an excerpt, with one of its columns as recorded starts."""
    jobs = excerpt(name)
    start_s = None if starts is None else jobs[starts]
    return trace_of(jobs["submit"], jobs["run"], jobs["nodes"], jobs["requested"], start_s=start_s)


def swf_of_excerpt(name: str, starts: str | None = None) -> str:
    """The same as text of an SWF file."""
    jobs = excerpt(name)
    lines = ["; MaxNodes: 4096"]
    for place, job in enumerate(jobs["job_id"]):
        submit, run, asked, nodes = (jobs[column][place] for column in ("submit", "run", "requested", "nodes"))
        wait = -1 if starts is None else jobs[starts][place] - submit
        lines.append(f"{job} {submit} {wait} {run} {nodes} -1 -1 {nodes} {asked} -1 1 1 1 1 1 1 -1 -1")
    return "\n".join(lines) + "\n"
