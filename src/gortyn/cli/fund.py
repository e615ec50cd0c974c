"""This module owns the verb that finances a scenario: who pays, in what order cash serves them, what they may lose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from gortyn.cli.author import Overrides, load_scenario
from gortyn.cli.funding import funding_faults
from gortyn.cli.output import FAILED, InvalidInput, complain, progress, say_json

if TYPE_CHECKING:
    from gortyn.resolve import Resolved
    from gortyn.result import Funded

Out = Annotated[Path | None, Parameter(name=("--out", "-o"))]


def fund(
    file: str,
    /,
    *,
    draws: int | None = None,
    seed: int | None = None,
    set_: Overrides = (),
    out: Out = None,
    force: bool = False,
    json: bool = False,
) -> int:
    """Finance a scenario: sources and uses, layers with return and risk, what a bank asks, draws, cloud comparison.

    Parameters
    ----------
    file
        Scenario file, or name of a shipped scenario.
    draws
        How often chip and power prices, demand, delay, failures and rates are drawn; short for --set risk.draws=N.
    seed
        Seed of these draws; short for --set risk.seed=N. That of the simulated queue is simulation.seed.
    set_
        Override a value: path=value. Can be given several times.
    out
        Folder for every table as CSV, and a workbook (cash-flow.xlsx) whose formulas calculate.
    force
        Replace the folder if an earlier run of this verb made it.
    json
        Print everything as JSON.
    """
    resolved = load_scenario(file, [*set_, *_short(draws, seed)])
    if out is not None:
        _check_target(out, force)
    with progress(resolved.scenario.name) as tell:
        try:
            with funding_faults(file, resolved):
                from gortyn.catalogue import load
                from gortyn.run import fund as run_fund

                funded = run_fund(resolved, load(), tell)
        except ValueError as error:  # a stage says why these values lead nowhere
            complain(f"gortyn: {error}")
            return FAILED
        if out is not None:
            tell("tables")
            _write(funded, resolved, out, force)
    _say(funded, json, out)
    return 0


def _short(draws: int | None, seed: int | None) -> list[str]:
    """The overrides that --draws and --seed stand for."""
    if draws is not None and draws < 1:
        raise InvalidInput(f"gortyn fund: --draws is {draws}, must be at least 1")
    if seed is not None and seed < 0:
        raise InvalidInput(f"gortyn fund: --seed is {seed}, must be at least 0")
    return [f"risk.{name}={value}" for name, value in (("draws", draws), ("seed", seed)) if value is not None]


def _check_target(out: Path, force: bool) -> None:
    from gortyn.io.results import ResultsError, check_target

    try:
        check_target(out, force=force)
    except ResultsError as error:
        raise InvalidInput(str(error)) from None


def _write(funded: Funded, resolved: Resolved, out: Path, force: bool) -> None:
    from gortyn.io.money_folder import write

    write(funded, resolved.origins, out, force=force)


def _say(funded: Funded, json: bool, out: Path | None) -> None:
    from gortyn.cli import fund_output
    from gortyn.io.money_folder import rows_of

    rows = rows_of(funded.finance)
    if json:
        data: dict[str, Any] = fund_output.as_data(funded.scenario, rows)
        say_json(data | {"folder": str(out)} if out is not None else data)
        return
    fund_output.print_all(funded.scenario, rows)
    if out is not None:
        print(f"\n{out}")
