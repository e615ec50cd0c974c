"""This module owns goodput: the share of time that a run spends on new steps, given failures and checkpoints.

A failure rate counts on one of two clocks, and at a hundred thousand chips they give different answers. On the
`running` clock a failure comes at a rate per hour in which the machine tries to run, restarts included, as rates that
come from node hardware do. On the `observed` clock the mean time between failures is what somebody read off the
wall-clock of a real run, lost time included.
"""

from __future__ import annotations

import math
from typing import Final, Literal

from gortyn.machine.conversions import HOURS_PER_DAY

Clock = Literal["observed", "running"]

# Published rates per thousand node-days count nodes of this many chips.
CHIPS_PER_COUNTED_NODE: Final = 8  # source: Kokolis et al. 2025 (arXiv:2410.21680), DGX nodes
NODE_DAYS_OF_RATE: Final = 1e3  # unit: rates are per 1000 node-days
NEWTON_STEPS: Final = 100
CLOSE_ENOUGH: Final = 1e-14  # source: below the rounding of the equation that is solved


def mttf_hours(rate_per_1000_node_days: float, chips: int) -> float:
    """Mean time between interruptions of a run that needs all its chips [h]; infinite where nothing fails.

    Parameters
    ----------
    rate_per_1000_node_days : interruptions per thousand days of a node of eight chips, >= 0
    chips : chips of the run, > 0; a node of fewer or more chips fails in proportion

    Raises
    ------
    ValueError : an argument outside its range.

    >>> round(mttf_hours(6.5, 16384), 1), round(mttf_hours(6.5, 131072), 2)  # published: 1.8 and 0.23
    (1.8, 0.23)
    """
    _require(rate_per_1000_node_days >= 0, "rate_per_1000_node_days", rate_per_1000_node_days, ">= 0")
    _require(chips > 0, "chips", chips, "> 0")
    per_hour = rate_per_1000_node_days / NODE_DAYS_OF_RATE / HOURS_PER_DAY * chips / CHIPS_PER_COUNTED_NODE
    return 1 / per_hour if per_hour else math.inf


def goodput(mttf_h: float, restart_h: float, interval_h: float, write_h: float, clock: Clock) -> float:
    """Expected share of wall-clock time spent on new training steps under periodic checkpoints.

    Failures are Poisson. On the running clock they may strike during a restart and a write as well (Daly 2006, exact
    renewal form): `(t/M) / (exp(R/M) (exp((t + w)/M) - 1))`. On the observed clock one failure in M hours of
    wall-clock loses the restart and half an interval: `(1 - (R + t/2)/M) / (1 + w/t)`, never below 0
    (Kokolis et al. 2025, arXiv:2410.21680).

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
    _require(mttf_h > 0, "mttf_h", mttf_h, "> 0")
    _require(restart_h >= 0, "restart_h", restart_h, ">= 0")
    _require(0 <= interval_h < math.inf, "interval_h", interval_h, ">= 0 and finite")
    _require(write_h >= 0, "write_h", write_h, ">= 0")
    if clock == "observed":
        return _written(interval_h, write_h) * max(0.0, 1 - (restart_h + interval_h / 2) / mttf_h)
    segment = (interval_h + write_h) / mttf_h
    # The form with decaying exponentials cannot overflow; where the segment vanishes, nothing is lost in it.
    survived = segment * math.exp(-segment) / -math.expm1(-segment) if segment > 0 else 1.0
    return _written(interval_h, write_h) * survived * math.exp(-restart_h / mttf_h)


def optimal_interval_h(mttf_h: float, restart_h: float, write_h: float, clock: Clock) -> float:
    """Time between checkpoints that makes goodput largest [h]; 0 where a checkpoint costs nothing.

    On the running clock the solution of `t/M = 1 - exp(-(t + w)/M)`, of which Young's `sqrt(2 w M)` is the first
    order; it does not depend on the restart. On the observed clock `sqrt(w (w + 2 (M - R))) - w`.

    Parameters
    ----------
    mttf_h, restart_h, write_h, clock : as for `goodput`

    Raises
    ------
    ValueError : an argument outside its range, named with its value.

    >>> round(60 * optimal_interval_h(1e4, 0.1, 1 / 60, "running"))  # Young: sqrt(2 w M) = 1095
    1095
    """
    _require(mttf_h > 0, "mttf_h", mttf_h, "> 0")
    _require(restart_h >= 0, "restart_h", restart_h, ">= 0")
    _require(write_h >= 0, "write_h", write_h, ">= 0")
    if write_h == 0 or math.isinf(mttf_h):
        return 0.0 if write_h == 0 else math.inf
    if clock == "observed":
        return math.sqrt(write_h * (write_h + 2 * max(0.0, mttf_h - restart_h))) - write_h
    write = write_h / mttf_h
    # Newton's method from above: the function is convex, so each step stays above the root.
    interval = 1.0
    for _ in range(NEWTON_STEPS):
        passed = -math.expm1(-(interval + write))
        step = (interval - passed) / passed
        interval -= step
        if abs(step) <= CLOSE_ENOUGH * interval:
            break
    return interval * mttf_h


def _written(interval_h: float, write_h: float) -> float:
    """Share of time that writing checkpoints leaves for training; 1 where a checkpoint takes no time."""
    return interval_h / (interval_h + write_h) if write_h > 0 else 1.0


def _require(holds: bool, name: str, value: float, condition: str) -> None:
    if not holds:
        message = f"{name} is {value}, must be {condition}"
        raise ValueError(message)
