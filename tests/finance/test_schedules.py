"""Schedules against sums that are done without them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.finance import annuity
from gortyn.finance.schedules import (
    ahead,
    annuity_left,
    bullet_left,
    construction_interest_eur,
    on_calendar,
    saved_ahead,
    sculpted_left,
    supportable_eur,
)

payments = st.lists(st.floats(0, 1e3), min_size=1, max_size=30)
rates = st.floats(0, 0.2)


def services(loan: float, left: np.ndarray, rate: float) -> np.ndarray:
    """Interest and principal of each period."""
    balance = loan * np.concatenate(([1.0], left))
    return balance[:-1] * (1 + rate) - balance[1:]


@given(st.integers(1, 60), st.floats(-0.05, 0.3))
def test_an_annuity_is_level_and_leaves_nothing(count, rate):
    left = annuity_left(count, rate)
    assert left[-1] == 0
    assert (np.diff(left, prepend=1.0) < 0).all()
    # `annuity` cancels digits where the rate is tiny, the schedule does not.
    level = annuity(100.0, rate, count) if abs(rate) > 1e-6 else np.mean(services(100.0, left, rate))
    np.testing.assert_allclose(services(100.0, left, rate), level, rtol=1e-7)


def test_a_bullet_is_repaid_at_the_end():
    np.testing.assert_allclose(services(100.0, bullet_left(4), 0.02), [2, 2, 2, 102])


@given(payments, rates)
def test_no_sculpted_payment_is_above_what_can_be_paid_and_none_lends_again(most, rate):
    loan, left = sculpted_left(most, rate)
    service = services(loan, left, rate)
    assert (service <= np.array(most) + 1e-7 * max(most) + 1e-9).all()
    assert (np.diff(left, prepend=1.0) <= 1e-12).all()
    assert left[-1] == 0
    # Never above the present value, which is what payments of any shape can serve.
    assert loan <= np.sum(np.array(most) / (1 + rate) ** np.arange(1, len(most) + 1)) * (1 + 1e-9)


def serves(loan: float, most: list[float], rate: float) -> bool:
    """Whether payments serve a loan: each pays the interest, and all of what is left goes to the principal."""
    for payment in most:
        interest = rate * loan
        if interest > payment:
            return False
        loan -= min(payment - interest, loan)
    return loan <= 0


@given(payments, st.floats(0.001, 0.2))
def test_the_sculpted_loan_is_the_largest(most, rate):
    loan, _ = sculpted_left(most, rate)
    assert serves(loan * (1 - 1e-9) - 1e-9, most, rate)
    assert not serves(loan * (1 + 1e-9) + 1e-6, most, rate)


@given(st.lists(st.floats(90, 110), min_size=1, max_size=30), st.floats(0, 0.02))
def test_a_sculpted_loan_is_the_present_value_where_every_payment_covers_interest(most, rate):
    loan, left = sculpted_left(most, rate)
    np.testing.assert_allclose(services(loan, left, rate), most, rtol=1e-9)


@pytest.mark.parametrize("most", [[0.0, 0.0], [0.0, 50.0]])
def test_nothing_is_lent_against_a_period_without_cash(most):
    loan, left = sculpted_left(most, 0.05)
    assert loan == 0
    np.testing.assert_allclose(left, annuity_left(2, 0.05))


def test_without_interest_a_period_without_cash_only_waits():
    assert supportable_eur([0.0, 50.0, 0.0, 30.0], 0.0).tolist() == [80, 80, 30, 30, 0]


def test_interest_before_operation_compounds():
    draw = np.array([50.0, 50.0, 0.0, 0.0, 0.0])
    assert construction_interest_eur(draw, 0.1, 0) == 0
    assert construction_interest_eur(draw, 0.1, 4) == pytest.approx(50 * 1.331 + 50 * 1.21 - 100)


def test_a_schedule_that_is_longer_than_the_calendar_is_cut():
    assert on_calendar(np.array([0.9, 0.5, 0.0]), 2, 4).tolist() == [1, 1, 0.9, 0.5]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.integers(0, 14), st.floats(0, 0.99))
def test_what_lies_ahead_is_summed_period_by_period(series, whole, part):
    values = np.array(series)
    padded = [*series, *[0.0] * (whole + 2)]
    expected = [sum(padded[q + 1 : q + 1 + whole]) + part * padded[q + 1 + whole] for q in range(len(series))]
    np.testing.assert_allclose(ahead(values, whole + part), expected, atol=1e-9)
    np.testing.assert_allclose(
        ahead(np.stack((values, 2 * values)), whole + part)[1], 2 * np.array(expected), atol=1e-9
    )


def test_every_refresh_is_saved_for_before_it_is_paid():
    cost = np.zeros(12)
    cost[6], cost[10] = 40.0, 20.0
    saved = saved_ahead(cost, 2, 4)
    assert saved[1] == 0
    assert saved[5] == 40
    # From period 6 on only the second is saved for; in period 5 the two do not overlap.
    assert saved[6:].tolist() == [5, 10, 15, 20, 0, 0]
    assert saved_ahead(cost, 6, 4)[:6].tolist() == [0] * 6
