"""This module owns the verb that compares Gortyn with published measurements: validate."""

from __future__ import annotations

import csv
from pathlib import Path

from gortyn.cli.output import InvalidInput, say_json

SUBJECTS = ("training", "goodput")


def validate(
    subject: str, table: Path, /, *, out: Path | None = None, software: str | None = None, json: bool = False
) -> None:
    """Compare what Gortyn predicts with a table of published measurements, beside null models.

    Parameters
    ----------
    subject
        What to compare: training (step times of measured runs) or goodput (published shares and failure rates).
    table
        CSV file of measurements, with a header.
    out
        Write every prediction to this CSV file.
    software
        Software stack of all training runs, for example megatron-core; that of each row's source if left out.
    json
        Print as JSON: passed, checks, errors and null models.
    """
    from gortyn.catalogue import load
    from gortyn.io.faults import did_you_mean

    if subject not in SUBJECTS:
        hint = did_you_mean(subject, SUBJECTS)
        raise InvalidInput(f"gortyn validate: there is no subject '{subject}'{hint}; there are {', '.join(SUBJECTS)}")
    rows = _rows(table)
    try:
        if subject == "training":
            from gortyn.training.validation import validate_table

            report = validate_table(rows, str(table), load().lookup(), software)
        else:
            from gortyn.training.goodput_validation import validate_goodput

            report = validate_goodput(rows, str(table))
    except ValueError as error:
        raise InvalidInput(*str(error).splitlines()) from None
    if out is not None:
        _write(out, report.predictions())
    if json:
        say_json(report.as_data())
    else:
        print("\n".join(report.lines()))


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
    columns = list(dict.fromkeys(name for row in predictions for name in row))
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(predictions)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
