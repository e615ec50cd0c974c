"""The tables of a run agree with the dictionary, with one another and with the scenario they come from."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from gortyn.io.columns import dictionary
from gortyn.io.tables import TABLES, _frame, frames
from gortyn.resolve import leaves
from gortyn.result import Result


@pytest.fixture(scope="module")
def tables(small_result: Result) -> dict[str, pl.DataFrame]:
    return {name: frame.collect() for name, frame in frames(small_result)}


def test_columns_and_types_are_those_of_the_dictionary(tables: dict[str, pl.DataFrame]) -> None:
    assert set(tables) == set(TABLES)
    for name, frame in tables.items():
        declared = {column: getattr(pl, entry.dtype) for column, entry in dictionary()[name].items()}
        assert dict(frame.schema) == declared, name


def test_a_table_with_another_column_is_refused() -> None:
    columns = dict.fromkeys(dictionary()["money_flow"], ())
    assert _frame("money_flow", columns).collect().height == 0
    with pytest.raises(ValueError, match=r"table money_flow: columns \['colour'\] are not both written and declared"):
        _frame("money_flow", {**columns, "colour": ()})
    columns.pop("value_eur")
    with pytest.raises(ValueError, match="value_eur"):
        _frame("money_flow", columns)


def test_only_columns_that_say_so_have_gaps(tables: dict[str, pl.DataFrame]) -> None:
    for name, frame in tables.items():
        for column, entry in dictionary()[name].items():
            if "absent" not in entry.description:
                assert frame[column].null_count() == 0, f"{name}.{column}"


def test_numbers_are_finite(tables: dict[str, pl.DataFrame]) -> None:
    for name, frame in tables.items():
        for column in frame.select(pl.selectors.float()):
            assert column.drop_nulls().is_finite().all(), f"{name}.{column.name}"


def test_money_flows_through_without_loss(tables: dict[str, pl.DataFrame], small_result: Result) -> None:
    flow = tables["money_flow"]
    paid = sum(row.amount_eur for row in small_result.finance.sources_and_uses if row.side == "source")
    layers = set(tables["layers"]["layer"])
    to_layers = flow.filter(pl.col("target").is_in(layers))["value_eur"].sum()
    to_uses = flow.filter(pl.col("target") == "uses of funds")["value_eur"].sum()
    from_uses = flow.filter(pl.col("source") == "uses of funds")["value_eur"].sum()
    assert to_layers == pytest.approx(paid)
    assert to_uses == pytest.approx(paid)
    assert from_uses == pytest.approx(paid)
    capex = small_result.finance.capex_eur
    assert tables["phases"]["capex_eur"].sum() == pytest.approx(capex)
    assert tables["sites"]["capex_eur"].sum() == pytest.approx(capex)
    real = tables["cash"]["capex_eur"] / small_result.finance.project.index
    assert real.sum() == pytest.approx(capex)
    flows = dict(tables["layer_cash"].group_by("layer").agg(pl.col("flow_eur").sum()).iter_rows())
    for layer in tables["layers"].to_dicts():
        assert flows[layer["layer"]] == pytest.approx(layer["paid_eur"] - layer["amount_eur"])


def test_phases_add_up_to_sites(tables: dict[str, pl.DataFrame]) -> None:
    names = ["chips", "h100_equivalents", "it_mw", "facility_mw", "exaflops", "capex_eur"]
    by_site = tables["phases"].group_by("site").agg(pl.col(names).sum()).sort("site")
    sites = tables["sites"].select("site", *names).sort("site")
    for name in names:
        assert by_site[name].to_list() == pytest.approx(sites[name].to_list()), name
    (second,) = tables["phases"].filter(pl.col("phase") == "second").to_dicts()
    assert second["operational"] == date(2028, 7, 11)
    assert second["chips"] == 1024


def test_jobs_are_consistent_and_those_of_a_run_bear_its_name(tables: dict[str, pl.DataFrame]) -> None:
    jobs = tables["jobs"]
    assert jobs["job"].to_list() == list(range(jobs.height))
    assert jobs["submit_s"].is_sorted()
    ran = jobs.drop_nulls("start_s")
    # The time until data have come is no wait: those of an enclave's jobs and of the named run, which are not put off.
    staged = (pl.col("tenant") == "biologists") | pl.col("training_run").is_not_null()
    for some, since in ((ran.filter(~staged), "submit_s"), (ran.filter(staged), "eligible_s")):
        assert some.height
        assert (some["wait_s"] == some["start_s"] - some[since]).all()
    assert (ran["start_s"] >= ran["eligible_s"]).all()
    assert (ran["end_s"] - ran["start_s"] >= ran["held_s"]).all()
    undisturbed = ran.filter((pl.col("interruptions") == 0) & (pl.col("attempts") == 1))
    assert undisturbed.height > 1000
    assert (undisturbed["end_s"] - undisturbed["start_s"] == undisturbed["held_s"]).all()
    assert (undisturbed["lost_chip_hours"] == 0).sum() >= undisturbed.height - 1, "but for what a named run lost"
    assert (ran["interruptions"] > 0).sum() > 100
    assert (ran.filter(pl.col("lost_chip_hours") > 0)["attempts"] > 1).sum() > 100
    assert (jobs["eligible_s"] > jobs["submit_s"]).sum() > 100, "some jobs are put off"
    bounded = jobs.filter(pl.col("tenant") != "model-maker")  # whose runs go on in further jobs
    assert (bounded["run_s"] <= bounded["requested_s"]).all()
    assert set(jobs["outcome"].unique()) == {"completed", "cancelled", "failed"}
    (named,) = jobs.drop_nulls("training_run").to_dicts()
    assert (named["training_run"], named["site"], named["machine"]) == ("language-8b", "narvik", "h100")
    assert (named["tenant"], named["chips"], named["submit_s"]) == ("founders", 1024, 3 * 86_400)
    per_node = {"h100": 8, "gb300": 4}
    asked = [-(-row["chips"] // per_node[row["machine"]]) for row in jobs.to_dicts()]
    assert jobs["nodes"].to_list() == asked
    shares = np.array([row["chips"] < per_node[row["machine"]] for row in jobs.to_dicts()])
    assert shares.sum() > 1000, "some jobs share a node"


def test_hours_agree_with_jobs_sites_and_summary(tables: dict[str, pl.DataFrame], small_result: Result) -> None:
    hourly, summary = tables["hourly"], small_result.summary
    hours = 30 * 24
    assert hourly.height == 2 * hours
    assert hourly["site"].to_list() == ["narvik"] * hours + ["lavrion"] * hours
    assert hourly["hour"].to_list() == list(range(hours)) * 2
    # Chips in service: 2,048 for ten days, then 1,024 more; the other site has its 572 throughout.
    narvik = hourly.filter(pl.col("site") == "narvik")["capacity_chips"].to_numpy()
    assert (narvik[:240] == 2048).all()
    assert (narvik[240:] == 3072).all()
    # Tenants, classes and machines add up to the hours, and paid, lost, failed and idle to what there is.
    classes = tables["hourly_classes"].group_by("site", "hour").agg(pl.col("busy_chips").sum())
    both = hourly.join(classes, on=["site", "hour"], suffix="_classes")
    assert both["busy_chips_classes"].to_numpy() == pytest.approx(both["busy_chips"].to_numpy(), abs=1e-6)
    balance = tables["operation"]
    parts = sum(balance[f"{part}_chip_hours"].to_numpy() for part in ("paid", "lost", "failed", "idle"))
    assert parts == pytest.approx(balance["capacity_chip_hours"].to_numpy(), rel=1e-9)
    for name, column in (("capacity", "capacity_chips"), ("failed", "down_chips"), ("lost", "lost_chip_hours")):
        by_hour = hourly.group_by("site").agg(pl.col(column).sum()).sort("site")[column]
        of_site = balance.group_by("site").agg(pl.col(f"{name}_chip_hours").sum()).sort("site")
        assert of_site[f"{name}_chip_hours"].to_list() == pytest.approx(by_hour.to_list(), rel=1e-9)
    assert summary["delivered_chip_hours"] == pytest.approx(balance["paid_chip_hours"].sum(), rel=1e-9)
    assert summary["lost_chip_hours"] == pytest.approx(balance["lost_chip_hours"].sum(), rel=1e-6)
    assert balance["node_failures"].sum() == hourly["node_failures"].sum() > 0
    assert balance["interruptions"].sum() == hourly["interrupted_jobs"].sum() == summary["interruptions"]
    assert tables["jobs"]["interruptions"].sum() >= summary["interruptions"] + summary["preemptions"]
    sites = tables["sites"].sort("site")
    by_site = hourly.group_by("site").agg(pl.col("cost_eur", "carbon_t", "facility_mw").sum()).sort("site")
    paid = by_site["cost_eur"] + sites["demand_charge_eur"] + sites["plants_eur"]
    assert sites["energy_eur"].to_list() == pytest.approx(paid.to_list())
    costs = tables["energy_costs"].filter(pl.col("part") != "heat").group_by("site").agg(pl.col("cost_eur").sum())
    assert costs.sort("site")["cost_eur"].to_list() == pytest.approx(paid.to_list())
    parts = tables["energy_parts"].group_by("site").agg(pl.col("energy_mwh").sum()).sort("site")
    assert parts["energy_mwh"].to_list() == pytest.approx(sites["energy_mwh"].to_list())
    assert sites["carbon_t"].to_list() == pytest.approx(by_site["carbon_t"].to_list())
    assert sites["energy_mwh"].to_list() == pytest.approx(by_site["facility_mw"].to_list())
    assert summary["energy_mwh"] == pytest.approx(hourly["facility_mw"].sum())
    assert summary["carbon_t"] == pytest.approx(hourly["carbon_t"].sum())
    assert (hourly["busy_chips"] <= hourly["capacity_chips"] + 1e-6).all()
    assert (hourly["facility_mw"] >= hourly["it_mw"]).all()


def test_access_agrees_with_jobs(tables: dict[str, pl.DataFrame], small_result: Result) -> None:
    jobs = tables["jobs"]
    promised = jobs.filter(pl.col("tenant") != "volunteers")  # leftovers wait as long as it takes
    for table, key, waiting in (("classes", "tenant_class", promised), ("tenants", "tenant", jobs)):
        frame = tables[table]
        counted = jobs.group_by(key).agg(pl.len().alias("jobs"), pl.col("start_s").null_count().alias("unstarted"))
        waited = waiting.group_by(key).agg(pl.col("wait_s").mean().alias("mean"))
        joined = frame.join(counted, on=key, suffix="_counted").join(waited, on=key)
        assert joined.height == frame.height == {"classes": 6, "tenants": 10}[table]
        assert joined["jobs"].to_list() == joined["jobs_counted"].to_list()
        assert joined["unstarted_jobs"].to_list() == joined["unstarted"].to_list()
        assert joined["wait_mean_s"].to_list() == pytest.approx(joined["mean"].to_list())
        assert frame["chip_hours"].sum() == pytest.approx(small_result.summary["delivered_chip_hours"])
        assert frame["lost_chip_hours"].sum() == pytest.approx(small_result.summary["lost_chip_hours"])
        assert frame["chip_hours_share"].sum() == pytest.approx(1)
    waits = tables["wait_quantiles"]
    assert waits.height == 6 * 101
    for name in jobs["tenant_class"].unique():
        mine = waits.filter(pl.col("tenant_class") == name)
        assert mine["quantile_share"].to_list() == pytest.approx(np.linspace(0, 1, 101).tolist())
        assert mine["wait_s"].is_sorted()
        longest = promised.filter(pl.col("tenant_class") == name)["wait_s"].max()
        assert mine["wait_s"].max() == pytest.approx(longest)


def test_the_largest_jobs_are_those_of_the_list(tables: dict[str, pl.DataFrame]) -> None:
    jobs = tables["jobs"].with_columns(held=pl.col("chips") * pl.col("held_s") / 3600)
    largest = tables["largest_jobs"]
    assert largest["rank"].to_list() == list(range(1, 201))
    assert largest["chip_hours"].to_list() == pytest.approx(jobs["held"].sort(descending=True)[:200].to_list())
    same = largest.join(jobs, on="job", suffix="_listed")
    assert same["site"].to_list() == same["site_listed"].to_list()
    assert same["tenant"].to_list() == same["tenant_listed"].to_list()
    for column in ("submit_s", "start_s", "end_s", "chips", "interruptions", "lost_chip_hours"):
        assert same[column].to_list() == pytest.approx(same[f"{column}_listed"].to_list()), column


def test_every_input_is_listed_with_its_origin(tables: dict[str, pl.DataFrame], small_result: Result) -> None:
    inputs = tables["inputs"]
    assert inputs.height == len(list(leaves(small_result.scenario)))
    rows = {row["path"]: row for row in inputs.to_dicts()}
    assert len(rows) == inputs.height
    share = rows["fund.layers.union.share"]
    assert (share["value"], share["unit"], share["origin"], share["evidence"]) == ("0.17", "share", "file", "sourced")
    chip = rows["machines.h100.it_power_kw_per_chip"]
    assert (chip["origin"], chip["where"]) == ("catalogue", "chips/H100-SXM/it_power_kw_per_chip")
    assert rows["sites.narvik.country"]["value"] == "NO"
    assert set(inputs["origin"]) == {"file", "catalogue", "default"}


def test_every_fact_is_listed_once_with_its_citation(tables: dict[str, pl.DataFrame], small_result: Result) -> None:
    sources = tables["sources"]
    assert sources["key"].to_list() == sorted({fact.key for fact in small_result.facts})
    assert not sources.filter(pl.col("citation").str.strip_chars() == "").height
    filled = tables["inputs"].filter(pl.col("origin") == "catalogue")["where"]
    assert set(filled) <= set(sources["key"])


def test_all_claims_have_a_verdict(tables: dict[str, pl.DataFrame]) -> None:
    claims = tables["claims"]
    assert claims["claim"].to_list() == [f"S{number:02}" for number in range(1, 61)]
    assert set(claims["verdict"]) == {"holds", "holds_if", "fails", "not_checkable"}
    assert claims.filter((pl.col("verdict") == "holds_if") != pl.col("condition").is_not_null()).height == 0
    assert set(tables["claim_sources"]["claim"]) == set(claims["claim"])
    assert not claims.filter(pl.col("why").str.len_chars() < 10).height
