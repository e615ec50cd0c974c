"""This module owns the claims about climate: what the sites emit, and how much of that is the grid's doing."""

from __future__ import annotations

from typing import Final

from gortyn.claims.text import number, size
from gortyn.claims.tolerance import GRIDS_DIFFER
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, grade
from gortyn.model.conversions import HOURS_PER_YEAR

T_PER_KT: Final = 1e3
KWH_PER_MWH: Final = 1e3
G_PER_T: Final = 1e6


def emissions(claim: Claim, case: Case) -> Finding:
    """S37: AI harms the climate; emissions of a year, here and on the cleanest and dirtiest grid."""
    window_hours = case.energy.facility_mw.shape[1]
    per_year = HOURS_PER_YEAR / window_hours
    emitted_t = float(case.energy.carbon_t.sum()) * per_year
    energy_mwh = float(case.energy.facility_mw.sum()) * per_year
    if energy_mwh <= 0:
        return Finding("not-checkable", "The sites draw no power in the simulated window.", claim.record)
    mean = emitted_t * G_PER_T / (energy_mwh * KWH_PER_MWH)
    facts = case.facts
    found = {grid: facts.get_number("grids", grid, "carbon_g_per_kwh") for grid in facts.catalogue.entries("grids")}
    grids = {grid: intensity for grid, intensity in found.items() if intensity is not None}
    clean, dirty = min(grids, key=lambda grid: grids[grid]), max(grids, key=lambda grid: grids[grid])
    least_t, most_t = (grids[grid] * energy_mwh * KWH_PER_MWH / G_PER_T for grid in (clean, dirty))
    chips = sum(plan.chips for plan in case.plans)
    equivalents, it_mw = sum(p.h100_equivalents for p in case.plans), sum(p.it_mw for p in case.plans)
    return Finding(
        grade(holds=most_t < GRIDS_DIFFER * least_t, partly=True),
        f"The sites, {size(chips, equivalents, it_mw)}, emit {number(emitted_t / T_PER_KT)} kt of CO2e a year from "
        f"{number(energy_mwh / KWH_PER_MWH)} GWh, {number(mean)} g per kWh. The same energy would emit "
        f"{number(least_t / T_PER_KT)} kt in {clean} and {number(most_t / T_PER_KT)} kt in {dirty}.",
        "Electricity in operation, by the mean of each grid, life cycle; without making the chips, and without "
        "certificates. An opinion has no limit to hold it to: it depends on the grid where the range is that wide.",
        emitted_t,
        unit="tCO2e/year",
    )


EVALUATORS: Final[dict[str, Evaluator]] = {"S37": emissions}
