"""Data spaces, training runs and a site whose figures are round, for tests of what comes from where."""

from __future__ import annotations

from datetime import date
from typing import Any

import plain
from gortyn.model import AccessRules, DataSpace, Phase, Scenario, Simulation, TrainingRun


def space(name: str = "pool", **stated: Any) -> DataSpace:
    """A resolved data space of 9 TB and a trillion tokens that does not grow, behind 10 Gbit/s."""
    known = {
        "name": name,
        "title": name.title(),
        "size_tb": 9.0,
        "tokens": 1e12,
        "growth_share_per_year": 0.0,
        "of_year": 2027.0,
        "link_gbit_per_s": 10.0,
        "licence": "open",
    }
    return DataSpace(**known | stated)


def run(name: str = "run", **stated: Any) -> TrainingRun:
    """A run of a trillion tokens that draws on `pool`."""
    known = {"name": name, "model": "Llama-3-70B", "tokens": 1e12, "chips": 8, "data_spaces": ("pool",)}
    return TrainingRun(**known | {"site": "north", "machine": "plain", "tenant": "labs"} | stated)


def scenario(
    *spaces: DataSpace, runs: tuple[TrainingRun, ...] = (), network_gbit_per_s: float = 100.0, **rules: Any
) -> Scenario:
    """A site in Finland in 2027 and 2028 with these spaces and runs; a transfer gets a quarter of a link."""
    phase = Phase(name="one", operational=date(2026, 1, 1), machine="plain", chips=80)
    return plain.scenario(
        machines=(plain.machine(),),
        sites=(plain.site(phases=(phase,), network_gbit_per_s=network_gbit_per_s),),
        training_runs=runs,
        access=AccessRules(**{"transfer_share": 0.25, "data_spaces": spaces} | rules),
        simulation=Simulation(start=date(2027, 1, 1), days=730),
    )
