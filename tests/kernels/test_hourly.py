"""Hourly means against a sum over every interval in every hour."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gortyn.kernels.hourly import hourly_mean
from naive import hourly as naive

SECONDS = st.integers(-5_000, 6 * 3600)
INTERVALS = st.lists(
    st.tuples(SECONDS, SECONDS, st.integers(0, 100_000)).map(lambda x: (min(x[:2]), max(x[:2]), x[2])), max_size=20
)


@given(INTERVALS, st.integers(0, 5))
def test_equals_the_sum_over_every_interval(intervals, hours):
    begin_s, end_s, amount = np.array(intervals, np.int64).reshape(-1, 3).T
    assert hourly_mean(begin_s, end_s, amount, hours).tolist() == naive.hourly_mean(intervals, hours)


def test_hours_without_load_are_exactly_zero():
    """A large amount leaves no rounding behind after it has gone."""
    begin_s, end_s, amount = np.array([[1, 7_201, 99_991], [2, 7_202, 7]]).T
    series = hourly_mean(begin_s, end_s, amount, 1000)
    assert (series[3:] == 0).all()
    assert series.sum() * 3600 == 7200 * (99_991 + 7)
