"""This module owns two sorted structures of a cluster simulation: events and releases.

Events stand in a heap. Releases by time stand in sorted lists that are cut into blocks, so that one is added or taken
off by moving half a block, and the list is read from its head without following links.
"""

from __future__ import annotations

from numba import njit

from gortyn.kernels.cluster_state import BLOCK, HALF, IN_TRANSIT, INNER, INT, ZERO, State
from gortyn.kernels.cluster_types import NEVER

CHILDREN = 2 * 2  # unit: children of an event in the heap, eight bytes each


@njit(**INNER)
def is_live(state: State, key: int) -> bool:
    """Whether an event still stands: the job that it belongs to waits for it at this time."""
    world = state.world[0]
    who, at_s = key & ((1 << world.shift) - 1), key >> world.shift
    if who >= world.jobs:
        return True
    job = state.job[who]
    if job.slot >= 0:
        return state.run[job.slot].event_s == at_s
    return job.slot == IN_TRANSIT and job.queue_s == at_s


@njit(**INNER)
def sink(state: State, i: int, size: int, key: int) -> None:
    """Put an event at place `i` of the heap or below."""
    pool, heap_at = state.pool, state.world[0].heap_at
    while True:
        child = CHILDREN * i + 1
        at = heap_at + child
        if child + CHILDREN <= size:
            # Which of four is the least is as good as random, so that jumps would cost more than this.
            one, other = min(pool[at], pool[at + 1]), min(pool[at + 2], pool[at + 2 + 1])
            first = child + INT(pool[at + 1] < pool[at])
            second = child + 2 + INT(pool[at + 2 + 1] < pool[at + 2])
            least, top = first + (second - first) * INT(other < one), min(one, other)
        elif child < size:
            least, top = child, pool[at]
            for k in range(child + 1, size):
                if pool[heap_at + k] < top:
                    least, top = k, pool[heap_at + k]
        else:
            break
        if top >= key:
            break
        pool[heap_at + i] = top
        i = least
    pool[heap_at + i] = key


@njit(**INNER)
def drop_void(state: State) -> None:
    """Rebuild the heap without the events that no longer stand."""
    world, pool = state.world[0], state.pool
    heap_at = world.heap_at
    size = ZERO
    for i in range(world.heap):
        if is_live(state, pool[heap_at + i]):
            pool[heap_at + size] = pool[heap_at + i]
            size += 1
    world.heap = size
    for i in range((size - 2) // CHILDREN, -1, -1):
        sink(state, i, size, pool[heap_at + i])


@njit(**INNER)
def push(state: State, at_s: int, who: int) -> None:
    """Add an event of a job, or (counted on after the jobs) of a node."""
    world, pool = state.world[0], state.pool
    heap_at = world.heap_at
    if world.heap == world.heap_size:
        drop_void(state)
    key = (at_s << world.shift) | who
    i = world.heap
    world.heap = i + 1
    while i > 0:
        parent = (i - 1) // CHILDREN
        if pool[heap_at + parent] <= key:
            break
        pool[heap_at + i] = pool[heap_at + parent]
        i = parent
    pool[heap_at + i] = key


@njit(**INNER)
def pop(state: State) -> None:
    """Take the earliest event off the heap."""
    world, pool = state.world[0], state.pool
    heap_at = world.heap_at
    world.heap -= 1
    if world.heap > 0:
        sink(state, ZERO, world.heap, pool[heap_at + world.heap])


@njit(**INNER)
def next_event(state: State) -> int:
    """Time of the earliest event that still stands; NEVER without one."""
    world = state.world[0]
    while world.heap > 0:
        key = state.pool[world.heap_at]
        if is_live(state, key):
            return key >> world.shift
        pop(state)
    return NEVER


@njit(**INNER)
def fuse_holds(state: State, p: int, place: int) -> None:
    """Move the releases of the block after `place` into the one there where both are sparse or one is empty."""
    world, hold, pool = state.world[0], state.hold, state.pool
    count_at, total_at = world.hold_count_at, world.hold_total_at
    base, used = world.hold_dir_at + p * world.hold_width, state.part[p].hold_blocks
    ahead = world.hold_first_at - world.hold_dir_at
    if place < 0 or place + 1 >= used:
        return
    left, right = pool[base + place], pool[base + place + 1]
    n, more = pool[count_at + left], pool[count_at + right]
    if n + more > HALF and n > 0 and more > 0:
        return
    for i in range(more):
        hold[left * BLOCK + n + i] = hold[right * BLOCK + i]
    pool[count_at + left] = n + more
    pool[total_at + left] += pool[total_at + right]
    for i in range(place + 1, used - 1):
        pool[base + i] = pool[base + i + 1]
        pool[base + ahead + i] = pool[base + ahead + i + 1]
    pool[base + ahead + place] = hold[left * BLOCK].at_s
    state.part[p].hold_blocks = used - 1
    pool[count_at + right] = world.spare_hold
    world.spare_hold = right


@njit(**INNER)
def split_holds(state: State, p: int, place: int) -> None:
    """Give the upper half of the full block at `place` to a spare block after it."""
    world, hold, pool = state.world[0], state.hold, state.pool
    count_at, total_at = world.hold_count_at, world.hold_total_at
    base, used = world.hold_dir_at + p * world.hold_width, state.part[p].hold_blocks
    ahead = world.hold_first_at - world.hold_dir_at
    left, right = pool[base + place], world.spare_hold
    world.spare_hold = pool[count_at + right]
    moved = 0
    for i in range(BLOCK - HALF):
        hold[right * BLOCK + i] = hold[left * BLOCK + HALF + i]
        moved += hold[right * BLOCK + i].nodes
    pool[count_at + left], pool[count_at + right] = HALF, BLOCK - HALF
    pool[total_at + left] -= moved
    pool[total_at + right] = moved
    for i in range(used, place + 1, -1):
        pool[base + i] = pool[base + i - 1]
        pool[base + ahead + i] = pool[base + ahead + i - 1]
    pool[base + place + 1] = right
    pool[base + ahead + place + 1] = hold[right * BLOCK].at_s
    state.part[p].hold_blocks = used + 1


@njit(**INNER)
def expect(state: State, p: int, at_s: int, change: int) -> None:
    """Add `change` nodes (less than none to take them off) to those that partition `p` expects back at `at_s`."""
    world, hold, pool = state.world[0], state.hold, state.pool
    count_at, total_at = world.hold_count_at, world.hold_total_at
    base = world.hold_dir_at + p * world.hold_width
    # Both searches halve without jumps, which would be foreseen wrongly half of the time.
    first_at = world.hold_first_at + p * world.hold_width
    place, size = ZERO, state.part[p].hold_blocks
    while size > 1:
        half = size >> 1
        place += half * INT(pool[first_at + place + half] <= at_s)
        size -= half
    block = pool[base + place]
    n = pool[count_at + block]
    low, size = block * BLOCK, n
    end = low + n
    while size > 1:
        half = size >> 1
        low += half * INT(hold[low + half - 1].at_s < at_s)
        size -= half
    if n > 0:
        low += INT(hold[low].at_s < at_s)
    if low < end and hold[low].at_s == at_s:
        hold[low].nodes += change
        pool[total_at + block] += change
        if hold[low].nodes == 0:
            for i in range(low, end - 1):
                hold[i] = hold[i + 1]
            pool[count_at + block] = n - 1
            pool[first_at + place] = hold[block * BLOCK].at_s
            if n <= HALF:
                fuse_holds(state, p, place)
                fuse_holds(state, p, place - 1)
        return
    if n == BLOCK:
        split_holds(state, p, place)
        if low > block * BLOCK + HALF:
            low -= block * BLOCK + HALF
            place += 1
            block = pool[base + place]
            low += block * BLOCK
        n = pool[count_at + block]
    for i in range(block * BLOCK + n, low, -1):
        hold[i] = hold[i - 1]
    hold[low].at_s = at_s
    hold[low].nodes = change
    pool[first_at + place] = hold[block * BLOCK].at_s
    pool[count_at + block] = n + 1
    pool[total_at + block] += change


@njit(**INNER)
def reach(state: State, p: int, need: int) -> tuple[int, int]:
    """Earliest time by which `need` > 0 nodes are expected back, and how many are back by then, ties included.

    (NEVER, need) where that many are never expected.
    """
    back = ZERO
    world, pool = state.world[0], state.pool
    count_at, total_at = world.hold_count_at, world.hold_total_at
    base = world.hold_dir_at + p * world.hold_width
    for place in range(state.part[p].hold_blocks):
        block = pool[base + place]
        if back + pool[total_at + block] < need:
            back += pool[total_at + block]
            continue
        for i in range(block * BLOCK, block * BLOCK + pool[count_at + block]):
            back += state.hold[i].nodes
            if back >= need:
                return state.hold[i].at_s, back
    return NEVER, need
