"""The cluster simulation: the compiled one equals its plain twin, and both equal schedules worked by hand."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from gortyn.kernels import cluster
from naive import cluster as twin
from naive import scheduler
from naive.cluster import placement
from naive.cluster.shares import carry_out_boundaries
from naive.cluster.world import NodeState, build
from naive.cluster_worlds import Customer, differences, large_world, plain_sites, plain_world, random_worlds

NONE, EASY, CONSERVATIVE = range(3)
FCFS, SJF, PRIORITY = range(3)

# HYPOTHESIS_PROFILE=search compares thousands of worlds. Drawing one takes longer than simulating it.
SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(max_examples=4 * settings().max_examples, suppress_health_check=SLOW_TO_DRAW)
@given(world=random_worlds())
def test_every_field_equals_the_twins(world):
    found = differences(twin.simulate(*world), cluster.simulate(*world))
    note("\n".join(found))
    assert not found


@pytest.mark.parametrize(("backfill", "placement"), [(NONE, 2), (EASY, 0), (CONSERVATIVE, 1)])
def test_every_field_equals_the_twins_with_dozens_of_running_jobs(backfill, placement):
    world = large_world(1 + backfill, backfill=backfill, placement=placement, depth=20)
    assert not differences(twin.simulate(*world), cluster.simulate(*world))


def test_interpreted_loop_equals_the_twin():
    code = (
        "from hypothesis import HealthCheck, given, settings\n"
        "from gortyn.kernels import cluster\n"
        "from naive import cluster as twin\n"
        "from naive.cluster_worlds import differences, random_worlds\n"
        "@settings(max_examples=40, derandomize=True, database=None, deadline=None,\n"
        "          suppress_health_check=list(HealthCheck))\n"
        "@given(random_worlds())\n"
        "def compare(world):\n"
        "    assert not differences(twin.simulate(*world), cluster.simulate(*world))\n"
        "compare()\n"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=[twin.simulate, cluster.simulate], ids=["twin", "kernel"])
def simulate(request):
    return request.param


def starts(simulate, world):
    return simulate(*world)[0].start_s.tolist()


# What both are held to from outside: the scheduler that is compared with published schedules, and sums.


@pytest.mark.parametrize("policy", ["FCFS", "SJF", "EASY"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_starts_equal_those_of_the_scheduler_of_nodes(simulate, policy, data):
    row = st.tuples(st.integers(0, 25), st.integers(1, 15), st.integers(0, 15), st.integers(1, 6))
    jobs = [(a, b, b + c, d) for a, b, c, d in sorted(data.draw(st.lists(row, max_size=25)), key=lambda row: row[0])]
    order, backfill = {"FCFS": (FCFS, NONE), "SJF": (SJF, NONE), "EASY": (FCFS, EASY)}[policy]
    world = plain_world(jobs, plain_sites(6), order=order, backfill=backfill)
    expected = scheduler.schedule([scheduler.Job(*job) for job in jobs], [(0, 6)], policy)
    assert starts(simulate, world) == expected


@settings(max_examples=60, suppress_health_check=[*SLOW_TO_DRAW, HealthCheck.function_scoped_fixture])
@given(world=random_worlds())
def test_chip_seconds_busy_down_and_idle_are_the_capacity(simulate, world):
    record, tally, lost_tenant = simulate(*world)
    sites, window_s = world.sites, world.policy.window_s
    for p, chips in enumerate(sites.chips_per_node.tolist()):
        mine = sites.step_part == p
        in_service = np.maximum(0, window_s - sites.step_s[mine].astype(np.int64)) * sites.step_nodes[mine]
        assert tally.busy[p].sum() + tally.down[p].sum() + tally.idle[p] == in_service.sum() * chips
    assert tally.lost.sum() == lost_tenant.sum()
    if record.end_s.max(initial=0) < window_s:
        assert tally.busy.sum() == (record.held_s.astype(np.int64) * world.requests.chips).sum()
        assert tally.lost.sum() == (record.lost_s.astype(np.int64) * world.requests.chips).sum()


# Queueing.


def test_easy_starts_only_what_ends_before_the_shadow_or_needs_no_node_of_the_head(simulate):
    # The head (job 1) gets its 4 nodes at 10: 9 s from second 2 are too long, 7 s from second 3 are not.
    no_extra = [(0, 10, 10, 3), (1, 5, 5, 4), (2, 9, 9, 1), (3, 7, 7, 1)]
    assert starts(simulate, plain_world(no_extra)) == [0, 10, 15, 3]
    # The head leaves one node over: the first long job takes it, the second waits.
    one_extra = [(0, 10, 10, 2), (1, 5, 5, 3), (2, 100, 100, 1), (3, 100, 100, 1)]
    assert starts(simulate, plain_world(one_extra)) == [0, 10, 2, 15]
    # The scheduler believes estimates: the head comes at 6, when job 0 really ends.
    padded = [(0, 6, 10, 3), (1, 5, 5, 4), (2, 4, 8, 1), (3, 1, 8, 1)]
    assert starts(simulate, plain_world(padded)) == [0, 6, 2, 11]


@pytest.mark.parametrize(
    ("backfill", "expected"),
    [(NONE, [0, 10, 20, 30, 30]), (EASY, [0, 10, 23, 3, 33]), (CONSERVATIVE, [0, 10, 20, 30, 4])],
)
def test_conservative_backfill_protects_every_waiting_job_and_easy_only_the_head(simulate, backfill, expected):
    jobs = [(0, 10, 10, 2), (1, 10, 10, 3), (2, 10, 10, 4), (3, 20, 20, 1), (4, 6, 6, 2)]
    assert starts(simulate, plain_world(jobs, backfill=backfill)) == expected


def test_depth_bounds_how_far_backfill_looks(simulate):
    jobs = [(0, 10, 10, 3), (1, 5, 5, 4), (2, 9, 9, 4), (3, 7, 7, 1)]
    assert starts(simulate, plain_world(jobs, depth=1)) == [0, 10, 15, 24]
    assert starts(simulate, plain_world(jobs, depth=2)) == [0, 10, 15, 3]


def test_jobs_share_the_node_that_they_fill_best(simulate):
    # 3 and 2 of 4 chips open both nodes; 1 chip goes beside the 3, 2 chips beside the 2. A whole node is empty at 10.
    sharing = [(10, 3), (20, 2), (5, 1), (3, 2)]
    jobs = [*((0, work, work, 1, 0, 0, chips) for work, chips in sharing), (0, 5, 5, 1)]
    assert starts(simulate, plain_world(jobs, plain_sites(2, chips=4))) == [0, 0, 0, 0, 10]


def test_conservative_backfill_joins_a_shared_node_only_where_nobody_before_needs_it(simulate):
    # Job 0 has one node and job 1 half of the other, both until 10. From then on job 2 is promised its nodes. Job 3
    # would stay on the shared node until 22, job 4 leaves it at 10 with job 1.
    jobs = [(0, 10, 10, 1, 0, 0, 2), (0, 10, 10, 1, 0, 0, 1), (1, 10, 10, 2, 0, 0, 4), (2, 20, 20, 1, 0, 0, 1)]
    sites = plain_sites(2, chips=2)
    assert starts(simulate, plain_world(jobs, sites, backfill=CONSERVATIVE)) == [0, 0, 10, 20]
    early = [*jobs, (3, 7, 7, 1, 0, 0, 1)]
    assert starts(simulate, plain_world(early, sites, backfill=CONSERVATIVE)) == [0, 0, 10, 20, 3]
    # Promised one node, job 2 does not need the shared one.
    jobs[2] = (1, 10, 10, 1, 0, 0, 2)
    assert starts(simulate, plain_world(jobs, sites, backfill=CONSERVATIVE)) == [0, 0, 10, 2]
    # A reservation of both nodes is a promise too.
    jobs[2] = (1, 10, 10, 2, 1, 0, 4)
    booked = plain_world(jobs, sites, [Customer()] * 2, windows=[(12, 22, 0, 2, 1)], backfill=CONSERVATIVE)
    assert starts(simulate, booked) == [0, 0, 12, 22]


# Levels, quotas, shares.


def test_an_urgent_job_preempts_and_the_other_resumes_from_what_could_be_read_back(simulate):
    sites = plain_sites(
        interval_s=np.full((1, 5), 10, np.int32), write_s=np.array([1], np.int32), persist_s=np.array([3], np.int32),
        resume_s=np.array([3], np.int32),
    )  # fmt: skip
    world = plain_world([(0, 100, 100, 4), (35, 20, 20, 4, 1)], sites, [Customer(saves=True), Customer(level=2)])
    record, tally, lost_tenant = simulate(*world)
    # By 35 two checkpoints (at 10 and 21) are readable, the one of 32 is not: 20 s are saved, 13 s lost.
    # From 55: 3 s to resume, 80 s of work, 7 writes.
    assert record.start_s.tolist() == [0, 35]
    assert record.end_s.tolist() == [145, 55]
    assert record.held_s.tolist() == [125, 20]
    assert record.lost_s.tolist() == [16, 0]
    assert record.attempts.tolist() == [2, 1]
    assert record.interruptions.tolist() == [1, 0]
    assert (tally.preempted[0], lost_tenant.tolist()) == (1, [64, 0])
    assert tally.queued_jobs.tolist() == [[20]]


def test_leftovers_fill_and_make_way_the_latest_first(simulate):
    world = plain_world([(0, 50, 50, 2, 1), (1, 50, 50, 2, 1), (5, 10, 10, 1)], tenants=[Customer(), Customer(level=0)])
    record, tally, _ = simulate(*world)
    assert record.start_s.tolist() == [0, 1, 5]
    assert record.end_s.tolist() == [50, 65, 15]
    assert record.lost_s.tolist() == [0, 4, 0]
    assert tally.preempted[0] == 1


def test_a_quota_holds_one_tenant_and_lets_others_pass(simulate):
    world = plain_world(
        [(0, 10, 10, 2), (0, 10, 10, 1), (0, 10, 10, 2, 1)], tenants=[Customer(quota_chips=2), Customer()]
    )
    assert starts(simulate, world) == [0, 10, 0]


def test_a_budget_is_charged_by_the_estimate_refunded_at_the_end_and_renewed(simulate):
    # 20 charged, 10 given back at 10, 20 more: 30. At 20: 20 and another 20 would be too much until the next period.
    world = plain_world(
        [(0, 10, 20, 1)] * 3, tenants=[Customer(budget_chip_s=30, budget_period_s=100)], wakes=[50, 100]
    )
    assert starts(simulate, world) == [0, 10, 100]


def test_fair_share_lets_the_account_that_used_less_go_first(simulate):
    world = plain_world(
        [(0, 10, 10, 1), (1, 10, 10, 1), (2, 10, 10, 1, 1)], plain_sites(1),
        [Customer(account=1), Customer(account=2)], [(-1, 1.0), (0, 1.0), (0, 1.0)],
        order=PRIORITY, fair_weight=1000.0, period_s=10, half_life_s=10.0,
    )  # fmt: skip
    assert starts(simulate, world) == [0, 20, 10]


def test_age_size_and_quality_of_service_add_up_to_the_priority(simulate):
    # At 10: job 1 has age 9 of 100, job 2 half the machine, job 3 its quality of service.
    jobs = [(0, 10, 10, 4), (1, 10, 10, 4), (2, 10, 10, 2), (3, 10, 10, 4, 1)]
    tenants = [Customer(), Customer(qos=0.5)]

    def order(**weights):
        return starts(
            simulate, plain_world(jobs, tenants=tenants, order=PRIORITY, backfill=NONE, period_s=1, **weights)
        )

    assert order(age_weight=1000.0) == [0, 10, 20, 30]
    assert order(age_weight=1000.0, qos_weight=100.0) == [0, 20, 30, 10]
    assert order(age_weight=1000.0, size_weight=200.0) == [0, 10, 30, 20]


def test_fair_share_factors_equal_those_that_slurm_publishes():
    # source: slurm.schedmd.com/classic_fair_share.html, example: usage in per cent of the machine, 30 not charged.
    tree = [(-1, 1.0), (0, 40.0), (1, 30.0), (1, 10.0), (0, 60.0), (4, 25.0), (4, 35.0), (3, 1.0), (3, 1.0)]
    users = {2: 20, 7: 25, 8: 0, 5: 25, 6: 0, 0: 30}
    jobs = [(0, used, used, 1, i) for i, used in enumerate(users.values()) if used]
    world = build(*plain_world(jobs, plain_sites(6), [Customer(account=a) for a in users], tree, period_s=100))
    for job in world.jobs:
        world.log.held.append((job, 0, 0, job.work_s))
    carry_out_boundaries(world, 100)
    factors = [tenant.fair for tenant in world.tenants[:5]]
    assert factors == pytest.approx([0.408479, 0.022097, 0.125, 0.5, 0.749154], abs=2e-6)


# Windows, power, several sites.


def test_a_window_keeps_its_nodes_for_its_tenant(simulate):
    # Job 0 would end inside the window and waits until it is over; job 1 ends as it begins. Job 3 does not fit into it.
    world = plain_world(
        [(0, 25, 25, 1), (0, 20, 20, 2), (5, 10, 10, 4, 1), (21, 25, 25, 4, 1)],
        tenants=[Customer(), Customer()], windows=[(20, 40, 0, 4, 1)],
    )  # fmt: skip
    assert starts(simulate, world) == [40, 0, 20, 65]


def test_a_power_limit_stops_leftovers_until_it_is_over(simulate):
    world = plain_world([(0, 50, 50, 2), (1, 50, 50, 2)], tenants=[Customer(level=0)], windows=[(10, 20, 0, 3, -1)])
    record, tally, lost_tenant = simulate(*world)
    assert record.end_s.tolist() == [70, 70]
    assert record.lost_s.tolist() == [10, 9]
    assert (tally.preempted[0], lost_tenant.tolist()) == (2, [38])


def test_less_power_makes_jobs_longer(simulate):
    sites = plain_sites(1, speed_pm=np.array([[500]], np.int16))
    record, _, _ = simulate(*plain_world([(0, 1800, 1800, 1), (0, 200, 200, 1)], sites))
    assert record.end_s.tolist() == [3600, 3800]
    record, _, _ = simulate(*plain_world([(0, 2000, 2000, 1)], sites))
    assert record.end_s.tolist() == [3800]


def test_a_job_that_spans_more_domains_than_it_must_is_slower(simulate):
    stretch = np.full((1, 4, 4), 1000, np.int32)
    stretch[0, 1, 2] = 1500
    jobs = [(0, 50, 50, 1), (0, 50, 50, 1), (0, 10, 10, 2)]
    sites = plain_sites(4, domain_nodes=2, stretch_pm=stretch)
    packed, spread = (simulate(*plain_world(jobs, sites, placement=placement))[0] for placement in (0, 2))
    assert packed.end_s.tolist() == [50, 50, 10]
    assert spread.end_s.tolist() == [50, 50, 15]


def test_a_federated_job_goes_where_it_waits_least(simulate):
    jobs = [(0, 10, 10, 4), (1, 10, 10, 4), (2, 10, 10, 4)]
    sites = plain_sites(4, parts=2)
    record, tally, _ = simulate(*plain_world(jobs, sites, [Customer(transfer_s=3)], federation=1))
    # At 1 and at 2 the other site is empty: both go there, one starts after its transfer, one waits for it.
    assert record.place.tolist() == [0, 1, 1]
    assert record.start_s.tolist() == [0, 4, 14]
    assert (tally.moved[0], tally.queued_jobs.tolist()) == (2, [[0], [9]])
    record, _, _ = simulate(*plain_world(jobs[:2], sites, [Customer(transfer_s=9)], federation=3))
    assert record.place.tolist() == [0, 0]  # 9 s of queue at home, 9 s to move the data
    record, _, _ = simulate(*plain_world(jobs[:2], sites, [Customer(transfer_s=8)], federation=3))
    assert record.start_s.tolist() == [0, 9]
    cheap_there = sites._replace(signal=np.array([[2.0], [1.0]]))
    record, _, _ = simulate(*plain_world(jobs[:1], cheap_there, federation=2))
    assert record.place.tolist() == [1]


@pytest.mark.parametrize(
    ("policy", "nodes", "expected"),
    [
        (placement.PACK, 2, {3, 4}),  # pod 0 is the fuller one; its domain 1 has room for both
        (placement.PACK, 4, {0, 3, 4, 5}),
        (placement.PACK, 5, {6, 7, 9, 10, 11}),
        (placement.PACK, 6, {0, 6, 7, 9, 10, 11}),  # pod 1 whole, one more from the fullest domain of pod 0
        (placement.DOMAINS, 2, {3, 4}),
        (placement.DOMAINS, 4, {0, 3, 4, 5}),
        (placement.DOMAINS, 6, {3, 4, 5, 9, 10, 11}),
        (placement.DOMAINS, 7, {0, 3, 4, 5, 9, 10, 11}),
        (placement.DOMAINS, 9, {0, 3, 4, 5, 6, 7, 9, 10, 11}),  # there are no three whole domains
        (placement.SPREAD, 3, {3, 6, 9}),
    ],
)
def test_the_twin_places_nodes_as_worked_by_hand(policy, nodes, expected):
    sites = plain_sites(12, domain_nodes=3, pod=np.array([0, 0, 1, 1], np.int32))
    part = build(*plain_world([], sites)).parts[0]
    for node in part.nodes:
        node.state = NodeState.HELD if node.number in {1, 2, 8} else NodeState.FREE
    assert {node.number for node in placement.place(part, nodes, policy)} == expected


# Attempts.


def test_spares_replace_failed_nodes_and_a_job_without_them_waits_for_the_repair(simulate):
    sites = plain_sites(
        5, spares=1, interval_s=np.full((1, 6), 10, np.int32), write_s=np.array([1], np.int32),
        recover_s=np.array([5], np.int32),
    )  # fmt: skip
    world = plain_world([(0, 100, 100, 4)], sites, [Customer(saves=True)], failures=[(35, 0, 1, 50), (40, 0, 4, 100)])
    record, tally, _ = simulate(*world)
    # At 35: 30 s saved, 2 lost, on with the spare (node 4), which fails at 40 during the recovery: 5 lost.
    # Node 1 comes back as spare at 85, node 4 for use at 140: 5 s recovery, 70 s of work, 6 writes.
    assert record.end_s.tolist() == [221]
    assert (record.attempts[0], record.interruptions[0]) == (3, 2)
    assert (record.held_s[0], record.lost_s[0]) == (35 + 5 + 81, 2 + 5 + 5)
    assert (tally.failed.sum(), tally.interrupted.sum(), tally.down.sum()) == (2, 2, 150)
    assert tally.queued_jobs.sum() == 100


def test_software_failures_come_at_the_published_random_numbers(simulate):
    # source: first output of SplitMix64 from seed 0 is E220A8397B1DCDAF; job 1 draws it for its first attempt.
    first_s = 1 + math.floor(-100 * math.log((0xE220A8397B1DCDAF >> 11) * 2.0**-53))
    world = plain_world([(0, 1, 1, 1), (0, first_s + 3, 60, 1, 1)], tenants=[Customer(), Customer(mtbf_s=100.0)])
    record, _, _ = simulate(*world)
    assert first_s == 13
    assert record.lost_s[1] >= first_s
    assert record.attempts[1] == 1 + record.interruptions[1] > 1
    assert record.end_s[1] == record.lost_s[1] + first_s + 3


def test_a_run_is_cut_into_segments(simulate):
    sites = plain_sites(1, resume_s=np.array([2], np.int32), write_s=np.array([1], np.int32))
    record, tally, _ = simulate(*plain_world([(0, 100, 100, 1)], sites, [Customer(segment_s=30)]))
    # 29 + 27 + 27 s of work, each saved in the last second of 30; 2 + 17 in the last.
    assert (record.end_s[0], record.attempts[0], record.lost_s[0]) == (109, 4, 6)
    assert tally.queued_jobs.sum() == 0


def test_a_service_ends_when_it_ends_and_is_not_started_after_that(simulate):
    world = plain_world(
        [(0, 10, 10, 1), (0, 50, 50, 1, 1), (0, 5, 5, 1, 1)], plain_sites(1), [Customer(), Customer(service=True)]
    )
    record, _, _ = simulate(*world)
    assert record.start_s.tolist() == [0, 10, -1]
    assert record.end_s.tolist() == [10, 50, -1]
