"""Rates of return of many draws, against pyxirr one by one and against series whose rate is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.finance.metrics import irr, npv
from gortyn.finance.returns import irrs
from gortyn.kernels.returns import FOUND, NONE, UNSURE, internal_rates


def projects(seed=0, count=500):
    """Six quarters of cost, 24 of income that is more or less than it, and nothing after."""
    generator = np.random.default_rng(seed)
    flows = np.zeros((count, 40))
    flows[:, :6] = -generator.uniform(0.5, 1.5, (count, 6))
    flows[:, 6:30] = generator.uniform(0, 1, (count, 24)) * generator.uniform(0.05, 1.5, (count, 1))
    return flows


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e10])
def test_rates_are_those_of_pyxirr(scale):
    flows = scale * projects()
    expected = [irr(flow) for flow in flows]
    assert min(expected) < -0.2 < 0.5 < max(expected)
    np.testing.assert_allclose(irrs(flows), expected, atol=1e-7)


def test_a_refresh_half_way_changes_no_answer():
    flows = projects()
    flows[:, 18] -= 2
    np.testing.assert_allclose(irrs(flows), [irr(flow) for flow in flows], atol=1e-7)
    assert FOUND in internal_rates(flows)[1]


def test_what_may_have_several_rates_is_left_to_pyxirr():
    # (x - 1.1)(x - 1.2) and (x - 0.9)(x - 0.8) in x = 1 + rate: two rates each.
    flows = np.array([[-1, 2.3, -1.32], [-1, 1.7, -0.72]])
    rates, state = internal_rates(flows)
    assert state.tolist() == [UNSURE, UNSURE]
    assert np.isnan(rates).all()
    np.testing.assert_array_equal(irrs(flows), [irr(flow) for flow in flows])


def test_of_a_gain_the_rate_above_nothing_is_taken():
    # (x - 1.1)(x - 0.9): the sum of payments is a gain.
    rates, state = internal_rates(np.array([[-1, 2.0, -0.99]]))
    assert state[0] == FOUND
    assert rates[0] == pytest.approx(0.1)


@given(st.floats(-0.5, 1.0), st.lists(st.floats(0.01, 10), min_size=1, max_size=40), st.integers(0, 5))
def test_a_series_made_for_a_rate_has_it(rate, income, wait):
    quarters = np.arange(1, len(income) + 1)
    cost = float(np.array(income) @ (1 + rate) ** (-quarters / 4))
    flow = np.concatenate([np.zeros(wait), [-cost], income])
    assert irrs(flow[None])[0] == pytest.approx(rate, abs=1e-9)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=30))
def test_value_at_a_rate_that_is_found_is_nothing(flow):
    payments = np.array(flow, float)
    rates, state = internal_rates(payments[None])
    if state[0] == FOUND:
        present = np.abs(payments) @ (1 + rates[0]) ** -np.arange(payments.size)
        assert npv(rates[0], payments, 1) == pytest.approx(0, abs=1e-9 * present)


def test_payments_of_one_sign_have_no_rate():
    flows = np.array([[0.0, 1, 2], [0, 0, 0], [-1, -2, 0]])
    rates, state = internal_rates(flows)
    assert state.tolist() == [NONE] * 3
    assert np.isnan(rates).all()
    np.testing.assert_array_equal(irrs(flows), [np.nan, np.nan, -1])


def test_who_is_paid_first_may_have_several():
    """A loan seen from the borrower: the value rises with the rate, and the kernel leaves it to pyxirr."""
    flows = np.array([[100.0, 0, 0, 0, -110]])
    assert internal_rates(flows)[1].tolist() == [UNSURE]
    assert irrs(flows)[0] == pytest.approx(0.1)


def test_annual_periods():
    assert irrs(np.array([[-100.0, 110]]), 1)[0] == pytest.approx(0.1)
