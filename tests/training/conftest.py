"""A scenario with one machine and the training runs that a test asks for, resolved from the shipped catalogue."""

from __future__ import annotations

from datetime import date

import pytest

import plain
from gortyn.catalogue import load
from gortyn.machine import plan
from gortyn.model import Cooling, Costs, Operations, Phase, Reliability, Simulation, TrainingRun
from gortyn.training import estimate


@pytest.fixture
def facts():
    return load().lookup()


@pytest.fixture
def scenario_of(facts):
    def make(chip="H100-SXM", dtype="bf16", *, rate=0.0, clock="running", memory_gb=80.0):
        machine = plain.machine(
            name="it",
            chip=chip,
            bf16_dense_tflops=facts.number("chips", chip, "bf16_dense_tflops"),
            memory_gb=memory_gb,
            it_power_kw_per_chip=1.2,
            idle_power_share=0.3,
            active_power_share=0.75,
            server_usd_per_chip=1.0,
            network_usd_per_chip=1.0,
            training_dtype=dtype,
        )
        site = plain.site(
            name="here",
            cooling=Cooling(kind="liquid", pue=1.25),
            phases=(Phase(name="one", operational=date(2028, 1, 1), machine="it", chips=100_000),),
        )
        return plain.scenario(
            costs=Costs(usd_per_eur=1.2, building_usd_per_mw=1e7, grid_connection_eur_per_mw=1e5),
            machines=(machine,),
            sites=(site,),
            operations=Operations(reliability=Reliability(rate_per_1000_node_days=rate, clock=clock)),
            simulation=Simulation(start=date(2028, 1, 1)),
        )

    return make


@pytest.fixture
def estimate_of(facts):
    def make(scenario, model, tokens, chips, **more):
        run = TrainingRun(
            name="run", model=model, tokens=tokens, chips=chips, site="here", machine="it", tenant="labs", **more
        )
        return estimate(run, scenario, plan(scenario, facts), facts)

    return make
