"""The waterfall against its slow twin in exact fractions, against sums over its own results, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gortyn.kernels.waterfall import pour
from gortyn.kernels.waterfall_types import Kind, Pay, Poured
from naive import waterfall as naive
from naive.waterfall_worlds import SERVICE, TO_EQUITY, floats, loan_deal, plain_cash, plain_deal, worlds

GIVEN, DEBT, BEARER = Kind.GIVEN, Kind.DEBT, Kind.BEARER
CENT = 0.01


@settings(max_examples=300)
@given(worlds())
def test_equals_its_twin(world):
    deal, cash, rate_shift = world
    poured = pour(floats(deal), floats(cash), float(rate_shift))
    expected = naive.pour(deal, cash, rate_shift)
    assert set(expected) == set(Poured._fields)
    for name, found in poured._asdict().items():
        twin = np.array(expected[name], np.float64).reshape(found.shape)
        np.testing.assert_allclose(found, twin, rtol=1e-9, atol=1e-7, err_msg=name)


def imbalance_eur(deal, cash, poured):
    """What the sources of each period exceed its uses by, from the results alone."""
    reserves = poured.debt_reserve_eur.sum(0) + poured.operating_reserve_eur + poured.refresh_reserve_eur
    closing = reserves + poured.kept_eur - poured.deficit_eur
    opening = np.concatenate(([0.0], closing[:-1]))
    earned = deal.reserve_rate * np.concatenate(([0.0], reserves[:-1]))
    filled = deal.debt_fill_eur.sum(0) + deal.operating_fill_eur
    sources = opening + cash.operating_eur + earned + poured.drawn_eur.sum(0)
    spent = cash.need_eur - filled + cash.refresh_eur
    return sources - (spent + poured.tax_eur + poured.received_eur.sum(0) + closing)


@settings(max_examples=400)
@given(worlds())
def test_no_cent_appears_or_vanishes(world):
    """In any period, in euros of a real project's size."""
    deal, cash, rate_shift = *map(floats, world[:2]), float(world[2])
    scale = 1e8
    amounts = ("draw_eur", "debt_target_eur", "operating_target_eur", "refresh_target_eur", "debt_fill_eur")
    deal = deal._replace(**{name: scale * getattr(deal, name) for name in (*amounts, "operating_fill_eur")})
    cash = type(cash)(*(scale * series for series in cash))
    poured = pour(deal, cash, rate_shift)
    assert np.abs(imbalance_eur(deal, cash, poured)).max() < CENT


@settings(max_examples=200)
@given(worlds())
def test_nobody_pays_or_holds_less_than_nothing(world):
    deal, cash, rate_shift = *map(floats, world[:2]), float(world[2])
    poured = pour(deal, cash, rate_shift)
    for name in set(Poured._fields) - {"paid_eur", "tax_eur", "cfads_eur"}:
        assert getattr(poured, name).min() >= 0, name
    taxes = deal.steps[:, 0] == Pay.TAX
    assert (poured.paid_eur[~taxes] >= 0).all()
    assert (poured.tax_eur >= 0).all() or deal.refund


@settings(max_examples=200)
@given(worlds())
def test_a_loan_grows_by_draws_and_interest_and_falls_by_payments_alone(world):
    deal, cash, rate_shift = *map(floats, world[:2]), float(world[2])
    poured = pour(deal, cash, rate_shift)
    for layer in np.flatnonzero(deal.kind == DEBT):
        grown = poured.drawn_eur[layer] + poured.interest_eur[layer]
        rests = deal.rest[layer] * sum(poured.paid_eur[i] for i in np.flatnonzero(deal.steps[:, 0] == Pay.REST))
        expected = np.cumsum(grown - poured.received_eur[layer] + rests)
        np.testing.assert_allclose(poured.balance_eur[layer], expected, atol=1e-8)


# By hand: payments of one period fall on its end, so that the first draw bears interest from the second period on.


def annuity_left(rate, periods):
    """Shares of a loan left after each level payment: the annuity's textbook formula."""
    k = np.arange(1, periods + 1)
    return ((1 + rate) ** periods - (1 + rate) ** k) / ((1 + rate) ** periods - 1)


@given(st.floats(0.001, 0.2), st.integers(1, 60))
def test_an_annuity_is_served_in_full(rate, periods):
    left = np.concatenate(([1.0], annuity_left(rate, periods)))
    deal = loan_deal(left, SERVICE + TO_EQUITY, rate=[rate, 0.1])
    cash = plain_cash([0.0] + [130.0] * periods, need_eur=[150.0] + [0.0] * periods)
    poured = pour(deal, cash)
    payment = 100 * rate / (1 - (1 + rate) ** -periods)
    np.testing.assert_allclose(poured.received_eur[0, 1:], payment)
    np.testing.assert_allclose(poured.due_eur[0, 1:], payment)
    np.testing.assert_allclose(poured.received_eur[1, 1:], 130 - payment)
    assert poured.balance_eur[0, -1] == 0
    assert not poured.missed_eur.any()


def test_interest_of_construction_joins_the_loan_and_its_schedule():
    """Two draws of 100 at 10 %, paying from the third period on: 100, then 100 + 10 + 100."""
    deal = loan_deal([1, 1, 0.5, 0], SERVICE + TO_EQUITY, rate=[0.1, 0.0], pays_from=[2, 0])
    deal.draw_eur[0, 1] = 100
    poured = pour(deal, plain_cash([0.0, 0.0, 500.0, 500.0], need_eur=[150.0, 100.0, 0.0, 0.0]))
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 210, 105, 0])
    assert poured.due_eur[0].tolist() == pytest.approx([0, 0, 21 + 105, 10.5 + 105])
    assert poured.received_eur[0].tolist() == pytest.approx([0, 0, 126, 115.5])


def test_floating_interest_moves_and_never_falls_below_zero():
    deal = loan_deal([1, 1], SERVICE + TO_EQUITY, rate=[0.02, 0.0], floating=[1.0, 0.0])
    cash = plain_cash([0.0, 50.0], need_eur=[150.0, 0.0])
    assert pour(deal, cash, 0.03).interest_eur[0].tolist() == pytest.approx([0, 5])
    assert pour(deal, cash, -0.03).interest_eur[0].tolist() == [0, 0]


def test_a_missed_period_is_made_up_with_interest():
    """Due: 40 + 10, 30 + 6, 30 + 3. In the first, 20 are there: 10 interest, 10 principal, 30 missed."""
    deal = loan_deal([1, 0.6, 0.3, 0], SERVICE + TO_EQUITY, rate=[0.1, 0.0])
    poured = pour(deal, plain_cash([0.0, 20.0, 80.0, 80.0], need_eur=[150.0, 0.0, 0.0, 0.0]))
    assert poured.missed_eur[0].tolist() == pytest.approx([0, 30, 0, 0])
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 90, 30, 0])
    assert poured.due_eur[0].tolist() == pytest.approx([0, 50, 36, 33])
    assert poured.received_eur[0].tolist() == pytest.approx([0, 20, 60 + 9, 33])
    assert poured.received_eur[1].tolist() == pytest.approx([0, 0, 11, 47])


def test_interest_that_nobody_pays_bears_interest():
    deal = loan_deal([1, 1, 1, 0], SERVICE + TO_EQUITY, rate=[0.1, 0.0])
    poured = pour(deal, plain_cash([0.0, 0.0, 4.0, 1000.0], need_eur=[150.0, 0.0, 0.0, 0.0]))
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 110, 117, 0])
    assert poured.missed_eur[0].tolist() == pytest.approx([0, 10, 11 - 4, 0])
    assert poured.received_eur[0, 3] == pytest.approx(117 * 1.1)


def test_a_reserve_account_pays_a_gap_and_is_filled_again():
    """50 are in the account from the start; 36 are due, 10 are there."""
    target = [[50.0, 50.0, 50.0, 0.0], [0.0] * 4]
    steps = [*SERVICE, (Pay.DEBT_RESERVE, 0), *TO_EQUITY]
    deal = loan_deal(
        [1, 0.7, 0.4, 0], steps, rate=[0.06, 0.0], debt_target_eur=target, debt_fill_eur=[[50.0, 0, 0, 0], [0.0] * 4]
    )
    poured = pour(deal, plain_cash([0.0, 10.0, 60.0, 60.0], need_eur=[150.0, 0.0, 0.0, 0.0]))
    assert poured.received_eur[0, 1:].tolist() == pytest.approx([36, 34.2, 42.4])
    assert not poured.missed_eur.any()
    assert poured.debt_reserve_eur[0].tolist() == pytest.approx([50, 24, 49.8, 0])
    assert poured.paid_eur[2].tolist() == pytest.approx([0, 0, 25.8, 0])
    assert poured.received_eur[1].tolist() == pytest.approx([0, 0, 0, 60 + 49.8 - 42.4])


def test_reserves_earn_interest():
    target = [[50.0, 50.0, 0.0], [0.0] * 3]
    deal = loan_deal(
        [1, 1, 0],
        SERVICE + TO_EQUITY,
        reserve_rate=0.1,
        debt_target_eur=target,
        debt_fill_eur=[[50.0, 0, 0], [0.0] * 3],
    )
    poured = pour(deal, plain_cash([0.0, 0.0, 100.0], need_eur=[150.0, 0.0, 0.0]))
    assert poured.received_eur[1].tolist() == pytest.approx([0, 5, 5 + 50])


def test_lock_up_holds_and_releases():
    """Due 25 a period: cover 1.2 is held at a covenant of 1.4; with 2.0 all is free; the last period is always."""
    deal = loan_deal([1, 0.75, 0.5, 0.25, 0], [*SERVICE, (Pay.LOCK_UP, -1), *TO_EQUITY], lock_up=1.4)
    poured = pour(deal, plain_cash([0.0, 30.0, 50.0, 30.0, 30.0], need_eur=[150.0, 0, 0, 0, 0]))
    assert poured.paid_eur[2].tolist() == [0, 5, 0, 5, 0]
    assert poured.kept_eur.tolist() == [0, 5, 0, 5, 0]
    assert poured.received_eur[1].tolist() == [0, 0, 30, 0, 10]


# What follows from rounding must not look like a payment, a default or a breach: sums of a real project's size, whose
# shares are no round numbers.

SIZES = st.tuples(st.floats(1e6, 9e9), st.floats(0.001, 0.04), st.integers(3, 40))


@given(SIZES)
def test_a_covenant_that_is_met_exactly_does_not_lock(size):
    """Service is what the covenant leaves of cash, and the loan its present value."""
    cash_eur, rate, periods = size
    service = cash_eur * np.linspace(1, 2, periods) / 1.3
    balance = [sum(service[k:] / (1 + rate) ** np.arange(1, periods - k + 1)) for k in range(periods + 1)]
    left = np.array(balance) / balance[0]
    steps = [*SERVICE, (Pay.LOCK_UP, -1), *TO_EQUITY]
    deal = loan_deal(left, steps, debt=balance[0], equity=0.0, rate=[rate, 0.0], lock_up=1.3)
    need = [balance[0]] + [0.0] * periods
    poured = pour(deal, plain_cash([0.0, *(service * 1.3)], need_eur=need))
    assert not poured.paid_eur[2].any()


@given(SIZES)
def test_a_loan_that_is_repaid_leaves_nothing_due(size):
    """Though what equal repayments leave of it at last is not quite zero."""
    debt, rate, periods = size
    left = np.concatenate((1 - np.arange(periods) / periods, [1e-17, 1e-17, 0.0]))
    need = [debt] + [0.0] * (left.size - 1)
    steps = [(Pay.PRINCIPAL, 0), *TO_EQUITY]  # which pays what is owed of interest as well
    deal = loan_deal(left, steps, debt=debt, equity=0.0, rate=[rate, 0.0])
    poured = pour(deal, plain_cash([0.0] + [debt] * (periods + 1) + [-debt], need_eur=need))
    assert (poured.due_eur[0, 1 : periods + 1] > 0).all()
    assert not poured.due_eur[0, periods + 1 :].any()
    assert not poured.missed_eur.any()
    assert poured.balance_eur[0, -1] == 0


@pytest.mark.parametrize("gap", range(1, 30))
def test_a_loan_that_is_repaid_leaves_no_fraction_of_a_cent(gap):
    """Just below a power of two, where a sum of loan and interest has one digit less than the loan."""
    debt = 2.0**30 - 0.37 * gap
    deal = loan_deal([1, 0], [(Pay.PRINCIPAL, 0)], debt=debt, equity=0.0, rate=[0.031, 0.0])
    poured = pour(deal, plain_cash([0.0, 2 * debt], need_eur=[debt, 0.0]))
    assert poured.balance_eur[0, -1] == 0


@given(SIZES)
def test_nothing_is_due_before_repayment_begins(size):
    """Though the shares of the schedule are one but for the last digit."""
    debt, rate, periods = size
    left = 1 - np.spacing(1.0) * np.arange(periods)
    deal = loan_deal(left, SERVICE, debt=debt, equity=0.0, rate=[rate, 0.0], pays_from=[periods, 0])
    poured = pour(deal, plain_cash([0.0] * periods, need_eur=[debt] + [0.0] * (periods - 1)))
    assert not poured.due_eur.any()
    assert not poured.missed_eur.any()


@given(SIZES, st.floats(0.01, 0.5))
def test_a_loan_without_repayments_due_is_not_missed_after_a_prepayment(size, prepaid):
    debt, rate, periods = size
    left = np.concatenate(([1.0], np.full(periods, 1 - rate)))
    steps = [*SERVICE, (Pay.SWEEP, 0)]
    deal = loan_deal(left, steps, debt=debt, equity=0.0)
    need = [debt] + [0.0] * periods
    cash = [0.0, debt * (rate + prepaid)] + [0.0] * (periods - 1)
    poured = pour(deal, plain_cash(cash, need_eur=need))
    assert not poured.missed_eur.any()
    assert poured.balance_eur[0, -1] == pytest.approx(debt * (1 - rate - prepaid))


def test_losses_lower_later_taxes():
    """Profits before losses: -100, 60, 60, 50; taxed: 0, 0, 20, 50."""
    deal = plain_deal([BEARER], 4, [(Pay.TAX, -1), (Pay.REST, -1)], tax_rate=0.25, rest=[1.0])
    poured = pour(deal, plain_cash([0.0, 60.0, 60.0, 60.0], depreciation_eur=[100.0, 0.0, 0.0, 10.0]))
    assert poured.tax_eur.tolist() == [0, 0, 5, 12.5]
    assert poured.cfads_eur.tolist() == [0, 60, 55, 47.5]


def test_a_loss_may_bring_its_tax_at_once():
    deal = plain_deal([BEARER], 2, [(Pay.TAX, -1), (Pay.REST, -1)], tax_rate=0.25, rest=[1.0], refund=True)
    poured = pour(deal, plain_cash([0.0, 60.0], depreciation_eur=[100.0, 0.0]))
    assert poured.tax_eur.tolist() == [-25, 15]
    assert poured.received_eur[0].tolist() == [25, 45]


def test_interest_lowers_the_taxable_profit_and_tax_after_debt_is_not_in_cfads():
    steps = [*SERVICE, (Pay.TAX, -1), *TO_EQUITY]
    deal = loan_deal([1, 0.5, 0], steps, rate=[0.1, 0.0], tax_rate=0.5)
    cash = plain_cash([0.0, 100.0, 100.0], need_eur=[150.0, 0.0, 0.0], depreciation_eur=[0.0, 20.0, 20.0])
    poured = pour(deal, cash)
    assert poured.tax_eur.tolist() == pytest.approx([0, 35, 37.5])
    assert poured.cfads_eur.tolist() == [0, 100, 100]
    first = deal._replace(steps=np.array([(Pay.TAX, -1), *SERVICE, *TO_EQUITY]))
    assert pour(first, cash).cfads_eur.tolist() == pytest.approx([0, 65, 62.5])


def test_tax_that_cash_cannot_pay_is_owed():
    """40 of tax, of which service leaves 20; then 45 and the 20 from before, of which it leaves 50."""
    deal = loan_deal([1, 0.4, 0.0], [*SERVICE, (Pay.TAX, -1), *TO_EQUITY], tax_rate=0.5)
    poured = pour(deal, plain_cash([0.0, 80.0, 90.0], need_eur=[150.0, 0.0, 0.0]))
    assert poured.tax_eur.tolist() == [0, 20, 50]
    assert poured.received_eur[1].tolist() == [0, 0, 0]


def test_equity_first():
    """Debt that is drawn after equity bears no interest before."""
    deal = loan_deal([1, 1, 1, 0], SERVICE + TO_EQUITY, rate=[0.1, 0.0], pays_from=[3, 0])
    deal.draw_eur[:] = [[0, 40, 100, 0], [90, 30, 0, 0]]
    poured = pour(deal, plain_cash([0.0, 0.0, 0.0, 500.0], need_eur=[90.0, 70.0, 100.0, 0.0]))
    assert (poured.drawn_eur[:2] == deal.draw_eur).all()
    assert poured.balance_eur[0].tolist() == pytest.approx([0, 40, 144, 0])
    assert poured.received_eur[0, 3] == pytest.approx(144 * 1.1)


def test_overruns_are_paid_as_promised_and_savings_by_all():
    deal = loan_deal([1, 1, 1], SERVICE + TO_EQUITY, overrun=[0.0, 1.0])
    poured = pour(deal, plain_cash([0.0] * 3, need_eur=[180.0, 0, 0], refresh_eur=[0, 25.0, 0]))
    assert poured.drawn_eur.tolist() == [[100, 0, 0], [80, 25, 0]]
    poured = pour(deal, plain_cash([0.0] * 3, need_eur=[75.0, 0, 0]))
    assert poured.drawn_eur[:, 0].tolist() == [50, 25]
    poured = pour(deal._replace(overrun=np.zeros(2)), plain_cash([0.0] * 3, need_eur=[180.0, 0, 0]))
    assert poured.drawn_eur[:, 0].tolist() == pytest.approx([120, 60])


def test_refreshes_are_saved_for_and_what_nobody_pays_is_a_deficit():
    """40 saved of 100; 35 come from the cash of the period, 25 are carried forward."""
    steps = [(Pay.REFRESH_RESERVE, -1), (Pay.REST, -1)]
    deal = plain_deal([BEARER], 4, steps, refresh_target_eur=[20.0, 40.0, 0.0, 0.0], rest=[1.0])
    poured = pour(deal, plain_cash([35.0] * 4, refresh_eur=[0.0, 0.0, 100.0, 0.0]))
    assert poured.refresh_reserve_eur.tolist() == [20, 40, 0, 0]
    assert poured.deficit_eur.tolist() == [0, 0, 25, 0]
    assert poured.received_eur[0].tolist() == [15, 15, 0, 10]


def test_the_operating_reserve_pays_a_loss_before_there_is_a_deficit():
    steps = [(Pay.OPERATING_RESERVE, -1), (Pay.REST, -1)]
    deal = plain_deal([BEARER], 4, steps, operating_target_eur=[30.0, 30.0, 30.0, 0.0], rest=[1.0])
    poured = pour(deal, plain_cash([50.0, -40.0, 15.0, 60.0]))
    assert poured.operating_reserve_eur.tolist() == [30, 0, 5, 0]
    assert poured.deficit_eur.tolist() == [0, 10, 0, 0]
    assert poured.received_eur[0].tolist() == [20, 0, 0, 65]


def saver(target_eur):
    """An owner whose project saves for refreshes before it is paid."""
    steps = [(Pay.REFRESH_RESERVE, -1), (Pay.REST, -1)]
    return plain_deal([BEARER], len(target_eur), steps, refresh_target_eur=target_eur, rest=[1.0], overrun=[1.0])


def test_a_refresh_reserve_waits_for_a_late_refresh():
    """60 are saved for the third period; the bill comes in the fifth, and nobody has to pay in."""
    deal = saver([30.0, 60, 0, 0, 0, 0])
    poured = pour(deal, plain_cash([30.0, 30, 10, 10, 10, 10], refresh_eur=[0.0, 0, 0, 0, 60, 0]))
    assert poured.refresh_reserve_eur.tolist() == [30, 60, 60, 60, 0, 0]
    assert poured.received_eur[0].tolist() == [0, 0, 10, 10, 10, 10]
    assert not poured.drawn_eur.any()


def test_a_refresh_reserve_gives_back_what_a_refresh_left_and_at_last_the_rest():
    """40 instead of 60 leave 20; of the next 50, which never come, 5 stay above the target until the end."""
    deal = saver([30.0, 60, 25, 50, 45, 0])
    poured = pour(deal, plain_cash([30.0, 30, 10, 30, 10, 10], refresh_eur=[0.0, 0, 40, 0, 0, 0]))
    assert poured.refresh_reserve_eur.tolist() == [30, 60, 25, 50, 50, 0]
    assert poured.received_eur[0].tolist() == [0, 0, 5, 5, 10, 60]


def test_a_sweep_lowers_all_later_repayments_alike():
    """Half of what the schedule leaves is prepaid: each later repayment is half of that planned."""
    deal = loan_deal([1, 0.8, 0.6, 0.2, 0], [*SERVICE, (Pay.SWEEP, 0), *TO_EQUITY])
    poured = pour(deal, plain_cash([0.0, 60.0, 10.0, 20.0, 30.0], need_eur=[150.0, 0, 0, 0, 0]))
    assert poured.balance_eur[0].tolist() == pytest.approx([100, 40, 30, 10, 0])
    assert poured.due_eur[0].tolist() == pytest.approx([0, 20, 10, 20, 10])
    assert poured.received_eur[1].tolist() == pytest.approx([0, 0, 0, 0, 20])


def test_a_bearer_gets_its_return_before_the_rest_is_shared():
    """100 at 10 % are 110, of which 60 are paid; 50 are 55 a period later."""
    deal = plain_deal([GIVEN, BEARER, BEARER], 3, [(Pay.RETURN, 1), (Pay.REST, -1)], rest=[0.0, 0.25, 0.75])
    deal = deal._replace(draw_eur=np.array([[50.0, 0, 0], [100.0, 0, 0], [0.0, 0, 0]]), rate=np.array([0.0, 0.1, 0.0]))
    poured = pour(deal, plain_cash([0.0, 60.0, 95.0], need_eur=[150.0, 0.0, 0.0]))
    assert poured.received_eur.tolist() == pytest.approx(np.array([[0, 0, 0], [0, 60, 65], [0, 0, 30]]))


def test_cash_that_nobody_claims_is_kept():
    poured = pour(plain_deal([GIVEN], 3, [(Pay.TAX, -1)]), plain_cash([5.0, -2.0, 4.0]))
    assert poured.kept_eur.tolist() == [5, 3, 7]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rate": np.zeros(3)}, "rate has shape"),
        ({"covers": np.array([2])}, "covers is"),
        ({"steps": np.array([(Pay.INTEREST, 2)])}, "INTEREST goes to 2"),
        ({"steps": np.array([(Pay.RECOVERY, 0)])}, "RECOVERY goes to 0"),
        ({"steps": np.array([(12, -1)])}, "12"),
        ({"steps": np.array([1, 2])}, "steps has shape"),
        ({"draw_eur": np.zeros((2, 4))}, "draw_eur has shape"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change, message):
    deal = loan_deal([1, 0.5, 0], SERVICE)
    deal = deal._replace(**change)
    if "covers" in change:
        deal = deal._replace(cover_share=np.zeros(1), fee_rate=np.zeros(1))
    with pytest.raises(ValueError, match=message):
        pour(deal, plain_cash([0.0] * 3))


def test_layout_and_type_of_arrays_do_not_matter():
    deal = loan_deal([1, 0.5, 0], SERVICE + TO_EQUITY, rate=[0.1, 0.0])
    cash = plain_cash([0.0, 80.0, 80.0], need_eur=[150.0, 0.0, 0.0])
    expected = pour(deal, cash)
    other = deal._replace(draw_eur=np.asfortranarray(deal.draw_eur), kind=deal.kind.astype(np.int8), lock_up=0)
    cash.need_eur.flags.writeable = False
    for one, two in zip(expected, pour(other, cash), strict=True):
        np.testing.assert_array_equal(one, two)
