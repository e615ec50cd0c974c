"""This module owns when jobs arrive: the profile of day and week, the bursts of a tenant and the counts per hour."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup

HOURS_PER_DAY: Final = 24
DAYS_PER_WEEK: Final = 7
S_PER_HOUR: Final = 3600


def profile(start: date, hours: int, facts: Lookup) -> NDArray[np.float64]:
    """Weight of each hour of the window by hour of day and day of week, relative to a mean hour.

    Parameters
    ----------
    start : first day of the window
    hours : length of the window [h]
    facts : catalogue; reads shapes/arrivals-hour and shapes/arrivals-weekday (d0 is Monday)

    Returns
    -------
    float64[hour]
    """
    of_day = np.array([facts.number("shapes", "arrivals-hour", f"h{hour:02d}") for hour in range(HOURS_PER_DAY)])
    of_week = np.array([facts.number("shapes", "arrivals-weekday", f"d{day}") for day in range(DAYS_PER_WEEK)])
    hour = np.arange(hours)
    return of_day[hour % HOURS_PER_DAY] * of_week[(start.weekday() + hour // HOURS_PER_DAY) % DAYS_PER_WEEK]


def bursts(rng: np.random.Generator, hours: int, shape: float, autocorrelation: float) -> NDArray[np.float64]:
    """Hourly factors of a tenant's rate: an autoregressive process whose values are gamma distributed with mean 1.

    x[t] = b[t] x[t-1] + g[t] with b beta and g gamma distributed, so that each x is gamma distributed with the given
    shape and the correlation over n hours is autocorrelation**n (Lewis, McKenzie and Hugus 1989).

    Parameters
    ----------
    rng : source of the draws
    hours : how many
    shape : of the gamma distribution, > 0; the variance is 1 / shape
    autocorrelation : of neighbouring hours, 0 <= autocorrelation < 1

    Returns
    -------
    float64[hour]
    """
    if autocorrelation == 0:
        return rng.gamma(shape, 1 / shape, hours)
    kept = rng.beta(shape * autocorrelation, shape * (1 - autocorrelation), hours)
    fresh = rng.gamma(shape * (1 - autocorrelation), 1 / shape, hours)
    last = rng.gamma(shape, 1 / shape)
    factors = np.empty(hours)
    for hour, (share, new) in enumerate(zip(kept.tolist(), fresh.tolist(), strict=True)):
        last = share * last + new
        factors[hour] = last
    return factors


def draw_submit_s(rng: np.random.Generator, jobs_per_hour: NDArray[np.float64]) -> NDArray[np.int64]:
    """Submission of jobs that arrive as a Poisson process whose rate changes by the hour, to the second.

    Parameters
    ----------
    rng : source of the draws
    jobs_per_hour : float64[hour], expected jobs of each hour

    Returns
    -------
    int64[job], sorted by hour but not within the hour [s]
    """
    hour = np.repeat(np.arange(jobs_per_hour.size), rng.poisson(jobs_per_hour))
    return hour * S_PER_HOUR + rng.integers(0, S_PER_HOUR, hour.size)
