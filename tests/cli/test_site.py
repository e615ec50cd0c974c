"""`gortyn site` as typed: what is printed, written, and refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

REGIONS = "siting.candidates=[kajaani, lulea, narvik, fouju, sines, visaginas, narva]"
SITE = ("site", "investai", "--set", REGIONS, "--set", "siting.total_h100_equivalents=500e3", "--budget-eur", "25e9")


@pytest.fixture
def said(gortyn):
    return gortyn(*SITE, "--json").json


def test_json_holds_what_was_promised(said):
    promised = {"sites", "objective", "value", "gap", "totals", "pareto", "shadow", "seconds", "alternatives", "phases"}
    assert promised <= set(said)
    assert said["objective"] == "cost"
    assert said["gap"] <= 1e-3
    assert said["totals"]["h100_equivalents"] >= 500e3
    assert said["totals"]["capex_eur"] <= 25e9
    assert {"candidate", "chips", "connection_mw", "operational"} <= set(said["sites"][0])
    assert said["pareto"] == []
    assert {"candidates", "program", "choice", "shadow"} <= set(said["seconds"])


def test_the_short_options_are_those_of_the_scenario(gortyn):
    short = gortyn(*SITE, "--sites", "3", "--objective", "carbon", "--json").json
    long = gortyn(*SITE, "--set", "siting.sites=3", "--set", "siting.objective=carbon", "--json").json
    assert short["objective"] == "carbon"
    assert len(short["sites"]) == 3
    assert [one["candidate"] for one in short["sites"]] == [one["candidate"] for one in long["sites"]]


def test_what_is_printed(gortyn):
    said = gortyn(*SITE, "--pareto", "4")
    assert said.code == 0, said.err
    for word in ("InvestAI", "EUR/chip-h", "Without", "a year earlier", "worth", "H100-equivalents", "kg/chip-h"):
        assert word in said.out or word.capitalize() in said.out, word
    assert "HiGHS" not in said.out, "the solver is silent"
    assert said.err == ""


def test_the_folder_holds_scenario_answer_and_tables(gortyn):
    import polars as pl

    said = gortyn(*SITE, "--pareto", "3", "-o", "out", "--json")
    folder = Path("out")
    names = {path.name for path in folder.iterdir()}
    tables = {"candidates", "chosen_sites", "chosen_phases", "cost_parts", "pareto", "shadow"}
    told = {"scenario.yaml", "siting.json", "manifest.json", "summary.json", "report.html"}
    assert names == told | {f"{name}.parquet" for name in tables}
    assert json.loads((folder / "siting.json").read_text(encoding="utf-8")) == said.json
    assert pl.read_parquet(folder / "candidates.parquet").height == 7
    again = gortyn("site", folder / "scenario.yaml", "--json")
    assert again.json["sites"] == said.json["sites"], "the scenario in it says it all"
    refused = gortyn(*SITE, "-o", "out")
    assert (refused.code, "out: exists" in refused.err) == (2, True)
    assert gortyn(*SITE, "-o", "out", "--force", "--json").json["value"] == said.json["value"]


def test_an_infeasible_plan_says_what_to_relax(gortyn):
    said = gortyn(*SITE[:-1], "9e9")
    assert (said.code, said.out) == (2, "")
    assert "raise siting.budget_eur from EUR 9.00 bn to " in said.err
    assert "lower siting.total_h100_equivalents from 500,000 to " in said.err


def test_a_missing_extra_says_what_to_install(gortyn, monkeypatch):
    monkeypatch.setitem(sys.modules, "linopy", None)
    said = gortyn(*SITE)
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines() == ["gortyn site: choosing sites needs linopy and HiGHS: pip install 'gortyn[siting]'"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "siting.candidates=[luleaa]"), "lulea"),
        (("--pareto", "1"), "must be at least 2"),
        (("--sites", "0"), "siting.sites"),
        (("--set", "siting.phases=[2030-01-01, 2039-01-01]"), "comes after the 5 years"),
        (("--set", "siting.machine=nosuch"), "nosuch"),
    ],
)
def test_what_makes_no_sense_is_refused(gortyn, arguments, words):
    said = gortyn(*SITE, *arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
