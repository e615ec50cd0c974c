"""This module owns the tables about electricity: what it was used for, what it cost, how it swings, how it scores."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gortyn.result import Result

Columns = Mapping[str, Any]


def site_columns(result: Result) -> Columns:
    """What the account of energy says of each site, by the columns of the table of sites."""
    power = result.energy
    with np.errstate(invalid="ignore"):
        pue = power.energy_mwh / power.it_energy_mwh
    same = ("embodied_t", "embodied_t_per_year", "demand_charge_eur", "plants_eur", "peak_mw")
    same += ("renewable_hourly_share", "renewable_annual_share")
    return {
        "pue_window": pue,
        "energy_mwh": power.energy_mwh,
        "energy_eur": power.site_cost_eur,
        "carbon_t": power.site_carbon_t,
        "direct_carbon_t": power.direct_carbon_t.sum(axis=1),
        "market_carbon_t": power.market_carbon_t.sum(axis=1),
        "water_m3": power.water_m3.sum(axis=1),
        "heat_mwh": power.heat_mw.sum(axis=1),
        "connection_ready": [site.grid.energised for site in result.scenario.sites],
        **{name: getattr(power, name) for name in same},
    }


def energy_costs(result: Result) -> Columns:
    """One row per site and part of its bill."""
    return _parts(result, result.energy.cost_parts_eur, "cost_eur")


def energy_parts(result: Result) -> Columns:
    """One row per site and use of its energy."""
    return _parts(result, result.energy.energy_parts_mwh, "energy_mwh")


def _parts(result: Result, parts: Mapping[str, NDArray[np.float64]], column: str) -> Columns:
    sites = [plan.name for plan in result.plans]
    return {
        "site": np.repeat(sites, len(parts)),
        "part": list(parts) * len(sites),
        column: np.stack(list(parts.values()), axis=1).ravel(),
    }


def swings(result: Result) -> Columns:
    """One row per site and kind of swing of its load."""
    rows = result.swings
    same = ("event", "swing_mw", "period_s", "limit_mw", "buffer", "residual_mw", "passes", "note")
    return {
        "site": [result.plans[row.site].name for row in rows],
        **{name: [getattr(row, name) for row in rows] for name in same},
    }


def tender_scores(result: Result) -> Columns:
    """One row per site, lot and item of the tender-style score."""
    rows = [(score, item) for score in result.scores for item in score.items]
    same = ("item", "unit", "rating", "points", "most_points", "why")
    steps = [item.next for _, item in rows]
    return {
        "site": [result.plans[score.site].name for score, _ in rows],
        "lot": [score.lot for score, _ in rows],
        **{name: [getattr(item, name) for _, item in rows] for name in same},
        "found_value": [item.value for _, item in rows],
        "next_step": [step.text if step else None for step in steps],
        "next_points": [step.points if step else math.nan for step in steps],
        "next_eur_per_year": [math.nan if step is None else step.eur_per_year for step in steps],
    }
