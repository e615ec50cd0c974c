"""This module owns the verbs about recorded job traces: trace import and trace show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from gortyn.cli.output import InvalidInput, check_target, complain, print_table, progress, quantity, say_json

if TYPE_CHECKING:
    from gortyn.io.traces import ImportReport
    from gortyn.workload.trace import Trace
    from gortyn.workload.trace_statistics import TraceStatistics

trace = App(name="trace", help="Read recorded job traces: convert one to Parquet, or describe it.")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DEFAULT_SUFFIX = ".parquet"


@trace.command(name="import")
def import_(
    file: Path,
    /,
    *,
    format: str | None = None,
    output: Annotated[Path | None, Parameter(name=("--output", "-o"))] = None,
    time_zone: str | None = None,
    strict: bool = False,
    json: bool = False,
) -> None:
    """Convert a job trace to Gortyn's Parquet and say what was left out or put right.

    Parameters
    ----------
    file
        Trace, plain or gzip.
    format
        swf, slurm, acme, helios, philly, pai2020, openb2023, list or parquet; found from the content if left out.
    output
        Parquet file to write; the name of the trace with .parquet, in this folder, if left out.
    time_zone
        Zone of dates without an offset, for example Europe/Berlin.
    strict
        Refuse the file at the first row that a rule leaves out or puts right.
    json
        Print the report as JSON.
    """
    target = output or Path(_stem(file) + DEFAULT_SUFFIX)
    check_target(target, "gortyn trace import: --output", file)
    jobs, report = read_trace(file, format, time_zone, strict)
    from gortyn.io.traces.parquet import write

    try:
        write(jobs, target)
    except OSError as error:
        raise InvalidInput(f"{target}: {error.strerror or error}") from None
    complain(
        *report.lines(), f"{report.path}: {report.rows:,} rows: {report.kept:,} kept, {report.excluded:,} excluded"
    )
    if json:
        say_json({"output": str(target), **report.as_data()})
    else:
        print(target)


@trace.command
def show(
    file: Path,
    /,
    *,
    format: str | None = None,
    nodes: int | None = None,
    chips_per_node: int = 1,
    time_zone: str | None = None,
    strict: bool = False,
    json: bool = False,
) -> None:
    """Describe a job trace: sizes, run times, recorded waits, clock and load.

    Parameters
    ----------
    file
        Trace in any format, plain or gzip.
    format
        As for import.
    nodes
        Nodes of the machine, for the load that the trace offers it.
    chips_per_node
        GPUs or processors of each node.
    time_zone
        As for import.
    strict
        As for import.
    json
        Print as JSON.
    """
    if nodes is not None and (nodes < 1 or chips_per_node < 1):
        raise InvalidInput("gortyn trace show: --nodes and --chips-per-node are 1 or more")
    jobs, report = read_trace(file, format, time_zone, strict)
    from gortyn.workload.trace_statistics import statistics

    figures = statistics(jobs, None if nodes is None else nodes * chips_per_node)
    complain(*report.lines())
    if json:
        say_json({**figures.as_data(), "import": report.as_data()})
    else:
        _print(report, figures)


def read_trace(
    file: Path, format: str | None, time_zone: str | None, strict: bool = False
) -> tuple[Trace, ImportReport]:
    """Read a trace, or leave with what is wrong with it."""
    from gortyn.io.traces import TraceError, read

    try:
        with progress(file.name) as tell:
            tell("reading")
            return read(file, format, strict, time_zone)
    except TraceError as error:
        raise InvalidInput(*str(error).splitlines()) from None
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror or error}") from None


def _stem(file: Path) -> str:
    return file.name.removesuffix(".gz").rsplit(".", 1)[0] or file.name


def _print(report: ImportReport, figures: TraceStatistics) -> None:
    shares = {"jobs": f"{figures.jobs:,} of {report.rows:,} rows"}
    shares["span"] = quantity(figures.span_s, "s") + (f" from {figures.begin}" if figures.begin else "")
    shares["chip-hours"] = f"{figures.chip_hours:,.0f} ({figures.what})"
    shares["mean size"] = f"{figures.mean_chips:.3g} {figures.what}"
    shares["users, groups"] = f"{figures.users:,}, {figures.groups:,}"
    shares["status"] = ", ".join(f"{name} {share:.1%}" for name, share in figures.status.items())
    if figures.offered_load is not None:
        shares["offered load"] = f"{figures.offered_load:.1%}"
    if figures.jobs_above_capacity:
        shares["too large"] = (
            f"{figures.jobs_above_capacity:,} of {figures.jobs:,} jobs ask for more chips than there are"
        )
    print_table(("trace", report.path), list(shares.items()))
    print()
    rows = [(name, f"{jobs:.1%}", f"{hours:.1%}") for name, (jobs, hours) in figures.sizes.items()]
    print_table((figures.what, "jobs", "chip-hours"), rows, right=(1, 2))
    print()
    columns = {"run": figures.run_s, f"wait ({figures.waits_known:.0%} known)": figures.wait_s}
    columns = {name: column for name, column in columns.items() if column is not None}
    cells = [(name, *(quantity(column[name], "s") for column in columns.values())) for name in figures.run_s]
    if figures.run_per_request is not None:
        cells = [(*row, f"{figures.run_per_request[row[0]]:.2f}") for row in cells]
        columns["run over request"] = figures.run_per_request
    print_table(("", *columns), cells, right=range(1, len(columns) + 1))
    if figures.hour_shares is not None and figures.weekday_shares is not None:
        print()
        hours = [(f"{hour:02}", f"{share:.1%}") for hour, share in enumerate(figures.hour_shares)]
        days = [(day, f"{share:.1%}") for day, share in zip(WEEKDAYS, figures.weekday_shares, strict=True)]
        print_table(("hour", "submitted"), hours, right=(1,))
        print()
        print_table(("weekday", "submitted"), days, right=(1,))
