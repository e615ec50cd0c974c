"""This module owns what `sacct --parsable2` prints, with any choice of columns that says when and how large.

Columns: https://slurm.schedmd.com/sacct.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from gortyn.io.traces.clock import Clock, duration_s
from gortyn.io.traces.lines import Table, header_names
from gortyn.io.traces.rows import UNKNOWN, Rows, number, status, text_of
from gortyn.io.traces.settle import Draft

DELIMITER: Final = "|"
IDS: Final = ("jobid", "jobidraw")
STEP: Final = re.compile(r"^[^.]+\.")
GPU: Final = re.compile(r"(?:^|,)(?:gres[/:])?gpu(?::(?!\d+(?:[,(]|$))[^=:,(]+)?[=:](\d+)")
TRES_PART: Final = re.compile(r"(?:^|,)(cpu|node)=(\d+)([KM]?)(?=,|$)")
TRES_GPU: Final = re.compile(r"(?:^|,)gres/gpu(:[^=,]+)?=(\d+)(?=,|$)")
THOUSANDS: Final = {"": 1, "K": 10**3, "M": 10**6}
MINUTE_S: Final = 60
AT_WORK: Final = frozenset(("running", "suspended", "completing", "configuring", "resizing"))


class Resources(NamedTuple):
    """What a TRES text grants, NaN where it is silent."""

    gpus: float
    cpus: float
    nodes: float


NOTHING: Final = Resources(UNKNOWN, UNKNOWN, UNKNOWN)


def looks_like(first: Sequence[str]) -> bool:
    """A header with bars and a job id."""
    return DELIMITER in first[0] and bool(set(IDS) & set(header_names(first[0], DELIMITER)))


@lru_cache(maxsize=2**14)
def resources(tres: str) -> Resources:
    """GPUs, processors and nodes of a TRES list.

    A list may count its GPUs as a whole, by type, or both ways; then the whole counts.

    >>> resources("billing=96,cpu=96,gres/gpu:h100=8,gres/gpu=8,node=2")
    Resources(gpus=8.0, cpus=96.0, nodes=2.0)
    """
    if not tres.strip():
        return NOTHING
    counts = {kind: float(int(value) * THOUSANDS[scale]) for kind, value, scale in TRES_PART.findall(tres)}
    gpus = [(kind, int(value)) for kind, value in TRES_GPU.findall(tres)]
    untyped = [value for kind, value in gpus if not kind]
    count = float(untyped[0] if untyped else sum(value for _, value in gpus))
    return Resources(count, counts.get("cpu", UNKNOWN), counts.get("node", UNKNOWN))


def gres_gpus(gres: str) -> float:
    """GPUs of a list as older versions print it.

    >>> gres_gpus("gpu:8"), gres_gpus("gres:gpu:a100:4"), gres_gpus("craynetwork:1")
    (8.0, 4.0, 0.0)
    """
    return float(sum(int(count) for count in GPU.findall(gres)))


class _Places:
    """Places of the columns that are read."""

    def __init__(self, table: Table) -> None:
        place = table.place
        self.job_id = place(*IDS)
        self.submit, self.start, self.end = place("submit"), place("start"), place("end")
        self.has_end = "end" in table.names
        self.elapsed, self.elapsed_raw = place("elapsed"), place("elapsedraw")
        self.limit, self.limit_raw = place("timelimit"), place("timelimitraw")
        self.granted, self.asked = place("alloctres"), place("reqtres")
        self.gres = place("allocgres", "reqgres")
        self.nodes = place("allocnodes", "nnodes"), place("nnodes"), place("reqnodes")
        self.cpus = place("alloccpus", "ncpus"), place("ncpus"), place("reqcpus")
        self.state, self.user = place("state"), place("user")
        self.group, self.job_type = place("account", "group"), place("qos", "partition")


def read(path: Path, rows: Rows, zone: ZoneInfo | None) -> Draft:
    """Read job records; GPUs are counted if any job has one, else processors, else nodes."""
    table = Table(path, rows, DELIMITER)
    table.need("sacct", IDS, ("submit", "start"), ("end", "elapsed", "elapsedraw"))
    table.need(
        "sacct",
        ("alloctres", "reqtres", "allocgres", "reqgres", "ncpus", "alloccpus", "reqcpus", "nnodes", "allocnodes"),
    )
    clock = Clock(path, rows.findings, zone)
    places = _Places(table)
    for line, row in table:
        job_id = row[places.job_id].strip()
        if STEP.match(job_id):
            rows.exclude("job-step", line, job_id)
            continue
        try:
            _take(rows, clock, places, line, job_id, row)
        except (ValueError, OverflowError) as error:
            rows.exclude("unreadable", line, f"{error} (job {job_id})")
    draft = Draft(path, "slurm", rows, dated=True, offset_s=clock.offset_s, zone=zone.key if zone else "")
    _choose_unit(draft)
    return draft


def _take(rows: Rows, clock: Clock, places: _Places, line: int, job_id: str, row: list[str]) -> None:
    state = status(row[places.state])
    elapsed = duration_s(row[places.elapsed])
    if math.isnan(elapsed):
        elapsed = number(row[places.elapsed_raw])
    times = clock.times(row[places.submit], row[places.start], row[places.end], elapsed, line)
    granted, asked = resources(row[places.granted]), resources(row[places.asked])
    run = clock.run_of(times, elapsed, line)
    start = times.start
    if state in AT_WORK and math.isnan(times.end):
        run = UNKNOWN  # what has elapsed so far is not how long it runs
    elif math.isnan(start):
        run = UNKNOWN
    elif state == "cancelled" and run == 0 and granted is NOTHING and row[places.asked]:
        start = run = UNKNOWN  # cancelled in the queue: older versions set start and end to that instant
    limit = duration_s(row[places.limit])
    gpus = granted.gpus if granted is not NOTHING else asked.gpus
    if math.isnan(gpus) and row[places.gres].strip():
        gpus = gres_gpus(row[places.gres])
    rows.add(
        line, job_id, submit=times.submit, start=start, end=times.end, run=run,
        requested=number(row[places.limit_raw]) * MINUTE_S if math.isnan(limit) else limit,
        chips=gpus,
        nodes=_granted(granted.nodes, [row[place] for place in places.nodes], asked.nodes),
        cpus=_granted(granted.cpus, [row[place] for place in places.cpus], asked.cpus),
        user=text_of(row[places.user]), group=text_of(row[places.group]), job_type=text_of(row[places.job_type]),
        status=state,
    )  # fmt: skip


def _granted(granted: float, columns: Sequence[str], asked: float) -> float:
    """What was granted: by the TRES list, else by the first column that says something, else what was asked for."""
    if granted > 0:
        return granted
    return next((count for text in columns if (count := _count(text)) > 0), asked)


def _count(text: str) -> float:
    """Number of nodes or processors, which may be written in thousands (1.5K)."""
    text = text.strip()
    scale = THOUSANDS.get(text[-1:], 1)
    return number(text[:-1] if scale > 1 else text) * scale


def _choose_unit(draft: Draft) -> None:
    columns = draft.rows.columns()
    gpus = columns["chips"]
    if np.nansum(gpus) > 0:
        draft.rows.set_column("chips", np.where(np.isnan(gpus), 0.0, gpus))
        return
    draft.what = "processors"
    unit = "cpus" if np.isfinite(columns["cpus"]).any() else "nodes"
    draft.notes.append(f"no job has a GPU: {'processors' if unit == 'cpus' else 'nodes'} are counted")
    draft.rows.set_column("chips", columns[unit])
