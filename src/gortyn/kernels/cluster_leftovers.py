"""This module owns the pass over leftovers, and the end of services that wait too long."""

from __future__ import annotations

from numba import njit

from gortyn.kernels.cluster_jobs import occupy
from gortyn.kernels.cluster_queue import believed_end, dequeue, is_held
from gortyn.kernels.cluster_state import (
    BLOCK,
    INNER,
    INT,
    NO,
    SERVICE,
    ZERO,
    State,
)
from gortyn.kernels.cluster_waiting import (
    block_at,
    blocks,
    entries,
    none_fits,
    refresh_summary,
    remove,
    waiting_job,
)


@njit(**INNER)
def drop_service(state: State, p: int, j: int) -> None:
    """Let a service end that is over before it has got nodes."""
    dequeue(state, p, j)
    if state.job[j].start_s >= 0:
        state.job[j].end_s = INT(state.job[j].eligible_s) + INT(state.job[j].work_s)


@njit(**INNER)
def skip_large(state: State, first: int, count: int, free: int) -> int:
    """How many of the entries from `first` on are no services and ask for more than so many nodes."""
    for i in range(first, first + count):
        entry = state.wait[i]
        if entry.nodes <= free or entry.marks & SERVICE:
            return i - first
    return count


@njit(**INNER)
def left_loop(state: State, p: int) -> None:
    """Start leftovers in order as far as nodes are free."""
    world, rule, part = state.world[0], state.world[0], state.part[p]
    q = 2 * p + 1
    part.left_dirty = 0
    if part.free <= part.left_power and part.services == 0:
        return
    looked = 0
    changed = False
    place, i = ZERO, ZERO
    while place < blocks(state, q):
        index = block_at(state, q, place)
        count = entries(state, index)
        if i >= count:
            place, i = place + 1, ZERO
            continue
        free = part.free - part.left_power
        ahead = min(count - i, rule.depth - looked)
        if i > 0 or part.services > 0 or not none_fits(state, index, free):
            ahead = skip_large(state, index * BLOCK + i, ahead, free)
            if ahead == count:
                refresh_summary(state, index)
        looked += ahead
        i += ahead
        if i == count:
            continue
        looked += 1
        if looked > rule.depth:
            part.left_dirty = 1 if changed else 0
            return
        entry = state.wait[index * BLOCK + i]
        flags, j = INT(entry.marks), waiting_job(entry.key2)
        nodes, length_s = INT(entry.nodes), INT(entry.length)
        if flags & SERVICE and believed_end(state, p, j, flags, ZERO) <= world.now_s:
            place, i = remove(state, q, place, i)
            drop_service(state, p, j)
            changed = True
        elif nodes <= part.free - part.left_power and not is_held(state, INT(entry.tenant), INT(entry.chips), length_s):
            place, i = remove(state, q, place, i)
            dequeue(state, p, j)
            occupy(state, p, j, length_s, NO, NO)
            changed = True
            if part.free <= part.left_power and part.services == 0:
                break
        else:
            i += 1
