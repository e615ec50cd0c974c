"""This module owns when jobs arrive: the profile of day and week, the bursts of a tenant, batches and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.model.conversions import DAYS_PER_WEEK, HOURS_PER_DAY, S_PER_HOUR


def of_day(facts: Lookup) -> NDArray[np.float64]:
    """Weight of each local hour of the day among arrivals, float64[24] with mean 1; reads shapes/arrivals-hour."""
    return np.array([facts.number("shapes", "arrivals-hour", f"h{hour:02d}") for hour in range(HOURS_PER_DAY)])


def profile(start: date, hours: int, facts: Lookup, ahead_h: int = 0) -> NDArray[np.float64]:
    """Weight of each hour of the window by local hour of day and day of week, relative to a mean hour.

    Parameters
    ----------
    start : first day of the window, which begins at 00:00 UTC
    hours : length of the window [h]
    facts : catalogue; reads shapes/arrivals-hour and shapes/arrivals-weekday (d0 is Monday)
    ahead_h : hours that the local clock is ahead of UTC

    Returns
    -------
    float64[hour]
    """
    of_week = np.array([facts.number("shapes", "arrivals-weekday", f"d{day}") for day in range(DAYS_PER_WEEK)])
    hour = np.arange(hours) + ahead_h
    return of_day(facts)[hour % HOURS_PER_DAY] * of_week[(start.weekday() + hour // HOURS_PER_DAY) % DAYS_PER_WEEK]


@dataclass(frozen=True, slots=True)
class Batches:
    """How many jobs are sent together: mostly one, now and then a sweep of a geometric number.

    Attributes
    ----------
    share : share of the submissions that are sweeps, 0 to 1
    jobs : mean number of jobs of a sweep, >= 1
    """

    share: float = 0.0
    jobs: float = 1.0

    @property
    def mean(self) -> float:
        """Mean number of jobs of a submission."""
        return 1 + self.share * (self.jobs - 1)

    @property
    def dispersion(self) -> float:
        """Variance over mean of the number of jobs in a time, if submissions are a Poisson process."""
        return (1 + (self.mean - 1) * (2 * self.jobs + 1)) / self.mean


def sweeps(share_within_1s: float, sweep_jobs: float) -> Batches:
    """Batches in which the given share of all jobs, at most 1 - 1 / `sweep_jobs`, is sent right after another one.

    >>> round(sweeps(0.114, 37.7).mean, 3)
    1.129
    """
    if sweep_jobs <= 1:
        return Batches()
    further = share_within_1s / max(1 - share_within_1s, 1 / sweep_jobs)
    return Batches(min(1.0, further / (sweep_jobs - 1)), sweep_jobs)


@dataclass(frozen=True, slots=True)
class Bursts:
    """How the rate of submissions of one group of users varies beyond the profile.

    Attributes
    ----------
    shape : of the gamma distribution of the hourly rate, > 0; its variance is 1 / shape
    autocorrelation : of neighbouring hours, 0 <= autocorrelation < 1
    jobs_per_hour : of the group
    """

    shape: float
    autocorrelation: float
    jobs_per_hour: float

    def of(self, jobs_per_hour: float) -> Bursts:
        """Bursts of a tenant that sends so many jobs: a busy one is as many independent groups as it takes.

        A sum of n independent gamma processes of one autocorrelation is one of n times the shape: users do not all
        hurry at the same time, and a tenant of ten times the jobs is less bursty than ten times one group.
        """
        groups = max(1.0, jobs_per_hour / self.jobs_per_hour)
        return Bursts(self.shape * groups, self.autocorrelation, self.jobs_per_hour * groups)


def read_bursts(facts: Lookup) -> Bursts:
    """The bursts behind the counts of the catalogue.

    What was measured are hourly counts, with the noise of single submissions and of sweeps in them. Relative to a mean
    of m jobs an hour, counts of dispersion D have the variance V = 1/shape + D/m, of which D/m is not correlated from
    one hour to the next. The catalogue states the shape as if D were 1, and the autocorrelation of the counts.

    Parameters
    ----------
    facts : catalogue; reads gamma_shape, autocorrelation and jobs_per_hour of shapes/arrivals-burst, and its sweeps

    Raises
    ------
    ValueError : the sweeps alone are burstier than the counts.
    """
    shape, autocorrelation, jobs = (
        facts.number("shapes", "arrivals-burst", field) for field in ("gamma_shape", "autocorrelation", "jobs_per_hour")
    )
    of_rate = 1 / shape - (read_sweeps(facts).dispersion - 1) / jobs
    correlated = autocorrelation * (1 / shape + 1 / jobs)
    if not 0 <= correlated < of_rate:
        message = f"shapes/arrivals-burst: no hourly rate has variance {of_rate:.3g} and covariance {correlated:.3g}"
        raise ValueError(message)
    return Bursts(1 / of_rate, correlated / of_rate, jobs)


def read_sweeps(facts: Lookup, among_share: float = 1.0) -> Batches:
    """The sweeps of the catalogue; reads share_within_1s and sweep_jobs of shapes/arrivals-burst.

    Parameters
    ----------
    facts : catalogue
    among_share : share of all jobs among which the sweeps are, > 0
    """
    within, jobs = (facts.number("shapes", "arrivals-burst", field) for field in ("share_within_1s", "sweep_jobs"))
    return sweeps(within / max(among_share, within), jobs)


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


def draw_batches(
    rng: np.random.Generator, jobs_per_hour: NDArray[np.float64], batches: Batches
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Submissions as a Poisson process whose rate changes by the hour, to the second, and the jobs of each.

    Parameters
    ----------
    rng : source of the draws
    jobs_per_hour : float64[hour], expected jobs of each hour
    batches : how many are sent together

    Returns
    -------
    Seconds, int64[batch], sorted by hour but not within the hour; and jobs, int64[batch].
    """
    hour = np.repeat(np.arange(jobs_per_hour.size), rng.poisson(jobs_per_hour / batches.mean))
    submit_s = hour * S_PER_HOUR + rng.integers(0, S_PER_HOUR, hour.size)
    jobs = np.ones(hour.size, np.int64)
    if batches.mean > 1:
        swept = np.flatnonzero(rng.random(hour.size) < batches.share)
        jobs[swept] = rng.geometric(1 / batches.jobs, swept.size)
    return submit_s, jobs


def spread(rng: np.random.Generator, submit_s: NDArray[np.int64], jobs: NDArray[np.int64]) -> NDArray[np.int32]:
    """Submission of each job of batches, int32[job]: in the second of its batch or, half of the further ones, the next.

    The last second of an hour has no next one, so that no job comes in an hour for which it was not drawn.
    """
    each_s = np.repeat(submit_s.astype(np.int32), jobs)
    further = np.ones(each_s.size, np.bool_)
    further[np.cumsum(jobs) - jobs] = False
    places = np.flatnonzero(further)
    late = rng.integers(0, 2, places.size, np.int32)
    each_s[places] += np.where(each_s[places] % S_PER_HOUR == S_PER_HOUR - 1, 0, late).astype(np.int32)
    return each_s
