"""This module owns how finely the report shows time: the hourly tables as means and sums over steps that fit a page.

A short window keeps its hours. A longer one is shown by the day, the week, or more weeks: the shortest step whose
tables stay below `MOST_CELLS` values. What then needs the hour of the day (the map of power, price and carbon) is kept
apart, as means over some days of each hour of the day. What needs every hour of a long window (the load duration curve,
the PUE against the wet bulb) is kept as a few steps of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from gortyn.model.conversions import HOURS_PER_DAY, HOURS_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

MOST_CELLS = 1_000_000  # values of the hourly tables in a page, about six bytes each
MOST_HEAT_CELLS = 450_000
KEYS = ("site", "hour")
COUNTED = ("lost_chip_hours", "node_failures", "interrupted_jobs")
SUMMED = ("cost_eur", "carbon_t", "market_carbon_t", "water_m3", *COUNTED)  # all else is a mean
POWERS = ("it_mw", "facility_mw", "renewable_mw")
HEAT = (*POWERS, "dry_bulb_c", "price_eur_per_mwh", "carbon_g_per_kwh", "cost_eur", "carbon_t")  # means, all of them
ELSEWHERE = ("grid_mw", "pue", "wet_bulb_c")  # left out of the steps: in the tables below, or a ratio of two others
DURATION_STEPS = 200  # of a load duration curve, each half a hundredth of the hours
WET_BULB_STEP_C = 1
PUE = ("pue", "it_mw")  # a mean PUE is that of the energy


@dataclass(frozen=True, slots=True)
class Steps:
    """How the tables of a window were put together.

    Attributes
    ----------
    hours : hours of the window [h].
    step_hours : hours that one row of a site stands for [h]; the last row may stand for fewer.
    heat_days : days that one column of the map of hours stands for [day]; 1 where the hours are all there.
    """

    hours: int
    step_hours: int
    heat_days: int


def reduce(folder: Path, *, most_cells: int = MOST_CELLS) -> tuple[Steps, dict[str, pl.DataFrame]]:
    """Return the hourly tables of a results folder in steps, and how long the steps are.

    Parameters
    ----------
    folder : results folder; `hourly.parquet` must be there, `hourly_classes.parquet` may be.
    most_cells : values that the tables may hold, > 0.

    Returns
    -------
    The steps, and the tables: `hourly` (site, hour: first of the step, ...), `hourly_classes` (site, hour, and a column
    of busy chips for each class) where the folder has it, `heat` (site, day: first of the column, hour_of_day, ...)
    where the hours are not all there, `duration` (site, share of the hours, power reached in that share of them), and
    where the folder has the PUE of each hour `wet_bulb` (site, wet_bulb_c: middle of the step, hours, and the mean PUE
    of their energy with the lowest and the highest).

    Raises
    ------
    ValueError : most_cells is not positive.
    """
    import polars as pl

    if most_cells <= 0:
        raise ValueError(f"most_cells must be positive, is {most_cells}")
    every = pl.scan_parquet(folder / "hourly.parquet")
    hourly = every.drop(ELSEWHERE, strict=False)
    by_class = folder / "hourly_classes.parquet"
    rows, hours = hourly.select(pl.len(), pl.col("hour").max().fill_null(-1) + 1).collect().row(0)
    values = len(hourly.collect_schema()) - len(KEYS)
    classes = pl.scan_parquet(by_class) if by_class.is_file() else None
    names = [] if classes is None else classes.select(pl.col("tenant_class").unique(maintain_order=True)).collect()
    cells = rows * (values + len(names))
    step_hours = _shortest(cells, most_cells, chain((1, HOURS_PER_DAY), count(HOURS_PER_WEEK, HOURS_PER_WEEK)))
    tables = {"hourly": _in_steps(hourly, step_hours), "duration": _duration(every)}
    if {"wet_bulb_c", *PUE} <= set(every.collect_schema()):
        tables["wet_bulb"] = _wet_bulb(every)
    if classes is not None:
        tables["hourly_classes"] = _wide(classes, step_hours)
    if step_hours == 1:
        return Steps(hours, step_hours, heat_days=1), tables
    most_heat = max(1, MOST_HEAT_CELLS * most_cells // MOST_CELLS)
    heat = [name for name in HEAT if name in hourly.collect_schema()]
    heat_days = _shortest(rows * (len(heat) + len(KEYS) + 1), most_heat, chain((1,), count(7, 7)))
    tables["heat"] = _heat(hourly, heat, heat_days)
    return Steps(hours, step_hours, heat_days), tables


def _shortest(cells: int, most: int, lengths: Iterable[int]) -> int:
    """Return the first length that brings the cells down to the most; lengths must grow without end."""
    return next(length for length in lengths if cells <= most * length)


def _in_steps(hourly: pl.LazyFrame, step_hours: int) -> pl.DataFrame:
    import polars as pl

    if step_hours == 1:
        return hourly.collect()
    columns = [name for name in hourly.collect_schema() if name not in KEYS]
    kept = [pl.col(name).sum() if name in SUMMED else pl.col(name).mean() for name in columns]
    return hourly.group_by("site", _first_hour(step_hours), maintain_order=True).agg(kept).collect()


def _wide(classes: pl.LazyFrame, step_hours: int) -> pl.DataFrame:
    """Busy chips with a column for each class; a class without a row has none at work."""
    import polars as pl

    steps = classes.group_by("site", _first_hour(step_hours), "tenant_class", maintain_order=True)
    # A sum over the hours, not a mean of the rows: an hour without a row is an hour without chips at work.
    summed = steps.agg(pl.col("busy_chips").sum()).collect()
    wide = summed.pivot(on="tenant_class", index=list(KEYS), values="busy_chips", maintain_order=True).fill_null(0)
    if step_hours == 1 or wide.is_empty():
        return wide
    last = classes.select(pl.col("hour").max()).collect().item() + 1
    length = pl.min_horizontal(pl.lit(step_hours), last - pl.col("hour"))
    return wide.with_columns(pl.exclude(KEYS) / length)


def _mean_pue() -> pl.Expr:
    """Facility energy over IT energy of the hours; their plain mean where no energy was used."""
    import polars as pl

    pue, it_mw = (pl.col(name) for name in PUE)
    return pl.when(it_mw.sum() > 0).then((pue * it_mw).sum() / it_mw.sum()).otherwise(pue.mean()).alias("pue")


def _duration(hourly: pl.LazyFrame) -> pl.DataFrame:
    """Power from the highest hour of each site down to its lowest."""
    import polars as pl

    names = [name for name in ("facility_mw", "grid_mw") if name in hourly.collect_schema()]
    share = pl.int_range(DURATION_STEPS + 1, dtype=pl.Int64) / DURATION_STEPS
    hour = (share * (pl.len() - 1)).round().cast(pl.Int64)
    curve = [pl.col(name).sort(descending=True).gather(hour) for name in names]
    by_site = hourly.group_by("site", maintain_order=True).agg(share.alias("share"), *curve)
    return by_site.explode("share", *names).collect()


def _wet_bulb(hourly: pl.LazyFrame) -> pl.DataFrame:
    import polars as pl

    pue = pl.col("pue")
    middle = ((pl.col("wet_bulb_c") / WET_BULB_STEP_C).floor() + 1 / 2) * WET_BULB_STEP_C
    kept = [pl.len().alias("hours"), _mean_pue(), pue.min().alias("pue_low"), pue.max().alias("pue_high")]
    steps = hourly.drop_nulls(["wet_bulb_c", "pue"]).group_by("site", middle.alias("wet_bulb_c"), maintain_order=True)
    return steps.agg(kept).sort("site", "wet_bulb_c", maintain_order=True).collect()


def _heat(hourly: pl.LazyFrame, names: list[str], days: int) -> pl.DataFrame:
    import polars as pl

    day = (pl.col("hour") // HOURS_PER_DAY // days * days).alias("day")
    hour_of_day = (pl.col("hour") % HOURS_PER_DAY).alias("hour_of_day")
    return hourly.group_by("site", day, hour_of_day, maintain_order=True).agg(pl.col(names).mean()).collect()


def _first_hour(step_hours: int) -> pl.Expr:
    import polars as pl

    return (pl.col("hour") // step_hours * step_hours).alias("hour")
