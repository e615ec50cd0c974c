"""This module owns the verbs around results folders: run, compare, report."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from gortyn.cli.author import Overrides, load_scenario
from gortyn.cli.output import FAILED, InvalidInput, complain, print_table, progress, quantity, say_json

if TYPE_CHECKING:
    from gortyn.resolve import Resolved

Out = Annotated[Path | None, Parameter(name=("--out", "-o"))]
Open = Annotated[bool, Parameter(name="--open")]

RESULTS = Path("results")
HEADLINES = (
    ("capital cost", ("capex_eur", "budget_eur", "funding_gap_eur")),
    ("machines", ("chips", "h100_equivalents", "it_mw", "exaflops")),
    ("access", ("delivered_chip_hours", "utilisation_share", "startup_wait_s", "wait_p90_s")),
    ("energy", ("energy_mwh", "energy_eur", "carbon_t")),
    ("money", ("npv_eur", "irr_rate", "levelised_eur_per_chip_hour", "public_share")),
)


def run(
    file: str,
    /,
    *,
    out: Out = None,
    set_: Overrides = (),
    seed: str | None = None,
    force: bool = False,
    json: bool = False,
) -> int:
    """Run a scenario and write its results folder with the report.

    Parameters
    ----------
    file
        Scenario file, or name of a shipped scenario.
    out
        Results folder. Left out: results/NAME-HASH, where the hash stands for all inputs; it is replaced if it exists.
    set_
        Override a value: path=value. Can be given several times.
    seed
        Seed of all random draws; short for --set simulation.seed=N.
    force
        Replace the results folder given with --out if it exists.
    json
        Print results path and headline numbers as JSON.
    """
    from gortyn.io.results import ResultsError, check_target

    overrides = [*set_, f"simulation.seed={seed}"] if seed is not None else list(set_)
    resolved = load_scenario(file, overrides)
    folder = out or RESULTS / f"{resolved.scenario.name}-{_fingerprint(resolved)}"
    try:
        check_target(folder, force=force or out is None)
    except ResultsError as error:
        raise InvalidInput(str(error)) from None

    import gortyn
    from gortyn.cli.funding import funding_faults

    with progress(resolved.scenario.name) as tell:
        try:
            with funding_faults(file, resolved):
                result = gortyn.run(resolved, progress=tell)
        except ValueError as error:  # a stage says why these values lead nowhere
            complain(f"gortyn: {error}")
            return FAILED
        tell("report")
        gortyn.write(result, folder, force=force or out is None)
    if json:
        paths = {"results": str(folder), "report": str(folder / "report.html")}
        say_json({**paths, "summary": result.summary, "seconds": dict(result.seconds)})
        return 0
    _print_headlines(result.scenario.title, result.summary, folder)
    print(folder)
    return 0


def _fingerprint(resolved: Resolved) -> str:
    """A short hash of everything that decides the result."""
    from gortyn import __version__
    from gortyn.io.yaml_text import scenario_yaml

    found = hashlib.sha256(f"{__version__}\n{scenario_yaml(resolved.scenario)}".encode())
    for series in resolved.series.values():
        for one in filter(None, series):
            found.update(b"".join(value.tobytes() for value in one))
    return found.hexdigest()[:8]


def _print_headlines(title: str, summary: dict[str, float | int | None], folder: Path) -> None:
    from gortyn.io.columns import dictionary

    columns = dictionary()["summary"]
    complain(title)
    for group, names in HEADLINES:
        complain(f"  {group}")
        for name in names:
            words = columns[name].description.partition(";")[0]
            complain(f"    {quantity(summary[name], columns[name].unit):>28}  {words}")
    complain(f"report: {folder / 'report.html'}")


def compare(
    *folders: Path,
    metric: Sequence[str] = (),
    json: bool = False,
) -> None:
    """Compare results folders: headline numbers side by side, and the inputs that differ.

    Parameters
    ----------
    folders
        Two or more results folders; the first is the base.
    metric
        Compare only this headline number. Can be given several times.
    json
        Print as JSON.
    """
    from gortyn.io.columns import dictionary
    from gortyn.io.compare import compare as compare_folders
    from gortyn.io.document import ScenarioError
    from gortyn.io.results import ResultsError
    from gortyn.resolve import printed

    try:
        found = compare_folders(folders, metric)
    except (ResultsError, ScenarioError) as error:
        raise InvalidInput(*str(error).splitlines()) from None
    if json:
        changes = {name: found.change(name) for name in found.numbers}
        say_json({"folders": found.names, "numbers": found.numbers, "change": changes, "inputs": found.inputs})
        return
    columns, names = dictionary()["summary"], [Path(name).name for name in found.names]
    rows = []
    for name, values in found.numbers.items():
        changes = (f"{change:+.1%}" if change is not None else "" for change in found.change(name))
        rows.append((name, *(quantity(value, columns[name].unit) for value in values), *changes))
    header = ("headline number", *names, *(f"change {i}" if len(names) > 2 else "change" for i in range(1, len(names))))
    print_table(header, rows, right=range(1, len(header)))
    if found.inputs:
        print()
        print_table(("input that differs", *names), [(path, *map(printed, row)) for path, row in found.inputs.items()])


def report(folder: Path, /, *, out: Out = None, open_: Open = False, json: bool = False) -> None:
    """Write the report of a results folder again, as one HTML file that opens offline.

    Parameters
    ----------
    folder
        Results folder.
    out
        File to write; left out, report.html in the folder.
    open_
        Open it in the browser.
    json
        Print the path as JSON.
    """
    from gortyn.io.results import ResultsError, open_result
    from gortyn.report import write_report

    try:
        target = write_report(open_result(folder), out or folder / "report.html")
    except ResultsError as error:
        raise InvalidInput(str(error)) from None
    if json:
        say_json({"report": str(target)})
    else:
        print(target)
    if open_:
        import webbrowser

        if not webbrowser.open(target.resolve().as_uri()):
            complain("no browser found; open the file by hand")
