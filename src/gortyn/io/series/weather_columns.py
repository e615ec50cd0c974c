"""This module owns what columns of weather are called and the units that they come in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from gortyn.io.series.fault import SeriesError, quoted

QUANTITIES: Final = ("dry_bulb_c", "humidity_share", "wind_m_per_s", "irradiance_w_per_m2")


class Unit(NamedTuple):
    """What a value is multiplied by, and what is added then, to come to the unit of its quantity."""

    factor: float
    shift: float = 0.0


class WeatherColumn(NamedTuple):
    """A quantity, the unit that its column is in, and how that unit was written."""

    quantity: str
    unit: Unit
    written: str


KELVIN_STEP: Final = 5 / 9
"""One degree Fahrenheit in degrees Celsius, by definition; 32 degF is 0 degC."""
PERCENT: Final = Unit(0.01)
KM_PER_H: Final = Unit(1 / 3.6)

UNITS: Final[dict[str, dict[str, Unit]]] = {
    "dry_bulb_c": {"c": Unit(1), "degc": Unit(1), "f": Unit(KELVIN_STEP, -32 * KELVIN_STEP)},
    "humidity_share": {"%": PERCENT, "pct": PERCENT, "share": Unit(1)},
    # Feet and nautical miles as agreed in 1959: 1,609.344 m and 1,852 m.
    "wind_m_per_s": {
        "km/h": KM_PER_H, "kmh": KM_PER_H, "m/s": Unit(1), "ms": Unit(1), "m_per_s": Unit(1),
        "mp/h": Unit(1609.344 / 3600), "mph": Unit(1609.344 / 3600), "kn": Unit(1852 / 3600),
    },
    "irradiance_w_per_m2": {"w/m²": Unit(1), "w/m2": Unit(1), "w_per_m2": Unit(1), "wm2": Unit(1)},
}  # fmt: skip

# Names in front of the unit, and the unit of a name that says none: that of Open-Meteo.
BASES: Final = {
    "temperature_2m": ("dry_bulb_c", "c"),
    "dry_bulb": ("dry_bulb_c", "c"),
    "relative_humidity_2m": ("humidity_share", "%"),
    "relativehumidity_2m": ("humidity_share", "%"),
    "relative_humidity": ("humidity_share", "%"),
    "humidity": ("humidity_share", "share"),
    "wind_speed_10m": ("wind_m_per_s", "km/h"),
    "windspeed_10m": ("wind_m_per_s", "km/h"),
    "wind": ("wind_m_per_s", "m/s"),
    "shortwave_radiation": ("irradiance_w_per_m2", "w/m2"),
    "irradiance": ("irradiance_w_per_m2", "w/m2"),
}
# The degree sign as it stands in text that is not UTF-8, once the foreign byte is written out.
DEGREE: Final = re.compile(r"°|\\xb0|deg(?=[cf]$)")
SQUARE: Final = re.compile(r"\\xb2")


def weather_column(path: Path, line: int, name: str, unit: str | None = None) -> WeatherColumn | None:
    """Return what a column is, by its name and, where that stands apart, its unit; None for any other column.

    Raises
    ------
    SeriesError : a quantity that is read, in a unit that is not.

    >>> weather_column(Path(), 1, "wind_speed_10m (km/h)").unit.factor == 1 / 3.6
    True
    >>> weather_column(Path(), 1, "temperature_2m_max (°C)") is None
    True
    """
    name = name.strip().lower()
    for base, (quantity, usual) in BASES.items():
        if not name.startswith(base):
            continue
        rest = name[len(base) :].strip()
        bracket = re.fullmatch(r"\((.*)\)", rest)
        written = unit.lower() if unit is not None else bracket[1] if bracket else rest.strip("_ ")
        plain = SQUARE.sub("2", DEGREE.sub("", written.strip())) or usual
        if unit is not None and rest:
            return None
        if plain in UNITS[quantity]:
            return WeatherColumn(quantity, UNITS[quantity][plain], written)
        if unit is not None or bracket:
            known = ", ".join(UNITS[quantity])
            raise SeriesError(path, line, f"'{base}' is in {quoted(written)}; it is read in {known}")
    return None
