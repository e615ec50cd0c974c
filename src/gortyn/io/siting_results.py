"""This module owns the results folder of a choice of sites: scenario, answer and its tables, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gortyn.io.columns import dictionary
from gortyn.io.results import MANIFEST, SCENARIO, SUMMARY, ResultsFolder, appear, manifest, sha256, write_json
from gortyn.io.yaml_text import scenario_yaml
from gortyn.model import Scenario
from gortyn.siting import Answer, tables

if TYPE_CHECKING:
    import polars as pl

ANSWER = "siting.json"
TABLES = ("candidates", "chosen_sites", "chosen_phases", "cost_parts", "pareto", "shadow")


def write(
    scenario: Scenario,
    answer: Answer,
    data: Mapping[str, Any],
    folder: str | Path,
    finish: Callable[[ResultsFolder], None],
    *,
    force: bool = False,
) -> Path:
    """Write an answer as a folder and return its path.

    Parameters
    ----------
    scenario : that the answer is for; the one written gives the same answer again.
    answer : choice, candidates, Pareto set and shadow prices.
    data : the answer as `gortyn site --json` prints it.
    folder, finish, force : as of `gortyn.io.results.write`.

    Raises
    ------
    ResultsError : the folder exists and is not to be replaced.
    OSError : the disk is full or not writable; nothing is left behind.
    """

    def fill(aside: Path) -> None:
        text = scenario_yaml(scenario)
        (aside / SCENARIO).write_text(text, encoding="utf-8")
        hashes = {}
        rows = tables(answer)
        for name in TABLES:
            target = aside / f"{name}.parquet"
            _frame(name, rows[name]).write_parquet(target)
            hashes[target.name] = sha256(target.read_bytes())
        write_json(aside / ANSWER, data)
        write_json(aside / SUMMARY, data["totals"])
        keys = [fact.key for fact in answer.facts]
        write_json(aside / MANIFEST, manifest(scenario, text, hashes, {}, keys, answer.seconds))

    return appear(folder, fill, finish, force=force)


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    schema = {name: getattr(pl, column.dtype) for name, column in dictionary()[table].items()}
    return pl.DataFrame(rows, schema=schema, orient="row").fill_nan(None)
