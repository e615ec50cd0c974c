"""This module owns the report page: the built front end with the tables of one results folder inside it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gortyn.io import results
from gortyn.io.columns import dictionary
from gortyn.io.document import read
from gortyn.io.results import SCENARIO, ResultsFolder
from gortyn.report.steps import Steps, reduce
from gortyn.result import Result

if TYPE_CHECKING:
    import polars as pl

    from gortyn.model import Scenario
    from gortyn.siting import Answer

REPORT = "report.html"
EMPTY_SLOT = '<script id="gortyn-data" type="application/json">null</script>'
# A row per job or application: too large for a page, and in its own Parquet file for who wants it.
LEFT_OUT = ("jobs", "applications")
NO_STEPS = Steps(hours=0, step_hours=1, heat_days=1)  # of a folder without hours, as of a choice of sites
DIGITS = 5  # significant digits of a number in the page


def write(result: Result, folder: str | Path, *, force: bool = False) -> Path:
    """Write a result as a folder with its report, whole or not at all, and return its path.

    Raises
    ------
    ResultsError : the folder exists and is not to be replaced.
    OSError : the disk is full or not writable; nothing is left behind.
    """

    def add_report(written: ResultsFolder) -> None:
        write_report(written, written.path / REPORT)

    return results.write(result, folder, add_report, force=force)


def write_siting(
    scenario: Scenario, answer: Answer, data: Mapping[str, Any], folder: str | Path, *, force: bool = False
) -> Path:
    """Write a choice of sites as a folder with its report, and return its path; arguments and errors as of `write`."""
    from gortyn.io import siting_results

    def add_report(written: ResultsFolder) -> None:
        write_report(written, written.path / REPORT)

    return siting_results.write(scenario, answer, data, folder, add_report, force=force)


def write_report(folder: ResultsFolder, target: Path) -> Path:
    """Write the report of a results folder to a file, whole or not at all, and return the file's path."""
    page = (files("gortyn.report") / "static" / REPORT).read_text(encoding="utf-8")
    if page.count(EMPTY_SLOT) != 1:
        message = "the built report has no place for data; rebuild it with `make web`"
        raise RuntimeError(message)
    data = json.dumps(report_data(folder), separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    filled = EMPTY_SLOT.replace("null", data.replace("<", "\\u003c"))
    aside = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        aside.write_text(page.replace(EMPTY_SLOT, filled), encoding="utf-8")
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def report_data(folder: ResultsFolder) -> dict[str, Any]:
    """Return what the page shows: summary, manifest, scenario, and every table but jobs and applications, by column.

    The hourly tables stand there in steps, `steps` says how long they are. A table that the folder does not have, as
    one of an earlier version, is left out.
    """
    steps, reduced = reduce(folder.path) if (folder.path / "hourly.parquet").is_file() else (NO_STEPS, {})
    tables = {
        name: folder.table(name)
        for name in dictionary()
        if name not in ("summary", *LEFT_OUT, *reduced) and (folder.path / f"{name}.parquet").is_file()
    }
    return {
        "summary": folder.summary,
        "manifest": folder.manifest,
        "scenario": _dates_as_text(read(folder.path / SCENARIO).data),
        "steps": asdict(steps),
        "tables": {name: _columns(frame) for name, frame in (tables | reduced).items()},
        "dictionary": {
            table: {name: column._asdict() for name, column in columns.items()}
            for table, columns in dictionary().items()
        },
    }


def _columns(frame: pl.DataFrame) -> dict[str, list[Any]]:
    import polars as pl
    import polars.selectors as cs

    frame = frame.with_columns(cs.float().round_sig_figs(DIGITS), cs.date().cast(pl.String))
    return {name: [_short(value) for value in frame[name].to_list()] for name in frame.columns}


def _short(value: Any) -> Any:
    """Write a whole float without its `.0`, which the page does not need, and what JSON has no number for as null."""
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_dates_as_text(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
