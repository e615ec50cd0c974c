"""Replicas of a service add up to the load of the day, second by second, in jobs no longer than they may be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.workload.services import load_of_day, replica_jobs

DAY_S, WEEK_S = 86_400, 7 * 86_400
HILL = 1 - np.cos(np.arange(24) * 2 * np.pi / 24)
TWO_HILLS = HILL + 0.8 * (1 - np.cos(np.arange(24) * 4 * np.pi / 24))


def up_at(jobs, second):
    _, begin_s, run_s = jobs
    return int(((begin_s <= second) & (second < begin_s + run_s)).sum())


def test_load_swings_as_far_as_said_by_the_local_clock():
    load = load_of_day(TWO_HILLS, 0.7, 2)
    assert load.mean() == pytest.approx(1)
    assert load.min() / load.max() == pytest.approx(0.3)
    assert load.argmin() == 22, "midnight in the east is ten in the evening UTC"
    assert load_of_day(TWO_HILLS, 0.0, 0).tolist() == [1.0] * 24
    assert load_of_day(np.ones(24), 0.9, 0).tolist() == [1.0] * 24


@pytest.mark.parametrize("arrivals", [HILL, TWO_HILLS], ids=["one hill", "two hills"])
@pytest.mark.parametrize("swing", [0.0, 0.5, 1.0])
def test_as_many_replicas_are_up_as_the_load_asks_for(arrivals, swing):
    load = load_of_day(arrivals, swing, 3)
    replicas = np.repeat([40.0, 75.5], 5 * 24)
    jobs = replica_jobs(replicas, load, 0.5, 10**9)
    for second in range(0, 10 * DAY_S, 7919):
        hour, part = divmod(second, 3600)
        asked = replicas[hour] * ((1 - part / 3600) * load[hour % 24] + part / 3600 * load[(hour + 1) % 24])
        assert up_at(jobs, second) == pytest.approx(asked, abs=0.52)


@given(
    st.floats(0.0, 30.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.999),
    st.integers(1000, 10**6),
    st.integers(-11, 12),
    st.integers(1, 9),
)
def test_jobs_lie_in_the_window_and_keep_to_the_longest(replicas, swing, offset, longest_s, ahead_h, days):
    load = load_of_day(TWO_HILLS, swing, ahead_h)
    hour, begin_s, run_s = replica_jobs(np.full(days * 24, replicas), load, offset, longest_s)
    assert not hour.any()
    assert (begin_s >= 0).all()
    assert (begin_s + run_s <= days * DAY_S).all()
    assert (run_s >= 1).all()
    assert (run_s <= min(WEEK_S, longest_s)).all()


def test_mean_over_the_offset_is_exactly_what_is_asked_for():
    load = load_of_day(TWO_HILLS, 0.6, 0)
    offsets = (np.arange(400) + 0.5) / 400
    mean = np.mean([replica_jobs(np.full(72, 2.3), load, one, 10**9)[2].sum() for one in offsets])
    assert mean / (3 * DAY_S) == pytest.approx(2.3, rel=2e-3)


def test_replicas_that_never_go_down_are_restarted_once_a_week_one_after_another():
    _, begin_s, run_s = replica_jobs(np.full(70 * 24, 10.0), np.ones(24), 0.5, 10**9)
    assert run_s.max() == WEEK_S
    assert begin_s.size == 10 * 10 + 9, "ten weeks in pieces; all but one begin within a week"
    restarts = begin_s[begin_s > 0]
    assert np.unique(restarts).size == restarts.size
    assert run_s.sum() == 10 * 70 * DAY_S


def test_each_replica_that_sleeps_is_one_job_a_day():
    load = load_of_day(HILL, 1.0, 0)
    _, begin_s, run_s = replica_jobs(np.full(5 * 24, 20.0), load, 0.5, 10**9)
    by_day = np.bincount((begin_s // DAY_S), minlength=5)
    assert by_day.tolist() == [40] * 5, "twice the mean at noon, none at midnight"
    assert run_s.max() < DAY_S


def test_a_service_of_no_chips_has_no_jobs():
    assert all(column.size == 0 for column in replica_jobs(np.zeros(48), np.ones(24), 0.3, 100))
