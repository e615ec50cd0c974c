"""This module owns Ember's European wholesale prices: hourly, of one country or of all in one file.

Columns: `Country`, `ISO3 Code` (not in older files), `Datetime (UTC)`, `Datetime (Local)`, `Price (EUR/MWhe)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gortyn.io.series.clock import UTC
from gortyn.io.series.countries import COUNTRIES
from gortyn.io.series.fault import SeriesError
from gortyn.io.series.reading import Place, Reading
from gortyn.io.series.table import Draft, Table, listed

TITLE = "Ember price file"


def looks_like(first: Sequence[str]) -> bool:
    """A country in front, and the unit that only Ember writes."""
    header = first[0].lower()
    return header.lstrip('"').startswith("country") and "eur/mwhe" in header


def read(path: Path, place: Place) -> Reading:
    """Read the prices of one country."""
    table = Table(path)
    if table.place("datetime (utc)") is None:
        message = "is Ember's monthly or daily file; its hourly one is needed (a column 'Datetime (UTC)')"
        raise SeriesError(path, table.line, message)
    time, price, country = table.need("datetime (utc)"), table.need("price (eur/mwhe)"), table.need("country")
    wanted = _names(place.zone or place.country)
    code = table.place("iso3 code")
    draft, others = Draft(path, 1, "," if table.delimiter == ";" else "."), set[str]()
    for line, row in table:
        if row[country].casefold() in wanted or (code is not None and row[code].casefold() in wanted):
            draft.add(line, row[time], row[price])
        else:
            others.add(row[country])
    if others and not draft.rows:
        asked = place.zone or place.country
        message = f"has no prices of {asked}: {listed(sorted(others))}; name one behind the file: {path.name}#COUNTRY"
        raise SeriesError(path, 0, message)
    return Reading(draft, ("price",), UTC)


def _names(country: str) -> set[str]:
    """All that a file may call a country, given its code or one of its names."""
    asked = country.casefold()
    for known in COUNTRIES.values():
        names = {known.code.casefold(), known.code3.casefold(), *(name.casefold() for name in known.names)}
        if asked in names:
            return names
    return {asked}
