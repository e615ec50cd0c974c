"""Resolved scenarios of one site and one kind of machine, and what the operation room makes of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import plain
from gortyn.machine import Partition
from gortyn.model import Failures, Operations, Phase, Reliability, Simulation
from gortyn.operation import Tariffs

FAILURES = {"job_rate_per_hour": 0.0}
RELIABILITY = {"rate_per_1000_node_days": 0.0, "clock": "running"}


@pytest.fixture
def make_scenario():
    """Scenario of the sites `north` and `south`; nothing fails where the caller does not say so."""

    def make(days=10, seed=1, failures=(), reliability=(), tenants=(), machine=(), sites=2, **operations):
        phases = (Phase(name="one", operational=date(2026, 1, 1), machine="plain", chips=80),)
        return plain.scenario(
            machines=(plain.machine(**dict(machine)),),
            sites=tuple(plain.site(name=name, phases=phases) for name in ("north", "south")[:sites]),
            tenants=tenants or (plain.tenant(),),
            operations=Operations(
                failures=Failures(**FAILURES | dict(failures)),
                reliability=Reliability(**RELIABILITY | dict(reliability)),
                **operations,
            ),
            simulation=Simulation(start=date(2027, 1, 1), days=days, seed=seed),
        )

    return make


@pytest.fixture
def make_partitions():
    """Partitions of eight-chip nodes, one per site, all in operation from the start."""

    def make(*nodes, spares=0):
        return tuple(
            Partition(site, "plain", number, 8, np.zeros(1, np.int64), np.array([number]), spares)
            for site, number in enumerate(nodes)
        )

    return make


@pytest.fixture
def flat():
    """Tariffs that never change."""

    def make(sites=2, hours=240, price=50.0, carbon=100.0):
        return Tariffs(np.full((sites, hours), price), np.full((sites, hours), carbon), np.ones((sites, hours)))

    return make
