"""This module owns the headline numbers of a run."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gortyn.access import quantiles, queue_wait_s
from gortyn.result import Result


def summarise(result: Result) -> dict[str, float | int | None]:
    """Return the headline numbers; names, units and meanings stand in the column dictionary under `summary`.

    A number that does not exist (an internal rate of return that no rate solves) is None.
    """
    plans, money, users, power = result.plans, result.finance, result.access, result.energy
    log = result.log
    started = log.start_s >= 0
    wait_s = queue_wait_s(result.jobs, log)[started]
    promised = np.array([tenant.qos != "leftover" for tenant in result.scenario.tenants])
    promised_s = wait_s[promised[result.jobs.tenant[started]]]
    at_work = users.delivered_chip_hours + users.lost_chip_hours
    budget_eur = result.scenario.programme.budget_eur
    numbers: dict[str, float | int] = {
        "capex_eur": money.capex_eur,
        "budget_eur": budget_eur,
        "funding_gap_eur": money.funding_gap_eur,
        "chips": sum(plan.chips for plan in plans),
        "h100_equivalents": sum(plan.h100_equivalents for plan in plans),
        "it_mw": sum(plan.it_mw for plan in plans),
        "facility_mw": sum(plan.facility_mw for plan in plans),
        "exaflops": sum(plan.exaflops for plan in plans),
        "delivered_chip_hours": users.delivered_chip_hours,
        "lost_chip_hours": users.lost_chip_hours,
        "failed_chip_hours": users.failed_chip_hours,
        "goodput_share": _ratio(users.delivered_chip_hours, at_work),
        "utilisation_share": users.utilisation_share,
        "jobs": len(started),
        "interruptions": int(log.interrupted_jobs.sum()),
        "preemptions": log.preemptions,
        "startup_wait_s": _startup_wait_s(result, wait_s, result.jobs.tenant[started]),
        "wait_p90_s": float(quantiles(promised_s)[90]),
        "gini": users.gini,
        "jain": users.jain,
        "energy_mwh": power.energy_mwh_total,
        "energy_eur": power.cost_eur_total,
        "carbon_t": power.carbon_t_total,
        "market_carbon_t": float(power.market_carbon_t.sum()),
        "embodied_t": float(power.embodied_t.sum()),
        "water_m3": float(power.water_m3.sum()),
        "pue": _ratio(power.energy_mwh_total, float(power.it_energy_mwh.sum())),
        "renewable_hourly_share": _ratio(float(power.renewable_mw.sum()), power.energy_mwh_total),
        "npv_eur": money.figure("project-npv"),
        "irr_rate": money.figure("project-irr"),
        "levelised_eur_per_chip_hour": money.levelised_eur_per_chip_hour,
        "equity_irr_rate": money.figure("equity-irr"),
        "smallest_dscr": money.figure("dscr-min"),
        "llcr": money.figure("llcr"),
        "debt_eur": money.debt_eur,
        "npv_p10_eur": money.risk.measure("npv_eur").p10,
        "senior_loss_probability_share": money.senior_loss_probability,
        "public_share": money.public_share,
        "private_per_public": money.private_per_public,
    }
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}


def _ratio(part: float, whole: float) -> float:
    """A part over a whole; of nothing, not a number."""
    return part / whole if whole else math.nan


def _startup_wait_s(result: Result, wait_s: NDArray[np.int64], tenant: NDArray[np.int32]) -> float:
    """Median wait of start-ups; of the tenant with the least jobs in chip-hours where no start-up takes part."""
    tenants = result.scenario.tenants
    chosen = [i for i, one in enumerate(tenants) if one.tenant_class == "start-up"]
    sent = [row for row in enumerate(result.access.tenants) if row[1].jobs]
    if not chosen and sent:
        chosen = [min(sent, key=lambda row: row[1].asked_chip_hours / row[1].jobs)[0]]
    waits = wait_s[np.isin(tenant, chosen)]
    return float(np.median(waits)) if waits.size else math.nan
