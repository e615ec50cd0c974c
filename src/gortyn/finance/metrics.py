"""This module owns the measures of a series of payments: present value, internal rate of return, payback, annuity."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyxirr
from numpy.typing import ArrayLike, NDArray

QUARTERS_PER_YEAR: Final = 4  # source: definition


def periodic_rate(rate: float, periods_per_year: int = QUARTERS_PER_YEAR) -> float:
    """Rate per period that compounds to an effective annual rate: ``(1 + rate)^(1 / n) - 1``.

    >>> round(periodic_rate(0.0824321600), 9)
    0.02
    """
    return (1 + rate) ** (1 / periods_per_year) - 1


def nominal(real_rate: float, inflation_rate: float) -> float:
    """Rate per year of money as it is paid, inflation included: ``(1 + real) (1 + inflation) - 1``."""
    return (1 + real_rate) * (1 + inflation_rate) - 1


def present(rate: float, flows: ArrayLike, periods_per_year: int = QUARTERS_PER_YEAR) -> NDArray[np.float64]:
    """Present value of each series of payments at its first, as of `npv`; sums the last axis.

    Parameters
    ----------
    rate : effective annual discount rate, > -1
    flows : float64[..., period]
    periods_per_year : 4 for quarters

    >>> present(0.1, [[-100, 0, 0, 0, 121], [1, 0, 0, 0, 0]]).round(9).tolist()
    [10.0, 1.0]
    """
    payments = np.asarray(flows, dtype=np.float64)
    factors = (1 + rate) ** (-np.arange(payments.shape[-1]) / periods_per_year)
    # Not a matrix product, whose rounding depends on how many series there are.
    return (payments * factors).sum(axis=-1)


def npv(rate: float, flows: ArrayLike, periods_per_year: int = QUARTERS_PER_YEAR) -> float:
    """Net present value at the first flow: ``sum(flow_k / (1 + rate)^(k / periods_per_year))``, k = 0, 1, ...

    Parameters
    ----------
    rate : effective annual discount rate, > -1
    flows : one payment per period; the first is not discounted
    periods_per_year : 4 for quarters

    Raises
    ------
    ValueError : the rate is -100 % or less.

    >>> round(npv(0.1, [-100, 0, 0, 0, 121]), 9)
    10.0
    """
    if rate <= -1:
        message = f"rate must be more than -1, got {rate}"
        raise ValueError(message)
    return float(present(rate, flows, periods_per_year))


def irr(flows: ArrayLike, periods_per_year: int = QUARTERS_PER_YEAR) -> float:
    """Internal rate of return as an effective annual rate: the rate at which the net present value is 0.

    Parameters
    ----------
    flows : one payment per period; negative where money is paid in
    periods_per_year : 4 for quarters

    Returns
    -------
    The rate, > -1; nan where none exists, as for payments of one sign. Where the payments change sign more than once
    there may be several; then the one that pyxirr finds first.

    >>> round(irr([-100, 0, 0, 0, 110]), 9)
    0.1
    """
    payments = np.asarray(flows, dtype=np.float64)
    if not ((payments < 0).any() and (payments > 0).any()):
        return float("nan")
    # Divided by the largest payment, so that the solver's tolerance is relative.
    per_period: float | None = pyxirr.irr(payments / np.abs(payments).max(), silent=True)
    if per_period is None or not per_period > -1:
        return float("nan")
    return (1 + per_period) ** periods_per_year - 1


def annuity(principal_eur: float, rate_per_period: float, periods: int) -> float:
    """Level payment at the end of each period that repays a loan with interest: ``P r / (1 - (1 + r)^-n)``.

    Parameters
    ----------
    principal_eur : loan [EUR]
    rate_per_period : interest per period, > -1; at 0 the payment is ``P / n``
    periods : number of payments, >= 1

    >>> round(annuity(1000, 0.01, 12), 2)
    88.85
    """
    if not rate_per_period:
        return principal_eur / periods
    return principal_eur * rate_per_period / (1 - (1 + rate_per_period) ** -periods)


def payback_years(flows: ArrayLike, periods_per_year: int = QUARTERS_PER_YEAR) -> float:
    """Years from the start of the first period until the undiscounted sum of payments is no longer negative for good.

    Payments are taken as even within the period in which the sum turns.

    Parameters
    ----------
    flows : one payment per period
    periods_per_year : 4 for quarters

    Returns
    -------
    Years; 0 where the sum is never negative, nan where it is negative at the end.

    >>> payback_years([-100, 50, 100, 100])
    0.625
    """
    total = np.cumsum(np.asarray(flows, dtype=np.float64))
    negative = np.flatnonzero(total < 0)
    if not negative.size:
        return 0.0
    last = int(negative[-1])
    if last == total.size - 1:
        return float("nan")
    part = -total[last] / (total[last + 1] - total[last])
    return float((last + 1 + part) / periods_per_year)


def levelised_eur(
    rate: float, cost_eur: ArrayLike, amount: ArrayLike, periods_per_year: int = QUARTERS_PER_YEAR
) -> float:
    """Levelised cost of a unit: present value of all costs over present value of all units.

    The price that, paid for every unit, makes the net present value 0 (Short, Packey, Holt 1995, NREL/TP-462-5173).

    Parameters
    ----------
    rate : effective annual discount rate, > -1
    cost_eur : cost of each period, net of what is left over at the end [EUR]
    amount : units of each period, in physical units (not money)
    periods_per_year : 4 for quarters

    Returns
    -------
    EUR per unit; nan where there are no units.

    >>> round(levelised_eur(0.1, [120, 0, 0, 0, 0], [0, 0, 0, 0, 110]), 9)
    1.2
    """
    units = npv(rate, amount, periods_per_year)
    return npv(rate, cost_eur, periods_per_year) / units if units else float("nan")
