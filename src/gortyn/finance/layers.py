"""This module owns the waterfall: what each layer of capital pays in, and in which order it is paid back.

All payments of a quarter fall on its end. Every layer pays its share of each quarter's capex. An operating deficit is
carried forward without interest and made good before any layer is paid; the layers pay in for capex only. What is
available then serves, in this order:

1. debt in the listed order (senior debt, mezzanine, first loss with a return, which is subordinated debt): interest
   is added to the loan until the first quarter of operation, paid from then on, and the loan is repaid in level
   payments over its tenor from the end of the last construction. What is not paid stays owed, with interest, and is
   due at once. A tenor is cut where the cash flow ends. There is no cash sweep and no reserve account.
2. equity and first loss without return in the listed order: each until it has its money back with the return that it
   asks for (none, for such a first loss), so that a layer that bears the first loss stands behind those above it.
3. equity again: everything that is left, by share.

A grant receives nothing. A capacity purchase is repaid in compute time, not in cash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.cashflow import CashFlow, Quarters
from gortyn.finance.metrics import QUARTERS_PER_YEAR, annuity, irr, periodic_rate
from gortyn.model import Layer

LENDERS: Final = ("senior-debt", "mezzanine")
GIVEN: Final = ("grant", "capacity-purchase")
RISK_BEARERS: Final = ("equity", "first-loss")


@dataclass(frozen=True, slots=True)
class LayerResult:
    """What one layer of capital pays and receives.

    Attributes
    ----------
    name, kind, provider : as the scenario says
    amount_eur : paid in for capex [EUR]
    share : share of capex
    return_rate : interest or return that the layer asks for, per year
    paid_eur : received in all [EUR]
    irr : internal rate of return, effective per year; nan where none exists
    loss_eur : amount less receipts, at least 0 [EUR]; 0 for grants and capacity purchases, which ask for no money back
    multiple : receipts over amount; nan where nothing is paid in
    """

    name: str
    kind: str
    provider: str
    amount_eur: float
    share: float
    return_rate: float
    paid_eur: float
    irr: float
    loss_eur: float
    multiple: float


@dataclass(frozen=True, slots=True, eq=False)
class Waterfall:
    """Cash of all layers by quarter.

    Attributes
    ----------
    draw_eur, receipt_eur : paid in and received, >= 0, float64[layer, quarter]
    debt_service_eur : what the schedules of all debt layers ask for, float64[quarter]
    retained_eur : cash that no layer has a claim to [EUR]
    deficit_eur : operating deficit that was never made good [EUR]
    """

    draw_eur: NDArray[np.float64]
    receipt_eur: NDArray[np.float64]
    debt_service_eur: Quarters
    retained_eur: float
    deficit_eur: float


def is_debt(layer: Layer) -> bool:
    """Whether a layer is lent and repaid with interest."""
    return layer.kind in LENDERS or (layer.kind == "first-loss" and layer.return_rate > 0)


def waterfall(layers: tuple[Layer, ...], cash: CashFlow) -> Waterfall:
    """Draw capex from the layers and share out the cash flow available for debt service.

    Parameters
    ----------
    layers : most senior first; their shares are taken relative to their sum
    cash : cash flow of the project
    """
    share = np.array([layer.share for layer in layers])
    draw = np.outer(share / share.sum(), cash.capex_eur)
    available, deficit_eur = distributable(cash.cfads_eur)
    receipt = np.zeros_like(draw)
    service = np.zeros_like(cash.capex_eur)
    for index, layer in enumerate(layers):
        if is_debt(layer):
            interest = periodic_rate(layer.return_rate)
            balance = scheduled_balance(draw[index], interest, layer.tenor_years, cash)
            service += debt_service(draw[index], balance, interest)
            receipt[index] = serve_debt(draw[index], balance, interest, available)
            available = available - receipt[index]
    for index, layer in enumerate(layers):
        if layer.kind in RISK_BEARERS and not is_debt(layer):
            receipt[index] = serve_hurdle(draw[index], periodic_rate(layer.return_rate), available)
            available = available - receipt[index]
    equity = np.array([layer.share if layer.kind == "equity" else 0.0 for layer in layers])
    if equity.any():
        receipt += np.outer(equity / equity.sum(), available)
        available = np.zeros_like(available)
    return Waterfall(draw, receipt, service, float(available.sum()), deficit_eur)


def distributable(cfads_eur: Quarters) -> tuple[Quarters, float]:
    """Cash that layers can be paid from in each quarter, and the deficit that is left at the end.

    >>> cash, deficit = distributable(np.array([-3.0, 1.0, 5.0, -1.0]))
    >>> cash.tolist(), deficit
    ([0.0, 0.0, 3.0, 0.0], 1.0)
    """
    available = np.zeros_like(cfads_eur)
    deficit = 0.0
    for quarter, amount in enumerate(cfads_eur.tolist()):
        left = amount - deficit
        available[quarter] = max(left, 0.0)
        deficit = max(-left, 0.0)
    return available, deficit


def scheduled_balance(draw_eur: Quarters, interest: float, tenor_years: float, cash: CashFlow) -> Quarters:
    """Loan at the end of each quarter if every payment is made on time [EUR], float64[quarter].

    Parameters
    ----------
    draw_eur : loan drawn in each quarter [EUR]
    interest : interest per quarter
    tenor_years : years of level payments after the last quarter with capex
    cash : for the quarters of construction and operation
    """
    if not draw_eur.any():
        return np.zeros_like(draw_eur)
    last = int(np.flatnonzero(cash.capex_eur)[-1])
    first_operating = int(np.flatnonzero(cash.installed_chips)[0])
    balance = np.zeros_like(draw_eur)
    loan = 0.0
    for quarter in range(last + 1):
        capitalised = interest * loan if quarter < first_operating else 0.0
        loan += capitalised + draw_eur[quarter]
        balance[quarter] = loan
    periods = max(1, min(round(tenor_years * QUARTERS_PER_YEAR), balance.size - 1 - last))
    payment = annuity(loan, interest, periods)
    for quarter in range(last + 1, min(last + periods, balance.size)):
        loan += interest * loan - payment
        balance[quarter] = loan
    return balance


def debt_service(draw_eur: Quarters, balance_eur: Quarters, interest: float) -> Quarters:
    """Interest and principal that keep a loan on its schedule [EUR], float64[quarter]."""
    opening = np.concatenate(([0.0], balance_eur[:-1]))
    # In the order of operations of the schedule, so that nothing is due to the last bit where interest is capitalised.
    return np.maximum(opening + (interest * opening + draw_eur) - balance_eur, 0.0)


def serve_debt(draw_eur: Quarters, balance_eur: Quarters, interest: float, available_eur: Quarters) -> Quarters:
    """Payments on one loan [EUR]: whatever brings it back to its schedule, as far as cash allows, float64[quarter]."""
    paid = np.zeros_like(draw_eur)
    loan = 0.0
    for quarter in range(draw_eur.size):
        loan += interest * loan + draw_eur[quarter]
        paid[quarter] = min(max(loan - balance_eur[quarter], 0.0), available_eur[quarter])
        loan -= paid[quarter]
    return paid


def serve_hurdle(draw_eur: Quarters, hurdle: float, available_eur: Quarters) -> Quarters:
    """Payments to one layer until its draws are back with the return that it asks for [EUR], float64[quarter].

    Parameters
    ----------
    draw_eur : paid in in each quarter [EUR]
    hurdle : return asked for, per quarter
    available_eur : cash that the layer can be paid from [EUR]

    >>> serve_hurdle(np.array([100.0, 0.0, 0.0]), 0.1, np.array([0.0, 60.0, 90.0])).tolist()
    [0.0, 60.0, 55.0]
    """
    paid = np.zeros_like(draw_eur)
    claim = 0.0
    for quarter in range(draw_eur.size):
        claim += hurdle * claim + draw_eur[quarter]
        paid[quarter] = min(claim, available_eur[quarter])
        claim -= paid[quarter]
    return paid


def layer_results(layers: tuple[Layer, ...], flow: Waterfall) -> tuple[LayerResult, ...]:
    """Totals and return of every layer, in the listed order."""
    results: list[LayerResult] = []
    for layer, draw, receipt in zip(layers, flow.draw_eur, flow.receipt_eur, strict=True):
        amount, paid = float(draw.sum()), float(receipt.sum())
        results.append(
            LayerResult(
                name=layer.name,
                kind=layer.kind,
                provider=layer.provider,
                amount_eur=amount,
                share=layer.share,
                return_rate=layer.return_rate,
                paid_eur=paid,
                irr=irr(receipt - draw),
                loss_eur=0.0 if layer.kind in GIVEN else max(0.0, amount - paid),
                multiple=paid / amount if amount else float("nan"),
            )
        )
    return tuple(results)
