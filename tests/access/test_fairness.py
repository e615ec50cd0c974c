from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gortyn.access import gini, jain

values = st.lists(st.floats(0, 1e6), min_size=1, max_size=40)


@pytest.mark.parametrize("count", [1, 2, 5, 100])
def test_equal_shares(count):
    assert gini([0.7] * count) == pytest.approx(0, abs=1e-12)
    assert jain([0.7] * count) == pytest.approx(1)


@pytest.mark.parametrize("count", [1, 2, 5, 100])
def test_one_holder(count):
    shares = [0.0] * (count - 1) + [3.0]
    assert gini(shares) == pytest.approx((count - 1) / count)
    assert jain(shares) == pytest.approx(1 / count)


def test_a_straight_line():
    # 1..n has the Gini coefficient (n - 1) / (3 n) and Jain's index 3 (n + 1) / (2 (2 n + 1)).
    n = 50
    shares = np.arange(1, n + 1)
    assert gini(shares) == pytest.approx((n - 1) / (3 * n))
    assert jain(shares) == pytest.approx(3 * (n + 1) / (2 * (2 * n + 1)))


@given(values)
def test_gini_is_half_the_relative_mean_difference(shares):
    x = np.array(shares)
    assume(x.mean() > 1e-6)
    pairs = np.abs(x[:, None] - x[None, :]).mean()
    assert gini(x) == pytest.approx(pairs / (2 * x.mean()), abs=1e-9)


@given(values, st.floats(0.01, 100))
def test_scale_and_order_do_not_matter(shares, factor):
    assume(max(shares) > 1e-6)
    other = [factor * share for share in reversed(shares)]
    assert gini(other) == pytest.approx(gini(shares), abs=1e-9)
    assert jain(other) == pytest.approx(jain(shares), rel=1e-9)
    assert 1 / len(shares) - 1e-9 <= jain(shares) <= 1 + 1e-9


def test_nobody_and_nothing():
    assert math.isnan(gini([]))
    assert math.isnan(jain([]))
    assert (gini([0, 0]), jain([0, 0])) == (0, 1)


@pytest.mark.parametrize("measure", [gini, jain])
def test_a_negative_share_is_refused(measure):
    with pytest.raises(ValueError, match=r"-1\.0"):
        measure([2, -1])
