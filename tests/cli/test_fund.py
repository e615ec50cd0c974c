"""`gortyn fund` as typed: who pays and who may lose, what is written, and what is refused in one line."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from gortyn.io.columns import dictionary
from gortyn.io.load import load

RUN = importlib.import_module("gortyn.run")
SHORT = ("--set", "simulation.days=14", "--draws", "40")
CIRCLE = [
    "fund.layers.bank.repayment=annuity",
    *(f"fund.layers.{layer}.fee_share=1" for layer in ("bank", "development-bank", "guarantee")),
    *(f"fund.layers.{layer}.reserve_months=120" for layer in ("bank", "development-bank", "guarantee")),
]
"""Fees and reserves of all debt that take more than the debt brings."""
TABLES = {
    *("cash", "layers", "layer_cash", "waterfall", "sources_and_uses", "revenue", "bank_figures", "fund_rules"),
    *("risk_measures", "tornado", "layer_losses", "portfolio_losses", "cloud", "money_flow"),
}


@pytest.fixture(scope="module")
def funded():
    """The small scenario, two weeks of it, as far as its money."""
    small = Path(__file__).parents[1] / "data" / "small.yaml"
    return RUN.fund(load(small, ["simulation.days=14", "risk.draws=40"]))


@pytest.fixture
def quick(gortyn, small, funded, monkeypatch):
    """The command, with the run that is made already."""
    monkeypatch.setattr(RUN, "fund", lambda *_: funded)
    return lambda *more: gortyn("fund", small, *SHORT, *more)


def test_everything_is_in_the_json(quick):
    data = quick("--json").json
    assert set(data) == {"scenario", "draws", "seed", *TABLES}
    assert (data["scenario"], data["draws"]) == ("small", 40)
    for name in TABLES - {"cloud", "portfolio_losses"}:
        assert data[name], name
        assert list(data[name][0]) == list(dictionary()[name])
    sides = {side: sum(row["amount_eur"] for row in data["sources_and_uses"] if row["side"] == side)
             for side in ("source", "use")}  # fmt: skip
    assert sides["source"] == pytest.approx(sides["use"])
    assert [row["layer"] for row in data["layers"]][:2] == ["bank", "development-bank"]


def test_tables_name_every_layer_and_say_none_where_there_is_no_return(quick):
    said = quick()
    assert said.code == 0
    for title in ("Sources and uses", "Layers", "Risk of the layers in 40 draws", "What banks and funders ask",
                  "Rules of the programme", "Measures over all draws", "Each factor alone"):  # fmt: skip
        assert title in said.out
    (union,) = re.findall(r"^union +capacity-purchase.*$", said.out, re.MULTILINE)
    assert union.endswith("none")
    assert not re.search(r"\bnan\b|\binf\b", said.out)
    assert not said.err


def test_a_folder_is_written_whole_and_named_last(quick, tmp_path):
    said = quick("-o", "bank")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "bank"
    names = {path.name for path in (tmp_path / "bank").iterdir()}
    assert names == {f"{name}.csv" for name in (*TABLES, "inputs", "columns")} | {"cash-flow.xlsx", "manifest.json"}
    assert quick("-o", "bank").code == 2
    again = quick("-o", "bank", "--force", "--json")
    assert again.code == 0
    assert again.json["folder"] == "bank"


def test_a_folder_of_others_is_refused_before_anything_runs(gortyn, small, tmp_path, monkeypatch):
    monkeypatch.setattr(RUN, "fund", lambda *_: pytest.fail("has run"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    said = gortyn("fund", small, "-o", "mine")
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines() == ["mine: exists and is no results folder; it is left as it is"]


def test_draws_and_seed_reach_the_run(gortyn, small, funded, monkeypatch):
    seen = []
    monkeypatch.setattr(RUN, "fund", lambda resolved, *_: seen.append(resolved.scenario.risk) or funded)
    assert gortyn("fund", small, "--draws", "77", "--seed", "5", "--json").code == 0
    assert (seen[0].draws, seen[0].seed) == (77, 5)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["--draws", "0"], "gortyn fund: --draws is 0, must be at least 1"),
        (["--draws", "-3"], "gortyn fund: --draws is -3, must be at least 1"),
        (["--seed", "-1"], "gortyn fund: --seed is -1, must be at least 0"),
        (["--draws", "99999999"], "--set risk.draws=99999999: risk.draws: must be at most 1000000, is 99999999"),
        (["--draws", "many"], 'gortyn: Invalid value for --draws: unable to convert "many" into int.'),
    ],
)
def test_what_makes_no_sense_is_refused(gortyn, small, typed, told):
    said = gortyn("fund", small, *typed)
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines()[0] == told


def test_a_circle_of_reserves_is_told_with_the_line_of_its_layer(gortyn, small, tmp_path):
    text = small.read_text(encoding="utf-8")
    text = text.replace("reserve_months: 6 ", "reserve_months: 120 ").replace("fee_share: 0.02 ", "fee_share: 1 ")
    (tmp_path / "circle.yaml").write_text(text, encoding="utf-8")
    line = 1 + text[: text.index("reserve_months: 120")].count("\n")
    wanted = [one for one in CIRCLE if "layers.bank.fee" not in one and "layers.bank.reserve" not in one]
    typed = [word for one in wanted for word in ("--set", one)]
    said = gortyn("fund", "circle.yaml", *SHORT, *typed)
    assert (said.code, said.out) == (2, "")
    fault, count = said.err.splitlines()
    assert re.match(rf"circle\.yaml:{line}:\d+: fund\.layers\.0\.reserve_months: is 120, and the circle", fault)
    assert "does not converge" in fault
    assert count == "1 fault."


def test_a_circle_by_overrides_is_told_with_the_override(gortyn, small):
    said = gortyn("fund", small, *SHORT, *(word for one in CIRCLE for word in ("--set", one)))
    assert said.code == 2
    assert said.err.startswith("--set fund.layers.bank.reserve_months=120: fund.layers.0.reserve_months: ")


def test_faults_of_the_file_are_told_as_everywhere(gortyn, bad):
    said = gortyn("fund", bad / "layers-do-not-sum.yaml")
    assert (said.code, said.out) == (2, "")
    assert "layers-do-not-sum.yaml:" in said.err
