"""What guarantors pay and get back in the waterfall, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gortyn.kernels.waterfall import pour
from gortyn.kernels.waterfall_types import Pay
from naive.waterfall_worlds import SERVICE, TO_EQUITY, loan_deal, plain_cash


def test_a_guarantor_pays_its_share_and_is_paid_back_with_interest():
    """Of 50 missed it pays 80 %; 40 at 10 % are 44 one period later, of which 30 can be paid, then 14 at 10 %."""
    steps = [(Pay.GUARANTEE_FEE, 0), *SERVICE, (Pay.RECOVERY, 0), *TO_EQUITY]
    deal = loan_deal(
        [1, 0.6, 0.6, 0], steps, rate=[0.1, 0.0], covers=[0], cover_share=np.array([0.8]), fee_rate=np.array([0.01])
    )
    poured = pour(deal, plain_cash([0.0, 0.8, 0.56 + 7 + 10 + 30, 200.0], need_eur=[150.0, 0.0, 0.0, 0.0]))
    assert poured.missed_eur[0].tolist() == pytest.approx([0, 50, 0, 0])
    assert poured.drawn_eur[2].tolist() == pytest.approx([0, 40, 0, 0])
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 70, 60, 0])
    assert poured.received_eur[0].tolist() == pytest.approx([0, 40, 17, 66])
    assert poured.received_eur[2].tolist() == pytest.approx([0, 0.8, 30 + 0.56, 15.4 + 0.48])


def test_guarantors_of_one_loan_together_pay_what_is_missed_once():
    deal = loan_deal([1, 0.5], SERVICE, covers=[0, 0], cover_share=np.array([0.7, 0.6]), fee_rate=np.zeros(2))
    poured = pour(deal, plain_cash([0.0, 0.0], need_eur=[150.0, 0.0]))
    assert poured.drawn_eur[2:, 1].tolist() == pytest.approx([35, 15])
    assert poured.balance_eur[0, 1] == 50


def guaranteed(left, cover_share, **given):
    """A loan of which guarantors cover shares, without fees and claims."""
    one = np.array(cover_share)
    return loan_deal(left, SERVICE, covers=[0] * one.size, cover_share=one, fee_rate=np.zeros(one.size), **given)


def test_a_guarantor_of_half_pays_half_of_what_was_due_however_often_it_is_missed():
    """25 a period for four periods, none of it paid: 12.5 each time, though uncovered arrears grow to 50."""
    poured = pour(guaranteed([1, 0.75, 0.5, 0.25, 0], [0.5]), plain_cash([0.0] * 5, need_eur=[150.0, 0, 0, 0, 0]))
    assert poured.missed_eur[0].tolist() == pytest.approx([0, 25, 25, 25, 25])
    assert poured.drawn_eur[2].tolist() == pytest.approx([0, 12.5, 12.5, 12.5, 12.5])
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 87.5, 75, 62.5, 50])


def test_arrears_that_stand_still_are_not_missed_again():
    """Of 40 missed, 16 stay uncovered; then nothing is due, then 10, of which 4 are there, then all is made up."""
    deal = guaranteed([1, 0.6, 0.6, 0.5, 0.5, 0], [0.6])
    poured = pour(deal, plain_cash([0.0, 0.0, 0.0, 4.0, 18.4, 50.0], need_eur=[150.0, 0, 0, 0, 0, 0]))
    assert poured.missed_eur[0].tolist() == pytest.approx([0, 40, 0, 6, 0, 0])
    assert poured.drawn_eur[2].tolist() == pytest.approx([0, 24, 0, 3.6, 0, 0])
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 76, 76, 68.4, 50, 0])


def test_interest_on_uncovered_arrears_is_missed_anew():
    """At 10 %: 10 + 25; then 9.25 on 92.5, of which 1.75 for arrears, + 25."""
    deal = guaranteed([1, 0.75, 0.5], [0.5], rate=[0.1, 0.0])
    poured = pour(deal, plain_cash([0.0] * 3, need_eur=[150.0, 0.0, 0.0]))
    assert poured.missed_eur[0].tolist() == pytest.approx([0, 35, 9.25 + 25])
    assert poured.drawn_eur[2].tolist() == pytest.approx([0, 17.5, 17.125])
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 92.5, 92.5 + 9.25 - 17.125])


def test_interest_of_construction_is_lent_and_not_missed():
    """110 after a period at 10 %; due are 11 + 55, then 8.8 on 88, of which 33 are arrears, + 55."""
    deal = guaranteed([1, 1, 0.5, 0], [0.5], rate=[0.1, 0.0], pays_from=[2, 0])
    poured = pour(deal, plain_cash([0.0] * 4, need_eur=[150.0, 0.0, 0.0, 0.0]))
    assert poured.missed_eur[0].tolist() == pytest.approx([0, 0, 66, 63.8])
    assert poured.drawn_eur[2].tolist() == pytest.approx([0, 0, 33, 31.9])
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 110, 88, 88 + 8.8 - 31.9])


def test_guarantors_of_one_loan_pay_each_miss_once():
    """70 % and 60 % of 50, then of 30 more, are 35 and 15, then 21 and 9; nothing is left uncovered."""
    poured = pour(guaranteed([1, 0.5, 0.2], [0.7, 0.6]), plain_cash([0.0] * 3, need_eur=[150.0, 0.0, 0.0]))
    assert poured.drawn_eur[2:].tolist() == [pytest.approx([0, 35, 21]), pytest.approx([0, 15, 9])]
    poured = pour(guaranteed([1, 0.5, 0.2], [0.4, 0.2]), plain_cash([0.0] * 3, need_eur=[150.0, 0.0, 0.0]))
    assert poured.drawn_eur[2:].tolist() == [pytest.approx([0, 20, 12]), pytest.approx([0, 10, 6])]
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 70, 52])
