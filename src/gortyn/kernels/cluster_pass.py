"""This module owns a scheduling pass: which waiting jobs of a partition start now.

A pass is meant to look at all that waits whenever anything happens. It is skipped where that cannot start anything:
as long as nothing comes back, the first blocked job keeps its shadow time and its extra nodes, and only new jobs have
to be looked at.
"""

from __future__ import annotations

from numba import njit

from gortyn.kernels.cluster_clock import break_attempt
from gortyn.kernels.cluster_jobs import leave, make_room, occupy
from gortyn.kernels.cluster_leftovers import drop_service, left_loop
from gortyn.kernels.cluster_lists import reach
from gortyn.kernels.cluster_plan import fits_plan, keeps_plan, make_plan
from gortyn.kernels.cluster_queue import believed_end, dequeue, enqueue, is_held, is_limited
from gortyn.kernels.cluster_state import (
    BLOCK,
    BLOCKED,
    INNER,
    INT,
    LEVEL,
    NO,
    OPEN,
    RESUMED,
    SERVICE,
    SHARES,
    STOPPED,
    URGENT_FIRST,
    ZERO,
    State,
)
from gortyn.kernels.cluster_subnode import find_shared, roomiest
from gortyn.kernels.cluster_types import CONSERVATIVE, EASY, NEVER, NONE, STANDARD, URGENT
from gortyn.kernels.cluster_waiting import (
    block_at,
    blocks,
    entries,
    locate,
    none_backfills,
    refresh_summary,
    remove,
    waiting_job,
)

FITS = -2
"""No window and no lack of nodes keeps a job from starting."""


@njit(**INNER)
def owner_window(state: State, p: int, tenant: int, flags: int, nodes: int, end_s: int) -> int:
    """First active window in which a job may start as its tenant's own; NO without one."""
    part = state.part[p]
    if part.active == 0 or flags & SHARES or nodes > part.free + part.held0:
        return NO
    for i in range(part.window_first, part.window):
        w = state.pool[state.world[0].window_of_at + i]
        window = state.window[w]
        if (
            window.active != 0
            and window.tenant == tenant
            and window.used + nodes <= window.nodes
            and end_s <= window.end_s
        ):
            return w
    return NO


@njit(**INNER)
def obstacle(state: State, p: int, nodes: int, shared: int, end_s: int) -> int:
    """What keeps a job of level 1 from starting: NO for want of nodes, a window, or FITS for nothing."""
    part = state.part[p]
    if shared < 0 and nodes > part.free + part.held0 - part.left:
        return NO
    window_of_at = state.world[0].window_of_at
    for i in range(part.window, part.window_end):
        window = state.window[state.pool[window_of_at + i]]
        if window.begin_s >= end_s:
            break
        cost = nodes if shared < 0 else (1 if state.spot[shared].release_s <= window.begin_s else 0)
        if cost > window.slack:
            return state.pool[window_of_at + i]
    return FITS


@njit(**INNER)
def block(state: State, p: int, nodes: int, window: int) -> None:
    """Set shadow time and extra nodes after a job that `window` (NO: the lack of nodes) keeps from starting."""
    part = state.part[p]
    ready = part.free + part.held0 - part.left
    part.settled = BLOCKED
    part.by_window = 0
    if state.world[0].backfill != EASY:
        return
    if window < 0:
        shadow_s, back = reach(state, p, nodes - ready)
        part.shadow_s = shadow_s
        part.extra = 0 if shadow_s == NEVER else ready + back - nodes
    else:
        part.by_window = 1
        part.shadow_s = state.window[window].end_s
        part.extra = ready - nodes


@njit(**INNER)
def backfills(state: State, p: int, nodes: int, shared: int, end_s: int) -> bool:
    """Whether a job behind a blocked one delays it by nothing; takes what it costs off the extra nodes."""
    part = state.part[p]
    cost = 0
    if end_s > part.shadow_s:
        cost = nodes if shared < 0 else (1 if state.spot[shared].release_s <= part.shadow_s else 0)
    if cost > part.extra:
        return False
    part.extra -= cost
    return True


@njit(**INNER)
def begin(state: State, p: int, j: int, length_s: int, nodes: int, window: int, shared: int, level: int) -> bool:
    """Start a job that has been taken out of its queue; returns whether another of level 1 had to go for it.

    Jobs that go wait in `State.scratch` until the loop over the queue is done.
    """
    world, part = state.world[0], state.part[p]
    gone = False
    if shared < 0:
        make_room(state, p, nodes)
        while level == URGENT and part.free < nodes and part.last_preempt >= 0:
            slot = part.last_preempt
            state.wait[state.world[0].scratch_at + world.pending].key2 = state.run[slot].job
            world.pending += 1
            break_attempt(state, slot, RESUMED)
            if world.now_s < state.world[0].window_s:
                world.preempted += 1
            leave(state, slot)
            gone = True
    occupy(state, p, j, length_s, window, shared)
    return gone


@njit(**INNER)
def consider(state: State, p: int, i: int) -> tuple[bool, int, int, bool]:
    """Whether entry `i` of the main queue starts now; in which window, on which shared node, and whether to stop."""
    part, rule, entry = state.part[p], state.world[0], state.wait[i]
    flags, nodes, length_s = INT(entry.marks), INT(entry.nodes), INT(entry.length)
    level, j = flags // LEVEL, waiting_job(entry.key2)
    if is_held(state, INT(entry.tenant), INT(entry.chips), length_s):
        return False, NO, NO, False
    end_s = believed_end(state, p, j, flags, length_s)
    if part.active > 0:
        window = owner_window(state, p, INT(entry.tenant), flags, nodes, end_s)
        if window >= 0:
            return True, window, NO, False
    if part.settled == BLOCKED and rule.backfill == NONE:
        return False, NO, NO, False
    shared = find_shared(state, p, INT(entry.chips)) if flags & SHARES else NO
    ready = part.free + part.held0 - part.left
    if level == URGENT:
        if shared >= 0 or nodes <= ready + part.preemptible:
            return True, NO, shared, False
        part.settled = STOPPED
        part.head1, part.head2, part.head_tenant = entry.key1, entry.key2, entry.tenant
        return False, NO, NO, True
    if rule.backfill == CONSERVATIVE:
        part.seen += 1
        if part.seen > rule.depth:
            part.limited = 1
            return False, NO, NO, True
        # On a shared node it keeps the node from when the others leave until its own end.
        if shared >= 0 and keeps_plan(state, state.spot[shared].release_s, end_s):
            return True, NO, shared, False
        return fits_plan(state, nodes, length_s) and nodes <= ready, NO, NO, False
    reason = obstacle(state, p, nodes, shared, end_s)
    if part.settled == BLOCKED:
        return reason == FITS and backfills(state, p, nodes, shared, end_s), NO, shared, False
    if reason == FITS:
        return True, NO, shared, False
    block(state, p, nodes, reason)
    part.head1, part.head2, part.head_tenant = entry.key1, entry.key2, entry.tenant
    return False, NO, NO, rule.backfill == NONE and part.active == 0


@njit(**INNER)
def start_entry(state: State, p: int, place: int, i: int, window: int, shared: int) -> tuple[int, int, bool, bool]:
    """Start the job of an entry of the main queue.

    Returns
    -------
    Block and entry of the next one, whether a job of level 1 had to go, and whether something is other than a blocked
    job before it believed: when its nodes come back, what the quota that they share leaves, or which nodes are shared.
    """
    part = state.part[p]
    index = block_at(state, 2 * p, place) * BLOCK + i
    entry = state.wait[index]
    tenant = INT(entry.tenant)
    flags, nodes, length_s = INT(entry.marks), INT(entry.nodes), INT(entry.length)
    j = waiting_job(entry.key2)
    place, i = remove(state, 2 * p, place, i)
    dequeue(state, p, j)
    end_s = believed_end(state, p, j, flags, length_s)
    gone = begin(state, p, j, length_s, nodes, window, shared, flags // LEVEL)
    # A shared node that fits another job best by now may cost that one less.
    other = flags & SHARES != 0 or state.run[state.job[j].slot].expected_s != end_s
    if part.head_tenant == tenant and is_limited(state, tenant):
        other = True
    return place, i, gone, other


@njit(**INNER)
def skip(state: State, p: int, first: int, count: int) -> int:
    """How many of the entries of the main queue from `first` on a few numbers show not to start; see `consider`."""
    part, now_s = state.part[p], state.world[0].now_s
    blocked = part.settled == BLOCKED and part.active == 0
    ready, extra, left_s = part.free + part.held0 - part.left, part.extra, part.shadow_s - now_s
    room = roomiest(state, p) if blocked else ZERO
    for i in range(first, first + count):
        entry = state.wait[i]
        tenant = state.tenant[entry.tenant]
        if entry.marks & SERVICE:
            return i - first
        if tenant.quota < 0 or tenant.running + entry.chips <= tenant.quota:
            if not blocked or (entry.marks & SHARES and entry.chips <= room):
                return i - first
            if entry.nodes <= ready and (entry.nodes <= extra or entry.length <= left_s):
                return i - first
    return count


@njit(**INNER)
def main_loop(state: State, p: int) -> bool:
    """Look once at the main queue in order; returns whether a job of level 1 was preempted."""
    world, rule, part = state.world[0], state.world[0], state.part[p]
    part.settled, part.seen, part.limited, part.by_window = OPEN, 0, 0, 0
    planned, gone, surprised = False, False, False
    # Behind a blocked job, a block of which no job can start needs no look at each.
    leaps = rule.backfill == EASY and part.active == 0 and part.services == 0
    started = 0
    place, i = ZERO, ZERO
    while place < blocks(state, 2 * p):
        index = block_at(state, 2 * p, place)
        count = entries(state, index)
        if i >= count:
            place, i = place + 1, ZERO
            continue
        blocked = part.settled == BLOCKED
        # The job at which the look ends is still to be noted.
        ahead = min(count - i, rule.depth - part.seen) if blocked else count - i
        if not (leaps and blocked and (i == 0 or part.seen == 0) and none_backfills(state, p, index)):
            ahead = skip(state, p, index * BLOCK + i, ahead)
            if ahead == count:
                refresh_summary(state, index)
        if blocked:
            part.seen += ahead
        i += ahead
        if i == count:
            continue
        index = index * BLOCK + i
        entry = state.wait[index]
        flags, j = INT(entry.marks), waiting_job(entry.key2)
        if flags & SERVICE and believed_end(state, p, j, flags, ZERO) <= world.now_s:
            place, i = remove(state, 2 * p, place, i)
            drop_service(state, p, j)
            continue
        if blocked:
            part.seen += 1
            if part.seen > rule.depth:
                part.limited = 1
                part.limit1, part.limit2 = entry.key1, entry.key2
                break
        if rule.backfill == CONSERVATIVE and not planned and flags // LEVEL == STANDARD:
            make_plan(state, p)
            planned = True
        starts, window, shared, stop = consider(state, p, index)
        if starts:
            place, i, went, other = start_entry(state, p, place, i, window, shared)
            gone = gone or went
            if blocked or planned:
                started += 1
                surprised = surprised or other or planned
        else:
            i += 1
        if stop:
            break
    part.behind = part.seen - started
    # A second look may start more where the first one did and believed something that is not so.
    again = started > 0 and (surprised or part.by_window != 0 or part.limited != 0)
    part.dirty = 1 if again else 0
    return gone


@njit(**INNER)
def look_at_new(state: State, p: int) -> bool:
    """Look at the one job that has come since the last pass; returns False where that is not enough."""
    rule, part = state.world[0], state.part[p]
    q = 2 * p
    key1, key2 = part.new1, part.new2
    if key1 < -URGENT_FIRST // 2:
        return False
    after_head = part.head1 < key1 or (part.head1 == key1 and part.head2 < key2)
    if part.settled == STOPPED:
        return after_head
    if rule.backfill == CONSERVATIVE:
        return False
    blocked = part.settled == BLOCKED
    if blocked:
        if not after_head:
            return False
        if rule.backfill == NONE and part.active == 0:
            return True
        if part.limited != 0:
            return part.limit1 < key1 or (part.limit1 == key1 and part.limit2 < key2)
        if part.behind + 1 > rule.depth:
            return False
    place = blocks(state, q) - 1
    index = block_at(state, q, place)
    i = entries(state, index) - 1
    if state.wait[index * BLOCK + i].key2 != key2:
        if not blocked:
            return False
        place, i = locate(state, q, key1, key2)
        index = block_at(state, q, place)
    starts, window, shared, _ = consider(state, p, index * BLOCK + i)
    if starts:
        _, _, _, other = start_entry(state, p, place, i, window, shared)
        if blocked and (other or part.by_window != 0):
            part.dirty = 1
    elif blocked:
        part.behind += 1
    else:
        part.behind = 0
    return True


@njit(**INNER)
def next_until(state: State, p: int) -> int:
    """Earliest end after now of the services that wait in a partition; NEVER without one."""
    earliest = NEVER
    for q in range(2 * p, 2 * p + 2):
        for place in range(blocks(state, q)):
            index = block_at(state, q, place)
            for i in range(index * BLOCK, index * BLOCK + entries(state, index)):
                flags = INT(state.wait[i].marks)
                if flags & SERVICE:
                    end_s = believed_end(state, p, waiting_job(state.wait[i].key2), flags, ZERO)
                    if end_s > state.world[0].now_s:
                        earliest = min(earliest, end_s)
    return earliest


@njit(**INNER)
def run_pass(state: State, p: int) -> None:
    """Start what may start in a partition now."""
    world, part = state.world[0], state.part[p]
    due = part.until_s <= world.now_s
    if due:
        part.dirty, part.left_dirty = 1, 1
    again = part.dirty != 0 or part.fresh > 1
    if part.fresh == 1 and not again:
        again = not look_at_new(state, p)
    while again:
        if part.main_count == 0:
            part.dirty, part.settled, part.behind, part.limited = 0, OPEN, 0, 0
        again = main_loop(state, p)
        for k in range(world.pending):
            enqueue(state, p, state.wait[world.scratch_at + k].key2)
        world.pending = 0
    part.fresh = 0
    if part.left_dirty != 0:
        if part.left_count > 0:
            left_loop(state, p)
        else:
            part.left_dirty = 0
    if due:
        part.until_s = next_until(state, p)
