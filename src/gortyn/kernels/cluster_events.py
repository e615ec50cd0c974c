"""This module owns what happens to running jobs and to nodes: ends, failures, repairs, capacity steps, windows."""

from __future__ import annotations

from numba import njit

from gortyn.kernels.cluster_clock import begin_attempt, break_attempt, expected_length, finish_attempt
from gortyn.kernels.cluster_jobs import change_hold, enlist, leave, make_room, refresh_shared, row_of
from gortyn.kernels.cluster_lists import expect, push
from gortyn.kernels.cluster_nodes import (
    add_free,
    drop_free,
    hand_over,
    pack,
    take_off,
    tier,
    widen,
)
from gortyn.kernels.cluster_queue import enqueue
from gortyn.kernels.cluster_state import (
    ABSENT,
    DOWN,
    FREE,
    HELD,
    IN_LEFTOVERS,
    IN_PREEMPTIBLE,
    IN_TRANSIT,
    INNER,
    INT,
    NO,
    ONE,
    RECOVERED,
    SHARED,
    SPARE,
    ZERO,
    State,
)
from gortyn.kernels.cluster_subnode import unlist_shared
from gortyn.kernels.cluster_types import (
    DOMAIN,
    LEFTOVER,
    NODE,
)


@njit(**INNER)
def count_hit(state: State, p: int) -> None:
    """Count a job that a failure hits."""
    if state.world[0].now_s < state.world[0].window_s:
        state.part[p].hit_sum += 1


@njit(**INNER)
def restart(state: State, slot: int) -> None:
    """Stop a job by a failure and begin its next attempt at once, on the nodes that it has by now."""
    run = state.run[slot]
    whole = run.shares == 0 and run.level != LEFTOVER and run.window < 0
    before_s = run.expected_s
    break_attempt(state, slot, RECOVERED)
    begin_attempt(state, slot, expected_length(state, run.part, run.job))
    if run.shares != 0:
        refresh_shared(state, run.node)
    elif whole and run.expected_s != before_s:
        change_hold(state, run.part, before_s, -run.nodes)
        change_hold(state, run.part, run.expected_s, run.nodes)
    if run.level != LEFTOVER:
        state.part[run.part].dirty = 1


@njit(**INNER)
def job_event(state: State, j: int) -> None:
    """End, segment end or software failure of a job, or its arrival after a transfer."""
    job = state.job[j]
    slot = INT(job.slot)
    p = INT(job.place)
    if slot == IN_TRANSIT:
        job.slot = NO
        enqueue(state, p, j)
        return
    run = state.run[slot]
    if run.breaks != 0:
        count_hit(state, p)
        restart(state, slot)
        return
    again = run.cut != 0
    finish_attempt(state, slot)
    leave(state, slot)
    if again:
        enqueue(state, p, j)
    else:
        job.end_s = state.world[0].now_s


@njit(**INNER)
def keep_spare(state: State, n: int) -> bool:
    """Put a node on top of the pool of spares where that is short; returns whether it did."""
    node = state.node[n]
    part = state.part[state.spot[n].part]
    if part.pool >= part.spares:
        return False
    state.pool[state.world[0].spare_at + part.first + part.pool] = n
    part.pool += 1
    node.state = SPARE
    node.slot = NO
    return True


@njit(**INNER)
def repair(state: State, n: int) -> None:
    """Bring a node back that was down."""
    world = state.world[0]
    part = state.part[state.spot[n].part]
    part.down -= part.chips
    part.down_sum -= part.chips * world.rest_s
    if not keep_spare(state, n):
        add_free(state, n)
        part.dirty, part.left_dirty = 1, 1


@njit(**INNER)
def install(state: State, p: int, nodes: int, expected: int) -> None:
    """Bring the next nodes of a partition into service; `expected` of them were among the releases."""
    part = state.part[p]
    last = part.first + part.service + nodes
    if expected > 0 and state.world[0].keeps != 0:
        expect(state, p, state.world[0].now_s, -expected)
    for n in range(last - 1, part.first + part.service - 1, -1):
        if not keep_spare(state, n):
            add_free(state, n)
    part.service += nodes
    part.dirty, part.left_dirty = 1, 1


@njit(**INNER)
def end_window(state: State, w: int) -> None:
    """Release the nodes of a window; what runs in it goes on as an ordinary job."""
    window = state.window[w]
    part = state.part[window.part]
    left = window.nodes - window.used
    part.left -= left
    if window.tenant < 0:
        part.left_power -= left
    else:
        part.active -= 1
    window.active = 0
    first = state.world[0].window_of_at
    while part.window_first < part.window and state.window[state.pool[first + part.window_first]].active == 0:
        part.window_first += 1
    if state.world[0].keeps != 0:
        expect(state, window.part, window.end_s, -window.nodes)
    slot = window.last
    window.last = NO
    while slot >= 0:
        run = state.run[slot]
        before = run.before
        run.window, run.row = NO, NO
        change_hold(state, window.part, run.expected_s, run.nodes)
        row = row_of(run)
        if row != NO:
            enlist(state, slot, row)
        slot = before
    part.dirty, part.left_dirty = 1, 1


@njit(**INNER)
def begin_window(state: State, w: int) -> None:
    """Set the nodes of a window apart; a limit of power sends leftovers away."""
    window = state.window[w]
    p = window.part
    part = state.part[p]
    part.window += 1
    window.active = 1
    part.left += window.nodes
    if state.world[0].keeps != 0:
        expect(state, p, window.end_s, window.nodes)
    part.dirty = 1
    if window.tenant < 0:
        part.left_power += window.nodes
        make_room(state, p, part.left_power)
    else:
        part.active += 1


@njit(**INNER)
def replace(state: State, slot: int) -> bool:
    """Give a job other nodes for those of its own that went down; returns False, and gives none, for want of them."""
    run = state.run[slot]
    p, missing = run.part, run.nodes - run.up
    part = state.part[p]
    from_pool = min(missing, part.pool)
    fresh = missing - from_pool
    if fresh > 0 and part.free + part.held0 - part.left < fresh:
        return False
    for _ in range(from_pool):
        part.pool -= 1
        n = state.pool[state.world[0].spare_at + part.first + part.pool]
        widen(state, slot, state.spot[n].domain)
        hand_over(state, slot, n)
    if fresh > 0:
        make_room(state, p, fresh)
        pack(state, slot, fresh)
    if run.row == IN_PREEMPTIBLE:
        part.preemptible += missing
    run.up = run.nodes
    run.span = tier(state, slot)
    return True


@njit(**INNER)
def break_node(state: State, n: int, repair_s: int) -> int:
    """Let a node go down; returns the first job on it by slot, NO without one."""
    world, node = state.world[0], state.node[n]
    p = state.spot[n].part
    part = state.part[p]
    before, slot = node.state, NO
    if before == FREE:
        drop_free(state, n)
    elif before == SPARE:
        i = world.spare_at + part.first
        while state.pool[i] != n:
            i += 1
        part.pool -= 1
        while i < world.spare_at + part.first + part.pool:
            state.pool[i] = state.pool[i + 1]
            i += 1
    elif before == SHARED:
        unlist_shared(state, n)
        change_hold(state, p, state.spot[n].release_s, -ONE)
        slot = INT(node.slot)
    else:
        slot = INT(node.slot)
        take_off(state, n)
        run = state.run[slot]
        run.up -= 1
        if run.row == IN_LEFTOVERS:
            part.held0 -= 1
        elif run.row == IN_PREEMPTIBLE:
            part.preemptible -= 1
    node.state = DOWN
    part.down += part.chips
    part.down_sum += part.chips * world.rest_s
    if world.now_s < state.world[0].window_s:
        part.failed_sum += 1
    push(state, world.now_s + repair_s, world.jobs + n)
    return slot


@njit(**INNER)
def hit(state: State, j: int) -> None:
    """Let a running job feel that nodes of its own are down."""
    slot = INT(state.job[j].slot)
    if slot < 0:
        return
    run = state.run[slot]
    p = run.part
    count_hit(state, p)
    if run.shares == 0 and run.level != LEFTOVER and replace(state, slot):
        restart(state, slot)
        return
    break_attempt(state, slot, RECOVERED)
    leave(state, slot)
    enqueue(state, p, j)


@njit(**INNER)
def sift_hits(state: State, i: int, size: int) -> None:
    """Let the job at place `i` of the heap of those hit sink below larger ones."""
    hits, at = state.pool, state.world[0].hits_at
    j = hits[at + i]
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and hits[at + child + 1] > hits[at + child]:
            child += 1
        if hits[at + child] <= j:
            break
        hits[at + i] = hits[at + child]
        i = child
    hits[at + i] = j


@njit(**INNER)
def sort_hits(state: State, size: int) -> None:
    """Sort the jobs hit by number (heapsort)."""
    hits, at = state.pool, state.world[0].hits_at
    for i in range(size // 2 - 1, -1, -1):
        sift_hits(state, i, size)
    for last in range(size - 1, 0, -1):
        top = hits[at]
        hits[at] = hits[at + last]
        hits[at + last] = top
        sift_hits(state, ZERO, last)


@njit(**INNER)
def fail(state: State, scope: int, index: int, repair_s: int) -> None:
    """Let a node, a domain or a partition go down, and the jobs on it restart or wait again."""
    world, hits, at = state.world[0], state.pool, state.world[0].hits_at
    first, beyond = index, index + 1
    if scope == DOMAIN:
        item = state.item[world.pods + index]
        first, beyond = item.first, item.beyond
    elif scope != NODE:
        first, beyond = state.part[index].first, state.part[index].beyond
    elif state.node[index].state == HELD and state.run[state.node[index].slot].immune != 0:
        return
    jobs = ZERO
    for n in range(first, beyond):
        if state.node[n].state == ABSENT or state.node[n].state == DOWN:
            continue
        p = state.spot[n].part
        state.part[p].dirty = 1
        slot = break_node(state, n, repair_s)
        while slot >= 0:
            j = state.run[slot].job
            # A job with several nodes is noted again and again, but mostly in a row.
            if jobs == 0 or hits[at + jobs - 1] != j:
                hits[at + jobs] = j
                jobs += 1
            slot = state.run[slot].beside
    sort_hits(state, jobs)
    last = NO
    for k in range(jobs):
        j = hits[at + k]
        if j != last:
            hit(state, j)
        last = j
