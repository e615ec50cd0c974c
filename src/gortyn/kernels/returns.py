"""This module owns the internal rates of return of many series of payments at once."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

NONE = 0
FOUND = 1
UNSURE = 2


@njit(cache=True, nogil=True)
def internal_rates(flow: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Rate per period at which the present value of each series is 0, where there can be one rate only.

    One change of sign, from payments in to payments out, leaves one rate (Descartes' rule). Of several changes, a sum
    of payments that turns once, and for good, from loss to gain leaves one rate above 0 (Norstrom 1972, "A sufficient
    condition for a unique nonnegative internal rate of return"); that one is taken. Found by Newton's method, held
    between bounds by bisection.

    Parameters
    ----------
    flow : payments, negative where paid in, float64[series, period]

    Returns
    -------
    rate : per period, > -1; nan unless found, float64[series]
    state : `FOUND`; `NONE` where all payments have one sign; `UNSURE` where there may be several, int64[series]
    """
    count = flow.shape[0]
    rate = np.full(count, math.nan)
    state = np.zeros(count, dtype=np.int64)
    # Draws resemble each other: the search begins where the last one ended.
    start = 1.0
    for i in range(count):
        state[i] = _kind(flow[i])
        if state[i] == FOUND:
            factor = _discount_factor(flow[i], start)
            if factor > 0:
                rate[i] = 1 / factor - 1
                start = factor
            else:
                state[i] = UNSURE
    return rate, state


@njit(cache=True, nogil=True)
def _kind(flow: NDArray[np.float64]) -> int:
    """Whether a series has no rate, one that is sought, or perhaps several."""
    changes, turns = 0, 0
    before, total, above, positive, negative = 0.0, 0.0, False, False, False
    for value in flow:
        if value == 0:
            continue
        if before != 0 and (before > 0) != (value > 0):
            changes += 1
        before = value
        positive |= value > 0
        negative |= value < 0
        total += value
        if (total > 0) != above:
            turns += 1
            above = not above
    if not (positive and negative):
        return NONE
    first_is_paid_in = (before > 0) == (changes % 2 == 1)
    if not first_is_paid_in:
        return UNSURE
    return FOUND if changes == 1 or (above and turns == 1) else UNSURE


@njit(cache=True, nogil=True)
def _value(flow: NDArray[np.float64], factor: float) -> tuple[float, float]:
    """Present value at a discount factor per period, and its derivative."""
    value, slope = 0.0, 0.0
    for k in range(flow.size - 1, -1, -1):
        slope = slope * factor + value
        value = value * factor + flow[k]
    return value, slope


@njit(cache=True, nogil=True)
def _discount_factor(flow: NDArray[np.float64], start: float) -> float:
    """Discount factor at which a series that is below 0 at small factors first comes to 0; 0 if out of reach."""
    # Newton doubles the digits with each step: after one smaller than this, all digits stand.
    steps, tolerance = 100, 1e-9
    low, high = 0.0, 1.0
    # A factor above 1 is a rate below 0; 1,024 would be all but a thousandth lost in each period.
    doublings = 0
    while _value(flow, high)[0] < 0:
        doublings += 1
        if doublings > 10:  # source: as said above
            return 0.0
        low, high = high, 2 * high
    factor = start if low < start < high else high
    for _ in range(steps):
        value, slope = _value(flow, factor)
        if value < 0:
            low = factor
        else:
            high = factor
        step = factor - value / slope if slope > 0 else -1.0
        if step <= 0 or not low <= step <= high:
            step = (low + high) / 2
        moved, factor = abs(step - factor), step
        if moved <= tolerance * factor:
            break
    return factor
