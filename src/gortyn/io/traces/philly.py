"""This module owns the job log of the Philly cluster: one JSON list, hundreds of megabytes long, read job by job.

A job may be tried several times; each attempt has dates and the GPUs of every machine. Its run time is the sum over
its attempts, its size that of the largest. Dates are on a local clock whose zone the log does not say.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from gortyn.io.traces.clock import Clock
from gortyn.io.traces.lines import open_bytes
from gortyn.io.traces.report import TraceError
from gortyn.io.traces.rows import UNKNOWN, Rows, status, text_of
from gortyn.io.traces.settle import Draft

LONGEST_JOB: Final = 2**24
"""Characters; a longer JSON object is refused before more of it is loaded."""

BLOCK: Final = 2**18
BETWEEN: Final = " \t\r\n,"


def looks_like(first: Sequence[str]) -> bool:
    """A JSON list, or the first of its jobs."""
    return first[0].lstrip()[:1] in ("[", "{")


def read(path: Path, rows: Rows, zone: ZoneInfo | None) -> Draft:
    """Read cluster_job_log."""
    clock = Clock(path, rows.findings, zone)
    for line, job in _objects(path):
        try:
            _take(rows, clock, line, job)
        except (ValueError, OverflowError, TypeError, AttributeError, KeyError) as error:
            said = f"no {error}" if isinstance(error, KeyError) else error
            rows.exclude("unreadable", line, f"{said}: {json.dumps(job)}")
    return Draft(path, "philly", rows, dated=True, offset_s=clock.offset_s, zone=zone.key if zone else "")


def _objects(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield line and value of each element of the list; memory is bounded by the largest element."""
    decode = json.JSONDecoder().raw_decode
    with open_bytes(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="backslashreplace")
        buffer, line, opened, listed = "", 1, False, False
        while True:
            rest = buffer.lstrip(BETWEEN if opened else BETWEEN.replace(",", ""))
            line += buffer.count("\n", 0, len(buffer) - len(rest))
            buffer = rest
            if not opened and buffer:
                if buffer[0] not in "[{":
                    raise TraceError(f"{path}:{line}: is no Philly trace: neither a JSON list nor an object")
                opened, listed = True, buffer[0] == "["
                buffer = buffer.removeprefix("[")
                continue
            if listed and buffer.startswith("]"):
                if (buffer[1:] + text.read(BLOCK)).strip():
                    raise TraceError(f"{path}:{line}: there is text behind the end of the JSON list; refused")
                return
            try:
                value, stop = decode(buffer)
            except RecursionError:
                raise TraceError(f"{path}:{line}: the JSON text is nested too deeply; refused") from None
            except ValueError:
                block = text.read(max(BLOCK, len(buffer)))
                if not block:
                    if buffer or listed or not opened:
                        raise TraceError(f"{path}:{line}: the JSON text breaks off or is damaged; refused") from None
                    return
                if len(buffer) > LONGEST_JOB:
                    raise TraceError(
                        f"{path}:{line}: a JSON element is damaged, or longer than {LONGEST_JOB:,} characters; refused"
                    ) from None
                buffer += block
                continue
            yield line, value
            line += buffer.count("\n", 0, stop)
            buffer = buffer[stop:]


def _take(rows: Rows, clock: Clock, line: int, job: dict[str, Any]) -> None:
    job_id = str(job["jobid"])
    spans, size, hosts = [], 0, 0
    submitted = str(job["submitted_time"])
    attempts = job.get("attempts") or []
    for attempt in attempts:
        begun, over = str(attempt.get("start_time")), str(attempt.get("end_time"))
        times = clock.times(submitted, begun, over, UNKNOWN, line)
        detail = attempt.get("detail") or []
        gpus = sum(len(machine.get("gpus") or ()) for machine in detail)
        if gpus > size:
            size, hosts = gpus, len(detail)
        if math.isnan(times.end - times.start):
            rows.findings.add("attempt-without-times", line, f"job {job_id}: start {begun}, end {over}")
        else:
            spans.append(times)
    if len(spans) > 1:
        rows.findings.add("retried", line, f"job {job_id}: {len(spans)} attempts")
    submit = clock.times(submitted, "", "", UNKNOWN, line).submit
    run = sum(times.end - times.start for times in spans) if spans else UNKNOWN
    if any(times.end < times.start for times in spans):
        run = min(times.end - times.start for times in spans)  # excluded as negative
    rows.add(
        line, job_id, submit=submit,
        start=min((times.start for times in spans), default=UNKNOWN),
        end=max((times.end for times in spans), default=UNKNOWN),
        run=run, chips=size or UNKNOWN, nodes=hosts, user=text_of(str(job.get("user") or "")),
        group=text_of(str(job.get("vc") or "")), status=status(str(job.get("status") or "")),
    )  # fmt: skip
