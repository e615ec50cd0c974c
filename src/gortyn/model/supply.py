"""This module owns what stands on the site's own side of the meter: wind, sun, batteries, shifting, backup."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gortyn.model.noun import Noun
from gortyn.model.units import Share, Unit

Megawatts = Annotated[float, Unit("MW"), Field(ge=0, le=1e5)]


class Supply(Noun):
    """On-site plants, storage and backup; `gortyn energy FILE --size` finds the sizes that cost least."""

    wind_mw: Megawatts = 0.0
    """Wind power installed on the site's side of the meter."""
    solar_mw: Megawatts = 0.0
    """Solar power installed there, at its inverters."""
    battery_mw: Megawatts = 0.0
    """Power of the battery."""
    battery_hours: Annotated[float, Unit("h"), Field(ge=0, le=100)] = 4.0
    """Hours that the full battery lasts at that power (assumed)."""
    flexible_share: Share = 0.0
    """Share of the load that may move to other hours of the same day; used when sizes are sought."""
    wind_limit_mw: Megawatts = 0.0
    """Most wind power that a search for sizes may install; 0: none."""
    solar_limit_mw: Megawatts = 0.0
    """Most solar power that a search for sizes may install; 0: none."""
    battery_limit_mw: Megawatts = 0.0
    """Most battery power that a search for sizes may install; 0: none."""
    backup_mw: Megawatts = 0.0
    """Power of the generators or fuel cells that carry the site without the grid."""
    backup_hours: Annotated[float, Unit("h"), Field(ge=0, le=1000)] = 0.0
    """Hours that they can do so with the fuel on site."""
