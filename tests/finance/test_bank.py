from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.finance import bank
from gortyn.kernels.waterfall import pour
from gortyn.kernels.waterfall_types import Cash, Deal, Kind, Pay

QUARTERS = 12
DEBT, BEARER, GIVEN = int(Kind.DEBT), int(Kind.BEARER), int(Kind.GIVEN)


def make_deal(kind, draw, rate, left, steps, pays_from=2, **stated):
    """A deal of so many layers over twelve quarters, without reserves, guarantees or tax."""
    layers, quarters = np.shape(draw)
    none = np.zeros((layers, quarters))
    known = {
        "kind": np.array(kind, np.int64),
        "draw_eur": np.array(draw, np.float64),
        "overrun": np.zeros(layers),
        "rate": np.array(rate, np.float64),
        "floating": np.zeros(layers),
        "pays_from": np.full(layers, pays_from, np.int64),
        "left_share": np.array(left, np.float64),
        "debt_target_eur": none,
        "operating_target_eur": np.zeros(quarters),
        "refresh_target_eur": np.zeros(quarters),
        "debt_fill_eur": none,
        "operating_fill_eur": np.zeros(quarters),
        "covers": np.zeros(0, np.int64),
        "cover_share": np.zeros(0),
        "fee_rate": np.zeros(0),
        "rest": np.array([1.0 if one == BEARER else 0.0 for one in kind]),
        "steps": np.array(steps, np.int64),
        "reserve_rate": 0.0,
        "tax_rate": 0.0,
        "refund": False,
        "lock_up": 0.0,
    }
    return Deal(**known | stated)


def sculpted(cash, rate, dscr, first, last):
    """Loan at the end of each quarter that this cash serves at a constant DSCR, backwards from its end."""
    left = np.zeros(cash.size)
    for q in range(last, first - 1, -1):
        left[q - 1] = (left[q] + cash[q] / dscr) / (1 + rate)
    return left


def one_loan(cash, rate=0.02, dscr=1.3, first=3, last=9, **stated):
    """A loan drawn in the first quarter, sculpted from quarter `first` to `last`, and common equity."""
    left = sculpted(cash, rate, dscr, first, last)
    # Interest of quarters 1 and 2 is added; what is owed then is the loan.
    loan = left[first - 1]
    left[: first - 1] = loan
    draw = np.zeros((2, cash.size))
    draw[:, 0] = loan / (1 + rate) ** (first - 1), 100.0
    steps = [(Pay.INTEREST, 0), (Pay.PRINCIPAL, 0), (Pay.LOCK_UP, -1), (Pay.REST, -1)]
    shares = [left / loan, np.ones(cash.size)]
    return make_deal([DEBT, BEARER], draw, [rate, 0.0], shares, steps, pays_from=first, **stated)


def played(deal, cash, residual=None):
    none = np.zeros(cash.size)
    return pour(deal, Cash(cash, deal.draw_eur.sum(axis=0), none, none, none if residual is None else residual))


@pytest.fixture
def cash():
    """Nothing until the quarter 3, then 100 and more, a quarter of little, and three quarters after the loan."""
    return np.array([0, 0, 0, 100, 120, 110, 130, 60, 125, 115, 90, 80], dtype=float)


def test_constant_cover_is_the_life_cover_of_every_quarter(cash):
    deal = one_loan(cash)
    poured = played(deal, cash)
    ratios = bank.cover(deal, poured)
    assert ratios.dscr[3:10] == pytest.approx(np.full(7, 1.3), rel=1e-12)
    assert ratios.llcr[3:10] == pytest.approx(np.full(7, 1.3), rel=1e-9)
    assert np.isnan(ratios.dscr[[0, 1, 2, 10, 11]]).all()
    assert np.isnan(ratios.llcr[[0, 1, 2, 10, 11]]).all()
    assert bank.least(ratios.dscr) == pytest.approx(bank.mean(ratios.dscr)) == pytest.approx(1.3)
    assert bank.at_first(ratios.llcr) == pytest.approx(1.3, rel=1e-9)


@given(
    st.lists(st.floats(1, 1e9), min_size=1, max_size=40),
    st.floats(0, 0.1),
    st.floats(1, 3),
)
def test_life_cover_of_a_sculpted_loan_is_its_dscr(cash, rate, dscr):
    flows = np.array([0.0, *cash])
    left = sculpted(flows, rate, dscr, 1, flows.size - 1)
    opening = np.concatenate(([0.0], left[:-1]))
    found = bank.life_cover(flows, np.full(flows.size, rate), opening, flows.size - 1)
    owed = opening > 1e-6 * opening.max()
    assert found[owed] == pytest.approx(np.full(owed.sum(), dscr), rel=1e-7)


def test_reference_project_finance_model(shared_data):
    """Every DSCR and every LLCR of a complete model of another house is 1.3."""
    case = json.loads((shared_data / "finance" / "sam_single_owner.json").read_text(encoding="utf-8"))
    cash, service, balance = (
        np.array(case[name]) for name in ("cf_cash_for_ds", "cf_debt_payment_total", "cf_debt_balance")
    )
    dscr = bank.over(cash, service)
    assert dscr[1:19] == pytest.approx(case["cf_pretax_dscr"][1:19], rel=1e-12)
    opening = np.concatenate(([0.0], balance[:-1]))
    llcr = bank.life_cover(cash, np.full(cash.size, case["inputs"]["term_int_rate"] / 100), opening, 18)
    assert llcr[1] == pytest.approx(case["derived_llcr_y0"], rel=1e-9)
    assert llcr[1:19] == pytest.approx(np.full(18, 1.3), rel=1e-9)
    assert np.isnan(llcr[[0, 19, 25]]).all()


def test_project_life_counts_what_comes_after_the_loan(cash):
    deal = one_loan(cash)
    poured = played(deal, cash)
    ratios = bank.cover(deal, poured)
    tail = 90 / 1.02**8 + 80 / 1.02**9
    assert ratios.plcr[3] == pytest.approx(1.3 + tail / poured.balance_eur[0, 2], rel=1e-9)
    assert bank.tail_quarters(deal, poured) == 2


def test_project_life_pays_for_the_chips_that_later_years_need(cash):
    """30 in the first quarter after the loan, eight quarters after its repayment begins."""
    deal = one_loan(cash)
    poured = played(deal, cash)
    refresh = np.where(np.arange(QUARTERS) == 10, 30.0, 0.0)
    plain, net = bank.cover(deal, poured), bank.cover(deal, poured, refresh_eur=refresh)
    tail = (90 - 30) / 1.02**8 + 80 / 1.02**9
    assert net.plcr[3] == pytest.approx(1.3 + tail / poured.balance_eur[0, 2], rel=1e-9)
    np.testing.assert_array_equal(net.llcr, plain.llcr)
    np.testing.assert_array_equal(net.dscr, plain.dscr)


def test_residual_value_is_no_cover(cash):
    deal = one_loan(cash)
    residual = np.zeros(QUARTERS)
    residual[9] = 50
    assert bank.cover(deal, played(deal, cash, residual)).dscr[9] == pytest.approx(1.3 * (115 - 50) / 115)


def worth(rate):
    """Present value of the cash of the next two tests when the bullets are drawn."""
    return 20 / (1 + rate) + 20 / (1 + rate) ** 2 + 20 / (1 + rate) ** 3 + 600 / (1 + rate) ** 4


def test_two_loans_count_by_what_they_owe():
    """Bullets of 100 at 1 % and 300 at 3 % a quarter, repaid in quarter 4: at 2.5 % from their drawing on."""
    left = np.ones((3, 6))
    left[:2, 4:] = 0
    draw = np.zeros((3, 6))
    draw[:, 0] = 100, 300, 50
    steps = [(pay, layer) for layer in (0, 1) for pay in (Pay.INTEREST, Pay.PRINCIPAL)] + [(Pay.REST, -1)]
    deal = make_deal([DEBT, DEBT, BEARER], draw, [0.01, 0.03, 0.0], left, steps, pays_from=1)
    cash = np.array([0, 20, 20, 20, 600, 0], dtype=float)
    poured = played(deal, cash)
    ratios = bank.cover(deal, poured)
    assert ratios.dscr[1:5] == pytest.approx([2, 2, 2, 600 / 410])
    assert bank.at_first(ratios.llcr) == pytest.approx(worth(0.025) / 400)
    layers = bank.layer_covers(deal, poured)
    assert layers.dscr_min[:2] == pytest.approx([600 / 101, 600 / 410])
    assert layers.llcr[:2] == pytest.approx([worth(0.01) / 100, worth(0.025) / 400])
    assert layers.wal_years[:2] == pytest.approx([1, 1])
    assert np.isnan([one[2] for one in layers]).all()


def test_the_debt_that_comes_before_is_that_which_the_waterfall_repays_before():
    """The same two bullets, the larger paid first: it alone is covered by all the cash."""
    left = np.ones((3, 6))
    left[:2, 4:] = 0
    draw = np.zeros((3, 6))
    draw[:, 0] = 100, 300, 50
    steps = [(pay, layer) for layer in (1, 0) for pay in (Pay.INTEREST, Pay.PRINCIPAL)] + [(Pay.REST, -1)]
    deal = make_deal([DEBT, DEBT, BEARER], draw, [0.01, 0.03, 0.0], left, steps, pays_from=1)
    layers = bank.layer_covers(deal, played(deal, np.array([0, 20, 20, 20, 600, 0], dtype=float)))
    assert layers.dscr_min[:2] == pytest.approx([600 / 410, 600 / 309])
    assert layers.llcr[:2] == pytest.approx([worth(0.025) / 400, worth(0.03) / 300])


@given(
    st.lists(st.floats(0, 50), min_size=2, max_size=5),
    st.lists(st.floats(0.1, 50), min_size=1, max_size=20),
)
def test_average_life_is_repayment_less_drawing(drawn, repaid):
    """The mean of when principal comes back less the mean of when it went out, each weighted by amount."""
    draws, parts = np.array([*drawn[:-1], drawn[-1] + 1]), np.array(repaid) / sum(repaid)
    size = draws.size + parts.size
    draw = np.zeros((1, size))
    draw[0, : draws.size] = draws
    left = np.ones((1, size))
    left[0, draws.size :] = np.maximum(1 - np.cumsum(parts), 0)
    deal = make_deal([DEBT], draw, [0.0], left, [(Pay.INTEREST, 0), (Pay.PRINCIPAL, 0)])
    poured = played(deal, np.where(np.arange(size) >= draws.size, 1e6, 0.0))
    principal = np.concatenate((np.zeros(draws.size), parts * draws.sum()))
    when = np.arange(size)
    expected = (principal @ when - draw[0] @ when) / draws.sum() / 4
    assert bank.average_lives(deal, poured)[0] == pytest.approx(expected, rel=1e-9)


def test_construction_interest_is_debt_and_a_use(cash):
    deal = one_loan(cash)
    poured = played(deal, cash)
    drawn = deal.draw_eur[0, 0]
    loan = drawn * 1.02**2
    assert bank.amounts(deal, poured) == pytest.approx([loan, 100])
    assert bank.gearing(deal, poured) == pytest.approx(loan / (loan + 100))
    # Until quarter 2 all that was lent by then is owed, then what the schedule leaves.
    owed = drawn + drawn * 1.02 + loan + sculpted(cash, 0.02, 1.3, 3, 9)[3:].sum()
    assert bank.average_lives(deal, poured)[0] == pytest.approx(owed / loan / 4)


def test_lock_up_and_default_count_quarters(cash):
    less = np.where(np.arange(QUARTERS) == 7, 0.5 * cash, np.where(np.arange(QUARTERS) == 5, 0.9 * cash, cash))
    deal = one_loan(cash, lock_up=1.25)
    poured = played(deal, less)
    dscr = bank.cover(deal, poured).dscr
    assert dscr[[5, 7]] == pytest.approx([0.9 * 1.3, 0.5 * 1.3])
    assert bank.lock_up_quarters(deal, dscr) == 2
    assert bank.default_quarters(deal, poured, dscr, 1.0) == 1
    assert bank.default_quarters(deal, poured, dscr, 1.2) == 2
    # A payment that is missed is a default however low the floor.
    assert bank.default_quarters(deal, poured, dscr, 0.1) == 1
    # Sculpted to the covenant itself, the plan does not trip on it.
    on_plan = played(one_loan(cash, lock_up=1.3), cash)
    dscr = bank.cover(deal, on_plan).dscr
    assert bank.lock_up_quarters(one_loan(cash, lock_up=1.3), dscr) == 0
    assert bank.default_quarters(deal, on_plan, dscr, 1.3) == 0


def test_arrears_that_stand_are_no_new_default(cash):
    """Of 60 / 1.3 due, 30 are paid; then what is due with interest on the arrears, and then all is made good."""
    deal, short = one_loan(cash), 60 / 1.3 - 30
    less = cash.copy()
    less[7], less[8] = 30, 125 / 1.3 + 0.02 * short
    poured = played(deal, less)
    assert poured.missed_eur[0].sum() == pytest.approx(short)
    assert poured.balance_eur[0, 9] == pytest.approx(0, abs=1e-9)
    assert bank.default_quarters(deal, poured, bank.cover(deal, poured).dscr, 0.1) == 1
    # Nothing for the interest on the arrears: that is missed as well.
    less[8] = 125 / 1.3
    poured = played(deal, less)
    assert poured.missed_eur[0].sum() == pytest.approx(short * 1.02)
    assert bank.default_quarters(deal, poured, bank.cover(deal, poured).dscr, 0.1) == 2


def test_a_waterfall_without_lock_up_never_locks(cash):
    deal = one_loan(cash)
    steps = deal.steps[deal.steps[:, 0] != Pay.LOCK_UP]
    assert bank.lock_up_quarters(deal._replace(steps=steps, lock_up=2.0), np.full(QUARTERS, 1.3)) == 0


def test_reserves_count_while_they_shall_hold_something(cash):
    target = np.zeros((2, QUARTERS))
    target[0, 2:9] = 40
    fill = np.zeros((2, QUARTERS))
    fill[0, 2] = 40
    draw = one_loan(cash).draw_eur.copy()
    draw[1, 2] = 40
    deal = one_loan(cash, debt_target_eur=target, debt_fill_eur=fill)._replace(draw_eur=draw)
    steps = [(Pay.INTEREST, 0), (Pay.PRINCIPAL, 0), (Pay.DEBT_RESERVE, 0), (Pay.REST, -1)]
    deal = deal._replace(steps=np.array(steps, np.int64))
    poured = played(deal, np.where(np.arange(QUARTERS) == 7, 20.0, cash))
    held = bank.reserves(deal, poured)
    short = cash[7] / 1.3 - 20
    assert held.debt.most_eur == pytest.approx(40)
    assert held.debt.least_eur == pytest.approx(40 - short)
    assert held.operating == held.refresh == (0, 0)


def test_without_debt_there_is_nothing_to_cover():
    draw = np.array([[10.0, 0, 0]])
    deal = make_deal([BEARER], draw, [0.0], np.ones((1, 3)), [(Pay.REST, -1)])
    poured = played(deal, np.array([0.0, 5, 5]))
    ratios = bank.cover(deal, poured)
    assert all(np.isnan(one).all() for one in ratios)
    assert math.isnan(bank.least(ratios.dscr))
    assert math.isnan(bank.mean(ratios.dscr))
    assert math.isnan(bank.at_first(ratios.llcr))
    assert math.isnan(bank.tail_quarters(deal, poured))
    assert bank.gearing(deal, poured) == 0
    assert bank.default_quarters(deal, poured, ratios.dscr, 1.0) == 0
