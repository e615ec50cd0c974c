"""This module owns the files of hourly values that a scenario names: found, read and told of, site by site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from gortyn.io.series.fault import SeriesError
from gortyn.io.series.read import read_carbon, read_price, read_weather
from gortyn.io.series.reading import Place
from gortyn.model import Fault, Scenario
from gortyn.model.series import AllSeries, SiteSeries
from gortyn.model.site import Site

Read = TypeVar("Read")
FieldPath = tuple[str, ...]
PRICE, CARBON, WEATHER = ("grid", "price_file"), ("grid", "carbon_file"), ("weather_file",)


class FilesRead(NamedTuple):
    """Series of the sites that name files, what is wrong with files, and what was put right in them."""

    series: AllSeries
    faults: list[Fault]
    notes: tuple[str, ...]


def read_all(scenario: Scenario, folder: Path) -> FilesRead:
    """Read every file that the sites of a scenario name; relative paths begin in `folder`.

    A file that cannot be used is a fault at the field that names it; the other files are read all the same.
    """
    series: dict[str, SiteSeries] = {}
    faults: list[Fault] = []
    notes: list[str] = []

    def take(index: int, site: Site, field: FieldPath, read: Callable[[Path, Place], tuple[Read, Any]]) -> Read | None:
        named: Any = site
        for part in field:
            named = getattr(named, part)
        if named is None:
            return None
        path, zone = located(named, folder)
        try:
            found, told = read(path, Place(site.country, site.latitude_deg, site.longitude_deg, zone))
        except SeriesError as error:
            faults.append(Fault(("sites", index, *field), str(error)))
        except OSError as error:
            faults.append(Fault(("sites", index, *field), f"{path}: cannot be read: {error.strerror or error}"))
        else:
            notes.extend(f"{site.name}: {text}" for text in told)
            return found
        return None

    for index, site in enumerate(scenario.sites):
        price = take(index, site, PRICE, read_price)
        carbon = take(index, site, CARBON, read_carbon)
        weather = take(index, site, WEATHER, read_weather)
        if price or carbon or weather:
            life_cycle, direct = carbon or (None, None)
            series[site.name] = SiteSeries(price, life_cycle, direct, weather)
    return FilesRead(series, faults, tuple(notes))


def located(named: str, folder: Path) -> tuple[Path, str]:
    """Return the path of a file as a scenario names it, and the zone behind its last `#`, or "".

    >>> path, zone = located("prices.csv#NO4", Path("data"))
    >>> path.as_posix(), zone
    ('data/prices.csv', 'NO4')
    """
    whole = folder / named
    stem, mark, zone = named.rpartition("#")
    if not mark or not stem or whole.exists():
        return whole, ""
    return folder / stem, zone.strip()
