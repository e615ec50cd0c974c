"""This module owns the priorities that the simulator gives to jobs, in the terms in which Slurm prints its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gortyn.model import Scenario, Tenant
from gortyn.model.conversions import S_PER_DAY
from gortyn.operation import rules
from gortyn.slurm.terms import levels, weights


@dataclass(frozen=True, slots=True)
class JobPriority:
    """Factors of a waiting job, each from 0 to 1, and what they add up to; `total` is what Slurm calls its priority."""

    age: float
    fair_share: float
    size: float
    qos: float
    level_points: int
    total: int


def fair_shares(scenario: Scenario, used: Mapping[str, float]) -> dict[str, float]:
    """Fair-share factor of each tenant, as the simulator computes it.

    Parameters
    ----------
    scenario : resolved
    used : decayed use of tenants in any unit (chip-seconds; Slurm's RawUsage); those left out used nothing
    """
    from gortyn.kernels.multifactor import fair_factors

    tree, account_of = rules.accounts(scenario)
    own = np.zeros(tree.parent.size)
    for tenant, amount in used.items():
        own[account_of[tenant]] += amount
    factors = fair_factors(tree.parent, tree.shares, own)
    return {tenant.name: float(factors[account_of[tenant.name]]) for tenant in scenario.tenants}


def job_priority(
    scenario: Scenario, tenant: Tenant, waited_s: int, nodes: int, of_nodes: int, fair_share: float
) -> JobPriority:
    """Priority of a waiting job under `scheduler: multifactor`.

    Parameters
    ----------
    scenario : resolved
    tenant : whose job it is
    waited_s : time in the queue [s]
    nodes : nodes that it asks for
    of_nodes : nodes of the partition
    fair_share : factor of the tenant, see `fair_shares`
    """
    from gortyn.kernels.multifactor import priority_of

    priority = scenario.operations.priority
    size, qos = nodes / of_nodes, tenant.qos_priority
    value = priority_of(
        np.array([priority.age_weight, priority.fair_share_weight, priority.size_weight, priority.qos_weight]),
        priority.age_days * S_PER_DAY,
        np.array([waited_s, fair_share, size, qos]),
    )
    above = levels(scenario).index(tenant.qos) * weights(scenario).level_step
    age = min(1.0, max(0, waited_s) / (priority.age_days * S_PER_DAY))
    return JobPriority(age, fair_share, size, qos, above, math.floor(value) + above)
