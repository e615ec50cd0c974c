"""This module owns the shocks: what the factors of risk do to the plan in each draw, and how long it then lasts."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.copula import normal_cdf
from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.kernels.waterfall_types import Base, Deal, Shocks
from gortyn.model import known
from gortyn.model.risk import FACTORS, Risk

DELAY_LIMIT_QUARTERS: Final = 20  # source: assumption: the largest mean that a scenario may state
"""Longest delay of a draw; what would begin later begins then."""


def no_shocks(draws: int, sites: int) -> Shocks:
    """Draws in which all goes as planned.

    Parameters
    ----------
    draws, sites : how many
    """
    one, of_sites = np.ones(draws), np.ones((draws, sites))
    return Shocks(one, of_sites, one.copy(), np.zeros((draws, sites)), of_sites.copy(), np.zeros(draws))


def shocks(risk: Risk, normals: NDArray[np.float64]) -> Shocks:
    """Shocks that standard normals stand for.

    Prices, demand and failures are lognormal with median 1, the shift of interest is normal, and a delay is
    exponential: its chance of being longer is that of a larger normal. No delay is longer than `DELAY_LIMIT_QUARTERS`.

    Parameters
    ----------
    risk : spreads; resolved
    normals : float64[draw, factor, site], factors in the order of `FACTORS`

    Raises
    ------
    ValueError : the risk is not resolved.

    >>> risk = Risk(chip_price_spread=0.1, power_price_spread=0, demand_spread=0, delay_mean_quarters=2,
    ...     failure_rate_spread=0, interest_spread_rate=0.01)
    >>> one = shocks(risk, np.ones((1, 6, 1)))
    >>> one.chip_price.round(4).tolist(), one.delay.round(4).tolist(), one.interest_rate.tolist()
    ([1.1052], [[3.682]], [0.0025])
    """
    of = {factor: normals[:, i] for i, factor in enumerate(FACTORS)}
    delay = -known(risk.delay_mean_quarters) * np.log(normal_cdf(-of["delay"]))
    return Shocks(
        chip_price=np.exp(known(risk.chip_price_spread) * of["chip-price"][:, 0]),
        power_price=np.exp(known(risk.power_price_spread) * of["power-price"]),
        demand=np.exp(known(risk.demand_spread) * of["demand"][:, 0]),
        delay=np.minimum(delay, DELAY_LIMIT_QUARTERS),
        failure_rate=np.exp(known(risk.failure_rate_spread) * of["failure-rate"]),
        interest_rate=known(risk.interest_spread_rate) * of["interest-rate"][:, 0] / QUARTERS_PER_YEAR,
    )


def longer(
    base: Base, deal: Deal, extra_eur: NDArray[np.float64], periods: int
) -> tuple[Base, Deal, NDArray[np.float64]]:
    """The plan with empty periods at its end, into which delayed operation can run.

    Prices go on rising as in the last period. What the deal schedules ends where it did.

    Parameters
    ----------
    base, deal : as planned
    extra_eur : planned need beside capital cost, float64[period]
    periods : how many to add, >= 0
    """
    if not periods:
        return base, deal, extra_eur

    def zeros(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([values, np.zeros((*values.shape[:-1], periods))], axis=-1)

    index = base.price_index
    growth = index[-1] / index[-2] if index.size > 1 else 1.0
    by_period = {
        name: zeros(getattr(base, name))
        for name in Base._fields
        if name not in ("energy_slope", "price_eur", "price_index", "use", "lost_share", "growth")
    }
    rising = np.concatenate([index, index[-1] * growth ** np.arange(1, periods + 1)])
    scheduled = ("draw_eur", "debt_target_eur", "operating_target_eur", "refresh_target_eur", "debt_fill_eur")
    of_deal = {name: zeros(getattr(deal, name)) for name in (*scheduled, "operating_fill_eur")}
    left = np.concatenate([deal.left_share, np.repeat(deal.left_share[:, -1:], periods, axis=1)], axis=1)
    return (
        base._replace(price_index=rising, **by_period),
        deal._replace(left_share=left, **of_deal),
        zeros(extra_eur),
    )


def extra_periods(shock: Shocks) -> int:
    """Periods that the longest delay of some draws adds to the plan."""
    return int(np.ceil(shock.delay.max(initial=0.0)))
