"""This module owns the site: where it is, what stands there, and the phases in which it is built."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from gortyn.model.cooling import Cooling
from gortyn.model.grid import Grid, SeriesFile
from gortyn.model.noun import Fault, Noun, Slug, refuse
from gortyn.model.supply import Supply
from gortyn.model.units import Count, Day, FromCatalogue, H100Equivalents, PowerMw, Unit


class Phase(Noun):
    """A step of building: what it adds, and when that is in operation."""

    name: Slug
    """Short name of the phase."""
    operational: Day
    """First day of operation."""
    machine: Slug
    """Machine installed, by its name in `machines`."""
    chips: Count | None = None
    """Physical chips that this phase adds. Give this or h100_equivalents."""
    h100_equivalents: H100Equivalents | None = None
    """Compute that this phase adds, in H100-equivalents; the chips are rounded up to whole nodes."""
    minimum_h100_equivalents: H100Equivalents | None = None
    """Floor that a funder sets on the site's total once this phase operates."""
    minimum_it_mw: PowerMw | None = None
    """Floor that a funder sets on the site's IT load once this phase operates."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.chips is None) == (self.h100_equivalents is None):
            refuse([Fault((), "give either chips or h100_equivalents")])
        return self


class Site(Noun):
    """One location with one grid connection."""

    name: Slug
    """Short name of the site."""
    title: str
    """Name as printed."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    """Country as ISO 3166-1 alpha-2 code, in capitals (GR for Greece)."""
    latitude_deg: Annotated[float, Unit("deg"), Field(ge=-90, le=90)]
    """Latitude, north positive."""
    longitude_deg: Annotated[float, Unit("deg"), Field(ge=-180, le=180)]
    """Longitude, east positive."""
    grid: Grid
    """Grid connection."""
    cooling: Cooling
    """Cooling system."""
    climate: Slug | None = None
    """Climate by its catalogue name; left out, the nearest one."""
    weather_file: SeriesFile | None = None
    """Hourly weather (export of Open-Meteo, or an EPW file) in place of the climate's."""
    network_gbit_per_s: Annotated[
        Annotated[float, Unit("Gbit/s"), Field(gt=0, le=1e5)] | None,
        FromCatalogue("networks/{country}/gbit_per_s", "networks/usual/gbit_per_s"),
    ] = None
    """Link of the site to the research network."""
    supply: Supply = Supply()
    """On-site plants, storage and backup."""
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    """Phases in order of their dates."""

    @model_validator(mode="after")
    def _phases_follow(self) -> Self:
        faults: list[Fault] = []
        names: set[str] = set()
        for index, phase in enumerate(self.phases):
            if phase.name in names:
                faults.append(Fault(("phases", index, "name"), f"'{phase.name}' is there already"))
            names.add(phase.name)
            if index and phase.operational < self.phases[index - 1].operational:
                before = self.phases[index - 1]
                faults.append(
                    Fault(
                        ("phases", index, "operational"),
                        f"{phase.operational} is before phase '{before.name}' ({before.operational})",
                    )
                )
            if phase.operational < self.grid.energised:
                faults.append(
                    Fault(
                        ("phases", index, "operational"),
                        f"{phase.operational} is before the grid connection is energised ({self.grid.energised})",
                    )
                )
        refuse(faults)
        return self
