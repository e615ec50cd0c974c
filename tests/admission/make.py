"""Scenarios of one site, a few modes and tenants, and applications written down one by one."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np

import plain
from gortyn.admission.applications import Countries
from gortyn.admission.types import Applications
from gortyn.machine import plan
from gortyn.model import Phase, Scenario, Simulation
from gortyn.model.access import CRITERIA, AccessRules, Applicants, Mode
from gortyn.resolve import resolve

START = date(2026, 6, 1)  # a Monday


def scenario(catalogue, modes, tenants, *, phases=((date(2026, 1, 1), 800),), start=START, days=364, **stated: Any):
    """A resolved scenario: a site of chips that come in phases, modes, and tenants as (name, mode, stated fields)."""
    known = {
        "machines": (plain.machine(),),
        "sites": (
            plain.site(
                phases=tuple(
                    Phase(name=f"phase-{place}", operational=day, machine="plain", chips=chips)
                    for place, (day, chips) in enumerate(phases)
                )
            ),
        ),
        "simulation": Simulation(start=start, days=days),
        "tenants": tuple(plain.tenant(**{"name": name, "mode": mode} | rest) for name, mode, rest in tenants),
        "access": AccessRules(modes=tuple(modes)),
    }
    return resolve(plain.scenario(**known | stated), catalogue).scenario


def plans(scene: Scenario, facts: Any):
    return plan(scene, facts)


def bare_plans(*phases: tuple[date, int]):
    """Plans that say of their phases no more than admission asks: when, and how many chips."""
    return (SimpleNamespace(phases=[SimpleNamespace(operational=day, chips=chips) for day, chips in phases]),)


def mode(name: str = "open", **stated: Any) -> Mode:
    known = {"title": name, "processing_working_days": 2, "allocation_months": 1.0}
    return Mode(**{"name": name} | known | stated)


def written(rows: list[dict[str, Any]], start: date = START) -> Applications:
    """Applications from rows: `at` is "MM-DD HH:MM:SS" of the year of the start; everything else has a default."""
    midnight = datetime.combine(start, datetime.min.time())

    def second(at: str) -> int:
        return round((datetime.fromisoformat(f"{start.year}-{at}") - midnight).total_seconds())

    columns = {
        "tenant": np.array([row.get("tenant", 0) for row in rows], np.int32),
        "mode": np.array([row.get("mode", 0) for row in rows], np.int32),
        "country": np.array([row.get("country", 0) for row in rows], np.int32),
        "submit_s": np.array([second(row["at"]) for row in rows], np.int64),
        "asked_chip_hours": np.array([row["asks"] for row in rows], np.float64),
        "flaw": np.array([CRITERIA.index(row["flaw"]) if "flaw" in row else -1 for row in rows], np.int8),
        "score": np.array([row.get("score", 0.9) for row in rows], np.float64),
        "used_share": np.full(len(rows), 0.8),
    }
    assert (np.diff(columns["submit_s"]) >= 0).all()
    return Applications(**columns)


FRANCE = Countries(("FR",), np.array([68e6]))
FLAWLESS = Applicants(no_legal_entity_share=0.0, not_civil_share=0.0, ai_act_share=0.0, unethical_share=0.0)
