"""A small machine whose tenants can be varied, carried as far as the trade-off curve."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest

import plain
from gortyn import catalogue, energy, machine, training
from gortyn.model import Costs, Phase, Simulation
from gortyn.resolve import resolve


class Case(NamedTuple):
    """What `gortyn.tradeoff.curve` takes."""

    scenario: object
    plans: object
    tariffs: object
    stretch_pm: object
    facts: object


@pytest.fixture(scope="session")
def shipped():
    return catalogue.load()


@pytest.fixture
def make_case(shipped):
    def make(tenants, *, days=30, access=None, phases=None, start=date(2027, 1, 1), **stated):
        phases = phases or (Phase(name="one", operational=date(2026, 1, 1), machine="plain", chips=640),)
        rules = {} if access is None else {"access": access}
        scenario = plain.scenario(
            machines=(plain.machine(),),
            sites=(plain.site(phases=phases),),
            tenants=tuple(tenants),
            costs=Costs(),
            simulation=Simulation(start=start, days=days),
            **rules,
            **stated,
        )
        resolved = resolve(scenario, shipped)
        facts, scenario = shipped.lookup(), resolved.scenario
        plans = machine.plan(scenario, facts, resolved.series)
        tariffs = energy.tariffs(scenario, plans, facts, resolved.series)
        parts = machine.partitions(scenario, plans)
        return Case(scenario, plans, tariffs, training.stretch_pm(scenario, plans, parts, facts), facts)

    return make


@pytest.fixture
def founders():
    """Start-ups whose jobs take one node for some hours."""
    return plain.tenant(
        name="founders", tenant_class="start-up", demand_share=0.1, job_chips=8, job_chips_max=8, run_hours=2.0
    )


@pytest.fixture
def labs():
    """Researchers with jobs of the same kind who ask for half of the machine, at a price."""
    return plain.tenant(
        name="labs", demand_share=0.5, job_chips=8, job_chips_max=8, run_hours=4.0, price_eur_per_chip_hour=2.0
    )
