"""This module owns the series of a results folder: plain tables that a scenario reads back unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.model import Scenario
from gortyn.model.series import AllSeries, SiteSeries
from gortyn.model.site import Site

FOLDER: Final = "series"


def write_series(series: AllSeries, folder: Path) -> tuple[str, ...]:
    """Write the series of every site into `folder/series`; return the names of the files, from `folder`."""
    names: list[str] = []
    for site, held in series.items():
        for kind, columns in _tables(held).items():
            (folder / FOLDER).mkdir(exist_ok=True)
            names.append(_name(site, kind))
            start, values = columns
            _write(folder / names[-1], start, values)
    return tuple(names)


def with_files(scenario: Scenario, series: AllSeries) -> Scenario:
    """Return the scenario with the names of the files that `write_series` writes in place of those that were read."""
    return scenario.model_copy(update={"sites": tuple(_with_files(site, series) for site in scenario.sites)})


def _with_files(site: Site, series: AllSeries) -> Site:
    kinds = _tables(series.get(site.name, SiteSeries()))
    named = {kind: _name(site.name, kind) for kind in kinds}
    grid = {f"{kind}_file": named[kind] for kind in ("price", "carbon") if kind in named}
    of_site: dict[str, Any] = {"grid": site.grid.model_copy(update=grid)} if grid else {}
    if "weather" in named:
        of_site["weather_file"] = named["weather"]
    return site.model_copy(update=of_site)


def _name(site: str, kind: str) -> str:
    return f"{FOLDER}/{site}-{kind}.csv"


Table = tuple[np.datetime64, Mapping[str, NDArray[np.float64]]]


def _tables(held: SiteSeries) -> dict[str, Table]:
    """First hour and columns of each file of a site, by what the file holds."""
    tables: dict[str, Table] = {}
    if held.price is not None:
        tables["price"] = held.price.start, {"price_eur_per_mwh": held.price.values}
    carbon = {"life_cycle_g_per_kwh": held.carbon, "direct_g_per_kwh": held.direct_carbon}
    there = {name: one for name, one in carbon.items() if one is not None}
    if there:
        tables["carbon"] = next(iter(there.values())).start, {name: one.values for name, one in there.items()}
    if held.weather is not None:
        start, *values = held.weather
        columns = dict(zip(held.weather._fields[1:], values, strict=True))
        tables["weather"] = start, {name: one for name, one in columns.items() if not np.isnan(one).all()}
    return tables


def _write(path: Path, start: np.datetime64, columns: Mapping[str, NDArray[np.float64]]) -> None:
    """Write one table; numbers have all the digits that they need to be read back as they are."""
    hours = len(next(iter(columns.values())))
    times = np.datetime_as_string(start.astype("datetime64[m]") + np.arange(hours) * np.timedelta64(1, "h"), unit="m")
    rows = zip(times.tolist(), *(values.tolist() for values in columns.values()), strict=True)
    lines = [",".join(("time_utc", *columns))]
    lines += [f"{time},{','.join(map(repr, values))}" for time, *values in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
