"""The cluster simulation against other schedulers, closed forms, and what no schedule may break.

`test_cluster_twin.py` compares every field with a slow twin; here are longer runs than the twin can do.
"""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from gortyn.kernels.cluster import simulate
from gortyn.kernels.cluster_types import EASY, FCFS, NONE, PRIORITY, SJF
from gortyn.kernels.scheduler import Policy, schedule
from gortyn.kernels.types import Queue
from gortyn.training.goodput import goodput
from naive.cluster_worlds import Customer, large_world, plain_sites, plain_world

BATCHES = 40


def random_jobs(seed, jobs, nodes, load, exact=False):
    """Jobs (eligible, work, estimate, nodes) with a long tail of sizes and padded estimates, by arrival."""
    rng = np.random.default_rng(seed)
    size = np.minimum(np.ceil(rng.lognormal(1, 1, jobs)), nodes).astype(np.int64)
    work_s = np.ceil(rng.lognormal(4, 1.5, jobs)).astype(np.int64)
    at_s = np.sort(rng.uniform(0, (size * work_s).sum() / nodes / load, jobs)).astype(np.int64)
    estimate_s = work_s if exact else np.ceil(work_s * rng.uniform(1, 4, jobs)).astype(np.int64)
    return [tuple(row) for row in np.stack((at_s, work_s, estimate_s, size), axis=1).tolist()]


@pytest.mark.parametrize("load", [0.8, 1.2])
@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        (Policy.FCFS, {"order": FCFS, "backfill": NONE}),
        (Policy.SJF, {"order": SJF, "backfill": NONE}),
        (Policy.EASY, {"order": FCFS, "backfill": EASY}),
    ],
)
def test_starts_equal_those_of_the_scheduler_that_only_counts_nodes(policy, rules, load):
    jobs = random_jobs(1, 5000, 600, load)
    steps = {"step_s": [0, 900], "step_part": [0, 0], "step_nodes": [500, 100]}
    kinds = {"step_s": np.int32, "step_part": np.int16, "step_nodes": np.int32}
    sites = plain_sites(600, **{name: np.array(values, kinds[name]) for name, values in steps.items()})
    record, _, _ = simulate(*plain_world(jobs, sites, depth=len(jobs), **rules))
    at_s, work_s, estimate_s, size = np.array(jobs).T
    queue = Queue(*(np.ascontiguousarray(column) for column in (at_s, work_s, estimate_s, size)))
    expected = schedule(queue, np.array([0, 900]), np.array([500, 100]), policy)
    assert record.start_s.tolist() == expected.tolist()
    assert (record.end_s == record.start_s + work_s).all()


@pytest.mark.parametrize(("nodes", "utilisation"), [(5, 0.8), (40, 0.9)])
def test_exponential_run_times_wait_as_erlang_says(nodes, utilisation):
    rng = np.random.default_rng(2)
    jobs, mean_s, load = 100_000, 20_000, nodes * utilisation
    at_s = np.cumsum(rng.exponential(mean_s / load, jobs)).astype(np.int64)
    work_s = np.ceil(rng.exponential(mean_s, jobs)).astype(np.int64)
    rows = [(a, w, w, 1) for a, w in zip(at_s.tolist(), work_s.tolist(), strict=True)]
    record, _, _ = simulate(*plain_world(rows, plain_sites(nodes)))
    wait = (record.start_s - at_s)[jobs // BATCHES :] / mean_s
    last = load**nodes / factorial(nodes) * nodes / (nodes - load)
    waits = last / (sum(load**k / factorial(k) for k in range(nodes)) + last)  # Erlang 1917
    batches = np.array([batch.mean() for batch in np.array_split(wait, BATCHES - 1)])
    error = batches.std(ddof=1) / (BATCHES - 1) ** 0.5
    assert error < 0.15 * waits / (nodes - load)
    assert abs(wait.mean() - waits / (nodes - load)) < 4 * error


@pytest.mark.parametrize("placement", [0, 1, 2])
def test_every_chip_second_is_busy_down_or_idle_and_every_lost_one_has_a_job(placement):
    world = large_world(3, jobs=3000, placement=placement)
    record, tally, lost = simulate(*world)
    chips = world.sites.chips_per_node.astype(np.int64)
    span_s = world.policy.window_s - world.sites.step_s
    capacity = np.bincount(world.sites.step_part, world.sites.step_nodes * span_s).astype(np.int64) * chips
    assert (tally.busy.sum(axis=(1, 2)) + tally.down.sum(axis=1) + tally.idle == capacity).all()
    assert (tally.idle >= 0).all()
    assert (tally.busy >= 0).all()
    hourly = chips * np.diff(world.sites.node_first) * 3600
    assert (tally.busy.sum(axis=1) + tally.down <= hourly[:, None]).all()
    assert (record.lost_s <= record.held_s).all()
    assert lost.sum() == tally.lost.sum() > 0
    assert lost.sum() <= (record.lost_s.astype(np.int64) * world.requests.chips).sum()


def test_leftovers_delay_nobody():
    rng = np.random.default_rng(5)
    jobs = [(*row, int(rng.choice(3, p=[0.6, 0.1, 0.3]))) for row in random_jobs(4, 4000, 200, 1.0)]
    tenants = [Customer(), Customer(level=2), Customer(level=0)]
    rules = {"order": PRIORITY, "age_weight": 100.0, "size_weight": 1000.0}
    record, tally, _ = simulate(*plain_world(jobs, plain_sites(200), tenants, **rules))
    rest = [job for job in jobs if job[4] < 2]
    alone, _, _ = simulate(*plain_world(rest, plain_sites(200), tenants, **rules))
    paid = np.array([job[4] < 2 for job in jobs])
    assert tally.preempted[0] > 100
    assert record.start_s[paid].tolist() == alone.start_s.tolist()
    assert record.end_s[paid].tolist() == alone.end_s.tolist()


def most_at_once(record, chips):
    """Most chips that jobs hold at a time; ends come before starts."""
    at_s = np.concatenate((record.end_s, record.start_s))
    change = np.concatenate((-chips, chips))
    order = np.lexsort((np.repeat([0, 1], record.end_s.size), at_s))
    return np.cumsum(change[order]).max()


@pytest.mark.parametrize("backfill", [NONE, EASY])
def test_a_quota_is_used_up_and_never_exceeded(backfill):
    jobs = [(*row, index % 2) for index, row in enumerate(random_jobs(6, 4000, 40, 3.0))]
    world = plain_world(jobs, plain_sites(100), [Customer(quota_chips=40), Customer()], backfill=backfill)
    record, _, _ = simulate(*world)
    mine = np.array([job[4] == 0 for job in jobs])
    own = type(record)(*(column[mine] for column in record))
    assert (own.start_s >= 0).all()
    assert most_at_once(own, world.requests.chips[mine].astype(np.int64)) == 40
    assert most_at_once(record, world.requests.chips.astype(np.int64)) == 100


def test_reservations_start_on_time():
    jobs = [(*row, 0) for row in random_jobs(7, 3000, 60, 1.5)]
    windows = [(begin, begin + 500, 0, 20 + begin // 1000, 1) for begin in range(5000, 30_000, 2500)]
    own = [(begin, 400, 450, nodes, 1) for begin, _, _, nodes, _ in windows]
    order = sorted(jobs + own, key=lambda job: job[0])
    tenants = [Customer(), Customer()]
    record, _, _ = simulate(*plain_world(order, plain_sites(60), tenants, windows=windows, depth=10_000))
    without, _, _ = simulate(*plain_world(order, plain_sites(60), tenants, depth=10_000))
    mine = np.array([job[4] == 1 for job in order])
    assert record.start_s[mine].tolist() == [begin for begin, *_ in windows]
    assert (without.start_s[mine] > record.start_s[mine]).any()


def test_without_failures_nothing_is_lost():
    jobs = random_jobs(8, 2000, 100, 1.1)
    sites = plain_sites(
        100, write_s=np.array([7], np.int32), recover_s=np.array([9], np.int32),
        interval_s=np.full((1, 101), 50, np.int32),
    )  # fmt: skip
    record, tally, lost = simulate(*plain_world(jobs, sites, [Customer(saves=True)]))
    work_s = np.array(jobs)[:, 1]
    assert record.held_s.tolist() == (work_s + 7 * ((work_s - 1) // 50)).tolist()
    assert not record.lost_s.any()
    assert not lost.any()
    assert (record.attempts == 1).all()
    assert not record.interruptions.any()
    assert tally.failed.sum() == tally.interrupted.sum() == tally.down.sum() == 0


@pytest.mark.parametrize(("mtbf_s", "recover_s", "interval_s", "write_s"), [(9000, 600, 1800, 60), (3000, 300, 600, 0)])
def test_goodput_of_one_large_job_is_that_of_the_renewal_form(mtbf_s, recover_s, interval_s, write_s):
    sites = plain_sites(
        8, write_s=np.array([write_s], np.int32), recover_s=np.array([recover_s], np.int32),
        interval_s=np.full((1, 9), interval_s, np.int32),
    )  # fmt: skip
    tenants = [Customer(saves=True, mtbf_s=float(mtbf_s))]
    work_s = 30_000_000
    record, _, _ = simulate(*plain_world([(0, work_s, work_s, 8)], sites, tenants, window_s=10 * work_s))
    expected = goodput(mtbf_s / 3600, recover_s / 3600, interval_s / 3600, write_s / 3600, "running")
    assert work_s / record.held_s[0] == pytest.approx(expected, abs=0.01)
    assert record.held_s[0] == record.end_s[0]


def test_more_nodes_start_no_job_of_one_node_later():
    jobs = [(at_s, work_s, work_s, 1) for at_s, work_s, _, _ in random_jobs(9, 5000, 30, 1.2)]
    starts = [simulate(*plain_world(jobs, plain_sites(nodes), backfill=NONE))[0].start_s for nodes in (6, 8, 12)]
    assert (starts[0] >= starts[1]).all()
    assert (starts[1] >= starts[2]).all()
    assert (starts[0] > starts[2]).any()


def test_a_leftover_that_is_preempted_again_and_again_leaves_no_trace_of_its_old_ends():
    short = [(10 * k + 5, 2, 2, 1, 0) for k in range(50)]
    tenants = [Customer(), Customer(level=0, saves=True)]
    sites = plain_sites(1, interval_s=np.ones((1, 2), np.int32))
    record, tally, _ = simulate(*plain_world(sorted([(0, 10_000, 10_000, 1, 1), *short]), sites, tenants))
    assert record.start_s[1:].tolist() == [job[0] for job in short]
    assert tally.preempted[0] == 50
    assert record.attempts[0] == 51
    assert record.end_s[0] == 10_000 + 2 * 50
