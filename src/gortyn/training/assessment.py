"""This module owns the goodput of a run under everything that is done about failures, and what each cause costs it.

It is the exact renewal form, from checkpoint to checkpoint. Failures that fall back on storage come at a hazard h per
hour of progress; recoveries from memory stretch an hour of progress by a factor d. A segment of length L, `t` of it new
steps, then takes `exp(h p) (exp(h L) - 1) (d/h + E)` hours: p is the time until an asynchronous checkpoint is safe (a
failure within it loses the segment before as well, which has the effect of a longer restart), E the time that a restart
takes with the failures that strike during it. One level of blocking checkpoints gives Daly's form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from gortyn.training.goodput import CLOSE_ENOUGH, best_interval, first_order_goodput, kept, young_interval_h
from gortyn.training.recovery import InMemory, Recovery, Replicas, Spares
from gortyn.training.spares import blocked_share, expected_shortage, replicas_without_spare

GOLDEN: Final = (math.sqrt(5) - 1) / 2  # source: golden section search, Kiefer 1953
SECTIONS: Final = 60
WIDTH: Final = 1e3
RARE: Final = 1e-3
LONGEST: Final = 600.0  # source: exponents above 709 overflow a double
CAUSES: Final = ("rework", "restart", "checkpoint_writes", "waiting_for_spare", "replica_loss")


@dataclass(frozen=True, slots=True)
class Goodput:
    """What a run gets out of its time.

    Attributes
    ----------
    goodput_share : share of the wall-clock, times the share of the replicas at work, spent on new steps
    lost_by_cause : the rest by cause, shares that sum to 1 - goodput_share. rework: steps run again; restart: from a
        failure to the next step; checkpoint_writes: training blocked by writing; waiting_for_spare: nothing to replace
        what failed; replica_loss: replicas that are not back yet
    mttf_h : mean time between failures [h]
    interval_h : time between checkpoints [h]; infinite where no failure needs them
    in_memory_interval_h : time between in-memory checkpoints [h]; 0 for every step, nan where there are none
    free_checkpoints_share : the same were checkpoints free and taken at every step
    first_order_share : `first_order_goodput` of the same restart, interval and write, without the other measures
    young_interval_h : first order of the best interval [h]
    spare_free_share : probability that a failure finds a spare free; 1 where spares are not counted
    replicas_out : replicas that are out on average while the others train
    """

    goodput_share: float
    lost_by_cause: dict[str, float]
    mttf_h: float
    interval_h: float
    in_memory_interval_h: float
    free_checkpoints_share: float
    first_order_share: float
    young_interval_h: float
    spare_free_share: float
    replicas_out: float


class _Level(NamedTuple):
    """How failures strike: all per hour in which they can, the share that memory covers, what each restart costs."""

    hazard: float  # failures per hour of time in which they can strike
    memory_share: float
    memory_strikes: float  # probability that another failure strikes during a restart from memory
    memory_restart: float  # share of the time between failures that need storage spent in restarts from memory
    storage_hazard: float  # failures that need storage, per hour between them
    storage_restart_h: float  # mean restart from storage with the failures during it


NO_TIME: Final = _Level(math.inf, 0.0, 0.0, 1.0, 0.0, 0.0)
"""Restarts take all the time there is."""


class _Piece(NamedTuple):
    """A stretch that a recovery from memory repeats from its start."""

    failures: float  # -log of the probability to get through without falling back on storage
    hours: float  # time it takes, recoveries from memory included, as if it were never left

    def __sub__(self, other: _Piece) -> _Piece:
        return _Piece(self.failures - other.failures, self.hours - other.hours)


class _Out(NamedTuple):
    """Replicas that do not train while the others do, as shares, and how often a failure finds no spare."""

    short: float
    away: float
    blocked: float


class _Shares(NamedTuple):
    """Where the time goes while no spare is waited for."""

    new: float
    writes: float
    restart: float
    interval_h: float
    memory_interval_h: float


def assess(recovery: Recovery, longest_interval_h: float = math.inf) -> Goodput:
    """Goodput of a run, the interval between its checkpoints and what each cause costs.

    Parameters
    ----------
    recovery : what fails and what is done about it
    longest_interval_h : no checkpoint interval that Gortyn chooses is longer, for instance the run itself [h], > 0

    Raises
    ------
    ValueError : an interval for in-memory checkpoints that is longer than the one for storage.

    >>> from gortyn.training.recovery import Component, Recovery
    >>> every_18_min = (Component("node", 18 / 60),)
    >>> got = assess(Recovery(100_000, every_18_min, "running", 10 / 60, 0.0, interval_h=1 / 60))
    >>> round(got.goodput_share, 2), round(sum(got.lost_by_cause.values()) + got.goodput_share, 9)
    (0.56, 1.0)
    """
    out = _out(recovery)
    mttf_h = recovery.mttf_h
    waiting = 0.0
    if recovery.spares and not recovery.replicas and mttf_h < math.inf:
        wait_h = out.blocked * recovery.spares.repair_h / (recovery.spares.units + 1)
        waiting = wait_h / (mttf_h + wait_h)
    level = _level(recovery, out)
    shares = _shares(recovery, level, longest_interval_h)
    free = _shares(replace(recovery, interval_h=0.0, write_h=0.0, persist_h=0.0, in_memory=None), level, 0.0)
    up = 1 - waiting
    lost = {
        "restart": shares.restart * up,
        "checkpoint_writes": shares.writes * up,
        "waiting_for_spare": waiting + shares.new * out.short,
        "replica_loss": shares.new * out.away,
    }
    goodput = shares.new * up * (1 - out.short - out.away)
    lost["rework"] = max(0.0, 1 - goodput - sum(lost.values()))
    finite_h = shares.interval_h if shares.interval_h < math.inf else 0.0
    return Goodput(
        goodput_share=goodput,
        lost_by_cause={cause: lost[cause] for cause in CAUSES},
        mttf_h=mttf_h,
        interval_h=shares.interval_h,
        in_memory_interval_h=shares.memory_interval_h,
        free_checkpoints_share=free.new * up * (1 - out.short - out.away),
        first_order_share=first_order_goodput(mttf_h, recovery.restart_h, finite_h, recovery.write_h),
        young_interval_h=young_interval_h(mttf_h, recovery.write_h),
        spare_free_share=1 - out.blocked,
        replicas_out=recovery.replicas.count * (out.short + out.away) if recovery.replicas else 0.0,
    )


def _out(recovery: Recovery) -> _Out:
    """Replicas that do not train while the others do, and how often a failure finds no spare."""
    spares, replicas, mttf_h = recovery.spares, recovery.replicas, recovery.mttf_h
    if math.isinf(mttf_h):
        return _Out(0.0, 0.0, 0.0)
    if replicas is None:
        return _Out(0.0, 0.0, _blocked(recovery, spares) if spares and spares.repair_h > 0 else 0.0)
    hit, observed = recovery.replicas_hit, recovery.clock == "observed"
    short = blocked = 0.0
    if spares:
        load = spares.repair_h / mttf_h
        if observed:
            short = min(1.0, expected_shortage(spares.units, load) * hit / replicas.count)
        else:
            short = replicas_without_spare(spares.units, load, replicas.count / hit)
            load *= 1 - short
        fewer = expected_shortage(spares.units - 1, load) if spares.units else 1 + expected_shortage(0, load)
        blocked = fewer - expected_shortage(spares.units, load)
    # Others stand still for the first part of its absence, unless it came back later for want of a spare.
    away_h = replicas.rejoin_h - (1 - blocked) * recovery.restart_h
    failures = hit * replicas.share * away_h / (mttf_h * replicas.count)
    if observed:
        return _Out(short, min(1 - short, failures), blocked)
    # A replica is away if it failed within that time; while it comes back, it may fail again.
    return _Out(short, (1 - short) * -math.expm1(-failures), blocked)


def _blocked(recovery: Recovery, spares: Spares) -> float:
    """Probability that a failure which stops the whole run finds no spare."""
    mttf_h, restarts = recovery.mttf_h, [(1.0, recovery.restart_h)]
    if memory := recovery.in_memory:
        restarts = [(memory.share, memory.restart_h), (1 - memory.share, recovery.restart_h)]
    exposed_h = mttf_h - sum(share * hours for share, hours in restarts)
    if recovery.clock == "running" or exposed_h <= 0:
        return blocked_share(spares.units, spares.repair_h, lambda s: 1 / (1 + mttf_h * s))

    def between(s: float) -> float:
        return sum(share * math.exp(-s * hours) for share, hours in restarts) / (1 + exposed_h * s)

    return blocked_share(spares.units, spares.repair_h, between)


def _level(recovery: Recovery, out: _Out) -> _Level:
    """How failures strike: with in-memory checkpoints or replicas two kinds of restart, else one."""
    mttf_h, restart_h, share, memory_h = recovery.mttf_h, recovery.restart_h, 0.0, 0.0
    match recovery.in_memory, recovery.replicas:
        case InMemory() as memory, _:
            share, memory_h = memory.share, memory.restart_h
        case _, Replicas() as replicas:
            share, memory_h, restart_h = replicas.share, recovery.restart_h, replicas.rejoin_h
            if recovery.clock == "running":
                # A failure in a replica that is away stalls nobody, and one that waits for a spare does not fail.
                here = 1 - out.short - out.away ** max(1.0, recovery.replicas_hit)
                seen = share * here + (1 - share) * (1 - out.short)
                share, mttf_h = (share * here / seen, mttf_h / seen) if seen > 0 else (0.0, math.inf)
    if math.isinf(mttf_h):
        return _Level(0.0, share, 0.0, 0.0, 0.0, restart_h)
    if recovery.clock == "running":
        strikes = -math.expm1(-memory_h / mttf_h)
        storage_h = mttf_h * _expm1(restart_h / mttf_h)
        if share * strikes >= 1:
            return NO_TIME
        return _Level(1 / mttf_h, share, strikes, share * strikes, (1 - share) / mttf_h, storage_h)
    exposed_h = mttf_h - share * memory_h - (1 - share) * restart_h
    if exposed_h <= CLOSE_ENOUGH * mttf_h:
        return NO_TIME
    in_memory_h = exposed_h + share * memory_h
    return _Level(1 / exposed_h, share, 0.0, share * memory_h / in_memory_h, (1 - share) / in_memory_h, restart_h)


def _shares(recovery: Recovery, level: _Level, longest_h: float) -> _Shares:
    """Where the time goes, with the best intervals where none is stated."""
    if level is NO_TIME:
        return _Shares(0.0, 0.0, 1.0, recovery.interval_h or 0.0, math.nan)
    memory = recovery.in_memory
    if memory is None:
        shares = _at(recovery, level, 0.0, longest_h)
        return shares._replace(memory_interval_h=math.nan)
    if memory.interval_h is not None or memory.write_h == 0 or level.hazard == 0:
        rare = math.inf if memory.write_h and level.hazard == 0 else 0.0
        return _at(recovery, level, memory.interval_h if memory.interval_h is not None else rare, longest_h)
    middle = math.log(math.sqrt(2 * memory.write_h / (level.hazard * max(memory.share, 1 / WIDTH))))
    low, high = middle - math.log(WIDTH), middle + math.log(WIDTH)
    if recovery.interval_h is not None:
        high = min(high, math.log(recovery.interval_h))
        low = min(low, high)
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    for _ in range(SECTIONS):
        a, b = (_at(recovery, level, math.exp(x), longest_h).new for x in (left, right))
        if a > b:
            high, right, left = right, left, right - GOLDEN * (right - low)
        else:
            low, left, right = left, right, left + GOLDEN * (high - left)
    return _at(recovery, level, math.exp((low + high) / 2), longest_h)


def _at(recovery: Recovery, level: _Level, memory_interval_h: float, longest_h: float) -> _Shares:
    """Where the time goes with in-memory checkpoints at one interval; the one for storage is the best if not stated."""
    write_h, persist_h, t1 = recovery.write_h, recovery.persist_h, memory_interval_h
    w1 = recovery.in_memory.write_h if recovery.in_memory else 0.0
    # Each hour of training, and the write at the end of a segment, which lengthens its last piece.
    if t1 == 0:
        hour, end = _steps(level), _piece(level, write_h) if recovery.in_memory else _steps(level, write_h)
    elif t1 == math.inf:
        hour, end = _steps(level), _steps(level, write_h)
    else:
        piece = _piece(level, t1 + w1)
        hour, end = _Piece(piece.failures / t1, piece.hours / t1), _piece(level, t1 + w1 + write_h) - piece
    interval_h = recovery.interval_h
    if interval_h is None:
        best_h = best_interval(hour.failures, end.failures / hour.failures if hour.failures else write_h)
        interval_h = max(min(best_h, longest_h), persist_h - write_h, t1 if t1 < math.inf else 0.0)
    elif interval_h < t1 < math.inf:
        message = f"in-memory interval_h is {t1:g}, must be at most interval_h, {interval_h:g}"
        raise ValueError(message)
    writes = w1 / t1 if t1 else 0.0
    failures, hours, per_hour = 0.0, hour.hours, hour.failures  # of an hour of training, where writes are free or none
    if 0 < interval_h < math.inf:
        writes += write_h / interval_h
        failures = hour.failures * interval_h + end.failures
        hours, per_hour = hour.hours + end.hours / interval_h, failures / interval_h
    restarts = per_hour * level.storage_restart_h if per_hour else 0.0
    new = kept(failures) * math.exp(-level.storage_hazard * persist_h) / (hours + restarts)
    restart = (hours * level.memory_restart + restarts) / (hours + restarts) if restarts < math.inf else 1.0
    return _Shares(new, new * writes, restart, interval_h, memory_interval_h)


def _steps(level: _Level, hours: float = 1.0) -> _Piece:
    """A stretch of which recoveries from memory repeat nothing; without such recoveries, any stretch."""
    if level.hazard == 0:
        return _Piece(0.0, hours)
    to_storage = (1 - level.memory_share) / (1 - level.memory_share * level.memory_strikes)
    return _Piece(level.hazard * to_storage * hours, hours / (1 - level.memory_restart))


def _piece(level: _Level, length_h: float) -> _Piece:
    """A stretch that is hit, starts again from memory or falls back on storage, until it is through; exact."""
    if level.hazard == 0 or length_h == 0:
        return _Piece(0.0, length_h)
    again = 1 - level.memory_share * level.memory_strikes
    strikes = min(level.hazard * length_h, LONGEST)
    hit, to_storage = -math.expm1(-strikes), (1 - level.memory_share) / again
    through = math.exp(-strikes) + hit * to_storage  # or back to storage: what ends the repetitions
    lost = hit * to_storage / through
    failures = -math.log1p(-lost) if lost < RARE else strikes + math.log(through)
    hours = hit / level.hazard / (1 - level.memory_restart) / through
    return _Piece(failures, hours * (failures / lost if lost > 0 else 1.0))


def _expm1(exponent: float) -> float:
    """`exp(x) - 1`, infinite where it overflows."""
    try:
        return math.expm1(exponent)
    except OverflowError:
        return math.inf
