"""This module owns what the CSV lists of Acme and Helios share: a job a row, with its three dates and its size."""

from __future__ import annotations

import math
from typing import Final
from zoneinfo import ZoneInfo

from gortyn.io.traces.clock import Clock, Times
from gortyn.io.traces.lines import Table
from gortyn.io.traces.rows import UNKNOWN, number, status, text_of
from gortyn.io.traces.settle import Draft

SLACK_S: Final = 1.0
"""Stated durations may be cut to whole seconds."""


def read_recorded(table: Table, format: str, zone: ZoneInfo | None) -> Draft:
    """Read the rows; the run time is end less start, whatever the column `duration` says."""
    rows, place = table.rows, table.place
    clock = Clock(table.path, rows.findings, zone)
    job_id, gpus, cpus, nodes = place("job_id"), place("gpu_num"), place("cpu_num"), place("node_num")
    submit, start, end = place("submit_time"), place("start_time"), place("end_time")
    duration, state, user = place("duration"), place("state"), place("user")
    group, job_type = place("vc"), place("type")
    for line, row in table:
        try:
            stated = number(row[duration])
            times = clock.times(row[submit], row[start], row[end], stated, line)
            chips, cores, hosts = number(row[gpus]), number(row[cpus]), number(row[nodes])
        except (ValueError, OverflowError) as error:
            rows.exclude("unreadable", line, f"{error} (job {row[job_id]})")
            continue
        if abs(times.end - times.start - stated) > SLACK_S:
            _tell(table, line, row[job_id], times, stated)
        rows.add(
            line, row[job_id].strip(), submit=times.submit, start=times.start, end=times.end, run=_run(times),
            chips=chips, nodes=hosts, cpus=cores, user=text_of(row[user]), group=text_of(row[group]),
            job_type=text_of(row[job_type]), status=status(row[state]),
        )  # fmt: skip
    return Draft(table.path, format, rows, dated=True, offset_s=clock.offset_s, zone=zone.key if zone else "")


def _run(times: Times) -> float:
    spanned = times.end - times.start
    return UNKNOWN if math.isnan(spanned) else spanned


def _tell(table: Table, line: int, job_id: str, times: Times, stated: float) -> None:
    spanned = times.end - times.start
    table.rows.findings.add("duration-recomputed", line, f"job {job_id}: {stated:.0f} s stated, {spanned:.0f} s used")
