"""Starts, ends and hourly series of all partitions, against the plain twins and against sums over the jobs."""

from __future__ import annotations

import numpy as np
import pytest

import plain
from gortyn.kernels.types import Jobs
from gortyn.machine import Partition
from gortyn.operation import simulate
from naive import hourly as naive_hourly
from naive import scheduler as naive

DAYS = 2
HOURS = 24 * DAYS
PLACES = (
    Partition(0, "plain", 30, 8, np.array([0, 7_200]), np.array([20, 10])),
    Partition(1, "plain", 12, 8, np.array([1_800]), np.array([12])),
)
KINDS = {"tenant": np.int32, "partition": np.int32, "training_run": np.int32, "outcome": np.int8}


def some_jobs(number=300, seed=1, **changed):
    """Jobs for both partitions, a third of which run longer than they requested."""
    rng = np.random.default_rng(seed)
    place = rng.integers(0, 2, number)
    nodes = rng.integers(1, np.array([15, 12])[place] + 1)
    run_s = rng.integers(1, 9_000, number)
    columns = {
        "submit_s": np.sort(rng.integers(0, 30 * 3600, number)),
        "run_s": run_s,
        "requested_s": np.maximum(1, (run_s * rng.uniform(0.5, 2, number)).astype(np.int64)),
        "nodes": nodes,
        "chips": nodes * 8,
        "tenant": np.zeros(number),
        "partition": place,
        "training_run": np.full(number, -1),
        "outcome": np.zeros(number),
        "allocation": np.full(number, -1),
    } | changed
    return Jobs(**{name: column.astype(KINDS.get(name, np.int64)) for name, column in columns.items()})


@pytest.fixture
def play(make_scenario, flat):
    """The log of some jobs under a policy; the scenario's own tenants and failures, none by default."""

    def run(jobs, days=DAYS, places=PLACES, goodput=None, **stated):
        scenario = make_scenario(days=days, **stated)
        return simulate(scenario, places, jobs, flat(hours=24 * days), goodput=goodput)

    return run


@pytest.mark.parametrize("scheduler", ["fcfs", "easy"])
@pytest.mark.parametrize("estimate", ["requested", "actual"])
def test_each_partition_is_a_queue_of_its_own(play, scheduler, estimate):
    jobs = some_jobs()
    log = play(jobs, scheduler=scheduler, estimate=estimate)
    held_s = np.minimum(jobs.run_s, jobs.requested_s)
    assert (held_s < jobs.run_s).sum() > 50, "some jobs are stopped at their requested walltime"
    assert (log.end_s - log.start_s == held_s).all()
    assert (log.held_s == held_s).all()
    assert (log.place == jobs.partition).all()
    believed_s = held_s if estimate == "actual" else jobs.requested_s
    for index, place in enumerate(PLACES):
        own = jobs.partition == index
        rows = np.stack((jobs.submit_s, held_s, believed_s, jobs.nodes))[:, own].T.tolist()
        steps = list(zip(place.step_s.tolist(), place.step_nodes.tolist(), strict=True))
        slow = naive.schedule([naive.Job(*row) for row in rows], steps, scheduler.upper())
        assert log.start_s[own].tolist() == slow


def test_hourly_series_are_means_over_each_hour(play):
    jobs = some_jobs()
    log = play(jobs)
    for index in range(len(PLACES)):
        own = jobs.partition == index
        submit, start, end, chips = (a[own].tolist() for a in (jobs.submit_s, log.start_s, log.end_s, jobs.chips))
        expected = {
            "busy_chips": list(zip(start, end, chips, strict=True)),
            "queued_chips": list(zip(submit, start, chips, strict=True)),
            "queued_jobs": [(begin, finish, 1) for begin, finish in zip(submit, start, strict=True)],
        }
        for name, intervals in expected.items():
            hourly = naive_hourly.hourly_mean(intervals, HOURS)
            assert getattr(log, name)[index].tolist() == pytest.approx(hourly), name
    assert log.capacity_chips[:, :4].tolist() == [[160, 160, 240, 240], [48, 96, 96, 96]]
    assert (log.busy_chips <= log.capacity_chips).all()
    assert log.queued_jobs.max() > 1


def test_littles_law_holds_for_queue_and_machine(play):
    """Time integrals of the queue and of busy chips are the sums of waits and of chip-seconds."""
    jobs = some_jobs()
    log = play(jobs, days=20)
    assert log.end_s.max() < 20 * 86_400
    assert log.queued_jobs.sum() * 3600 == pytest.approx((log.start_s - jobs.submit_s).sum())
    assert log.busy_chips.sum() * 3600 == pytest.approx((jobs.chips * (log.end_s - log.start_s)).sum())


def test_the_queue_is_played_to_its_end_and_the_series_are_cut_at_the_window(play):
    jobs = some_jobs()
    short, long = play(jobs, days=1), play(jobs, days=DAYS)
    assert short.start_s.tolist() == long.start_s.tolist()
    assert short.end_s.max() > 86_400
    assert short.busy_chips.tolist() == long.busy_chips[:, :24].tolist()


def test_no_jobs_leave_the_machines_idle(play):
    log = play(some_jobs(0), days=1)
    assert log.start_s.size == 0
    assert not log.busy_chips.any()
    assert log.capacity_chips.sum() == 2 * 160 + 22 * 240 + 48 + 23 * 96
    assert log.idle_chip_hours.tolist() == [2 * 160 + 22 * 240, 48 + 23 * 96]


FAILING = {
    "reliability": {
        "rate_per_1000_node_days": 900.0,
        "restart_min": 4.0,
        "checkpoint_write_min": 1.0,
        "repair_hours": 1.0,
    },
    "failures": {"job_rate_per_hour": 0.3, "domain_outage_rate": 20.0, "site_outage_rate": 50.0},
}


@pytest.mark.parametrize("scheduler", ["fcfs", "sjf", "easy", "conservative", "multifactor"])
def test_chip_hours_balance_whatever_happens(play, scheduler):
    """Paid, lost, failed and idle chip-hours make the capacity; jobs, tenants and hours say the same."""
    tenants = (
        plain.tenant(demand_share=0.3),
        plain.tenant(name="fillers", demand_share=0.3, qos="leftover"),
        plain.tenant(name="callers", demand_share=0.3, qos="urgent", checkpoints=False),
    )
    rng = np.random.default_rng(3)
    jobs = some_jobs(600, tenant=rng.integers(0, 3, 600))
    log = play(jobs, days=30, scheduler=scheduler, tenants=tenants, **FAILING)
    assert log.interrupted_jobs.sum() > 50
    assert log.preemptions > 0
    assert log.down_chips.sum() > 0
    capacity = log.capacity_chips.sum(axis=1)
    parts = log.paid_chip_hours + log.lost_chip_hours.sum(axis=1) + log.down_chips.sum(axis=1) + log.idle_chip_hours
    np.testing.assert_allclose(parts, capacity, rtol=1e-9)
    assert log.end_s.max() < 30 * 86_400
    assert log.busy_chips.sum() == pytest.approx((jobs.chips * log.held_s).sum() / 3600, rel=1e-9)
    assert log.lost_chip_hours.sum() == pytest.approx((jobs.chips * log.lost_s).sum() / 3600, rel=1e-9)
    assert log.tenant_lost_chip_hours.sum() == pytest.approx(log.lost_chip_hours.sum(), rel=1e-9)
    assert log.interruptions.sum() == log.interrupted_jobs.sum() + log.preemptions


def test_a_named_run_loses_what_its_goodput_says(play):
    """Its failures are in its run time already: nothing stops it, and a tenth of its chip-hours counts as lost."""
    jobs = some_jobs(200)
    largest = int(np.argmax(np.where(jobs.run_s < jobs.requested_s, jobs.chips * jobs.run_s, 0)))
    run = np.full(200, -1)
    run[largest] = 0
    jobs = jobs._replace(training_run=run.astype(np.int32))
    log = play(jobs, days=30, goodput={0: 0.9}, failures={"job_rate_per_hour": 5.0})
    assert log.interruptions.sum() > 20
    assert log.interruptions[largest] == 0
    assert log.lost_s[largest] == pytest.approx(0.1 * jobs.run_s[largest], abs=1)
    assert log.lost_chip_hours.sum() == pytest.approx((jobs.chips * log.lost_s).sum() / 3600, rel=1e-3)


def test_put_off_jobs_wait_for_their_hour(make_scenario, flat):
    tenants = (plain.tenant(demand_share=0.3, defer_hours=6.0, defer_by="carbon"),)
    tariffs = flat(hours=HOURS)
    tariffs.carbon_g_per_kwh[:, ::6] = 10.0
    jobs = some_jobs(50)
    log = simulate(make_scenario(days=DAYS, tenants=tenants), PLACES, jobs, tariffs)
    assert (log.eligible_s >= jobs.submit_s).all()
    assert (log.eligible_s > jobs.submit_s).sum() > 25
    assert (log.start_s >= log.eligible_s).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"submit_s": np.array([0, 9, 8])}, "job 2 is submitted before the start or before the job above it"),
        ({"submit_s": np.array([-1, 0, 8])}, "job 0 is submitted before the start"),
        ({"run_s": np.array([5, 0, 0])}, r"job 1 runs or asks for less than a second \(2 of 3 jobs\)"),
        ({"requested_s": np.array([5, 5, 0])}, "job 2 runs or asks for less than a second"),
        ({"partition": np.array([0, 1, 2])}, "job 2 is not of partition 0 to 1"),
        ({"nodes": np.array([31, 2, 3]), "partition": np.zeros(3)}, "job 0 takes no nodes, or more than"),
        ({"nodes": np.array([30, 13, 3]), "partition": np.array([0, 1, 1])}, "job 1 takes no nodes, or more than"),
        ({"nodes": np.array([1, 1, 0])}, "job 2 takes no nodes"),
    ],
)
def test_jobs_that_cannot_be_played_are_refused(play, changed, message):
    with pytest.raises(ValueError, match=message):
        play(some_jobs(3, **changed))
