"""This module owns the files that `gortyn validate energy` reads: their hours, and whose grid or weather they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gortyn.cli.output import InvalidInput, complain

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup
    from gortyn.energy.validation import EnergyValidation
    from gortyn.energy.validation_hours import Recorded, RecordedWeather
    from gortyn.energy.validation_nodes import Row
    from gortyn.io.series import Place

Read = TypeVar("Read")
NOWHERE = "ZZ"
"""No country's code: a file that is read for it says nothing of its country."""


class Files(NamedTuple):
    """Files of hours by what they hold, as typed: a zone, or the climate of weather, may stand behind a `#`."""

    carbon: Sequence[str] = ()
    price: Sequence[str] = ()
    weather: Sequence[str] = ()


def validated(rows: Sequence[Row], table: str, files: Files, country: str | None) -> EnergyValidation:
    """Read the files and compare; InvalidInput where one cannot be read."""
    from gortyn.catalogue import load
    from gortyn.energy.validation import validate_energy
    from gortyn.io.series.countries import COUNTRIES

    if country is not None and country not in COUNTRIES:
        from gortyn.io.faults import did_you_mean

        hint = did_you_mean(country, tuple(COUNTRIES))
        raise InvalidInput(
            f"gortyn validate: --country {country}: no such country of Europe{hint}; FI is Finland's code"
        )
    facts = load().lookup()
    hours = [*_prices(files.price, country, facts), *_intensities(files.carbon, country, facts)]
    weather = list(_weather(files.weather, country, facts))
    return validate_energy(facts, rows, table, hours, weather)


def _prices(files: Sequence[str], country: str | None, facts: Lookup) -> Iterator[Recorded]:
    from gortyn.energy.validation_hours import Recorded
    from gortyn.io.series import read_price

    for named in files:
        for place, series in _read(named, country, facts, read_price):
            yield Recorded(named, place.country, _offset_h(place.country), "price", series)


def _intensities(files: Sequence[str], country: str | None, facts: Lookup) -> Iterator[Recorded]:
    from gortyn.energy.validation_hours import Recorded
    from gortyn.io.series import read_carbon

    for named in files:
        for place, found in _read(named, country, facts, read_carbon):
            offset_h = _offset_h(place.country)
            if found.life_cycle is not None:
                yield Recorded(named, place.country, offset_h, "carbon", found.life_cycle)
            if found.direct is not None:
                yield Recorded(named, place.country, offset_h, "direct_carbon", found.direct)


def _weather(files: Sequence[str], country: str | None, facts: Lookup) -> Iterator[RecordedWeather]:
    from gortyn.energy.validation_hours import RecordedWeather
    from gortyn.io.series import read_weather
    from gortyn.io.series.sites import located

    for named in files:
        path, climate = located(named, Path())
        if climate and not facts.catalogue.has("climates", climate, "country"):
            near = facts.catalogue.suggest("climates", climate)
            raise InvalidInput(f"{named}: no climate '{climate}'" + (f"; did you mean {near}?" if near else ""))
        home = facts.text("climates", climate, "country") if climate else country
        for place, series in _read(str(path), home, facts, read_weather, anywhere=True):
            yield RecordedWeather(named, place.country, climate or None, series)


def _read(
    named: str,
    country: str | None,
    facts: Lookup,
    read: Callable[[Path, Place], tuple[Read, tuple[str, ...]]],
    *,
    anywhere: bool = False,
) -> list[tuple[Place, Read]]:
    """A file for the country stated, or the one that its name or zone says, or every country that has a zone in it."""
    from gortyn.io.series import Place, SeriesError
    from gortyn.io.series.sites import located

    path, zone = located(named, Path())
    said = [country] if country else _countries(zone) or _countries(path.stem)
    if not said and anywhere:
        said = [NOWHERE]
    if not said and _reads(path, Place(NOWHERE), read):
        raise InvalidInput(f"{named}: of which country is it? Name it with --country, for example --country FI")
    found: list[tuple[Place, Read]] = []
    faults: list[str] = []
    told: dict[str, None] = {}
    for one in said or facts.catalogue.entries("grids"):
        place = Place(one, zone=zone)
        try:
            series, notes = read(path, place)
        except SeriesError as error:
            faults.append(str(error))
        except OSError as error:
            raise InvalidInput(f"{path}: cannot be read: {error.strerror or error}") from None
        else:
            told.update(dict.fromkeys(notes))
            found.append((place, series))
    complain(*(f"note: {text}" for text in told))
    if not found:
        hint = "; name the country with --country" if len(set(faults)) > 1 else ""
        raise InvalidInput(faults[0] + hint)
    return found


def _reads(path: Path, place: Place, read: Callable[[Path, Place], object]) -> bool:
    from gortyn.io.series import SeriesError

    try:
        read(path, place)
    except (SeriesError, OSError):  # said when it is read for a country
        return False
    return True


def _countries(text: str) -> list[str]:
    """The country whose code stands in a name, alone or with a number or another zone: ES, NO4, DE-LU.

    >>> [_countries(name) for name in ("hourly_carbon_2024_DE-LU", "prices NO4", "carbon_intensity", "ES", "")]
    [['DE'], ['NO'], [], ['ES'], []]
    """
    from gortyn.io.series.countries import COUNTRIES

    words = re.findall(r"(?<![A-Za-z])([A-Z]{2})(?![A-Za-z])", text)
    return [word for word in words if word in COUNTRIES][:1]


def _offset_h(country: str) -> int:
    from gortyn.io.series.countries import COUNTRIES

    return COUNTRIES[country].offset_h
