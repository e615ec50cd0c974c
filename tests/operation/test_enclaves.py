"""Enclaves in the queue: data come in first, nodes are cleaned after, and nothing runs where it may not."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import plain
from gortyn.catalogue import load
from gortyn.machine import Partition
from gortyn.model import Reservation
from gortyn.model.access import AccessRules, DataSpace, Enclave
from gortyn.operation import Staging, simulate, staging
from gortyn.operation.failures import draw
from gortyn.operation.requests import requests
from gortyn.operation.sites import sites
from gortyn.operation.windows import speeds_pm, windows

HOUR_S, DAY_S = 3600, 86_400
ONE = np.full((4, 4), 1000, np.int32)


def enclave(name, **stated):
    known = {"site": "north", "machine": "plain", "chips": 80, "overhead_share": 0.0, "permit_days": 0.0}
    return Enclave(name=name, **known | {"clean_hours": 0.25} | stated)


def place(site, nodes, name=None, spares=0):
    return Partition(site, "plain", nodes, 8, np.zeros(1, np.int64), np.array([nodes]), spares, name)


CLINIC = (place(0, 20), place(0, 10, "clinic"), place(1, 20), place(1, 10, "ward"))
TENANTS = (
    plain.tenant(name="open", demand_share=0.1),
    plain.tenant(name="clinics", demand_share=0.1, sensitive="health", stage_tb=1.0),
)


@pytest.fixture
def scene(make_scenario):
    """Two sites with an enclave each; the enclaves and data spaces may be others."""

    def make(*enclaves, spaces=(), tenants=TENANTS, **stated):
        known = enclaves or (enclave("clinic"), enclave("ward", site="south"))
        scenario = make_scenario(tenants=tenants, **stated)
        return scenario.model_copy(update={"access": AccessRules(enclaves=known, data_spaces=spaces)})

    return make


def some_jobs(rows):
    """Jobs of whole nodes from rows of (submit, run, nodes, tenant, partition)."""
    submit_s, run_s, nodes, tenant, partition = np.array(sorted(rows), np.int64).reshape(-1, 5).T
    narrow = {"tenant": tenant.astype(np.int32), "partition": partition.astype(np.int32)}
    return plain.jobs(8 * nodes, submit_s=submit_s, run_s=run_s, requested_s=run_s, **narrow)


def test_data_come_through_the_gate_and_over_the_links(scene):
    clinics = TENANTS[1].model_copy(update={"data_space": "records"})
    space = DataSpace(
        name="records", size_tb=1e4, tokens=0.0, growth_share_per_year=0.0, of_year=2027.0, link_gbit_per_s=20.0
    )
    north = enclave("clinic", staging_gbit_per_s=4.0), enclave("ward", site="south", staging_gbit_per_s=8.0)
    scenario = scene(*north, spaces=(space,), tenants=(*TENANTS, clinics))
    linked = tuple(site.model_copy(update={"network_gbit_per_s": 100.0}) for site in scenario.sites)
    found = staging(scenario.model_copy(update={"sites": linked}), CLINIC, load().lookup())
    # A terabyte is 8000 Gbit; a quarter of the holder's 20 Gbit/s is slower than the gate of the south only.
    assert found.job_s.tolist() == [[0, 0, 0], [0, 2000, 2000], [0, 0, 0], [0, 1000, 1600]]
    assert found.run_s.size == 0


def test_a_job_joins_the_queue_with_its_data_and_leaves_its_nodes_clean(scene, flat):
    jobs = some_jobs([(10, 100, 1, 0, 0), (10, 100, 1, 1, 1), (20, 100, 1, 0, 1)])
    staged = Staging(np.array([[0, 0], [0, 800], [0, 0], [0, 800]]), np.zeros(0, np.int64))
    scenario = scene(launch_overhead_s=5.0)
    asked, order = requests(scenario, CLINIC, jobs, flat(), staged)
    assert order.tolist() == [0, 2, 1]
    assert asked.eligible_s.tolist() == [10, 20, 810]
    assert asked.submit_s.tolist() == [10, 20, 10]
    assert asked.work_s.tolist() == asked.estimate_s.tolist() == [105, 1005, 1005]
    log = simulate(scenario, CLINIC, jobs, flat(), staged=staged)
    assert (log.start_s == log.eligible_s).all()
    assert log.eligible_s.tolist() == [10, 810, 20]
    assert log.held_s.tolist() == [105, 1005, 1005]
    without, _ = requests(scenario, CLINIC, jobs, flat())
    assert without.eligible_s.tolist() == [10, 10, 20]


def test_a_training_run_waits_for_its_own_data(scene, flat):
    jobs = some_jobs([(10, 100, 1, 1, 1)])._replace(training_run=np.zeros(1, np.int32))
    staged = Staging(np.array([[0, 0], [0, 800], [0, 0], [0, 800]]), np.array([7000]))
    assert requests(scene(), CLINIC, jobs, flat(), staged)[0].eligible_s.tolist() == [7010]


def test_jobs_are_put_off_from_when_their_data_are_there(scene, flat):
    patient = TENANTS[1].model_copy(update={"defer_hours": 2.0})
    price = np.full((2, 240), 50.0)
    price[:, [0, 3]] = 10.0, 20.0
    tariffs = flat()._replace(price_eur_per_mwh=price)
    staged = Staging(np.array([[0, 0], [0, HOUR_S], [0, 0], [0, 0]]), np.zeros(0, np.int64))
    jobs = some_jobs([(10, 100, 1, 1, 1)])
    assert requests(scene(tenants=(TENANTS[0], patient)), CLINIC, jobs, tariffs, staged)[0].eligible_s[0] == 3 * HOUR_S


def test_times_of_staging_are_kept_to_32_bits(scene, flat):
    staged = Staging(np.full((4, 2), 2**31 - 50), np.zeros(0, np.int64))
    with pytest.raises(ValueError, match="68 years"):
        requests(scene(), CLINIC, some_jobs([(10, 100, 1, 1, 1)]), flat(), staged)


def test_only_enclaves_that_are_alike_are_of_one_kind(scene, flat):
    places = (*CLINIC, place(1, 10, "tax"), place(1, 10, "slow"), place(1, 10, "twin"))
    enclaves = [
        enclave("clinic", takes=("health", "tax")),
        enclave("ward", site="south"),
        enclave("tax", takes=("tax",)),
    ]
    enclaves += [enclave("slow", overhead_share=0.1), enclave("twin", takes=("tax", "health"))]
    found = sites(scene(*enclaves), places, {"plain": ONE}, flat(), 1)
    assert found.kind.tolist() == [0, 1, 0, 2, 3, 4, 1]


def test_reservations_are_where_their_tenant_runs(scene):
    kept = {"site": "north", "machine": "plain", "chips": 20, "days": 3.0, "begin": date(2027, 1, 2)}
    scenario = scene(reservations=tuple(Reservation(name=one.name, tenant=one.name, **kept) for one in TENANTS))
    found = windows(scenario, CLINIC, 10 * DAY_S)
    assert sorted(zip(found.part.tolist(), found.tenant.tolist(), strict=True)) == [(0, 0), (1, 1)]


def test_a_limit_of_power_is_that_of_the_site_with_its_enclaves(scene):
    from gortyn.model import PowerLimit

    limit = PowerLimit(site="north", limit_mw=0.18, begin=date(2027, 1, 1), days=1.0)
    # 30 nodes of 8 kW, half of that idle: 180 kW leave 60 above idle, for 15 nodes, ten of 20 and five of ten.
    found = windows(scene(power_limits=(limit,)), CLINIC, 10 * DAY_S)
    assert dict(zip(found.part.tolist(), found.nodes.tolist(), strict=True)) == {0: 10, 1: 5}
    speeds = speeds_pm(scene(power_limits=(limit,), power_policy="throttle"), CLINIC, 24)
    assert speeds[0].tolist() == speeds[1].tolist()
    assert speeds[0, 0] < 1000 == speeds[2, 0]


def test_open_nodes_fail_by_names_that_an_enclave_does_not_change(scene, flat):
    def failures(places):
        scenario = scene(failures={"drawn": True}, reliability={"rate_per_1000_node_days": 50.0})
        nodes = sites(scenario, places, {"plain": ONE}, flat(), 1)
        found = draw(scenario, places, nodes, 10 * DAY_S)
        own = found.index < 20
        return found.at_s[own].tolist(), found.at_s[~own].tolist()

    alone, none = failures(CLINIC[:1])
    with_enclave, of_enclave = failures(CLINIC[:2])
    assert alone == with_enclave
    assert len(alone) > 5
    assert not none
    assert of_enclave
    assert not set(of_enclave) & set(alone)


JOB = st.tuples(
    st.integers(0, 20 * HOUR_S), st.integers(1, 5 * HOUR_S), st.integers(1, 9), st.integers(0, 1), st.integers(0, 1)
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(JOB, min_size=1, max_size=60),
    st.sampled_from(("home", "shortest-wait", "cheapest", "data-locality")),
    st.sampled_from(("standard", "leftover", "urgent")),
    st.booleans(),
)
def test_nothing_runs_where_it_may_not(scene, flat, rows, federation, qos, failing):
    tenants = TENANTS[0].model_copy(update={"qos": qos}), TENANTS[1]
    rows = [(*row[:3], tenant, 2 * site + tenant) for *row, tenant, site in rows]
    failures = {"failures": {"drawn": failing, "site_outage_rate": 50.0, "job_rate_per_hour": 0.01}}
    failures |= {"reliability": {"rate_per_1000_node_days": 900.0}} if failing else {}
    scenario = scene(federation=federation, tenants=tenants, days=2, scheduler="multifactor", **failures)
    jobs = some_jobs(rows)
    log = simulate(scenario, CLINIC, jobs, flat(hours=48))
    assert (np.isin(log.place, (1, 3)) == (jobs.tenant == 1)).all()
    assert (log.place[jobs.tenant == 0] % 2 == 0).all()
    assert not log.tenant_chip_hours[[1, 3], 0].any()
    assert not log.tenant_chip_hours[[0, 2], 1].any()
    if federation == "home":
        assert (log.place == jobs.partition).all()
    capacity = log.capacity_chips.sum(axis=1)
    assert sum(log.balance_chip_hours.values()) == pytest.approx(capacity)
