"""The view of banks: every column by hand, for a loan of 10 m without interest that ten quarters repay."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from gortyn.finance.cashflow import cash_flow
from gortyn.kernels.waterfall_types import Deal, Kind, Pay, Poured

FIRST, LAST = 6, 15  # quarters in which the loan is repaid
TAX = 50_000.0


def deal_of(count):
    draw, left = np.zeros((2, count)), np.ones((2, count))
    draw[:, 0] = 10e6, 51e6
    left[0, FIRST:] = np.maximum(0.0, 1 - np.arange(1, count - FIRST + 1) / 10)
    none, nothing, both = np.zeros((2, count)), np.zeros(count), np.zeros(2)
    return Deal(
        kind=np.array([Kind.DEBT, Kind.BEARER]),
        draw_eur=draw,
        overrun=both,
        rate=both,
        floating=both,
        pays_from=np.array([FIRST, FIRST]),
        left_share=left,
        debt_target_eur=none,
        operating_target_eur=nothing,
        refresh_target_eur=nothing,
        debt_fill_eur=none,
        operating_fill_eur=nothing,
        covers=np.zeros(0, np.int64),
        cover_share=np.zeros(0),
        fee_rate=np.zeros(0),
        rest=np.array([0.0, 1.0]),
        steps=np.array([[Pay.TAX, -1], [Pay.INTEREST, 0], [Pay.PRINCIPAL, 0], [Pay.REST, -1]]),
        reserve_rate=0.0,
        tax_rate=0.0,
        refund=False,
        lock_up=0.0,
    )


@pytest.fixture
def viewed(make_scenario, projected):
    """Project and its cash flow, where cash went as said above, with some amounts in every account."""
    project = projected(make_scenario(chip_residual_share=0.1))
    count = project.calendar.count
    deal, series = deal_of(count), np.arange(count, dtype=np.float64)
    due = np.zeros((2, count))
    due[0, FIRST : LAST + 1] = 1e6
    balance = np.zeros((2, count))
    balance[0] = 10e6 * deal.left_share[0]
    none = np.zeros((2, count))
    poured = Poured(
        drawn_eur=deal.draw_eur,
        received_eur=due,
        interest_eur=none,
        due_eur=due,
        missed_eur=none,
        balance_eur=balance,
        paid_eur=np.zeros((4, count)),
        tax_eur=np.full(count, TAX),
        cfads_eur=project.operating_eur - TAX,
        debt_reserve_eur=np.array([series, 2 * series]),
        operating_reserve_eur=series + 100,
        refresh_reserve_eur=series + 200,
        kept_eur=series + 300,
        deficit_eur=series + 400,
    )
    return project, cash_flow(project, SimpleNamespace(deal=deal), poured)


def test_a_year_by_its_columns(viewed):
    project, cash = viewed
    start = cash.quarter_start.index(date(2029, 1, 1))
    sums = {
        name: float(getattr(cash, name)[start : start + 4].sum())
        for name in ("revenue_eur", "energy_eur", "staff_eur", "maintenance_eur", "insurance_eur", "operating_eur")
    }
    costs = {"energy_eur": 4e5, "staff_eur": 1e5, "maintenance_eur": 2.5e6, "insurance_eur": 6.1e5}
    revenue = 3 * 0.8 * 8_760_000
    assert sums == pytest.approx({"revenue_eur": revenue, **costs, "operating_eur": revenue - sum(costs.values())})
    assert cash.connection_eur.sum() == cash.rent_eur.sum() == cash.heat_eur.sum() == cash.refresh_eur.sum() == 0
    assert cash.capex_eur.sum() == pytest.approx(61e6)
    assert cash.net_eur.sum() == pytest.approx(cash.operating_eur.sum() - 61e6)
    assert cash.cfads_eur[start] == pytest.approx(cash.operating_eur[start] - TAX)
    assert cash.residual_eur[-1] == pytest.approx(8.8e6 + 5e6)
    assert cash.installed_chips[start] == 1000
    assert cash.delivered_chip_hours[start : start + 4].sum() == pytest.approx(0.8 * 8_760_000)
    assert cash.quarter_start == project.calendar.starts


def test_the_parts_add_up_to_operating_cash(viewed):
    _, cash = viewed
    costs = ("energy", "connection", "staff", "maintenance", "insurance", "rent")
    spent = sum(getattr(cash, f"{name}_eur") for name in costs)
    earned = cash.revenue_eur + cash.heat_eur + cash.residual_eur
    np.testing.assert_allclose(cash.operating_eur, earned - spent, rtol=1e-12, atol=1e-6)


def test_cover_is_cash_over_what_is_due(viewed):
    _, cash = viewed
    assert cash.debt_service_eur.tolist() == [0.0] * FIRST + [1e6] * 10 + [0.0] * 10
    due = slice(FIRST, LAST + 1)
    np.testing.assert_allclose(cash.dscr[due], cash.cfads_eur[due] / 1e6)
    assert np.isnan(np.delete(cash.dscr, np.r_[due])).all()
    # Without interest, the life cover ratio is the sum of what is to come over what is owed.
    assert cash.llcr[FIRST] == pytest.approx(cash.cfads_eur[due].sum() / 10e6)
    assert cash.llcr[LAST] == pytest.approx(cash.cfads_eur[LAST] / 1e6)
    assert cash.debt_eur[FIRST] == pytest.approx(9e6)


def test_accounts_are_those_of_the_waterfall(viewed):
    _, cash = viewed
    found = {name: float(getattr(cash, f"{name}_eur")[3]) for name in ("debt_reserve", "operating_reserve", "deficit")}
    assert found == {"debt_reserve": 9.0, "operating_reserve": 103.0, "deficit": 403.0}
    assert (cash.refresh_reserve_eur[3], cash.kept_eur[3], cash.tax_eur[3]) == (203.0, 303.0, TAX)
