"""The compiled scheduler against a plain one, against invariants that no schedule may break, and part by part."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gortyn.kernels import queue_calendar, scheduler
from gortyn.kernels.hourly import S_PER_HOUR, hourly_mean
from gortyn.kernels.scheduler import LEAF, LINE, NEVER, Policy, may_pass, next_leaf, place_waiting, schedule
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


@pytest.mark.parametrize("policy", Policy)
@settings(max_examples=300)
@given(workload=workloads())
def test_starts_equal_those_of_the_plain_scheduler(workload, policy):
    steps, jobs = workload
    assert schedule(as_queue(jobs), *as_steps(steps), policy).tolist() == naive.schedule(jobs, steps, policy.name)


@pytest.mark.parametrize("load", [0.8, 1.3])
@pytest.mark.parametrize("policy", Policy)
def test_starts_equal_those_of_the_plain_scheduler_with_hundreds_of_running_jobs(load, policy):
    queue = random_queue(3, 800, 1200, load, 300)
    jobs = [naive.Job(*row) for row in np.array(queue).T.tolist()]
    steps = [(0, 900), (40, 300)]
    assert schedule(queue, *as_steps(steps), policy).tolist() == naive.schedule(jobs, steps, policy.name)


@contextmanager
def interpreted(**sizes):
    """The same code without the compiler, with smaller blocks, line and leaves."""
    with ExitStack() as stack:
        for module in (queue_calendar, scheduler):
            for name, value in list(vars(module).items()):
                if name in sizes:
                    stack.enter_context(patch.object(module, name, sizes[name]))
                elif hasattr(value, "py_func"):
                    stack.enter_context(patch.object(module, name, value.py_func))
        yield


@pytest.mark.parametrize("policy", Policy)
@settings(max_examples=100)
@given(workload=workloads())
def test_starts_do_not_depend_on_the_sizes_of_blocks_line_and_leaves(workload, policy):
    steps, jobs = workload
    with interpreted(BLOCK=4, HALF=2, STRIDE=2, LINE=2, LEAF=2):
        starts = schedule(as_queue(jobs), *as_steps(steps), policy)
    assert starts.tolist() == naive.schedule(jobs, steps, policy.name)


@pytest.mark.parametrize("policy", Policy)
def test_interpreted_and_compiled_loop_agree(policy):
    queue = random_queue(4, 1_000, 60, 1.5, 60)
    steps = as_steps([(0, 50), (100, 10)])
    compiled = schedule(queue, *steps, policy)
    with interpreted():
        assert schedule(queue, *steps, policy).tolist() == compiled.tolist()


@pytest.mark.parametrize("policy", Policy)
def test_a_queue_much_longer_than_the_line_starts_as_in_the_plain_scheduler(policy):
    """All at once, so that hundreds stand behind the line, then more one by one while the queue drains."""
    queue = random_queue(8, 500, 100, 1.0, 60)
    queue.submit_s[: 6 * LINE] = 0
    jobs = [naive.Job(*row) for row in np.array(queue).T.tolist()]
    starts = schedule(queue, *as_steps([(0, 100)]), policy)
    assert starts.tolist() == naive.schedule(jobs, [(0, 100)], policy.name)


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("estimate", ["requested", "actual"])
def test_no_node_is_used_twice_and_none_stands_idle_before_the_head(policy, estimate):
    queue = random_queue(5, 30_000, 1000, 1.05, 700)
    if estimate == "actual":
        queue = queue._replace(estimate_s=queue.run_s.copy())
    step_s, step_nodes = as_steps([(0, 400), (2_000, 300), (9_000, 300)])
    start_s = schedule(queue, step_s, step_nodes, policy)
    assert (start_s >= queue.submit_s).all()
    # Sweep over all changes of the free nodes, ends and steps before starts.
    at_s = np.concatenate((step_s, start_s + queue.run_s, start_s))
    change = np.concatenate((step_nodes, queue.nodes, -queue.nodes))
    kind = np.repeat([0, 1], [step_s.size + start_s.size, start_s.size])
    order = np.lexsort((kind, at_s))
    free = np.cumsum(change[order])
    assert free.min() >= 0
    assert free[-1] == 1000
    if policy == Policy.SJF:
        return
    # The job that is first in the queue never waits beside enough nodes.
    head_since = np.maximum.accumulate(np.maximum(queue.submit_s, np.concatenate(([0], start_s[:-1]))))
    waits = np.flatnonzero(start_s > head_since)
    seconds, last = np.unique(at_s[order], return_index=True)
    free_after = free[np.append(last[1:], free.size) - 1]
    begin, end = np.searchsorted(seconds, head_since[waits]), np.searchsorted(seconds, start_s[waits])
    assert waits.size > 100
    for job, first, beyond in zip(waits, begin, end, strict=True):
        assert (free_after[first:beyond] < queue.nodes[job]).all()


@pytest.mark.parametrize("policy", Policy)
def test_hourly_queue_lengths_and_waits_keep_littles_law(policy):
    queue = random_queue(9, 20_000, 500, 1.1, 400)
    start_s = schedule(queue, *as_steps([(0, 500)]), policy)
    hours = int(start_s.max()) // S_PER_HOUR + 1
    waiting = hourly_mean(queue.submit_s, start_s, np.ones_like(start_s), hours)
    arrivals_per_s = start_s.size / (hours * S_PER_HOUR)
    assert waiting.max() > LINE + LEAF
    assert waiting.mean() == pytest.approx(arrivals_per_s * (start_s - queue.submit_s).mean())


def test_first_come_first_served_starts_in_the_order_of_the_queue():
    queue = random_queue(6, 20_000, 500, 1.2, 500)
    assert (np.diff(schedule(queue, *as_steps([(0, 500)]), Policy.FCFS)) >= 0).all()


def test_backfill_with_known_run_times_never_delays_the_first_of_the_queue():
    """Lifka's promise, checked on the job that is the first to wait: it starts when it would without the others."""
    for seed in range(20):
        queue = random_queue(seed, 60, 40, 3.0, 40)
        queue = queue._replace(estimate_s=queue.run_s.copy())
        fcfs, easy = (schedule(queue, *as_steps([(0, 40)]), policy) for policy in (Policy.FCFS, Policy.EASY))
        first = int(np.argmax(fcfs > queue.submit_s))
        assert fcfs[first] == easy[first]


def test_backfill_changes_nothing_where_all_jobs_take_one_node():
    queue = random_queue(7, 20_000, 100, 1.0, 1)
    steps = as_steps([(0, 100)])
    assert schedule(queue, *steps, Policy.EASY).tolist() == schedule(queue, *steps, Policy.FCFS).tolist()


def test_a_job_that_never_fits_has_no_start_and_blocks_the_queue_without_backfill():
    queue = as_queue([(0, 5, 5, 2), (1, 5, 5, 9), (2, 5, 5, 1)])
    assert schedule(queue, *as_steps([(0, 4)]), Policy.FCFS).tolist() == [0, -1, -1]
    assert schedule(queue, *as_steps([(0, 4)]), Policy.EASY).tolist() == [0, -1, 2]


def test_an_empty_queue_has_no_starts():
    assert schedule(as_queue([]), *as_steps([(0, 4)]), Policy.EASY).size == 0


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=15),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.data(),
)
def test_next_leaf_is_the_first_that_may_pass(asked, free, extra, window_s, data):
    least = np.full((32, 2), NEVER)
    for leaf, (nodes, estimate_s) in enumerate(asked):
        place_waiting(least, leaf, nodes, estimate_s)
    gone = data.draw(st.sets(st.integers(0, len(asked) - 1)))
    for leaf in gone:
        place_waiting(least, leaf, NEVER, NEVER)
    first = data.draw(st.integers(0, 16))
    passing = [
        leaf
        for leaf, (nodes, estimate_s) in enumerate(asked)
        if leaf >= first and leaf not in gone and may_pass(nodes, estimate_s, free, extra, window_s)
    ]
    assert next_leaf(least, first, free, extra, window_s) == (passing or [-1])[0]
