"""The parts of a scenario that most tests do not care about: each function fills what its caller leaves out."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np

from gortyn.energy import EnergyAccount, Use
from gortyn.energy.contracts import COST_PARTS
from gortyn.kernels.types import Jobs
from gortyn.model import (
    Cooling,
    Failures,
    Fund,
    Grid,
    Layer,
    Machine,
    Operations,
    Programme,
    Reliability,
    Scenario,
    Site,
    Tenant,
)
from gortyn.operation import Log

UNFAILING = Operations(
    failures=Failures(job_rate_per_hour=0.0), reliability=Reliability(rate_per_1000_node_days=0.0, clock="running")
)
EQUITY = Layer(name="equity", kind="equity", provider="private", share=1.0)


def machine(**stated: Any) -> Machine:
    """A resolved machine of eight-chip nodes at 1 kW a chip."""
    return Machine(
        **{
            "name": "plain",
            "chip": "H100-SXM",
            "chips_per_node": 8,
            "domain_chips": 8,
            "bf16_dense_tflops": 1000.0,
            "memory_gb": 80.0,
            "it_power_kw_per_chip": 1.0,
            "idle_power_share": 0.5,
            "active_power_share": 1.0,
            "server_usd_per_chip": 30_000.0,
            "network_usd_per_chip": 5_000.0,
        }
        | stated
    )


def grid(**stated: Any) -> Grid:
    """A resolved connection of 500 MW, long energised."""
    known = {"connection_mw": 500.0, "energised": date(2026, 1, 1), "price_eur_per_mwh": 40.0, "carbon_g_per_kwh": 70.0}
    return Grid(**known | stated)


def site(**stated: Any) -> Site:
    """A resolved site in Finland; its phases are the caller's."""
    known = {"name": "north", "title": "North", "country": "FI", "latitude_deg": 60.0, "longitude_deg": 25.0}
    parts = {"grid": grid(), "cooling": Cooling(kind="liquid", pue=1.2)}
    return Site(**known | parts | stated)


def tenant(**stated: Any) -> Tenant:
    """A tenant of small jobs."""
    known = {"name": "labs", "tenant_class": "research", "demand_share": 0.9}
    return Tenant(**known | {"job_chips": 8, "job_chips_max": 64, "run_hours": 8.0} | stated)


def programme(**stated: Any) -> Programme:
    """EUR 10 bn, a fifth of it public, half of it for the sites."""
    known = {"mobilised_eur": 10e9, "public_eur": 2e9, "private_eur": 8e9, "budget_eur": 5e9}
    return Programme(**{"name": "P", "base_year": 2026} | known | stated)


def scenario(**stated: Any) -> Scenario:
    """A scenario of equity alone and one tenant; machines, sites, costs and window are the caller's."""
    known = {"name": "plain", "title": "Plain", "summary": "A test.", "programme": programme()}
    parts = {"fund": Fund(layers=(EQUITY,)), "tenants": (tenant(),), "operations": UNFAILING}
    return Scenario(**known | parts | stated)


def log(busy_chips: Any, capacity_chips: Any, start_s: Any = (), end_s: Any = (), **stated: Any) -> Log:
    """A log of hours in which nothing failed and nobody waited; `busy_chips` are of one tenant where none says more."""
    busy = np.asarray(busy_chips, np.float64)
    start, end = np.array(start_s, np.int64), np.array(end_s, np.int64)
    none, nothing = np.zeros_like(busy), np.zeros_like(start)
    known = {
        "staged_s": nothing,
        "eligible_s": start,
        "start_s": start,
        "end_s": end,
        "held_s": end - start,
        "lost_s": nothing,
        "place": nothing,
        "attempts": nothing + 1,
        "interruptions": nothing,
        "tenant_chip_hours": busy[:, None, :],
        "busy_chips": busy,
        "capacity_chips": np.broadcast_to(np.asarray(capacity_chips, np.float64), busy.shape).copy(),
        "down_chips": none,
        "queued_jobs": none,
        "queued_chips": none,
        "lost_chip_hours": none,
        "tenant_lost_chip_hours": np.zeros(1),
        "idle_chip_hours": np.asarray(capacity_chips, np.float64).sum() - busy.sum(axis=1),
        "node_failures": none.astype(np.int64),
        "interrupted_jobs": none.astype(np.int64),
        "speed": none + 1,
        "preemptions": 0,
        "moved_jobs": 0,
        "engine_s": 0.0,
    }
    return Log(**known | stated)


def jobs(chips: Any = (), run_s: Any = 3600, **stated: Any) -> Jobs:
    """Jobs of one tenant and one partition, sent at the start; nodes have eight chips."""
    of = np.atleast_1d(np.asarray(chips, np.int64))
    every = np.ones_like(of)
    known = {
        "submit_s": every * 0,
        "run_s": every * run_s,
        "requested_s": every * run_s,
        "nodes": -(-of // 8),
        "chips": of,
        "tenant": every.astype(np.int32) * 0,
        "partition": every.astype(np.int32) * 0,
        "training_run": -every.astype(np.int32),
        "outcome": every.astype(np.int8) * 0,
        "allocation": -every.astype(np.int32),
    }
    return Jobs(**known | stated)


def energy(cost_eur: Any, **stated: Any) -> EnergyAccount:
    """An account of sites that cost so much in each hour, float64[site, hour], and draw, emit and evaporate nothing."""
    cost = np.asarray(cost_eur, np.float64)
    none, nothing = np.zeros_like(cost), np.zeros(cost.shape[0])
    known = {field.name: none for field in fields(EnergyAccount)}
    site = (
        "demand_charge_eur",
        "plants_eur",
        "renewable_hourly_share",
        "renewable_annual_share",
        "embodied_t",
        "embodied_t_per_year",
    )
    known |= dict.fromkeys(site, nothing) | {"cost_eur": cost, "active_share": np.zeros((1, 1))}
    none_used = Use(*np.zeros((len(Use._fields), 1)))
    known |= {"tenants": none_used, "energy_parts_mwh": {}} | stated
    # All at the price of the hour where nothing else is stated.
    parts = dict.fromkeys(COST_PARTS, nothing) | {
        "wholesale": cost.sum(axis=1),
        "demand charge": known["demand_charge_eur"],
        "plants": known["plants_eur"],
        "heat": -np.asarray(known["heat_eur"]).sum(axis=1),
    }
    return EnergyAccount(**known | {"cost_parts_eur": parts} | stated)
