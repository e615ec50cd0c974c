"""This module owns the internal rates of return of many draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.metrics import QUARTERS_PER_YEAR, irr


def irrs(flows: NDArray[np.float64], periods_per_year: int = QUARTERS_PER_YEAR) -> NDArray[np.float64]:
    """Internal rate of return of each series as an effective annual rate, as `metrics.irr` gives for one.

    Series that can have one rate only, by the signs of their payments, are solved by the kernel; the others by
    `metrics.irr` one by one.

    Parameters
    ----------
    flows : payments, negative where paid in, float64[series, period]
    periods_per_year : 4 for quarters

    Returns
    -------
    Rates, > -1; nan where none exists; -1 where money is paid in and nothing at all comes back, float64[series].

    >>> irrs(np.array([[-100.0, 0, 0, 0, 110], [-100, 0, 0, 0, 0], [0, 0, 0, 0, 0]])).round(9).tolist()
    [0.1, -1.0, nan]
    """
    from gortyn.kernels.returns import UNSURE, internal_rates

    flows = np.ascontiguousarray(flows, dtype=np.float64)
    per_period, state = internal_rates(flows)
    rates = (1 + per_period) ** periods_per_year - 1
    for i in np.flatnonzero(state == UNSURE):
        rates[i] = irr(flows[i], periods_per_year)
    rates[(flows < 0).any(axis=1) & ~(flows > 0).any(axis=1)] = -1
    return rates
