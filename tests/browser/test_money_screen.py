"""The money screen in headless Chromium: numbers against the tables, choices, and runs that lack much of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.page import Open, downloaded, plain, scaled, three_digits, with_data

Tables = dict[str, dict[str, list[Any]]]
EURO = {1e9: "bn", 1e6: "m", 1e3: "k", 0: ""}
ALWAYS = ["cash", "chip-hour", "layer-flows"]
OF_DRAWS = ["quantiles", "tornado", "layer-risk", "losses", "history"]


def rows(tables: Tables, name: str) -> list[dict[str, Any]]:
    table = tables[name]
    return [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]


def euros(value: float) -> str:
    return ("−" if value < 0 else "") + f"€{scaled(abs(value), EURO)}"


def figures(watched: Any) -> list[str]:
    return watched.page.locator("#screen-money figure").evaluate_all("all => all.map(one => one.id)")


def test_sources_pay_for_uses_and_the_flow_of_money_closes(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "money")
    listed = rows(data["tables"], "sources_and_uses")
    figure = watched.page.locator("#sources-and-uses")
    for side, caption in (("source", "Sources of funds"), ("use", "Uses of funds")):
        own = [row for row in listed if row["side"] == side]
        table = figure.get_by_role("region", name=caption)
        assert table.locator("tbody tr").count() == len(own)
        foot = plain(table.locator("tfoot").inner_text())
        assert euros(sum(row["amount_eur"] for row in own)) in foot
        assert "100 %" in foot
    flow = rows(data["tables"], "money_flow")
    into = sum(row["value_eur"] for row in flow if row["target"] == "uses of funds")
    assert into == pytest.approx(sum(row["value_eur"] for row in flow if row["source"] == "uses of funds"), rel=1e-4)
    watched.check()


def test_the_waterfall_is_read_by_period_and_step(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "money")
    figure = watched.page.locator("#waterfall")
    paid = rows(data["tables"], "waterfall")
    for period in ("Years", "Quarters"):
        figure.get_by_role("radio", name=period).check()
        lines = downloaded(watched.page, "waterfall")
        steps = [float(cell) for line in lines for name, cell in line.items() if name not in ("year", "quarter")]
        assert sum(steps) == pytest.approx(sum(row["paid_eur"] for row in paid), rel=1e-6)
    options = figure.get_by_role("combobox").locator("option").all_inner_texts()
    figure.get_by_role("combobox").select_option(options[-1])
    year, quarter = options[-1].split(" Q")
    first = f"{year}-{3 * int(quarter) - 2:02d}-01"
    own = [row["paid_eur"] for row in paid if row["quarter"] == first and row["paid_eur"] > 0]
    watched.page.wait_for_function(
        "name => document.querySelectorAll('#waterfall .chart')[1].textContent.includes(name)", arg=options[-1]
    )
    told = [plain(text) for text in figure.locator(".chart").last.locator("svg text").all_text_contents()]
    assert f"Cash in {options[-1]}" in told
    assert euros(sum(own)) in told
    assert sum(" · " in text for text in told) == len(own)
    watched.check()


def test_cover_and_loans_are_those_of_the_tables(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "money")
    cash = rows(data["tables"], "cash")
    lowest = min(row["dscr"] for row in cash if row["dscr"] is not None)
    assert f"covers debt service {three_digits(lowest)} times" in plain(watched.page.locator("#cover h3").inner_text())
    loans = downloaded(watched.page, "loans")
    most = max(sum(float(cell) for name, cell in line.items() if name != "quarter") for line in loans)
    assert most == pytest.approx(max(row["debt_eur"] for row in cash), rel=1e-3)
    debts = [row for row in rows(data["tables"], "layers") if row["wal_years"] is not None]
    table = watched.page.locator("#loans").get_by_role("region", name="Loans side by side")
    assert table.locator("tbody tr").count() == len(debts)
    watched.check()


def test_risk_is_shown_for_the_measure_that_is_chosen(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "money")
    page = watched.page
    tornado = rows(data["tables"], "tornado")
    figure = page.locator("#tornado")
    for measure in dict.fromkeys(row["measure"] for row in tornado):
        figure.get_by_role("combobox").select_option(measure)
        own = [row for row in tornado if row["measure"] == measure]
        lines = downloaded(page, "tornado")
        assert [line["factor"] for line in lines] == [row["factor"] for row in own]
        ends = {row["factor"]: [row["low"], row["high"], row["plan"]] for row in own}
        widest = max(ends, key=lambda factor: max(ends[factor]) - min(ends[factor]))
        title = figure.locator("h3").inner_text()
        assert title.startswith(widest.replace("-", " ").capitalize())
    assert "tornado=" in page.url
    npv = next(row for row in rows(data["tables"], "risk_measures") if row["measure"] == "npv_eur")
    line = plain(page.locator("#quantiles").get_by_role("row", name="Net present value").inner_text())
    for name in ("plan", "p10", "p50", "p90"):
        assert euros(npv[name]) in line
    curve = downloaded(page, "losses")
    assert len(curve) == len(data["tables"]["layer_losses"]["layer"])
    watched.check()


def test_answers_rules_and_clouds_are_all_there(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "money")
    page, tables = watched.page, data["tables"]
    answers = [row for row in rows(tables, "bank_figures") if "-reserve-" not in row["figure"] or row["found_value"]]
    figure = page.locator("#bank-figures")
    assert figure.locator("tbody tr").count() == len(answers)
    titles = " ".join(figure.locator("tbody th").all_inner_texts())
    assert all(row["title"] in titles for row in answers)
    words = {True: "✓ kept", False: "✕ broken", None: "does not apply"}
    rules = page.locator("#fund-rules").locator("tbody td:nth-child(4)").all_inner_texts()
    assert rules == [words[passed] for passed in tables["fund_rules"]["passed"]]
    cloud = page.locator("#cloud")
    for use in dict.fromkeys(tables["cloud"]["use"]):
        cloud.get_by_role("combobox").select_option(use)
        own = [row for row in rows(tables, "cloud") if row["use"] == use]
        assert cloud.locator("tbody tr").count() == len(own)
        assert euros(max(row["saving_eur"] for row in own)) in plain(cloud.locator("tbody tr").first.inner_text())
    watched.check()


def test_a_run_without_debt_or_draws_leaves_their_figures_out(
    report: Path, data: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    tables = data["tables"]
    none = {name: {column: [] for column in tables[name]} for name in ("risk_measures", "tornado", "layer_losses")}
    none["portfolio_losses"] = {column: [] for column in tables["portfolio_losses"]}
    cash = {**tables["cash"], **{name: [None] * len(tables["cash"]["quarter"]) for name in ("dscr", "llcr")}}
    cash["debt_eur"] = [0] * len(cash["quarter"])
    flows = {**tables["layer_cash"], "balance_eur": [0] * len(tables["layer_cash"]["layer"])}
    unknown = ("loss_probability_share", "wal_years")
    layers = {**tables["layers"], **{name: [None] * len(tables["layers"]["layer"]) for name in unknown}}
    changed = {**tables, **none, "cash": cash, "layer_cash": flows, "layers": layers}
    summary = {**data["summary"], "smallest_dscr": None, "llcr": None, "debt_eur": 0, "npv_p10_eur": None}
    bare = with_data(report, {**data, "tables": changed, "summary": summary}, tmp_path / "bare.html")
    watched = show(bare, "money")
    shown = figures(watched)
    assert not set(shown) & {"cover", "loans", *OF_DRAWS}
    assert {"cash", "waterfall", "layer-flows", "bank-figures"} <= set(shown)
    assert "DSCR, lowest" not in watched.page.locator("#screen-money > .figures").inner_text()
    watched.check()


def test_an_older_folder_shows_the_cash_and_the_layers_that_it_has(
    report: Path, data: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    new = ("waterfall", "sources_and_uses", "revenue", "bank_figures", "fund_rules", "risk_measures", "tornado")
    gone = (*new, "layer_losses", "portfolio_losses", "cloud")
    tables = {name: table for name, table in data["tables"].items() if name not in gone}
    parts = ("capex", "revenue", "energy", "staff", "maintenance", "insurance", "residual", "cfads", "net")
    terms = ("layer", "kind", "provider", "share", "amount_eur", "return_rate", "paid_eur", "irr_rate", "loss_eur")
    old = {
        "cash": {"quarter", "delivered_chip_hours", *(f"{part}_eur" for part in parts)},
        "layers": {*terms, "multiple"},
        "layer_cash": {"layer", "quarter", "flow_eur"},
    }
    for name, kept in old.items():
        tables[name] = {column: cells for column, cells in tables[name].items() if column in kept}
    older = with_data(report, {**data, "tables": tables}, tmp_path / "older.html")
    watched = show(older, "money")
    assert figures(watched) == ALWAYS
    table = watched.page.get_by_role("region", name="Layers of capital")
    assert table.locator("tbody tr").count() == len(tables["layers"]["layer"])
    watched.check()
