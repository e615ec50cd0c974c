"""This module owns the closed forms of goodput: the share of time that a run spends on new steps, given failures.

A failure rate counts on one of two clocks, and at a hundred thousand chips they give different answers. On the
`running` clock a failure comes at a rate per hour in which the machine tries to run, restarts included, as rates that
come from node hardware do. On the `observed` clock the mean time between failures is what somebody read off the
wall-clock of a real run, lost time included: a restart of 10 minutes in every 18 leaves 8 minutes in which to fail.

These forms know one kind of checkpoint and one kind of restart; `gortyn.training.assessment` has the rest.
"""

from __future__ import annotations

import math
from typing import Final, Literal

from gortyn.model.conversions import HOURS_PER_DAY

Clock = Literal["observed", "running"]

# Published rates per thousand node-days count nodes of this many chips.
CHIPS_PER_COUNTED_NODE: Final = 8  # source: Kokolis et al. 2025 (arXiv:2410.21680), DGX nodes
NODE_DAYS_OF_RATE: Final = 1e3  # unit: rates are per 1000 node-days
NEWTON_STEPS: Final = 100
CLOSE_ENOUGH: Final = 1e-14  # source: below the rounding of the equation that is solved


def mttf_hours(rate_per_1000_node_days: float, chips: int, chips_per_node: int = CHIPS_PER_COUNTED_NODE) -> float:
    """Mean time between interruptions of a run that needs all its chips [h]; infinite where nothing fails.

    Parameters
    ----------
    rate_per_1000_node_days : interruptions per thousand days of a node, >= 0
    chips : chips of the run, > 0; part of a node fails in proportion
    chips_per_node : chips of the node that the rate counts, > 0

    Raises
    ------
    ValueError : an argument outside its range.

    >>> round(mttf_hours(6.5, 16384), 1), round(mttf_hours(6.5, 131072), 2)  # published: 1.8 and 0.23
    (1.8, 0.23)
    """
    require(0 <= rate_per_1000_node_days < math.inf, "rate_per_1000_node_days", rate_per_1000_node_days, ">= 0")
    require(chips > 0, "chips", chips, "> 0")
    require(chips_per_node > 0, "chips_per_node", chips_per_node, "> 0")
    per_hour = rate_per_1000_node_days / NODE_DAYS_OF_RATE / HOURS_PER_DAY * chips / chips_per_node
    return 1 / per_hour if per_hour else math.inf


def goodput(mttf_h: float, restart_h: float, interval_h: float, write_h: float, clock: Clock) -> float:
    """Expected share of wall-clock time spent on new training steps under periodic checkpoints.

    Failures are Poisson; each loses what was done since the last checkpoint. On the running clock they may strike
    during a restart as well (Daly 2006, exact renewal form): `(t/M) / (exp(R/M) (exp((t + w)/M) - 1))`. On the observed
    clock M hours of wall-clock hold one failure and its restart, so they come at a rate of `1/(M - R)` in the time
    between restarts: `t / (M (exp((t + w)/(M - R)) - 1))`, and 0 where a restart takes all of M.

    Parameters
    ----------
    mttf_h : M, mean time between failures on the given clock [h], > 0, may be infinite
    restart_h : R, time from a failure to the first new step [h], >= 0
    interval_h : t, training time between checkpoints [h], finite, >= 0
    write_h : w, time that a checkpoint blocks training [h], >= 0
    clock : what the failure rate counts on

    Returns
    -------
    Share in [0, 1].

    Raises
    ------
    ValueError : an argument outside its range, named with its value.

    >>> round(goodput(1.847, 5 / 60, 1.0, 0.0, "running"), 2)
    0.72
    >>> round(goodput(18 / 60, 10 / 60, 0.0, 0.0, "observed"), 2)
    0.44
    """
    _require_times(mttf_h, restart_h, write_h)
    require(0 <= interval_h < math.inf, "interval_h", interval_h, ">= 0 and finite")
    exposed_h = _exposed_h(mttf_h, restart_h, clock)
    if exposed_h <= 0:
        return 0.0
    up = exposed_h / mttf_h if clock == "observed" and mttf_h < math.inf else math.exp(-restart_h / mttf_h)
    written = interval_h / (interval_h + write_h) if write_h > 0 else 1.0
    return written * kept((interval_h + write_h) / exposed_h) * up


def first_order_goodput(mttf_h: float, restart_h: float, interval_h: float, write_h: float) -> float:
    """First order of `goodput` on either clock: each failure loses a restart and half an interval.

    `(1 - (R + t/2)/M) / (1 + w/t)`, never below 0 (Kokolis et al. 2025, arXiv:2410.21680). Good while a failure is rare
    within an interval and a restart; at 100,000 chips it is a few points too low.

    Parameters
    ----------
    mttf_h, restart_h, interval_h, write_h : as for `goodput`

    Returns
    -------
    Share in [0, 1].

    Raises
    ------
    ValueError : an argument outside its range, named with its value.

    >>> round(first_order_goodput(1.847, 5 / 60, 1.0, 0.0), 3)
    0.684
    """
    _require_times(mttf_h, restart_h, write_h)
    require(0 <= interval_h < math.inf, "interval_h", interval_h, ">= 0 and finite")
    written = interval_h / (interval_h + write_h) if write_h > 0 else 1.0
    return written * max(0.0, 1 - (restart_h + interval_h / 2) / mttf_h)


def young_interval_h(mttf_h: float, write_h: float) -> float:
    """First order of the best time between checkpoints [h]: `sqrt(2 w M)` (Young 1974).

    Parameters
    ----------
    mttf_h, write_h : as for `goodput`

    Raises
    ------
    ValueError : an argument outside its range, named with its value.

    >>> round(60 * young_interval_h(3.093, 60 / 3600), 1)
    19.3
    """
    _require_times(mttf_h, 0.0, write_h)
    return math.sqrt(2 * write_h * mttf_h) if write_h > 0 else 0.0


def optimal_interval_h(mttf_h: float, restart_h: float, write_h: float, clock: Clock) -> float:
    """Time between checkpoints that makes goodput largest [h]; 0 where a checkpoint costs nothing.

    The solution of `t/m = 1 - exp(-(t + w)/m)`, of which `young_interval_h` is the first order. On the running clock m
    is the mean time between failures and the restart plays no part; on the observed clock m is M - R.

    Parameters
    ----------
    mttf_h, restart_h, write_h, clock : as for `goodput`

    Raises
    ------
    ValueError : an argument outside its range, named with its value.

    >>> round(60 * optimal_interval_h(1e4, 0.1, 1 / 60, "running"))  # Young: sqrt(2 w M) = 1095
    1095
    """
    _require_times(mttf_h, restart_h, write_h)
    exposed_h = _exposed_h(mttf_h, restart_h, clock)
    return best_interval(1 / exposed_h, write_h) if exposed_h > 0 else 0.0


def best_interval(hazard_per_h: float, write_h: float) -> float:
    """Interval t that solves `h t = 1 - exp(-h (t + w))` [h]; 0 where a write is free, infinite without failures.

    Parameters
    ----------
    hazard_per_h : h, failures that fall back on the checkpoint, per hour [1/h], >= 0
    write_h : w, time that a checkpoint takes [h], >= 0
    """
    if write_h == 0:
        return 0.0
    write = write_h * hazard_per_h
    if write == 0:
        return math.inf
    # Newton's method from above: the function is convex, so each step stays above the root.
    interval = 1.0
    for _ in range(NEWTON_STEPS):
        passed = -math.expm1(-(interval + write))
        step = (interval - passed) / passed
        interval -= step
        if abs(step) <= CLOSE_ENOUGH * interval:
            break
    return interval / hazard_per_h


def kept(segment: float) -> float:
    """Share of running time that is not run again: `s / (exp(s) - 1)` for s failures expected in a segment, >= 0.

    The form with decaying exponentials cannot overflow; where the segment vanishes, nothing is lost in it.
    """
    return segment * math.exp(-segment) / -math.expm1(-segment) if segment > 0 else 1.0


def require(holds: bool, name: str, value: float, condition: str) -> None:
    """Raise a ValueError that names an argument with its value and its range, unless the condition holds."""
    if not holds:
        message = f"{name} is {value}, must be {condition}"
        raise ValueError(message)


def _require_times(mttf_h: float, restart_h: float, write_h: float) -> None:
    require(mttf_h > 0, "mttf_h", mttf_h, "> 0")
    require(0 <= restart_h < math.inf, "restart_h", restart_h, ">= 0 and finite")
    require(0 <= write_h < math.inf, "write_h", write_h, ">= 0 and finite")


def _exposed_h(mttf_h: float, restart_h: float, clock: Clock) -> float:
    """Mean time between failures on the clock of the time in which they can strike [h]; not positive where none is."""
    return mttf_h - restart_h if clock == "observed" else mttf_h
