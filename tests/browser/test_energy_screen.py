"""The energy and siting screens in headless Chromium: numbers against the tables, choices by keyboard, no table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.page import DESK, OVERLAPS, PHONE, Open, downloaded, drawn, plain, scaled, three_digits, with_data
from gortyn.io.columns import dictionary

Tables = dict[str, dict[str, list[Any]]]


def rows(tables: Tables, name: str) -> list[dict[str, Any]]:
    table = tables[name]
    return [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]


def columns(lines: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [line[name] for line in lines] for name in lines[0]}


def test_lead_figures_are_those_of_the_summary(report: Path, data: dict[str, Any], show: Open) -> None:
    page = show(report, "energy").page
    summary, year = data["summary"], 365 / data["scenario"]["simulation"]["days"]

    def shown(name: str) -> str:
        return plain(page.locator(f"[data-figure=energy-{name}] dd").inner_text())

    kilo = {1e6: "Mt CO₂e", 1e3: "kt CO₂e", 1: "t CO₂e"}
    assert shown("pue") == three_digits(summary["pue"])
    assert shown("carbon_t") == scaled(summary["carbon_t"] * year, kilo)
    assert shown("market_carbon_t") == scaled(summary["market_carbon_t"] * year, kilo)
    assert shown("water_m3") == scaled(summary["water_m3"] * year, {1e6: "million", 1: ""}) + " m³"
    assert shown("renewable_hourly_share") == f"{summary['renewable_hourly_share']:.1%}".replace("%", " %").replace(
        "0.0 %", "0 %"
    )


def test_downloads_of_energy_hold_the_tables(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "energy")
    tables = data["tables"]
    energy = sum(float(row["energy_mwh"]) for row in downloaded(watched.page, "energy-parts"))
    assert energy == pytest.approx(data["summary"]["energy_mwh"], rel=1e-3)
    cost = sum(float(row["cost_eur"]) for row in downloaded(watched.page, "energy-costs"))
    assert cost == pytest.approx(sum(tables["energy_costs"]["cost_eur"]))
    curve = downloaded(watched.page, "duration")
    for site, peak in zip(tables["sites"]["site"], tables["sites"]["peak_mw"], strict=True):
        own = [float(row["facility_mw"]) for row in curve if row["site"] == site]
        assert own == sorted(own, reverse=True)
        assert own[0] == pytest.approx(peak, rel=1e-3)
    carbon = downloaded(watched.page, "carbon")
    year = 365 / data["scenario"]["simulation"]["days"]
    assert sum(float(row["carbon_t_per_year"]) for row in carbon) == pytest.approx(
        data["summary"]["carbon_t"] * year, rel=1e-3
    )
    hours = sum(float(row["hours"]) for row in downloaded(watched.page, "wet-bulb"))
    assert hours == data["steps"]["hours"] * len(tables["sites"]["site"])
    watched.check()


def test_layers_of_map_and_hours_are_chosen_by_keyboard(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "energy")
    page = watched.page
    colours = page.locator("#energy-sites")
    colours.get_by_role("radio", name="PUE").check()
    assert "site-layer=pue" in page.url
    assert "power usage effectiveness" in colours.locator(".scale").inner_text()
    pues = data["tables"]["sites"]["pue"]
    told = plain(colours.locator(".scale").inner_text())
    assert three_digits(min(pues)) in told
    heat = page.locator("#heat")
    seen = {heat.locator("img").get_attribute("src") or ""}
    for name in ("PUE", "Temperature", "Renewable share"):
        heat.get_by_role("radio", name=name).check()
        page.wait_for_function("seen => !seen.includes(document.querySelector('#heat img').src)", arg=sorted(seen))
        seen.add(heat.locator("img").get_attribute("src") or "")
    assert "heat=renewable_share" in page.url
    page.reload()
    assert page.locator("#heat").get_by_role("radio", name="Renewable share").is_checked()
    watched.check()


def test_each_lot_has_its_points_and_each_swing_its_verdict(report: Path, data: dict[str, Any], show: Open) -> None:
    watched = show(report, "energy")
    figure = watched.page.locator("#tender")
    scores = rows(data["tables"], "tender_scores")
    for lot, name in (("lot1", "Lot 1"), ("lot2", "Lot 2")):
        figure.get_by_role("radio", name=name).check()
        site = figure.get_by_role("combobox").input_value()
        own = [row for row in scores if (row["lot"], row["site"]) == (lot, site)]
        table = figure.get_by_role("region", name="Tender scores")
        assert table.locator("tbody tr").count() == len(own)
        assert table.locator("tbody td:nth-child(3)").all_inner_texts() == [row["rating"] for row in own]
        most = sum(row["most_points"] for row in own)
        assert f"of {three_digits(most)}" in plain(table.locator("tfoot").inner_text())
    swings = rows(data["tables"], "swings")
    words = {True: "✓ within", False: "✕ above", None: "no limit"}
    table = watched.page.locator("#swings").get_by_role("region")
    heads = [plain(head) for head in table.locator("thead th").all_inner_texts()]
    verdicts = table.locator(f"tbody td:nth-child({heads.index('Verdict') + 1})").all_inner_texts()
    assert verdicts == [words[row["passes"]] for row in swings]
    watched.check()


def test_a_folder_without_the_tables_of_energy_still_shows_hours_and_months(
    report: Path, data: dict[str, Any], show: Open, tmp_path: Path
) -> None:
    gone = ("energy_costs", "energy_parts", "swings", "tender_scores", "duration", "wet_bulb")
    tables = {name: table for name, table in data["tables"].items() if name not in gone}
    for name in ("sites", "hourly"):
        new = ("market_carbon_t", "direct_carbon_t", "renewable_mw", "dry_bulb_c", "connection_ready")
        new += ("embodied_t_per_year", "peak_mw")
        tables[name] = {column: cells for column, cells in tables[name].items() if column not in new}
    summary = {name: value for name, value in data["summary"].items() if name not in ("pue", "market_carbon_t")}
    older = with_data(report, {**data, "tables": tables, "summary": summary}, tmp_path / "older.html")
    watched = show(older, "energy")
    figures = watched.page.locator("#screen-energy figure").evaluate_all("all => all.map(one => one.id)")
    assert figures == ["energy-sites", "heat", "months"]
    assert watched.page.locator("#heat").get_by_role("radio", name="Temperature").count() == 0
    assert watched.page.locator("#energy-sites").get_by_role("radio", name="Wait").count() == 0
    watched.check()


PLACES = [
    ("north", "FI", 65.0, 26.0),
    ("middle", "DE", 50.1, 8.7),
    ("south", "PT", 38.0, -8.8),
    ("dark", "PL", 50.2, 19),
]
BUILT = ("north", "south")


def siting(data: dict[str, Any]) -> dict[str, Any]:
    """Page data of a made-up choice of two of four places."""
    names = dictionary()
    candidates = []
    for index, (name, country, latitude, longitude) in enumerate(PLACES):
        made: dict[str, Any] = dict.fromkeys(names["candidates"], 10.0 * (index + 1))
        late = name == "middle"
        made |= {"candidate": name, "title": name.title(), "country": country, "chosen": name in BUILT}
        made |= {"latitude_deg": latitude, "longitude_deg": longitude, "energised": f"20{30 + index}-12-31"}
        made |= {"earliest": None if late else "2031-07-01", "wait_years": 3.0 + index}
        made |= {"why_not": "the connection comes on 2031-12-31, after the last phase" if late else ""}
        candidates.append(made)
    sites = []
    for row in candidates:
        if row["candidate"] in BUILT:
            own: dict[str, Any] = {column: row.get(column, 4.0) for column in names["chosen_sites"]}
            sites.append(own | {"chips": 25_000, "embodied_t": 5.0, "useful_chip_hours": 50_000.0})
            sites[-1] |= {"carbon_kg_per_chip_hour": 0.4, "operational": "2031-07-01"}
    parts = [
        {"candidate": name, "part": part, "cost_eur_per_chip_hour": eur}
        for name in BUILT
        for part, eur in (("chips", 2.0), ("energy", 0.5), ("residual", -0.25))
    ]
    points = [
        {"point": 1, "cost_eur_per_chip_hour": 2.25, "carbon_kg_per_chip_hour": 0.4, "chosen": True},
        {"point": 2, "cost_eur_per_chip_hour": 2.75, "carbon_kg_per_chip_hour": 0.1, "chosen": False},
    ]
    for point in points:
        point |= {"score": 30.0, "capex_eur": 2e9, "sites": 2, "places": "north 25,000, south 25,000"}
    worth = [("power", 2e6, True), ("latency", 0.0, False)]
    shadow = [
        {"limit": name, "candidate": "", "change": "one more", "worth_eur_per_year": eur, "binding": binding}
        | {"carbon_t_per_year": 0.0, "score": 30.0, "words": f"One more of {name} is worth EUR {eur:.0f} a year."}
        for name, eur, binding in worth
    ]
    phases = [{column: site.get(column) for column in names["chosen_phases"]} for site in sites]
    tables = {"candidates": candidates, "chosen_sites": sites, "chosen_phases": phases, "cost_parts": parts}
    tables |= {"pareto": points, "shadow": shadow}
    steps = {"hours": 0, "step_hours": 1, "heat_days": 1}
    return {**data, "summary": {}, "steps": steps, "tables": {name: columns(lines) for name, lines in tables.items()}}


@pytest.fixture
def choice(report: Path, data: dict[str, Any], tmp_path: Path) -> Path:
    return with_data(report, siting(data), tmp_path / "siting.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_choice_of_sites_shows_its_own_screen_alone(choice: Path, show: Open, width: int, scheme: str) -> None:
    watched = show(choice, "overview", width=width, scheme=scheme)
    page = watched.page
    assert page.locator(".screen").count() == 1
    assert page.locator("nav.tabs").is_hidden()
    page.wait_for_function("() => [...document.querySelectorAll('.chart')].every(chart => chart.querySelector('path'))")
    assert len(drawn(page, "siting")) == 3
    assert page.locator("#screen-siting").evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "Licences of the software" in page.locator("main + details, main ~ details").inner_text()
    page.emulate_media(media="print")
    assert page.pdf().startswith(b"%PDF")
    watched.check()


def test_places_left_out_say_why_and_limits_what_they_are_worth(choice: Path, show: Open) -> None:
    watched = show(choice, "siting")
    page = watched.page
    assert "2 of 4 places are chosen" in page.locator(".summary").inner_text()
    places = page.locator("#places")
    assert sorted(places.locator(".spot").all_inner_texts()) == ["", "", "1", "2"]
    places.locator(".spot.quiet", has_text="").and_(places.get_by_role("button", name="Middle")).focus()
    left_out = places.locator(".left-out").inner_text()
    assert "Not to be had: the connection comes on 31 Dec 2031, after the last phase." in plain(left_out)
    places.get_by_role("button", name="Dark").focus()
    assert "other places are better" in places.locator(".left-out").inner_text()
    for name, told in (("Price", "€10.0/MWh"), ("Wait for the grid", "3.00 years"), ("Carbon", "10.0 g/kWh")):
        places.get_by_role("radio", name=name).check()
        assert told in plain(places.locator(".scale").inner_text())
    words = page.locator("#shadow .words").first.locator("li").all_inner_texts()
    assert words == ["One more of power is worth EUR 2000000 a year."]
    table = page.locator("#candidates").get_by_role("region", name="Candidates")
    verdicts = [plain(cell) for cell in table.locator("tbody td:nth-child(3)").all_inner_texts()]
    assert verdicts[:2] == ["✓ built", "✓ built"]
    assert sum(verdict.startswith("✕") for verdict in verdicts) == 1
    watched.check()


def test_parts_of_a_chip_hour_add_up_and_the_pareto_set_marks_the_choice(choice: Path, show: Open) -> None:
    watched = show(choice, "siting")
    page = watched.page
    parts = downloaded(page, "cost-parts")
    assert sum(float(row["cost_eur_per_chip_hour"]) for row in parts) == pytest.approx(2 * 2.25)
    for row in downloaded(page, "carbon-parts"):
        making, electricity = float(row["making_kg_per_chip_hour"]), float(row["electricity_kg_per_chip_hour"])
        assert (making, making + electricity) == (pytest.approx(0.1), pytest.approx(0.4))
    figure = page.locator("#pareto")
    lead = plain(figure.locator(".lead").inner_text())
    assert "22.2 % more cost for 75.0 % less carbon" in lead
    assert "the choice" in [plain(text) for text in figure.locator("svg text").all_text_contents()]
    assert "€2.25" in plain(page.locator("#screen-siting .figures").inner_text())
    watched.check()
