"""This module owns what a choice amounts to: its sites and phases, their costs and emissions, and the totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from gortyn.model.conversions import KG_PER_T
from gortyn.siting.choose import Best
from gortyn.siting.problem import Levels, Objective, Problem, standing


@dataclass(frozen=True, slots=True)
class ChosenSite:
    """A place where the choice builds.

    Attributes
    ----------
    candidate, title, country, latitude_deg, longitude_deg : the place
    chips, h100_equivalents, it_mw : when all phases operate
    peak_mw : IT power times PUE in its highest hour [MW]
    connection_mw : connection that is built, whole megawatts
    energised, operational : first day of the connection, and of the first phase
    pue : over a year at the expected load
    price_eur_per_mwh, carbon_g_per_kwh : means of the grid over a year
    latency_ms : round trip to the users
    capex_eur : with contingency
    energy_mwh_per_year, energy_eur_per_year, opex_eur_per_year, carbon_t_per_year : a year with all phases
    embodied_t : of making the chips
    useful_chip_hours : until the horizon
    cost_eur_per_chip_hour, carbon_kg_per_chip_hour : until the horizon, per useful chip-hour
    score : points
    """

    candidate: str
    title: str
    country: str
    latitude_deg: float
    longitude_deg: float
    chips: int
    h100_equivalents: float
    it_mw: float
    peak_mw: float
    connection_mw: float
    energised: date
    operational: date
    pue: float
    price_eur_per_mwh: float
    carbon_g_per_kwh: float
    latency_ms: float
    capex_eur: float
    energy_mwh_per_year: float
    energy_eur_per_year: float
    opex_eur_per_year: float
    carbon_t_per_year: float
    embodied_t: float
    useful_chip_hours: float
    cost_eur_per_chip_hour: float
    carbon_kg_per_chip_hour: float
    score: float


@dataclass(frozen=True, slots=True)
class ChosenPhase:
    """What a phase adds at a place: chips, IT power [MW], connection [MW] and capital cost [EUR]."""

    candidate: str
    operational: date
    chips: int
    it_mw: float
    connection_mw: float
    capex_eur: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums and means over the sites of a choice, in the units of `ChosenSite`.

    Attributes
    ----------
    sites : how many
    useful_chip_hours_per_year : with all phases
    carbon_g_per_kwh : mean over all energy
    latency_ms : of the farthest site
    """

    sites: int
    chips: int
    h100_equivalents: float
    it_mw: float
    peak_mw: float
    connection_mw: float
    capex_eur: float
    energy_mwh_per_year: float
    energy_eur_per_year: float
    opex_eur_per_year: float
    carbon_t_per_year: float
    embodied_t: float
    useful_chip_hours: float
    useful_chip_hours_per_year: float
    cost_eur_per_chip_hour: float
    carbon_kg_per_chip_hour: float
    carbon_g_per_kwh: float
    latency_ms: float
    score: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """The best choice without one of the chosen sites.

    Attributes
    ----------
    without : the place that is left out
    value : the objective then; None where no choice is left within the limits
    cost_eur_per_chip_hour, carbon_kg_per_chip_hour : of that choice
    places : where that choice builds, by name, with the chips of each
    """

    without: str
    value: float | None
    cost_eur_per_chip_hour: float | None
    carbon_kg_per_chip_hour: float | None
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The best choice of sites.

    Attributes
    ----------
    objective : what was made best
    value : EUR or kgCO2e per useful chip-hour, or points
    gap : how far from the best the value may be at most, relative
    levels : steps of size built at each place by each phase, int64[place, phase]
    sites, phases : rows, in the order of the candidates
    totals : over all sites
    alternatives : the best choice without each site in turn
    """

    objective: Objective
    value: float
    gap: float
    levels: Levels
    sites: tuple[ChosenSite, ...]
    phases: tuple[ChosenPhase, ...]
    totals: Totals
    alternatives: tuple[Alternative, ...] = ()


def describe(problem: Problem, best: Best, objective: Objective, alternatives: tuple[Alternative, ...] = ()) -> Choice:
    """The rows and totals of a solution."""
    levels = best.levels
    return Choice(
        objective=objective,
        value=best.value,
        gap=best.gap,
        levels=levels,
        sites=_sites(problem, levels),
        phases=_phases(problem, levels),
        totals=totals(problem, levels),
        alternatives=alternatives,
    )


def totals(problem: Problem, levels: Levels) -> Totals:
    """Sums and means over all sites of a choice."""

    def total(name: str) -> float:
        return problem.sum(name, levels)

    built = np.flatnonzero(levels[:, -1])
    return Totals(
        sites=built.size,
        chips=round(total("chips")),
        h100_equivalents=total("h100_equivalents"),
        it_mw=total("it_mw"),
        peak_mw=total("peak_mw"),
        connection_mw=total("connection_mw"),
        capex_eur=total("capex_eur"),
        energy_mwh_per_year=total("yearly_mwh"),
        energy_eur_per_year=total("yearly_energy_eur"),
        opex_eur_per_year=total("yearly_opex_eur"),
        carbon_t_per_year=total("yearly_carbon_kg") / KG_PER_T,
        embodied_t=total("embodied_kg") / KG_PER_T,
        useful_chip_hours=total("useful_chip_hours"),
        useful_chip_hours_per_year=total("yearly_chip_hours"),
        cost_eur_per_chip_hour=problem.ratio("cost", levels),
        carbon_kg_per_chip_hour=problem.ratio("carbon", levels),
        carbon_g_per_kwh=total("energy_carbon_kg") / total("energy_mwh"),
        latency_ms=max(problem.places[index].latency_ms for index in built),
        score=problem.ratio("score", levels),
    )


def places_of(problem: Problem, levels: Levels) -> dict[str, int]:
    """Chips of each place where a choice builds, by name."""
    chips = problem.by_place("chips", levels)
    return {problem.places[index].name: round(chips[index]) for index in np.flatnonzero(levels[:, -1])}


def _sites(problem: Problem, levels: Levels) -> tuple[ChosenSite, ...]:
    of = {name: problem.by_place(name, levels) for name in problem.adds}
    found = []
    for index in np.flatnonzero(levels[:, -1]):
        place = problem.places[index]
        got = {name: float(values[index]) for name, values in of.items()}
        found.append(
            ChosenSite(
                candidate=place.name,
                title=place.title,
                country=place.country,
                latitude_deg=place.latitude_deg,
                longitude_deg=place.longitude_deg,
                chips=round(got["chips"]),
                h100_equivalents=got["h100_equivalents"],
                it_mw=got["it_mw"],
                peak_mw=got["peak_mw"],
                connection_mw=got["connection_mw"],
                energised=place.energised,
                operational=problem.phases[int(np.flatnonzero(levels[index])[0])],
                pue=float(problem.running.pue[index]),
                price_eur_per_mwh=place.price_eur_per_mwh,
                carbon_g_per_kwh=place.carbon_g_per_kwh,
                latency_ms=place.latency_ms,
                capex_eur=got["capex_eur"],
                energy_mwh_per_year=got["yearly_mwh"],
                energy_eur_per_year=got["yearly_energy_eur"],
                opex_eur_per_year=got["yearly_opex_eur"],
                carbon_t_per_year=got["yearly_carbon_kg"] / KG_PER_T,
                embodied_t=got["embodied_kg"] / KG_PER_T,
                useful_chip_hours=got["useful_chip_hours"],
                cost_eur_per_chip_hour=got["cost_eur"] / got["discounted_chip_hours"],
                carbon_kg_per_chip_hour=got["carbon_kg"] / got["useful_chip_hours"],
                score=got["score_chips"] / got["chips"],
            )
        )
    return tuple(found)


def _phases(problem: Problem, levels: Levels) -> tuple[ChosenPhase, ...]:
    new = np.diff(standing(levels, problem.sizes.size).astype(np.float64), axis=-1, prepend=0.0)

    def added(name: str) -> np.ndarray:
        return (problem.adds[name] * new).sum(axis=1)

    chips, it_mw, connection_mw, capex_eur = map(added, ("chips", "it_mw", "connection_mw", "capex_eur"))
    return tuple(
        ChosenPhase(
            candidate=problem.places[index].name,
            operational=problem.phases[phase],
            chips=round(float(chips[index, phase])),
            it_mw=float(it_mw[index, phase]),
            connection_mw=float(connection_mw[index, phase]),
            capex_eur=float(capex_eur[index, phase]),
        )
        for index, phase in np.argwhere(chips > 0)
    )
