"""This module owns the headline numbers of a run."""

from __future__ import annotations

import math

import numpy as np

from gortyn.result import Result


def summarise(result: Result) -> dict[str, float | int | None]:
    """Return the headline numbers; names, units and meanings stand in the column dictionary under `summary`.

    A number that does not exist (an internal rate of return that no rate solves) is None.
    """
    plans, money, users, power = result.plans, result.finance, result.access, result.energy
    wait_s = (result.log.start_s - result.jobs.submit_s).astype(np.float64)
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
        "utilisation_share": users.utilisation_share,
        "jobs": len(wait_s),
        "startup_wait_s": _startup_wait_s(result, wait_s),
        "wait_p90_s": float(np.quantile(wait_s, 0.9)) if wait_s.size else math.nan,  # unit: quantile named in the key
        "energy_mwh": float(power.facility_mw.sum()),
        "energy_eur": float(power.cost_eur.sum()),
        "carbon_t": float(power.carbon_t.sum()),
        "npv_eur": money.npv_eur,
        "irr_rate": money.irr,
        "levelised_eur_per_chip_hour": money.levelised_eur_per_chip_hour,
        "public_share": money.public_share,
        "private_per_public": money.private_per_public,
    }
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}


def _startup_wait_s(result: Result, wait_s: np.ndarray) -> float:
    """Median wait of start-ups; of the tenant with the smallest jobs where no start-up takes part."""
    tenants = result.scenario.tenants
    chosen = [i for i, tenant in enumerate(tenants) if tenant.tenant_class == "start-up"]
    chosen = chosen or [min(range(len(tenants)), key=lambda i: tenants[i].job_chips)]
    waits = wait_s[np.isin(result.jobs.tenant, chosen)]
    return float(np.median(waits)) if waits.size else math.nan
