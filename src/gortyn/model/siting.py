"""This module owns the question where to build: which places stand to choose, in which sizes, under which limits."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from gortyn.model.noun import Noun, Slug
from gortyn.model.units import CarbonGPerKwh, Count, Day, Eur, H100Equivalents, PowerMw, PriceEurPerMwh, Share, Unit


class Candidate(Noun):
    """A place of one's own among the candidates; what is left out comes from the catalogue's country and climate."""

    name: Slug
    """Short name of the place."""
    title: str
    """Name as printed."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    """Country as ISO 3166-1 alpha-2 code, in capitals (GR for Greece)."""
    latitude_deg: Annotated[float, Unit("deg"), Field(ge=-90, le=90)]
    """Latitude, north positive."""
    longitude_deg: Annotated[float, Unit("deg"), Field(ge=-180, le=180)]
    """Longitude, east positive."""
    connection_mw: PowerMw
    """Firm power that the grid can give here."""
    energised: Day
    """Day from which it can."""
    price_eur_per_mwh: PriceEurPerMwh | None = None
    """Mean wholesale price over a year; left out, the country's."""
    charges_eur_per_mwh: Annotated[float, Unit("EUR/MWh"), Field(ge=0, le=500)] | None = None
    """Charges on top; left out, the assumed ones of a site."""
    carbon_g_per_kwh: CarbonGPerKwh | None = None
    """Mean carbon intensity of the grid over a year; left out, the country's."""
    connection_eur_per_mw: Annotated[float, Unit("EUR/MW"), Field(ge=0)] | None = None
    """Cost of the connection; left out, as in `costs`."""
    latency_ms: Annotated[float, Unit("ms"), Field(ge=0, le=1000)] | None = None
    """Round trip to the users, mean over Europe's people; left out, from distances."""


class Siting(Noun):
    """Which sites to choose, and how large, for `gortyn site`."""

    candidates: tuple[Slug, ...] = ()
    """Candidates of the catalogue by name; all of them where none is named and none is stated."""
    places: tuple[Candidate, ...] = ()
    """Candidates of one's own."""
    machine: Slug | None = None
    """Machine to install, by its name in `machines`; left out, the first."""
    requested: Day | None = None
    """Day on which the connections are asked for; left out, the last day of the programme's base year."""
    cooling: Literal["air", "liquid", "warm-water", "seawater"] = "liquid"
    """Cooling of every site."""
    sites: Annotated[int, Unit("count"), Field(ge=1, le=100)] | None = None
    """How many sites to build; left out, as many as pay."""
    chips: Annotated[tuple[Count, ...], Field(min_length=1, max_length=8)] = (25000, 50000, 100000)
    """Sizes that a site may have when its last phase operates, in physical chips."""
    phases: Annotated[tuple[Day, ...], Field(min_length=1, max_length=6)] = (date(2030, 7, 1), date(2031, 7, 1))
    """Dates at which phases may operate; a site is built in one or more of them."""
    total_h100_equivalents: H100Equivalents | None = None
    """Compute that all sites together must reach; left out, what the programme's sites of the scenario have."""
    budget_eur: Eur | None = None
    """Money for capital costs; left out, the programme's."""
    power_mw: PowerMw | None = None
    """Power that all sites together may draw; left out, no limit."""
    country_sites: Annotated[int, Unit("count"), Field(ge=1, le=100)] | None = 1
    """Most sites in one country; null for no limit."""
    country_share: Share | None = None
    """Largest share of all chips in one country; left out, no limit."""
    minimum_site_chips: Count | None = None
    """Fewest chips of a site that is built."""
    carbon_g_per_kwh: CarbonGPerKwh | None = None
    """Highest mean carbon intensity over all energy; left out, no limit."""
    latency_ms: Annotated[float, Unit("ms"), Field(gt=0, le=1000)] | None = None
    """Longest round trip to the users of any site; left out, no limit."""
    latest: Day | None = None
    """Day by which every site must have its first phase; left out, no limit."""
    objective: Literal["cost", "carbon", "score"] = "cost"
    """What to make best: cost per useful chip-hour, emissions, or the score of the tender."""
