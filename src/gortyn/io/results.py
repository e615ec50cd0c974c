"""This module owns the results folder: written aside and renamed when whole, opened again by viewers.

A folder holds `scenario.yaml` (resolved), `manifest.json`, `summary.json`, one Parquet file per table, `report.html`,
and in `series/` the hourly values that the scenario had files of, so that it runs again by itself. It is the only
contract between the simulator and whatever shows its results.
"""

from __future__ import annotations

import errno
import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gortyn import __version__
from gortyn.io.aside import folder_aside
from gortyn.io.columns import dictionary
from gortyn.io.tables import frames
from gortyn.io.yaml_text import scenario_yaml
from gortyn.model import Scenario
from gortyn.result import Result

if TYPE_CHECKING:
    import polars as pl

LIBRARIES = ("numpy", "numba", "polars", "pydantic", "pyxirr", "ruamel.yaml")
ROWS = 2**18
"""Rows of a group in a Parquet file: what is held in memory while a long table is written."""
MANIFEST, SUMMARY, SCENARIO = "manifest.json", "summary.json", "scenario.yaml"


class ResultsError(ValueError):
    """A folder that holds no whole results, or one that must not be written to."""


@dataclass(frozen=True, slots=True)
class ResultsFolder:
    """A results folder on disk. Tables are read when asked for."""

    path: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """Versions, seed, hashes, catalogue entries and stage timings."""
        return json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))

    @property
    def summary(self) -> dict[str, float | int | None]:
        """Headline numbers."""
        return json.loads((self.path / SUMMARY).read_text(encoding="utf-8"))

    def table(self, name: str) -> pl.DataFrame:
        """Return one table; its columns are described in the column dictionary."""
        import polars as pl

        return pl.read_parquet(self.path / f"{name}.parquet")


def open_result(folder: str | Path) -> ResultsFolder:
    """Open a results folder.

    Raises
    ------
    ResultsError : the folder does not exist or misses one of its files; it names which.
    """
    path = Path(folder)
    if not path.is_dir():
        raise ResultsError(f"{path}: no such results folder")
    opened = ResultsFolder(path)
    needed = [MANIFEST, SUMMARY, SCENARIO]
    if (path / MANIFEST).is_file():  # a folder of an older Gortyn has the tables of its time
        needed += [name for name in opened.manifest.get("tables_sha256", ()) if name.endswith(".parquet")]
        needed += opened.manifest.get("series_sha256", ())
    if missing := [name for name in needed if not (path / name).is_file()]:
        raise ResultsError(f"{path}: is no results folder, it lacks {', '.join(missing)}")
    return opened


def write(result: Result, folder: str | Path, finish: Callable[[ResultsFolder], None], *, force: bool = False) -> Path:
    """Write a result as a folder and return its path.

    The folder appears whole or not at all: everything is written beside it first and then renamed.

    Parameters
    ----------
    result : what `gortyn.run` returned.
    folder : where to; its parent is made if need be.
    finish : adds what is made from the finished tables (the report) before the folder gets its name.
    force : replace a results folder that is there already. Anything else that is there is never replaced.

    Raises
    ------
    ResultsError : the folder exists and is not to be replaced.
    OSError : the disk is full or not writable; nothing is left behind.
    """
    return appear(folder, partial(_write_files, result), finish, force=force)


def appear(
    folder: str | Path, fill: Callable[[Path], None], finish: Callable[[ResultsFolder], None], *, force: bool
) -> Path:
    """Make a results folder that appears whole or not at all: `fill` writes its files, `finish` what is made of them.

    Raises as of `write`.
    """
    path = Path(folder)
    check_target(path, force=force)
    path = path.resolve() if path.is_symlink() else path
    path.parent.mkdir(parents=True, exist_ok=True)
    with folder_aside(path) as part:
        fill(part)
        finish(ResultsFolder(part))
    return path


def check_target(path: Path, *, force: bool = False) -> None:
    """Raise ResultsError where `write` would, before a run has cost any time."""
    if not path.exists() and not path.is_symlink():
        return
    if not path.is_dir():
        raise ResultsError(f"{path}: exists and is no folder")
    empty = not any(path.iterdir())
    if not empty and not (path / MANIFEST).is_file():
        raise ResultsError(f"{path}: exists and is no results folder; it is left as it is")
    if not empty and not force:
        raise ResultsError(f"{path}: exists; give another folder, or --force to replace it")


def _write_files(result: Result, folder: Path) -> None:
    import polars as pl

    scenario, series = _series(result, folder)
    text = scenario_yaml(scenario)
    (folder / SCENARIO).write_text(text, encoding="utf-8")
    hashes = {}
    for name, frame in frames(result):
        target = folder / f"{name}.parquet"
        with target.open("w+b") as file:
            try:
                frame.sink_parquet(file, compression="zstd", statistics=False, row_group_size=ROWS)
            except pl.exceptions.ComputeError as error:  # a full disk, in the library's own words
                raise OSError(errno.EIO, str(error).rpartition("error: ")[-1], str(target)) from None
            file.seek(0)
            hashes[target.name] = hashlib.file_digest(file, "sha256").hexdigest()
    write_json(folder / SUMMARY, result.summary)
    keys = [fact.key for fact in result.facts]
    write_json(folder / MANIFEST, manifest(scenario, text, hashes, series, keys, result.seconds))


def _series(result: Result, folder: Path) -> tuple[Scenario, dict[str, str]]:
    """Write the hourly values that the scenario had files of; return it with their new names, and their hashes."""
    if not result.series:
        return result.scenario, {}
    from gortyn.io.series import with_files, write_series

    names = write_series(result.series, folder)
    hashes = {name: sha256((folder / name).read_bytes()) for name in names}
    return with_files(result.scenario, result.series), hashes


def manifest(
    scenario: Scenario,
    text: str,
    tables: Mapping[str, str],
    series: Mapping[str, str],
    facts: Sequence[str],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """What made a folder: versions, seed, hashes of files, keys of the catalogue entries read, time of each stage."""
    return {
        "gortyn": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "scenario": scenario.name,
        "seed": scenario.simulation.seed,
        "scenario_sha256": sha256(text.encode()),
        "tables_sha256": dict(tables),
        "series_sha256": dict(series),
        "catalogue_entries": list(facts),
        "seconds": {stage: round(time, 4) for stage, time in seconds.items()},
        "columns": {table: len(columns) for table, columns in dictionary().items()},
    }


def sha256(data: bytes) -> str:
    """Hash of bytes, as the manifest has it."""
    return hashlib.sha256(data).hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, dates as ISO 8601."""
    path.write_text(
        json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False, default=str) + "\n", encoding="utf-8"
    )
