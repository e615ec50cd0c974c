"""Tenants, partitions and scenarios of which a test names only what it is about."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np

from gortyn.machine import Partition
from gortyn.model import Operations, Simulation, Tenant
from gortyn.model.access import AccessRules


def tenant(name="lab", **changed):
    values = {
        "tenant_class": "research",
        "demand_share": 0.4,
        "job_chips": 16,
        "job_chips_spread": 1.0,
        "job_chips_max": 512,
        "run_hours": 2.0,
        "run_hours_spread": 1.2,
        "walltime_factor": 2.0,
    }
    return Tenant(name=name, **{**values, **changed})


def partition(site=0, nodes=2_000, chips_per_node=4, machine="m", steps=None, enclave=None):
    step_s, step_nodes = np.array(steps or [(0, nodes)], np.int64).T.copy()
    return Partition(site, machine, int(step_nodes.sum()), chips_per_node, step_s, step_nodes, enclave=enclave)


def scenario(*tenants, sites=("north", "south"), runs=(), days=364, limit_hours=100.0, access=None):
    """What the generator reads of a scenario."""
    return SimpleNamespace(
        tenants=tenants,
        sites=tuple(SimpleNamespace(name=name, longitude_deg=0.0) for name in sites),
        training_runs=runs,
        operations=Operations(walltime_limit_hours=limit_hours),
        access=access or AccessRules(),
        simulation=Simulation(start=date(2029, 1, 1), days=days),
    )
