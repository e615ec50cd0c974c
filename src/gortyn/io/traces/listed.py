"""This module owns plain lists of arrivals (CSV): when, how long, how many GPUs, and nothing else.

Venus, PAI, Philly and Crux are handed on in these two shapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gortyn.io.traces.lines import Table, header_names
from gortyn.io.traces.rows import Rows, number
from gortyn.io.traces.settle import Draft

# Names of one thing in the shapes seen.
JOB: Final = ("job_id", "job id")
ARRIVAL: Final = ("arrival_s", "arrival time (sec)")
DURATION: Final = ("service_sec", "duration (sec)")
SIZE: Final = ("gpu_count", "size")


def looks_like(first: Sequence[str]) -> bool:
    """A header with one name of each column."""
    names = set(header_names(first[0], ","))
    return all(names & set(alternatives) for alternatives in (JOB, ARRIVAL, DURATION, SIZE))


def read(path: Path, rows: Rows, zone: ZoneInfo | None) -> Draft:  # noqa: ARG001 (one signature for all formats)
    """Read a list; its times stay on its own clock."""
    table = Table(path, rows)
    table.need("list", JOB, ARRIVAL, DURATION, SIZE)
    job, arrival, duration, size = (table.place(*names) for names in (JOB, ARRIVAL, DURATION, SIZE))
    for line, row in table:
        try:
            rows.add(
                line, row[job].strip(), submit=number(row[arrival]), run=number(row[duration]), chips=number(row[size])
            )
        except ValueError as error:
            rows.exclude("unreadable", line, f"{error} (job {row[job]})")
    return Draft(path, "list", rows)
