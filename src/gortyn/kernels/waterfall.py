"""This module owns the waterfall: who pays in, and who is paid from the cash of a project, period after period.

All payments of a period fall on its end. In each, in this order:

1. The refresh reserve pays for refreshes. Layers pay in what the project needs: as planned, less pro rata where less is
   needed; what goes beyond the plan, and refreshes that the reserve cannot pay, by `overrun`. Without anyone to pay
   more, a higher need is paid pro rata with the plan, and all else from the project's own cash.
2. Loans bear interest on their opening balance. Before `pays_from` it is added to them.
3. Reserves earn interest, are filled as planned, and give back what stands above their targets; that for refreshes
   only in periods in which one is paid, and in the last.
4. Cash is operating cash, what reserves earned and gave back and what was kept before, less an earlier deficit. Where
   it falls below zero the operating reserve pays; what that cannot pay is carried forward as a deficit.
5. The steps are paid in their order, each as far as cash goes. What is left is kept for the next period.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from gortyn.kernels import waterfall_steps, waterfall_types
from gortyn.kernels.waterfall_steps import (
    ENTRY,
    INNER,
    Book,
    accrue,
    blank_book,
    close_loans,
    fill,
    fill_for,
    lock_up,
    open_book,
    open_reserves,
    pay_claim,
    pay_fee,
    pay_in,
    pay_interest,
    pay_principal,
    share_out,
    sweep,
    tax_due,
)
from gortyn.kernels.waterfall_types import Cash, Deal, Pay, Poured


@njit(**INNER)
def pay(deal: Deal, poured: Poured, book: Book, what: int, to: int, period: int, free: float) -> float:
    """Carry out a step that neither taxes nor keeps cash back; what it took of the cash [EUR]."""
    if what == Pay.INTEREST:
        return pay_interest(poured, book, to, period, free)
    if what == Pay.PRINCIPAL:
        return pay_principal(deal, poured, book, to, period, free)
    if what == Pay.DEBT_RESERVE:
        return fill_for(deal, poured, to, period, free)
    if what == Pay.RETURN:
        return pay_claim(poured, book, to, period, free)
    if what == Pay.OPERATING_RESERVE:
        return fill(poured.operating_reserve_eur, deal.operating_target_eur, period, free)
    if what == Pay.REFRESH_RESERVE:
        return fill(poured.refresh_reserve_eur, deal.refresh_target_eur, period, free)
    if what == Pay.GUARANTEE_FEE:
        return pay_fee(deal, poured, to, period, free)
    if what == Pay.RECOVERY:
        return pay_claim(poured, book, deal.kind.size + to, period, free)
    if what == Pay.SWEEP:
        return sweep(deal, poured, book, to, period, free)
    return share_out(deal, poured, period, free)


@njit(**INNER)
def serve(
    deal: Deal, poured: Poured, book: Book, period: int, free: float, profit: float, losses: float, owed: float
) -> tuple[float, float, float]:
    """Pay all steps of a period.

    Parameters
    ----------
    free : cash of the period [EUR], >= 0
    profit : before losses carried forward [EUR]
    losses, owed : losses carried forward, and tax not yet paid, from earlier periods [EUR]

    Returns
    -------
    Cash that is kept, losses and tax that are left for later [EUR].
    """
    kept = 0.0
    untouched = True
    for step in range(deal.steps.shape[0]):
        what = deal.steps[step, 0]
        if what == Pay.TAX:
            tax, losses = tax_due(deal, profit, losses)
            owed += tax
            paid = min(owed, free)
            owed -= paid
            poured.tax_eur[period] = paid
            if untouched:
                poured.cfads_eur[period] -= paid
        elif what == Pay.LOCK_UP:
            paid = lock_up(deal, poured, period, free)
            kept += paid
        else:
            if what == Pay.INTEREST or what == Pay.PRINCIPAL:  # noqa: PLR1714 - compiled code has no sets
                untouched = False
            paid = pay(deal, poured, book, what, deal.steps[step, 1], period, free)
        poured.paid_eur[step, period] = paid
        free -= paid
    return kept + free, losses, owed


@njit(**INNER)
def flow(deal: Deal, cash: Cash, rate_shift: float, poured: Poured, book: Book) -> None:
    """Let the cash of a project flow, all periods; `poured` and `book` may hold anything before."""
    open_book(deal, rate_shift, poured, book)
    kept, deficit, losses, owed = 0.0, 0.0, 0.0, 0.0
    for period in range(cash.operating_eur.size):
        short = pay_in(deal, cash, poured, period)
        interest = accrue(deal, poured, book, period)
        earned, released = open_reserves(deal, cash, poured, period)
        operating = cash.operating_eur[period]
        free = operating + earned + released + kept - deficit - short
        saved = min(max(-free, 0.0), poured.operating_reserve_eur[period])
        poured.operating_reserve_eur[period] -= saved
        deficit = max(-free - saved, 0.0)
        poured.cfads_eur[period] = operating - cash.residual_eur[period]
        profit = operating + earned - interest - cash.depreciation_eur[period]
        kept, losses, owed = serve(deal, poured, book, period, max(free, 0.0), profit, losses, owed)
        close_loans(deal, poured, book, period)
        poured.kept_eur[period] = kept
        poured.deficit_eur[period] = deficit


def _entry(stamp: int) -> Any:
    """The function that is called from Python, kept on disk for as long as `stamp` stays the same.

    The cache of numba looks at the file of the function that is called and at what its closure holds. The stamp stands
    for the files of all that is called from here.
    """

    @njit(**ENTRY)
    def run(deal: Deal, cash: Cash, rate_shift: float, poured: Poured, book: Book) -> None:
        """Let the cash of one project flow; see `pour`."""
        assert stamp
        flow(deal, cash, rate_shift, poured, book)

    return run


_modules = (waterfall_steps, waterfall_types)
_text = b"".join(np.fromfile(str(module.__file__), np.uint8).tobytes() for module in _modules)
_run: Final = _entry(1 + int.from_bytes(_text, "little") % (2**61 - 1))  # source: a prime of Mersenne


def blank(layers: int, guarantees: int, steps: int, periods: int) -> Poured:
    """Result of a waterfall of that size, to be filled."""
    parties = layers + guarantees
    shapes = {"drawn_eur": (parties, periods), "received_eur": (parties, periods), "paid_eur": (steps, periods)}
    by_layer = ("interest_eur", "due_eur", "missed_eur", "balance_eur", "debt_reserve_eur")
    shapes |= dict.fromkeys(by_layer, (layers, periods))
    return Poured(**{name: np.zeros(shapes.get(name, (periods,))) for name in Poured._fields})


def uniform(given: Any) -> Any:
    """The same tuple with its arrays in one piece and writable, and whole numbers as floats where it asks for them.

    Any other layout or type would make numba compile anew.
    """
    whole = ("kind", "pays_from", "covers", "steps")
    values = []
    for name, value in zip(given._fields, given, strict=True):
        if isinstance(value, np.ndarray):
            values.append(np.require(value, np.int64 if name in whole else np.float64, ["C", "W"]))
        else:
            values.append(bool(value) if name == "refund" else float(value))
    return type(given)(*values)


def check(deal: Deal, periods: int) -> None:
    """Refuse arrays that do not fit together, of which compiled code would read what lies behind their ends.

    Raises
    ------
    ValueError : a shape, a step or a covered layer is not what the deal's other parts ask for, named with its value
    """
    layers, guarantees = deal.kind.size, deal.covers.size
    by_layer, by_guarantee, by_period = (layers,), (guarantees,), (periods,)
    both = (layers, periods)
    shapes = dict.fromkeys(("kind", "overrun", "rate", "floating", "pays_from", "rest"), by_layer)
    shapes |= dict.fromkeys(("draw_eur", "left_share", "debt_target_eur", "debt_fill_eur"), both)
    shapes |= dict.fromkeys(("operating_target_eur", "refresh_target_eur", "operating_fill_eur"), by_period)
    shapes |= dict.fromkeys(("covers", "cover_share", "fee_rate"), by_guarantee)
    for name, shape in shapes.items():
        if getattr(deal, name).shape != shape:
            raise ValueError(f"deal.{name} has shape {getattr(deal, name).shape}, not {shape}")
    if not ((deal.covers >= 0) & (deal.covers < layers)).all():
        raise ValueError(f"deal.covers is {deal.covers.tolist()}, but there are {layers} layers")
    if deal.steps.ndim != 2 or deal.steps.shape[1] != 2:
        raise ValueError(f"deal.steps has shape {deal.steps.shape}, not (steps, 2)")
    for what, to in deal.steps.tolist():
        size = payees(Pay(what), layers, guarantees)
        if size is not None and not 0 <= to < size:
            raise ValueError(f"step {Pay(what).name} goes to {to}, but there are {size} to choose from")


def payees(what: Pay, layers: int, guarantees: int) -> int | None:
    """Number of parties that such a step can be for; None where it names none."""
    if what in (Pay.GUARANTEE_FEE, Pay.RECOVERY):
        return guarantees
    return layers if what in (Pay.INTEREST, Pay.PRINCIPAL, Pay.DEBT_RESERVE, Pay.SWEEP, Pay.RETURN) else None


def pour(deal: Deal, cash: Cash, rate_shift: float = 0.0) -> Poured:
    """Let the cash of one project flow through its waterfall.

    Parameters
    ----------
    deal : what was agreed at financial close
    cash : what the project earns and needs
    rate_shift : added to the interest of floating layers, per period; no rate falls below 0

    Returns
    -------
    Where the cash went, float64[..., period] each [EUR].

    Raises
    ------
    ValueError : arrays that do not fit together
    """
    deal, cash = uniform(deal), uniform(cash)
    check(deal, cash.operating_eur.size)
    poured = blank(deal.kind.size, deal.covers.size, deal.steps.shape[0], cash.operating_eur.size)
    _run(deal, cash, float(rate_shift), poured, blank_book(deal.kind.size, deal.covers.size))
    return poured
