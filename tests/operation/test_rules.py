"""Tenants, accounts and policy as the kernel sees them."""

from __future__ import annotations

import math

import numpy as np
import pytest

import plain
from gortyn.kernels import cluster_types as kinds
from gortyn.model import Account, Priority
from gortyn.operation.rules import accounts, policy, tenants


def test_the_tree_has_parents_first(make_scenario):
    scenario = make_scenario(
        tenants=(
            plain.tenant(name="a", demand_share=0.2, account="physics"),
            plain.tenant(name="b", demand_share=0.3),
            plain.tenant(name="c", demand_share=0.0),
        ),
        accounts=(Account(name="physics", parent="science", shares=2.0), Account(name="science", shares=7.0)),
    )
    tree, account_of = accounts(scenario)
    assert tree.parent.tolist() == [-1, 0, 1, 0, 0]
    assert tree.shares.tolist() == pytest.approx([1.0, 7.0, 2.0, 0.3, 1e-6])
    assert account_of == {"a": 2, "b": 3, "c": 4}


def test_tenants_carry_quotas_levels_and_transfers(make_scenario):
    scenario = make_scenario(
        failures={"job_rate_per_hour": 0.1},
        transfer_gbit_per_s=80.0,
        walltime_limit_hours=12.0,
        tenants=(
            plain.tenant(name="a", demand_share=0.1, qos="leftover", quota_chips=80, data_tb=1.0),
            plain.tenant(name="b", demand_share=0.1, qos="urgent", quota_chip_hours=2.0, quota_days=0.5, chains=True),
            plain.tenant(name="c", demand_share=0.1, home="north", data_tb=1.0),
        ),
    )
    found = tenants(scenario, {"a": 1, "b": 2, "c": 3})
    assert found.level.tolist() == [kinds.LEFTOVER, kinds.URGENT, kinds.STANDARD]
    assert found.quota_chips.tolist() == [80, -1, -1]
    assert found.budget_chip_s.tolist() == [-1, 7200, -1]
    assert found.budget_period_s.tolist()[1] == 43_200
    assert found.segment_s.tolist() == [0, 43_200, 0]
    assert found.transfer_s.tolist() == [100, 0, -1], "8,000 gigabits at 80 a second; and one that stays at home"
    assert found.mtbf_s.tolist() == pytest.approx([36_000.0] * 3)
    quiet = make_scenario(failures={"drawn": False, "job_rate_per_hour": 0.1})
    assert math.isinf(tenants(quiet, {"labs": 1}).mtbf_s[0])


@pytest.mark.parametrize(
    ("scheduler", "order", "backfill"),
    [
        ("fcfs", kinds.FCFS, kinds.NONE),
        ("sjf", kinds.SJF, kinds.NONE),
        ("easy", kinds.FCFS, kinds.EASY),
        ("conservative", kinds.FCFS, kinds.CONSERVATIVE),
        ("multifactor", kinds.PRIORITY, kinds.EASY),
    ],
)
def test_schedulers(make_scenario, scheduler, order, backfill):
    found = policy(make_scenario(scheduler=scheduler), 100)
    assert (found.order, found.backfill, found.window_s) == (order, backfill, 100)


def test_policy_of_every_name(make_scenario):
    rules = [policy(make_scenario(federation=name), 1).federation for name in ("home", "shortest-wait", "cheapest")]
    assert rules == [kinds.HOME, kinds.SHORTEST_WAIT, kinds.BY_SIGNAL]
    assert policy(make_scenario(federation="greenest"), 1).federation == kinds.BY_SIGNAL
    assert policy(make_scenario(federation="data-locality"), 1).federation == kinds.DATA_LOCALITY
    places = [policy(make_scenario(placement=name), 1).placement for name in ("pack", "domains", "spread")]
    assert places == [kinds.PACK, kinds.DOMAINS, kinds.SPREAD]
    found = policy(make_scenario(priority=Priority(age_days=2.0, half_life_days=3.0, period_min=10.0), seed=9), 1)
    assert (found.age_s, found.half_life_s, found.period_s, int(found.seed)) == (172_800, 259_200, 600, 9)
    assert isinstance(found.seed, np.uint64)
