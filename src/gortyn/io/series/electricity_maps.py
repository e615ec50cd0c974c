"""This module owns carbon intensities as Electricity Maps exports them.

Columns: `Datetime (UTC)`, `Country`, `Zone name`, `Zone id`, `Carbon intensity gCO₂eq/kWh (direct)`,
`Carbon intensity gCO₂eq/kWh (Life cycle)` (`(LCA)` in older files, and capitals elsewhere), shares, and how each value
came about. Any other table with a time and a column of direct or life-cycle intensities is read the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gortyn.io.series.clock import UTC, zone_of
from gortyn.io.series.fault import SeriesError
from gortyn.io.series.reading import Place, Reading, choose
from gortyn.io.series.table import Draft, Table

TITLE = "Electricity Maps export"
LIFE_CYCLE = ("life cycle", "life-cycle", "life_cycle", "lifecycle", "lca")


def looks_like(first: Sequence[str]) -> bool:
    """A header with a carbon intensity."""
    header = first[0].lower()
    return "carbon intensity" in header or "gco2" in header or "gco₂" in header


def read(path: Path, place: Place) -> Reading:
    """Read the intensities of one zone."""
    table = Table(path)
    if (place_of_time := table.place("datetime", "timestamp", "utc", "time")) is None:
        raise SeriesError(path, table.line, "has no column of times")
    found = {"carbon": table.place(*LIFE_CYCLE), "direct_carbon": table.place("direct")}
    columns = {name: at for name, at in found.items() if at is not None}
    if not columns:
        raise SeriesError(path, table.line, "has no column of direct or life-cycle carbon intensity")
    zone = table.place("zone id", "zone_id", "zone name")
    drafts: dict[str, Draft] = {}
    decimal = "," if table.delimiter == ";" else "."
    for line, row in table:
        name = "" if zone is None else row[zone]
        draft = drafts.get(name)
        if draft is None:
            draft = drafts[name] = Draft(path, len(columns), decimal)
        draft.add(line, row[place_of_time], *[row[at] for at in columns.values()])
    names = list(drafts)
    chosen = choose(path, 2, names, place) if zone is not None and names else 0
    draft = drafts[names[chosen]] if names else Draft(path, len(columns))
    clock = zone_of(table.names[place_of_time], place.country) or UTC
    notes = [] if "carbon" in columns else [f"{path}: has no life-cycle intensities; only the direct ones are used"]
    return Reading(draft, tuple(columns), clock, notes)
