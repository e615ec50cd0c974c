"""This module owns the verb that compares Gortyn with published and recorded measurements: validate."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from gortyn.cli.operate import Estimate, PolicyName, play
from gortyn.cli.output import InvalidInput, check_target, complain, say_json
from gortyn.cli.trace import read_trace

if TYPE_CHECKING:
    from gortyn.advice.validation import AccessValidation
    from gortyn.energy.validation import EnergyValidation
    from gortyn.finance.validation import FinanceValidation
    from gortyn.operation.starts import StartsValidation
    from gortyn.operation.validation import OperationValidation
    from gortyn.training.goodput_validation import GoodputValidation
    from gortyn.training.validation import TrainingValidation
    from gortyn.workload.trace import Trace

SUBJECTS = ("training", "goodput", "operation", "energy", "finance", "access")
Files = Annotated[Sequence[str], Parameter(consume_multiple=True, negative=())]
STARTS = {"job_id": ("job_id",), "start": ("start", "start_s")}
"""Columns of a table of starts, and the names that they go by."""


def validate(
    subject: str,
    table: Path | None = None,
    /,
    *,
    out: Path | None = None,
    software: str | None = None,
    nodes: int | None = None,
    chips_per_node: int | None = None,
    policy: PolicyName | None = None,
    estimate: Estimate | None = None,
    launch_overhead_s: int | None = None,
    trace: Path | None = None,
    format: str | None = None,
    time_zone: str | None = None,
    carbon: Files = (),
    price: Files = (),
    weather: Files = (),
    country: str | None = None,
    cases: Files = (),
    json: bool = False,
) -> None:
    """Compare what Gortyn predicts with published or recorded measurements, beside null models.

    Parameters
    ----------
    subject
        What to compare: training (step times of measured runs), goodput (published shares and failure rates),
        operation (recorded starts of jobs), energy (metered nodes, published PUE, carbon and shifting), finance (a
        reference model of project finance, a worked example, losses of tranches, sums of cash) or access (processing
        times, limits, calendars, priorities of a real Slurm, the texts' own arithmetic, cloud prices).
    table
        CSV file of measurements, with a header; for operation a job trace with recorded starts, or with --trace a CSV
        file of starts (job_id, start). Energy and access also run without one, on the figures of the catalogue; that
        of access holds applications (mode, submitted or cutoff, granted). Finance takes none.
    out
        Write every prediction to this CSV file.
    software
        Software stack of all training runs, for example megatron-core; that of each row's source if left out.
    nodes
        Operation: nodes of the machine.
    chips_per_node
        Operation: chips of a node; 1 if left out.
    policy
        Operation: order of the queue; with a trace, every policy if left out, else easy.
    estimate
        Operation: run time that the policy believes; requested if left out.
    launch_overhead_s
        Operation: seconds that every job needs on its chips before its work begins.
    trace
        Operation: trace whose starts the table gives, computed elsewhere under the same rules.
    format
        Operation: format of the trace; found by its content if left out.
    time_zone
        Operation: zone of the dates of the trace that have no offset, for example Europe/Berlin.
    carbon
        Energy: file of hourly carbon intensities, FILE#ZONE where it has several zones. Several files may follow, or
        the option come again.
    price
        Energy: file of hourly wholesale prices, likewise.
    weather
        Energy: file of hourly weather, FILE#CLIMATE to compare it with that climate of the catalogue.
    country
        Energy: country of these files, for example FI; what their names or zones say if left out.
    cases
        Finance: JSON file with inputs and cash flows of a case of SAM's single-owner model, to be played and compared.
        Several files may follow, or the option come again.
    json
        Print as JSON: passed, checks, errors and null models.
    """
    from gortyn.io.faults import did_you_mean

    if subject not in SUBJECTS:
        hint = did_you_mean(subject, SUBJECTS)
        raise InvalidInput(f"gortyn validate: there is no subject '{subject}'{hint}; there are {', '.join(SUBJECTS)}")
    rules = {"policy": policy, "estimate": estimate, "launch_overhead_s": launch_overhead_s}
    machine = {"nodes": nodes, "chips_per_node": chips_per_node}
    files = {"trace": trace, "format": format, "time_zone": time_zone}
    hours = {"carbon": carbon or None, "price": price or None, "weather": weather or None, "country": country}
    _check_options(subject, {**machine, **rules, **files}, software, hours, cases)
    if out is not None:
        check_target(out, "gortyn validate: --out", table)
    try:
        if subject == "energy":
            report = _energy(table, carbon, price, weather, country)
        elif subject == "finance":
            report = _finance(table, cases)
        elif subject == "access":
            report = _access(table)
        else:
            stated = {name: value for name, value in {**machine, **rules}.items() if value is not None}
            report = _measured(subject, table, software, stated, trace, format, time_zone)
    except ValueError as error:
        raise InvalidInput(*str(error).splitlines()) from None
    if out is not None:
        _write(out, report.predictions())
    if json:
        say_json(report.as_data())
    else:
        print("\n".join(report.lines()))


def _check_options(
    subject: str,
    stated: dict[str, object],
    software: str | None,
    hours: dict[str, object],
    cases: Sequence[str],
) -> None:
    """Refuse options of another subject, and a machine that is none."""
    if subject != "finance" and cases:
        raise InvalidInput(f"gortyn validate: --cases is for finance, not for {subject}")
    if subject != "energy" and (given := [f"--{name}" for name, value in hours.items() if value is not None]):
        raise InvalidInput(f"gortyn validate: {', '.join(given)} is for energy, not for {subject}")
    if subject in ("energy", "finance", "access") and software is not None:
        raise InvalidInput(f"gortyn validate: --software is for training, not for {subject}")
    given = [f"--{name.replace('_', '-')}" for name, value in stated.items() if value is not None]
    if subject != "operation":
        if given:
            raise InvalidInput(f"gortyn validate: {', '.join(given)} is for operation, not for {subject}")
        return
    if software is not None:
        raise InvalidInput("gortyn validate: --software is for training, not for operation")
    if stated["nodes"] is None:
        raise InvalidInput("gortyn validate: operation needs --nodes, the number of nodes of the machine")
    for name, least in (("nodes", 1), ("chips_per_node", 1), ("launch_overhead_s", 0)):
        value = stated[name]
        if isinstance(value, int) and value < least:
            raise InvalidInput(f"gortyn validate: --{name.replace('_', '-')} is {value}, must be at least {least}")


def _measured(
    subject: str,
    table: Path | None,
    software: str | None,
    stated: dict[str, Any],
    trace: Path | None,
    format: str | None,
    time_zone: str | None,
) -> TrainingValidation | GoodputValidation | OperationValidation | StartsValidation:
    """Subjects that need a table; ValueError where it has not what they need."""
    if table is None:
        raise InvalidInput(f"gortyn validate: {subject} needs a table: gortyn validate {subject} TABLE")
    if subject == "operation":
        return _operation(table, stated, trace, format, time_zone)
    if subject == "goodput":
        from gortyn.training.goodput_validation import validate_goodput

        return validate_goodput(_rows(table), str(table))
    from gortyn.catalogue import load
    from gortyn.training.validation import validate_table

    return validate_table(_rows(table), str(table), load().lookup(), software)


def _energy(
    table: Path | None, carbon: Sequence[str], price: Sequence[str], weather: Sequence[str], country: str | None
) -> EnergyValidation:
    """Published figures, metered nodes and hours of files; ValueError where the table has not what it needs."""
    from gortyn.cli.validate_energy import Files, validated

    rows = [] if table is None else _rows(table)
    return validated(rows, str(table), Files(carbon, price, weather), country)


def _finance(table: Path | None, cases: Sequence[str]) -> FinanceValidation:
    """Published figures, closed forms and cases of files; ValueError where a case has not what it needs."""
    from gortyn.cli.validate_finance import validated

    if table is not None:
        raise InvalidInput(f"gortyn validate: finance takes no table; name a case with --cases {table}")
    return validated(cases)


def _access(table: Path | None) -> AccessValidation:
    """Published figures, and applications of a table; ValueError where it has not what it needs."""
    from gortyn.advice.validation import validate_access
    from gortyn.catalogue import load

    return validate_access(load().lookup(), [] if table is None else _rows(table), str(table))


def _operation(
    table: Path, rules: dict[str, Any], trace: Path | None, format: str | None, time_zone: str | None
) -> OperationValidation | StartsValidation:
    """Recorded starts against replays; ValueError where there is nothing to compare."""
    verb = "gortyn validate"
    if trace is None:
        from gortyn.operation.validation import validate_trace

        if _is_table_of_starts(table):
            message = f"{verb}: {table} is a table of starts; name the trace that they are of with --trace"
            raise InvalidInput(message)
        jobs = _read_noting(table, format, time_zone)
        try:
            return validate_trace(jobs, str(table), **rules)
        except ValueError as error:
            message = f"{table}: {error}"
            raise ValueError(message) from None
    from gortyn.operation.starts import validate_starts

    given = _given_starts(table)
    jobs = _read_noting(trace, format, time_zone)
    played = play(jobs, trace, verb, **{"policy": "easy", **rules})
    return validate_starts(played, given, str(table))


def _read_noting(path: Path, format: str | None, time_zone: str | None) -> Trace:
    """Read a trace and say what was left out or put right."""
    jobs, report = read_trace(path, format, time_zone)
    complain(*(f"note: {line}" for line in report.lines()))
    return jobs


def _is_table_of_starts(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            names = {name.strip() for name in file.readline(1000).split(",")}
    except OSError:
        return False
    return all(names & set(alternatives) for alternatives in STARTS.values())


def _given_starts(path: Path) -> dict[str, int]:
    """Starts by job of a table with the columns job_id and start or start_s; empty starts are left out."""
    rows = _rows(path)
    places = {what: next((n for n in names if n in rows[0][1]), None) for what, names in STARTS.items()}
    missing = [what for what, name in places.items() if name is None]
    if missing:
        raise InvalidInput(*(f"{path}:1: {name}: the table has no such column" for name in missing))
    given: dict[str, int] = {}
    faults: list[str] = []
    for line, cells in rows:
        job, start = (cells[str(places[what])].strip() for what in STARTS)
        if job in given:
            faults.append(f"{path}:{line}: job_id: {job} is there twice")
        try:
            if start:
                given[job] = int(start)
        except ValueError:
            faults.append(f"{path}:{line}: start: '{start}' is not a whole number")
    if faults:
        raise InvalidInput(*faults)
    return given


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows of a table with the line each starts on, or leave with what is wrong with the file."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip() for name in next(reader, [])]
            faults = [
                f"{path}:1: {name}: the column is there twice" for name in header if name and header.count(name) > 1
            ]
            rows: list[tuple[int, dict[str, str]]] = []
            line = reader.line_num
            for cells in reader:
                begin, line = line + 1, reader.line_num
                if len(cells) > len(header):
                    faults.append(f"{path}:{begin}: has {len(cells)} cells, the header has {len(header)}")
                elif cells:
                    rows.append((begin, dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=True))))
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{path}: is not UTF-8 text") from None
    except csv.Error as error:
        raise InvalidInput(f"{path}: {error}") from None
    if not rows and not faults:
        faults = [f"{path}: has no rows"]
    if faults:
        raise InvalidInput(*dict.fromkeys(faults))
    return rows


def _write(path: Path, predictions: list[dict[str, object]]) -> None:
    """Write predictions as CSV, a column for every key that one of them has."""
    from gortyn.io.aside import aside

    columns = list(dict.fromkeys(name for row in predictions for name in row))
    try:
        with aside(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(predictions)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
