"""The shipped facts against the tables they were taken from, where those are at hand."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from gortyn.catalogue import Fact, load

CATALOGUE = load()


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(*kinds: str) -> set[float]:
    """Every number of some kinds, bounds and conflicts included."""
    found: set[float] = set()
    for fact in CATALOGUE.facts():
        if fact.kind in kinds:
            for one in (fact, *fact.conflicts):
                found.update(bound for bound in (one.value, one.low, one.high) if isinstance(bound, float))
    return found


def in_use_and_conflicts(kind: str, entry: str, field: str) -> list[Fact]:
    fact = CATALOGUE.fact(kind, entry, field)
    return [fact, *fact.conflicts]


def test_grids_are_the_table(shared_data: Path):
    rows = table(shared_data, "facts/grid.csv")
    assert len(rows) == len(CATALOGUE.entries("grids")) == 30
    for row in rows:
        prices = [one.number for one in in_use_and_conflicts("grids", row["zone"], "price_eur_per_mwh")]
        wholesale = [row[f"wholesale_day_ahead_eur_mwh_{year}_mean"] for year in (2025, 2024)]
        if all(wholesale):
            assert prices == [float(price) for price in wholesale]
        carbon = [one.number for one in in_use_and_conflicts("grids", row["zone"], "carbon_g_per_kwh")]
        columns = ("carbon_gco2eq_kwh_2025", "carbon_gco2eq_kwh_2024", "carbon_gco2_kwh_2023_owid")
        assert carbon == [float(row[column]) for column in columns]
        if row["non_household_retail_eur_mwh"]:
            retail = CATALOGUE.fact("grids", row["zone"], "retail_eur_per_mwh").number
            assert retail == float(row["non_household_retail_eur_mwh"])


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("bf16_dense_tflops", "bf16_dense_tflops"),
        ("fp8_dense_tflops", "fp8_dense_tflops"),
        ("fp4_dense_tflops", "fp4_dense_tflops"),
        ("hbm_GB", "memory_gb"),
        ("hbm_TBps", "memory_tb_per_s"),
        ("tdp_W", "tdp_w"),
        ("mamf_bf16_tflops_measured", "bf16_max_achievable_tflops"),
    ],
)
def test_chips_are_the_table(column: str, field: str, shared_data: Path):
    names = {
        "A100 40GB SXM": "A100-40GB",
        "A100 80GB SXM": "A100-80GB",
        "H100 SXM 80GB": "H100-SXM",
        "H200 SXM": "H200-SXM",
        "H800 SXM": "H800-SXM",
        "GH200 96GB (JUPITER/Alps)": "GH200-96GB",
        "B200 SXM": "B200-SXM",
        "GB200 NVL72": "GB200-NVL72",
        "B300 SXM": "B300-SXM",
        "GB300 NVL72": "GB300-NVL72",
        "MI250X (module, 2 GCD)": "MI250X",
        "MI300X": "MI300X",
        "MI325X": "MI325X",
        "MI355X": "MI355X",
        "TPU v4": "TPU-v4",
        "TPU v5p": "TPU-v5p",
        "TPU v6e Trillium": "TPU-v6e",
        "Gaudi 3": "Gaudi-3",
    }
    rows = {row["chip"]: row for row in table(shared_data, "training/chips.csv")}
    assert len(set(rows) - set(names)) == 1, "only the chip of Leonardo has no figures there"
    for theirs, ours in names.items():
        if rows[theirs][column]:
            assert CATALOGUE.fact("chips", ours, field).number == float(rows[theirs][column])


def test_every_tender_figure_is_there(shared_data: Path):
    for lot in ("lot1", "lot2"):
        facts = CATALOGUE.entry("tender", lot).values()
        shipped = {bound for fact in facts for bound in (fact.value, fact.low, fact.high) if isinstance(bound, float)}
        for row in table(shared_data, "facts/tender.csv"):
            if row["unit"] in ("text", "formula", "date") or row["item"].startswith("open-source"):
                continue
            scale = 0.01 if "%" in row["unit"] else 1e6 if row["unit"].startswith("EUR m") else 1
            scale = 0.01 if row["unit"] == "points of 100" else scale
            for number in re.findall(r"\d+(?:\.\d+)?", row[lot].partition(" of ")[0]):
                assert any(value == pytest.approx(float(number) * scale) for value in shipped), row["item"]


def test_every_cloud_price_is_there(shared_data: Path):
    shipped = values("cloud_prices", "prices")
    for row in table(shared_data, "facts/cloud_prices.csv"):
        for number in filter(None, row["price"].split("-")):
            assert float(number) in shipped, row["provider"]


def test_every_system_figure_is_there(shared_data: Path):
    shipped = values("systems")
    scales = {"accelerator_count": 1, "hpl_pflops": 1, "power_mw": 1, "cost_eur_m": 1e6}
    for row in table(shared_data, "facts/systems.csv"):
        for column, scale in scales.items():
            if figure := re.search(r"[\d.]+", row[column]):
                assert float(figure.group()) * scale in shipped, row["system"]


def test_every_access_mode_and_factory_is_there(shared_data: Path):
    modes = set(CATALOGUE.entries("access_modes")) - {"rule-ai-act"}  # a rule of another law, not in the table
    assert len(modes) == len(table(shared_data, "facts/access_modes.csv"))
    factories = {row["factory"] for row in table(shared_data, "facts/ai_factories.csv")}
    assert len(CATALOGUE.entries("ai_factories")) == len(factories - {"ANTENNAS (13)", "TOTAL programme"})


def test_claims_are_the_table(shared_data: Path):
    rows = {row["id"]: row for row in table(shared_data, "facts/claims.csv")}
    texts = {row["file"]: row for row in table(shared_data, "facts/source_texts.csv")}
    assert sorted(rows) == sorted(CATALOGUE.entries("claims"))
    for claim, row in rows.items():
        value = CATALOGUE.fact("claims", claim, "value")
        assert value.date == texts[row["source_text"]]["date"]
        if isinstance(value.value, float) and value.evidence == "published":
            assert value.value == float(re.findall(r"[\d.]+", row["value"])[0])


def test_price_shape_is_the_mean_of_the_zones(shared_data: Path):
    rows = table(shared_data, "energy/hour_of_day_price_shape_2024.csv")
    zones = [column for column in rows[0] if column != "hour_local"]
    means = [sum(float(row[zone]) for zone in zones) / len(zones) for row in rows]
    for hour, mean in enumerate(means):
        shipped = CATALOGUE.fact("shapes", "price-hour-europe", f"h{hour:02d}").number
        assert shipped == pytest.approx(mean / (sum(means) / len(means)), abs=1e-4)


def test_utilisation_lies_within_the_published_runs(shared_data: Path):
    # Shares of peak that their authors state themselves, on 256 chips and more: no own FLOP count in between.
    chips = {"TPU v5e": "TPU-v5e", "TPU v4": "TPU-v4"}
    for theirs, ours in chips.items():
        stated = sorted(
            float(row["measured_mfu"])
            for row in table(shared_data, "training/measured_runs.csv")
            if row["chip"] == theirs and row["measured_mfu"] and float(row["n_chips"]) >= 256
        )
        middle = len(stated) // 2
        median = stated[middle] if len(stated) % 2 else (stated[middle - 1] + stated[middle]) / 2
        assert CATALOGUE.fact("utilisation", ours, "mfu_dense_bf16").number == pytest.approx(median, abs=6e-4)
