"""This module owns the tables of an answer: rows by table, under the names of the column dictionary."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from gortyn.siting.answer import Answer
from gortyn.siting.problem import Problem

Rows = list[dict[str, Any]]


def tables(answer: Answer) -> dict[str, Rows]:
    """Rows of every table: candidates, chosen_sites, chosen_phases, cost_parts, pareto, shadow."""
    choice = answer.choice
    return {
        "candidates": _candidates(answer),
        "chosen_sites": [asdict(site) for site in choice.sites],
        "chosen_phases": [asdict(phase) for phase in choice.phases],
        "cost_parts": _cost_parts(answer),
        "pareto": _pareto(answer),
        "shadow": [asdict(shadow) for shadow in answer.shadow],
    }


def _candidates(answer: Answer) -> Rows:
    problem = answer.problem
    needs = problem.adds["connection_mw"].cumsum(axis=1)[:, :, 0]
    built = answer.choice.levels[:, -1] > 0
    rows: Rows = []
    for index, place in enumerate(problem.places):
        carried = np.flatnonzero(needs[index] <= place.connection_mw)
        size = int(carried[-1]) if carried.size else None
        phase = next((at for at, day in enumerate(problem.phases) if place.energised <= day), None)
        rows.append(
            {
                "candidate": place.name,
                "title": place.title,
                "country": place.country,
                "latitude_deg": place.latitude_deg,
                "longitude_deg": place.longitude_deg,
                "connection_mw": place.connection_mw,
                "energised": place.energised,
                "wait_years": place.wait_years,
                "price_eur_per_mwh": place.price_eur_per_mwh,
                "charges_eur_per_mwh": place.charges_eur_per_mwh,
                "carbon_g_per_kwh": place.carbon_g_per_kwh,
                "pue": float(problem.running.pue[index]),
                "peak_pue": float(problem.running.peak_pue[index]),
                "latency_ms": place.latency_ms,
                "largest_chips": 0 if size is None else int(problem.sizes[size]),
                "earliest": None if phase is None else problem.phases[phase],
                **_figures(problem, index, size, phase),
                "chosen": bool(built[index]),
                "why_not": _why_not(problem, index, size, phase),
            }
        )
    return rows


def _figures(problem: Problem, place: int, size: int | None, phase: int | None) -> dict[str, float | None]:
    """Cost, carbon and points of the largest size as early as can be."""
    names = ("cost_eur_per_chip_hour", "carbon_kg_per_chip_hour", "score")
    if size is None or phase is None:
        return dict.fromkeys(names)

    def added(name: str) -> float:
        return float(problem.adds[name][place, : size + 1, phase].sum())

    ratios = (
        added("cost_eur") / added("discounted_chip_hours"),
        added("carbon_kg") / added("useful_chip_hours"),
        added("score_chips") / added("chips"),
    )
    return dict(zip(names, ratios, strict=True))


def _why_not(problem: Problem, place: int, size: int | None, phase: int | None) -> str:
    where = problem.places[place]
    found: list[str] = []
    if size is None:
        least = problem.adds["connection_mw"][place, 0, 0]
        found.append(f"the grid gives {where.connection_mw:,.0f} MW, the smallest size needs {least:,.0f}")
    if phase is None:
        found.append(f"the connection comes on {where.energised}, after the last phase")
    latency, latest, smallest = (
        problem.limit("latency_ms"),
        problem.limit("latest"),
        problem.limit("minimum_site_chips", most=False),
    )
    if latency is not None and where.latency_ms > latency.value:
        found.append(f"the round trip takes {where.latency_ms:.1f} ms, more than {latency.value:g}")
    if latest is not None and phase is not None and problem.phases[phase].toordinal() > latest.value:
        found.append(
            f"the first phase can be on {problem.phases[phase]}, after {date.fromordinal(round(latest.value))}"
        )
    if smallest is not None and size is not None and problem.sizes[size] < smallest.value:
        found.append(f"the grid carries {problem.sizes[size]:,} chips, fewer than {smallest.value:,.0f}")
    return "; ".join(found)


def _cost_parts(answer: Answer) -> Rows:
    problem, levels = answer.problem, answer.choice.levels
    hours = problem.by_place("discounted_chip_hours", levels)
    return [
        {
            "candidate": problem.places[index].name,
            "part": part,
            "cost_eur_per_chip_hour": float(cost[index] / hours[index]),
        }
        for part in problem.parts
        for cost in [problem.part_by_place(part, levels)]
        for index in np.flatnonzero(levels[:, -1])
    ]


def _pareto(answer: Answer) -> Rows:
    return [
        {
            "point": number,
            "cost_eur_per_chip_hour": point.cost_eur_per_chip_hour,
            "carbon_kg_per_chip_hour": point.carbon_kg_per_chip_hour,
            "score": point.score,
            "capex_eur": point.capex_eur,
            "sites": len(point.places),
            "places": ", ".join(f"{name} {chips:,}" for name, chips in point.places.items()),
            "chosen": bool((point.levels == answer.choice.levels).all()),
        }
        for number, point in enumerate(answer.pareto, 1)
    ]
