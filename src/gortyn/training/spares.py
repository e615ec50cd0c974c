"""This module owns how many units are in repair at once, and what that costs a run that has only so many spares."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from gortyn.training.goodput import require

BISECTIONS: Final = 100
NEGLIGIBLE: Final = 1e-18  # source: below the rounding of a double


def blocked_share(spares: int, repair_h: float, between: Callable[[float], float]) -> float:
    """Probability that a failure finds all spares in repair, when it then waits until the first repair ends.

    Nothing fails during that wait, so without it the number in repair is that of a loss system GI/M/n/n: Palm's form,
    `1 / sum_k C(n, k) prod_j (1/f(j/T) - 1)`. With failures at a constant rate it is Erlang's loss formula, and holds
    for any distribution of the repair time.

    Parameters
    ----------
    spares : n, >= 0
    repair_h : T, mean repair time [h], exponential unless failures are Poisson, > 0
    between : f, Laplace transform of the time between failures by its argument in [1/h]

    Returns
    -------
    Share in [0, 1].

    Raises
    ------
    ValueError : an argument outside its range.

    >>> poisson = lambda s: 5 / (5 + s)
    >>> round(blocked_share(10, 1.0, poisson), 4)  # tables of Erlang's loss formula at 5 erlang: 0.0184
    0.0184
    """
    require(spares >= 0, "spares", spares, ">= 0")
    require(0 < repair_h < math.inf, "repair_h", repair_h, "> 0 and finite")
    term, total = 0.0, [0.0]
    for place in range(1, spares + 1):
        repairs_per_h = place / repair_h
        seen = between(repairs_per_h) if repairs_per_h < math.inf else 0.0
        if seen <= 0:  # repairs far faster than failures, the terms outgrow a float
            return 0.0
        if seen >= 1:  # failures follow one another faster than any repair
            break
        term += math.log((spares - place + 1) / place) + math.log(1 / seen - 1)
        total.append(term)
    largest = max(total)
    return math.exp(-largest) / math.fsum(math.exp(term - largest) for term in total)


def expected_shortage(spares: int, load: float) -> float:
    """Mean number of units in repair beyond the spares, when units go on failing at the same rate: `E[(N - n)+]`.

    The number in repair is then Poisson, for any distribution of the repair time.

    Parameters
    ----------
    spares : n, >= 0
    load : failures per mean repair time, >= 0

    Raises
    ------
    ValueError : an argument outside its range.

    >>> expected_shortage(0, 3.0), round(expected_shortage(1, 1.0), 4)  # the second is 1/e
    (3.0, 0.3679)
    """
    require(spares >= 0, "spares", spares, ">= 0")
    require(0 <= load < math.inf, "load", load, ">= 0 and finite")
    if load == 0:
        return 0.0
    # Whichever tail is the short one, from its largest term outwards.
    below = spares < load
    number = spares - 1 if below else spares + 1
    probability = math.exp(number * math.log(load) - load - math.lgamma(number + 1)) if number >= 0 else 0.0
    total = 0.0
    while number >= 0:
        term = abs(number - spares) * probability
        total += term
        if term < NEGLIGIBLE * (1 + total):
            break
        probability *= number / load if below else load / (number + 1)
        number += -1 if below else 1
    return load - spares + total if below else total


def replicas_without_spare(spares: int, load: float, units: float) -> float:
    """Share of a run's replicas that wait for a spare while the others train on, when waiting ones do not fail.

    The share solves `u = E[(N - n)+] / units` with N Poisson of mean `load (1 - u)`.

    Parameters
    ----------
    spares, load : as for `expected_shortage`
    units : failures that would take out all replicas, >= 1

    Returns
    -------
    Share in [0, 1].

    >>> round(replicas_without_spare(0, 1.0, 1.0), 3)  # one unit that is up half of the time
    0.5
    """
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if expected_shortage(spares, load * (1 - middle)) / units > middle:
            low = middle
        else:
            high = middle
    return (low + high) / 2
