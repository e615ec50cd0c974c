"""Starts, ends and hourly series of all partitions, against the plain twins and against sums over the jobs."""

from __future__ import annotations

import numpy as np
import pytest

from gortyn.kernels.types import Jobs
from gortyn.machine import Partition
from gortyn.model import Operations
from gortyn.operation import simulate
from naive import hourly as naive_hourly
from naive import scheduler as naive

HOURS = 48
PLACES = (
    Partition(0, "a", 30, 4, np.array([0, 7_200]), np.array([20, 10])),
    Partition(1, "b", 12, 8, np.array([1_800]), np.array([12])),
)
NARROW = ("tenant", "partition", "training_run")


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
        "chips": nodes * np.array([4, 8])[place],
        "tenant": np.zeros(number, np.int32),
        "partition": place,
        "training_run": np.full(number, -1),
    } | changed
    return Jobs(**{name: column.astype(np.int32 if name in NARROW else np.int64) for name, column in columns.items()})


@pytest.mark.parametrize("scheduler", ["fcfs", "easy"])
@pytest.mark.parametrize("estimate", ["requested", "actual"])
def test_each_partition_is_a_queue_of_its_own(scheduler, estimate):
    jobs = some_jobs()
    log = simulate(jobs, PLACES, Operations(scheduler=scheduler, estimate=estimate), HOURS)
    held_s = np.minimum(jobs.run_s, jobs.requested_s)
    assert (held_s < jobs.run_s).sum() > 50, "some jobs are stopped at their requested walltime"
    assert (log.end_s - log.start_s == held_s).all()
    believed_s = held_s if estimate == "actual" else jobs.requested_s
    for index, place in enumerate(PLACES):
        own = jobs.partition == index
        rows = np.stack((jobs.submit_s, held_s, believed_s, jobs.nodes))[:, own].T.tolist()
        steps = list(zip(place.step_s.tolist(), place.step_nodes.tolist(), strict=True))
        plain = naive.schedule([naive.Job(*row) for row in rows], steps, scheduler == "easy")
        assert log.start_s[own].tolist() == plain


def test_hourly_series_are_means_over_each_hour():
    jobs = some_jobs()
    log = simulate(jobs, PLACES, Operations(), HOURS)
    for index in range(len(PLACES)):
        own = jobs.partition == index
        submit, start, end, chips = (a[own].tolist() for a in (jobs.submit_s, log.start_s, log.end_s, jobs.chips))
        expected = {
            "busy_chips": list(zip(start, end, chips, strict=True)),
            "queued_chips": list(zip(submit, start, chips, strict=True)),
            "queued_jobs": [(begin, finish, 1) for begin, finish in zip(submit, start, strict=True)],
        }
        for name, intervals in expected.items():
            assert getattr(log, name)[index].tolist() == naive_hourly.hourly_mean(intervals, HOURS), name
    assert log.capacity_chips[:, :4].tolist() == [[80, 80, 120, 120], [48, 96, 96, 96]]
    assert (log.busy_chips <= log.capacity_chips).all()
    assert log.queued_jobs.max() > 1


def test_littles_law_holds_for_queue_and_machine():
    """Time integrals of the queue and of busy chips are the sums of waits and of chip-seconds."""
    jobs = some_jobs()
    long_enough = 400
    log = simulate(jobs, PLACES, Operations(), long_enough)
    assert log.end_s.max() < long_enough * 3600
    assert log.queued_jobs.sum() * 3600 == pytest.approx((log.start_s - jobs.submit_s).sum())
    assert log.busy_chips.sum() * 3600 == pytest.approx((jobs.chips * (log.end_s - log.start_s)).sum())


def test_the_queue_is_played_to_its_end_and_the_series_are_cut_at_the_window():
    jobs = some_jobs()
    short = simulate(jobs, PLACES, Operations(), 5)
    long = simulate(jobs, PLACES, Operations(), HOURS)
    assert short.start_s.tolist() == long.start_s.tolist()
    assert short.end_s.max() > 5 * 3600
    assert short.busy_chips.tolist() == long.busy_chips[:, :5].tolist()


def test_no_jobs_leave_the_machines_idle():
    log = simulate(some_jobs(0), PLACES, Operations(), 3)
    assert log.start_s.size == 0
    assert not log.busy_chips.any()
    assert log.capacity_chips.sum() == 2 * 80 + 120 + 48 + 2 * 96


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
def test_jobs_that_cannot_be_played_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        simulate(some_jobs(3, **changed), PLACES, Operations(), HOURS)
