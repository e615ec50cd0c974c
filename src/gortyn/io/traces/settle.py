"""This module owns the rules that all formats share: rows as read become the jobs of a Trace, or are excluded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.io.traces.report import BY_NAME, ImportReport, TraceError
from gortyn.io.traces.rows import Rows
from gortyn.workload.trace import COUNTS, TEXTS, TIMES, UNKNOWN_S, Counted, Trace

Column = NDArray[np.float64]
Mask = NDArray[np.bool_]

LARGEST: Final = 2.0**53
"""Whole numbers up to here are exact as floats; what lies above is no time and no size."""

RATHER_A_ROUNDING_ERROR: Final = 1e-6


@dataclass(slots=True)
class Draft:
    """What a format's module read: the rows, and how their times are to be understood.

    Attributes
    ----------
    path, format : of the file
    rows : jobs as read
    what : what `chips` counts
    dated : times are seconds since 1970 and become seconds since the first submission
    offset_s : offset of the local clock [s] in which the origin is written; None where dates have none
    origin : instant of second 0 of a file that counts seconds
    zone : time zone of the cluster
    header, notes : see ImportReport
    """

    path: Path
    format: str
    rows: Rows
    what: Counted = "GPUs"
    dated: bool = False
    offset_s: float | None = None
    origin: str = ""
    zone: str = ""
    header: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class _Sieve:
    """Columns of a draft while the rules are applied: `keep` shrinks, values are put right in place."""

    def __init__(self, draft: Draft) -> None:
        self.findings = draft.rows.findings
        self.n = draft.rows.columns()
        self.t = draft.rows.texts()
        self.keep: Mask = np.ones(len(self.n["line"]), dtype=bool)

    def exclude(self, rule: str, where: Mask, shown: str) -> None:
        self.tell(rule, where, shown)
        self.keep &= ~where

    def repair(self, rule: str, where: Mask, shown: str, target: str, value: Column | float) -> None:
        self.tell(rule, where, shown)
        hit = where & self.keep
        self.n[target][hit] = value[hit] if isinstance(value, np.ndarray) else value

    def tell(self, rule: str, where: Mask, shown: str) -> None:
        hit = where & self.keep
        if hit.any():
            first = int(np.argmax(hit))
            value = self.n[shown][first] if shown in self.n else self.t[shown][first]
            said = value if isinstance(value, str) else "unknown" if np.isnan(value) else f"{value:.15g}"
            text = f"{shown} {said} of job {self.t['job_id'][first]}"
            self.findings.add(rule, int(self.n["line"][first]), text, int(hit.sum()))


def settle(draft: Draft, strict: bool) -> tuple[Trace, ImportReport]:
    """Apply the rules of `RULES` in their order and return the jobs that are left, sorted, with the report.

    Raises
    ------
    TraceError : no job is left, or `strict` and a rule applied that a sound file does not need.
    """
    sieve = _Sieve(draft)
    with np.errstate(invalid="ignore"):  # comparisons with NaN are meant: the unknown is neither above nor below
        _round(sieve)
        _times(sieve)
        _runs(sieve)
        _sizes(sieve, draft.what)
        _requests(sieve)
        _repeats(sieve)
        _unsorted(sieve)
    if strict:
        draft.rows.findings.refuse()
    trace = _trace(sieve, draft)
    found = draft.rows.findings.by_rule
    report = ImportReport(
        path=str(draft.path),
        format=draft.format,
        rows=draft.rows.read,
        kept=len(trace),
        findings=tuple(found[name] for name in BY_NAME if name in found),
        header=draft.header,
        notes=tuple(draft.notes),
    )
    if not len(trace):
        why = "; ".join(f"{finding.count:,} {finding.rule.name}" for finding in report.findings)
        raise TraceError(f"{draft.path}: no job is left of {report.rows:,} rows" + (f" ({why})" if why else ""))
    return trace, report


def _round(sieve: _Sieve) -> None:
    """Make every time a whole number; what only float arithmetic broke is not counted."""
    n = sieve.n
    for name in ("submit", "start", "end", "run", "requested", "chips"):
        sieve.exclude("unreadable", np.abs(n[name]) > LARGEST, name)
    for name in ("nodes", "cpus"):
        n[name] = np.where(np.abs(n[name]) <= LARGEST, n[name], np.nan)
    broken = np.zeros_like(sieve.keep)
    for name in ("submit", "start", "end", "run", "requested"):
        whole = np.floor(n[name] + 1 / 2)
        broken |= np.abs(whole - n[name]) > RATHER_A_ROUNDING_ERROR
    sieve.tell("rounded", broken, "run")
    for name in ("submit", "start", "end", "run", "requested"):
        n[name] = np.floor(n[name] + 1 / 2)


def _times(sieve: _Sieve) -> None:
    n = sieve.n
    missing = np.isnan(n["submit"])
    sieve.exclude("no-submit", (missing & np.isnan(n["start"])) | (n["submit"] < 0), "submit")
    sieve.repair("start-for-submit", missing, "start", "submit", n["start"])
    sieve.exclude("no-submit", n["submit"] < 0, "submit")
    sieve.repair("start-before-submit", n["start"] < n["submit"], "start", "submit", n["start"])
    sieve.exclude("no-submit", n["submit"] < 0, "submit")


def _runs(sieve: _Sieve) -> None:
    n, state = sieve.n, sieve.t["status"]
    n["run"] = np.where(np.isnan(n["run"]), n["end"] - n["start"], n["run"])
    absent = np.isnan(n["run"])
    queued = np.isin(state, ("cancelled", "pending"))
    sieve.exclude("never-ran", absent & queued, "status")
    sieve.exclude("still-running", absent & np.isnan(n["end"]) & (n["start"] >= 0), "status")
    sieve.exclude("run-unknown", absent, "run")
    sieve.exclude("run-negative", n["run"] < 0, "run")
    n["end"] = np.where(np.isnan(n["end"]), n["start"] + n["run"], n["end"])
    sieve.repair("run-zero", n["run"] == 0, "run", "run", 1.0)


def _sizes(sieve: _Sieve, what: Counted) -> None:
    n = sieve.n
    sieve.exclude("size-unknown", np.isnan(n["chips"]), "chips")
    if what == "GPUs":
        sieve.exclude("cpu-only", n["chips"] == 0, "chips")
    sieve.exclude("size-not-positive", n["chips"] <= 0, "chips")


def _requests(sieve: _Sieve) -> None:
    n = sieve.n
    sieve.repair("request-not-positive", n["requested"] <= 0, "requested", "requested", np.nan)
    sieve.repair("run-above-request", n["run"] > n["requested"], "requested", "requested", n["run"])


def _repeats(sieve: _Sieve) -> None:
    """Exclude records that stand in the file twice, and make the ids of the rest unique."""
    ids, n = sieve.t["job_id"], sieve.n
    times = Counter(ids[sieve.keep])
    repeated = {job_id for job_id, count in times.items() if count > 1}
    if not repeated:
        return
    same, renamed = np.zeros_like(sieve.keep), np.zeros_like(sieve.keep)
    records: set[tuple[object, ...]] = set()
    seen: Counter[str] = Counter()
    names = ids.copy()
    taken = set(times)
    for place in np.flatnonzero(sieve.keep):
        job_id = ids[place]
        if job_id not in repeated:
            continue
        record = (job_id, *(f"{n[name][place]}" for name in ("submit", "start", "end", "run", "chips")))
        if record in records:
            same[place] = True
            continue
        records.add(record)
        seen[job_id] += 1
        if seen[job_id] > 1:
            while (name := f"{job_id}~{seen[job_id]}") in taken:
                seen[job_id] += 1
            taken.add(name)
            names[place] = name
            renamed[place] = True
    sieve.exclude("same-record", same, "submit")
    sieve.tell("repeated-id", renamed, "submit")
    sieve.t["job_id"] = names


def _unsorted(sieve: _Sieve) -> None:
    submit = np.where(sieve.keep, sieve.n["submit"], -np.inf)
    latest = np.maximum.accumulate(submit) if len(submit) else submit
    sieve.tell("unsorted", submit < latest, "submit")


def _trace(sieve: _Sieve, draft: Draft) -> Trace:
    n, places = sieve.n, np.flatnonzero(sieve.keep)
    order = places[np.argsort(n["submit"][places], kind="stable")]
    first = float(n["submit"][order[0]]) if draft.dated and len(order) else 0.0
    numbers: dict[str, Column] = {name: n[name.removesuffix("_s")][order] for name in TIMES}
    for name in ("submit_s", "start_s", "end_s"):
        numbers[name] = numbers[name] - first
    # An end without a start, or before it, says nothing that the run time does not say better.
    numbers["end_s"] = np.where(numbers["end_s"] >= numbers["start_s"], numbers["end_s"], np.nan)
    chips = n["chips"][order]
    cpus = chips if draft.what == "processors" else n["cpus"][order]
    counts = {"nodes": n["nodes"][order], "cpus": cpus}
    whole: dict[str, NDArray[np.int64]] = {
        name: np.where(numbers[name] >= 0, numbers[name], UNKNOWN_S).astype(np.int64) for name in TIMES
    }
    whole |= {name: np.ceil(np.where(counts[name] > 0, counts[name], 0)).astype(np.int64) for name in COUNTS}
    origin = instant(first, draft.offset_s) if draft.dated and len(order) else draft.origin
    texts: dict[str, Any] = {name: sieve.t[name][order] for name in TEXTS}
    numbers_and_texts: dict[str, Any] = {**whole, **texts}
    return Trace(chips=chips, origin=origin, what=draft.what, zone=draft.zone, **numbers_and_texts)


def instant(seconds: float, offset_s: float | None) -> str:
    """ISO 8601 text of seconds since 1970, on the clock of an offset, or without one; "" beyond the calendar.

    >>> instant(0, 8 * 3600), instant(0, None)
    ('1970-01-01T08:00:00+08:00', '1970-01-01T00:00:00')
    """
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        if offset_s is None:
            return moment.replace(tzinfo=None).isoformat()
        return moment.astimezone(timezone(timedelta(seconds=offset_s))).isoformat()
    except (OverflowError, ValueError):
        return ""
