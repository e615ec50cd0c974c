"""This module owns tables of a time and values that no exporter's name stands on, Gortyn's own among them.

`time_utc,value`, or one column per zone; times in UTC, with their offset, or on the clock that their header names.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gortyn.io.series import electricity_maps
from gortyn.io.series.clock import UTC, Zone, zone_of
from gortyn.io.series.entsoe import refuse_currency
from gortyn.io.series.fault import SeriesError
from gortyn.io.series.reading import Place, Reading, choose
from gortyn.io.series.table import Draft, Table, listed
from gortyn.io.series.weather_columns import weather_column

MANY_COLUMNS: Final = 6
"""A table of more columns is one of zones."""
TIME: Final = ("time", "utc", "date")


def looks_like(first: Sequence[str]) -> bool:
    """The first column is one of times."""
    name = first[0].split(",")[0].split(";")[0].lower()
    return any(word in name for word in TIME)


def read_price(path: Path, place: Place) -> Reading:
    """Read a column of prices: the one that says so, or that of the site's zone."""
    table = Table(path)
    names = table.names[1:]
    found = [i for i, name in enumerate(names) if name == "value" or "price" in name]
    at = _column(table, found, place, "prices ('value', 'price_eur_per_mwh')")
    refuse_currency(path, table.line, names[at])
    return _reading(table, place, ("price",), (at + 1,))


def read_carbon(path: Path, place: Place) -> Reading:
    """Read a column of life-cycle intensities, or those that say which they are."""
    table = Table(path)
    if table.place("direct", *electricity_maps.LIFE_CYCLE) is not None:
        return electricity_maps.read(path, place)
    found = [i for i, name in enumerate(table.names[1:]) if name == "value" or "carbon" in name or "co2" in name]
    at = _column(table, found, place, "carbon intensities ('value', 'life_cycle_g_per_kwh')")
    return _reading(table, place, ("carbon",), (at + 1,))


def _column(table: Table, found: Sequence[int], place: Place, what: str) -> int:
    """Place behind the time of the column to read: the only one that says what it is, or that of a zone."""
    if len(found) == 1 and not place.zone:
        return found[0]
    try:
        return choose(table.path, table.line, table.titles[1:], place)
    except SeriesError:
        if place.zone or len(table.titles) > MANY_COLUMNS:
            raise
        message = f"has no column of {what} and none of {place.country}; it has {listed(table.titles)}"
        raise SeriesError(table.path, table.line, message) from None


def read_weather(path: Path, place: Place) -> Reading:
    """Read the columns of weather."""
    table = Table(path)
    found = {i: column for i, name in enumerate(table.names) if (column := weather_column(path, table.line, name))}
    if not found:
        raise SeriesError(path, table.line, f"has no column of temperature; it has {listed(table.titles)}")
    reading = _reading(table, place, tuple(column.quantity for column in found.values()), tuple(found))
    reading.units = tuple(column.unit for column in found.values())
    return reading


def _reading(table: Table, place: Place, columns: tuple[str, ...], places: Sequence[int]) -> Reading:
    draft = Draft(table.path, len(places), "," if table.delimiter == ";" else ".")
    for line, row in table:
        draft.add(line, row[0], *[row[at] for at in places])
    zone, notes = _clock(table, place)
    return Reading(draft, columns, zone, notes)


def _clock(table: Table, place: Place) -> tuple[Zone | None, list[str]]:
    """Clock of the times; UTC, and told, where the header leaves it open."""
    zone = zone_of(table.names[0], place.country)
    if zone is not None or "local" in table.names[0]:
        return zone, []
    if table.names[0] in ("time", "datetime", "timestamp"):
        return UTC, [f"{table.path}:{table.line}: times that say no offset are read as UTC"]
    return None, []
