"""A case that a test can turn at will: a real scenario, plan and estimates, and stand-ins for the later stages."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

import plain
from claims.standins import TENANTS, access_of, finance_of, machine_of, served, site_of, tenant_of
from gortyn.catalogue import load
from gortyn.claims import Case, check
from gortyn.machine import plan
from gortyn.model import AccessRules, Costs, Fund, Layer, Operations, Reliability, Simulation, TrainingRun
from gortyn.training import estimates

HOURS = 8760


@pytest.fixture(scope="session")
def facts():
    return load().lookup()


@pytest.fixture(scope="session")
def verdicts(facts):
    """Verdicts by claim of a case with the given differences; the one without any is made once."""
    usual = []

    def of(**differences):
        if differences:
            return make(**differences)
        if not usual:
            usual.append(make())
        return dict(usual[0])

    def make(
        *,
        sites=4,
        chips=100_000,
        chip="GB300-NVL72",
        public_share=0.25,
        access=None,
        jain=1.0,
        run=None,
        carbon_g=70.0,
        runs=1,
        eur_per_chip_hour=3.0,
        price=2.0,
        connection_mw=900.0,
        usd_per_eur=1.17,
        staff_fte_per_mw=1.0,
        providers=("private", "union"),
        rules=None,
        tenants=(),
        used=None,
        token_needs=(),
        tradeoff=(),
        origins=None,
        **programme,
    ):
        machine = machine_of(chip, facts)
        money = {"mobilised_eur": 200e9, "public_eur": 50e9, "private_eur": 150e9, "budget_eur": 40e9, **programme}
        layers = (
            Layer(name="bank", kind="senior-debt", provider=providers[0], share=1 - public_share, return_rate=0.06),
            Layer(name="union", kind="first-loss", provider=providers[1], share=public_share),
        )
        how = {"model": "Llama-3-405B", "tokens": 15.6e12, "chips": 20_000, "baseline_chips": 2_000, **(run or {})}
        scenario = plain.scenario(
            programme=plain.programme(**money),
            fund=Fund(layers=layers),
            costs=Costs(
                usd_per_eur=usd_per_eur,
                building_usd_per_mw=1e7,
                grid_connection_eur_per_mw=2e5,
                staff_fte_per_mw=staff_fte_per_mw,
                staff_eur_per_fte_year=1e5,
            ),
            machines=(machine,),
            sites=tuple(site_of(f"site-{index}", chips, connection_mw) for index in range(sites)),
            tenants=tenants or tuple(tenant_of(name, kind, price) for name, kind in TENANTS),
            training_runs=(TrainingRun(name="big", site="site-0", machine="it", tenant="giant", **how),) * runs,
            access=rules or AccessRules(),
            operations=Operations(reliability=Reliability(rate_per_1000_node_days=4.0, clock="running")),
            simulation=Simulation(start=date(2028, 1, 1)),
        )
        plans = plan(scenario, facts)
        trained = estimates(scenario, plans, facts)
        users = access or [served(name, kind) for name, kind in TENANTS]
        mw = np.full((sites, HOURS), 150.0)
        money = {"public_share": public_share, "eur_per_chip_hour": eur_per_chip_hour}
        case = Case(
            scenario,
            plans,
            trained,
            SimpleNamespace(facility_mw=mw, carbon_t=mw * carbon_g / 1000),
            access_of(users, jain, **(used or {})),
            finance_of(scenario, plans, trained, facts, **money),
            facts,
            token_needs,
            tradeoff=tradeoff,
            origins=origins or {},
        )
        return {verdict.id: verdict for verdict in check(case)}

    return of
