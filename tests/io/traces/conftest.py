"""Small trace files, written where a test needs them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from gortyn.io.traces import ImportReport

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write lines as a file, gzipped where its name says so."""

    def write(name: str, *lines: str | bytes, end: str = "\n") -> Path:
        raw = b"".join((line if isinstance(line, bytes) else line.encode()) + end.encode() for line in lines)
        path = tmp_path / name
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return write


@pytest.fixture
def counts() -> Callable[[ImportReport], dict[str, int]]:
    """How often each rule applied; every row must be accounted for."""

    def counts(report: ImportReport) -> dict[str, int]:
        assert report.rows == report.kept + report.excluded
        return {finding.rule.name: finding.count for finding in report.findings}

    return counts
