"""The access screen in headless Chromium: with every kind of row, with few of them, on paper and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.page import DESK, OVERLAPS, PHONE, Open, downloaded, drawn, plain, with_data

Table = dict[str, list[Any]]
MODES = {"fast-lane": ("Fast Lane", None, None), "calls": ("Calls", 4.0, 9e5)}
CLASSES = {"fast-lane": ("start-up", "sme"), "calls": ("research", "start-up")}
COUNTRIES = {"FR": 0.5, "FI": 0.1, "MT": 0.4}  # shares of the population, made up


def table(names: str, rows: list[tuple[Any, ...]]) -> Table:
    if not rows:
        return {name: [] for name in names.split()}
    return dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))


def access_tables() -> dict[str, Table]:
    """Make the tables of access with sums that the tests know."""
    funnel = [
        (mode, name, country, 20, 1, 4, 2, 1, 2, 10, 8, 3e5, 2e5, 1e5, 5e4)
        for mode in MODES
        for name in CLASSES[mode]
        for country in COUNTRIES
    ]
    waits = [
        (mode, name, stage, 30, days * 43_200.0, days * 86_400.0, days * 172_800.0, days * 90_000.0)
        for mode in MODES
        for name in CLASSES[mode]
        for stage, days in (("cut-off", 20), ("decision", 10), ("grant", 0), ("queue", 3), ("all", 34))
    ]
    groups = [
        *[
            ("class", name, 100, 4e5, 0.25, None, 1.02, 60.0, 900.0, 2.0, 50, 0.4)
            for name in ("start-up", "sme", "research")
        ],
        *[("country", code, 80, 4e5, 1 / 3, part, 0.9, 60.0, 900.0, 2.0, 50, 0.4) for code, part in COUNTRIES.items()],
        *[("size", size, 80, 4e5, 0.5, None, 0.95, 60.0, 900.0, 2.0, None, None) for size in ("1-8", "9-64")],
    ]
    came = (108, 60, 1.2e6, 6e5, 3e5)
    points = [
        ("as-is", 0.0, 0.10, 0.70, None, None),
        ("as-is", 0.2, 0.11, 0.66, 4e6, 6e6),
        ("asked-for", 0.1, 0.10, 0.71, -1e6, 1e6),
        ("asked-for", 0.2, 0.19, 0.68, 2e6, 3e6),
        ("no-enclaves", 0.0, 0.10, 0.72, None, None),
    ]
    return {
        "modes": table(
            "mode title classes countries least_chip_hours most_chip_hours allocation_months processing_days "
            "yearly_cutoffs pool_chip_hours applications admitted granted_chip_hours used_chip_hours lapsed_chip_hours",
            [
                (mode, title, ", ".join(CLASSES[mode]), "union", None, 5e4, 3.0, 4.0, yearly, pool, *came)
                for mode, (title, yearly, pool) in MODES.items()
            ],
        ),
        "funnel": table(
            "mode tenant_class country applications ineligible refused crowded_out withdrawn open admitted started "
            "asked_chip_hours granted_chip_hours used_chip_hours lapsed_chip_hours",
            funnel,
        ),
        "mode_waits": table(
            "mode tenant_class stage applications wait_p10_s wait_p50_s wait_p90_s wait_mean_s",
            waits,
        ),
        "groups": table(
            "grouping group jobs chip_hours chip_hours_share population_share served_share wait_p50_s wait_p90_s "
            "bounded_slowdown_mean applications refused_share",
            groups,
        ),
        "evenness": table(
            "grouping quantity members gini jain",
            [("class", "chip-hours", 3, 0.1, 0.9), ("class", "wait", 3, 0.5, 0.4)],
        ),
        "enclaves": table(
            "enclave site machine chips takes tenants jobs chip_hours overhead_chip_hours idle_chip_hours "
            "idle_wanted_chip_hours utilisation_share staging_p50_s wait_p50_s wait_p90_s",
            [("vault", "narvik", "h100", 128, "health", "hospitals", 9, 6e4, 1e4, 4e4, 5e3, 0.6, 600.0, 60.0, 900.0)],
        ),
        "data_spaces": table(
            "data_space title size_tb unique_tokens sensitive country licence trains",
            [("health", "Health data", 5e4, 4e11, "health", "FI", "a permit for each use", True)],
        ),
        "staging": table(
            "data_space site rate_gbit_per_s narrowest staging_s", [("health", "narvik", 2.5, "holder", 1.6e8)]
        ),
        "token_needs": table(
            "run data_space needed_tokens optimal_tokens unique_tokens epochs effective_tokens met licence",
            [("model", space, 3e12, 2e12, 4e11, 7.5, 1.6e12, "no", "a permit") for space in ("health", "all")],
        ),
        "tradeoff": table(
            "demand reserved_share simulated_days startup_chip_hours_share startup_wait_p50_s startup_wait_p90_s "
            "other_wait_p50_s other_wait_p90_s occupied_chip_hours useful_chip_hours useful_share cost_chip_hours "
            "revenue_eur cost_eur",
            [
                (demand, reserved, 30.0, startups, 60.0, 900.0, 90.0, others, 8e7, useful * 1e8, useful, cost, 1e8, eur)
                for demand, reserved, startups, useful, cost, eur in points
                for others in [1200.0 if demand == "no-enclaves" else 1800.0]
            ],
        ),
    }


@pytest.fixture
def granted(report: Path, data: dict[str, Any], tmp_path: Path) -> Path:
    changed = {**data, "tables": {**data["tables"], **access_tables()}}
    return with_data(report, changed, tmp_path / "granted.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_access_draws_every_figure_and_fits_the_window(granted: Path, show: Open, width: int, scheme: str) -> None:
    watched = show(granted, "access", width=width, scheme=scheme)
    page = watched.page
    page.wait_for_function(
        "() => [...document.querySelectorAll('#screen-access .chart')].every(c => c.querySelector('path'))"
    )
    shapes = drawn(page, "access")
    assert len(shapes) == 10
    assert all(count > 2 for count in shapes)
    assert page.locator("#screen-access").evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    told = plain(page.locator("#screen-access").inner_text())
    assert "Of 240 applications 120 are admitted and 96 have run a job" in told
    assert "120 of 216 applications that were decided in the window are admitted, 55.6 %" in told
    assert "The training run does not find the tokens in the data spaces" in told
    assert (
        "20.0 % kept for start-ups gives them 19.0 % of the chip-hours "
        "and costs 2.00 million useful chip-hours and €3.00 m of revenue" in told
    )
    assert "Without the holder’s own delay" in told
    assert "without the holder’s own delay" in plain(page.locator("#screen-overview .headlines").text_content() or "")
    assert page.locator("#per-person path[data-country=MT]").count() == 1
    watched.check()


def test_the_funnel_is_shown_by_step_class_and_country_and_for_one_mode(granted: Path, show: Open) -> None:
    watched = show(granted, "access")
    page = watched.page
    figure = page.locator("#funnel")

    def labels() -> str:
        return plain(figure.locator(".chart").get_attribute("aria-label") or "")

    assert "Eligible: still in 204, breaks a rule of eligibility 12" in labels()
    figure.locator("label", has_text="Country").click()
    assert "funnel=country" in page.url
    assert "Malta: admitted, a job has started 32" in labels()
    figure.get_by_role("combobox", name="Mode").select_option("calls")
    assert "Malta: admitted, a job has started 16" in labels()
    page.reload()
    assert "Of 120 applications 60 are admitted" in plain(figure.inner_text())
    figure.get_by_role("radio", name="Country").focus()
    page.keyboard.press("ArrowLeft")
    assert "Start-ups: " in labels()
    figure.get_by_role("button", name="Show as table").click()
    assert figure.locator(".raw tbody tr").count() == 2
    assert sum(int(row["applications"]) for row in downloaded(page, "funnel")) == 240
    watched.check()


def test_what_a_mode_grants_stands_apart_from_what_becomes_free(granted: Path, show: Open) -> None:
    page = show(granted, "access").page
    table = page.locator("#modes .scroll table").first
    heads = table.locator("thead th").all_inner_texts()
    for row, free in ((0, "without a bound"), (1, "900,000")):
        cells = [plain(cell) for cell in table.locator("tbody tr").nth(row).locator("th, td").all_inner_texts()]
        told = dict(zip(heads, cells, strict=True))
        assert told["Granted, of capacity"].split("\n")[0] == "1.20 million"
        assert told["Becomes free, of capacity"].split("\n")[0] == free
    # Both shares are of the same capacity: what is granted is four thirds of what becomes free.
    granted_share, free_share = (
        float(told[f"{what}, of capacity"].split("\n")[1].removesuffix(" %")) for what in ("Granted", "Becomes free")
    )
    assert granted_share / free_share == pytest.approx(4 / 3, rel=0.05)


def test_countries_are_measured_by_their_people_and_isolation_by_what_it_changes(granted: Path, show: Open) -> None:
    watched = show(granted, "access")
    page = watched.page
    rows = {row["country"]: float(row["granted_per_person_ratio"]) for row in downloaded(page, "per-person")}
    assert rows == pytest.approx({code: 1 / 3 / part for code, part in COUNTRIES.items()})
    isolation = plain(page.get_by_role("region", name="with the enclaves and without").inner_text())
    assert "30 min\t20 min\t+10 min" in isolation
    page.locator("#lorenz label", has_text="Country").click()
    assert "per inhabitant between countries: Gini index 0.3" in plain(page.locator("#lorenz h3").inner_text())
    watched.check()


def test_a_scenario_without_modes_enclaves_or_data_spaces_says_so(
    report: Path, data: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    made = access_tables()
    empty = {name: {column: [] for column in made[name]} for name in made if name != "groups"}
    classes = [place for place, name in enumerate(made["groups"]["grouping"]) if name != "country"]
    groups = {name: [values[place] for place in classes] for name, values in made["groups"].items()}
    changed = {**data, "tables": {**data["tables"], **empty, "groups": groups}}
    watched = show(with_data(report, changed, tmp_path / "bare.html"), "access")
    told = watched.page.locator("#screen-access").inner_text()
    assert "This scenario has no modes of access" in told
    assert "This scenario has no enclaves" in told
    assert "This scenario has no data spaces" in told
    assert "did not vary the share that is kept for start-ups" in told
    assert watched.page.locator("#groups tbody tr").count() == 3
    assert watched.page.locator("#funnel, #ways, #per-person, #staging").count() == 0
    old = {name: table for name, table in data["tables"].items() if name not in made}
    page = show(with_data(report, {**data, "tables": old}, tmp_path / "old.html")).page
    assert page.get_by_role("navigation").get_by_role("link", name="Access").count() == 0
    watched.check()
