"""This module owns the comparison of the law of cooling, and of a run's emissions, with what operators publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.climate import facility
from gortyn.climate.normals import Normals, normals, typical_year
from gortyn.energy.validation_figure import COMPARATORS, Figure, compared, source_of
from gortyn.model import Cooling
from gortyn.model.conversions import KG_PER_T
from gortyn.training.checks import Check

Kind = Literal["air", "liquid", "warm-water", "seawater"]
FITTED: Final = 0.005  # source: PUE is published with two or three decimals; what it was fitted to has to be met
LIMIT: Final = 0.02  # source: two hundredths are an eighth of the step between excellent and poor in the tender
EMISSIONS_LIMIT: Final = 0.05  # unit: share; annual intensities of a grid differ by that between sources
G_PER_KG: Final = 1e3
CONSTANT: Final = "constant PUE of the kind of cooling"


def pue_figures(facts: Lookup) -> Iterator[Figure]:
    """Frontier's year, and the means of Google, Meta, the European reports and LUMI."""
    yield from _frontier(facts)
    every = facts.catalogue.entries("climates")
    yield _mean(facts, "Google-fleet", "liquid", every, seen=True)
    yield from _campuses(facts, every)
    yield _mean(facts, "Meta-fleet", "liquid", _named(facts, "Meta-fleet"), seen=False)
    yield _mean(facts, "LUMI-hall", "warm-water", _named(facts, "LUMI-hall"), seen=False)
    yield _mean(facts, "EU-reported", "air", every, seen=True)


def pue_by_load(facts: Lookup) -> list[dict[str, float]]:
    """PUE of Frontier by the law over its load: mean, lowest and highest hour of a typical year."""
    mean_share = compared("Frontier", "power_mean_mw", facts) / compared("Frontier", "power_max_mw", facts)
    least = facts.number("cooling", "every-kind", "least_load_share")
    halves = [2.0**-power for power in range(round(-np.log2(least)) + 1)]
    climate = oak_ridge(facts)
    years = {share: _year("warm-water", climate, share, facts) for share in sorted({*halves, mean_share, least})}
    return [
        {"load_share": share, "pue": float(pue.mean()), "lowest": float(pue.min()), "highest": float(pue.max())}
        for share, pue in years.items()
    ]


def oak_ridge(facts: Lookup) -> Normals:
    """Climate of Frontier, which the catalogue has among the comparators because no site of Europe may take it."""
    return normals(facts, "Oak-Ridge", COMPARATORS)._replace(entry="oak-ridge")


def bloom_figures(facts: Lookup) -> Iterator[Figure]:
    """Emissions of BLOOM's training: by the intensity that it states, and by the catalogue's of the French grid."""
    energy_kwh, expected_t = compared("BLOOM", "energy_kwh", facts), compared("BLOOM", "emissions_t", facts)
    source = source_of(facts, COMPARATORS, "BLOOM", "emissions_t")
    stated = compared("BLOOM", "carbon_g_per_kwh", facts)
    latest, year, grid = _nearest_year(facts, facts.text(COMPARATORS, "BLOOM", "country"), source_year="2022")
    limit = EMISSIONS_LIMIT * expected_t
    null = energy_kwh * latest / G_PER_KG / KG_PER_T
    for name, carbon, seen in (("as it states", stated, True), (f"of the French grid in {year}", grid, False)):
        got = energy_kwh * carbon / G_PER_KG / KG_PER_T
        check = Check(f"BLOOM, {energy_kwh:,.0f} kWh at the intensity {name} [t]", expected_t, got, limit, source)
        yield Figure(check, seen, null, "latest annual mean of the grid")


def _nearest_year(facts: Lookup, country: str, source_year: str) -> tuple[float, str, float]:
    """Latest intensity of a grid, and that of the year nearest to one, with the year."""
    fact = facts.fact("grids", country, "carbon_g_per_kwh")
    rows = (fact, *fact.conflicts)
    near = min(rows, key=lambda one: abs(int(one.date[:4]) - int(source_year)))
    return fact.number, near.date[:4], near.number


def _frontier(facts: Lookup) -> Iterator[Figure]:
    fact = facts.fact(COMPARATORS, "Frontier", "pue_mean")
    source, climate = source_of(facts, COMPARATORS, "Frontier", "pue_mean"), oak_ridge(facts)
    mean_share = compared("Frontier", "power_mean_mw", facts) / compared("Frontier", "power_max_mw", facts)
    constant = facts.number("cooling", "warm-water", "pue")
    got = float(_year("warm-water", climate, mean_share, facts).mean())
    yield Figure(
        Check("Frontier, mean PUE of 2023 at its mean load", fact.number, got, FITTED, source), True, constant, CONSTANT
    )
    full = _year("warm-water", climate, 1.0, facts)
    if fact.low is not None:
        check = Check("Frontier, lowest PUE: the best hour at full load", fact.low, float(full.min()), LIMIT, source)
        yield Figure(check, True, constant, CONSTANT)
    if fact.high is not None:
        idle = _year("warm-water", climate, facts.number("cooling", "every-kind", "least_load_share"), facts)
        excess = Check(
            "Frontier, highest PUE: at most the law's at hardly any load",
            float(idle.max()),
            fact.high,
            0.0,
            source,
            True,
        )
        yield Figure(excess, False)
        above = Check(
            "Frontier, highest PUE: above the law's worst hour at the mean load",
            fact.high,
            float(_year("warm-water", climate, mean_share, facts).max()),
            0.0,
            source,
            True,
        )
        yield Figure(above, False)


def _campuses(facts: Lookup, climates: Sequence[str]) -> Iterator[Figure]:
    """The means of all climates lie in the range of Google's campuses, which also differ in age and load."""
    fact = facts.fact(COMPARATORS, "Google-fleet", "pue")
    share = compared("Google-fleet", "load_share", facts)
    means = [float(_year("liquid", normals(facts, one), share, facts).mean()) for one in climates]
    source = source_of(facts, COMPARATORS, "Google-fleet", "pue")
    if fact.high is not None and fact.low is not None:
        warmest = Check(
            "Google, highest of its campuses: above the warmest climate", fact.high, max(means), 0.0, source, True
        )
        yield Figure(warmest, False)
        coldest = Check(
            "Google, lowest of its campuses: below the coldest climate", min(means), fact.low, 0.0, source, True
        )
        yield Figure(coldest, False)


def _mean(facts: Lookup, entry: str, kind: Kind, climates: Sequence[str], seen: bool) -> Figure:
    """Mean over climates of the yearly mean PUE at the load that a published mean is taken to stand for."""
    share = compared(entry, "load_share", facts)
    got = fmean(float(_year(kind, normals(facts, one), share, facts).mean()) for one in climates)
    name = f"{facts.text(COMPARATORS, entry, 'name')}: mean PUE, {kind}, {len(climates)} climates"
    source = f"{source_of(facts, COMPARATORS, entry, 'pue')}; load {share:g} (assumed)"
    check = Check(name, compared(entry, "pue", facts), got, FITTED if seen else LIMIT, source)
    return Figure(check, seen, facts.number("cooling", kind, "pue"), CONSTANT)


def _named(facts: Lookup, entry: str) -> list[str]:
    return facts.text(COMPARATORS, entry, "climates").split()


def _year(kind: Kind, climate: Normals, load_share: float, facts: Lookup) -> NDArray[np.float64]:
    """PUE of every hour of a typical year at a steady load."""
    weather = typical_year(climate)
    return facility(Cooling(kind=kind), weather, np.full(weather.dry_bulb_c.size, load_share), facts).pue


def as_table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """PUE over load as text."""
    yield "Frontier by the law: load over full load, PUE of the year, of its best and of its worst hour"
    for row in rows:
        yield f"  {row['load_share']:8.3f} {row['pue']:8.4f} {row['lowest']:8.4f} {row['highest']:8.4f}"
