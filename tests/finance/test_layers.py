"""What every layer and guarantor gets from the plan, from the structure to its results."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.outlooks import BUILD, RUN, fund, layer, outlook, simple
from gortyn.finance import annuity, irr, periodic_rate
from gortyn.finance.layers import layer_results
from gortyn.finance.structure import Structure, arrange
from gortyn.kernels.waterfall import pour
from gortyn.model import Fund, Guarantee, Layer, Step

SENIOR = ("senior", "senior-debt", "private", 0.5, 0.06, 4.0)
MEZZANINE = ("mezzanine", "mezzanine", "development-bank", 0.2, 0.09, 5.0)
FIRST_LOSS = ("first-loss", "first-loss", "union", 0.1, 0.02, 5.0)
EQUITY = ("equity", "equity", "private", 0.2, 0.12, 5.0)
STACK = (SENIOR, MEZZANINE, FIRST_LOSS, EQUITY)
HALF = ("equity", "equity", "private", 0.5, 0.1, 5.0)


def flow_of(found: Structure, place: int):
    return found.poured.received_eur[place] - found.poured.drawn_eur[place]


def due_of(found: Structure):
    return found.poured.due_eur.sum(axis=0)


def test_layers_pay_their_share_of_every_quarter():
    found = arrange(fund(STACK), simple([10.0] * RUN))
    np.testing.assert_allclose(found.poured.drawn_eur.sum(axis=0)[:BUILD], 100 / BUILD, rtol=1e-12)
    assert [row.amount_eur for row in layer_results(found)] == pytest.approx([50, 20, 10, 20])


def test_shares_count_construction_interest():
    results = layer_results(arrange(fund(STACK), simple([10.0] * RUN)))
    assert sum(row.share for row in results) == pytest.approx(1)
    assert results[0].share > 0.5
    assert results[3].share < 0.2


def test_debt_paid_in_full_returns_its_rate():
    results = layer_results(arrange(fund(STACK), simple([10.0] * RUN)))
    for result, row in zip(results[:2], STACK, strict=False):
        assert result.irr == pytest.approx(row[4], abs=1e-9)
        assert (result.loss_eur, result.missed_eur) == (0, 0)
        assert result.unpaid_eur == pytest.approx(0, abs=1e-9)
    # A first loss has its money back with its return before the equity below it, and is no loan.
    assert results[2].irr == pytest.approx(0.02, abs=1e-9)
    assert results[3].irr > 0.12
    assert np.isnan([[one.missed_eur, one.unpaid_eur] for one in results[2:]]).all()


def test_payments_are_level_and_repay_the_loan_with_its_interest_in_construction():
    found = arrange(fund((("senior", "senior-debt", "private", 1.0, 0.06, 4.0),)), simple([100.0] * RUN))
    q = periodic_rate(0.06)
    # Six equal draws, compounded to the end of construction.
    owed = 100 / 6 * ((1 + q) ** 6 - 1) / q
    received = found.poured.received_eur[0]
    np.testing.assert_allclose(received[BUILD : BUILD + 16], annuity(owed, q, 16), rtol=1e-9)
    np.testing.assert_allclose(received[BUILD + 16 :], 0, atol=1e-9)
    np.testing.assert_allclose(due_of(found), received, atol=1e-9)


def test_interest_is_paid_between_first_operation_and_the_end_of_construction():
    """Two phases: the loan of the first pays interest only, until the second is built."""
    ran = outlook([50, 0, 0, 50] + [0] * 14, [0] + [200] * 17, operating_from=1)
    found = arrange(fund((("senior", "senior-debt", "private", 1.0, 0.08, 3.0),)), ran)
    q, received = periodic_rate(0.08), found.poured.received_eur[0]
    np.testing.assert_allclose(received[1:4], 50 * q, rtol=1e-9)
    np.testing.assert_allclose(received[4:16], annuity(100, q, 12), rtol=1e-9)
    assert irr(flow_of(found, 0)) == pytest.approx(0.08, abs=1e-9)


def test_a_tenor_ends_with_the_cash_flow():
    found = arrange(fund((("senior", "senior-debt", "private", 1.0, 0.06, 30.0),)), simple([100.0] * RUN))
    assert irr(flow_of(found, 0)) == pytest.approx(0.06, abs=1e-9)


def test_arrears_are_made_good_with_interest():
    """A year without cash, then plenty: the lender still has its rate, and equity waits until it has."""
    found = arrange(fund((SENIOR, HALF)), simple([0.0] * 4 + [12.0] * 16))
    assert irr(flow_of(found, 0)) == pytest.approx(0.06, abs=1e-9)
    received = found.poured.received_eur
    behind = np.flatnonzero(received[0] == 12.0)
    assert behind.size
    assert received[1, behind].sum() == 0
    assert layer_results(found)[0].missed_eur > 0


def test_losses_rise_from_the_bottom():
    """The less the project earns, the higher the layer that loses."""
    losers = []
    for earned in (8.0, 5.5, 4.5, 3.6, 1.0, 0.0):
        results = layer_results(arrange(fund(STACK), simple([earned] * RUN)))
        losers.append([result.name for result in results if result.loss_eur > 1e-9])
    assert losers[0] == []
    assert losers[-1] == ["senior", "mezzanine", "first-loss", "equity"]
    for fewer, more in pairwise(losers):
        assert set(fewer) <= set(more)
        # Whoever is below a layer that loses, loses too.
        assert more == [row[0] for row in STACK][len(STACK) - len(more) :]


def test_interest_received_makes_up_for_no_principal():
    """A bullet that pays its interest for 19 quarters, more than was lent in all, and then 10 of what is due."""
    row = ("senior", "senior-debt", "private", 0.5, 0.3, 5.0)
    stack = Fund(layers=(layer(row, repayment="bullet"), layer(HALF)))
    found = arrange(stack, simple([20.0] * (RUN - 1) + [10.0]))
    q = periodic_rate(0.3)
    lent = 50 / 6 * ((1 + q) ** 6 - 1) / q
    senior = layer_results(found)[0]
    assert senior.paid_eur == pytest.approx(19 * q * lent + 10)
    assert senior.paid_eur > lent > 50
    assert senior.loss_eur == pytest.approx(lent * (1 + q) - 10)


def test_no_more_is_lost_than_was_lent_with_its_interest_in_construction():
    found = arrange(fund((SENIOR, HALF)), simple([0.0] * RUN))
    q, senior = periodic_rate(0.06), layer_results(found)[0]
    lent = 50 / 6 * ((1 + q) ** 6 - 1) / q
    assert senior.unpaid_eur == pytest.approx(lent * (1 + q) ** RUN)
    assert senior.loss_eur == pytest.approx(lent)


def test_grants_and_capacity_purchases_receive_no_cash_and_lose_none():
    stack = (
        ("grant", "grant", "state", 0.2, 0.0, 5.0),
        ("purchase", "capacity-purchase", "union", 0.2, 0.0, 5.0),
        ("equity", "equity", "private", 0.6, 0.1, 5.0),
    )
    grant, purchase, equity = layer_results(arrange(fund(stack), simple([10.0] * RUN)))
    assert (grant.paid_eur, purchase.paid_eur, grant.loss_eur, purchase.loss_eur) == (0, 0, 0, 0)
    assert grant.multiple == 0
    assert np.isnan(purchase.irr)
    assert equity.paid_eur == pytest.approx(200)


@pytest.mark.parametrize(
    ("earned", "returned_eur", "equity_keeps_hurdle"), [(3.0, 0.0, False), (7.0, 10.0, True), (10.0, 10.0, True)]
)
def test_a_first_loss_without_return_comes_back_once_equity_has_its_return(earned, returned_eur, equity_keeps_hurdle):
    stack = (("equity", "equity", "private", 0.9, 0.1, 5.0), ("guarantee", "first-loss", "union", 0.1, 0.0, 5.0))
    found = arrange(fund(stack), simple([earned] * RUN))
    equity, guarantee = layer_results(found)
    assert guarantee.paid_eur == pytest.approx(returned_eur)
    assert guarantee.loss_eur == pytest.approx(10 - returned_eur)
    assert (equity.irr >= 0.1) == equity_keeps_hurdle
    assert found.poured.received_eur.sum() == pytest.approx(earned * RUN)


@pytest.mark.parametrize("kind", ["equity", "preferred-equity"])
def test_equity_listed_first_has_its_return_before_the_next(kind):
    stack = (("preferred", kind, "private", 0.5, 0.08, 5.0), ("common", "equity", "state", 0.5, 0.1, 5.0))
    preferred, common = layer_results(arrange(fund(stack), simple([5.5] * RUN)))
    assert preferred.irr == pytest.approx(0.08)
    assert common.irr < 0.08
    rich_preferred, rich_common = layer_results(arrange(fund(stack), simple([12.0] * RUN)))
    assert rich_common.irr > 0.1
    # Preferred equity has its return and no more; common equity shares the rest.
    assert (rich_preferred.irr > 0.0801) == (kind == "equity")


def test_without_equity_the_rest_stays_in_the_project():
    found = arrange(fund((("senior", "senior-debt", "private", 1.0, 0.06, 4.0),)), simple([20.0] * RUN))
    assert found.poured.kept_eur[-1] == pytest.approx(400 - found.poured.received_eur.sum())


def test_an_operating_deficit_is_made_good_first():
    stack = (("equity", "equity", "private", 1.0, 0.1, 5.0),)
    found = arrange(fund(stack), simple([5.0, -4.0, 1.0, 2.0, 6.0, -2.0]))
    assert found.poured.received_eur[0, BUILD:].tolist() == [5, 0, 0, 0, 5, 0]
    assert found.poured.deficit_eur[-1] == 2


def test_a_guarantor_pays_what_it_promised_and_is_paid_back():
    """A year without cash: half of what the lender misses is paid at once, and comes back with interest."""
    cover = Guarantee(name="cover", provider="union", layer="senior", share=0.5, fee_rate=0.01)
    found = arrange(Fund(layers=(layer(SENIOR), layer(HALF)), guarantees=(cover,)), simple([0.0] * 4 + [14.0] * 16))
    senior, equity, guarantor = layer_results(found)
    assert (guarantor.name, guarantor.kind, guarantor.provider, guarantor.return_rate) == (
        "cover", "guarantee", "union", 0.01,
    )  # fmt: skip
    assert guarantor.amount_eur == pytest.approx(0.5 * senior.missed_eur)
    assert guarantor.amount_eur > 1
    assert guarantor.paid_eur > guarantor.amount_eur
    assert guarantor.loss_eur == 0
    assert np.isnan([guarantor.share, guarantor.missed_eur, guarantor.unpaid_eur]).all()
    assert senior.irr == pytest.approx(0.06, abs=1e-9)
    assert equity.paid_eur + senior.paid_eur + guarantor.paid_eur == pytest.approx(16 * 14 + guarantor.amount_eur)


def test_a_guarantor_loses_what_never_comes_back():
    cover = Guarantee(name="cover", provider="union", layer="senior", share=0.5)
    found = arrange(Fund(layers=(layer(SENIOR), layer(HALF)), guarantees=(cover,)), simple([0.0] * RUN))
    senior, _, guarantor = layer_results(found)
    assert guarantor.loss_eur == guarantor.amount_eur > 0
    assert guarantor.multiple == 0
    assert senior.paid_eur == pytest.approx(guarantor.amount_eur)
    assert senior.unpaid_eur > 0


def test_a_guarantee_that_is_never_called_has_no_multiple():
    cover = Guarantee(name="cover", provider="union", layer="senior", share=0.5)
    found = arrange(Fund(layers=(layer(SENIOR), layer(HALF)), guarantees=(cover,)), simple([20.0] * RUN))
    *_, guarantor = layer_results(found)
    assert (guarantor.amount_eur, guarantor.loss_eur) == (0, 0)
    assert np.isnan(guarantor.multiple)


def test_another_order_of_payments_pays_mezzanine_first():
    usual = arrange(fund(STACK), simple([4.0] * RUN))
    debt = [Step(pay=pay, to=name) for name in ("mezzanine", "senior") for pay in ("interest", "principal")]
    steps = (Step(pay="tax"), *debt, *[Step(pay="return", to=row[0]) for row in STACK[2:]], Step(pay="rest"))
    other = arrange(fund(STACK, waterfall=steps), simple([4.0] * RUN))
    before, after = layer_results(usual), layer_results(other)
    assert after[1].paid_eur > before[1].paid_eur
    assert after[0].paid_eur < before[0].paid_eur


def test_results_of_another_course_of_events():
    found = arrange(fund(STACK), simple([10.0] * RUN))
    poor = pour(found.deal, found.cash._replace(operating_eur=found.cash.operating_eur / 4))
    assert layer_results(found, poor)[3].loss_eur > 0 == layer_results(found)[3].loss_eur


amounts = st.lists(st.floats(-20, 40), min_size=RUN, max_size=RUN)


@settings(deadline=None)
@given(
    earnings=amounts,
    shares=st.lists(st.floats(0.05, 1), min_size=4, max_size=4),
    rates=st.lists(st.floats(0.0, 0.2), min_size=4, max_size=4),
    tenors=st.lists(st.floats(0.25, 10), min_size=4, max_size=4),
)
def test_no_euro_is_made_or_lost(earnings, shares, rates, tenors):
    kinds = ("senior-debt", "mezzanine", "first-loss", "equity")
    total = sum(shares)
    stack = tuple(
        Layer(name=kind, kind=kind, provider="private", share=share / total, return_rate=rate, tenor_years=tenor)
        for kind, share, rate, tenor in zip(kinds, shares, rates, tenors, strict=True)
    )
    found = arrange(Fund(layers=stack), simple(earnings))
    flow, operating = found.poured, found.cash.operating_eur
    assert (flow.received_eur >= 0).all()
    # In no quarter more than the quarter earns, and over the life all that it earned net of deficits.
    assert (flow.received_eur.sum(axis=0) <= np.maximum(operating, 0) + 1e-9).all()
    assert flow.received_eur.sum() == pytest.approx(operating.sum() + flow.deficit_eur[-1], abs=1e-6)
    # Whoever is junior gets something only in a quarter in which the seniors got all that was due.
    for index in range(3):
        if not stack[index].is_debt:
            continue
        behind = flow.received_eur[index + 1 :].sum(axis=0) > 1e-9
        interest = periodic_rate(stack[index].return_rate)
        loan = owed_after(flow.drawn_eur[index], flow.received_eur[index], interest)
        schedule = on_schedule(found, index, interest)
        np.testing.assert_allclose(loan[behind], schedule[behind], atol=1e-6)


def on_schedule(found, index, interest):
    """Loan after each payment if all are made: drawn and compounded, then an annuity from its closed form."""
    drawn = found.poured.drawn_eur[index]
    balance = owed_after(drawn, np.zeros_like(drawn), interest)
    first, last = int(found.first_repayment[index]), int(found.last_repayment[index])
    payment = annuity(balance[first - 1], interest, last - first + 1)
    paid = np.zeros_like(drawn)
    paid[first : last + 1] = payment
    return owed_after(drawn, paid, interest)


def owed_after(draw, paid, interest):
    """Loan after each payment, by the closed sum of what was drawn and paid, compounded."""
    growth = (1 + interest) ** np.arange(draw.size)
    return np.cumsum((draw - paid) / growth) * growth


@settings(deadline=None)
@given(amounts, st.floats(0.001, 0.3), st.floats(0.25, 6))
def test_a_lender_never_earns_more_than_its_rate(earnings, rate, tenor):
    stack = (
        Layer(name="a", kind="senior-debt", provider="private", share=0.7, return_rate=rate, tenor_years=tenor),
        Layer(name="b", kind="equity", provider="private", share=0.3),
    )
    found = arrange(Fund(layers=stack), simple(earnings))
    flow = found.poured
    left = owed_after(flow.drawn_eur[0], flow.received_eur[0], periodic_rate(rate))[-1]
    assert left >= -1e-6
    assert layer_results(found)[0].unpaid_eur == pytest.approx(left, abs=1e-6)
    if left < 1e-6:
        assert irr(flow_of(found, 0)) == pytest.approx(rate, abs=1e-6)
