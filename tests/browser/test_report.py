"""The report in headless Chromium: every screen, two widths, two colour schemes, paper, and no word to the network."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from browser.page import (
    CHARTS,
    DESK,
    OVERLAPS,
    PHONE,
    TABS,
    Open,
    downloaded,
    drawn,
    plain,
    scaled,
    three_digits,
    with_data,
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_tab_shows_its_charts_and_fits_the_window(report: Path, show: Open, width: int, scheme: str) -> None:
    watched = show(report, width=width, scheme=scheme)
    page = watched.page
    for tab, name in TABS.items():
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        section = page.locator(f"#screen-{tab}")
        section.get_by_role("heading", level=2, name=name).wait_for()
        assert page.locator(".screen:visible").count() == 1
        assert page.get_by_role("navigation").locator("[aria-current=page]").inner_text() == name
        page.wait_for_function(
            "tab => [...document.querySelectorAll(`#screen-${tab} .chart`)].every(c => c.querySelector('path'))",
            arg=tab,
        )
        shapes = drawn(page, tab)
        assert len(shapes) >= CHARTS[tab]
        assert all(count > 5 for count in shapes)
        assert section.evaluate(OVERLAPS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    watched.check()


def test_every_figure_names_unit_and_source_and_can_do_without_the_picture(report: Path, show: Open) -> None:
    watched = show(report)
    figures = watched.page.locator("figure")
    assert figures.count() >= 9
    for figure in figures.all():
        caption = figure.locator("figcaption").text_content() or ""
        assert "Unit:" in caption
        assert "Source: this run, table" in caption
        assert figure.locator("button", has_text="Data (CSV)").count() == 1
    for picture in watched.page.locator(".chart, .heat img").all():
        assert len(picture.get_attribute("aria-label") or picture.get_attribute("alt") or "") > 20
    watched.page.goto(f"{report.as_uri()}#operation")
    figure = watched.page.locator("#shares")
    figure.get_by_role("button", name="Show as table").click()
    assert figure.get_by_role("row").count() > 1
    watched.check()


def test_headline_numbers_are_those_of_the_summary(report: Path, data: dict[str, Any], show: Open) -> None:
    page = show(report).page
    summary, days = data["summary"], data["scenario"]["simulation"]["days"]

    def shown(figure: str) -> str:
        return plain(page.locator(f"[data-figure={figure}]").inner_text())

    euro = {1e9: "bn", 1e6: "m", 1e3: "k"}
    words = {1e9: "billion", 1e6: "million"}
    assert shown("capex_eur") == "€" + scaled(summary["capex_eur"], euro)
    assert shown("chips") == f"{summary['chips']:,}"
    assert shown("delivered_chip_hours") == scaled(summary["delivered_chip_hours"], words)
    assert shown("utilisation_share") == f"{summary['utilisation_share']:.1%}".replace("%", " %")
    assert shown("levelised_eur_per_chip_hour") == "€" + three_digits(summary["levelised_eur_per_chip_hour"])
    assert shown("energy_mwh") == scaled(summary["energy_mwh"] * 365 / days, {1e6: "TWh", 1e3: "GWh", 1: "MWh"})
    assert shown("carbon_t") == scaled(summary["carbon_t"] * 365 / days, {1e6: "Mt", 1e3: "kt", 0: "t"}) + " CO₂e"
    built = page.locator(".headline", has_text="What is built").inner_text()
    assert "H100-equivalents" in built
    assert "of IT power" in built


def test_a_wait_of_nothing_is_called_no_wait_and_those_who_wait_are_named(
    report: Path, data: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    changed = {**data, "summary": {**data["summary"], "startup_wait_s": 0.0}}
    page = show(with_data(report, changed, tmp_path / "nowait.html")).page
    headline = page.locator(".headline", has=page.locator("[data-figure=startup_wait_s]"))
    assert page.locator("[data-figure=startup_wait_s]").inner_text() == "no wait"
    waits = data["tables"]["wait_quantiles"]
    rows = zip(waits["tenant_class"], waits["quantile_share"], waits["wait_s"], strict=True)
    once = max(share for name, share, wait in rows if name == "start-up" and wait < 1)
    assert f"{once:.1%}".replace("%", " %") + " of these jobs start at once" in plain(headline.inner_text())

    tenants = [tenant for tenant in data["scenario"]["tenants"] if tenant["tenant_class"] != "start-up"]
    users = data["tables"]["tenants"]
    asked = {
        name: hours / jobs
        for name, hours, jobs in zip(users["tenant"], users["asked_chip_hours"], users["jobs"], strict=True)
        if jobs
    }
    smallest = min((tenant for tenant in tenants if tenant["name"] in asked), key=lambda tenant: asked[tenant["name"]])
    changed = {**data, "scenario": {**data["scenario"], "tenants": tenants}}
    told = show(with_data(report, changed, tmp_path / "grown.html")).page.locator(".headlines").inner_text()
    assert "How long the smallest users wait" in told
    assert f"{smallest['name'].replace('-', ' ').capitalize()} (" in told
    assert "no start-up takes part" in told


def test_no_screen_prints_a_minus_before_zero_or_digits_of_noise(
    report: Path, data: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    layers = data["tables"]["layers"]
    noise = {"irr_rate": [-1e-9] * len(layers["layer"]), "loss_eur": [-2e-7] * len(layers["layer"])}
    changed = {
        **data,
        "summary": {**data["summary"], "npv_eur": -1e-6, "irr_rate": -3e-7, "utilisation_share": -1e-12},
        "tables": {**data["tables"], "layers": {**layers, **noise}},
    }
    page = show(with_data(report, changed, tmp_path / "noise.html")).page
    page.emulate_media(media="print")
    told = plain(page.locator("body").inner_text())
    assert "Net present value\n€0\n" in told
    assert "Internal rate of return\n0 % a year" in told
    assert not re.findall(r"[−-]\s?€?0(?:\.0*)?(?![\d.])\s?(?:%|€|s\b|k\b|m\b|bn\b)", told)


def test_a_layer_named_like_its_provider_is_told_apart(
    report: Path, data: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    layers, flow = data["tables"]["layers"], data["tables"]["money_flow"]
    named = dict(zip(layers["layer"], layers["provider"], strict=True))
    layer = next(iter(named))
    renamed = {**flow, "source": list(flow["source"]), "target": list(flow["target"])}
    for column in ("source", "target"):
        renamed[column] = [named[layer] if name == layer else name for name in flow[column]]
    changed = {
        **data,
        "tables": {
            **data["tables"],
            "layers": {**layers, "layer": [named[layer], *layers["layer"][1:]]},
            "money_flow": renamed,
        },
    }
    page = show(with_data(report, changed, tmp_path / "same.html")).page
    words = {"private": "Private", "union": "Union", "state": "Member states", "development-bank": "Development bank"}
    form = layers["kind"][0].replace("-", " ")
    texts = [plain(text) for text in page.locator("#money-flow svg text").all_text_contents()]
    joined = " ".join(texts)
    assert f"{words[named[layer]]}, {form}" in joined
    page.goto((tmp_path / "same.html").as_uri() + "#money")
    table = page.get_by_role("region", name="Layers of capital")
    assert f"{words[named[layer]]}, {form}" in table.get_by_role("rowheader").all_inner_texts()


def test_claims_are_counted_and_filtered(report: Path, data: dict[str, Any], show: Open) -> None:
    claims = data["tables"]["claims"]
    counts = Counter(claims["verdict"])
    watched = show(report)
    page = watched.page
    for verdict, count in counts.items():
        assert page.locator(f"[data-verdict={verdict}]").inner_text() == str(count)
    verdict = counts.most_common()[-1][0]
    page.locator("a", has=page.locator(f"[data-verdict={verdict}]")).click()
    entries = page.locator("#screen-claims .claim")
    entries.first.wait_for()
    wanted = [claim for claim, found in zip(claims["claim"], claims["verdict"], strict=True) if found == verdict]
    assert entries.evaluate_all("all => all.map(one => one.dataset.claim)") == wanted
    page.locator("#screen-claims .switch label", has_text="All").click()
    assert entries.count() == len(claims["claim"])
    word = claims["statement"][7].split()[-1].strip(".,")
    page.get_by_role("searchbox").first.fill(f"{claims['claim'][7]} {word}")
    assert claims["claim"][7] in entries.evaluate_all("all => all.map(one => one.dataset.claim)")
    assert entries.count() < len(claims["claim"])
    page.get_by_role("searchbox").first.fill("no claim says this")
    assert page.locator("#screen-claims .empty").is_visible()
    watched.check()


def test_sources_say_what_is_weakly_backed(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "sources")
    evidence = Counter(data["tables"]["sources"]["evidence"])
    counts = [plain(text).replace(",", "") for text in watched.page.locator(".standing strong").all_inner_texts()]
    assert counts[:3] == [str(sum(evidence.values())), str(evidence["unverified"]), str(evidence["assumed"])]
    keys = [
        key
        for key, word in zip(data["tables"]["sources"]["key"], data["tables"]["sources"]["evidence"], strict=True)
        if word == "assumed"
    ]
    watched.page.locator(".switch", has_text="Evidence").first.locator("label", has_text="assumed").click()
    table = watched.page.locator(".facts-table")
    assert set(table.locator("td .evidence").all_inner_texts()) == {"▲ assumed"}
    assert table.locator(".weak-value").count() == len(keys)
    watched.check()


def test_downloads_hold_the_numbers_that_are_plotted(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "money")
    rows = downloaded(watched.page, "cash")
    cash = data["tables"]["cash"]
    after_tax = sum(cash["net_eur"]) - sum(cash["tax_eur"])
    assert float(rows[-1]["cumulative_eur"]) == pytest.approx(after_tax, rel=1e-3)
    parts = sum(float(row["eur_per_chip_hour"]) for row in downloaded(watched.page, "chip-hour"))
    assert parts == pytest.approx(data["summary"]["levelised_eur_per_chip_hour"], rel=1e-3)
    watched.page.goto(f"{report.as_uri()}#energy")
    months = downloaded(watched.page, "months")
    assert sum(float(row["energy_mwh"]) for row in months) == pytest.approx(data["summary"]["energy_mwh"], rel=1e-3)
    assert sum(float(row["carbon_t"]) for row in months) == pytest.approx(data["summary"]["carbon_t"], rel=1e-3)
    watched.check()


def test_site_and_layer_are_chosen_by_keyboard_and_kept_in_the_address(
    report: Path, data: dict[str, Any], show: Open
) -> None:
    watched = show(report, "energy")
    page = watched.page
    before = page.locator("#heat img").get_attribute("src")
    page.get_by_role("radio", name="Facility power").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => document.querySelector('#heat img').src !== before", arg=before)
    assert "heat=carbon_g_per_kwh" in page.url
    page.reload()
    assert page.get_by_role("radio", name="Carbon intensity").is_checked()
    page.goto(f"{report.as_uri()}#overview")
    overview = page.locator("#screen-overview")
    overview.locator(".spot").last.focus()
    assert overview.locator(".site-list .open").count() == 1
    assert page.url.rsplit("site=", 1)[1] in data["tables"]["sites"]["site"]
    watched.check()


def test_colours_follow_the_system_until_the_reader_chooses(report: Path, show: Open) -> None:
    watched = show(report, scheme="dark")
    page = watched.page
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(ground)
    page.locator(".switch.small label", has_text="Light").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)" != dark
    page.reload()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.locator(".switch.small label", has_text="Auto").click()
    assert page.evaluate(ground) == dark
    watched.check()


def test_paper_shows_all_screens_in_light_colours(report: Path, show: Open) -> None:
    watched = show(report, scheme="dark")
    page = watched.page
    page.emulate_media(media="print")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.chart')].every(chart => chart.querySelector('svg path'))"
    )
    assert page.locator(".screen:visible").count() == len(TABS)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    for tab, least in CHARTS.items():
        shapes = drawn(page, tab)
        assert len(shapes) >= least
        assert all(count > 5 for count in shapes)
        assert page.locator(f"#screen-{tab}").evaluate(OVERLAPS) == []
    widths = page.locator(".chart svg").evaluate_all("all => all.map(svg => svg.getBoundingClientRect().width)")
    assert max(widths) <= page.locator("body").evaluate("body => body.clientWidth")
    assert page.locator("nav.tabs").is_hidden()
    page.emulate_media(media="screen")
    assert page.locator(".screen:visible").count() == 1
    assert page.pdf().startswith(b"%PDF")
    watched.check()


def test_text_of_the_data_is_never_markup(report: Path, data: dict[str, Any], show: Open, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=\"document.title='taken'\"></script><script>document.title='taken'</script>"
    tables = data["tables"]
    changed = {
        **data,
        "scenario": {**data["scenario"], "title": hostile},
        "tables": {
            **tables,
            "sites": {**tables["sites"], "title": [hostile for _ in tables["sites"]["title"]]},
            "claims": {**tables["claims"], "statement": [hostile for _ in tables["claims"]["statement"]]},
        },
    }
    watched = show(with_data(report, changed, tmp_path / "hostile.html"), "machine")
    page = watched.page
    assert page.locator("h1").inner_text() == hostile
    page.locator("#capex .chart").hover()
    page.wait_for_selector("#capex .tip")
    assert page.locator("img[src=x]").count() == 0
    assert page.title().startswith("<img")
    watched.check()


def test_a_run_without_training_runs_paid_hours_or_returns_still_reads(
    report: Path, data: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    tables = data["tables"]
    empty = {name: {column: [] for column in tables[name]} for name in ("training", "claims", "wait_quantiles")}
    tables = {name: table for name, table in tables.items() if not name.startswith("training_")}
    absent = {"irr_rate": None, "startup_wait_s": None, "levelised_eur_per_chip_hour": None}
    changed = {**data, "summary": {**data["summary"], **absent}, "tables": {**tables, **empty}}
    watched = show(with_data(report, changed, tmp_path / "sparse.html"))
    assert watched.page.locator("[data-figure=startup_wait_s]").inner_text() == "–"
    assert "no internal rate of return" in watched.page.locator(".headlines").inner_text()
    watched.page.goto((tmp_path / "sparse.html").as_uri() + "#operation")
    assert watched.page.locator("#waits .empty").is_visible()
    watched.page.goto((tmp_path / "sparse.html").as_uri() + "#training")
    assert watched.page.locator("#screen-training .empty").inner_text() == "This scenario has no training runs."
    changed["tables"]["training"] = data["tables"]["training"]
    watched.page.goto(with_data(report, changed, tmp_path / "plain.html").as_uri() + "#training")
    assert watched.page.locator("#training-days .chart").is_visible()
    assert "not in this results folder" in watched.page.locator("#screen-training").inner_text()
    watched.check()


def test_the_built_page_without_data_says_so(repo_root: Path, show: Open) -> None:
    built = repo_root / "src" / "gortyn" / "report" / "static" / "report.html"
    watched = show(built)
    assert "holds no results yet" in watched.page.locator("body").inner_text()
    assert built.stat().st_size < 1_300_000
    watched.check()
