"""Replays of traces, against the starts that other simulators gave and against what must hold for any schedule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gortyn.operation.replay import NO_RUN, NO_SIZE, TOO_LARGE, replay
from recorded import excerpt, trace_of, trace_of_excerpt

MACHINE = 4096


def random_jobs(largest):
    """Some jobs as (gap, run, chips, padding, user)."""
    job = st.tuples(
        st.integers(0, 30), st.integers(1, 60), st.integers(1, largest), st.integers(0, 40), st.sampled_from("abc")
    )
    return st.lists(job, min_size=1, max_size=40)


def drawn(rows, scale=1):
    gap, run, chips, padding, user = (np.array(column) for column in zip(*rows, strict=True))
    return trace_of(np.cumsum(gap), run, chips * scale, run + padding, user=user)


@pytest.mark.parametrize("engine", ["queue", "cluster"])
@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("starts_ms", "fcfs_requested"),
        ("starts_ms", "easy_requested"),
        ("starts_s", "fcfs_requested"),
        ("starts_s", "easy_requested"),
        ("starts_s", "easy_actual"),
    ],
)
def test_every_start_is_that_of_other_simulators(engine, name, column):
    columns = excerpt(name)
    policy, estimate = column.split("_")
    played = replay(trace_of_excerpt(name), MACHINE, 1, policy, estimate, engine=engine)
    assert played.start_s.tolist() == columns[column]
    assert (played.end_s - played.start_s).tolist() == columns["run"]
    assert np.count_nonzero(played.wait_s) > 90


@settings(max_examples=50)
@given(random_jobs(8), st.sampled_from(["fcfs", "sjf", "easy"]), st.sampled_from(["requested", "actual"]))
def test_both_kernels_give_the_same_starts(rows, policy, estimate):
    jobs = drawn(rows)
    starts = [replay(jobs, 8, 1, policy, estimate, engine=engine).start_s.tolist() for engine in ("queue", "cluster")]
    assert starts[0] == starts[1]


@settings(max_examples=50)
@given(random_jobs(1), st.sampled_from(["fcfs", "sjf", "easy"]))
def test_single_chips_on_shared_nodes_are_a_machine_of_single_chips(rows, policy):
    """Jobs of one chip never leave a gap on a node that the next one does not fit."""
    jobs = drawn(rows)
    shared, single = replay(jobs, 2, 3, policy), replay(jobs, 6, 1, policy)
    assert shared.engine == "cluster"
    assert single.engine == "queue"
    assert shared.start_s.tolist() == single.start_s.tolist()


@settings(max_examples=50)
@given(random_jobs(4), st.sampled_from(["fcfs", "easy"]))
def test_whole_nodes_are_counted_in_nodes(rows, policy):
    by_chip, by_node = replay(drawn(rows, scale=8), 4, 8, policy), replay(drawn(rows), 4, 1, policy)
    assert by_chip.start_s.tolist() == by_node.start_s.tolist()
    assert by_chip.utilisation() == pytest.approx(by_node.utilisation(), nan_ok=True)


@settings(max_examples=50)
@given(random_jobs(8))
def test_conservative_backfill_delays_nobody_where_run_times_are_known(rows):
    """Under known run times every job of conservative backfill starts no later than first come first served.

    By induction: where all jobs before it started and ended no later, its start under FCFS is free for it.
    """
    jobs = drawn(rows)
    early, late = (replay(jobs, 8, 1, policy, "actual").start_s for policy in ("conservative", "fcfs"))
    assert (early <= late).all()


@settings(max_examples=30)
@given(random_jobs(12), st.sampled_from(["easy", "conservative", "multifactor"]), st.integers(1, 4))
def test_no_node_is_overfull(rows, policy, chips_per_node):
    jobs = drawn(rows)
    assume((jobs.chips <= 4 * chips_per_node).any())
    played = replay(jobs, 4, chips_per_node, policy)
    assert len(played.trace) + len(played.excluded) == len(rows)
    assert played.served.all()
    assert (played.wait_s >= 0).all()
    for now_s in np.unique(played.start_s):
        running = (played.start_s <= now_s) & (now_s < played.end_s)
        assert played.held_chips[running].sum() <= played.capacity_chips


@pytest.mark.parametrize("policy", ["fcfs", "sjf", "easy", "conservative"])
@pytest.mark.parametrize("shift", [1_535_348_017, 10**12])
def test_the_clock_may_begin_anywhere(policy, shift):
    jobs = trace_of_excerpt("starts_s")
    moved = trace_of(jobs.submit_s + shift, jobs.run_s, jobs.chips, jobs.requested_s)
    starts = [replay(one, MACHINE, 1, policy).start_s for one in (jobs, moved)]
    assert (starts[1] - starts[0] == shift).all()


def test_past_use_lowers_the_priority_of_a_user():
    """The machine is a's for 10,000 s; of the two that wait, b, who came a second later, goes first."""
    jobs = trace_of([0, 5000, 5001], [10_000, 100, 100], [1, 1, 1], user=["a", "a", "b"])
    assert replay(jobs, 1, 1, "easy").start_s.tolist() == [0, 10_000, 10_100]
    assert replay(jobs, 1, 1, "multifactor").start_s.tolist() == [0, 10_100, 10_000]


def test_conservative_and_easy_differ_where_a_second_job_is_delayed():
    """Four nodes, two free until 10; the head needs all, the second two from then on. EASY may delay the second."""
    jobs = trace_of([0, 1, 2, 3], [10, 10, 10, 30], [2, 4, 3, 1])
    # EASY: the fourth ends after the shadow time and the head needs every node, so nobody passes.
    assert replay(jobs, 4, 1, "easy").start_s.tolist() == [0, 10, 20, 20]
    jobs = trace_of([0, 1, 2, 3], [10, 10, 10, 30], [2, 3, 4, 1])
    # The head leaves one node over: EASY gives it to the fourth for 30 s, which holds up the third until 33.
    assert replay(jobs, 4, 1, "easy").start_s.tolist() == [0, 10, 33, 3]
    # Conservative has promised all four nodes to the third at 20, so that the fourth waits.
    assert replay(jobs, 4, 1, "conservative").start_s.tolist() == [0, 10, 20, 30]


def test_shares_of_a_chip_share_it():
    jobs = trace_of([0] * 5, [10] * 5, [0.5] * 5)
    assert replay(jobs, 1, 2, "fcfs").start_s.tolist() == [0, 0, 0, 0, 10]


def test_a_job_above_a_node_takes_whole_nodes():
    jobs = trace_of([0, 0], [10, 10], [3, 2])
    played = replay(jobs, 2, 2, "fcfs")
    assert played.start_s.tolist() == [0, 10]
    assert played.held_chips.tolist() == [4, 2]
    assert played.rounded_up == 1


def test_what_cannot_be_played_is_named():
    jobs = trace_of([0, 1, 2, 3], [10, 0, 10, 10], [5, 1, 0, 2])
    played = replay(jobs, 2, 2)
    assert [(job.job_id, job.reason) for job in played.excluded] == [("1", TOO_LARGE), ("2", NO_RUN), ("3", NO_SIZE)]
    assert played.trace.job_id.tolist() == ["4"]
    assert played.start_s.tolist() == [3]
    with pytest.raises(ValueError, match="no job is left to play: 4 of 4"):
        replay(jobs, 1, 1)


def test_launch_overhead_holds_the_chips_too():
    jobs = trace_of([0, 0, 0], [10, 10, 10], [1, 1, 1], [20, 20, 20])
    played = replay(jobs, 1, 1, "easy", launch_overhead_s=5)
    assert played.start_s.tolist() == [0, 15, 30]
    assert played.end_s.tolist() == [15, 30, 45]


def test_a_run_time_stands_in_for_an_unknown_request():
    jobs = trace_of([0, 0, 1], [10, 10, 5], [2, 4, 2], [-1, -1, -1])
    requested = replay(jobs, 4, 1, "easy", "requested")
    assert requested.requests_unknown == 3
    assert requested.start_s.tolist() == replay(jobs, 4, 1, "easy", "actual").start_s.tolist() == [0, 10, 1]


def test_utilisation_counts_until_the_last_submission():
    """Two of four chips for 10 s, then all four; the last submission is at 20, the last end at 40."""
    jobs = trace_of([0, 10, 20], [10, 20, 10], [2, 4, 1])
    played = replay(jobs, 4)
    assert played.utilisation() == pytest.approx((2 * 10 + 4 * 10) / (4 * 20))
    assert played.utilisation(played.makespan_end_s) == pytest.approx((2 * 10 + 4 * 20 + 1 * 10) / (4 * 40))
    assert np.isnan(replay(trace_of([7], [1], [1]), 4).utilisation())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"nodes": 0}, "0 nodes"),
        ({"chips_per_node": 0}, "of 0 chips"),
        ({"policy": "lifo"}, "no policy 'lifo'"),
        ({"estimate": "perfect"}, "no estimate 'perfect'"),
        ({"launch_overhead_s": -1}, "-1 s"),
        ({"depth": 0}, "depth of 0"),
        ({"policy": "conservative", "engine": "queue"}, "whole nodes under fcfs, sjf and easy only"),
        ({"chips_per_node": 2, "engine": "queue"}, "whole nodes under fcfs, sjf and easy only"),
    ],
)
def test_bad_arguments_are_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        replay(trace_of([0], [1], [1]), **({"nodes": 4} | arguments))


def test_times_whose_sum_has_no_number_are_refused():
    run = [2**53] * 1100
    with pytest.raises(ValueError, match="add up"):
        replay(trace_of(range(1100), run, [1] * 1100, run), 1)


def test_times_beyond_32_bits_are_for_the_queue_kernel():
    jobs = trace_of([0, 2**32], [10, 10], [1, 1])
    assert replay(jobs, 1, 1, "easy").start_s.tolist() == [0, 2**32]
    with pytest.raises(ValueError, match="2\\^31"):
        replay(jobs, 1, 1, "conservative")
    late = trace_of([0, 0, 0], [2**31 - 1, 10, 10], [1, 1, 1])
    assert replay(late, 1, 1, "easy").start_s.tolist() == [0, 2**31 - 1, 2**31 + 9]
    with pytest.raises(ValueError, match="2\\^31"):
        replay(late, 1, 1, "conservative")
