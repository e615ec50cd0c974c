"""This module owns the verb that tells what became of each published claim: the fact check of a run."""

from __future__ import annotations

import math
import os
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from gortyn.cli.author import Overrides, load_scenario
from gortyn.cli.output import FAILED, InvalidInput, complain, progress, say_json

Judgement = Literal["holds", "holds_if", "fails", "not_checkable"]
Only = Annotated[Sequence[str], Parameter(name="--only")]
Rows = Sequence[Mapping[str, Any]]
Tables = Mapping[str, Rows]

VERDICTS: tuple[Judgement, ...] = ("holds", "holds_if", "fails", "not_checkable")
WORDS = {"holds": "holds", "holds_if": "holds if", "fails": "fails", "not_checkable": "not checkable"}
RESULTS = Path("results")
TABLES = ("claims", "claim_sources", "claim_figures")
MANIFEST = "manifest.json"
WIDTH = 100
"""Letters of a line of text."""


class _Failed(Exception):
    """A stage says why the values of a scenario lead nowhere."""


def claims(
    source: str | None = None,
    /,
    *,
    only: Only = (),
    verdict: Judgement | None = None,
    sources: bool = False,
    set_: Overrides = (),
    json: bool = False,
) -> int:
    """Say whether each published claim holds, fails, or holds only if.

    Parameters
    ----------
    source
        Results folder; or a scenario file or the name of a shipped scenario, which is run for it. Left out: the newest
        folder in results.
    only
        Tell only this claim and all that stands behind it, for example S51. Can be given several times.
    verdict
        Tell only claims of this verdict.
    sources
        Tell of each claim also where its verdict turns, what contradicts it, and what it rests on; told anyway with
        --only.
    set_
        Override a value of a scenario: path=value. Can be given several times.
    json
        Print as JSON.
    """
    path = _newest() if source is None else Path(source)
    try:
        tables = _of_folder(path, set_) if path.is_dir() else _of_scenario(str(path), set_)
    except _Failed as failed:
        complain(f"gortyn: {failed}")
        return FAILED
    chosen = _chosen(tables["claims"], only, verdict)
    if json:
        say_json({"claims": [_as_data(row, tables) for row in chosen]})
    else:
        _print(chosen, tables, str(path), in_full=sources or bool(only))
    return 0


def _newest() -> Path:
    """Return the results folder that was written last."""
    found = [folder for folder in RESULTS.glob("*") if (folder / MANIFEST).is_file()]
    if not found:
        raise InvalidInput(
            f"gortyn claims: there is no results folder in {RESULTS}",
            "Give a folder or a scenario: gortyn claims investai",
        )
    return max(found, key=lambda folder: (folder / MANIFEST).stat().st_mtime_ns)


def _of_folder(folder: Path, overrides: Sequence[str]) -> Tables:
    """Return the tables of a results folder, or leave with what to do where it does not have them."""
    from gortyn.io.columns import dictionary
    from gortyn.io.results import ResultsError, open_result

    if overrides:
        raise InvalidInput("gortyn claims: --set changes a scenario; a results folder is done")
    try:
        opened = open_result(folder)
    except ResultsError as error:
        raise InvalidInput(str(error)) from None
    again = f"gortyn run {folder / 'scenario.yaml'}"
    for name in TABLES:
        if not (folder / f"{name}.parquet").is_file():
            raise InvalidInput(f"{folder}: has no table {name}; it is of another Gortyn. Run it again: {again}")
    tables = {name: opened.table(name) for name in TABLES}
    for name, table in tables.items():
        if lacking := [column for column in dictionary()[name] if column not in table.columns]:
            raise InvalidInput(
                f"{folder}: its table {name} lacks {', '.join(lacking)}; it is of another Gortyn. Run it again: {again}"
            )
    return {name: table.to_dicts() for name, table in tables.items()}


def _of_scenario(file: str, overrides: Sequence[str]) -> Tables:
    """Return the tables of a scenario that is run for it, with nothing written."""
    resolved = load_scenario(file, overrides)

    import gortyn
    from gortyn.cli.funding import funding_faults
    from gortyn.io.claim_tables import tables

    with progress(resolved.scenario.name) as tell:
        try:
            with funding_faults(file, resolved):
                result = gortyn.run(resolved, progress=tell)
        except ValueError as error:
            raise _Failed(str(error)) from None
    found = tables(result.verdicts)
    return {name: [{key: _number(value) for key, value in row.items()} for row in rows] for name, rows in found.items()}


def _number(value: Any) -> Any:
    """Return None for what does not exist, as results folders have it."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _chosen(rows: Rows, only: Sequence[str], verdict: str | None) -> Rows:
    known = {row["claim"] for row in rows}
    asked = {one.upper() for one in only}
    if unknown := sorted(asked - known):
        raise InvalidInput(f"gortyn claims: there is no claim {', '.join(unknown)}; there are S01 to {max(known)}")
    return [
        row for row in rows if (not asked or row["claim"] in asked) and (verdict is None or row["verdict"] == verdict)
    ]


def _as_data(row: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Return a claim as JSON: what a reader asks first, then all that stands behind it."""
    id = row["claim"]
    own = {name: [_without_claim(one) for one in tables[name] if one["claim"] == id] for name in TABLES[1:]}
    return {
        "id": id,
        "claim": row["statement"],
        "verdict": row["verdict"],
        "condition": row["condition"],
        "figure": row["found_value"],
        "unit": row["unit"],
        "baseline": row["baseline"],
        "sources": own["claim_sources"],
        "sentence": row["sentence"],
        "said_by": row["said_by"],
        "topic": row["topic"],
        "claimed": row["claimed"],
        "claimed_value": row["claimed_value"],
        "found": row["found"],
        "why": row["why"],
        "break_even_value": row["break_even_value"],
        "break_even": row["break_even"],
        "assumptions": (row["assumptions"] or "").split("; ") if row["assumptions"] else [],
        "conflicts": row["conflicts"],
        "figures": own["claim_figures"],
    }


def _without_claim(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "claim"}


def _print(rows: Rows, tables: Tables, title: str, *, in_full: bool) -> None:
    """Print counts, then claim by claim, then a line for each verdict with its claims."""
    print(f"{title}: {_counts(rows)}")
    for row in rows:
        if not in_full:
            print("\n".join(_in_short(row)))
            continue
        print()
        print(f"{row['claim']}  {WORDS[row['verdict']].upper()}  {row['statement']}")
        for line in _told(row, tables):
            print(line)
    print()
    for verdict in VERDICTS:
        if named := [row["claim"] for row in rows if row["verdict"] == verdict]:
            print("\n".join(_wrapped(f"{WORDS[verdict]:13} {len(named):3}  ", " ".join(named))))


def _in_short(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the finding in one sentence, and its condition."""
    yield from _wrapped(f"{row['claim']}  {WORDS[row['verdict']]:13}  ", row["sentence"])
    if row["condition"]:
        yield from _wrapped("     if ", row["condition"])


def _counts(rows: Rows) -> str:
    counted = Counter(row["verdict"] for row in rows)
    listed = ", ".join(f"{counted[one]} {WORDS[one]}" for one in VERDICTS if counted[one])
    return f"{len(rows)} claim{'s' if len(rows) != 1 else ''}" + (f": {listed}" if listed else "")


def _told(row: Mapping[str, Any], tables: Tables) -> Iterator[str]:
    """Yield the finding, its condition, where it turns, and who says so."""
    yield from _wrapped("     ", row["sentence"])
    if row["condition"]:
        yield from _wrapped("     if ", row["condition"])
    if row["verdict"] == "not_checkable":
        yield from _wrapped("     ", row["why"])
    if row["break_even_value"] is not None:
        yield from _wrapped("     turns at: ", f"{_short(row['break_even_value'])} {row['break_even']}")
    if row["conflicts"]:
        yield from _wrapped("     contradicted: ", row["conflicts"])
    if row["assumptions"]:
        yield from _wrapped("     rests on: ", row["assumptions"])
    cited = dict.fromkeys(one["citation"] for one in tables["claim_sources"] if one["claim"] == row["claim"])
    yield from _wrapped("     sources: ", "; ".join(cited))


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _wrapped(first: str, text: str) -> list[str]:
    width = min(WIDTH, int(os.environ.get("COLUMNS", WIDTH)))
    return textwrap.wrap(
        text, max(width, len(first) + 20), initial_indent=first, subsequent_indent=" " * 5, break_on_hyphens=False
    )
