"""This module owns what lenders look at: cover ratios, gearing, tail, average life, lock-up and default, reserves.

Cash flow available for debt service is taken without residual value, for lenders look to what operation earns, and
without what reserves release. A quarter counts where the schedules of the loans ask for a payment in it; arrears do not
raise what is due.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.finance.program import repaid_at
from gortyn.kernels.waterfall_types import Deal, Kind, Pay, Poured

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDING: Final = 1e-9
"""Relative size of amounts that are what rounding leaves of nothing."""


class Cover(NamedTuple):
    """Cover ratios by quarter, float64[quarter]; nan where they have no meaning.

    Attributes
    ----------
    dscr : cash over debt service due
    llcr, plcr : present value of cash until the last payment due (llcr), or until the last quarter and less what chips
        cost that are bought again (plcr), over the loans at the start of the quarter; from the first repayment to the
        last payment due
    """

    dscr: Floats
    llcr: Floats
    plcr: Floats


class LayerCovers(NamedTuple):
    """Ratios of each debt layer, float64[layer]; nan of a layer that is no debt or is never due.

    Attributes
    ----------
    dscr_min : smallest cash over the service of this debt and of all that comes before it
    llcr : loan life cover ratio of the same at the first repayment of this debt
    wal_years : weighted average life
    """

    dscr_min: Floats
    llcr: Floats
    wal_years: Floats


class Reserve(NamedTuple):
    """What a reserve account holds over the quarters in which it is meant to hold something; 0 without any.

    Attributes
    ----------
    least_eur, most_eur : smallest and largest balance at the end of such a quarter [EUR]
    """

    least_eur: float
    most_eur: float


class Reserves(NamedTuple):
    """Reserve accounts.

    Attributes
    ----------
    debt : of all debt layers together
    operating, refresh : of the project
    """

    debt: Reserve
    operating: Reserve
    refresh: Reserve


def debt_layers(deal: Deal) -> Flags:
    """Whether each layer is a loan of which anything is drawn, bool[layer]."""
    return (deal.kind == Kind.DEBT) & (deal.draw_eur > 0).any(axis=1)


def due(deal: Deal, poured: Poured, layers: Flags | None = None) -> Floats:
    """Debt service due of some loans, of all by default [EUR], float64[quarter]; dust of rounding is 0."""
    chosen = debt_layers(deal) if layers is None else layers
    total = poured.due_eur[chosen].sum(axis=0)
    return np.where(total > ROUNDING * total.max(initial=0.0), total, 0.0)


def over(cash_eur: Floats, due_eur: Floats) -> Floats:
    """Cash over what is due in each quarter, nan where nothing is, float64[quarter].

    >>> over(np.array([13.0, 5.0]), np.array([10.0, 0.0])).tolist()
    [1.3, nan]
    """
    return np.where(due_eur > 0, cash_eur / np.where(due_eur > 0, due_eur, 1), np.nan)


def life_cover(cash_eur: Floats, rate: Floats, loan_eur: Floats, last: int) -> Floats:
    """Present value of cash up to a quarter over the loan at the start of each quarter, float64[quarter].

    ``sum(cash_k / (1 + rate_q)^(k - q + 1), k = q ... last) / loan_q``: cash falls on the end of its quarter. Where the
    debt service is the cash over a constant ratio, this is the same ratio in every quarter.

    Parameters
    ----------
    cash_eur : available for debt service, float64[quarter]
    rate : interest per quarter, as seen from the start of each, float64[quarter]
    loan_eur : owed at the start of each quarter, float64[quarter]
    last : index of the last quarter whose cash counts

    Returns
    -------
    nan where nothing is owed, or after the last quarter.

    >>> life_cover(np.array([130.0, 130.0]), np.array([0.1, 0.1]), np.array([1000 / 11 + 1000 / 12.1, 1000 / 11]), 1)
    array([1.3, 1.3])
    """
    quarter = np.arange(cash_eur.size)
    ahead = quarter[None, :] - quarter[:, None] + 1
    counted = (ahead >= 1) & (quarter <= last)
    value = (cash_eur * (1 + rate[:, None]) ** -np.where(counted, ahead, 0) * counted).sum(axis=1)
    owed = (loan_eur > ROUNDING * loan_eur.max(initial=0.0)) & (quarter <= last)
    return np.where(owed, value / np.where(owed, loan_eur, 1), np.nan)


def first_repayment(deal: Deal, layers: Flags) -> int | None:
    """Index of the first quarter in which the schedule of one of these loans repays anything; None without one.

    A loan that is repaid at once counts from the quarter after it was drawn, or its life would be one payment.
    """
    falls = _repayments(deal, layers)
    if not falls.any():
        return None
    drawn = [int(np.flatnonzero(draw)[-1]) if draw.any() else 0 for draw in deal.draw_eur[layers]]
    return min(
        min(last + 1, int(np.argmax(fall))) if fall.sum() == 1 else int(np.argmax(fall))
        for fall, last in zip(falls, drawn, strict=True)
        if fall.any()
    )


def _repayments(deal: Deal, layers: Flags) -> Flags:
    """Quarters in which the schedules of these loans repay, bool[loan, quarter]."""
    before = np.hstack((np.ones((deal.kind.size, 1)), deal.left_share[:, :-1]))
    return (before - deal.left_share)[layers] > ROUNDING


def cover(deal: Deal, poured: Poured, layers: Flags | None = None, *, refresh_eur: Floats | None = None) -> Cover:
    """Cover ratios of some loans, of all by default.

    The life ratios discount at the loans' rates, weighted by what of each is owed at the start of the quarter. Later
    years earn only because chips were bought again, so that the PLCR pays for that first. DSCR and LLCR do not: the
    reserve that saves for it is filled after debt is served.

    Parameters
    ----------
    deal, poured : what was agreed, and where the cash went
    layers : loans that count, bool[layer]
    refresh_eur : cost of replacing chips when it is paid, float64[quarter]; none by default
    """
    chosen = debt_layers(deal) if layers is None else layers
    cash = poured.cfads_eur
    due_eur = due(deal, poured, chosen)
    none = np.full(cash.size, np.nan)
    first = first_repayment(deal, chosen)
    if not due_eur.any():
        return Cover(none, none, none)
    if first is None:
        return Cover(over(cash, due_eur), none, none)
    opening = np.hstack((np.zeros((deal.kind.size, 1)), poured.balance_eur[:, :-1]))[chosen]
    loan = opening.sum(axis=0)
    rate = deal.rate[chosen] @ opening / np.where(loan > 0, loan, 1)
    last = int(np.flatnonzero(_repayments(deal, chosen).any(axis=0))[-1])  # as scheduled, for a sweep repays early
    repaid = (np.arange(cash.size) >= first) & (np.arange(cash.size) <= last)
    llcr = life_cover(cash, rate, loan, last)
    plcr = life_cover(cash if refresh_eur is None else cash - refresh_eur, rate, loan, cash.size - 1)
    return Cover(over(cash, due_eur), np.where(repaid, llcr, np.nan), np.where(repaid, plcr, np.nan))


def at_first(ratio: Floats) -> float:
    """First value of a series that has one; nan without."""
    held = ratio[~np.isnan(ratio)]
    return float(held[0]) if held.size else float("nan")


def least(ratio: Floats) -> float:
    """Smallest value of a series that has one; nan without."""
    held = ratio[~np.isnan(ratio)]
    return float(held.min()) if held.size else float("nan")


def mean(ratio: Floats) -> float:
    """Mean over the quarters that have a value; nan without."""
    held = ratio[~np.isnan(ratio)]
    return float(held.mean()) if held.size else float("nan")


def amounts(deal: Deal, poured: Poured) -> Floats:
    """What each layer pays in at financial close, construction interest of loans included [EUR], float64[layer]."""
    quarter = np.arange(deal.draw_eur.shape[1])
    added = np.where(quarter < deal.pays_from[:, None], poured.interest_eur, 0.0).sum(axis=1)
    return deal.draw_eur.sum(axis=1) + np.where(debt_layers(deal), added, 0.0)


def gearing(deal: Deal, poured: Poured) -> float:
    """Share of debt in the uses of funds, construction interest in both; nan where nothing is used."""
    amount_eur = amounts(deal, poured)
    uses_eur = amount_eur.sum()
    return float(amount_eur[debt_layers(deal)].sum() / uses_eur) if uses_eur else float("nan")


def tail_quarters(deal: Deal, poured: Poured) -> float:
    """Quarters of operation after the last payment due; nan without debt service."""
    due_eur, cash = due(deal, poured), poured.cfads_eur
    if not due_eur.any():
        return float("nan")
    return float(np.flatnonzero(cash)[-1] - np.flatnonzero(due_eur)[-1]) if cash.any() else float("nan")


def average_lives(deal: Deal, poured: Poured, periods_per_year: int = QUARTERS_PER_YEAR) -> Floats:
    """Weighted average life of every loan, counted from when its euros were drawn [years], float64[layer].

    The mean time of repayment, weighted by principal, less the mean time of drawing, weighted by what was drawn or
    added as interest. That is the sum of the balances at the end of each quarter over the loan; what is still owed at
    the end counts up to there.

    Parameters
    ----------
    deal, poured : what was agreed, and where the cash went
    periods_per_year : 4 for quarters

    Returns
    -------
    nan of what is no loan.
    """
    debt = debt_layers(deal)
    loan = np.where(debt, amounts(deal, poured), 1)
    return np.where(debt, poured.balance_eur.sum(axis=1) / loan / periods_per_year, np.nan)


def layer_covers(deal: Deal, poured: Poured, periods_per_year: int = QUARTERS_PER_YEAR) -> LayerCovers:
    """Ratios of each debt layer, together with the debt whose principal the waterfall pays before its own.

    Parameters
    ----------
    deal, poured : what was agreed, and where the cash went
    periods_per_year : 4 for quarters
    """
    debt, paid_at = debt_layers(deal), repaid_at(deal.steps, deal.kind.size)
    dscr_min, llcr = np.full((2, debt.size), np.nan)  # unit: two series
    for layer in np.flatnonzero(debt):
        own = np.arange(debt.size) == layer
        ratios = cover(deal, poured, debt & (paid_at <= paid_at[layer]))
        dscr_min[layer] = least(np.where(due(deal, poured, own) > 0, ratios.dscr, np.nan))
        first = first_repayment(deal, own)
        llcr[layer] = np.nan if first is None else ratios.llcr[first]
    return LayerCovers(dscr_min, llcr, average_lives(deal, poured, periods_per_year))


def lock_up_quarters(deal: Deal, dscr: Floats) -> int:
    """Quarters in which the DSCR is below that of the lock-up, whether or not there was cash to keep back.

    The last quarter never locks: what is kept is paid out then.
    """
    if not (deal.steps[:, 0] == Pay.LOCK_UP).any():
        return 0
    return int((dscr[:-1] < deal.lock_up * (1 - ROUNDING)).sum())


def default_quarters(deal: Deal, poured: Poured, dscr: Floats, default_dscr: float) -> int:
    """Quarters in which the DSCR is below a floor, or a payment is missed even though reserves helped.

    What is missed counts in the quarter in which it falls short; arrears that stand do not count again, unless interest
    on them is missed.

    Parameters
    ----------
    deal, poured : what was agreed, and where the cash went
    dscr : of all debt, nan where nothing is due, float64[quarter]
    default_dscr : the floor
    """
    missed = poured.missed_eur[debt_layers(deal)].sum(axis=0)
    unpaid = missed > ROUNDING * poured.due_eur.max(initial=0.0)
    return int((unpaid | (dscr < default_dscr * (1 - ROUNDING))).sum())


def reserves(deal: Deal, poured: Poured) -> Reserves:
    """Smallest and largest balances of the reserve accounts."""
    return Reserves(
        _reserve(poured.debt_reserve_eur.sum(axis=0), deal.debt_target_eur.sum(axis=0)),
        _reserve(poured.operating_reserve_eur, deal.operating_target_eur),
        _reserve(poured.refresh_reserve_eur, deal.refresh_target_eur),
    )


def _reserve(held_eur: Floats, target_eur: Floats) -> Reserve:
    meant = held_eur[target_eur > ROUNDING * target_eur.max(initial=0.0)]
    return Reserve(float(meant.min()), float(meant.max())) if meant.size else Reserve(0.0, 0.0)
