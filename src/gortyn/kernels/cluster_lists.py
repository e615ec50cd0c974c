"""This module owns the three sorted structures of a cluster simulation: events, releases and waiting jobs.

Events stand in a heap. Releases by time and waiting jobs by key stand in sorted lists that are cut into blocks, so that
an entry is added or taken off by moving half a block, and the list is read from its head without following links.
"""

from __future__ import annotations

from numba import njit

from gortyn.kernels.cluster_state import BLOCK, HALF, IN_TRANSIT, INNER, JOB_BITS, ZERO, State
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
        if child >= size:
            break
        least = child
        for other in range(child + 1, min(child + CHILDREN, size)):
            if pool[heap_at + other] < pool[heap_at + least]:
                least = other
        if pool[heap_at + least] >= key:
            break
        pool[heap_at + i] = pool[heap_at + least]
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
    state.part[p].hold_blocks = used - 1
    pool[count_at + right] = world.spare_hold
    world.spare_hold = right


@njit(**INNER)
def split_holds(state: State, p: int, place: int) -> None:
    """Give the upper half of the full block at `place` to a spare block after it."""
    world, hold, pool = state.world[0], state.hold, state.pool
    count_at, total_at = world.hold_count_at, world.hold_total_at
    base, used = world.hold_dir_at + p * world.hold_width, state.part[p].hold_blocks
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
    pool[base + place + 1] = right
    state.part[p].hold_blocks = used + 1


@njit(**INNER)
def expect(state: State, p: int, at_s: int, change: int) -> None:
    """Add `change` nodes (less than none to take them off) to those that partition `p` expects back at `at_s`."""
    world, hold, pool = state.world[0], state.hold, state.pool
    count_at, total_at = world.hold_count_at, world.hold_total_at
    base = world.hold_dir_at + p * world.hold_width
    place, beyond = ZERO, state.part[p].hold_blocks
    while beyond - place > 1:
        middle = (place + beyond) // 2
        if hold[pool[base + middle] * BLOCK].at_s <= at_s:
            place = middle
        else:
            beyond = middle
    block = pool[base + place]
    n = pool[count_at + block]
    low, high = block * BLOCK, block * BLOCK + n
    end = high
    while low < high:
        middle = (low + high) // 2
        if hold[middle].at_s < at_s:
            low = middle + 1
        else:
            high = middle
    if low < end and hold[low].at_s == at_s:
        hold[low].nodes += change
        pool[total_at + block] += change
        if hold[low].nodes == 0:
            for i in range(low, end - 1):
                hold[i] = hold[i + 1]
            pool[count_at + block] = n - 1
            if n <= HALF:
                fuse_holds(state, p, place)
                fuse_holds(state, p, place - 1)
        return
    if n == BLOCK:
        split_holds(state, p, place)
        if low > block * BLOCK + HALF:
            low -= block * BLOCK + HALF
            block = pool[base + place + 1]
            low += block * BLOCK
        n = pool[count_at + block]
    for i in range(block * BLOCK + n, low, -1):
        hold[i] = hold[i - 1]
    hold[low].at_s = at_s
    hold[low].nodes = change
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


@njit(**INNER)
def precedes(state: State, i: int, key1: int, key2: int) -> bool:
    """Whether entry `i` of the waiting stands before a key."""
    entry = state.wait[i]
    return entry.key1 < key1 or (entry.key1 == key1 and entry.key2 < key2)


@njit(**INNER)
def open_block(state: State, q: int, place: int) -> int:
    """Put an empty block at `place` of queue `q`; returns it."""
    world = state.world[0]
    pool, count_at, blocks_at = state.pool, world.wait_count_at, world.wait_blocks_at
    base, block = world.wait_dir_at + q * world.wait_width, world.spare_wait
    world.spare_wait = pool[count_at + block]
    for i in range(pool[blocks_at + q], place, -1):
        pool[base + i] = pool[base + i - 1]
    pool[base + place] = block
    pool[blocks_at + q] += 1
    pool[count_at + block] = 0
    pool[world.wait_least_at + block] = NEVER
    return block


@njit(**INNER)
def close_block(state: State, q: int, place: int) -> None:
    """Take the block at `place` out of queue `q`."""
    world, pool = state.world[0], state.pool
    base = world.wait_dir_at + q * world.wait_width
    count_at, blocks_at = world.wait_count_at, world.wait_blocks_at
    block = pool[base + place]
    pool[count_at + block] = world.spare_wait
    world.spare_wait = block
    pool[blocks_at + q] -= 1
    for i in range(place, pool[blocks_at + q]):
        pool[base + i] = pool[base + i + 1]


@njit(**INNER)
def insert(state: State, q: int, key1: int, key2: int) -> int:
    """Make room in queue `q` for an entry of this key; returns its index in `State.wait`, the key filled in."""
    world, pool = state.world[0], state.pool
    base = world.wait_dir_at + q * world.wait_width
    count_at, blocks_at = world.wait_count_at, world.wait_blocks_at
    wait = state.wait
    used = pool[blocks_at + q]
    if used == 0:
        block = open_block(state, q, ZERO)
        low = block * BLOCK
    else:
        block = pool[base + used - 1]
        low = block * BLOCK + pool[count_at + block]
        if precedes(state, low - 1, key1, key2):
            if pool[count_at + block] == BLOCK:
                block = open_block(state, q, used)
                low = block * BLOCK
        else:
            place, beyond = ZERO, used
            while beyond - place > 1:
                middle = (place + beyond) // 2
                if precedes(state, pool[base + middle] * BLOCK, key1, key2):
                    place = middle
                else:
                    beyond = middle
            block = pool[base + place]
            if pool[count_at + block] == BLOCK:
                right = open_block(state, q, place + 1)
                for i in range(BLOCK - HALF):
                    wait[right * BLOCK + i] = wait[block * BLOCK + HALF + i]
                pool[count_at + block], pool[count_at + right] = HALF, BLOCK - HALF
                pool[world.wait_least_at + right] = pool[world.wait_least_at + block]
                if precedes(state, right * BLOCK, key1, key2):
                    block = right
            low, high = block * BLOCK, block * BLOCK + pool[count_at + block]
            while low < high:
                middle = (low + high) // 2
                if precedes(state, middle, key1, key2):
                    low = middle + 1
                else:
                    high = middle
    for i in range(block * BLOCK + pool[count_at + block], low, -1):
        wait[i] = wait[i - 1]
    pool[count_at + block] += 1
    wait[low].key1 = key1
    wait[low].key2 = key2
    return low


@njit(**INNER)
def remove(state: State, q: int, place: int, i: int) -> tuple[int, int]:
    """Take entry `i` of the block at `place` out of queue `q`; returns block and entry of the one after it."""
    world, pool = state.world[0], state.pool
    base = world.wait_dir_at + q * world.wait_width
    count_at, blocks_at = world.wait_count_at, world.wait_blocks_at
    wait = state.wait
    block = pool[base + place]
    n = pool[count_at + block] - 1
    pool[count_at + block] = n
    for k in range(block * BLOCK + i, block * BLOCK + n):
        wait[k] = wait[k + 1]
    if n == 0:
        close_block(state, q, place)
        return place, ZERO
    for at in range(place, place - 2, -1):
        if at < 0 or at + 1 >= pool[blocks_at + q]:
            continue
        left, right = pool[base + at], pool[base + at + 1]
        m, more = pool[count_at + left], pool[count_at + right]
        if m + more > HALF:
            continue
        for k in range(more):
            wait[left * BLOCK + m + k] = wait[right * BLOCK + k]
        pool[count_at + left] = m + more
        pool[world.wait_least_at + left] = min(pool[world.wait_least_at + left], pool[world.wait_least_at + right])
        close_block(state, q, at + 1)
        if at < place:
            return at, m + i
    return place, i


@njit(**INNER)
def blocks(state: State, q: int) -> int:
    """How many blocks queue `q` has."""
    return state.pool[state.world[0].wait_blocks_at + q]


@njit(**INNER)
def block_at(state: State, q: int, place: int) -> int:
    """Block at a place of queue `q`."""
    world = state.world[0]
    return state.pool[world.wait_dir_at + q * world.wait_width + place]


@njit(**INNER)
def entries(state: State, block: int) -> int:
    """How many entries a block of waiting jobs has."""
    return state.pool[state.world[0].wait_count_at + block]


@njit(**INNER)
def note_least(state: State, block: int, nodes: int) -> None:
    """Let a block of waiting jobs know that one of them asks for so few nodes."""
    at = state.world[0].wait_least_at + block
    state.pool[at] = min(state.pool[at], nodes)


@njit(**INNER)
def locate(state: State, q: int, key1: int, key2: int) -> tuple[int, int]:
    """Block and entry of the key in queue `q`, which holds it."""
    world, pool = state.world[0], state.pool
    base = world.wait_dir_at + q * world.wait_width
    count_at, blocks_at = world.wait_count_at, world.wait_blocks_at
    place, beyond = ZERO, pool[blocks_at + q]
    while beyond - place > 1:
        middle = (place + beyond) // 2
        first = state.wait[pool[base + middle] * BLOCK]
        if precedes(state, pool[base + middle] * BLOCK, key1, key2) or first.key2 == key2:
            place = middle
        else:
            beyond = middle
    block = pool[base + place]
    low, high = block * BLOCK, block * BLOCK + pool[count_at + block]
    while low < high:
        middle = (low + high) // 2
        if precedes(state, middle, key1, key2):
            low = middle + 1
        else:
            high = middle
    return place, low - block * BLOCK


@njit(**INNER)
def waiting_job(key2: int) -> int:
    """Job of an entry with this second key."""
    return key2 & ((1 << JOB_BITS) - 1)
