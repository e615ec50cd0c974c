"""This module owns the folder of a scenario's access: a CSV file per table, what columns mean, and the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gortyn.io.access_tables import TABLES
from gortyn.io.columns import dictionary
from gortyn.io.csv_files import Rows, columns_of, rows_of, write_csv
from gortyn.io.results import MANIFEST, SCENARIO, appear, manifest, sha256, write_json
from gortyn.io.yaml_text import scenario_yaml

if TYPE_CHECKING:
    from gortyn.result import Reached

COLUMNS = "columns.csv"


def rows(reached: Reached) -> dict[str, Rows]:
    """Return the rows of every table of access by its name; None where a value does not exist."""
    return {name: rows_of(build(reached)) for name, build in TABLES.items()}


def write(reached: Reached, tables: Mapping[str, Rows], folder: str | Path, *, force: bool = False) -> Path:
    """Write the folder and return its path; it appears whole or not at all.

    Parameters
    ----------
    reached : a scenario as far as its access.
    tables : its rows, as of `rows`.
    folder : where to; its parent is made if need be.
    force : replace a folder that Gortyn wrote. Anything else that is there is never replaced.

    Raises
    ------
    ResultsError : the folder exists and is not to be replaced.
    OSError : the disk is full or not writable; nothing is left behind.
    """
    return appear(folder, partial(_fill, reached, tables), lambda _: None, force=force)


def _fill(reached: Reached, tables: Mapping[str, Rows], folder: Path) -> None:
    text = scenario_yaml(reached.scenario)
    (folder / SCENARIO).write_text(text, encoding="utf-8")
    hashes = {}
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        write_csv(list(dictionary()[name]), table, path)
        hashes[path.name] = sha256(path.read_bytes())
    write_csv(*columns_of(tables), folder / COLUMNS)
    hashes[COLUMNS] = sha256((folder / COLUMNS).read_bytes())
    keys = [fact.key for fact in reached.facts]
    write_json(folder / MANIFEST, manifest(reached.scenario, text, hashes, {}, keys, reached.seconds))
