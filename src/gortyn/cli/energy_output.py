"""This module owns how the energy account is told: as data, and as tables on a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gortyn.cli.output import print_table, quantity
from gortyn.energy.tender import LOTS
from gortyn.model.conversions import KG_PER_T

if TYPE_CHECKING:
    from gortyn.cli.energy import Accounted
    from gortyn.energy.ramps import Swing
    from gortyn.energy.tender import Scored


def as_data(found: Accounted) -> dict[str, Any]:
    """All figures of the window by site, in the units of their names; None where one is not known."""
    window = found.scenario.simulation
    sites = [_site(found, index) for index in found.sites]
    return {"scenario": found.scenario.name, "start": window.start, "days": window.days, "sites": sites}


def _site(found: Accounted, index: int) -> dict[str, Any]:
    account, plan = found.account, found.operated.plans[index]
    it_mwh, energy_mwh = float(account.it_energy_mwh[index]), float(account.energy_mwh[index])

    def total(name: str) -> float | None:
        return _number(getattr(account, name)[index].sum())

    def figure(name: str) -> float | None:
        return _number(getattr(account, name)[index])

    cost_eur = float(account.site_cost_eur[index]) - float(account.site_heat_eur[index])
    carbon_t = total("carbon_t")
    return {
        "site": plan.name,
        "it_mw_full_load": plan.it_mw,
        "mean_mw": energy_mwh / account.facility_mw.shape[1],
        "peak_mw": float(account.peak_mw[index]),
        "connection_mw": plan.connection_mw,
        "pue": energy_mwh / it_mwh if it_mwh else None,
        "pue_design": plan.pue,
        "peak_pue": plan.peak_pue,
        "it_energy_mwh": it_mwh,
        "energy_mwh": energy_mwh,
        "grid_mwh": total("grid_mw"),
        "export_mwh": total("export_mw"),
        "wind_mwh": total("wind_mw"),
        "solar_mwh": total("solar_mw"),
        "energy_parts_mwh": {name: float(part[index]) for name, part in account.energy_parts_mwh.items()},
        "cost_eur": cost_eur,
        "cost_eur_per_mwh": cost_eur / energy_mwh if energy_mwh else None,
        "cost_parts_eur": {name: float(part[index]) for name, part in account.cost_parts_eur.items()},
        "carbon_t": carbon_t,
        # A kilogram per megawatt-hour is a gram per kilowatt-hour.
        "carbon_g_per_kwh": carbon_t * KG_PER_T / energy_mwh if carbon_t is not None and energy_mwh else None,
        "market_carbon_t": total("market_carbon_t"),
        "direct_carbon_t": total("direct_carbon_t"),
        "embodied_t": figure("embodied_t"),
        "embodied_t_per_year": figure("embodied_t_per_year"),
        "water_m3": total("water_m3"),
        "heat_mwh": total("heat_mw"),
        "heat_eur": total("heat_eur"),
        "renewable_hourly_share": figure("renewable_hourly_share"),
        "renewable_annual_share": figure("renewable_annual_share"),
        "ramps": [_swing(swing) for swing in found.swings if swing.site == index],
        "score": {
            score.lot: {
                "points": score.points,
                "most_points": score.most_points,
                "items": [_scored(item) for item in score.items],
            }
            for score in found.scores
            if score.site == index
        },
        "sizing": _sizing(found, index),
    }


def _number(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _swing(swing: Swing) -> dict[str, Any]:
    words = {"event": swing.event, "buffer": swing.buffer, "passes": swing.passes, "note": swing.note}
    numbers = ("swing_mw", "period_s", "limit_mw", "residual_mw")
    return words | {name: _number(getattr(swing, name)) for name in numbers}


def _scored(item: Scored) -> dict[str, Any]:
    step = item.next
    return {
        **{name: getattr(item, name) for name in item._fields if name != "next"},
        "next_step": step.text if step else None,
        "next_points": step.points if step else None,
        "next_eur_per_year": step.eur_per_year if step else None,
        "next_eur_per_point": step.eur_per_point if step else None,
    }


def _sizing(found: Accounted, index: int) -> dict[str, Any] | None:
    if index not in found.sizings:
        return None
    sizing = found.sizings[index]
    return asdict(sizing) | {"cost_eur_per_year": sizing.cost_eur_per_year}


def print_all(found: Accounted, data: dict[str, Any]) -> None:
    """Print the tables of all sites."""
    sites = data["sites"]
    print(f"{found.scenario.title}: energy of {data['days']:,} days from {data['start']}")
    _section("Power and energy", _power(sites))
    _section("Cost by part [EUR m]; what is sold, and heat, are income", _costs(sites))
    _section("Carbon [t], water and heat", _carbon(sites))
    _section("Swings of the largest job [MW]", _ramps(sites))
    for lot in LOTS:
        totals = ", ".join(f"{site['site']} {_points(site['score'][lot])}" for site in sites)
        title = f"Score on the scales that third parties quote, {lot}: {totals}"
        _section(title, _score(sites, lot), left=(0, 1, 3, 5))
    _section("Sizes that cost least", _sizes(sites))


def _section(title: str, rows: list[tuple[str, ...]], left: tuple[int, ...] = (0,)) -> None:
    header, *body = rows
    if body:
        print(f"\n{title}")
        print_table(header, body, right=[column for column in range(len(header)) if column not in left])


def _power(sites: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("site", "IT MW", "mean MW", "peak MW", "grid MW", "PUE", "of a year", "worst hour", "energy")
    ]
    for site in sites:
        powers = (f"{site[name]:.1f}" for name in ("it_mw_full_load", "mean_mw", "peak_mw", "connection_mw"))
        pues = (f"{site[name]:.3f}" if site[name] else "" for name in ("pue", "pue_design", "peak_pue"))
        rows.append((site["site"], *powers, *pues, f"{site['energy_mwh'] / 1e3:,.1f} GWh"))
    return rows


def _costs(sites: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    parts = list(sites[0]["cost_parts_eur"])
    rows: list[tuple[str, ...]] = [("site", *parts, "total", "EUR/MWh")]
    for site in sites:
        values = (*site["cost_parts_eur"].values(), site["cost_eur"])
        mean = site["cost_eur_per_mwh"]
        rows.append((site["site"], *(f"{value / 1e6:,.2f}" for value in values), _or_none(mean, ".1f")))
    return rows


def _carbon(sites: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    header = ("site", "location", "g/kWh", "market", "direct", "made", "water m3", "heat MWh")
    rows: list[tuple[str, ...]] = [(*header, "renewable by hour", "over the window")]
    for site in sites:
        tonnes = (_or_none(site[name], ",.0f") for name in ("market_carbon_t", "direct_carbon_t", "embodied_t"))
        amounts = (_or_none(site[name], ",.0f") for name in ("water_m3", "heat_mwh"))
        shares = (_or_none(site[name], ".1%") for name in ("renewable_hourly_share", "renewable_annual_share"))
        first = (_or_none(site["carbon_t"], ",.0f"), _or_none(site["carbon_g_per_kwh"], ".1f"))
        rows.append((site["site"], *first, *tonnes, *amounts, *shares))
    return rows


def _ramps(sites: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("site", "event", "swing", "every s", "limit", "buffer", "left", "within")]
    for site in sites:
        for one in site["ramps"]:
            within = {None: "", True: "yes", False: "no"}[one["passes"]]
            numbers = {name: _or_none(one[name], ".3g") for name in ("swing_mw", "period_s", "limit_mw", "residual_mw")}
            first = (site["site"], one["event"], numbers["swing_mw"], numbers["period_s"], numbers["limit_mw"])
            rows.append((*first, one["buffer"], numbers["residual_mw"], within))
    return rows


def _points(score: dict[str, Any]) -> str:
    return f"{score['points']:.2f} of {score['most_points']:g}"


def _score(sites: list[dict[str, Any]], lot: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("site", "item", "value", "class", "points", "what the next class takes", "EUR a year")
    ]
    for site in sites:
        for item in site["score"][lot]["items"]:
            unit = "" if item["unit"] in ("1", "share") else f" {item['unit']}"
            form = ".1%" if item["unit"] == "share" else ".3f" if item["unit"] == "1" else ".1f"
            most = item["most_points"]
            points = f"{item['points']:.2f} of {most:g}" if most else "floor"
            gained = f" (+{item['next_points']:.2f})" if item["next_points"] else ""
            step = f"{item['next_step']}{gained}" if item["next_step"] else ""
            cost = "" if item["next_eur_per_year"] is None else quantity(item["next_eur_per_year"], "EUR")
            value = f"{item['value']:{form}}{unit}"
            rows.append((site["site"], item["item"], value, item["rating"], points, step, cost))
    return rows


def _sizes(sites: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    header = ("site", "wind MW", "solar MW", "battery MW", "MWh", "matched", "EUR m/year", "as it is", "CO2 t/year")
    rows: list[tuple[str, ...]] = [(*header, "weeks", "in all hours EUR m", "matched")]
    for site in sites:
        if site["sizing"]:
            rows.append(tuple(_size_row(site["site"], site["sizing"])))
    return rows


def _size_row(name: str, sizing: dict[str, Any]) -> Iterator[str]:
    yield name
    yield from (f"{sizing[size]:.1f}" for size in ("wind_mw", "solar_mw", "battery_mw", "battery_mwh"))
    yield f"{sizing['matched_hourly_share']:.1%}"
    yield from (f"{sizing[cost] / 1e6:.2f}" for cost in ("cost_eur_per_year", "baseline_eur_per_year"))
    yield f"{sizing['carbon_t_per_year']:,.0f}"
    yield str(sizing["weeks"] or "all")
    yield f"{sizing['checked_cost_eur_per_year'] / 1e6:.2f}"
    yield f"{sizing['checked_matched_share']:.1%}"


def _or_none(value: float | None, form: str) -> str:
    return "" if value is None else f"{value:{form}}"
