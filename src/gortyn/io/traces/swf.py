"""This module owns the Standard Workload Format, and the tab-separated variant of it that Theta and Mira came in.

Format: Chapin and others 1999, "Benchmarks and standards for the evaluation of parallel job schedulers"; 18 columns:
job, submit, wait, run, processors, CPU time, memory, requested processors, requested time, requested memory, status,
user, group, program, queue, partition, previous job, think time. Files with more columns carry their own behind them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from gortyn.io.traces.clock import offset_s_of
from gortyn.io.traces.lines import lines
from gortyn.io.traces.report import TraceError
from gortyn.io.traces.rows import UNKNOWN, Rows, number
from gortyn.io.traces.settle import Draft, instant

COLUMNS: Final = 18
UNREADABLE_AT_START: Final = 20
"""After so many unreadable rows and not one job, the file is taken to be of another format."""

HEADER: Final = re.compile(r";\s*([A-Za-z][A-Za-z ]*?)\s*:\s*(.*?)\s*$")
QUEUE: Final = re.compile(r"\s*(\d+)\s+(\S+)")
STATUS: Final = {"0": "failed", "1": "completed", "5": "cancelled"}
PARTS: Final = {"2": "partial", "3": "completed", "4": "failed"}
LATEST_PLAIN_SECOND: Final = 10**9
"""Submissions above this, in a file that names no start, are stamps since 1970: no log spans thirty years."""


def looks_like(first: Sequence[str]) -> bool:
    """Comment lines with a semicolon and rows of 18 or more numbers."""
    data = [line for line in first if not line.lstrip().startswith(";")]
    if not data:
        return first[0].startswith(";")
    words = data[0].split()
    return len(words) >= COLUMNS and all(_is_number(word) for word in words[:11])


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def read(path: Path, rows: Rows, zone: ZoneInfo | None) -> Draft:
    """Read an SWF file; times stay on its own clock."""
    header: dict[str, str] = {}
    queues: dict[str, str] = {}
    walltime = _Walltime()
    whole: set[str] = set()
    jobs = line = 0
    for line, text in lines(path, rows):
        if text.lstrip().startswith(";"):
            _take_header(text, header, queues)
            continue
        words = text.split()
        try:
            if len(words) < COLUMNS:
                raise ValueError(f"{len(words)} fields")
            submit, wait, run = number(words[1]), number(words[2]), number(words[3])
            chips, asked, requested = number(words[4]), number(words[7]), number(words[8])
        except ValueError as error:
            rows.exclude("unreadable", line, f"{error}: {text}")
            if not jobs and rows.read >= UNREADABLE_AT_START:
                break
            continue
        jobs += 1
        job_id, code = words[0], words[10]
        if code in PARTS and job_id in whole:
            rows.exclude("swapped-part", line, f"job {job_id}, status {code}")
            continue
        whole.add(job_id)
        if chips <= 0 < asked:
            chips = asked
            if run >= 0:  # a job that never ran was allocated nothing
                rows.findings.add(
                    "size-from-request", line, f"job {job_id}: {words[4]} allocated, {words[7]} requested"
                )
        walltime.see("\t" in text, words[5], run, requested)
        # A job that never ran has waited, but not for a start.
        start = submit + wait if wait != -1 and run >= 0 else UNKNOWN
        queue = _known(words[14])
        rows.add(
            line, job_id, submit=submit, start=start, run=run, requested=requested, chips=chips,
            user=_known(words[11]), group=_known(words[12]), job_type=queues.get(queue, queue),
            status=STATUS.get(code, PARTS.get(code, "")),
        )  # fmt: skip
    if rows.read and not jobs:
        raise TraceError(f"{path}:{line}: is no SWF trace: the first {rows.read} rows are unreadable")
    if walltime.in_sixth_column:
        rows.set_column("requested", np.array(walltime.values, dtype=np.float64))
    return _draft(path, rows, header, zone, walltime.in_sixth_column)


def _known(word: str) -> str:
    return "" if word == "-1" else word


def _take_header(text: str, header: dict[str, str], queues: dict[str, str]) -> None:
    if match := HEADER.match(text.strip()):
        name, value = match.groups()
        if name == "Queue" and (queue := QUEUE.match(value)):
            queues[queue[1]] = queue[2]
        elif value and name not in header:
            header[name] = value


class _Walltime:
    """Finds out whether column 6 holds the requested time: tabs, no request in column 9, and runs that fit it."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self._possible = True
        self._fitting = 0

    def see(self, tabs: bool, sixth: str, run: float, requested: float) -> None:
        if not self._possible:
            return
        if not tabs or requested > 0 or not _is_number(sixth):
            self._possible, self.values = False, []
            return
        value = float(sixth)
        self.values.append(value)
        self._fitting += value >= run

    @property
    def in_sixth_column(self) -> bool:
        return self._possible and 2 * self._fitting > len(self.values)


def _draft(path: Path, rows: Rows, header: dict[str, str], zone: ZoneInfo | None, sixth: bool) -> Draft:
    draft = Draft(path, "swf", rows, what="processors", header=header)
    local = zone or _zone(header.get("TimeZoneString", "").split(" ")[0])
    draft.zone = local.key if local else ""
    if sixth:
        draft.notes.append("tab-separated variant: the requested time is read from column 6")
    begin = _whole(header.get("UnixStartTime", ""))
    submit = rows.columns()["submit"]
    if np.isfinite(submit).any() and np.nanmin(submit) > LATEST_PLAIN_SECOND:
        draft.notes.append("submissions are stamps since 1970")
        begin = 0
    elif not begin:  # synthetic logs state 0, which is no date either
        return draft
    offset = _whole(header.get("TimeZone", "")) or 0
    draft.origin = instant(begin, offset_s_of(local, begin) if local else offset)
    return draft


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def _whole(text: str) -> int | None:
    try:
        return int(text.split(" ", maxsplit=1)[0])
    except ValueError:
        return None
