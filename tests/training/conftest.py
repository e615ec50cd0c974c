"""A scenario with one machine and the training runs that a test asks for, resolved from the shipped catalogue."""

from __future__ import annotations

from datetime import date

import pytest

from gortyn.catalogue import load
from gortyn.machine import plan
from gortyn.model import (
    Cooling,
    Costs,
    Fund,
    Grid,
    Layer,
    Machine,
    Operations,
    Phase,
    Programme,
    Reliability,
    Scenario,
    Simulation,
    Site,
    Tenant,
    TrainingRun,
)
from gortyn.training import estimate


@pytest.fixture
def facts():
    return load().lookup()


@pytest.fixture
def scenario_of(facts):
    def make(chip="H100-SXM", dtype="bf16", *, rate=0.0, clock="running", memory_gb=80.0):
        machine = Machine(
            name="it",
            chip=chip,
            chips_per_node=8,
            domain_chips=8,
            bf16_dense_tflops=facts.number("chips", chip, "bf16_dense_tflops"),
            memory_gb=memory_gb,
            it_power_kw_per_chip=1.2,
            idle_power_share=0.3,
            active_power_share=0.75,
            server_usd_per_chip=1.0,
            network_usd_per_chip=1.0,
            training_dtype=dtype,
        )
        site = Site(
            name="here",
            title="Here",
            country="SE",
            latitude_deg=60.0,
            longitude_deg=15.0,
            grid=Grid(connection_mw=500.0, energised=date(2027, 1, 1), price_eur_per_mwh=40.0, carbon_g_per_kwh=30.0),
            cooling=Cooling(kind="liquid", pue=1.25),
            phases=(Phase(name="one", operational=date(2028, 1, 1), machine="it", chips=100_000),),
        )
        return Scenario(
            name="one-site",
            title="One site",
            summary="A test.",
            programme=Programme(
                name="P", mobilised_eur=10e9, public_eur=2e9, private_eur=8e9, budget_eur=5e9, base_year=2026
            ),
            fund=Fund(layers=(Layer(name="equity", kind="equity", provider="private", share=1.0),)),
            costs=Costs(usd_per_eur=1.2, building_usd_per_mw=1e7, grid_connection_eur_per_mw=1e5),
            machines=(machine,),
            sites=(site,),
            tenants=(
                Tenant(
                    name="labs", tenant_class="research", demand_share=0.9, job_chips=8, job_chips_max=64, run_hours=8.0
                ),
            ),
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
