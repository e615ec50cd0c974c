from __future__ import annotations

import json
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.finance import annuity, irr, periodic_rate
from gortyn.finance.cashflow import CashFlow
from gortyn.finance.layers import (
    debt_service,
    distributable,
    layer_results,
    scheduled_balance,
    serve_debt,
    waterfall,
)
from gortyn.model import Layer

SENIOR = ("senior", "senior-debt", "private", 0.5, 0.06, 4.0)
MEZZANINE = ("mezzanine", "mezzanine", "development-bank", 0.2, 0.09, 5.0)
FIRST_LOSS = ("first-loss", "first-loss", "union", 0.1, 0.02, 5.0)
EQUITY = ("equity", "equity", "private", 0.2, 0.12, 5.0)
STACK = (SENIOR, MEZZANINE, FIRST_LOSS, EQUITY)
BUILD, RUN = 6, 20


def cash_of(capex, cfads, operating_from=BUILD):
    """Cash flow of a project with this capex and these earnings; the rest of it does not matter to layers."""
    capex, cfads = np.asarray(capex, dtype=np.float64), np.asarray(cfads, dtype=np.float64)
    none = np.zeros_like(capex)
    return CashFlow(
        quarter_start=(date(2028, 1, 1),) * capex.size,
        capex_eur=capex,
        revenue_eur=none,
        energy_eur=none,
        staff_eur=none,
        maintenance_eur=none,
        insurance_eur=none,
        residual_eur=none,
        cfads_eur=cfads,
        net_eur=cfads - capex,
        debt_service_eur=none,
        layer_eur=np.zeros((0, capex.size)),
        installed_chips=np.where(np.arange(capex.size) >= operating_from, 1.0, 0.0),
        delivered_chip_hours=none,
        paid_chip_hours=none,
    )


def simple(cfads, capex=100.0):
    """Six quarters of construction, then operation with these earnings."""
    return cash_of([capex / BUILD] * BUILD + [0.0] * len(cfads), [0.0] * BUILD + list(cfads))


def test_layers_pay_their_share_of_every_quarter(layers):
    cash = simple([10.0] * RUN)
    flow = waterfall(layers(STACK), cash)
    np.testing.assert_allclose(flow.draw_eur.sum(axis=0), cash.capex_eur, rtol=1e-12)
    np.testing.assert_allclose(flow.draw_eur.sum(axis=1), [50, 20, 10, 20])


def test_debt_paid_in_full_returns_its_rate(layers):
    results = layer_results(layers(STACK), waterfall(layers(STACK), simple([10.0] * RUN)))
    for result, row in zip(results[:3], STACK, strict=False):
        assert result.irr == pytest.approx(row[4], abs=1e-9)
        assert result.loss_eur == 0
    assert results[3].irr > 0.12


def test_payments_are_level_and_repay_the_loan_with_its_interest_in_construction(layers):
    (senior,) = layers([("senior", "senior-debt", "private", 1.0, 0.06, 4.0)])
    flow = waterfall((senior,), simple([100.0] * RUN))
    q = periodic_rate(0.06)
    # Six equal draws, compounded to the end of construction.
    owed = 100 / 6 * ((1 + q) ** 6 - 1) / q
    np.testing.assert_allclose(flow.receipt_eur[0, BUILD : BUILD + 16], annuity(owed, q, 16), rtol=1e-12)
    np.testing.assert_allclose(flow.receipt_eur[0, BUILD + 16 :], 0, atol=1e-9)
    np.testing.assert_allclose(flow.debt_service_eur, flow.receipt_eur[0], atol=1e-9)


def test_interest_is_paid_between_first_operation_and_the_end_of_construction(layers):
    """Two phases: the loan of the first pays interest only, until the second is built."""
    (senior,) = layers([("senior", "senior-debt", "private", 1.0, 0.08, 3.0)])
    cash = cash_of([50, 0, 0, 50] + [0] * 14, [0] + [200] * 17, operating_from=1)
    flow = waterfall((senior,), cash)
    q = periodic_rate(0.08)
    np.testing.assert_allclose(flow.receipt_eur[0, 1:4], 50 * q, rtol=1e-12)
    np.testing.assert_allclose(flow.receipt_eur[0, 4:16], annuity(100, q, 12), rtol=1e-12)
    assert irr(flow.receipt_eur[0] - flow.draw_eur[0]) == pytest.approx(0.08, abs=1e-9)


def test_a_tenor_ends_with_the_cash_flow(layers):
    (senior,) = layers([("senior", "senior-debt", "private", 1.0, 0.06, 30.0)])
    flow = waterfall((senior,), simple([100.0] * RUN))
    assert irr(flow.receipt_eur[0] - flow.draw_eur[0]) == pytest.approx(0.06, abs=1e-9)


def test_arrears_are_made_good_with_interest(layers):
    """A year without cash, then plenty: the lender still has its rate, and equity waits until it has."""
    stack = layers((SENIOR, ("equity", "equity", "private", 0.5, 0.1, 5.0)))
    flow = waterfall(stack, simple([0.0] * 4 + [12.0] * 16))
    assert irr(flow.receipt_eur[0] - flow.draw_eur[0]) == pytest.approx(0.06, abs=1e-9)
    behind = np.flatnonzero(flow.receipt_eur[0] == 12.0)
    assert behind.size
    assert flow.receipt_eur[1, behind].sum() == 0


def test_losses_rise_from_the_bottom(layers):
    """The less the project earns, the higher the layer that loses."""
    stack = layers(STACK)
    losers = []
    for earned in (8.0, 5.5, 4.5, 3.6, 1.0, 0.0):
        results = layer_results(stack, waterfall(stack, simple([earned] * RUN)))
        losers.append([result.name for result in results if result.loss_eur > 1e-9])
    assert losers[0] == []
    assert losers[-1] == ["senior", "mezzanine", "first-loss", "equity"]
    for fewer, more in pairwise(losers):
        assert set(fewer) <= set(more)
        # Whoever is below a layer that loses, loses too.
        assert more == [row[0] for row in STACK][len(STACK) - len(more) :]


def test_grants_and_capacity_purchases_receive_no_cash_and_lose_none(layers):
    stack = layers(
        (
            ("grant", "grant", "state", 0.2, 0.0, 5.0),
            ("purchase", "capacity-purchase", "union", 0.2, 0.0, 5.0),
            ("equity", "equity", "private", 0.6, 0.1, 5.0),
        )
    )
    grant, purchase, equity = layer_results(stack, waterfall(stack, simple([10.0] * RUN)))
    assert (grant.paid_eur, purchase.paid_eur, grant.loss_eur, purchase.loss_eur) == (0, 0, 0, 0)
    assert grant.multiple == 0
    assert np.isnan(purchase.irr)
    assert equity.paid_eur == pytest.approx(200)


@pytest.mark.parametrize(
    ("earned", "returned_eur", "equity_keeps_hurdle"), [(3.0, 0.0, False), (7.0, 10.0, True), (10.0, 10.0, True)]
)
def test_a_first_loss_without_return_comes_back_once_equity_has_its_return(
    layers, earned, returned_eur, equity_keeps_hurdle
):
    stack = layers(
        (("equity", "equity", "private", 0.9, 0.1, 5.0), ("guarantee", "first-loss", "union", 0.1, 0.0, 5.0))
    )
    flow = waterfall(stack, simple([earned] * RUN))
    equity, guarantee = layer_results(stack, flow)
    assert guarantee.paid_eur == pytest.approx(returned_eur)
    assert guarantee.loss_eur == pytest.approx(10 - returned_eur)
    assert (equity.irr >= 0.1) == equity_keeps_hurdle
    assert flow.receipt_eur.sum() == pytest.approx(earned * RUN)


def test_equity_listed_first_has_its_return_before_the_next(layers):
    stack = layers((("preferred", "equity", "private", 0.5, 0.08, 5.0), ("common", "equity", "state", 0.5, 0.1, 5.0)))
    preferred, common = layer_results(stack, waterfall(stack, simple([5.5] * RUN)))
    assert preferred.irr == pytest.approx(0.08)
    assert common.irr < 0.08
    rich_preferred, rich_common = layer_results(stack, waterfall(stack, simple([12.0] * RUN)))
    assert rich_preferred.irr > 0.08
    assert rich_common.irr > 0.1


def test_without_equity_the_rest_stays_in_the_project(layers):
    stack = layers((("senior", "senior-debt", "private", 1.0, 0.06, 4.0),))
    flow = waterfall(stack, simple([20.0] * RUN))
    assert flow.retained_eur == pytest.approx(400 - flow.receipt_eur.sum())


def test_an_operating_deficit_is_made_good_first():
    available, deficit = distributable(np.array([5.0, -4.0, 1.0, 2.0, 6.0, -2.0]))
    assert available.tolist() == [5, 0, 0, 0, 5, 0]
    assert deficit == 2


amounts = st.lists(st.floats(-20, 40), min_size=RUN, max_size=RUN)


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
    cash = simple(earnings)
    flow = waterfall(stack, cash)
    assert (flow.receipt_eur >= 0).all()
    # In no quarter more than the quarter earns, and over the life all that it earned net of deficits.
    assert (flow.receipt_eur.sum(axis=0) <= np.maximum(cash.cfads_eur, 0) + 1e-9).all()
    assert flow.receipt_eur.sum() == pytest.approx(cash.cfads_eur.sum() + flow.deficit_eur, abs=1e-6)
    # Whoever is junior gets something only in a quarter in which the seniors got all that was due.
    for index in range(3):
        behind = flow.receipt_eur[index + 1 :].sum(axis=0) > 1e-9
        interest = periodic_rate(stack[index].return_rate)
        loan = owed_after(flow.draw_eur[index], flow.receipt_eur[index], interest)
        if stack[index].kind != "first-loss" or stack[index].return_rate:
            schedule = scheduled_balance(flow.draw_eur[index], interest, stack[index].tenor_years, cash)
            np.testing.assert_allclose(loan[behind], schedule[behind], atol=1e-6)


def owed_after(draw, paid, interest):
    """Loan after each payment, by the closed sum of what was drawn and paid, compounded."""
    growth = (1 + interest) ** np.arange(draw.size)
    return np.cumsum((draw - paid) / growth) * growth


@given(amounts, st.floats(0.001, 0.3), st.floats(0.25, 6))
def test_a_lender_never_earns_more_than_its_rate(earnings, rate, tenor):
    stack = (
        Layer(name="a", kind="senior-debt", provider="private", share=0.7, return_rate=rate, tenor_years=tenor),
        Layer(name="b", kind="equity", provider="private", share=0.3),
    )
    flow = waterfall(stack, simple(earnings))
    left = owed_after(flow.draw_eur[0], flow.receipt_eur[0], periodic_rate(rate))[-1]
    assert left >= -1e-6
    if left < 1e-6:
        assert irr(flow.receipt_eur[0] - flow.draw_eur[0]) == pytest.approx(rate, abs=1e-6)


def test_sculpted_debt_of_a_reference_project_finance_model(shared_data):
    """Its balances as schedule: the service, the payments and the cover ratio are the model's own, year by year."""
    case = json.loads((shared_data / "finance" / "sam_single_owner.json").read_text(encoding="utf-8"))
    balance = np.array(case["cf_debt_balance"])
    draw = np.zeros_like(balance)
    draw[0] = case["size_of_debt"]
    cash_available = np.array(case["cf_cash_for_ds"])
    service = debt_service(draw, balance, 0.07)
    np.testing.assert_allclose(service, case["cf_debt_payment_total"], atol=1.0)
    np.testing.assert_allclose(serve_debt(draw, balance, 0.07, cash_available), service, atol=1.0)
    repaying = service > 1
    np.testing.assert_allclose(cash_available[repaying] / service[repaying], 1.3, rtol=1e-6)
