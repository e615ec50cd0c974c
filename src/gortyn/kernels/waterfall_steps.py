"""This module owns the steps of the waterfall: what each of them claims, pays and leaves of one period's cash."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit

from gortyn.kernels.waterfall_types import Cash, Deal, Floats, Kind, Poured

INNER: Final[dict[str, Any]] = {
    "nogil": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,  # nothing is allocated inside, so that no references need to be counted
}
"""How functions are compiled that only compiled functions call."""
ENTRY: Final[dict[str, Any]] = {"nogil": True, "cache": True, "_nrt": False}
"""How functions are compiled that Python calls."""

ROUNDING: Final = 1e-12  # source: far above the rounding of a sum of doubles, a tenth of a cent of a billion
"""Share of a loan below which a difference is rounding, not a payment."""
SLACK: Final = 1 - 1e-9
"""A DSCR that meets its covenant but for rounding meets it."""


class Book(NamedTuple):
    """What is known of the parties between steps and periods; the rest stands in `Poured`.

    Attributes
    ----------
    rate : interest of debt, return asked for by a bearer, per period, float64[layer]
    unpaid_eur : interest of the period that is due in cash and not yet paid, float64[layer]
    so_far_eur : what was drawn and added of a loan until now; after a prepayment, what would have led to its
        balance, float64[layer]
    target_eur : what the schedule leaves of a loan at the end of the period, float64[layer]
    arrears_eur : what was owed beyond the schedule at the end of the period before, float64[layer]
    claim_eur : what a bearer still asks for, and a guarantor has paid and not got back, float64[party]
    """

    rate: Floats
    unpaid_eur: Floats
    so_far_eur: Floats
    target_eur: Floats
    arrears_eur: Floats
    claim_eur: Floats


@njit(**INNER)
def before(series: Floats, row: int, period: int) -> float:
    """Value at the end of the period before; 0 before the first."""
    return series[row, period - 1] if period > 0 else 0.0


@njit(**INNER)
def open_book(deal: Deal, rate_shift: float, poured: Poured, book: Book) -> None:
    """Clear the book and what steps add up; no interest rate falls below zero."""
    for layer in range(deal.kind.size):
        book.rate[layer] = max(deal.rate[layer] + deal.floating[layer] * rate_shift, 0.0)
    book.unpaid_eur[:] = 0.0
    book.so_far_eur[:] = 0.0
    book.arrears_eur[:] = 0.0
    book.claim_eur[:] = 0.0
    poured.drawn_eur[:] = 0.0
    poured.received_eur[:] = 0.0
    poured.interest_eur[:] = 0.0
    poured.due_eur[:] = 0.0
    poured.missed_eur[:] = 0.0
    poured.balance_eur[:] = 0.0
    poured.tax_eur[:] = 0.0


@njit(**INNER)
def pay_in(deal: Deal, cash: Cash, poured: Poured, period: int) -> float:
    """Let the layers pay what the project needs and its refreshes, as far as no reserve pays those.

    Returns
    -------
    What no layer has promised to pay [EUR]; the project's own cash has to.
    """
    held = poured.refresh_reserve_eur[period - 1] if period > 0 else 0.0
    saved = min(held, cash.refresh_eur[period])
    poured.refresh_reserve_eur[period] = held - saved
    planned, promised = 0.0, 0.0
    for layer in range(deal.kind.size):
        planned += deal.draw_eur[layer, period]
        promised += deal.overrun[layer]
    factor = 1.0
    more = cash.need_eur[period] - planned
    if planned > 0 and (more < 0 or promised == 0):
        factor = cash.need_eur[period] / planned
        more = 0.0
    more += cash.refresh_eur[period] - saved
    for layer in range(deal.kind.size):
        poured.drawn_eur[layer, period] = factor * deal.draw_eur[layer, period] + deal.overrun[layer] * more
    return more if promised == 0 else 0.0


@njit(**INNER)
def planned_balance(left_share: float, so_far: float) -> float:
    """What the schedule leaves of a loan [EUR]; nothing where only rounding is left."""
    return left_share * so_far if left_share > ROUNDING else 0.0


@njit(**INNER)
def accrue(deal: Deal, poured: Poured, book: Book, period: int) -> float:
    """Bring loans and claims to the end of the period before any payment; interest due in cash, all loans [EUR].

    While interest is not paid it is added to the loan; the schedule counts it among what was lent.
    """
    in_cash = 0.0
    for layer in range(deal.kind.size):
        drawn = poured.drawn_eur[layer, period]
        if deal.kind[layer] == Kind.BEARER:
            book.claim_eur[layer] += book.rate[layer] * book.claim_eur[layer] + drawn
        elif deal.kind[layer] == Kind.DEBT:
            opening = before(poured.balance_eur, layer, period)
            scheduled = planned_balance(before(deal.left_share, layer, period), book.so_far_eur[layer])
            interest = book.rate[layer] * opening
            due = 0.0
            if period < deal.pays_from[layer]:
                drawn += interest
            else:
                book.unpaid_eur[layer] = interest
                in_cash += interest
                due = book.rate[layer] * scheduled
            book.so_far_eur[layer] += drawn
            target = planned_balance(deal.left_share[layer, period], book.so_far_eur[layer])
            due += max(scheduled + drawn - target, 0.0)
            book.target_eur[layer] = target
            poured.balance_eur[layer, period] = opening + drawn
            poured.interest_eur[layer, period] = interest
            poured.due_eur[layer, period] = due if due > ROUNDING * book.so_far_eur[layer] else 0.0
    for guarantee in range(deal.covers.size):
        party = deal.kind.size + guarantee
        book.claim_eur[party] += book.rate[deal.covers[guarantee]] * book.claim_eur[party]
    return in_cash


@njit(**INNER)
def open_reserves(deal: Deal, cash: Cash, poured: Poured, period: int) -> tuple[float, float]:
    """Fill reserve accounts as planned, and give back what stands above their targets.

    What was saved for a refresh waits for it: it may come later than its target assumes.

    Returns
    -------
    Interest that they earned, and what they gave back [EUR].
    """
    earned, released = 0.0, 0.0
    for layer in range(deal.kind.size):
        held = before(poured.debt_reserve_eur, layer, period)
        earned += deal.reserve_rate * held
        held += deal.debt_fill_eur[layer, period]
        above = max(held - deal.debt_target_eur[layer, period], 0.0)
        poured.debt_reserve_eur[layer, period] = held - above
        released += above
    operating, refresh = 0.0, 0.0
    if period > 0:
        operating = poured.operating_reserve_eur[period - 1]
        refresh = poured.refresh_reserve_eur[period - 1]
    earned += deal.reserve_rate * (operating + refresh)
    operating += deal.operating_fill_eur[period]
    above = max(operating - deal.operating_target_eur[period], 0.0)
    poured.operating_reserve_eur[period] = operating - above
    released += above
    if cash.refresh_eur[period] > 0 or period == cash.refresh_eur.size - 1:
        above = max(poured.refresh_reserve_eur[period] - deal.refresh_target_eur[period], 0.0)
        poured.refresh_reserve_eur[period] -= above
        released += above
    return earned, released


@njit(**INNER)
def fill(reserve_eur: Floats, target_eur: Floats, period: int, free: float) -> float:
    """Top a reserve of the project up; what it took [EUR]."""
    paid = min(max(target_eur[period] - reserve_eur[period], 0.0), free)
    reserve_eur[period] += paid
    return paid


@njit(**INNER)
def fill_for(deal: Deal, poured: Poured, layer: int, period: int, free: float) -> float:
    """Top the reserve of a debt layer up; what it took [EUR]."""
    paid = min(max(deal.debt_target_eur[layer, period] - poured.debt_reserve_eur[layer, period], 0.0), free)
    poured.debt_reserve_eur[layer, period] += paid
    return paid


@njit(**INNER)
def tax_due(deal: Deal, profit: float, losses: float) -> tuple[float, float]:
    """Tax of a period, negative where a loss is refunded, and the losses that are left for later ones [EUR]."""
    if deal.refund:
        return deal.tax_rate * profit, 0.0
    used = min(max(profit, 0.0), losses)
    return deal.tax_rate * (max(profit, 0.0) - used), losses - used + max(-profit, 0.0)


@njit(**INNER)
def credit(poured: Poured, book: Book, layer: int, period: int, amount: float) -> None:
    """Book a payment to a lender, first to the interest of the period, then to the loan."""
    interest = min(book.unpaid_eur[layer], amount)
    book.unpaid_eur[layer] -= interest
    left = poured.balance_eur[layer, period] - (amount - interest)
    poured.balance_eur[layer, period] = max(left, 0.0)  # below by rounding alone
    poured.received_eur[layer, period] += amount


@njit(**INNER)
def pay_interest(poured: Poured, book: Book, layer: int, period: int, free: float) -> float:
    """Pay the interest of the period from cash, then from the layer's reserve; what cash paid [EUR]."""
    claim = book.unpaid_eur[layer]
    paid = min(claim, free)
    reserve = min(claim - paid, poured.debt_reserve_eur[layer, period])
    poured.debt_reserve_eur[layer, period] -= reserve
    credit(poured, book, layer, period, paid + reserve)
    return paid


@njit(**INNER)
def pay_principal(deal: Deal, poured: Poured, book: Book, layer: int, period: int, free: float) -> float:
    """Bring a loan back to its schedule from cash, the layer's reserve and guarantees; what cash paid [EUR].

    Arrears and interest of the period that is still unpaid are part of the claim. What cash and reserve leave of it,
    less what guarantors have left of earlier arrears, is missed; guarantors make their shares of it good and have a
    claim from then on.
    """
    above = poured.balance_eur[layer, period] - book.target_eur[layer]
    if above <= ROUNDING * book.so_far_eur[layer]:
        above = 0.0
    claim = above + book.unpaid_eur[layer]
    paid = min(claim, free)
    reserve = min(claim - paid, poured.debt_reserve_eur[layer, period])
    poured.debt_reserve_eur[layer, period] -= reserve
    arrears = claim - paid - reserve
    credit(poured, book, layer, period, paid + reserve)
    missed = arrears - book.arrears_eur[layer]
    if missed > ROUNDING * book.so_far_eur[layer]:
        poured.missed_eur[layer, period] = missed
        open_eur = missed
        for guarantee in range(deal.covers.size):
            if deal.covers[guarantee] == layer:
                party = deal.kind.size + guarantee
                called = min(deal.cover_share[guarantee] * missed, open_eur)
                open_eur -= called
                poured.drawn_eur[party, period] += called
                book.claim_eur[party] += called
                credit(poured, book, layer, period, called)
    elif arrears <= 0 and above > 0:
        poured.balance_eur[layer, period] = book.target_eur[layer]
    return paid


@njit(**INNER)
def sweep(deal: Deal, poured: Poured, book: Book, layer: int, period: int, free: float) -> float:
    """Prepay a loan; what cash paid [EUR].

    What goes beyond the schedule takes the same share off every later repayment.
    """
    claim = poured.balance_eur[layer, period] + book.unpaid_eur[layer]
    paid = min(claim, free)
    credit(poured, book, layer, period, paid)
    left = poured.balance_eur[layer, period] if paid < claim else 0.0
    poured.balance_eur[layer, period] = left
    if left < book.target_eur[layer]:
        book.target_eur[layer] = left
        book.so_far_eur[layer] = left / deal.left_share[layer, period]
    return paid


@njit(**INNER)
def pay_fee(deal: Deal, poured: Poured, guarantee: int, period: int, free: float) -> float:
    """Pay a guarantor's fee on what was covered at the start of the period; what cannot be paid is forgone [EUR]."""
    covered = deal.cover_share[guarantee] * before(poured.balance_eur, deal.covers[guarantee], period)
    paid = min(deal.fee_rate[guarantee] * covered, free)
    poured.received_eur[deal.kind.size + guarantee, period] += paid
    return paid


@njit(**INNER)
def pay_claim(poured: Poured, book: Book, party: int, period: int, free: float) -> float:
    """Pay a bearer its return, or a guarantor back; what cash paid [EUR]."""
    paid = min(book.claim_eur[party], free)
    book.claim_eur[party] -= paid
    poured.received_eur[party, period] += paid
    return paid


@njit(**INNER)
def lock_up(deal: Deal, poured: Poured, period: int, free: float) -> float:
    """Cash kept back because the DSCR is below its covenant; never in the last period [EUR]."""
    due = 0.0
    for layer in range(deal.kind.size):
        due += poured.due_eur[layer, period]
    if due <= 0 or period == poured.cfads_eur.size - 1:
        return 0.0
    return free if poured.cfads_eur[period] < SLACK * deal.lock_up * due else 0.0


@njit(**INNER)
def share_out(deal: Deal, poured: Poured, period: int, free: float) -> float:
    """Pay what is left to those who share it; what they got [EUR]."""
    paid = 0.0
    for layer in range(deal.kind.size):
        if deal.rest[layer] > 0:
            poured.received_eur[layer, period] += deal.rest[layer] * free
            paid = free
    return paid


@njit(**INNER)
def close_loans(deal: Deal, poured: Poured, book: Book, period: int) -> None:
    """Add interest that nobody paid to the loan, and note what is in arrears."""
    for layer in range(deal.kind.size):
        poured.balance_eur[layer, period] += book.unpaid_eur[layer]
        book.unpaid_eur[layer] = 0.0
        arrears = poured.balance_eur[layer, period] - book.target_eur[layer]
        book.arrears_eur[layer] = arrears if arrears > ROUNDING * book.so_far_eur[layer] else 0.0


def blank_book(layers: int, guarantees: int) -> Book:
    """Book of that many parties."""
    by_layer = (np.zeros(layers) for _ in Book._fields[:-1])
    return Book(*by_layer, claim_eur=np.zeros(layers + guarantees))
