"""This module owns how a job takes nodes and leaves them."""

from __future__ import annotations

from typing import Any

from numba import njit

from gortyn.kernels.cluster_clock import (
    begin_attempt,
    break_attempt,
)
from gortyn.kernels.cluster_lists import expect
from gortyn.kernels.cluster_nodes import add_free, give_back, place
from gortyn.kernels.cluster_queue import change_rates, enqueue, is_limited, look_again, pass_by, settle_budget
from gortyn.kernels.cluster_state import (
    DOWN,
    IN_LEFTOVERS,
    IN_PREEMPTIBLE,
    IN_WINDOW,
    INNER,
    INT,
    NO,
    ONE,
    RESUMED,
    ZERO,
    State,
)
from gortyn.kernels.cluster_subnode import list_shared, unlist_shared
from gortyn.kernels.cluster_types import LEFTOVER, ONE_DOMAIN, ONE_NODE, STANDARD


@njit(**INNER)
def change_hold(state: State, p: int, at_s: int, change: int) -> None:
    """Change the nodes that jobs of partition `p` are expected to give back at a time."""
    part = state.part[p]
    part.s0 += change
    part.s1 += change * at_s
    if state.world[0].keeps != 0:
        expect(state, p, at_s, change)
    window_of_at = state.world[0].window_of_at
    for i in range(part.window, part.window_end):
        window = state.window[state.pool[window_of_at + i]]
        if window.begin_s >= at_s:
            break
        window.slack -= change


@njit(**INNER)
def enlist(state: State, slot: int, row: int) -> None:
    """Put a running job into a row, by order of starting."""
    run = state.run[slot]
    part = state.part[run.part]
    run.row = row
    if row == IN_LEFTOVERS:
        tail = part.last_left
        part.held0 += run.up
    elif row == IN_PREEMPTIBLE:
        tail = part.last_preempt
        part.preemptible += run.up
    else:
        tail = state.window[run.window].last
    later = NO
    while tail >= 0 and state.run[tail].serial > run.serial:
        later, tail = tail, state.run[tail].before
    run.before, run.after = tail, later
    if tail >= 0:
        state.run[tail].after = slot
    if later >= 0:
        state.run[later].before = slot
    elif row == IN_LEFTOVERS:
        part.last_left = slot
    elif row == IN_PREEMPTIBLE:
        part.last_preempt = slot
    else:
        state.window[run.window].last = slot


@njit(**INNER)
def delist(state: State, slot: int) -> None:
    """Take a running job out of its row."""
    run = state.run[slot]
    part = state.part[run.part]
    row = run.row
    if row == NO:
        return
    if run.before >= 0:
        state.run[run.before].after = run.after
    if run.after >= 0:
        state.run[run.after].before = run.before
    elif row == IN_LEFTOVERS:
        part.last_left = run.before
    elif row == IN_PREEMPTIBLE:
        part.last_preempt = run.before
    else:
        state.window[run.window].last = run.before
    if row == IN_LEFTOVERS:
        part.held0 -= run.up
    elif row == IN_PREEMPTIBLE:
        part.preemptible -= run.up
    run.row = NO


@njit(**INNER)
def row_of(run: Any) -> int:
    """Row of a running job that is in no window."""
    if run.level == LEFTOVER:
        return IN_LEFTOVERS
    return IN_PREEMPTIBLE if run.level == STANDARD and run.shares == 0 and run.immune == 0 else NO


@njit(**INNER)
def refresh_shared(state: State, n: int) -> None:
    """Bring the release of a shared node in line with the jobs on it."""
    spot = state.spot[n]
    release_s, slot = ZERO, INT(state.node[n].slot)
    while slot >= 0:
        release_s = max(release_s, state.run[slot].expected_s)
        slot = state.run[slot].beside
    if release_s != spot.release_s:
        change_hold(state, spot.part, spot.release_s, -ONE)
        change_hold(state, spot.part, release_s, ONE)
        spot.release_s = release_s


@njit(**INNER)
def join(state: State, slot: int, n: int) -> None:
    """Let a job that has begun share a node, a new one where it took it itself."""
    run, node, spot = state.run[slot], state.node[n], state.spot[n]
    if n == run.node:
        node.slot = slot
        run.beside = NO
        spot.release_s = run.expected_s
        change_hold(state, run.part, run.expected_s, ONE)
        list_shared(state, n, state.part[run.part].chips - run.chips)
        return
    unlist_shared(state, n)
    list_shared(state, n, spot.free - run.chips)
    run.node = n
    run.beside = node.slot
    node.slot = slot
    if run.expected_s > spot.release_s:
        change_hold(state, spot.part, spot.release_s, -ONE)
        change_hold(state, spot.part, run.expected_s, ONE)
        spot.release_s = run.expected_s


@njit(**INNER)
def part_from(state: State, slot: int) -> None:
    """Take a job off the node that it shares."""
    run = state.run[slot]
    n = run.node
    node, spot = state.node[n], state.spot[n]
    if node.slot == slot:
        node.slot = run.beside
    else:
        other = INT(node.slot)
        while state.run[other].beside != slot:
            other = state.run[other].beside
        state.run[other].beside = run.beside
    run.node = NO
    if node.state == DOWN:
        return
    unlist_shared(state, n)
    if node.slot < 0:
        change_hold(state, spot.part, spot.release_s, -ONE)
        add_free(state, n)
        return
    list_shared(state, n, spot.free + run.chips)
    if run.expected_s == spot.release_s:
        refresh_shared(state, n)


@njit(**INNER)
def leave(state: State, slot: int) -> None:
    """Take a job off its nodes after its attempt has ended."""
    run, world = state.run[slot], state.world[0]
    p, now_s = run.part, world.now_s
    part, tenant = state.part[p], state.tenant[run.tenant]
    window = run.window
    delist(state, slot)
    if window >= 0:
        state.window[window].used -= run.nodes
        part.left += run.nodes
    if run.shares != 0:
        part_from(state, slot)
    else:
        if run.level != LEFTOVER and window < 0:
            change_hold(state, p, run.expected_s, -run.nodes)
        give_back(state, slot)
    change_rates(state, p, run.tenant, -run.chips)
    if tenant.budget >= 0:
        settle_budget(state, run.tenant)
        if tenant.period == run.period:
            tenant.charged -= run.chips * max(0, run.charge - (now_s - run.left_s))
    if run.level != LEFTOVER:
        part.dirty = 1
    part.left_dirty = 1
    if is_limited(state, run.tenant):
        look_again(state, run.tenant, p)
    state.job[run.job].slot = NO
    run.job = NO
    run.after = world.first_slot
    world.first_slot = slot


@njit(**INNER)
def preempt(state: State, slot: int) -> None:
    """Stop a running job for another; it waits again."""
    run, world = state.run[slot], state.world[0]
    p, j = run.part, run.job
    break_attempt(state, slot, RESUMED)
    if world.now_s < state.world[0].window_s:
        world.preempted += 1
    leave(state, slot)
    enqueue(state, p, j)


@njit(**INNER)
def make_room(state: State, p: int, nodes: int) -> None:
    """Preempt leftovers, the latest first, until so many nodes are free or none runs."""
    part = state.part[p]
    while part.free < nodes and part.last_left >= 0:
        preempt(state, part.last_left)


@njit(**INNER)
def occupy(state: State, p: int, j: int, length_s: int, window: int, shared: int) -> None:
    """Start a job from the queue: on nodes that are free by now, or on a shared one."""
    world, part, job = state.world[0], state.part[p], state.job[j]
    now_s = world.now_s
    slot = world.first_slot
    run = state.run[slot]
    world.first_slot = run.after
    t = INT(state.job[j].tenant)
    tenant = state.tenant[t]
    run.job, run.part, run.tenant = j, p, t
    run.level, run.service, run.immune = tenant.level, tenant.service, INT(state.job[j].immune)
    run.nodes, run.chips = INT(state.job[j].nodes), INT(state.job[j].chips)
    run.up = run.nodes
    run.span = ONE_NODE if run.nodes == 1 else ONE_DOMAIN
    run.shares = 1 if run.nodes == 1 and run.chips < part.chips else 0
    run.node, run.beside, run.window, run.row = NO, NO, window, NO
    run.left_s, run.charge, run.period = now_s, length_s, 0
    run.serial = world.serial
    world.serial += 1
    if job.start_s < 0:
        job.start_s = now_s
    job.slot = slot
    if tenant.budget >= 0:
        settle_budget(state, t)
        run.period = tenant.period
        tenant.charged += run.chips * length_s
    change_rates(state, p, t, run.chips)
    if is_limited(state, t):
        pass_by(state, t, p)
    if shared < 0:
        place(state, slot, run.nodes)
    begin_attempt(state, slot, length_s)
    if run.shares != 0:
        join(state, slot, run.node if shared < 0 else shared)
    elif window >= 0:
        state.window[window].used += run.nodes
        part.left -= run.nodes
        enlist(state, slot, IN_WINDOW)
    else:
        if run.level != LEFTOVER:
            change_hold(state, p, run.expected_s, run.nodes)
        row = row_of(run)
        if row != NO:
            enlist(state, slot, row)
