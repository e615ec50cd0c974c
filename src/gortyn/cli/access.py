"""This module owns the verb that tells who gets in: modes, applications, waits, fairness, enclaves, data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from gortyn.cli.author import Overrides, load_scenario
from gortyn.cli.output import FAILED, InvalidInput, complain, progress, say_json

if TYPE_CHECKING:
    from gortyn.io.csv_files import Rows
    from gortyn.result import Reached

Out = Annotated[Path | None, Parameter(name=("--out", "-o"))]
Curve = Annotated[bool, Parameter(negative="--no-curve")]


def access(
    file: str,
    /,
    *,
    seed: int | None = None,
    curve: Curve = True,
    set_: Overrides = (),
    out: Out = None,
    force: bool = False,
    json: bool = False,
) -> int:
    """Tell who gets compute, how soon, how evenly, at what cost to whom.

    Parameters
    ----------
    file
        Scenario file, or name of a shipped scenario.
    seed
        Seed of all draws; short for --set simulation.seed=N.
    curve
        Compute what shares kept for start-ups cost, by simulating three weeks a dozen times; --no-curve leaves it out.
    set_
        Override a value: path=value. Can be given several times.
    out
        Folder for every table as CSV.
    force
        Replace the folder if an earlier run of Gortyn made it.
    json
        Print everything as JSON.
    """
    if seed is not None and seed < 0:
        raise InvalidInput(f"gortyn access: --seed is {seed}, must be at least 0")
    resolved = load_scenario(file, [*set_, *([] if seed is None else [f"simulation.seed={seed}"])])
    if out is not None:
        _check_target(out, force)
    with progress(resolved.scenario.name) as tell:
        try:
            from gortyn.catalogue import load
            from gortyn.run import reach

            reached = reach(resolved, load(), tell, curve=curve)
        except ValueError as error:  # a stage says why these values lead nowhere
            complain(f"gortyn: {error}")
            return FAILED
        tell("tables")
        from gortyn.io import access_folder

        rows = access_folder.rows(reached)
        if out is not None:
            access_folder.write(reached, rows, out, force=force)
    _say(reached, rows, json, out)
    return 0


def _check_target(out: Path, force: bool) -> None:
    from gortyn.io.results import ResultsError, check_target

    try:
        check_target(out, force=force)
    except ResultsError as error:
        raise InvalidInput(str(error)) from None


def _period(reached: Reached) -> tuple[int, int]:
    """First day of the window that the curve stands on, and how many days it simulates."""
    from gortyn.tradeoff import days_of

    return days_of(reached.scenario, reached.operated.plans)


def _say(reached: Reached, rows: dict[str, Rows], json: bool, out: Path | None) -> None:
    from gortyn.cli import access_output

    if json:
        data: dict[str, Any] = access_output.as_data(reached.scenario, rows)
        say_json(data | {"folder": str(out)} if out is not None else data)
        return
    access_output.print_all(reached.scenario, rows, _period(reached))
    if out is not None:
        print(f"\n{out}")
