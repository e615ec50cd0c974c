"""This module owns the queues: waiting jobs by key, in sorted lists that are cut into blocks like those of releases.

Each block has a summary of its jobs, from which a pass sees that none of them can start. A summary may promise too much
after a job has left its block, never too little.
"""

from __future__ import annotations

from numba import njit

from gortyn.kernels.cluster_nodes import highest
from gortyn.kernels.cluster_state import (
    BLOCK,
    CLASSES,
    HALF,
    INNER,
    INT,
    JOB_BITS,
    LEAST_CHIPS,
    LEAST_NODES,
    OUTDATED,
    SHARES,
    SHORTEST,
    SUMMARY,
    ZERO,
    State,
)
from gortyn.kernels.cluster_subnode import roomiest
from gortyn.kernels.cluster_types import NEVER


@njit(**INNER)
def size_class(nodes: int) -> int:
    """Class of a size, whose upper end is a power of two."""
    return min(highest(2 * nodes - 1), CLASSES - 1)


@njit(**INNER)
def clear_summary(state: State, block: int) -> None:
    """Give a block the summary of no job."""
    at = state.world[0].wait_summary_at + block * SUMMARY
    for k in range(SUMMARY):
        state.pool[at + k] = NEVER
    state.pool[at + OUTDATED] = 0


@njit(**INNER)
def summarize(state: State, block: int, i: int) -> None:
    """Add entry `i` of the waiting to the summary of its block."""
    pool, at, entry = state.pool, state.world[0].wait_summary_at + block * SUMMARY, state.wait[i]
    nodes = INT(entry.nodes)
    pool[at + LEAST_NODES] = min(pool[at + LEAST_NODES], nodes)
    if entry.marks & SHARES:
        pool[at + LEAST_CHIPS] = min(pool[at + LEAST_CHIPS], INT(entry.chips))
    k = at + SHORTEST + size_class(nodes)
    pool[k] = min(pool[k], INT(entry.length))


@njit(**INNER)
def refresh_summary(state: State, block: int) -> None:
    """Make the summary of a block anew if jobs have left it, after a look at each has been in vain."""
    if state.pool[state.world[0].wait_summary_at + block * SUMMARY + OUTDATED] != 0:
        clear_summary(state, block)
        for i in range(block * BLOCK, block * BLOCK + entries(state, block)):
            summarize(state, block, i)


@njit(**INNER)
def none_fits(state: State, block: int, nodes: int) -> bool:
    """Whether every job of a block asks for more than so many nodes."""
    return state.pool[state.world[0].wait_summary_at + block * SUMMARY + LEAST_NODES] > nodes


@njit(**INNER)
def none_backfills(state: State, p: int, block: int) -> bool:
    """Whether the summary of a block shows that none of its jobs passes the blocked job of a partition.

    Each asks for more nodes than there are, or for more than the blocked job leaves over and for too long. A job that
    would find a shared node is not judged.
    """
    part, pool, at = state.part[p], state.pool, state.world[0].wait_summary_at + block * SUMMARY
    if pool[at + LEAST_CHIPS] <= roomiest(state, p):
        return False
    ready = part.free + part.held0 - part.left
    least = pool[at + LEAST_NODES]
    if least > ready:
        return True
    if least <= part.extra:
        return False
    left_s = part.shadow_s - state.world[0].now_s
    for k in range(at + SHORTEST + size_class(least), at + SHORTEST + size_class(ready) + 1):
        if pool[k] <= left_s:
            return False
    return True


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
    clear_summary(state, block)
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
    wait, summary_at = state.wait, world.wait_summary_at
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
                for k in range(SUMMARY):
                    pool[summary_at + right * SUMMARY + k] = pool[summary_at + block * SUMMARY + k]
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
    wait, summary_at = state.wait, world.wait_summary_at
    block = pool[base + place]
    pool[summary_at + block * SUMMARY + OUTDATED] = 1
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
        for k in range(SUMMARY):
            one = summary_at + left * SUMMARY + k
            pool[one] = min(pool[one], pool[summary_at + right * SUMMARY + k])
        pool[summary_at + left * SUMMARY + OUTDATED] = 1
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
