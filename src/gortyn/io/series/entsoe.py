"""This module owns day-ahead prices as the ENTSO-E Transparency Platform exports them.

Before 2024: `MTU (CET/CEST)`, `Day-ahead Price [EUR/MWh]`, `Currency`, `BZN|DE-LU`; since: `MTU (UTC)`, `Area`,
`Sequence`, `Day-ahead Price (EUR/MWh)` and columns of the intraday auctions. A row stands for the time unit whose
start it names: an hour, or a quarter of one since 1 October 2025. Where an area has several auctions a day, the
first sequence is that of the single day-ahead coupling.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from gortyn.io.series.clock import zone_of
from gortyn.io.series.fault import SeriesError, quoted
from gortyn.io.series.reading import Place, Reading, choose
from gortyn.io.series.table import Draft, Table

TITLE = "ENTSO-E price export"
NO_SEQUENCE = "without sequence"


def looks_like(first: Sequence[str]) -> bool:
    """The header begins with the market time unit."""
    return first[0].lstrip('"').upper().startswith("MTU")


def read(path: Path, place: Place) -> Reading:
    """Read the day-ahead prices of one area."""
    table = Table(path)
    price = table.need("day-ahead price")
    refuse_currency(path, table.line, table.names[price])
    area, sequence = table.place("area", "bzn|"), table.place("sequence")
    currency = table.place("currency")
    in_header = area is not None and table.names[area] != "area"
    drafts: dict[tuple[str, str], Draft] = {}
    decimal = "," if table.delimiter == ";" else "."
    for line, row in table:
        if currency is not None and (said := row[currency].strip()) not in ("EUR", ""):
            raise SeriesError(path, line, f"its currency is {quoted(said)}; euros are needed")
        key = ("" if area is None or in_header else row[area], "" if sequence is None else row[sequence])
        draft = drafts.get(key)
        if draft is None:
            draft = drafts[key] = Draft(path, 1, decimal)
        draft.add(line, row[0].partition(" - ")[0], row[price])
    areas = sorted({key[0] for key in drafts})
    if in_header and area is not None:
        choose(path, 1, [_zone(table.titles[area])], place)
        chosen = ""
    else:
        chosen = areas[choose(path, 2, [_zone(name) for name in areas], place)] if any(areas) else ""
    sequences = [key[1] for key in drafts if key[0] == chosen]
    kept = min(sequences, key=_rank, default="")
    notes = []
    if len(sequences) > 1:
        notes.append(f"{path}: has {len(sequences)} auctions a day; '{kept}' is used")
    draft = drafts.get((chosen, kept), Draft(path, 1))
    return Reading(draft, ("price",), zone_of(table.names[0], place.country), notes)


def _zone(area: str) -> str:
    """DE-LU of BZN|DE-LU."""
    return area.rpartition("|")[2]


def _rank(sequence: str) -> tuple[int, str]:
    """Order of the auctions: the one without a number first."""
    number = re.search(r"\d+", sequence)
    return (0 if sequence.lower() == NO_SEQUENCE else int(number[0]) if number else 1, sequence)


def refuse_currency(path: Path, line: int, name: str) -> None:
    """Refuse a column of prices whose header says that they are not in EUR/MWh."""
    words = set(re.findall("[a-z]+", name.lower()))
    others = words & {"gbp", "usd", "pln", "czk", "huf", "ron", "bgn", "sek", "nok", "dkk", "chf", "uah", "ct", "cent"}
    if others or "kwh" in words:
        raise SeriesError(path, line, f"its prices are {quoted(name)}; EUR/MWh are needed")
