"""This module owns what is known to be taken from a site ahead of time: reservations of chips and limits of power."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, Slug, refuse
from gortyn.model.units import Count, Day, PowerMw, Unit

HourOfDay = Annotated[int, Unit("h"), Field(ge=0, le=24)]
WindowDays = Annotated[float, Unit("days"), Field(gt=0, le=3660)]


class Reservation(Noun):
    """Chips set aside for one tenant in a window of the calendar, for instance for a large-scale grant."""

    name: Slug
    """Short name of the reservation."""
    tenant: Slug
    """Tenant whose jobs may use it; they run outside it too, like any other."""
    site: Slug
    """Site."""
    machine: Slug
    """Machine of that site."""
    chips: Count
    """Chips set aside, rounded up to whole nodes."""
    begin: Day
    """First day, from midnight UTC."""
    days: WindowDays
    """Length of the window."""


class PowerLimit(Noun):
    """A limit on the IT power of a site over some days, all day or in some hours of each."""

    site: Slug
    """Site."""
    limit_mw: PowerMw
    """IT power that the site may draw."""
    begin: Day
    """First day, from midnight UTC."""
    days: WindowDays
    """Length of the window."""
    from_hour: HourOfDay = 0
    """Hour of the day (UTC) at which the limit begins to apply each day."""
    to_hour: HourOfDay = 24
    """Hour of the day (UTC) at which it ceases to apply; 24 for midnight."""

    @model_validator(mode="after")
    def _hours_are_ordered(self) -> Self:
        if self.from_hour >= self.to_hour:
            refuse([Fault(("to_hour",), f"is {self.to_hour}, not after from_hour {self.from_hour}")])
        return self
