"""This module owns the schedules of loans: level payments, payments shaped by cash flow, or all at the end.

A schedule is what is left of a loan after each payment, over what was owed before the first. It holds for a loan of any
size, so that what turns out larger or smaller than planned is repaid in the same shape.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def annuity_left(payments: int, rate: float) -> Floats:
    """What level payments leave of a loan after each: ``1 - ((1 + r)^k - 1) / ((1 + r)^n - 1)``, float64[payment].

    Parameters
    ----------
    payments : number of payments n, >= 1
    rate : interest per period, > -1

    >>> annuity_left(2, 0.1).round(6).tolist(), annuity_left(4, 0.0).tolist()
    ([0.52381, 0.0], [0.75, 0.5, 0.25, 0.0])
    """
    counted = np.arange(1, payments + 1)
    grown = np.expm1(counted * math.log1p(rate))
    if not grown[-1]:
        grown = counted.astype(np.float64)
    return 1 - grown / grown[-1]


def bullet_left(payments: int) -> Floats:
    """What is left of a loan that is repaid with the last payment, float64[payment].

    >>> bullet_left(3).tolist()
    [1.0, 1.0, 0.0]
    """
    left = np.ones(payments)
    left[-1] = 0.0
    return left


def supportable_eur(payment_eur: ArrayLike, rate: float) -> Floats:
    """Largest loan before each payment, and after the last, that payments of at most so much serve, float64[n + 1].

    Interest is always paid, and nothing is lent again: where a payment is too small for the interest of the loan that
    later payments could repay, it is what limits the loan. Elsewhere this is the present value of the payments.

    Parameters
    ----------
    payment_eur : most that can be paid in each period, >= 0 [EUR]
    rate : interest per period, > -1

    >>> supportable_eur([11.0, 121.0], 0.1).round(9).tolist()
    [110.0, 110.0, 0.0]
    >>> supportable_eur([5.5, 121.0], 0.1).round(9).tolist()
    [55.0, 110.0, 0.0]
    """
    payments = np.asarray(payment_eur, dtype=np.float64)
    loan = np.zeros(payments.size + 1)
    for k in range(payments.size - 1, -1, -1):
        payment, later = payments[k], loan[k + 1]
        loan[k] = payment / rate if payment < rate * later else (later + payment) / (1 + rate)
    return loan


def sculpted_left(payment_eur: ArrayLike, rate: float) -> tuple[float, Floats]:
    """Largest loan that payments of at most so much serve, and what they leave of it.

    A loan that is smaller is repaid in the same shape, so that its cover is higher by the same factor in all periods.

    Parameters
    ----------
    payment_eur : most that can be paid in each period, >= 0; at least one [EUR]
    rate : interest per period, > -1

    Returns
    -------
    Loan [EUR] and the share of it that is left after each payment, float64[payment]; where nothing can be lent, that
    of level payments.

    >>> loan, left = sculpted_left([60.0, 55.0], 0.1)
    >>> round(loan, 9), left.round(9).tolist()
    (100.0, [0.5, 0.0])
    """
    loan = supportable_eur(payment_eur, rate)
    if not loan[0] > 0:
        return 0.0, annuity_left(loan.size - 1, rate)
    return float(loan[0]), np.minimum.accumulate(np.minimum(loan[1:], loan[0])) / loan[0]


def on_calendar(left: Floats, first: int, periods: int) -> Floats:
    """A schedule on the calendar: nothing is repaid before its first payment, nothing is left after its last.

    Parameters
    ----------
    left : share of the loan left after each payment, float64[payment]
    first : period of the first payment
    periods : periods of the calendar

    >>> on_calendar(np.array([0.5, 0.0]), 2, 5).tolist()
    [1.0, 1.0, 0.5, 0.0, 0.0]
    """
    share = np.ones(periods)
    share[first:] = 0.0
    end = min(first + left.size, periods)
    share[first:end] = left[: end - first]
    return share


def construction_interest_eur(draw_eur: Floats, rate: float, pays_from: int) -> float:
    """Interest that is added to a loan before it is paid in cash [EUR].

    Parameters
    ----------
    draw_eur : drawn at the end of each period, float64[period]
    rate : interest per period
    pays_from : first period in which interest is paid

    >>> round(construction_interest_eur(np.array([100.0, 100.0, 0.0]), 0.1, 2), 9)
    10.0
    """
    loan, drawn = 0.0, 0.0
    for draw in draw_eur[: max(pays_from, 0)].tolist():
        loan += rate * loan + draw
        drawn += draw
    return loan - drawn


def ahead(series: Floats, periods: float) -> Floats:
    """Sum of the next periods after each, the last of them in part, float64[..., period].

    Parameters
    ----------
    series : one value per period, float64[..., period]
    periods : how many periods lie ahead, >= 0; nothing follows the last of the series

    >>> ahead(np.array([8.0, 4.0, 2.0]), 1.5).tolist()
    [5.0, 2.0, 0.0]
    """
    count = series.shape[-1]
    total = np.concatenate((np.zeros((*series.shape[:-1], 1)), np.cumsum(series, axis=-1)), axis=-1)
    begin = np.arange(1, count + 1)
    end = np.minimum(begin + periods, count)
    whole = np.minimum(np.floor(end).astype(np.int64), count - 1)
    part = total[..., whole] + (end - whole) * (total[..., whole + 1] - total[..., whole])
    return part - total[..., begin]


def saved_ahead(cost_eur: Floats, first: int, periods: int) -> Floats:
    """What must be saved at the end of each period so that every cost is there when it is paid, float64[period].

    Each cost is saved for evenly, over so many periods before it, but not before the first.

    Parameters
    ----------
    cost_eur : paid at the end of each period [EUR], float64[period]
    first : first period that can save
    periods : periods over which a cost is saved for, >= 1

    >>> saved_ahead(np.array([0.0, 0.0, 0.0, 30.0, 0.0]), 1, 2).tolist()
    [0.0, 15.0, 30.0, 0.0, 0.0]
    """
    saved = np.zeros_like(cost_eur)
    for due in np.flatnonzero(cost_eur).tolist():
        begin = max(first, due - periods)
        count = due - begin
        if count > 0:
            saved[begin:due] += cost_eur[due] * np.arange(1, count + 1) / count
    return saved
