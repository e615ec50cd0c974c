"""This module owns the verbs for whoever writes a scenario: new, check, show, schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from gortyn.cli.output import INVALID, InvalidInput, complain, fault_json, fault_lines, print_table, say_json

if TYPE_CHECKING:
    from gortyn.resolve import Resolved

Overrides = Annotated[Sequence[str], Parameter(name="--set", allow_leading_hyphen=True)]


def new(name: str, /, *, from_: Annotated[str, Parameter(name="--from")] = "investai", json: bool = False) -> None:
    """Write a new scenario file, a commented copy of a shipped one.

    Parameters
    ----------
    name
        File to write; `.yaml` is added where it is missing. An existing file is left alone.
    from_
        Shipped scenario to start from.
    json
        Print the path as JSON.
    """
    from gortyn.io.load import SHIPPED, shipped_scenarios

    if from_ not in shipped_scenarios():
        raise InvalidInput(f"there is no shipped scenario '{from_}'; there are {', '.join(shipped_scenarios())}")
    path = Path(name) if name.endswith((".yaml", ".yml")) else Path(f"{name}.yaml")
    text = (SHIPPED / f"{from_}.yaml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InvalidInput(f"{path}: exists already; it is left as it is") from None
    if json:
        say_json({"path": str(path), "from": from_, "lines": text.count("\n")})
        return
    print(path)
    complain(f"{text.count(chr(10))} lines. Next: gortyn check {path}")


def check(*files: str, set_: Overrides = (), json: bool = False) -> int:
    """Check scenario files and print every fault as file:line:col: path: message.

    Parameters
    ----------
    files
        Scenario files, or names of shipped scenarios.
    set_
        Override a value first: path=value. Can be given several times.
    json
        Print the faults as JSON.
    """
    from gortyn.io.faults import ScenarioError
    from gortyn.io.load import load

    if not files:
        raise InvalidInput("gortyn check: give at least one scenario file")
    faults: dict[str, list[dict[str, object]]] = {}
    for file in files:
        try:
            notes = load(file, set_).notes
            faults[file] = []
        except ScenarioError as error:
            faults[file] = fault_json(error)
            if not json:
                complain(*fault_lines(error))
            continue
        complain(*(f"note: {note}" for note in notes))
        if not json:
            print(f"{file}: no fault")
    if json:
        say_json(faults)
    return INVALID if any(faults.values()) else 0


def show(file: str, path: str = "", /, *, sources: bool = False, set_: Overrides = (), json: bool = False) -> None:
    """Print the resolved values of a scenario with their units.

    Parameters
    ----------
    file
        Scenario file, or name of a shipped scenario.
    path
        Print only values below this path, for example sites.kajaani or machines.
    sources
        Say for each value where it comes from: line of the file, catalogue entry with citation, or default.
    set_
        Override a value first: path=value. Can be given several times.
    json
        Print as JSON.
    """
    from gortyn.io.document import dotted
    from gortyn.io.faults import did_you_mean
    from gortyn.resolve import leaves, named_path, printed

    resolved = load_scenario(file, set_)
    rows = []
    for leaf in leaves(resolved.scenario):
        origin = resolved.origins[leaf.path]
        named = named_path(resolved.scenario, leaf.path)
        if not path or any(f"{p}.".startswith(f"{path}.") for p in (named, dotted(leaf.path))):
            citation = "; ".join(source.citation for source in origin.fact.citations) if origin.fact else ""
            note = "; ".join(text for text in (origin.note, citation) if text)
            rows.append((named, printed(leaf.value), leaf.unit, origin.kind, origin.where, origin.evidence, note))
    if not rows:
        known = {named_path(resolved.scenario, leaf.path) for leaf in leaves(resolved.scenario)}
        raise InvalidInput(f"{file}: has no value at '{path}'{did_you_mean(path, known)}")
    header = ("path", "value", "unit", "origin", "where", "evidence", "source or reason")
    shown = len(header) if sources else 3
    if json:
        say_json([dict(zip(header[:shown], row[:shown], strict=True)) for row in rows])
    else:
        print_table(header[:shown], [row[:shown] for row in rows], right=(1,))


def schema(*, out: Path | None = None) -> None:
    """Print the JSON Schema of scenario files, for editors.

    Parameters
    ----------
    out
        Write it to this file.
    """
    from gortyn.io.schema import scenario_schema

    text = json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    out.write_text(text, encoding="utf-8")
    print(out)


def load_scenario(file: str, overrides: Sequence[str]) -> Resolved:
    """Load a scenario and say what was put right in the files that it names, or leave with all its faults."""
    from gortyn.io.faults import ScenarioError
    from gortyn.io.load import load

    try:
        resolved = load(file, overrides)
    except ScenarioError as error:
        raise InvalidInput(*fault_lines(error)) from None
    complain(*(f"note: {note}" for note in resolved.notes))
    return resolved
