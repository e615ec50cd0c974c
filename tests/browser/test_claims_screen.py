"""The page of claims in headless Chromium: cards, their charts and sources, addresses of single claims, paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.page import DESK, PHONE, Open, downloaded_by, plain, with_data

Table = dict[str, list[Any]]


def table(names: str, rows: list[tuple[Any, ...]]) -> Table:
    return dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))


def claims_tables() -> dict[str, Table]:
    """Make one claim of each verdict and chart, and enough others that the page has to scroll."""
    told = [
        ("S01", "money", "holds", None, "All of it is there.", 200.0, 200.0, None, None, "bn EUR"),
        (
            "S02",
            "training",
            "holds_if",
            "the run gets 8,200 chips",
            "It takes weeks.",
            6.5,
            0.64,
            8200.0,
            "chips",
            "months",
        ),
        ("S03", "size", "fails", None, "Less than a quarter is there.", 100_000.0, 24_000.0, None, None, "count"),
        ("S04", "record", "not_checkable", None, "Nobody counts it.", None, None, None, None, None),
    ]
    others = [
        (f"S{number:02}", "money", "holds", None, "All of it is there.", 1.0, 1.0, None, None, "%")
        for number in range(5, 31)
    ]
    length = ("as said", "found at length")
    rest = ("why it is so", "last year", "costs.a; costs.b", "Two texts differ.")
    claims = [
        (claim, f"Statement {claim}", "A speech, 2025", *head, *length, *rest, *numbers)
        for claim, *head, said, found, turns, counts, unit in [*told, *others]
        for numbers in [(said, found, turns, counts, unit)]
    ]
    figures = [
        ("S01", "bn EUR", "claimed", "claimed", None, None, 200.0, "bn EUR"),
        ("S01", "bn EUR", "spent", "found", None, None, 50.0, "bn EUR"),
        ("S02", "ours", "", "found", 1000.0, "chips", 700.0, "days"),
        ("S02", "ours", "", "found", 32_000.0, "chips", 20.0, "days"),
        ("S02", "limit", "eight weeks", "claimed", None, None, 56.0, "days"),
        ("S03", "count", "claimed", "claimed", None, None, 100_000.0, "count"),
    ]
    sources = [
        ("S01", f"key/{place}", f"Report {place}", "https://example.org/a" if place else None, "2025", "published")
        for place in range(5)
    ]
    return {
        "claims": table(
            "claim statement said_by topic verdict condition sentence claimed found why baseline assumptions conflicts "
            "claimed_value found_value break_even_value break_even unit",
            claims,
        ),
        "claim_figures": table("claim series label role x x_unit y unit", figures),
        "claim_sources": table("claim key citation url date evidence", sources),
    }


@pytest.fixture
def claimed(report: Path, data: dict[str, Any], tmp_path: Path) -> Path:
    changed = {**data, "tables": {**data["tables"], **claims_tables()}}
    return with_data(report, changed, tmp_path / "claimed.html")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_claim_has_verdict_sentence_figure_chart_and_sources(claimed: Path, show: Open, width: int) -> None:
    watched = show(claimed, "claims", width=width)
    page = watched.page
    first = page.locator("#claim-S01")
    told = plain(first.inner_text())
    assert told.startswith("Holds")
    assert "All of it is there." in told
    assert "€200 bn" in told
    assert "Two texts differ." in told
    bars = first.locator(".claim-bars i")
    widths = bars.evaluate_all("all => all.map(bar => bar.getBoundingClientRect().width)")
    assert widths[1] / widths[0] == pytest.approx(0.25, abs=0.01)
    assert first.locator(".claim-sources > ul > li").count() == 3
    assert first.locator(".claim-sources details summary").inner_text() == "2 more"
    assert first.locator("a[target=_blank]").first.get_attribute("href") == "https://example.org/a"
    assert "why it is so" not in told
    first.locator("summary", has_text="How the line is drawn").click()
    assert "why it is so" in first.inner_text()
    assert first.locator(".how li").all_inner_texts() == ["▲ assumed costs.a", "▲ assumed costs.b"]
    second = page.locator("#claim-S02")
    assert "Holds only if the run gets 8,200 chips" in plain(second.inner_text())
    assert "Turns at 8,200 chips" in plain(second.inner_text())
    label = second.locator(".claim-plot svg[role=img]").get_attribute("aria-label") or ""
    assert plain(label) == "Claim S02. ours: 700 days at 1,000 chips to 20 days at 32,000 chips; eight weeks: 56 days."
    assert page.locator("#claim-S04 .claim-chart").count() == 0
    assert page.locator("#screen-claims .chart").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    watched.check()


def test_one_claim_has_an_address_and_filters_stay_in_it(claimed: Path, show: Open) -> None:
    watched = show(claimed, "claims/S30")
    page = watched.page
    page.wait_for_function("() => document.getElementById('claim-S30').getBoundingClientRect().top < innerHeight")
    assert page.evaluate("document.activeElement.id") == "claim-S30"
    page.locator("#claim-S03 .copy").click()
    assert page.url.endswith("#claims/S03")
    page.wait_for_function("() => document.activeElement.id === 'claim-S03'")
    page.locator(".filter label", has_text="Fails").click()
    assert page.url.endswith("#claims?verdict=fails")
    assert page.locator(".claim").count() == 1
    page.goto(f"{claimed.as_uri()}#claims?topic=record")
    assert page.locator(".claim").evaluate_all("all => all.map(one => one.dataset.claim)") == ["S04"]
    rows = downloaded_by(page, page.get_by_role("button", name="All claims"))
    assert [row["claim"] for row in rows][:4] == ["S01", "S02", "S03", "S04"]
    watched.check()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_index_leads_to_each_claim_by_topic_and_back(claimed: Path, show: Open, width: int) -> None:
    watched = show(claimed, "claims", width=width)
    page = watched.page
    index = page.get_by_role("navigation", name="Index of claims by topic")
    assert index.locator("dt").all_inner_texts() == ["Money", "Training", "Size", "Record"]
    assert index.locator("dd").nth(1).inner_text().strip() == "S02"
    links = index.get_by_role("link")
    assert links.count() == page.locator(".claim").count() == 30
    last = index.get_by_role("link", name="S30, Holds: Statement S30")
    for _ in range(2):  # the second time the address is there already
        last.click()
        page.wait_for_function("() => document.activeElement.id === 'claim-S30'")
        assert page.evaluate("scrollY") > 0
        assert page.url.endswith("#claims/S30")
        page.locator("#claim-S30").get_by_role("link", name="Up to the index").click()
        page.wait_for_function("() => document.activeElement.id === 'claim-index'")
        page.evaluate("window.scrollTo(0, 0)")
        last.focus()
    page.goto(f"{claimed.as_uri()}#claims?verdict=holds")
    page.wait_for_function("() => document.querySelectorAll('.claim').length === 27")
    page.get_by_role("searchbox", name="Search").fill("S2")
    page.wait_for_function("() => document.querySelectorAll('.claim-index a').length === 10")
    index.get_by_role("link", name="S25").click()
    assert page.url.endswith("#claims/S25?verdict=holds")
    page.wait_for_function("() => document.activeElement.id === 'claim-S25'")
    assert page.locator(".claim").count() == 10
    watched.check()


def test_paper_shows_what_is_folded(claimed: Path, show: Open) -> None:
    watched = show(claimed, "claims")
    page = watched.page
    assert not page.locator("#claim-S01 .how p").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator("#claim-S01 .how p").first.evaluate("p => p.getBoundingClientRect().height") > 0
    assert (
        "30 claims: 27 Holds, 1 Holds only if, 1 Fails, 1 Not checkable." in page.locator("#screen-claims").inner_text()
    )
    assert page.locator("#claim-S01 .copy").is_hidden()
    watched.check()
