"""Steps of time in the report: what is kept of the hours, against plain sums over the hours themselves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from gortyn.io.results import ResultsFolder
from gortyn.report import report_data
from gortyn.report.steps import DURATION_STEPS, MOST_CELLS, Steps, reduce

SITES = ("narvik", "lavrion")
CLASSES = ("start-up", "anchor")
MEANS = (
    *("busy_chips", "capacity_chips", "it_mw", "facility_mw", "renewable_mw"),
    *("price_eur_per_mwh", "carbon_g_per_kwh", "speed_share", "dry_bulb_c"),
)
ENERGY_SUMS = ("cost_eur", "carbon_t", "market_carbon_t", "water_m3")
FAILURE_SUMS = ("lost_chip_hours", "node_failures", "interrupted_jobs")
SUMS = ENERGY_SUMS + FAILURE_SUMS
ELSEWHERE = ("grid_mw", "pue", "wet_bulb_c")


def write_hours(folder: Path, hours: int, sites: tuple[str, ...] = SITES, classes: tuple[str, ...] = CLASSES) -> Path:
    """Write hourly tables of made-up numbers; the classes of a site add up to its chips at work."""
    rng = np.random.default_rng(5)
    rows = hours * len(sites)
    keys = {"site": np.repeat(sites, hours), "hour": np.tile(np.arange(hours), len(sites))}
    values = {name: rng.uniform(1, 1000, rows) for name in MEANS + SUMS[:-2] + ELSEWHERE[:1]}
    values |= {"pue": rng.uniform(1, 2, rows), "wet_bulb_c": rng.normal(3, 8, rows)}
    counts = {name: rng.integers(0, 3, rows) for name in SUMS[-2:]}
    pl.DataFrame({**keys, **values, **counts}).write_parquet(folder / "hourly.parquet")
    if classes:
        parts = rng.dirichlet(np.ones(len(classes)), rows) * values["busy_chips"][:, None]
        repeated = {name: np.repeat(column, len(classes)) for name, column in keys.items()}
        named = {"tenant_class": np.tile(classes, rows), "busy_chips": parts.ravel()}
        pl.DataFrame({**repeated, **named}).write_parquet(folder / "hourly_classes.parquet")
    return folder


def test_a_short_window_keeps_its_hours(tmp_path: Path) -> None:
    steps, tables = reduce(write_hours(tmp_path, hours=100))
    assert steps == Steps(hours=100, step_hours=1, heat_days=1)
    assert tables["hourly"].equals(pl.read_parquet(tmp_path / "hourly.parquet").drop(ELSEWHERE))
    assert "heat" not in tables
    wide = tables["hourly_classes"]
    assert wide.columns == ["site", "hour", *CLASSES]
    np.testing.assert_allclose(wide[list(CLASSES)].sum_horizontal(), tables["hourly"]["busy_chips"])


@pytest.mark.parametrize(("most_cells", "step_hours"), [(2500, 24), (500, 168), (150, 504)])
def test_steps_hold_the_means_and_sums_of_their_hours(tmp_path: Path, most_cells: int, step_hours: int) -> None:
    hours = 61 * 24 + 5
    steps, tables = reduce(write_hours(tmp_path, hours), most_cells=most_cells)
    assert (steps.hours, steps.step_hours) == (hours, step_hours)
    hourly, wide = tables["hourly"], tables["hourly_classes"]
    assert len(hourly) == len(wide) == len(SITES) * -(-hours // step_hours)
    whole = pl.read_parquet(tmp_path / "hourly.parquet")
    for site in SITES:
        own = whole.filter(site=site)
        seen = hourly.filter(site=site)
        assert seen["hour"].to_list() == list(range(0, hours, step_hours))
        for index, row in enumerate(seen.iter_rows(named=True)):
            inside = own[index * step_hours : (index + 1) * step_hours]
            for name in MEANS:
                assert row[name] == pytest.approx(inside[name].to_numpy().mean())
            for name in SUMS:
                assert row[name] == pytest.approx(inside[name].to_numpy().sum())
    joined = hourly.join(wide, on=["site", "hour"], how="inner")
    assert len(joined) == len(hourly)
    np.testing.assert_allclose(joined[list(CLASSES)].sum_horizontal(), joined["busy_chips"])


def test_hours_of_the_day_are_means_over_the_days_of_a_column(tmp_path: Path) -> None:
    hours = 61 * 24 + 5
    steps, tables = reduce(write_hours(tmp_path, hours), most_cells=2000)
    whole = pl.read_parquet(tmp_path / "hourly.parquet")
    heat = tables["heat"]
    assert steps.heat_days > 1
    assert len(heat) == len(SITES) * (24 * (61 // steps.heat_days) + (24 if 61 % steps.heat_days else 5))
    for row in heat.sample(40, seed=1).iter_rows(named=True):
        day = whole["hour"] // 24
        inside = whole.filter(
            (pl.col("site") == row["site"])
            & (pl.col("hour") % 24 == row["hour_of_day"])
            & day.is_between(row["day"], row["day"] + steps.heat_days - 1)
        )
        assert row["facility_mw"] == pytest.approx(inside["facility_mw"].to_numpy().mean())
        for name in ("it_mw", "renewable_mw", "dry_bulb_c", "cost_eur"):
            assert row[name] == pytest.approx(inside[name].to_numpy().mean())


@pytest.mark.parametrize("most_cells", [MOST_CELLS, 500])
def test_load_duration_and_pue_by_wet_bulb_are_made_of_every_hour(tmp_path: Path, most_cells: int) -> None:
    hours = 61 * 24 + 5
    tables = reduce(write_hours(tmp_path, hours), most_cells=most_cells)[1]
    whole = pl.read_parquet(tmp_path / "hourly.parquet")
    for site in SITES:
        own = whole.filter(site=site)
        curve = tables["duration"].filter(site=site)
        assert curve["share"].to_list() == pytest.approx(np.linspace(0, 1, DURATION_STEPS + 1))
        for name in ("facility_mw", "grid_mw"):
            power = own[name].to_numpy()
            assert (curve[name][0], curve[name][-1]) == (power.max(), power.min())
            for share, reached in zip(curve["share"], curve[name], strict=True):
                # The power that is reached in a share of the hours: as many hours are at or above it.
                assert (power >= reached).sum() == pytest.approx(share * (hours - 1) + 1, abs=0.51)
        bulb, pue, it_mw = (own[name].to_numpy() for name in ("wet_bulb_c", "pue", "it_mw"))
        steps = tables["wet_bulb"].filter(site=site)
        assert steps["hours"].sum() == hours
        for row in steps.iter_rows(named=True):
            inside = (bulb >= row["wet_bulb_c"] - 0.5) & (bulb < row["wet_bulb_c"] + 0.5)
            assert inside.sum() == row["hours"]
            assert row["pue"] == pytest.approx(np.average(pue[inside], weights=it_mw[inside]))
            assert (row["pue_low"], row["pue_high"]) == (pue[inside].min(), pue[inside].max())


def test_hours_without_power_keep_a_plain_mean_of_the_pue(tmp_path: Path) -> None:
    file = write_hours(tmp_path, hours=48) / "hourly.parquet"
    pl.read_parquet(file).with_columns(it_mw=0.0, wet_bulb_c=4.2).write_parquet(file)
    pue = pl.read_parquet(file).filter(site="narvik")["pue"].to_numpy()
    row = reduce(tmp_path)[1]["wet_bulb"].filter(site="narvik").row(0, named=True)
    assert (row["wet_bulb_c"], row["pue"]) == (4.5, pytest.approx(pue.mean()))


def test_an_hour_without_a_row_of_a_class_is_an_hour_without_its_chips(tmp_path: Path) -> None:
    write_hours(tmp_path, hours=48)
    file = tmp_path / "hourly_classes.parquet"
    pl.read_parquet(file).filter((pl.col("tenant_class") != "anchor") | (pl.col("hour") == 3)).write_parquet(file)
    kept = pl.read_parquet(file).filter(tenant_class="anchor", site="narvik")["busy_chips"].item()
    hourly = reduce(tmp_path)[1]["hourly_classes"].filter(site="narvik")
    assert hourly["anchor"].to_list() == [kept if hour == 3 else 0 for hour in range(48)]
    daily = reduce(tmp_path, most_cells=80)[1]["hourly_classes"].filter(site="narvik")
    assert daily["anchor"].to_list() == pytest.approx([kept / 24, 0])


def test_ten_years_of_four_sites_stay_small(tmp_path: Path) -> None:
    sites, classes = ("a", "b", "c", "d"), ("u", "v", "w", "x", "y", "z")
    steps, tables = reduce(write_hours(tmp_path, 3653 * 24, sites, classes))
    assert steps.step_hours == 24
    cells = sum(len(tables[name]) * (len(tables[name].columns) - 2) for name in ("hourly", "hourly_classes"))
    assert cells <= MOST_CELLS
    assert sum(len(table.write_csv()) for table in tables.values()) < 12_000_000


def test_a_limit_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="most_cells must be positive, is 0"):
        reduce(write_hours(tmp_path, 24), most_cells=0)


def test_a_folder_of_an_earlier_version_has_a_page_without_what_it_lacks(
    small_result_dir: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    shutil.copytree(small_result_dir, older)
    gone = ("hourly_classes", "operation", "largest_jobs", "energy_costs", "energy_parts", "swings", "tender_scores")
    for name in gone:
        (older / f"{name}.parquet").unlink(missing_ok=True)
    new = [*SUMS[2:], *ELSEWHERE, "down_chips", "speed_share", "dry_bulb_c", "renewable_mw"]
    hourly = pl.read_parquet(older / "hourly.parquet")
    hourly.drop(new, strict=False).write_parquet(older / "hourly.parquet")
    data: dict[str, Any] = report_data(ResultsFolder(older))
    assert not {*gone, "jobs", "wet_bulb"} & set(data["tables"])
    assert set(data["tables"]["duration"]) == {"site", "share", "facility_mw"}
    assert data["steps"]["step_hours"] == 1
    assert len(data["tables"]["hourly"]["hour"]) == len(hourly)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
