"""The estimator of waits that still go on: against numpy, and against the worked example of a textbook."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.access import waited

waits = st.lists(st.integers(0, 10**8), min_size=1, max_size=200)


@given(waits)
def test_with_all_waits_over_quantiles_are_those_of_the_sample(values):
    shares = (0.1, 0.25, 0.5, 0.9, 1.0)
    found = waited(np.array(values), np.ones(len(values), np.bool_), shares)
    expected = np.quantile(values, shares, method="inverted_cdf")
    assert list(found.quantiles_s) == expected.tolist()
    assert found.mean_s == pytest.approx(np.mean(values))


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=60))
def test_the_product_of_shares_that_go_on(rows):
    """The estimator by its definition: over distinct times, one minus ends over those still waiting."""
    wait_s, over = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    left, median = 1.0, math.nan
    for at in sorted(set(wait_s[over].tolist())):
        left *= 1 - ((wait_s == at) & over).sum() / (wait_s >= at).sum()
        if left <= 0.5 + 1e-12:
            median = at
            break
    assert waited(wait_s, over, (0.5,)).quantiles_s[0] == pytest.approx(median, nan_ok=True)


def test_remission_times_of_freireich():
    """Remission under 6-mercaptopurine, 21 patients, 9 relapses (Freireich et al. 1963): median 23 weeks."""
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapsed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    found = waited(np.array(weeks), np.array(relapsed, np.bool_), (0.1, 0.25, 0.5, 0.9))
    # Survival is 0.857 after 6 weeks, 0.753 after 10, 0.690 after 13 and 0.448 after 23; it never falls further.
    assert found.quantiles_s[:3] == (6, 13, 23)
    assert math.isnan(found.quantiles_s[3])
    assert found.mean_s == pytest.approx(109 / 9)  # of the nine who relapsed


def test_none_has_come_to_its_end():
    found = waited(np.array([5, 0]), np.zeros(2, np.bool_))
    assert all(map(math.isnan, (*found.quantiles_s, found.mean_s)))


def test_nobody_waits():
    found = waited(np.zeros(0, np.int64), np.zeros(0, np.bool_))
    assert all(map(math.isnan, (*found.quantiles_s, found.mean_s)))
