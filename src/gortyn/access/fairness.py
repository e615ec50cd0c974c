"""This module owns the measures of how evenly something is shared."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def gini(shares: ArrayLike) -> float:
    """Gini coefficient: half the mean absolute difference over the mean (Gini 1912).

    Computed from the ordered values as ``sum((2 i - n - 1) x_i) / (n sum(x))``, i = 1..n.

    Parameters
    ----------
    shares : what each one receives, >= 0, any length

    Returns
    -------
    0 where all receive the same (also where all receive nothing), (n - 1) / n where one receives everything; nan for
    no values.

    Raises
    ------
    ValueError : a value is negative.

    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 5])
    (0.0, 0.75)
    """
    values = np.sort(_checked(shares))
    count, total = values.size, values.sum()
    if not count:
        return float("nan")
    if not total:
        return 0.0
    rank = np.arange(1, count + 1)
    return float(((2 * rank - count - 1) * values).sum() / (count * total))


def jain(shares: ArrayLike) -> float:
    """Jain's fairness index ``sum(x)^2 / (n sum(x^2))`` (Jain, Chiu, Hawe 1984, DEC-TR-301).

    Parameters
    ----------
    shares : what each one receives, >= 0, any length

    Returns
    -------
    1 where all receive the same (also where all receive nothing), 1 / n where one receives everything; nan for no
    values.

    Raises
    ------
    ValueError : a value is negative.

    >>> jain([1, 1, 1, 1]), jain([0, 0, 0, 5])
    (1.0, 0.25)
    """
    values = _checked(shares)
    if not values.size:
        return float("nan")
    largest = values.max()
    if not largest:
        return 1.0
    relative = values / largest
    return float(relative.sum() ** 2 / (values.size * (relative**2).sum()))


def _checked(shares: ArrayLike) -> np.ndarray:
    values = np.asarray(shares, dtype=np.float64)
    if (values < 0).any():
        message = f"shares must not be negative, got {values.min()}"
        raise ValueError(message)
    return values
