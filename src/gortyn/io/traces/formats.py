"""This module owns the list of trace formats: which one a file is in, and the call that reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gortyn.io.traces import acme, helios, listed, openb2023, pai2020, parquet, philly, slurm, swf
from gortyn.io.traces.lines import head
from gortyn.io.traces.report import Findings, ImportReport, TraceError
from gortyn.io.traces.rows import Rows
from gortyn.io.traces.settle import Draft, settle
from gortyn.workload.trace import Trace

Reader = Callable[[Path, Rows, ZoneInfo | None], Draft]

READERS: Final[dict[str, Reader]] = {
    "parquet": parquet.read,
    "swf": swf.read,
    "slurm": slurm.read,
    "acme": acme.read,
    "helios": helios.read,
    "philly": philly.read,
    "pai2020": pai2020.read,
    "openb2023": openb2023.read,
    "list": listed.read,
}
FORMATS: Final = tuple(READERS)
# Other names that users give the formats.
ALIASES: Final = {
    "sacct": "slurm",
    "acmetrace": "acme",
    "seren": "acme",
    "kalos": "acme",
    "venus": "helios",
    "pai": "pai2020",
    "openb": "openb2023",
    "csv": "list",
    "crux": "list",
}
# Traces that are also handed on as plain lists of arrivals; their names may be given for those.
ALSO_LISTED: Final = frozenset(("helios", "philly", "pai2020"))


def detect(path: Path | str) -> str:
    """Format of a trace file, from its content and, where that leaves a choice, its name.

    Raises
    ------
    TraceError : the file is empty, or in none of FORMATS.
    OSError : the file cannot be read.
    """
    path = Path(path)
    start = head(path)
    if start.startswith(parquet.MAGIC):
        return "parquet"
    text = start.decode("utf-8", errors="backslashreplace")
    # The last line of the head may be cut.
    first = [line.strip("\r") for line in text.split("\n") if line.strip()]
    for name, looks_like in (
        ("philly", philly.looks_like),
        ("slurm", slurm.looks_like),
        ("acme", acme.looks_like),
        ("helios", helios.looks_like),
        ("openb2023", openb2023.looks_like),
        ("list", listed.looks_like),
        ("pai2020", pai2020.looks_like),
        ("swf", swf.looks_like),
    ):
        if first and looks_like(first):
            return name
    raise TraceError(f"{path}: its format is none of {', '.join(FORMATS)}")


def read(
    path: Path | str, format: str | None = None, strict: bool = False, zone: str | None = None
) -> tuple[Trace, ImportReport]:
    """Read a job trace.

    Parameters
    ----------
    path : file, plain or gzip
    format : one of FORMATS; found by `detect` if left out
    strict : refuse the file at the first row that a rule excludes or puts right
    zone : IANA name of the zone of times that are written without an offset; without it they are counted as
        they stand, and a job that runs through a change of the clock is off by an hour unless the file states how
        long it ran

    Returns
    -------
    The jobs, and what became of the rows: kept + excluded = rows.

    Raises
    ------
    TraceError : the file is no trace of this format, or refused; the text says where and why.
    OSError : the file cannot be read.
    """
    path = Path(path)
    found = detect(path) if format is None else _known(format)
    if found in ALSO_LISTED and _is_list(path):
        found = "list"
    rows = Rows(Findings(str(path)))
    try:
        draft = READERS[found](path, rows, _zone(zone))
    except TraceError as error:
        raise TraceError(f"{error}{_hint(path, found)}") from None
    return settle(draft, strict)


def _known(format: str) -> str:
    name = ALIASES.get(format.lower(), format.lower())
    if name not in READERS:
        from gortyn.io.faults import did_you_mean

        raise TraceError(f"there is no trace format '{format}'{did_you_mean(name, FORMATS)}: {', '.join(FORMATS)}")
    return name


def _is_list(path: Path) -> bool:
    first = head(path).decode("utf-8", errors="backslashreplace").split("\n")
    return bool(first) and listed.looks_like(first)


def _hint(path: Path, tried: str) -> str:
    """Name the format that the file seems to be in, if it is another one."""
    try:
        other = detect(path)
    except (TraceError, OSError):
        return ""
    return "" if other == tried else f" (it looks like {other})"


def _zone(name: str | None) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise TraceError(f"there is no time zone '{name}'; give a name like Europe/Berlin") from None
