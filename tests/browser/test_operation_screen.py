"""The operation screen in headless Chromium: replay, largest jobs, balance, waits."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser.page import DESK, OVERLAPS, PHONE, Open, downloaded, drawn, plain, with_data

if TYPE_CHECKING:
    from playwright.sync_api import Page

Table = dict[str, list[Any]]
CLASSES = ("start-up", "research", "industry")
NODE_CHIPS = 8
DAY = 24


def table(names: str, rows: list[tuple[Any, ...]]) -> Table:
    return dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))


def hourly_of(hourly: Table) -> tuple[Table, Table]:
    """Hours with failures, and the chips at work split over three classes in ratios that change by the hour."""
    every = range(len(hourly["hour"]))
    struck = [int(hour % 100 == 50) for hour in hourly["hour"]]
    told = {
        "down_chips": [min(2 * NODE_CHIPS, hourly["capacity_chips"][i] - hourly["busy_chips"][i]) for i in every],
        "lost_chip_hours": [0.1 * hourly["busy_chips"][i] * struck[i] for i in every],
        "node_failures": struck,
        "interrupted_jobs": struck,
        "speed_share": [0.5 if hour == 7 else 1 for hour in hourly["hour"]],
    }
    shares = [(1 + hour % 3, 2, 3) for hour in hourly["hour"]]
    by_class = {
        name: [hourly["busy_chips"][i] * shares[i][k] / sum(shares[i]) for i in every] for k, name in enumerate(CLASSES)
    }
    return {**hourly, **told}, {"site": hourly["site"], "hour": hourly["hour"], **by_class}


def balance_of(hourly: Table) -> Table:
    rows = []
    for site in dict.fromkeys(hourly["site"]):
        here = [i for i, name in enumerate(hourly["site"]) if name == site]
        columns = ("capacity_chips", "busy_chips", "lost_chip_hours", "down_chips")
        capacity, busy, lost, down = (math.fsum(hourly[name][i] for i in here) for name in columns)
        chips = max(hourly["capacity_chips"][i] for i in here)
        parts = (busy - lost, lost, down, capacity - busy - down)
        rows.append((site, "made", chips // NODE_CHIPS, chips, capacity, *parts, (busy - lost) / busy, 7, 5, 3))
    return table(
        "site machine nodes chips capacity_chip_hours paid_chip_hours lost_chip_hours failed_chip_hours "
        "idle_chip_hours goodput_share node_failures interruptions moved_in_jobs",
        rows,
    )


def largest_of(sites: list[str]) -> Table:
    """Thirty jobs, one a day; the third is never interrupted, the fourth never starts."""
    rows = []
    for rank in range(1, 31):
        begin = (rank - 1) * DAY * 3600
        started = (None, None) if rank == 4 else (begin + 6 * 3600, begin + 40 * 3600)
        run = "frontier" if rank == 1 else None
        tail = (100, 800, 800 * 34, 50.0 * rank, 0 if rank == 3 else rank)
        keys = (rank, 1000 + rank, sites[rank % 2], "made", "carmaker", CLASSES[rank % 3], run)
        rows.append((*keys, begin, begin, *started, *tail))
    return table(
        "rank job site machine tenant tenant_class training_run submit_s eligible_s start_s end_s nodes chips "
        "chip_hours lost_chip_hours interruptions",
        rows,
    )


@pytest.fixture
def operated(data: dict[str, Any]) -> dict[str, Any]:
    """Data of the report with every table of operation, and waits that can be reckoned with."""
    tables = data["tables"]
    hourly, by_class = hourly_of(tables["hourly"])
    waits = [(name, part / 4, wait) for name in CLASSES for part, wait in enumerate((0, 0, 60, 3600, 86400))]
    known = {
        "tenant_class": list(CLASSES),
        "jobs": [100, 50, 10],
        "bounded_slowdown_mean": [1.5, 20.0, 4.0],
        "goodput_share": [1.0, 0.99, 0.9],
    }
    classes = {name: known.get(name, [1.0, 2.0, 3.0]) for name in (*tables["classes"], "goodput_share")}
    return {
        **data,
        "summary": {**data["summary"], "gini": 0.25, "jain": 0.8},
        "tables": {
            **tables,
            "hourly": hourly,
            "hourly_classes": by_class,
            "operation": balance_of(hourly),
            "largest_jobs": largest_of(list(dict.fromkeys(hourly["site"]))),
            "wait_quantiles": table("tenant_class quantile_share wait_s", waits),
            "classes": classes,
        },
    }


@pytest.fixture
def page_file(operated: dict[str, Any], report: Path, tmp_path: Path) -> Path:
    return with_data(report, operated, tmp_path / "operated.html")


def moment(page: Page) -> int:
    return int(page.locator("[data-moment]").get_attribute("data-moment") or -1)


def drag(page: Page, start: float, end: float) -> None:
    """Drag across the timeline from one share of its width to another."""
    box = page.locator(".marks").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + start * box["width"], box["y"] + 50)
    page.mouse.down()
    for part in (0.5, 1.0):
        page.mouse.move(box["x"] + (start + (end - start) * part) * box["width"], box["y"] + 60)
    page.mouse.up()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_operation_draws_timeline_jobs_balance_and_waits(page_file: Path, show: Open, width: int, scheme: str) -> None:
    watched = show(page_file, "operation", width=width, scheme=scheme)
    page = watched.page
    page.wait_for_function(
        "() => [...document.querySelectorAll('#screen-operation .chart')].every(c => c.querySelector('path'))"
    )
    shapes = drawn(page, "operation")
    assert len(shapes) == 6
    assert all(count > 5 for count in shapes)
    bands = page.locator("#timeline [data-band]").evaluate_all("all => all.map(one => one.dataset.band)")
    assert bands == [*CLASSES, "idle", "failed", "lost"]
    assert page.locator("#largest [data-job]").count() == 25
    assert page.locator("#screen-operation").evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inks = page.locator("#timeline [data-band]").evaluate_all("all => all.map(one => getComputedStyle(one).fill)")
    assert len(set(inks)) == len(bands)
    watched.check()


def test_the_state_at_a_moment_is_that_of_the_tables(page_file: Path, operated: dict[str, Any], show: Open) -> None:
    hour = 7
    start = operated["scenario"]["simulation"]["start"][:10]
    watched = show(page_file, f"operation?at={start}T{hour:02}")
    page = watched.page
    assert moment(page) == hour
    hourly, by_class = operated["tables"]["hourly"], operated["tables"]["hourly_classes"]
    sites = list(dict.fromkeys(hourly["site"]))
    for site in sites:
        row = next(i for i in range(len(hourly["hour"])) if (hourly["site"][i], hourly["hour"][i]) == (site, hour))
        cells = [plain(text) for text in page.locator(f"[data-site='{site}'] td").all_inner_texts()][1:]
        busy, capacity = hourly["busy_chips"][row], hourly["capacity_chips"][row]
        assert cells[0] == f"{busy / capacity:.1%}".replace("%", " %")
        assert cells[1:4] == [f"{round(by_class[name][row]):,}" for name in CLASSES]
        assert cells[4] == f"{hourly['down_chips'][row] / NODE_CHIPS:.0f} nodes"
        assert cells[5] == f"{round(capacity - busy - hourly['down_chips'][row]):,}"
        assert cells[-1] == "50.0 %"
    assert page.locator("[data-site=all] td").nth(1).is_visible()
    page.get_by_role("combobox", name="Site").first.select_option(sites[1])
    assert f"operation-site={sites[1]}" in page.url
    assert page.locator("[data-site]").count() == 1
    watched.check()


def test_it_plays_from_where_it_is_and_keeps_the_moment_in_the_address(page_file: Path, show: Open) -> None:
    watched = show(page_file, "operation")
    page = watched.page
    slider = page.get_by_role("slider", name="Moment shown")
    slider.focus()
    page.keyboard.press("Home")
    assert moment(page) == 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert moment(page) == 2
    assert page.url.endswith("T02")
    page.get_by_role("combobox", name="Speed").select_option("day")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => +document.querySelector('[data-moment]').dataset.moment > 14")
    page.get_by_role("button", name="Pause").click()
    stopped = moment(page)
    assert stopped > 14
    page.reload()
    assert moment(page) == stopped
    slider.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play").wait_for()
    page.keyboard.press("End")
    last = moment(page)
    page.keyboard.press("Space")
    page.wait_for_function("last => +document.querySelector('[data-moment]').dataset.moment < last", arg=last)
    watched.check()


def test_a_brush_zooms_timeline_and_jobs_together(page_file: Path, operated: dict[str, Any], show: Open) -> None:
    watched = show(page_file, "operation")
    page = watched.page
    page.locator("#timeline").scroll_into_view_if_needed()
    drag(page, 0.2, 0.4)
    page.wait_for_url("**from=*")
    days = operated["scenario"]["simulation"]["days"]
    first, last = 0.2 * days, 0.4 * days
    rows = operated["tables"]["largest_jobs"]
    wanted = {
        job
        for job, begin, end in zip(rows["job"], rows["eligible_s"], rows["end_s"], strict=True)
        if begin < last * 86400 and (math.inf if end is None else end) > first * 86400
    }
    shown = page.locator("#largest [data-job]").evaluate_all("all => all.map(one => +one.dataset.job)")
    assert set(shown) == wanted
    before = page.locator("#timeline [data-band=start-up]").get_attribute("d")
    slider = page.get_by_role("slider", name="Moment shown")
    assert float(slider.get_attribute("min") or 0) >= math.floor(first) * DAY
    assert first * DAY - 2 <= moment(page) <= last * DAY + 2
    slider.focus()
    page.keyboard.press("+")
    page.wait_for_function(
        "before => document.querySelector('#timeline [data-band=start-up]').getAttribute('d') !== before", arg=before
    )
    page.get_by_role("button", name="Whole window").click()
    assert "from=" not in page.url
    assert page.locator("#largest [data-job]").count() == 25
    assert page.get_by_role("button", name="Zoom out").is_disabled()
    page.locator("#timeline").scroll_into_view_if_needed()
    drag(page, 0.5, 0.5)
    assert moment(page) == pytest.approx(days * DAY / 2, abs=2)
    watched.check()


def test_a_job_is_read_by_pointer_and_keys_with_its_wait_hatched(page_file: Path, show: Open) -> None:
    watched = show(page_file, "operation")
    page = watched.page
    figure = page.locator("#largest")
    told = figure.locator("output")
    assert "Of the 30 largest jobs, half wait 6 h or longer; 29 are interrupted" in plain(figure.inner_text())
    job = figure.locator("[data-job='1005']")
    job.hover()
    assert plain(told.inner_text()).startswith("No. 5, Carmaker (Industry)")
    assert "waits 6 h and starts" in plain(told.inner_text())
    assert "5 interruptions, 250 chip-hours lost" in plain(told.inner_text())
    assert job.locator("b").inner_text() == "5×"
    hatch = job.locator(".wait").evaluate("one => getComputedStyle(one).backgroundImage")
    assert "repeating-linear-gradient" in hatch
    wide = {name: job.locator(name).evaluate("one => one.getBoundingClientRect().width") for name in (".wait", ".run")}
    assert wide[".run"] / wide[".wait"] == pytest.approx(34 / 6, rel=0.1)
    never = figure.locator("[data-job='1004']")
    assert never.locator(".run").count() == 0
    assert "never starts" in (never.get_attribute("aria-label") or "")
    page.mouse.move(0, 0)
    figure.locator("[data-job='1001']").focus()
    page.keyboard.press("ArrowDown")
    assert plain(told.inner_text()).startswith("No. 2, Carmaker")
    page.keyboard.press("Enter")
    assert moment(page) == DAY + 6
    assert "At the moment shown 2 run and 0 wait." in plain(figure.inner_text())
    rows = downloaded(page, "largest")
    assert len(rows) == 30
    assert rows[3]["start_s"] == ""
    figure.get_by_role("combobox", name="Show").select_option("50")
    assert figure.locator("[data-job]").count() == 30
    watched.check()


def test_chip_hours_balance_and_equality_is_told(page_file: Path, operated: dict[str, Any], show: Open) -> None:
    watched = show(page_file, "operation")
    page = watched.page
    rows = downloaded(page, "balance")
    parts = ("paid_chip_hours", "lost_chip_hours", "failed_chip_hours", "idle_chip_hours")
    for row in rows:
        assert sum(float(row[part]) for part in parts) == pytest.approx(float(row["capacity_chip_hours"]), rel=1e-9)
    told = plain(page.locator("#balance").inner_text())
    paid, capacity = (math.fsum(operated["tables"]["operation"][name]) for name in (parts[0], "capacity_chip_hours"))
    assert f"{paid / capacity:.1%} paid".replace("%", " %") in told
    assert "The four add up to the capacity." in told
    assert "Preemptions" not in told
    equality = plain(page.locator("[data-figure=equality]").inner_text())
    assert "served unevenly: the Gini index is 0.250" in equality
    assert "as if 80.0 % of the tenants got the same and the rest nothing" in equality
    watched.check()


def test_waits_begin_at_the_share_that_does_not_wait(page_file: Path, show: Open) -> None:
    watched = show(page_file, "operation")
    page = watched.page
    assert "Start-ups: 25.0 % at once" in plain(page.locator("#waits .legend").inner_text())
    ticks = page.locator("#waits svg text").all_text_contents()
    assert {"at once", "1 min", "1 h", "1 day", "25 %"} <= set(map(plain, ticks))
    slow = plain(page.locator("#slowdown h3").inner_text())
    assert slow == (
        "Jobs of research take 20.0 times as long as they run, at the mean, the most of all classes; "
        "industry lose most, 10.0 % of their work"
    )
    assert [row["goodput_share"] for row in downloaded(page, "slowdown")] == ["1", "0.99", "0.9"]
    page.emulate_media(media="print")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.chart')].every(chart => chart.querySelector('svg path'))"
    )
    assert page.locator("#screen-operation").evaluate(OVERLAPS) == []
    widths = page.locator("#timeline svg, .gantt").evaluate_all("all => all.map(one => one.clientWidth)")
    assert max(widths) <= page.locator("body").evaluate("body => body.clientWidth")
    assert page.locator(".scrub").is_hidden()
    watched.check()


def test_a_folder_without_the_tables_of_operation_shows_the_rest(
    report: Path, data: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    new = {"hourly_classes", "operation", "largest_jobs"}
    tables = {name: columns for name, columns in data["tables"].items() if name not in new}
    gained = {"down_chips", "lost_chip_hours", "node_failures", "interrupted_jobs", "speed_share", "goodput_share"}
    gained |= {"unstarted_jobs", "energy_mwh"}
    for name in ("hourly", "classes", "tenants"):
        tables[name] = {key: cells for key, cells in tables[name].items() if key not in gained}
    summary = {name: value for name, value in data["summary"].items() if name not in ("gini", "jain")}
    older = {name: value for name, value in data.items() if name != "steps"} | {"summary": summary, "tables": tables}
    watched = show(with_data(report, older, tmp_path / "older.html"), "operation")
    page = watched.page
    assert page.locator("#largest, #balance, [data-figure=equality], .failures").count() == 0
    bands = page.locator("#timeline [data-band]").evaluate_all("all => all.map(one => one.dataset.band)")
    assert bands == ["at work", "idle"]
    assert "Never started" not in page.locator("#screen-operation").inner_text()
    assert page.locator("#waits .chart").is_visible()
    watched.check()


def test_a_long_window_says_the_length_of_its_steps(
    report: Path, operated: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    hourly = operated["tables"]["hourly"]
    firsts = [i for i, hour in enumerate(hourly["hour"]) if hour % DAY == 0]
    thinned = {
        name: {key: [cells[i] for i in firsts] for key, cells in operated["tables"][name].items()}
        for name in ("hourly", "hourly_classes")
    }
    heat_names = ("facility_mw", "price_eur_per_mwh", "carbon_g_per_kwh", "cost_eur", "carbon_t")
    firsts = [i for i, hour in enumerate(hourly["hour"]) if hour // DAY % 7 == 0]
    heat = {
        "site": [hourly["site"][i] for i in firsts],
        "day": [hourly["hour"][i] // DAY for i in firsts],
        "hour_of_day": [hourly["hour"][i] % DAY for i in firsts],
        **{name: [hourly[name][i] for i in firsts] for name in heat_names},
    }
    steps = {"hours": max(hourly["hour"]) + 1, "step_hours": DAY, "heat_days": 7}
    long = {**operated, "steps": steps, "tables": {**operated["tables"], **thinned, "heat": heat}}
    watched = show(with_data(report, long, tmp_path / "long.html"), "operation")
    page = watched.page
    assert "means over each day" in plain(page.locator("#timeline figcaption").inner_text())
    assert "Means over the day that begins then" in page.locator("#timeline .moment").inner_text()
    slider = page.get_by_role("slider", name="Moment shown")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert moment(page) == 1
    page.goto(f"{(tmp_path / 'long.html').as_uri()}#energy")
    assert "each column the mean of a week" in plain(page.locator("#heat figcaption").inner_text())
    page.locator("#heat img").hover()
    assert plain(page.locator("#heat output").inner_text()).startswith("7 days from ")
    energy = sum(float(row["energy_mwh"]) for row in downloaded(page, "months"))
    length = min(DAY, steps["hours"])
    assert energy == pytest.approx(math.fsum(thinned["hourly"]["facility_mw"]) * length)
    watched.check()
