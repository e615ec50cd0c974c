from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.access import bounded_slowdown, quantiles

waits = st.lists(st.integers(0, 10**9), min_size=1, max_size=300)


@given(waits)
def test_quantiles_are_those_of_numpy(values):
    wait_s = np.array(values, dtype=np.int64)
    expected = np.quantile(wait_s, np.arange(101) / 100)
    np.testing.assert_allclose(quantiles(wait_s), expected, rtol=1e-12, atol=1e-6)


@given(waits)
def test_quantiles_rise_from_the_least_to_the_largest(values):
    found = quantiles(np.array(values, dtype=np.int64))
    assert found[0] == min(values)
    assert found[100] == max(values)
    assert (np.diff(found) >= 0).all()


def test_no_jobs_have_no_quantiles():
    assert np.isnan(quantiles(np.zeros(0, np.int64))).all()


@pytest.mark.parametrize(
    ("wait_s", "run_s", "expected"),
    [
        (0, 3600, 1.0),  # no wait
        (3600, 3600, 2.0),  # waits as long as it runs
        (0, 1, 1.0),  # never below one, though (0 + 1) / 10 is
        (99, 1, 10.0),  # one second counts as ten
        (10, 10, 2.0),  # the bound itself
        (0, 0, 1.0),
    ],
)
def test_bounded_slowdown_by_definition(wait_s, run_s, expected):
    assert bounded_slowdown(np.array([wait_s]), np.array([run_s])).item() == expected
