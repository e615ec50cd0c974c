"""This module owns the call that reads a file of hourly prices, carbon intensities or weather, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.io.series import electricity_maps, ember, entsoe, epw, open_meteo, plain
from gortyn.io.series.fault import SeriesError, quoted
from gortyn.io.series.hours import Hours, to_hours
from gortyn.io.series.reading import Place, Reading
from gortyn.io.series.table import Points
from gortyn.io.series.weather_columns import QUANTITIES
from gortyn.io.traces.lines import head
from gortyn.io.traces.report import TraceError
from gortyn.model.conversions import HOURS_PER_DAY
from gortyn.model.series import HourlySeries, WeatherSeries

Kind = Literal["price", "carbon", "weather"]


class Format(NamedTuple):
    """A format: what it is called, what it holds, how it is recognised and read."""

    title: str
    kind: Kind
    looks_like: Callable[[Sequence[str]], bool]
    read: Callable[[Path, Place], Reading]


FORMATS: Final = (
    Format(epw.TITLE, "weather", epw.looks_like, epw.read),
    Format(open_meteo.TITLE, "weather", open_meteo.is_json, open_meteo.read_json),
    Format(open_meteo.TITLE, "weather", open_meteo.looks_like, open_meteo.read),
    Format(entsoe.TITLE, "price", entsoe.looks_like, entsoe.read),
    Format(ember.TITLE, "price", ember.looks_like, ember.read),
    Format(electricity_maps.TITLE, "carbon", electricity_maps.looks_like, electricity_maps.read),
)
PLAIN: Final = {"price": plain.read_price, "carbon": plain.read_carbon, "weather": plain.read_weather}
HELD: Final = {"price": "prices", "carbon": "carbon intensities", "weather": "weather"}
NEEDED: Final = {"price": "prices are", "carbon": "carbon intensities are", "weather": "weather is"}
ZIP_MAGIC: Final = b"PK\x03\x04"

BOUNDS: Final = {
    "price": (-10_000.0, 20_000.0, "EUR/MWh"),
    "carbon": (0.0, 3_000.0, "g/kWh"),
    "direct_carbon": (0.0, 3_000.0, "g/kWh"),
    "dry_bulb_c": (-90.0, 150.0, "degC"),
    "humidity_share": (0.0, 1.1, "of saturation"),
    "wind_m_per_s": (0.0, 120.0, "m/s"),
    "irradiance_w_per_m2": (-20.0, 2_000.0, "W/m2"),
}
"""Beyond these, a value is an error of its file, whatever the place: lowest, highest, unit."""
WORDS: Final = {
    "price": "price",
    "carbon": "life-cycle carbon intensity",
    "direct_carbon": "direct carbon intensity",
    "dry_bulb_c": "air temperature",
    "humidity_share": "relative humidity",
    "wind_m_per_s": "wind speed",
    "irradiance_w_per_m2": "irradiance",
}
WARMEST_MEAN_C, WARMEST_C = 35.0, 60.0
"""Above these, as mean and as highest, air temperatures are in Fahrenheit: no place on Earth has them in Celsius."""
SMALLEST_MEAN_EUR: Final = 1.0
"""A mean price below this is one of a kWh."""


def read_price(path: Path | str, place: Place) -> tuple[HourlySeries, tuple[str, ...]]:
    """Read hourly wholesale prices [EUR/MWh].

    Parameters
    ----------
    path : export of ENTSO-E or Ember, or a table of times and values; plain or gzip.
    place : what the file is read for; it decides which country or zone of the file is taken.

    Returns
    -------
    The prices, and what was put right in the file, one text each.

    Raises
    ------
    SeriesError : the file cannot be used; the text names file, line and reason. OSError : it cannot be read.
    """
    columns, hours, notes = _read(Path(path), "price", place)
    mean = float(hours.values[:, 0].mean())
    if abs(mean) < SMALLEST_MEAN_EUR:
        notes.append(f"{path}: the mean price is {mean:.3g} EUR/MWh; are these prices of a kWh?")
    return _series(columns, hours, "price"), tuple(notes)


class Carbon(NamedTuple):
    """Carbon intensities of a file, life cycle and direct [g/kWh]; None where it has no such column."""

    life_cycle: HourlySeries | None
    direct: HourlySeries | None


def read_carbon(path: Path | str, place: Place) -> tuple[Carbon, tuple[str, ...]]:
    """Read hourly carbon intensities [g/kWh]; arguments, notes and errors as of `read_price`.

    A table whose column does not say which it is counts as life cycle; a column without any value is none.
    """
    columns, hours, notes = _read(Path(path), "carbon", place)
    series = {name: _series(columns, hours, name) for name in columns}
    for name in [name for name, one in series.items() if np.isnan(one.values).all()]:
        del series[name]
        notes.append(f"{path}: has no {WORDS[name]}")
    return Carbon(series.get("carbon"), series.get("direct_carbon")), tuple(notes)


def read_weather(path: Path | str, place: Place) -> tuple[WeatherSeries, tuple[str, ...]]:
    """Read hourly weather; arguments, notes and errors as of `read_price`."""
    path = Path(path)
    columns, hours, notes = _read(path, "weather", place)
    if "dry_bulb_c" not in columns:
        raise SeriesError(path, 0, "has no air temperature")
    if np.isnan(hours.values[:, columns.index("dry_bulb_c")]).any():
        raise SeriesError(path, 0, "has no air temperature: what stands there counts as missing in this format")
    values = {name: hours.values[:, at] for at, name in enumerate(columns)}
    for name in QUANTITIES:
        if name not in values or np.isnan(values[name]).any():
            values[name] = np.full(len(hours.values), np.nan)
            notes.append(f"{path}: has no {WORDS[name]}")
    temperature = values["dry_bulb_c"]
    if temperature.mean() > WARMEST_MEAN_C or temperature.max() > WARMEST_C:
        notes.append(
            f"{path}: air temperatures have a mean of {temperature.mean():.1f} and a highest of "
            f"{temperature.max():.1f} degC; is the file in Fahrenheit?"
        )
    values["humidity_share"] = np.clip(values["humidity_share"], 0.0, 1.0)
    values["irradiance_w_per_m2"] = np.maximum(values["irradiance_w_per_m2"], 0.0)
    return WeatherSeries(hours.start, *(values[name] for name in QUANTITIES)), tuple(notes)


def _series(columns: Sequence[str], hours: Hours, name: str) -> HourlySeries:
    return HourlySeries(hours.start, np.ascontiguousarray(hours.values[:, columns.index(name)]))


def _read(path: Path, kind: Kind, place: Place) -> tuple[tuple[str, ...], Hours, list[str]]:
    try:
        reading = _recognised(path, kind)(path, place)
        notes = list(reading.notes)
        points = reading.draft.points(reading.zone, notes)
    except TraceError as error:
        raise SeriesError.said(str(error)) from None
    for at, unit in enumerate(reading.units):
        points.values[:, at] = points.values[:, at] * unit.factor + unit.shift
    for at, name in enumerate(reading.columns):
        _check(path, points, at, name)
    hours = to_hours(path, points, notes)
    for name in reading.ends_the_hour:
        if name in reading.columns:
            _an_hour_earlier(hours.values[:, reading.columns.index(name)])
    return reading.columns, hours, notes


def _recognised(path: Path, kind: Kind) -> Callable[[Path, Place], Reading]:
    """Return the reader of a file's format."""
    start = head(path)
    if start.startswith(ZIP_MAGIC):
        raise SeriesError(path, 0, "is a zip archive or a spreadsheet; give the text file in it")
    if b"\0" in start:
        raise SeriesError(path, 0, "is no text file")
    first = [line for line in start.decode("utf-8", errors="backslashreplace").splitlines() if line.strip()]
    if not first:
        raise SeriesError(path, 1, "has blank lines only")
    for format in FORMATS:
        if format.looks_like(first):
            if format.kind != kind:
                raise SeriesError(path, 1, f"is an {format.title}: {HELD[format.kind]}; {NEEDED[kind]} needed")
            return format.read
    if plain.looks_like(first):
        return PLAIN[kind]
    titles = ", ".join(dict.fromkeys(format.title for format in FORMATS if format.kind == kind))
    message = f"is neither {titles} nor a table of times and values; it begins with {quoted(first[0])}"
    raise SeriesError(path, 1, message)


def _check(path: Path, points: Points, at: int, name: str) -> None:
    """Refuse a value that cannot be."""
    low, high, unit = BOUNDS[name]
    values = points.values[:, at]
    wrong = np.flatnonzero((values < low) | (values > high))
    if not len(wrong):
        return
    value, line = values[wrong[0]], int(points.lines[wrong[0]])
    bound = "cannot be negative" if low == 0 and value < 0 else f"must be from {low:g} to {high:g}"
    raise SeriesError(path, line, f"the {WORDS[name]} is {value:.10g} {unit}; it {bound}")


def _an_hour_earlier(values: NDArray[np.float64]) -> None:
    """Move means of the hour before to the hour that they are of; the last hour repeats that of the day before."""
    values[:-1] = values[1:]
    values[-1] = values[-1 - HOURS_PER_DAY]
