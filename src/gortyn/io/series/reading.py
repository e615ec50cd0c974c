"""This module owns what the readers of the formats share: where a file is for, and which zone or column is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Final, NamedTuple

from gortyn.climate.globe import great_circle_km
from gortyn.io.series.clock import Zone
from gortyn.io.series.countries import COUNTRIES
from gortyn.io.series.fault import SeriesError
from gortyn.io.series.table import Draft, listed
from gortyn.io.series.weather_columns import Unit

FAR_KM: Final = 100.0
"""Weather from further away is told."""


class Place(NamedTuple):
    """What a file is read for: the country and position of a site, and the zone that the user names, or ""."""

    country: str
    latitude_deg: float = float("nan")
    longitude_deg: float = float("nan")
    zone: str = ""


@dataclass(slots=True)
class Reading:
    """Rows of a file and what they are.

    columns : what each value of the draft is: price, carbon, direct_carbon, or a quantity of weather
    zone : clock of times that say no offset
    units : unit of each column of weather
    ends_the_hour : columns whose values are means of the hour that ends at their time
    """

    draft: Draft
    columns: tuple[str, ...]
    zone: Zone | None
    notes: list[str] = field(default_factory=list)
    units: tuple[Unit, ...] = ()
    ends_the_hour: tuple[str, ...] = ()


def choose(path: Path, line: int, zones: Sequence[str], place: Place) -> int:
    """Place of the zone that belongs to a site: the one that the user names, or the only one of its country.

    A zone belongs to a country if it is its name or begins with its code (NO4, IT-North); DE-LU also is Luxembourg's.

    Raises
    ------
    SeriesError : none or several.
    """
    if place.zone:
        named = place.zone.casefold()
        found = [i for i, zone in enumerate(zones) if zone.casefold() == named]
        found = found or [i for i, zone in enumerate(zones) if zone.casefold().endswith(f"-{named}")]
        found = found or [i for i, zone in enumerate(zones) if _is_of(zone, place.zone.upper())]
        whose = f"named {place.zone}"
    else:
        found = [i for i, zone in enumerate(zones) if _is_of(zone, place.country)]
        whose = f"of {place.country}"
    if len(found) == 1:
        return found[0]
    names = listed([zones[i] for i in found] or sorted(set(zones)))
    what = "has several zones" if found else "has no zone"
    raise SeriesError(path, line, f"{what} {whose}: {names}; name one behind the file: {path.name}#ZONE")


def _is_of(zone: str, country: str) -> bool:
    known = COUNTRIES.get(country)
    first, *others = [part.rstrip("0123456789") for part in re.findall("[A-Z0-9]+", zone.upper())] or [""]
    if first == country or (first == "DE" and country in others):
        return True
    return known is not None and zone.casefold() in {known.code3.casefold(), *map(str.casefold, known.names)}


def distance_note(path: Path, place: Place, latitude_deg: float, longitude_deg: float) -> list[str]:
    """Return a note where the weather of a file is that of another region than the site's."""
    here = place.latitude_deg, place.longitude_deg
    if not all(map(isfinite, (*here, latitude_deg, longitude_deg))):
        return []
    apart_km = float(great_circle_km(*here, latitude_deg, longitude_deg))
    if apart_km <= FAR_KM:
        return []
    return [f"{path}: is the weather of {latitude_deg:.2f}, {longitude_deg:.2f}, {apart_km:,.0f} km from the site"]
