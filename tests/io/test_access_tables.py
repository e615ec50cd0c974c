"""The tables of access agree with the dictionary, with one another, and with the applications that they come from."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from gortyn.io import access_folder
from gortyn.io.access_tables import TABLES, tables
from gortyn.io.columns import dictionary
from gortyn.io.load import load
from gortyn.io.results import ResultsError, sha256
from gortyn.io.tables import _frame
from gortyn.run import reach

SMALL = Path(__file__).parents[1] / "data" / "small.yaml"
DAY = 86400


@pytest.fixture(scope="module")
def reached():
    return reach(load(SMALL, ["simulation.days=20"]))


@pytest.fixture(scope="module")
def rows(reached):
    return access_folder.rows(reached)


@pytest.fixture(scope="module")
def applications(rows):
    return rows["applications"]


def inside(second):
    return 0 <= second < 20 * DAY


def test_every_table_has_the_columns_that_are_declared(reached, rows):
    found = tables(reached)
    assert set(found) == set(TABLES) == set(rows)
    for name, columns in found.items():
        frame = _frame(name, columns).collect()
        assert dict(frame.schema) == {column: getattr(pl, one.dtype) for column, one in dictionary()[name].items()}
        assert frame.height == len(rows[name]) > 0, name


def test_applications_are_in_order_and_have_a_reason_each(applications, reached):
    assert [row["application"] for row in applications] == list(range(1, len(applications) + 1))
    assert [row["submit_s"] for row in applications] == sorted(row["submit_s"] for row in applications)
    assert all(row["reason"].strip() for row in applications)
    classes = {tenant.name: tenant.tenant_class for tenant in reached.scenario.tenants}
    for row in applications:
        assert row["tenant_class"] == classes[row["tenant"]]
        assert (row["begin_s"] is None) == (row["end_s"] is None) == (row["outcome"] != "admitted")
        assert row["submit_s"] <= row["cutoff_s"]
        assert (row["decided_s"] is None) == (row["outcome"] == "open")
        if row["first_start_s"] is not None:
            assert row["begin_s"] <= row["first_start_s"]
            assert row["used_chip_hours"] > 0
            assert inside(row["first_start_s"])


def test_modes_add_up_what_is_decided(applications, rows):
    for mode in rows["modes"]:
        own = [row for row in applications if row["mode"] == mode["mode"]]
        decided = [row for row in own if row["decided_s"] is not None and inside(row["decided_s"])]
        admitted = [row for row in decided if row["outcome"] == "admitted"]
        assert (mode["applications"], mode["admitted"]) == (len(decided), len(admitted))
        for column, of in (("granted", "asked"), ("used", "used")):
            total = sum(row[f"{of}_chip_hours"] for row in admitted)
            assert mode[f"{column}_chip_hours"] == pytest.approx(total)
        lapsed = sum(row["lapsed_chip_hours"] or 0 for row in admitted)
        assert mode["lapsed_chip_hours"] == pytest.approx(lapsed)


def test_funnel_counts_what_is_submitted(applications, rows):
    sent = [row for row in applications if inside(row["submit_s"])]
    counted = Counter((row["mode"], row["tenant_class"], row["country"], row["outcome"]) for row in sent)
    names = ("ineligible", "refused", "crowded-out", "withdrawn", "open", "admitted")
    for row in rows["funnel"]:
        key = row["mode"], row["tenant_class"], row["country"]
        assert {name: row[name.replace("-", "_")] for name in names} == {name: counted[*key, name] for name in names}
    assert sum(row["applications"] for row in rows["funnel"]) == len(sent)


def test_chip_hours_of_grants_are_those_of_their_jobs(applications, reached):
    jobs, log = reached.operated.jobs, reached.operated.log
    on_grants = jobs.allocation >= 0
    most = (jobs.chips * (log.held_s - log.lost_s) / 3600)[on_grants & (log.start_s >= 0)].sum()
    used = sum(row["used_chip_hours"] for row in applications)
    assert 0 < used <= most * (1 + 1e-9)
    drawn = {int(index) + 1 for index in jobs.allocation[on_grants]}
    assert {row["application"] for row in applications if row["used_chip_hours"]} <= drawn


def test_groups_hold_the_jobs_of_all(reached, rows):
    jobs = reached.operated.jobs.submit_s.size
    for grouping in ("class", "size"):
        assert sum(row["jobs"] for row in rows["groups"] if row["grouping"] == grouping) == jobs
    by_country = sum(row["jobs"] for row in rows["groups"] if row["grouping"] == "country")
    assert by_country == (reached.operated.jobs.allocation >= 0).sum()
    people = [row["population_share"] for row in rows["groups"] if row["grouping"] == "country"]
    assert sum(people) == pytest.approx(1)


def test_every_space_comes_to_every_site(reached, rows):
    pairs = {(row["data_space"], row["site"]) for row in rows["staging"]}
    spaces = {row["data_space"] for row in rows["data_spaces"]}
    assert pairs == {(space, site.name) for space in spaces for site in reached.scenario.sites}


def test_the_folder_reads_back(reached, rows, tmp_path):
    folder = access_folder.write(reached, rows, tmp_path / "who")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {path.name for path in folder.glob("*.csv")} == {f"{name}.csv" for name in (*TABLES, "columns")}
    for name, digest in manifest["tables_sha256"].items():
        assert sha256((folder / name).read_bytes()) == digest
    for name, table in rows.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        assert len(read) == len(table)
        for line, row in zip(read, table, strict=True):
            for column, value in row.items():
                text = line[column]
                if value is None:
                    assert text == ""
                elif isinstance(value, float):
                    assert float(text) == value
                else:
                    assert text == (str(value).lower() if isinstance(value, bool) else str(value))
    again = load(str(folder / "scenario.yaml")).scenario
    assert again == reached.scenario
    with pytest.raises(ResultsError, match="exists"):
        access_folder.write(reached, rows, folder)
