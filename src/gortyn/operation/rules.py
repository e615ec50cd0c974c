"""This module owns the rules of the queue as the kernel sees them: tenants, accounts and the policy."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from gortyn.kernels import cluster_types as kinds
from gortyn.kernels.cluster_types import Accounts, Policy, Tenants
from gortyn.model import Scenario, Tenant, known
from gortyn.model.conversions import GBIT_PER_TB, S_PER_DAY, S_PER_HOUR, S_PER_MIN
from gortyn.operation.sites import LONGEST_S

LEVELS: Final = {"leftover": kinds.LEFTOVER, "standard": kinds.STANDARD, "urgent": kinds.URGENT}
FEDERATION: Final = {
    "home": kinds.HOME,
    "shortest-wait": kinds.SHORTEST_WAIT,
    "cheapest": kinds.BY_SIGNAL,
    "greenest": kinds.BY_SIGNAL,
    "data-locality": kinds.DATA_LOCALITY,
}
PLACEMENT: Final = {"pack": kinds.PACK, "domains": kinds.DOMAINS, "spread": kinds.SPREAD}
ROOT: Final = -1
LEAST_SHARES: Final = 1e-6
"""Shares of a tenant that asks for nothing: an account needs some."""


def tenants(scenario: Scenario, account_of: dict[str, int]) -> Tenants:
    """Tenants of a resolved scenario; `account_of` their places in the tree of accounts."""
    operations, every = scenario.operations, scenario.tenants
    per_hour = known(operations.failures.job_rate_per_hour) if operations.failures.drawn else 0.0
    mtbf_s = S_PER_HOUR / per_hour if per_hour else math.inf
    limit_s = int(min(operations.walltime_limit_hours * S_PER_HOUR, LONGEST_S))
    transfers_s = [round(tenant.data_tb * GBIT_PER_TB / operations.transfer_gbit_per_s) for tenant in every]
    if max(transfers_s) > LONGEST_S:
        message = "the data of a job travel for more than eight years; the simulation counts 32-bit seconds"
        raise ValueError(message)
    return Tenants(
        level=np.array([LEVELS[tenant.qos] for tenant in every], np.int8),
        segment_s=np.array([limit_s if tenant.chains else 0 for tenant in every], np.int32),
        service=np.array([tenant.service is not None for tenant in every], np.bool_),
        saves=np.array([tenant.checkpoints for tenant in every], np.bool_),
        mtbf_s=np.full(len(every), mtbf_s),
        quota_chips=np.array([-1 if tenant.quota_chips is None else tenant.quota_chips for tenant in every], np.int64),
        budget_chip_s=np.array([_budget_chip_s(tenant) for tenant in every], np.int64),
        budget_period_s=np.array([max(1, int(tenant.quota_days * S_PER_DAY)) for tenant in every], np.int64),
        qos=np.array([tenant.qos_priority for tenant in every]),
        account=np.array([account_of[tenant.name] for tenant in every], np.int32),
        transfer_s=np.where([tenant.home is not None for tenant in every], -1, transfers_s).astype(np.int32),
    )


def accounts(scenario: Scenario) -> tuple[Accounts, dict[str, int]]:
    """The tree of accounts, parents before children, and the place in it of each tenant's account.

    A tenant that names no account has one of its own below the root, with its demand as shares.
    """
    stated = scenario.operations.accounts
    places: dict[str | None, int] = {None: 0}
    parents, shares = [ROOT], [1.0]
    waiting = list(stated)
    while waiting:  # the checked tree has no cycle, so every round places one at least
        for account in [account for account in waiting if account.parent in places]:
            places[account.name] = len(parents)
            parents.append(places[account.parent])
            shares.append(account.shares)
            waiting.remove(account)
    account_of: dict[str, int] = {}
    for tenant in scenario.tenants:
        if tenant.account is not None:
            account_of[tenant.name] = places[tenant.account]
            continue
        account_of[tenant.name] = len(parents)
        parents.append(0)
        shares.append(max(tenant.demand_share, LEAST_SHARES))
    return Accounts(np.array(parents, np.int32), np.array(shares)), account_of


def policy(scenario: Scenario, window_s: int) -> Policy:
    """Rules of the scheduler of a resolved scenario."""
    operations, priority = scenario.operations, scenario.operations.priority
    order, backfill = {
        "fcfs": (kinds.FCFS, kinds.NONE),
        "sjf": (kinds.SJF, kinds.NONE),
        "easy": (kinds.FCFS, kinds.EASY),
        "conservative": (kinds.FCFS, kinds.CONSERVATIVE),
        "multifactor": (kinds.PRIORITY, kinds.EASY),
    }[operations.scheduler]
    return Policy(
        order=order,
        backfill=backfill,
        depth=operations.backfill_depth,
        federation=FEDERATION[operations.federation],
        placement=PLACEMENT[operations.placement],
        seed=np.uint64(scenario.simulation.seed),
        age_s=priority.age_days * S_PER_DAY,
        age_weight=priority.age_weight,
        fair_weight=priority.fair_share_weight,
        size_weight=priority.size_weight,
        qos_weight=priority.qos_weight,
        period_s=max(1, round(priority.period_min * S_PER_MIN)),
        half_life_s=priority.half_life_days * S_PER_DAY,
        window_s=window_s,
    )


def _budget_chip_s(tenant: Tenant) -> int:
    return -1 if tenant.quota_chip_hours is None else int(tenant.quota_chip_hours * S_PER_HOUR)
