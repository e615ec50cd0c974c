"""The training screen in headless Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.page import DESK, OVERLAPS, PHONE, Open, downloaded, drawn, plain, with_data


def training_tables(run: str) -> dict[str, dict[str, list[Any]]]:
    """Make training tables of one run with every kind of row that the screen has to show."""

    def table(names: str, rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
        columns = zip(*((run, *row) for row in rows), strict=True)
        return dict(zip(names.split(), map(list, columns), strict=True))

    parts = [("gemm", 3.0), ("attention", 0.5), ("tensor comm", 0.75), ("pipeline bubble", 0.5), ("optimiser", 0.25)]
    pairs = [(tp, pp) for tp in (1, 2, 4, 8) for pp in (1, 2, 4, 8, 16)]
    small = "needs {} GB a chip, which has 80 GB"
    cells = [
        (tp, pp, *((None, small.format(1600 // (tp * pp))) if tp * pp < 20 else (1e6 / tp / pp, None)))
        for tp, pp in pairs
    ]
    published = [
        (2048, 40.0, "published", "A published run", "A paper, https://example.org/run"),
        (512, 100.0, "published", "Another", "B"),
    ]
    model = [(chips, 20_000 / chips**0.9, "model", None, None) for chips in (256, 1024, 4096, 16384)]
    roofs = [
        ("feed-forward", 900.0, 600.0, 989.0),
        ("whole step", 20.0, 40.0, 67.0),
        ("attention", 120.0, 200.0, 402.0),
    ]
    best = [
        (rank, objective, 4, 8, 32 - rank, 1, 1, 2, 1, "none", 1, 5.0 + rank, 0.4, 60.0, 1e6, 900.0)
        for objective in ("time", "pareto")
        for rank in (1, 2, 3)
    ]
    return {
        "training_breakdown": table("run part seconds", parts),
        "training_map": table("run tp pp tokens_per_s reason", cells),
        "training_scaling": table("run chips days kind label source", [*model, *published]),
        "training_roofline": table("run part intensity_flop_per_byte achieved_tflops roof_tflops", roofs),
        "training_top": table(
            "run rank objective tp pp dp cp ep vp microbatch recompute zero "
            "step_s mfu_share memory_gb cost_eur energy_mwh",
            best,
        ),
    }


@pytest.fixture
def trained(report: Path, data: dict[str, Any], tmp_path: Path) -> Path:
    """Write the report with training tables of its first run and a second run without any."""
    training = data["tables"]["training"]
    run = training["run"][0]
    twice = {name: [*values[:1], *values[:1]] for name, values in training.items()}
    twice["run"] = [run, "untold"]
    changed = {**data, "tables": {**data["tables"], "training": twice, **training_tables(run)}}
    return with_data(report, changed, tmp_path / "trained.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_training_draws_step_strategies_roof_and_scaling(trained: Path, show: Open, width: int, scheme: str) -> None:
    watched = show(trained, "training", width=width, scheme=scheme)
    page = watched.page
    page.wait_for_function(
        "() => [...document.querySelectorAll('#screen-training .chart')].every(c => c.querySelector('path'))"
    )
    shapes = drawn(page, "training")
    assert len(shapes) == 4
    assert all(count > 5 for count in shapes)
    assert page.locator("#screen-training").evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "Of the 5.00 s of a step, 70.0 % is computing" in plain(page.locator("#breakdown").inner_text())
    named = page.locator("#roofline svg text").all_text_contents()
    assert {"Feed-forward", "Attention", "Whole step"} <= set(named)
    assert page.locator("#scaling .published a").get_attribute("href") == "https://example.org/run"
    assert page.locator("#scaling .published li").count() == 2
    page.get_by_role("combobox", name="Run").select_option("untold")
    assert page.locator("#breakdown .empty").is_visible()
    assert page.locator("#ranking").count() == 0
    watched.check()


def test_a_strategy_that_is_not_possible_is_hatched_and_says_why_on_hover_and_focus(trained: Path, show: Open) -> None:
    watched = show(trained, "training")
    page = watched.page
    figure = page.locator("#strategies")
    told = figure.locator("output")
    assert figure.locator(".cell.hatched[data-cell]").count() == 14
    assert plain(told.inner_text()).startswith("TP 2, PP 16: 31,300 tokens/s, the best")
    hatched = figure.locator("[data-cell='1,4']")
    hatched.hover()
    assert told.inner_text() == "TP 1, PP 4: not possible. needs 400 GB a chip, which has 80 GB"
    assert "repeating-linear-gradient" in hatched.evaluate("cell => getComputedStyle(cell).backgroundImage")
    page.mouse.move(0, 0)
    figure.locator("[tabindex='0'][data-cell]").focus()
    page.keyboard.press("ArrowLeft")
    assert told.inner_text().startswith("TP 1, PP 16: not possible. needs 100 GB")
    page.keyboard.press("ArrowLeft")
    assert figure.locator("[data-cell='1,16']").evaluate("cell => cell === document.activeElement")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert plain(told.inner_text()) == "TP 4, PP 8: 31,300 tokens/s, the best"
    assert figure.locator("[tabindex='0'][data-cell]").count() == 1
    assert figure.locator("[data-cell='8,4']").get_attribute("aria-label") is not None
    assert "14 pairs: for example, needs 1600 GB" in plain(figure.locator(".ruled").inner_text())
    watched.check()


def test_training_data_come_as_csv_and_rankings_are_chosen_by_objective(trained: Path, show: Open) -> None:
    watched = show(trained, "training")
    page = watched.page
    assert sum(float(row["seconds"]) for row in downloaded(page, "breakdown")) == 5.0
    rows = downloaded(page, "strategies")
    assert len(rows) == 20
    assert sum(row["tokens_per_s"] == "" for row in rows) == 14
    page.locator("#ranking label", has_text="Pareto set").click()
    assert "objective=pareto" in page.url
    assert (
        plain(page.locator("#ranking tbody tr").last.locator("td").first.inner_text()) == "TP 4 · PP 8 · DP 29 · VP 2"
    )
    page.locator("#roofline").get_by_role("button", name="Show as table").click()
    assert "989" in page.locator("#roofline .raw").inner_text()
    page.emulate_media(media="print")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.chart')].every(chart => chart.querySelector('svg path'))"
    )
    assert page.locator("#screen-training").evaluate(OVERLAPS) == []
    watched.check()
