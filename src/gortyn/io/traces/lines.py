"""This module owns how trace files are opened: plain or gzip, line by line, with a bound on what is held in memory."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from gortyn.io.traces.report import TraceError
from gortyn.io.traces.rows import Rows

LONGEST_LINE: Final = 2**20
"""Bytes; a longer line is refused before it is loaded."""

GZIP_MAGIC: Final = b"\x1f\x8b"
UTF8_MARK: Final = b"\xef\xbb\xbf"
OTHER_MARKS: Final = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, through gzip where its content says so; a broken gzip stream is a TraceError."""
    with path.open("rb") as file:
        zipped = file.peek(len(GZIP_MAGIC))[: len(GZIP_MAGIC)] == GZIP_MAGIC
        try:
            if zipped:
                with gzip.GzipFile(fileobj=file) as unzipped:
                    yield unzipped  # pyright: ignore[reportReturnType]
            else:
                yield file
        except EOFError:
            raise TraceError(f"{path}: the gzip file ends early (a broken download?); refused as a whole") from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise TraceError(f"{path}: the gzip file is damaged ({error}); refused as a whole") from None


def head(path: Path, size: int = 2**16) -> bytes:
    """First bytes of the content; TraceError for an empty file."""
    with open_bytes(path) as file:
        start = file.read(size)
    if not start:
        raise TraceError(f"{path}: is empty")
    for mark, name in OTHER_MARKS.items():
        if start.startswith(mark):
            raise TraceError(f"{path}: is {name} text; convert it to UTF-8")
    return start.removeprefix(UTF8_MARK)


def lines(path: Path, rows: Rows) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line that is not blank; lines with NUL bytes are excluded and counted.

    Raises
    ------
    TraceError : a line above LONGEST_LINE, a broken gzip stream, UTF-16.
    """
    head(path, len(UTF8_MARK))
    findings = rows.findings
    number = 0
    with open_bytes(path) as file:
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE:
                raise TraceError(f"{path}:{number}: the line is longer than {LONGEST_LINE:,} bytes; refused")
            if number == 1 and raw.startswith(UTF8_MARK):
                raw = raw.removeprefix(UTF8_MARK)
                findings.add("byte-order-mark", 1, "UTF-8")
            if raw.endswith(b"\r\n") and "crlf" not in findings.by_rule:
                findings.add("crlf", number, "\\r\\n")
            if b"\0" in raw:
                rows.exclude("nul-bytes", number, raw.replace(b"\0", b"\\0").decode(errors="backslashreplace").strip())
                continue
            try:
                text = raw.decode("utf-8").strip("\r\n")
            except UnicodeDecodeError:
                text = raw.decode("utf-8", errors="backslashreplace").strip("\r\n")
                findings.add("not-utf-8", number, text)
            if text and not text.isspace():
                yield number, text


def cells(text: str, delimiter: str) -> list[str]:
    """Cells of one line; csv.Error where its quotes do not close."""
    if '"' in text and delimiter == ",":
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    return text.split(delimiter)


def header_names(text: str, delimiter: str) -> list[str]:
    """Names of a header line: lower case, without a leading comment sign.

    >>> header_names("#job id,arrival time (sec),Size", ",")
    ['job id', 'arrival time (sec)', 'size']
    """
    try:
        names = cells(text, delimiter)
    except csv.Error:
        return []
    return [name.strip().lstrip("#").strip().lower() for name in names]


class Table:
    """Rows of a delimited file with a header, or with given names where it has none."""

    def __init__(self, path: Path, rows: Rows, delimiter: str = ",", names: Sequence[str] | None = None) -> None:
        self.path = path
        self.rows = rows
        self.delimiter = delimiter
        self._lines = lines(path, rows)
        if names is None:
            number, text = next(self._lines, (1, ""))
            names = header_names(text, delimiter)
            twice = sorted({name for name in names if name and list(names).count(name) > 1})
            if twice:
                raise TraceError(f"{path}:{number}: the column {twice[0]} is there twice")
        self.names = list(names)

    def need(self, kind: str, *alternatives: Sequence[str]) -> None:
        """Raise TraceError unless the header has one name of each group of alternatives."""
        lacking = [" or ".join(group) for group in alternatives if not set(group) & set(self.names)]
        if lacking:
            seen = ", ".join(name for name in self.names if name)
            raise TraceError(
                f"{self.path}:1: is no {kind} trace: it lacks the columns {', '.join(lacking)}; "
                f"its first line reads: {seen[:LONGEST_QUOTE]}"
            )

    def place(self, *names: str) -> int:
        """Place of the first of these columns that the file has, or that of an empty cell behind the last."""
        return next((self.names.index(name) for name in names if name in self.names), len(self.names))

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield line and cells of each row, an empty cell added; a row of another length is excluded as unreadable."""
        width = len(self.names)
        for number, text in self._lines:
            try:
                row = cells(text, self.delimiter)
            except csv.Error:
                row = []
            if len(row) != width:
                self.rows.exclude("unreadable", number, f"{len(row)} fields, the header has {width}: {text}")
                continue
            row.append("")
            yield number, row


LONGEST_QUOTE: Final = 120
