"""The compiled scheduler against a plain one, against invariants that no schedule may break, and part by part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gortyn.kernels import scheduler
from gortyn.kernels.scheduler import BLOCK, HALF, NEVER, Ends, Releases, schedule
from gortyn.kernels.types import Queue
from naive import scheduler as naive


def as_queue(jobs):
    return Queue(*np.array(jobs, np.int64).reshape(-1, 4).T.copy())


def as_steps(steps):
    return tuple(np.array(steps, np.int64).T.copy())


def random_queue(seed, jobs, nodes, load, most_nodes):
    """A workload with long queues, padded requests and many jobs in the same second."""
    rng = np.random.default_rng(seed)
    size = np.minimum(np.ceil(rng.lognormal(1, 1, jobs)), most_nodes).astype(np.int64)
    run_s = np.ceil(rng.lognormal(4, 1.5, jobs)).astype(np.int64)
    span_s = (size * run_s).sum() / nodes / load
    submit_s = np.sort(rng.uniform(0, span_s, jobs)).astype(np.int64)
    return Queue(submit_s, run_s, np.ceil(run_s * rng.uniform(1, 4, jobs)).astype(np.int64), size)


@st.composite
def workloads(draw):
    """Few nodes, many ties: everything that can happen in one second does."""
    steps = list(draw(st.dictionaries(st.integers(0, 30), st.integers(1, 6), min_size=1, max_size=3)).items())
    nodes = sum(count for _, count in steps)
    job = st.tuples(st.integers(0, 25), st.integers(1, 15), st.integers(0, 15), st.integers(1, nodes))
    jobs = draw(st.lists(job, max_size=30))
    return sorted(steps), [naive.Job(a, b, b + c, d) for a, b, c, d in sorted(jobs, key=lambda job: job[0])]


@pytest.mark.parametrize("backfill", [False, True])
@settings(max_examples=300)
@given(workload=workloads())
def test_starts_equal_those_of_the_plain_scheduler(workload, backfill):
    steps, jobs = workload
    assert schedule(as_queue(jobs), *as_steps(steps), backfill).tolist() == naive.schedule(jobs, steps, backfill)


@pytest.mark.parametrize("load", [0.8, 1.3])
@pytest.mark.parametrize("backfill", [False, True])
def test_starts_equal_those_of_the_plain_scheduler_with_hundreds_of_running_jobs(load, backfill):
    queue = random_queue(3, 800, 1200, load, 300)
    jobs = [naive.Job(*row) for row in np.array(queue).T.tolist()]
    steps = [(0, 900), (40, 300)]
    assert schedule(queue, *as_steps(steps), backfill).tolist() == naive.schedule(jobs, steps, backfill)


@pytest.mark.parametrize("backfill", [False, True])
def test_interpreted_and_compiled_loop_agree(monkeypatch, backfill):
    queue = random_queue(4, 300, 60, 1.1, 60)
    steps = as_steps([(0, 50), (100, 10)])
    compiled = schedule(queue, *steps, backfill)
    for name in ("push", "pop", "expect", "reach", "place_waiting", "next_candidate", "_fuse", "_split", "_start"):
        monkeypatch.setattr(scheduler, name, getattr(scheduler, name).py_func)
    monkeypatch.setattr(scheduler, "run_queue", scheduler.run_queue.py_func)
    assert schedule(queue, *steps, backfill).tolist() == compiled.tolist()


@pytest.mark.parametrize("backfill", [False, True])
@pytest.mark.parametrize("estimate", ["requested", "actual"])
def test_no_node_is_used_twice_and_none_stands_idle_before_the_head(backfill, estimate):
    queue = random_queue(5, 30_000, 1000, 1.05, 700)
    if estimate == "actual":
        queue = queue._replace(estimate_s=queue.run_s.copy())
    step_s, step_nodes = as_steps([(0, 400), (2_000, 300), (9_000, 300)])
    start_s = schedule(queue, step_s, step_nodes, backfill)
    assert (start_s >= queue.submit_s).all()
    # Sweep over all changes of the free nodes, ends and steps before starts.
    at_s = np.concatenate((step_s, start_s + queue.run_s, start_s))
    change = np.concatenate((step_nodes, queue.nodes, -queue.nodes))
    kind = np.repeat([0, 1], [step_s.size + start_s.size, start_s.size])
    order = np.lexsort((kind, at_s))
    free = np.cumsum(change[order])
    assert free.min() >= 0
    assert free[-1] == 1000
    # The job that is first in the queue never waits beside enough nodes.
    head_since = np.maximum.accumulate(np.maximum(queue.submit_s, np.concatenate(([0], start_s[:-1]))))
    waits = np.flatnonzero(start_s > head_since)
    seconds, last = np.unique(at_s[order], return_index=True)
    free_after = free[np.append(last[1:], free.size) - 1]
    begin, end = np.searchsorted(seconds, head_since[waits]), np.searchsorted(seconds, start_s[waits])
    assert waits.size > 100
    for job, first, beyond in zip(waits, begin, end, strict=True):
        assert (free_after[first:beyond] < queue.nodes[job]).all()


def test_first_come_first_served_starts_in_the_order_of_the_queue():
    queue = random_queue(6, 20_000, 500, 1.2, 500)
    assert (np.diff(schedule(queue, *as_steps([(0, 500)]), False)) >= 0).all()


def test_backfill_with_known_run_times_never_delays_the_first_of_the_queue():
    """Lifka's promise, checked on the job that is the first to wait: it starts when it would without the others."""
    for seed in range(20):
        queue = random_queue(seed, 60, 40, 3.0, 40)
        queue = queue._replace(estimate_s=queue.run_s.copy())
        fcfs, easy = (schedule(queue, *as_steps([(0, 40)]), backfill) for backfill in (False, True))
        first = int(np.argmax(fcfs > queue.submit_s))
        assert fcfs[first] == easy[first]


def test_backfill_changes_nothing_where_all_jobs_take_one_node():
    queue = random_queue(7, 20_000, 100, 1.0, 1)
    steps = as_steps([(0, 100)])
    assert schedule(queue, *steps, True).tolist() == schedule(queue, *steps, False).tolist()


def test_a_job_that_never_fits_has_no_start_and_blocks_the_queue_without_backfill():
    queue = as_queue([(0, 5, 5, 2), (1, 5, 5, 9), (2, 5, 5, 1)])
    assert schedule(queue, *as_steps([(0, 4)]), False).tolist() == [0, -1, -1]
    assert schedule(queue, *as_steps([(0, 4)]), True).tolist() == [0, -1, 2]


def test_an_empty_queue_has_no_starts():
    assert schedule(as_queue([]), *as_steps([(0, 4)]), True).size == 0


@pytest.mark.parametrize("seed", range(4))
def test_releases_equal_a_sorted_dictionary(seed):
    """Grows to many blocks and shrinks to none, so that blocks are split, fused and emptied."""
    rng = np.random.default_rng(seed)
    most = 3_000
    blocks = 2 * most // HALF + 2
    releases = Releases(
        np.empty((blocks, BLOCK), np.int64),
        np.empty((blocks, BLOCK), np.int64),
        np.zeros(blocks, np.int64),
        np.zeros(blocks, np.int64),
        np.arange(blocks + 1),
    )
    releases.order[-1] = 1
    twin: dict[int, int] = {}
    for turn in range(12_000):
        growing = (turn // 3_000) % 2 == 0
        if len(twin) < most and (not twin or rng.random() < (0.8 if growing else 0.1)):
            # Half of the times close together, so that blocks fill unevenly.
            when_s = int(rng.integers(10**6) if rng.random() < 0.5 else 500_000 + rng.integers(3_000))
            nodes = int(rng.integers(1, 50))
            twin[when_s] = twin.get(when_s, 0) + nodes
            scheduler.expect(releases, when_s, nodes)
        else:
            when_s = list(twin)[int(rng.integers(len(twin)))]
            scheduler.expect(releases, when_s, -twin.pop(when_s))
        if turn % 50 == 0 and twin:
            times = sorted(twin)
            back = np.cumsum([twin[when_s] for when_s in times])
            for need in (1, int(back[-1]), int(rng.integers(1, back[-1] + 1))):
                first = int(np.searchsorted(back, need))
                assert scheduler.reach(releases, need) == (times[first], back[first])
            assert scheduler.reach(releases, int(back[-1]) + 1) == (NEVER, back[-1] + 1)


@given(st.lists(st.integers(0, 50), max_size=40))
def test_ends_come_off_the_heap_in_order(seconds):
    ends = Ends(np.empty(40, np.int64), np.empty(40, np.int64))
    size = 0
    for who, at_s in enumerate(seconds):
        size = scheduler.push(ends, size, at_s, who)
    popped = []
    while size:
        popped.append(int(ends.at_s[0]))
        assert seconds[ends.who[0]] == ends.at_s[0]
        size = scheduler.pop(ends, size)
    assert popped == sorted(seconds)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=15),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.data(),
)
def test_next_candidate_is_the_first_that_fits(waiting, free, extra, window_s, data):
    least = np.full((32, 2), NEVER)
    for job, (nodes, estimate_s) in enumerate(waiting):
        scheduler.place_waiting(least, job, nodes, estimate_s)
    gone = data.draw(st.sets(st.integers(0, len(waiting) - 1)))
    for job in gone:
        scheduler.place_waiting(least, job, NEVER, NEVER)
    first = data.draw(st.integers(0, 15))
    fitting = [
        job
        for job, (nodes, estimate_s) in enumerate(waiting)
        if job >= first and job not in gone and nodes <= free and (estimate_s <= window_s or nodes <= extra)
    ]
    assert scheduler.next_candidate(least, first, free, extra, window_s) == (fitting or [-1])[0]
