"""The reader owns the catalogue's file format: it turns CSV text into sources and facts, or names every fault."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from gortyn.catalogue.fact import EVIDENCE, CatalogueError, Fact, Source

FACT_HEADER = ("entry", "field", "value", "unit", "low", "high", "date", "evidence", "source", "note")
SOURCE_HEADER = ("key", "citation", "url", "date")
TEXT_UNITS = ("text", "date")

_REQUIRED = ("entry", "field", "value", "unit", "date", "evidence", "source")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_ENTRY = re.compile(r"[^\s/]+")
_FIELD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_SOURCE_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)

Facts = dict[str, dict[str, Fact]]
"""Facts of one kind by entry and field, in file order."""


def read_sources(text: str, file: str) -> dict[str, Source]:
    r"""Sources by key from the text of ``sources.csv``.

    Parameters
    ----------
    text : CSV (RFC 4180) with the columns of `SOURCE_HEADER`
    file : name used in messages

    Raises
    ------
    CatalogueError : a wrong header or row length, an empty or malformed field, a key given twice.

    >>> read_sources("key,citation,url,date\necb,European Central Bank,,2026-08-21\n", "sources.csv")["ecb"].date
    '2026-08-21'
    """
    sources: dict[str, Source] = {}
    faults: list[str] = []
    for where, row in _rows(text, file, SOURCE_HEADER, faults):
        source = Source(**row)
        if not _SOURCE_KEY.fullmatch(source.key):
            faults.append(f"{where}: key {source.key!r} is not kebab-case")
        elif source.key in sources:
            faults.append(f"{where}: source {source.key!r} is given twice")
        elif not source.citation:
            faults.append(f"{where}: source {source.key!r} has no citation")
        elif not _DATE.fullmatch(source.date):
            faults.append(f"{where}: source {source.key!r} has no date as YYYY, YYYY-MM or YYYY-MM-DD")
        else:
            sources[source.key] = source
    _raise(faults)
    return sources


def read_facts(text: str, file: str, kind: str, sources: Mapping[str, Source]) -> Facts:
    r"""Facts by entry and field from the text of one ``<kind>.csv``.

    Of several rows with the same entry and field the first is the fact in use; the later ones are its conflicts.

    Parameters
    ----------
    text : CSV (RFC 4180) with the columns of `FACT_HEADER`
    file : name used in messages
    kind : kind of the facts
    sources : known sources by key

    Raises
    ------
    CatalogueError : a wrong header or row length; a value without unit, source, date or evidence; an unknown source
        key or evidence; a value, bound or date that does not parse; NaN or infinity; text with a numeric unit or the
        reverse; a value outside its bounds; a conflict in another unit. All faults of the file are named.

    >>> sources = {"eu": Source("eu", "European Union, data-centre reporting", "", "2024")}
    >>> text = "entry,field,value,unit,low,high,date,evidence,source,note\nair,pue,1.36,1,,,2024,published,eu,\n"
    >>> read_facts(text, "cooling.csv", "cooling", sources)["air"]["pue"].value
    1.36
    """
    facts: Facts = {}
    faults: list[str] = []
    for where, row in _rows(text, file, FACT_HEADER, faults):
        found = list(_faults(row, sources))
        if found:
            label = f"{row['entry']}/{row['field']}".strip("/")
            faults.extend(f"{where}: {label}: {fault}" if label else f"{where}: {fault}" for fault in found)
            continue
        fact = _fact(kind, row, sources)
        fields = facts.setdefault(fact.entry, {})
        first = fields.get(fact.field)
        if first is None:
            fields[fact.field] = fact
        elif {first.unit, fact.unit} & set(TEXT_UNITS) or first.unit == fact.unit:
            fields[fact.field] = replace(first, conflicts=(*first.conflicts, fact))
        else:
            units = f"unit {fact.unit!r} differs from {first.unit!r} of the value in use"
            faults.append(f"{where}: {fact.entry}/{fact.field}: {units}")
    _raise(faults)
    return facts


def _rows(text: str, file: str, header: tuple[str, ...], faults: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each data row as ``(file:line, field by column)``; malformed rows go to `faults`."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            where, line = f"{file}:{line}", reader.line_num + 1
            if where == f"{file}:1":
                if tuple(row) != header:
                    faults.append(f"{where}: header is {','.join(row)!r}, expected {','.join(header)!r}")
                    return
            elif len(row) != len(header):
                faults.append(f"{where}: {len(row)} columns, expected {len(header)}")
            else:
                yield where, {column: value.strip() for column, value in zip(header, row, strict=True)}
    except csv.Error as error:
        faults.append(f"{file}:{reader.line_num}: not RFC 4180: {error}")
    if line == 1:
        faults.append(f"{file}:1: empty, expected the header {','.join(header)!r}")


def _faults(row: dict[str, str], sources: Mapping[str, Source]) -> Iterator[str]:
    """What is wrong with one row of facts."""
    missing = [column for column in _REQUIRED if not row[column]]
    yield from (f"{column} is missing" for column in missing)
    if missing:
        return
    if not _ENTRY.fullmatch(row["entry"]):
        yield f"entry {row['entry']!r} has a space or a slash"
    if not _FIELD.fullmatch(row["field"]):
        yield f"field {row['field']!r} is not snake_case"
    if not _DATE.fullmatch(row["date"]):
        yield f"date {row['date']!r} is not YYYY, YYYY-MM or YYYY-MM-DD"
    if row["evidence"] not in EVIDENCE:
        yield f"evidence {row['evidence']!r} is not one of {', '.join(EVIDENCE)}"
    yield from (f"source {key!r} is not in sources.csv" for key in _keys(row) if key not in sources)
    yield from _value_faults(row)


def _value_faults(row: dict[str, str]) -> Iterator[str]:
    """What is wrong with value, unit and bounds of one row."""
    value = _number(row["value"])
    textual = row["unit"] in TEXT_UNITS
    if _NOT_FINITE.fullmatch(row["value"]) or (value is not None and math.isinf(value)):
        yield f"value {row['value']!r} is not a finite number"
    elif textual != (value is None):
        yield f"value {row['value']!r} does not go with unit {row['unit']!r}"
    for bound in ("low", "high"):
        if not row[bound]:
            continue
        limit = _number(row[bound])
        if limit is None or math.isinf(limit):
            yield f"{bound} {row[bound]!r} is not a finite number"
        elif value is None:
            yield f"{bound} stands beside a text value"
        elif limit > value if bound == "low" else limit < value:
            yield f"value {row['value']} lies outside its {bound} {row[bound]}"


def _keys(row: dict[str, str]) -> list[str]:
    return [key.strip() for key in row["source"].split(";")]


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _fact(kind: str, row: dict[str, str], sources: Mapping[str, Source]) -> Fact:
    value = _number(row["value"])
    return Fact(
        kind=kind,
        entry=row["entry"],
        field=row["field"],
        value=row["value"] if value is None else value,
        unit=row["unit"],
        source=row["source"],
        date=row["date"],
        evidence=row["evidence"],
        note=row["note"],
        low=_number(row["low"]),
        high=_number(row["high"]),
        citations=tuple(sources[key] for key in _keys(row)),
    )


def _raise(faults: list[str]) -> None:
    if faults:
        raise CatalogueError("\n".join(faults))
