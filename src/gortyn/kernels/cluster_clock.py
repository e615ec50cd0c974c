"""This module owns the time of running jobs: speed, checkpoints, software failures, and what an attempt saved.

V is the integral of the speed under the power limit [‰ s]; a second of progress takes `Run.stretch` of it.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from gortyn.kernels.cluster_lists import push
from gortyn.kernels.cluster_nodes import least_tier
from gortyn.kernels.cluster_state import FRESH, INNER, INT, RESUMED, TIERS_SQUARED, State
from gortyn.kernels.cluster_types import ALWAYS_PM, HOUR_S, TIERS

# source: Steele, Lea and Flood 2014, SplitMix64, and the golden ratio
MIXERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))  # source: the same
TAIL = np.uint64(11)  # unit: bits beyond the mantissa of a double
ULP = 2.0**-53  # unit: spacing of doubles below one


@njit(**INNER)
def integral(state: State, p: int, at_s: int) -> int:
    """V at a time."""
    hours = state.world[0].speed_hours
    hour = min(at_s // HOUR_S, hours)
    v = state.pool[state.world[0].sums_at + p * (hours + 1) + hour]
    speed = state.pool[state.world[0].speed_at + p * hours + hour] if hour < hours else ALWAYS_PM
    return v + speed * (at_s - hour * HOUR_S)


@njit(**INNER)
def inverse(state: State, p: int, v: int, from_s: int) -> int:
    """Least time from `from_s` on by which V reaches `v`."""
    hours = state.world[0].speed_hours
    base = state.world[0].sums_at + p * (hours + 1)
    low = min(from_s // HOUR_S, hours)
    high, step = low, 1
    # The hour in which V gets there: the last that begins below `v`, or the first of all.
    while high < hours and state.pool[base + high] < v:
        low, high, step = high, min(high + step, hours), 2 * step
    if high == hours and state.pool[base + hours] < v:
        low = hours
    else:
        while high - low > 1:
            middle = (low + high) // 2
            if state.pool[base + middle] < v:
                low = middle
            else:
                high = middle
    speed = state.pool[state.world[0].speed_at + p * hours + low] if low < hours else ALWAYS_PM
    return low * HOUR_S + -((state.pool[base + low] - v) // speed)


@njit(**INNER)
def after(state: State, p: int, now_s: int, amount: int) -> int:
    """Time at which V has grown by `amount` since now."""
    if state.world[0].speed_hours == 0:
        return now_s - (-amount // ALWAYS_PM)
    return inverse(state, p, integral(state, p, now_s) + amount, now_s)


@njit(**INNER)
def interval_of(state: State, p: int, j: int) -> int:
    """Work of a job between two checkpoints; 0 for none."""
    job = state.job[j]
    if state.tenant[job.tenant].saves == 0:
        return 0
    return state.pool[state.world[0].interval_at + state.part[p].interval + job.nodes]


@njit(**INNER)
def write_of(state: State, p: int, j: int) -> int:
    """Time that a checkpoint blocks a job; nothing for one whose duration already holds its checkpoints."""
    return 0 if state.job[j].immune != 0 else state.part[p].write_s


@njit(**INNER)
def delay_of(state: State, p: int, job: int) -> int:
    """Time before the next attempt of a job does any work."""
    delay = state.job[job].delay
    if delay == FRESH:
        return 0
    return state.part[p].resume_s if delay == RESUMED else state.part[p].recover_s


@njit(**INNER)
def full_length(state: State, p: int, j: int, work_s: int) -> int:
    """Length of an attempt that does so much work, writes of checkpoints and what comes before included."""
    length = delay_of(state, p, j) + work_s
    interval_s = interval_of(state, p, j)
    if interval_s > 0:
        length += write_of(state, p, j) * ((work_s - 1) // interval_s)
    return max(1, length)


@njit(**INNER)
def expected_length(state: State, p: int, j: int) -> int:
    """Length that the scheduler believes of the next attempt of a job."""
    job = state.job[j]
    length = full_length(state, p, j, INT(job.estimate_s) - INT(job.done_s))
    segment_s = state.tenant[job.tenant].segment_s
    return min(length, segment_s) if segment_s > 0 else length


@njit(**INNER)
def draw(state: State, job: int, attempt: int) -> float:
    """Uniform number in (0, 1) of an attempt."""
    # np.add and np.multiply are silent about overflow also where numba is switched off.
    z = np.add(state.world[0].seed, np.multiply(np.uint64(job), MIXERS[0]))
    z = np.add(z, np.multiply(np.uint64(attempt), MIXERS[1]))
    z = np.multiply(z ^ (z >> SHIFTS[0]), MIXERS[1])
    z = np.multiply(z ^ (z >> SHIFTS[1]), MIXERS[2])
    z = z ^ (z >> SHIFTS[2])
    return (float(z >> TAIL) + 1 / 2) * ULP


@njit(**INNER)
def begin_attempt(state: State, slot: int, expected_length_s: int) -> None:
    """Begin an attempt now on the nodes that the job has: set its end and expected end, and let the end be an event."""
    run, now_s = state.run[slot], state.world[0].now_s
    p, j = run.part, run.job
    job = state.job[j]
    tenant = state.tenant[run.tenant]
    stretch = ALWAYS_PM
    if run.shares == 0:
        least = least_tier(state, p, run.nodes)
        actual = max(least, run.span)
        stretch = state.pool[state.world[0].stretch_at + p * TIERS_SQUARED + least * TIERS + actual]
    run.start_s = now_s
    run.stretch = stretch
    run.delay_s = delay_of(state, p, j)
    run.from_v = integral(state, p, now_s)
    run.interval_s = interval_of(state, p, j)
    run.write_s = write_of(state, p, j)
    run.cut = 0
    run.breaks = 0
    if run.service != 0:
        end_s = INT(job.eligible_s) + INT(job.work_s)
        run.expected_s = end_s
        run.length = 0
    else:
        length = full_length(state, p, j, INT(job.work_s) - INT(job.done_s))
        if tenant.segment_s > 0 and length > tenant.segment_s:
            length = tenant.segment_s
            run.cut = 1
        run.length = length
        end_s = after(state, p, now_s, stretch * length)
        run.expected_s = after(state, p, now_s, stretch * expected_length_s)
    if tenant.mtbf_s < np.inf and run.immune == 0:
        life_s = -math.log(draw(state, j, INT(job.attempts))) * tenant.mtbf_s
        # What is drawn ends with the window, as failures of hardware do, so that every queue comes to its end.
        if life_s < min(end_s, state.world[0].window_s) - now_s - 1:
            end_s = now_s + 1 + INT(life_s)
            run.breaks = 1
    run.event_s = end_s
    job.attempts += 1
    push(state, end_s, j)


@njit(**INNER)
def lose(state: State, slot: int, lost_s: int) -> None:
    """Account for time of a running job that advanced nothing."""
    run, world = state.run[slot], state.world[0]
    state.job[run.job].lost_s += lost_s
    if world.now_s < state.world[0].window_s:
        state.part[run.part].lost_sum += lost_s * run.chips
        state.tenant[run.tenant].lost += lost_s * run.chips


@njit(**INNER)
def finish_attempt(state: State, slot: int) -> None:
    """End an attempt as planned, with all its work done or at the end of its segment."""
    run, now_s = state.run[slot], state.world[0].now_s
    job = state.job[run.job]
    job.held_s += now_s - run.start_s
    if run.service != 0:
        effective_s = (integral(state, run.part, now_s) - run.from_v) // run.stretch
        lose(state, slot, min(run.delay_s, effective_s))
        return
    lose(state, slot, run.delay_s)
    if run.cut != 0:
        x = max(1, run.length - run.delay_s - run.write_s)
        if run.interval_s > 0:
            cycle = run.interval_s + run.write_s
            x = x // cycle * run.interval_s + min(x % cycle, run.interval_s)
        job.done_s += x
        job.delay = RESUMED


@njit(**INNER)
def break_attempt(state: State, slot: int, delay: int) -> None:
    """End an attempt now by a failure or preemption, back to the last checkpoint that can be read."""
    run, now_s = state.run[slot], state.world[0].now_s
    job = state.job[run.job]
    job.held_s += now_s - run.start_s
    job.interruptions += 1
    job.delay = delay
    effective_s = (integral(state, run.part, now_s) - run.from_v) // run.stretch
    if run.service != 0:
        lose(state, slot, min(run.delay_s, effective_s))
        return
    x = effective_s - run.delay_s
    saved_s = 0
    persist_s = 0 if run.immune != 0 else state.part[run.part].persist_s
    if run.interval_s > 0 and x > 0 and x >= persist_s:
        cycle = run.interval_s + run.write_s
        cycles = (x - persist_s) // cycle
        job.done_s += cycles * run.interval_s
        saved_s = cycles * cycle
    lose(state, slot, effective_s - saved_s)
