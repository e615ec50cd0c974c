"""This module owns Slurm's multifactor priority and its classic fair share, as numbers in and a number out.

Both are those of Slurm's plugin priority/multifactor with `NO_FAIR_TREE`; a test holds them to what its daemons print.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gortyn.kernels.cluster_state import INNER

BASE = np.array([2.0])


@njit(**INNER)
def weigh(
    age_weight: float,
    waited_s: float,
    age_s: float,
    fair_weight: float,
    fair: float,
    size_weight: float,
    size: float,
    qos_weight: float,
    qos: float,
) -> float:
    """Priority of a waiting job: the sum of its weighted factors, each between 0 and 1; Slurm cuts off the decimals."""
    value = age_weight * min(1.0, max(0, waited_s) / age_s)
    value += fair_weight * fair
    value += size_weight * size
    value += qos_weight * qos
    return value


@njit(**INNER)
def effective_usage(own: float, above: float, portion: float, below_root: bool) -> float:
    """What an account is held to have used: its own share of all use, and its portion of its siblings'.

    Parameters
    ----------
    own : share of all use, 0 to 1
    above : effective usage of the account above
    portion : shares of the account, as a part of those of its siblings and itself
    below_root : whether the account above is the root, whose accounts are held to their own use alone
    """
    return own if below_root else own + (above - own) * portion


@njit(**INNER)
def fair_factor(effective: float, norm: float, base: float) -> float:
    """Fair-share factor, 1 where nothing was used and 1/2 at the promised share; `base` is 2.

    The base is no constant, because the compiler would turn a power of two into another function.
    """
    return math.pow(base, -effective / norm)


@njit(cache=True)
def _factors(
    parents: NDArray[np.int32], shares: NDArray[np.float64], used: NDArray[np.float64], base: NDArray[np.float64]
) -> NDArray[np.float64]:
    count = parents.size
    total_used, siblings = used.copy(), np.zeros(count)
    for a in range(count - 1, 0, -1):
        total_used[parents[a]] += total_used[a]
    for a in range(1, count):
        siblings[parents[a]] += shares[a]
    norm, effective, factors = np.ones(count), np.ones(count), np.ones(count)
    if total_used[0] == 0.0:
        return factors
    for a in range(1, count):
        portion = shares[a] / siblings[parents[a]]
        norm[a] = norm[parents[a]] * portion
        own = total_used[a] / total_used[0]
        effective[a] = effective_usage(own, float(effective[parents[a]]), portion, bool(parents[a] == 0))
        factors[a] = fair_factor(effective[a], norm[a], base[0])
    return factors


@njit(cache=True)
def priority_of(weights: NDArray[np.float64], age_s: float, factors: NDArray[np.float64]) -> float:
    """Priority of a job, see `weigh`.

    Parameters
    ----------
    weights : float64[4]: of age, fair share, size and quality of service
    age_s : waiting time after which age counts in full [s]
    factors : float64[4]: time waited [s], fair share, size, quality of service
    """
    return weigh(weights[0], factors[0], age_s, weights[1], factors[1], weights[2], factors[2], weights[3], factors[3])


def fair_factors(
    parents: NDArray[np.int32], shares: NDArray[np.float64], used: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fair-share factor of every account of a tree.

    Parameters
    ----------
    parents : int32[account], parents before their children; the first is the root, its parent -1
    shares : float64[account], > 0, relative to those of siblings
    used : float64[account], >= 0: decayed use charged to the account itself, in any unit

    Returns
    -------
    float64[account], 0 to 1; all 1 where nothing was used.

    The accounts of the example in the documentation of Slurm's classic algorithm: A (40 shares; below it B with 30 and
    C with 10) and D (60).

    >>> tree = np.array([-1, 0, 1, 1, 0], np.int32), np.array([1.0, 40.0, 30.0, 10.0, 60.0])
    >>> fair_factors(*tree, np.array([30.0, 0.0, 20.0, 25.0, 25.0])).round(3)[2:].tolist()
    [0.408, 0.125, 0.749]
    """
    return _factors(parents, shares, used, BASE)
