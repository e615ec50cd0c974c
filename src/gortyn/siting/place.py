"""This module owns a candidate place: where it is, what its grid can give and when, and what power costs and emits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from gortyn.model import Candidate, Grid, Scenario, Siting, known
from gortyn.model.conversions import DAYS_PER_YEAR
from gortyn.siting.latency import latency_ms

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup

KIND = "regions"


@dataclass(frozen=True, slots=True)
class Place:
    """One candidate.

    Attributes
    ----------
    name, title, country : as in catalogue or scenario; country as ISO 3166-1 alpha-2 code
    latitude_deg, longitude_deg : where
    climate : entry of the catalogue, or None for the nearest one
    connection_mw : firm power that the grid can give [MW]
    energised : day from which it can
    wait_years : from the request to that day
    price_eur_per_mwh : mean wholesale price over a year
    charges_eur_per_mwh : on top of it
    carbon_g_per_kwh : mean carbon intensity of the grid over a year, location-based, life cycle
    connection_eur_per_mw : cost of the connection
    latency_ms : round trip to the users, mean over Europe's people
    """

    name: str
    title: str
    country: str
    latitude_deg: float
    longitude_deg: float
    climate: str | None
    connection_mw: float
    energised: date
    wait_years: float
    price_eur_per_mwh: float
    charges_eur_per_mwh: float
    carbon_g_per_kwh: float
    connection_eur_per_mw: float
    latency_ms: float


def places(scenario: Scenario, siting: Siting, facts: Lookup) -> tuple[Place, ...]:
    """The candidates: those of the catalogue that the siting names, then the scenario's own.

    All of the catalogue's where the siting names none and states none. A connection of the catalogue is energised
    after its wait, counted from the request: `siting.requested`, or the last day of the programme's base year.

    Raises
    ------
    UnknownEntry : a name that the catalogue does not have, with the nearest one; a country without price or carbon.
    ValueError : two places of one name.
    """
    named = siting.candidates or (() if siting.places else facts.catalogue.entries(KIND))
    requested = siting.requested or date(scenario.programme.base_year + 1, 1, 1) - timedelta(days=1)
    found = [_of_catalogue(name, scenario, requested, facts) for name in named]
    found += [_of_scenario(place, scenario, requested, facts) for place in siting.places]
    names = [place.name for place in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"siting: {', '.join(sorted(twice))} stands among the candidates twice")
    return tuple(found)


def _of_catalogue(name: str, scenario: Scenario, requested: date, facts: Lookup) -> Place:
    def number(field: str) -> float:
        return facts.number(KIND, name, field)

    country = facts.text(KIND, name, "country")
    wait_years, latitude, longitude = number("connection_wait_years"), number("latitude_deg"), number("longitude_deg")
    charges = facts.get_number(KIND, name, "charges_eur_per_mwh")
    per_mw = facts.get_number(KIND, name, "connection_eur_per_mw")
    latency = facts.get_number(KIND, name, "latency_ms")
    return Place(
        name=name,
        title=facts.text(KIND, name, "title"),
        country=country,
        latitude_deg=latitude,
        longitude_deg=longitude,
        climate=facts.text(KIND, name, "climate"),
        connection_mw=number("connection_mw"),
        energised=requested + timedelta(days=round(wait_years * DAYS_PER_YEAR)),
        wait_years=wait_years,
        price_eur_per_mwh=facts.number("grids", country, "price_eur_per_mwh"),
        charges_eur_per_mwh=_assumed_charges() if charges is None else charges,
        carbon_g_per_kwh=facts.number("grids", country, "carbon_g_per_kwh"),
        connection_eur_per_mw=known(scenario.costs.grid_connection_eur_per_mw) if per_mw is None else per_mw,
        latency_ms=latency_ms(latitude, longitude, facts) if latency is None else latency,
    )


def _of_scenario(own: Candidate, scenario: Scenario, requested: date, facts: Lookup) -> Place:
    def stated(value: float | None, field: str) -> float:
        return facts.number("grids", own.country, field) if value is None else value

    per_mw, latency = own.connection_eur_per_mw, own.latency_ms
    return Place(
        name=own.name,
        title=own.title,
        country=own.country,
        latitude_deg=own.latitude_deg,
        longitude_deg=own.longitude_deg,
        climate=None,
        connection_mw=own.connection_mw,
        energised=own.energised,
        wait_years=max(0.0, (own.energised - requested).days / DAYS_PER_YEAR),
        price_eur_per_mwh=stated(own.price_eur_per_mwh, "price_eur_per_mwh"),
        charges_eur_per_mwh=_assumed_charges() if own.charges_eur_per_mwh is None else own.charges_eur_per_mwh,
        carbon_g_per_kwh=stated(own.carbon_g_per_kwh, "carbon_g_per_kwh"),
        connection_eur_per_mw=known(scenario.costs.grid_connection_eur_per_mw) if per_mw is None else per_mw,
        latency_ms=latency_ms(own.latitude_deg, own.longitude_deg, facts) if latency is None else latency,
    )


def _assumed_charges() -> float:
    """Charges that a site has where its scenario states none."""
    return Grid.model_fields["charges_eur_per_mwh"].default
