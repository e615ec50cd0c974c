"""This module owns the round trip from a place to Europe's people, as far as distance decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gortyn.climate.globe import great_circle_km

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup

KIND: Final = "latency"
PATH: Final = "path"
MS_PER_S: Final = 1e3


def latency_ms(latitude_deg: float, longitude_deg: float, facts: Lookup) -> float:
    """Mean round trip to Europe's people [ms]: ``sum(w (2 f d / v + e))``.

    w are the member states' shares of people, d the great-circle distance to the capital (to the middle of the country
    for Germany and Italy), f the length of fibre over it, v the speed of light in fibre and e what the equipment takes,
    all of the catalogue's kind ``latency``.

    Parameters
    ----------
    latitude_deg, longitude_deg : of the place
    facts : catalogue
    """
    countries = [entry for entry in facts.catalogue.entries(KIND) if entry != PATH]
    people, latitude, longitude = (
        np.array([facts.number(KIND, country, field) for country in countries])
        for field in ("people", "latitude_deg", "longitude_deg")
    )
    speed_km_per_ms = facts.number(KIND, PATH, "speed_km_per_s") / MS_PER_S
    length_km = facts.number(KIND, PATH, "path_factor") * great_circle_km(
        latitude_deg, longitude_deg, latitude, longitude
    )
    mean_ms = float(people @ (2 * length_km / speed_km_per_ms) / people.sum())
    return mean_ms + facts.number(KIND, PATH, "equipment_ms")
