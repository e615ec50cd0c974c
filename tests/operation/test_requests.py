"""Jobs as the kernel sees them, and jobs that are put off, against a loop over all hours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plain
from gortyn.kernels.types import Jobs
from gortyn.operation import Tariffs
from gortyn.operation.requests import put_off, requests

HOUR_S = 3600


def jobs_of(rows):
    """Jobs from rows of (submit, run, requested, tenant, training run)."""
    submit_s, run_s, requested_s, tenant, run = np.array(rows, np.int64).T
    one = np.ones_like(submit_s)
    return Jobs(
        submit_s=submit_s,
        run_s=run_s,
        requested_s=requested_s,
        nodes=one,
        chips=8 * one,
        tenant=tenant.astype(np.int32),
        partition=(0 * one).astype(np.int32),
        training_run=run.astype(np.int32),
        outcome=(0 * one).astype(np.int8),
        allocation=-one.astype(np.int32),
    )


def test_work_is_cut_at_the_request_unless_it_goes_on(make_scenario, make_partitions, flat):
    tenants = (plain.tenant(), plain.tenant(name="makers", demand_share=0.1, chains=True))
    jobs = jobs_of([(0, 500, 300, 0, -1), (0, 500, 300, 1, -1), (0, 500, 900, 0, 0)])
    asked, order = requests(make_scenario(tenants=tenants), make_partitions(10), jobs, flat())
    assert asked.work_s.tolist() == [300, 500, 500]
    assert asked.estimate_s.tolist() == [300, 500, 900]
    assert asked.immune.tolist() == [False, False, True]
    assert order.tolist() == [0, 1, 2]
    slow = make_scenario(tenants=tenants, launch_overhead_s=10.0, estimate="actual")
    asked, _ = requests(slow, make_partitions(10), jobs, flat())
    assert asked.work_s.tolist() == asked.estimate_s.tolist() == [310, 510, 510]


def test_jobs_that_wait_for_a_cheap_hour_come_later(make_scenario, make_partitions):
    tenants = (plain.tenant(), plain.tenant(name="patient", demand_share=0.1, defer_hours=5.0))
    price = np.full((2, 240), 50.0)
    price[:, 3] = 10.0
    jobs = jobs_of([(10, 600, 600, 1, -1), (20, 600, 600, 0, -1)])
    tariffs = Tariffs(price, np.zeros_like(price), np.ones_like(price))
    asked, order = requests(make_scenario(tenants=tenants), make_partitions(10), jobs, tariffs)
    assert order.tolist() == [1, 0]
    assert asked.eligible_s.tolist() == [20, 3 * HOUR_S]
    assert asked.submit_s.tolist() == [20, 10]


@settings(max_examples=50)
@given(
    st.lists(st.integers(0, 5), min_size=3, max_size=30),
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 25 * HOUR_S), st.integers(1, 8 * HOUR_S)), min_size=1, max_size=5
    ),
    st.integers(1, 12),
)
def test_the_best_hour_is_the_earliest_of_the_best(price, rows, bound_h):
    signal = np.array([price, price[::-1]], np.float64)
    site, submit_s, run_s = (np.array(column) for column in zip(*rows, strict=True))
    found = put_off(signal, site, submit_s, run_s, float(bound_h))

    def cost(place, hour, run):
        hours = min(-(-run // HOUR_S), len(price))
        return sum(signal[place, min(hour + k, len(price) - 1)] for k in range(hours)) / hours

    for begin, (place, submit, run) in zip(found.tolist(), rows, strict=True):
        first = min(submit // HOUR_S, len(price) - 1)
        costs = [cost(place, first + delay, run) for delay in range(bound_h + 1)]
        delay = costs.index(min(costs))
        assert begin == (submit if delay == 0 else (submit // HOUR_S + delay) * HOUR_S)


@pytest.mark.parametrize("row", [(0, 10, 2**31), (0, 2**31, 10), (2**31 - 1, 10, 10)])
def test_times_beyond_32_bits_are_refused(make_scenario, make_partitions, flat, row):
    scenario = make_scenario(tenants=(plain.tenant(defer_hours=1.0),))
    with pytest.raises(ValueError, match="68 years"):
        requests(scenario, make_partitions(10), jobs_of([(*row, 0, -1)]), flat())
