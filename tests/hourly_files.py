"""A year of hourly values in every public format that is read, written the way its exporter writes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
LOCAL_NEW_YEAR = datetime(2023, 12, 31, 23, tzinfo=UTC)
"""The first hour of 2024 on the clocks of Berlin."""
HOURS = 8784
Values = NDArray[np.float64]


def numbered(hours: int = HOURS) -> Values:
    """Values that tell hours apart, some of them negative."""
    return np.arange(hours) / 4 - 100


def instants(start: datetime, count: int, minutes: int = 60) -> Iterator[datetime]:
    """Consecutive times of UTC."""
    return (start + i * timedelta(minutes=minutes) for i in range(count))


def write(path: Path, lines: Sequence[str]) -> Path:
    """Write lines as a file."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def plain(path: Path, values: Values, start: datetime = NEW_YEAR, header: str = "time_utc,value") -> Path:
    """Gortyn's own table."""
    rows = zip(instants(start, len(values)), values.tolist(), strict=True)
    return write(path, [header, *(f"{time:%Y-%m-%dT%H:%M},{value}" for time, value in rows)])


def entsoe_old(path: Path, values: Values, start: datetime = LOCAL_NEW_YEAR, minutes: int = 60) -> Path:
    """ENTSO-E until 2024: local ranges, the hour that does not exist left blank, the double one there twice."""
    lines = ['"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"']
    step = timedelta(minutes=minutes)
    for time, value in zip(instants(start, len(values), minutes), values.tolist(), strict=True):
        local = time.astimezone(BERLIN)
        if local.utcoffset() != (time - step).astimezone(BERLIN).utcoffset() and local.month == 3:
            leapt = local.replace(hour=2, minute=0)
            for i in range(60 // minutes):
                lines.append(f'"{_range(leapt + i * step, step, ".")}","","",""')
        lines.append(f'"{_range(local, step, ".")}","{value}","EUR",""')
    return write(path, lines)


def entsoe_new(
    path: Path,
    values: Values,
    start: datetime = NEW_YEAR,
    minutes: int = 60,
    area: str = "BZN|DE-LU",
    sequence: str = "Sequence Sequence 1",
    zone: str = "UTC",
) -> Path:
    """ENTSO-E since 2024; on a local clock each row of the days of change says which time it is."""
    lines = [
        (
            f'"MTU ({zone})","Area","Sequence","Day-ahead Price (EUR/MWh)","Intraday Period ({zone})",'
            '"Intraday Price (EUR/MWh)"'
        )
    ]
    step = timedelta(minutes=minutes)
    for time, value in zip(instants(start, len(values), minutes), values.tolist(), strict=True):
        local = time if zone == "UTC" else time.astimezone(BERLIN)
        days = {(local + timedelta(days=i)).utcoffset() for i in (-1, 1)}
        lines.append(f'"{_range(local, step, "/", marked=len(days) > 1)}","{area}","{sequence}","{value}","",""')
    return write(path, lines)


def _range(time: datetime, step: timedelta, mark: str, *, marked: bool = False) -> str:
    end = (time.astimezone(UTC) + step).astimezone(time.tzinfo)
    pattern = f"%d{mark}%m{mark}%Y %H:%M" + (":%S" if mark == "/" else "") + (" (%Z)" if marked else "")
    return f"{time:{pattern}} - {end:{pattern}}"


def ember(path: Path, countries: dict[tuple[str, str], Values], start: datetime = NEW_YEAR) -> Path:
    """Ember: country after country."""
    lines = ["Country,ISO3 Code,Datetime (UTC),Datetime (Local),Price (EUR/MWhe)"]
    for (name, code), values in countries.items():
        for time, value in zip(instants(start, len(values)), values.tolist(), strict=True):
            lines.append(f"{name},{code},{time:%Y-%m-%d %H:%M:%S},{time + HOUR:%Y-%m-%d %H:%M:%S},{value}")
    return write(path, lines)


NEW_CARBON = (
    "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),"
    "Carbon intensity gCO₂eq/kWh (Life cycle),Carbon-free energy percentage (CFE%),"
    "Renewable energy percentage (RE%),Data source,Data estimated,Data estimation method"
)
OLD_CARBON = (
    "Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),"
    "Carbon Intensity gCO₂eq/kWh (LCA),Low Carbon Percentage,Renewable Percentage,Data Source,Data Estimated,"
    "Data Estimation Method"
)


def electricity_maps(
    path: Path, direct: Values, life_cycle: Values, header: str = NEW_CARBON, zone: str = "DE"
) -> Path:
    """Electricity Maps: UTC, both intensities."""
    lines = [header]
    for time, one, two in zip(instants(NEW_YEAR, len(direct)), direct.tolist(), life_cycle.tolist(), strict=True):
        lines.append(f"{time:%Y-%m-%d %H:%M:%S},Germany,Germany,{zone},{one},{two},60.5,55.25,tso.example,false,")
    return write(path, lines)


Weather = Sequence[Values]


def weather(hours: int = HOURS) -> Weather:
    """Temperature [degC], humidity [%], wind [km/h] and radiation [W/m2] of a made-up year."""
    hour = np.arange(hours, dtype=np.float64)
    cycles = -10 * np.cos(2 * np.pi * hour / hours) + 4 * np.sin(2 * np.pi * hour / 24)
    temperature = np.asarray(np.round(10 + cycles, 1), dtype=np.float64)
    return temperature, 50.0 + hour % 50, np.round(36.0 * (hour % 11) / 10, 1), 100.0 * np.maximum(hour % 24 - 8, 0)


def open_meteo(
    path: Path,
    values: Weather,
    offset_s: int = 0,
    units: Sequence[str] = ("°C", "%", "km/h", "W/m²"),
    position: tuple[float, float] = (50.1, 8.7),
) -> Path:
    """Open-Meteo as CSV."""
    names = ("temperature_2m", "relative_humidity_2m", "wind_speed_10m", "shortwave_radiation")
    lines = [
        "latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation",
        f"{position[0]},{position[1]},112.0,{offset_s},Europe/Berlin,GMT+1",
        "",
        ",".join(("time", *(f"{name} ({unit})" for name, unit in zip(names, units, strict=True)))),
    ]
    for time, *row in zip(instants(NEW_YEAR, len(values[0])), *(column.tolist() for column in values), strict=True):
        lines.append(f"{time:%Y-%m-%dT%H:%M},{','.join(map(str, row))}")
    return write(path, lines)


def open_meteo_json(path: Path, values: Weather, offset_s: int = 0) -> Path:
    """Open-Meteo as JSON, in one line."""
    names = ("temperature_2m", "relative_humidity_2m", "wind_speed_10m", "shortwave_radiation")
    hourly = {name: column.tolist() for name, column in zip(names, values, strict=True)}
    answer = {
        "latitude": 50.1, "longitude": 8.7, "generationtime_ms": 1.5, "utc_offset_seconds": offset_s,
        "timezone": "Europe/Berlin", "timezone_abbreviation": "GMT+1", "elevation": 112.0,
        "hourly_units": {"time": "iso8601", **dict(zip(names, ("°C", "%", "km/h", "W/m²"), strict=True))},
        "hourly": {"time": [f"{time:%Y-%m-%dT%H:%M}" for time in instants(NEW_YEAR, len(values[0]))], **hourly},
    }  # fmt: skip
    path.write_text(json.dumps(answer), encoding="utf-8")
    return path


EPW_HEADER = (
    "LOCATION,Frankfurt,HE,DEU,IWEC Data,106370,50.05,8.60,1.0,113.0",
    "DESIGN CONDITIONS,0",
    "TYPICAL/EXTREME PERIODS,0",
    "GROUND TEMPERATURES,0",
    "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
    "COMMENTS 1,made for a test",
    "COMMENTS 2,no place has this weather",
    "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
)
FLAGS = "?9?9?9?9E0?9?9?9?9?9?9?9?9?9?9?9?9?9?9?9*9*9?9?9?9"


def epw(
    path: Path, values: Weather, year_of_month: Callable[[int], int] = lambda _month: 2023, minute: int = 60
) -> Path:
    """EPW: hours 1 to 24 of 365 days, months of different years where asked."""
    lines: list[str] = [*EPW_HEADER]
    days = (datetime(2023, 1, 1) + timedelta(days=i) for i in range(365))
    times = ((day, hour) for day in days for hour in range(1, 25))
    for (day, hour), *row in zip(times, *(column.tolist() for column in values), strict=True):
        temperature, humidity, wind_km_h, radiation = row
        date = f"{year_of_month(day.month)},{day.month},{day.day},{hour},{minute}"
        lines.append(
            f"{date},{FLAGS},{temperature},2.0,{humidity},101300,0,0,250,{radiation},0,0,0,0,0,0,180,{wind_km_h},"
            "5,5,16.1,77777,9,999999999,0,0.0480,0,88,0.000,0.0,0.0"
        )
    return write(path, lines)
