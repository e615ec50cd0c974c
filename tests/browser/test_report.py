"""The report in headless Chromium: every screen, two widths, two colour schemes, paper, and no word to the network."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TABS = {
    "overview": "Overview",
    "machine": "Machine",
    "operation": "Operation",
    "energy": "Energy and carbon",
    "money": "Money",
    "claims": "Claims",
    "sources": "Sources",
}
CHARTS = {"overview": 1, "machine": 1, "operation": 3, "energy": 3, "money": 3, "claims": 0, "sources": 0}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCAL = ("file:", "data:", "blob:")
SLOT = '<script id="gortyn-data" type="application/json">'
PHONE, DESK = 390, 1280


@dataclass
class Watched:
    """A page with what it said and asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def check(self) -> None:
        assert not self.said
        assert not [url for url in self.asked if not url.startswith(LOCAL)]


Open = Callable[..., Watched]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        if os.environ.get("GORTYN_REQUIRE_BROWSER") == "1":
            raise
        pytest.skip("playwright is not installed")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="module")
def report(small_result_dir: Path) -> Path:
    return small_result_dir / "report.html"


@pytest.fixture(scope="module")
def data(report: Path) -> dict[str, Any]:
    text = report.read_text(encoding="utf-8")
    start = text.index(SLOT) + len(SLOT)
    return json.loads(text[start : text.index("</script>", start)])


@pytest.fixture
def show(browser: Browser) -> Iterator[Open]:
    contexts = []

    def opened(file: Path, tab: str = "overview", width: int = DESK, scheme: str = "light") -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.on("console", lambda message: watched.said.append(message.text))
        watched.page.on("pageerror", lambda error: watched.said.append(str(error)))
        watched.page.on("request", lambda request: watched.asked.append(request.url))
        watched.page.goto(f"{file.as_uri()}#{tab}")
        return watched

    yield opened
    for context in contexts:
        context.close()


def with_data(built: Path, data: object, target: Path) -> Path:
    """Write the built page with other data in it."""
    text = built.read_text(encoding="utf-8")
    start = text.index(SLOT) + len(SLOT)
    filled = json.dumps(data).replace("<", "\\u003c")
    target.write_text(text[:start] + filled + text[text.index("</script>", start) :], encoding="utf-8")
    return target


def three_digits(value: float) -> str:
    """Three significant digits, written on its own from the rule that the report follows."""
    decimals = 2 if value == 0 else max(0, 2 - math.floor(math.log10(abs(float(f"{value:.3g}")))))
    return f"{float(f'{value:.3g}'):,.{decimals}f}"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


def scaled(value: float, steps: dict[float, str]) -> str:
    for factor, word in steps.items():
        if float(f"{value:.3g}") >= factor:
            return f"{three_digits(value / factor)} {word}".strip()
    return three_digits(value)


OVERLAPS = """
section => [...section.querySelectorAll('.chart svg')].flatMap(svg => {
  const seen = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim())
    .map(text => ({ text: text.textContent, box: text.getBoundingClientRect() }));
  return seen.flatMap((a, i) => seen.slice(i + 1).filter(b => {
    const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const height = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    return width > 3 && height > 4;
  }).map(b => `${a.text} / ${b.text}`));
})
"""


def drawn(page: Page, tab: str) -> list[int]:
    """Shapes in each chart of a tab."""
    return page.locator(f"#screen-{tab} .chart").evaluate_all(
        "charts => charts.map(chart => chart.querySelectorAll('svg path, svg rect').length)"
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


def downloaded(page: Page, figure: str) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.locator(f"#{figure}").get_by_role("button", name="Download").click()
    return list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))


def test_downloads_hold_the_numbers_that_are_plotted(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "money")
    rows = downloaded(watched.page, "cash")
    assert float(rows[-1]["cumulative_eur"]) == pytest.approx(sum(data["tables"]["cash"]["net_eur"]))
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
    page.locator(".spot").last.focus()
    assert page.locator(".site-list .open").count() == 1
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
    page.wait_for_function("[...document.querySelectorAll('.chart')].every(chart => chart.querySelector('svg path'))")
    assert page.locator(".screen:visible").count() == len(TABS)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    for tab, least in CHARTS.items():
        shapes = drawn(page, tab)
        assert len(shapes) >= least
        assert all(count > 5 for count in shapes)
        assert page.locator(f"#screen-{tab}").evaluate(OVERLAPS) == []
    widths = page.locator(".chart svg").evaluate_all("all => all.map(svg => svg.getBoundingClientRect().width)")
    assert max(widths) <= page.locator("body").evaluate("body => body.clientWidth")
    assert page.locator("nav").is_hidden()
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
    absent = {"irr_rate": None, "startup_wait_s": None, "levelised_eur_per_chip_hour": None}
    changed = {**data, "summary": {**data["summary"], **absent}, "tables": {**tables, **empty}}
    watched = show(with_data(report, changed, tmp_path / "sparse.html"))
    assert watched.page.locator("[data-figure=startup_wait_s]").inner_text() == "–"
    assert "no internal rate of return" in watched.page.locator(".headlines").inner_text()
    watched.page.goto((tmp_path / "sparse.html").as_uri() + "#operation")
    assert watched.page.locator("#waits .empty").is_visible()
    watched.check()


def test_the_built_page_without_data_says_so(repo_root: Path, show: Open) -> None:
    built = repo_root / "src" / "gortyn" / "report" / "static" / "report.html"
    watched = show(built)
    assert "holds no results yet" in watched.page.locator("body").inner_text()
    assert built.stat().st_size < 1_300_000
    watched.check()
