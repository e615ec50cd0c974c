"""This module owns the claims about climate: what the sites emit, and how much of that is the grid's doing."""

from __future__ import annotations

from typing import Final

from gortyn.claims.charts import bars
from gortyn.claims.text import number, size
from gortyn.claims.verdict import Case, Claim, Evaluator, Finding, unknown
from gortyn.model.conversions import HOURS_PER_YEAR

T_PER_KT: Final = 1e3
KWH_PER_MWH: Final = 1e3
G_PER_T: Final = 1e6
FIELD: Final = "carbon_g_per_kwh"


def emissions(claim: Claim, case: Case) -> Finding:
    """S37: AI harms the climate; emissions of a year, here and on the cleanest and dirtiest grid."""
    per_year = HOURS_PER_YEAR / case.energy.facility_mw.shape[1]
    emitted_t = float(case.energy.carbon_t.sum()) * per_year
    energy_mwh = float(case.energy.facility_mw.sum()) * per_year
    if energy_mwh <= 0:
        return unknown("The sites draw no power in the simulated window.", claim.record)
    mean = emitted_t * G_PER_T / (energy_mwh * KWH_PER_MWH)
    clean, dirty = _extremes(case)
    least_t, most_t = (
        case.facts.number("grids", grid, FIELD) * energy_mwh * KWH_PER_MWH / G_PER_T for grid in (clean, dirty)
    )
    names = [case.facts.text("grids", grid, "name") for grid in (clean, dirty)]
    counts = (
        sum(plan.chips for plan in case.plans),
        sum(plan.h100_equivalents for plan in case.plans),
        sum(plan.it_mw for plan in case.plans),
    )
    return unknown(
        f"An opinion has no limit to hold it to: the sites emit {number(emitted_t / T_PER_KT)} kt of CO2e a year; on "
        f"the grid of {names[0]} it would be {number(least_t / T_PER_KT)} kt, on that of {names[1]} "
        f"{number(most_t / T_PER_KT)}.",
        "It would take a limit to what a site may emit. Told is electricity in operation, by the mean of each grid, "
        "life cycle; without making the chips, and without certificates.",
        f"The sites, {size(*counts)}, emit {number(emitted_t / T_PER_KT)} kt of CO2e a year from "
        f"{number(energy_mwh / KWH_PER_MWH)} GWh, {number(mean)} g per kWh. The same energy would emit "
        f"{number(least_t / T_PER_KT)} kt in {names[0]} and {number(most_t / T_PER_KT)} kt in {names[1]}.",
        baseline=f"{number(least_t / T_PER_KT)} to {number(most_t / T_PER_KT)} kt on the cleanest and dirtiest grid",
        found_value=emitted_t,
        unit="tCO2e/year",
        inputs=("sites.*.country", "sites.*.phases.*.chips", "tenants.*.demand_share"),
        figures=bars(
            "kt of CO2e a year",
            [
                ("sites of the scenario", "found", emitted_t / T_PER_KT),
                (f"the same in {names[0]}", "baseline", least_t / T_PER_KT),
                (f"the same in {names[1]}", "baseline", most_t / T_PER_KT),
            ],
        ),
    )


def _extremes(case: Case) -> tuple[str, str]:
    """Cleanest and dirtiest grid of the catalogue."""
    catalogue = case.facts.catalogue
    carbon = {
        grid: catalogue.fact("grids", grid, FIELD).number
        for grid in catalogue.entries("grids")
        if catalogue.has("grids", grid, FIELD)
    }
    return min(carbon, key=lambda grid: carbon[grid]), max(carbon, key=lambda grid: carbon[grid])


EVALUATORS: Final[dict[str, Evaluator]] = {"S37": emissions}
