"""Recorded starts against replays: the figures by their definitions, and which policy is recognised."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.operation.measures import CLASS_STEP, ks_distance, rank_correlation, wait_summary
from gortyn.operation.replay import replay
from gortyn.operation.starts import validate_starts
from gortyn.operation.validation import AGAIN, AT_ONCE, MEDIAN, peak_chips, validate_trace
from gortyn.workload.trace_statistics import size_classes
from recorded import excerpt, trace_of, trace_of_excerpt

MACHINE = 4096
SAMPLE = st.lists(st.integers(0, 20), min_size=1, max_size=30).map(np.array)


@given(SAMPLE, SAMPLE)
def test_ks_is_the_largest_gap_between_the_shares(one, other):
    gaps = [abs((one <= value).mean() - (other <= value).mean()) for value in range(-1, 22)]
    assert ks_distance(one, other) == pytest.approx(max(gaps))


@given(st.permutations(range(12)))
def test_rank_correlation_without_ties_is_spearmans_formula(order):
    one, other = np.arange(12), np.array(order)
    n = one.size
    assert rank_correlation(one, other) == pytest.approx(1 - 6 * ((one - other) ** 2).sum() / (n * (n * n - 1)))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=20))
def test_rank_correlation_with_ties_is_that_of_mean_ranks(pairs):
    one, other = np.array(pairs).T

    def ranks(sample):
        return np.array([(sample < value).sum() + ((sample == value).sum() + 1) / 2 for value in sample])

    got = rank_correlation(one, other)
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        assert math.isnan(got)
    else:
        assert got == pytest.approx(np.corrcoef(ranks(one), ranks(other))[0, 1], abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.integers(1, 4)), min_size=1, max_size=20))
def test_peak_is_the_most_at_any_second(jobs):
    start, run, chips = np.array(jobs).T
    most = max(chips[(start <= now) & (now < start + run)].sum() for now in range(30))
    assert peak_chips(start, start + run, chips.astype(float)) == most


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=30))
def test_sizes_lie_in_their_classes(chips):
    names, group = size_classes(np.array(chips, float), CLASS_STEP)
    for size, place in zip(chips, group, strict=True):
        low, _, high = names[place].partition("-")
        assert int(low) <= size <= int(high or low)


def test_no_jobs_have_no_waits():
    assert set(wait_summary(np.zeros(0)).values()) == {None}


@pytest.mark.parametrize(("policy", "column"), [("fcfs", "fcfs_requested"), ("easy", "easy_requested")])
def test_the_policy_of_a_record_is_recognised(policy, column):
    """The record is another simulator's schedule; nothing but its own policy gives all of its starts."""
    found = validate_trace(trace_of_excerpt("starts_s", column), "log.swf", MACHINE)
    assert found.best == policy
    assert found.passed
    data = found.as_data()
    assert data["best_first_half"] == policy
    own = data["policies"][policy]["second_half"]
    assert (own["ks"], own["bias_s"], own["log_error"], own["job_log_error"]) == (0, 0, 0, 0)
    assert own["rank_correlation"] == pytest.approx(1)
    others = [one["second_half"]["ks"] for name, one in data["policies"].items() if name != policy]
    assert len(others) == 4
    assert data["null_models"][AT_ONCE]["ks"] > 0
    assert data["held_out"] == {"policy": policy, **own}


def test_a_wrong_policy_is_told_from_the_right_one():
    record = trace_of_excerpt("starts_s", "easy_requested")
    right, wrong = (validate_trace(record, "log.swf", MACHINE, policy=name) for name in ("easy", "fcfs"))
    assert right.passed
    assert not wrong.passed
    assert {check.name.split(":")[0] for check in wrong.checks} == {"fcfs"}
    assert sum(not check.passed for check in wrong.checks) >= 1


def test_null_models_know_the_first_half_only():
    """Four jobs on a machine where each could start at once, with stated waits of 200, 400 | 1000, 3000 s."""
    submit = np.array([0, 100, 200, 300])
    record = trace_of(submit, [1] * 4, [1] * 4, start_s=submit + np.array([200, 400, 1000, 3000]))
    found = validate_trace(record, "log.swf", 8, policy="fcfs")
    nulls = found.as_data()["null_models"]
    assert nulls[AT_ONCE]["bias_s"] == -2000
    assert nulls[MEDIAN]["wait_s"]["mean"] == 300
    assert nulls[MEDIAN]["bias_s"] == 300 - 2000
    assert nulls[MEDIAN]["log_error"] == pytest.approx(math.log(300 / 2000))
    assert nulls[MEDIAN]["job_log_error"] == pytest.approx((math.log(1000 / 300) + math.log(3000 / 300)) / 2)
    assert nulls[AT_ONCE]["log_error"] == pytest.approx(math.log(60 / 2000))
    assert nulls[AGAIN]["wait_s"]["mean"] == 300
    assert nulls[AGAIN]["rank_correlation"] is None
    # Nobody waits in the replay, so that it is no better than the null model, and no worse.
    assert found.fits["fcfs"].second_half["ks"] == nulls[AT_ONCE]["ks"] == 1
    assert not found.passed


def test_seconds_of_dispatch_are_no_wait():
    record = trace_of([0, 0, 50], [10, 1000, 10], [1, 3, 1], start_s=[9, 3, 60])
    whole = validate_trace(record, "log.swf", 8, policy="easy").fits["easy"].whole
    assert (whole["ks"], whole["log_error"], whole["job_log_error"]) == (0, 0, 0)
    assert whole["bias_s"] == pytest.approx(-(9 + 3 + 10) / 3)


def test_jobs_without_a_recorded_start_are_played_and_not_compared():
    record = trace_of([0, 0, 0, 0], [10] * 4, [4] * 4, start_s=[0, -1, 20, 30])
    found = validate_trace(record, "log.swf", 4, policy="fcfs")
    assert found.real_s.tolist() == [0, 20, 30]
    assert found.fits["fcfs"].wait_s.tolist() == [0, 20, 30]


def test_a_record_that_does_not_fit_the_machine_is_told():
    """Four jobs of 4 chips at once for 10 s; half of the chip-seconds are above 8 chips."""
    record = trace_of([0] * 4, [10] * 4, [4] * 4, start_s=[1] * 4)
    assert validate_trace(record, "log.swf", 8, policy="fcfs").over_capacity_share == pytest.approx(0.5)
    assert validate_trace(record, "log.swf", 16, policy="fcfs").over_capacity_share == 0


@pytest.mark.parametrize(
    ("start_s", "said"), [(None, "records no starts"), ([0, 5, 9], "every recorded start is the submission")]
)
def test_a_record_without_waits_is_refused(start_s, said):
    with pytest.raises(ValueError, match=said):
        validate_trace(trace_of([0, 5, 9], [1, 1, 1], [1, 1, 1], start_s=start_s), "log.swf", 4)


def test_policies_that_cannot_be_played_are_named():
    """Times beyond 32 bits are for the queue kernel alone."""
    record = trace_of([0, 0, 2**33, 2**33], [10] * 4, [1] * 4, start_s=[0, 10, 2**33, 2**33 + 10])
    found = validate_trace(record, "log.swf", 1)
    assert set(found.fits) == {"fcfs", "sjf", "easy"}
    assert set(found.not_played) == {"conservative", "multifactor"}
    assert found.passed


def test_every_start_is_compared_one_by_one():
    jobs = excerpt("starts_s")
    given = {str(job): start for job, start in zip(jobs["job_id"], jobs["easy_requested"], strict=True)}
    played = replay(trace_of_excerpt("starts_s"), MACHINE)
    assert validate_starts(played, given, "starts.csv").passed
    off = validate_starts(played, given | {"7": given["7"] + 3}, "starts.csv")
    assert not off.passed
    assert off.differences == [
        {"job_id": "7", "start_s": given["7"], "expected_start_s": given["7"] + 3, "difference_s": -3},
    ]
    assert len(off.predictions()) == len(given)
    assert not validate_starts(played, {job: start for job, start in given.items() if job != "7"}, "starts.csv").passed
    assert not validate_starts(played, given | {"777": 0}, "starts.csv").passed
