"""This module owns the choice of typical weeks: few weeks of a year, with weights, that stand for all of it."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import HOURS_PER_WEEK, HOURS_PER_YEAR


class TypicalWeeks(NamedTuple):
    """Weeks that stand for a year.

    Attributes
    ----------
    hours : int64[week * 168], hours of the window, week after week
    weight : float64[week], weeks of a year that each stands for; they sum to 8,760 / 168 = 52.14
    """

    hours: NDArray[np.int64]
    weight: NDArray[np.float64]


def typical_weeks(series: NDArray[np.float64], weeks: int) -> TypicalWeeks:
    """Choose whole weeks that stand for all others, by k-medoids on their means.

    Two weeks are as far apart as their means are in every series, each series counted in the standard deviation of its
    weeks. (Duration curves in place of means gave twice the error in the share of a load that plants cover.) The
    medoids are found by the BUILD and SWAP steps of Kaufman and Rousseeuw (1990), ties to the earlier week, so that the
    same series always give the same weeks. Being weeks that were, they keep what belongs together in their hours.

    Parameters
    ----------
    series : float64[series, hour]; hours after the last whole week are looked at by nobody
    weeks : how many to choose, >= 1; all of them where there are no more

    Raises
    ------
    ValueError : fewer hours than a week, or no week asked for.

    >>> chosen = typical_weeks(np.repeat([[1.0, 1.0, 5.0]], 168, axis=1), 2)
    >>> chosen.hours[::168].tolist(), [round(weight, 2) for weight in chosen.weight.tolist()]
    ([0, 336], [34.76, 17.38])
    """
    count = series.shape[1] // HOURS_PER_WEEK
    if count < 1 or weeks < 1:
        raise ValueError(f"{weeks} typical weeks of {series.shape[1]} hours: give at least one of at least 168")
    means = series[:, : count * HOURS_PER_WEEK].reshape(len(series), count, HOURS_PER_WEEK).mean(axis=2)
    spread = means.std(axis=1, keepdims=True)
    points = np.divide(means, spread, out=np.zeros_like(means), where=spread > 0).T
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    medoids = np.sort(_medoids(apart, min(weeks, count)))
    members = np.bincount(apart[:, medoids].argmin(axis=1), minlength=len(medoids))
    hours = (medoids[:, None] * HOURS_PER_WEEK + np.arange(HOURS_PER_WEEK)).ravel()
    return TypicalWeeks(hours, members / count * HOURS_PER_YEAR / HOURS_PER_WEEK)


def keep_mean(
    values: NDArray[np.float64], chosen: TypicalWeeks, *, shift: bool = False, top: float | None = None
) -> NDArray[np.float64]:
    """Hours of the typical weeks, moved so that their weighted mean is that of all hours.

    Parameters
    ----------
    values : float64[hour], of the whole window
    chosen : typical weeks of it
    shift : whether an amount is added (prices, which may be negative) in place of a factor (power, shares)
    top : what no value may exceed; the mean is then met as far as that lets it

    Returns
    -------
    float64[week * 168]
    """
    part = values[chosen.hours]
    mean = float(np.average(part, weights=np.repeat(chosen.weight, HOURS_PER_WEEK)))
    wanted = float(values.mean())
    if shift:
        return part + (wanted - mean)
    scaled = part * (wanted / mean) if mean else part
    return scaled if top is None else np.minimum(scaled, top)


def _medoids(apart: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """BUILD: add the point that helps most, one by one; SWAP: exchange while the sum of distances falls."""
    chosen: list[int] = []
    for _ in range(count):
        reached = apart[:, chosen].min(axis=1) if chosen else np.full(len(apart), np.inf)
        sums = np.minimum(apart, reached[:, None]).sum(axis=0)
        sums[chosen] = np.inf
        chosen.append(int(sums.argmin()))
    best = apart[:, chosen].min(axis=1).sum()
    while True:
        found = None
        for place in range(count):
            others = chosen[:place] + chosen[place + 1 :]
            reached = apart[:, others].min(axis=1) if others else np.full(len(apart), np.inf)
            sums = np.minimum(apart, reached[:, None]).sum(axis=0)
            sums[others] = np.inf
            point = int(sums.argmin())
            if sums[point] < best * (1 - SLACK):
                best, found = sums[point], (place, point)
        if found is None:
            return np.array(chosen, np.int64)
        chosen[found[0]] = found[1]


SLACK: Final = 1e-9
"""What rounding may make of two equal sums."""
