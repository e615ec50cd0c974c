"""This module owns the jobs of a file as read: numbers with NaN for what is missing, before any rule is applied."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.io.traces.report import Findings

NUMBERS: Final = ("line", "submit", "start", "end", "run", "requested", "chips", "nodes", "cpus")
TEXTS: Final = ("job_id", "user", "group", "job_type", "status")
CHUNK: Final = 2**15
"""Rows held as Python objects before they become arrays."""

UNKNOWN: Final = math.nan
MISSING: Final = frozenset(("", "none", "null", "nan", "na", "n/a", "unknown"))
STATUS: Final = {
    "pass": "completed",
    "terminated": "completed",
    "succeeded": "completed",
    "canceled": "cancelled",
    "killed": "cancelled",
    "interrupted": "cancelled",
    "waiting": "pending",
}


def number(text: str) -> float:
    """Number of a cell, NaN where it is empty or says so; ValueError for anything else.

    >>> number("12"), number(" 1e3"), number("None")
    (12.0, 1000.0, nan)
    """
    try:
        value = float(text)
    except ValueError:
        if text.strip().lower() in MISSING:
            return UNKNOWN
        raise
    if "_" in text or math.isinf(value):
        raise ValueError(f"no number: {text}")
    return value


def status(text: str) -> str:
    """Status in one vocabulary: lower case, without who did it.

    >>> status("CANCELLED by 1000"), status("Terminated"), status("NODE_FAIL")
    ('cancelled', 'completed', 'node_fail')
    """
    word = text.strip().lower().split(" ")[0].rstrip("+")
    return "" if word in MISSING else STATUS.get(word, word)


def text_of(cell: str) -> str:
    """Text of a cell, "" where it says that there is none."""
    word = cell.strip()
    return "" if word.lower() in MISSING else word


class Rows:
    """Jobs in the order of the file, and the count of all records seen, excluded ones among them."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.read = 0
        self._numbers: list[tuple[float, ...]] = []
        self._texts: list[tuple[str, ...]] = []
        self._chunks: list[NDArray[np.float64]] = []
        self._columns: list[NDArray[np.object_]] = []
        self._known: dict[str, str] = {}

    def exclude(self, rule: str, line: int, value: object) -> None:
        """Count a record that becomes no job."""
        self.read += 1
        self.findings.add(rule, line, value)

    def add(
        self,
        line: int,
        job_id: str,
        *,
        submit: float = UNKNOWN,
        start: float = UNKNOWN,
        end: float = UNKNOWN,
        run: float = UNKNOWN,
        requested: float = UNKNOWN,
        chips: float = UNKNOWN,
        nodes: float = UNKNOWN,
        cpus: float = UNKNOWN,
        user: str = "",
        group: str = "",
        job_type: str = "",
        status: str = "",
    ) -> None:
        """Take a job as the file says it; NaN or -1 is unknown, times in seconds on any clock."""
        self.read += 1
        known = self._known.setdefault
        self._numbers.append((line, submit, start, end, run, requested, chips, nodes, cpus))
        self._texts.append(
            (job_id, known(user, user), known(group, group), known(job_type, job_type), known(status, status))
        )
        if len(self._numbers) >= CHUNK:
            self._flush()

    def add_columns(self, numbers: NDArray[np.float64], texts: NDArray[np.object_]) -> None:
        """Take many jobs at once: shape (jobs, NUMBERS) and (jobs, TEXTS)."""
        self.read += len(numbers)
        self._flush()
        self._chunks.append(numbers)
        self._columns.append(texts)

    def _flush(self) -> None:
        if self._numbers:
            self._chunks.append(np.array(self._numbers, dtype=np.float64))
            texts = np.empty((len(self._texts), len(TEXTS)), dtype=object)
            texts[:] = self._texts
            self._columns.append(texts)
            self._numbers, self._texts = [], []

    def set_column(self, name: str, values: NDArray[np.float64]) -> None:
        """Replace one column of numbers by another of shape (jobs,)."""
        self._whole()[:, NUMBERS.index(name)] = values

    def _whole(self) -> NDArray[np.float64]:
        self._flush()
        if len(self._chunks) != 1:
            self._chunks = [np.concatenate(self._chunks) if self._chunks else np.empty((0, len(NUMBERS)))]
        return self._chunks[0]

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Numbers by name, each of shape (jobs,); -1 has become NaN."""
        whole = self._whole()
        columns = {name: whole[:, place].copy() for place, name in enumerate(NUMBERS)}
        for column in columns.values():
            column[column == -1] = UNKNOWN
        return columns

    def texts(self) -> dict[str, NDArray[np.object_]]:
        """Texts by name, each of shape (jobs,)."""
        self._flush()
        whole = np.concatenate(self._columns) if self._columns else np.empty((0, len(TEXTS)), dtype=object)
        self._columns = [whole]
        return {name: whole[:, place].copy() for place, name in enumerate(TEXTS)}
