"""This module owns the limits of a siting problem: what the scenario asks of the choice, and what the places allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.machine import size
from gortyn.model import Scenario, Siting
from gortyn.siting.place import Place
from gortyn.siting.problem import Limit, Steps

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup


def limits(
    scenario: Scenario,
    siting: Siting,
    places: Sequence[Place],
    phases: Sequence[date],
    adds: Mapping[str, Steps],
    facts: Lookup,
) -> tuple[Limit, ...]:
    """All limits of the problem.

    Compute and budget are those of the siting, or else what the scenario's sites have and the programme's budget; every
    other limit that the siting leaves out does not bind. A number of sites bounds from both sides.

    Parameters
    ----------
    scenario : resolved scenario
    siting : the limits
    places, phases : candidates and dates
    adds : what every step adds
    facts : catalogue, for the compute of the scenario's sites
    """
    programme = sum(
        size(phase, scenario.machine(phase.machine), facts).h100_equivalents
        for site in scenario.sites
        for phase in site.phases
    )
    compute = programme if siting.total_h100_equivalents is None else siting.total_h100_equivalents
    budget = scenario.programme.budget_eur if siting.budget_eur is None else siting.budget_eur
    return bounds(siting, compute, budget, places, phases, adds)


def bounds(
    siting: Siting,
    total_h100_equivalents: float,
    budget_eur: float,
    places: Sequence[Place],
    phases: Sequence[date],
    adds: Mapping[str, Steps],
) -> tuple[Limit, ...]:
    """The limits with compute and budget as numbers."""
    every, own = np.zeros(len(places), np.int64), np.arange(len(places))
    land = np.unique([place.country for place in places], return_inverse=True)[1].astype(np.int64)
    day = np.array([phase.toordinal() for phase in phases], np.float64)
    energised = np.array([place.energised.toordinal() for place in places], np.float64)
    sites, chips = adds["sites"], adds["chips"]
    found = [
        Limit(
            "connection_mw", 0.0, True, adds["connection_mw"], own, offset=np.array([p.connection_mw for p in places])
        ),
        Limit("energised", 0.0, True, sites * (energised[:, None, None] - day), own),
        Limit("total_h100_equivalents", total_h100_equivalents, False, adds["h100_equivalents"], every),
        Limit("budget_eur", budget_eur, True, adds["capex_eur"], every),
    ]

    def add(name: str, value: float | None, load: Steps, group: NDArray[np.int64], **more: object) -> None:
        if value is not None:
            found.append(Limit(name, float(value), load=load, group=group, **({"most": True} | more)))  # pyright: ignore[reportArgumentType]

    add("sites", siting.sites, sites, every)
    add("sites", siting.sites, sites, every, most=False)
    add("power_mw", siting.power_mw, adds["peak_mw"], every)
    add("country_sites", siting.country_sites, sites, land)
    add("country_share", siting.country_share, chips, land, base=chips, shared=True)
    add("minimum_site_chips", siting.minimum_site_chips, chips, own, base=sites, most=False)
    add("carbon_g_per_kwh", siting.carbon_g_per_kwh, adds["energy_carbon_kg"], every, base=adds["energy_mwh"])
    add("latency_ms", siting.latency_ms, sites * np.array([place.latency_ms for place in places])[:, None, None], own)
    if siting.latest is not None:
        # Days from a near origin, so that a day is not lost in the solver's tolerance.
        origin = min(siting.latest, *phases).toordinal() - 1
        shift = np.full(len(places), -float(origin))
        add("latest", siting.latest.toordinal(), sites * (day - origin), own, offset=shift)
    return tuple(found)
