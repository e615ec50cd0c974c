"""This module owns the scheduler of one partition: first come first served, and the same with EASY backfill.

Nodes are counted, not named. A step of capacity is a holder of nodes that gives them back at a known second, so it
passes through the same two structures as a running job: `Ends` (a binary heap of actual ends, for the event loop)
and `Releases` (nodes expected back by time, for the shadow time of EASY). Waiting jobs stand in a segment tree over
queue positions that finds the next candidate which may start without looking at the others, so that a pass does not
grow with the length of the queue.

All compiled functions share this file because the on-disk cache of numba watches only the file of the function that
was called, not those of the functions it calls.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gortyn.kernels.types import Queue

BLOCK: Final = 2**7
"""Entries of one block of `Releases`; moving half a block costs about as much as finding it."""
HALF: Final = BLOCK // 2
NEVER: Final = np.iinfo(np.int64).max


class Ends(NamedTuple):
    """Binary min-heap of actual ends: at_s[i], and who[i], the job or (counted on after the jobs) capacity step."""

    at_s: NDArray[np.int64]
    who: NDArray[np.int64]


class Releases(NamedTuple):
    """Nodes expected back, by time: a list sorted by at_s, each second once, cut into blocks of at most BLOCK.

    Attributes
    ----------
    at_s, nodes : int64[block, BLOCK], entries of each block
    entries, total : int64[block], entries in use and sum of their nodes
    order : int64[block + 1], blocks in the order of their times: order[:order[-1]] are in use, the others are spare
    """

    at_s: NDArray[np.int64]
    nodes: NDArray[np.int64]
    entries: NDArray[np.int64]
    total: NDArray[np.int64]
    order: NDArray[np.int64]


@njit(nogil=True)
def push(ends: Ends, size: int, at_s: int, who: int) -> int:
    """Add an end to a heap of `size` ends; returns the new size."""
    i = size
    while i > 0:
        parent = (i - 1) // 2
        if ends.at_s[parent] <= at_s:
            break
        ends.at_s[i] = ends.at_s[parent]
        ends.who[i] = ends.who[parent]
        i = parent
    ends.at_s[i] = at_s
    ends.who[i] = who
    return size + 1


@njit(nogil=True)
def pop(ends: Ends, size: int) -> int:
    """Take the earliest end off a heap of `size` > 0 ends; returns the new size."""
    size -= 1
    at_s = ends.at_s[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and ends.at_s[child + 1] < ends.at_s[child]:
            child += 1
        if ends.at_s[child] >= at_s:
            break
        ends.at_s[i] = ends.at_s[child]
        ends.who[i] = ends.who[child]
        i = child
    ends.at_s[i] = at_s
    ends.who[i] = ends.who[size]
    return size


@njit(nogil=True)
def _fuse(releases: Releases, place: int) -> None:
    """Move the entries of the block after `place` into the one at `place` where both are sparse or one is empty."""
    at_s, nodes, entries, total, order = releases
    used = order[-1]
    if place < 0 or place + 1 >= used:
        return
    left, right = order[place], order[place + 1]
    count, more = entries[left], entries[right]
    if count + more > HALF and count > 0 and more > 0:
        return
    for i in range(more):
        at_s[left, count + i] = at_s[right, i]
        nodes[left, count + i] = nodes[right, i]
    entries[left] = count + more
    total[left] += total[right]
    for i in range(place + 1, used - 1):
        order[i] = order[i + 1]
    order[used - 1] = right
    order[-1] = used - 1


@njit(nogil=True)
def _split(releases: Releases, place: int) -> None:
    """Give the upper half of the full block at `place` to a spare block after it."""
    at_s, nodes, entries, total, order = releases
    used = order[-1]
    left, right = order[place], order[used]
    moved = 0
    for i in range(BLOCK - HALF):
        at_s[right, i] = at_s[left, HALF + i]
        nodes[right, i] = nodes[left, HALF + i]
        moved += nodes[right, i]
    entries[left], entries[right] = HALF, BLOCK - HALF
    total[left] -= moved
    total[right] = moved
    for i in range(used, place + 1, -1):
        order[i] = order[i - 1]
    order[place + 1] = right
    order[-1] = used + 1


@njit(nogil=True)
def expect(releases: Releases, when_s: int, change: int) -> None:
    """Add `change` nodes (less than none to take them off) to those expected back at `when_s`."""
    at_s, nodes, entries, total, order = releases
    place, beyond = 0, order[-1]
    while beyond - place > 1:
        middle = (place + beyond) // 2
        if at_s[order[middle], 0] <= when_s:
            place = middle
        else:
            beyond = middle
    block = order[place]
    count = entries[block]
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if at_s[block, middle] < when_s:
            low = middle + 1
        else:
            high = middle
    if low < count and at_s[block, low] == when_s:
        nodes[block, low] += change
        total[block] += change
        if nodes[block, low] == 0:
            for i in range(low, count - 1):
                at_s[block, i] = at_s[block, i + 1]
                nodes[block, i] = nodes[block, i + 1]
            entries[block] = count - 1
            if count <= HALF:
                _fuse(releases, place)
                _fuse(releases, place - 1)
        return
    if count == BLOCK:
        _split(releases, place)
        if low > HALF:
            low -= HALF
            block = order[place + 1]
        count = entries[block]
    for i in range(count, low, -1):
        at_s[block, i] = at_s[block, i - 1]
        nodes[block, i] = nodes[block, i - 1]
    at_s[block, low] = when_s
    nodes[block, low] = change
    entries[block] = count + 1
    total[block] += change


@njit(nogil=True)
def reach(releases: Releases, need: int) -> tuple[int, int]:
    """Earliest time by which `need` > 0 nodes are expected back, and how many are back by then, ties included.

    (NEVER, need) where that many are never expected.
    """
    at_s, nodes, entries, total, order = releases
    back = 0
    for place in range(order[-1]):
        block = order[place]
        if back + total[block] < need:
            back += total[block]
            continue
        for i in range(entries[block]):
            back += nodes[block, i]
            if back >= need:
                return at_s[block, i], back
    return NEVER, need


@njit(nogil=True)
def place_waiting(least: NDArray[np.int64], job: int, nodes: int, estimate_s: int) -> None:
    """Set a leaf of the tree of waiting jobs: what the job asks for, or NEVER twice once it has started.

    Parameters
    ----------
    least : int64[2 * leaves, 2], leaves a power of two: least nodes and least estimate [s] below each tree node;
        row 1 is the root, rows leaves + job are the leaves
    """
    i = least.shape[0] // 2 + job
    least[i, 0], least[i, 1] = nodes, estimate_s
    i //= 2
    while i > 0:
        fewest = min(least[2 * i, 0], least[2 * i + 1, 0])
        shortest = min(least[2 * i, 1], least[2 * i + 1, 1])
        if least[i, 0] == fewest and least[i, 1] == shortest:
            break
        least[i, 0], least[i, 1] = fewest, shortest
        i //= 2


@njit(nogil=True)
def next_candidate(least: NDArray[np.int64], job: int, free: int, extra: int, window_s: int) -> int:
    """First waiting job from `job` on that takes at most `free` nodes and either ends in time or fits `extra`.

    Parameters
    ----------
    least : as in `place_waiting`; `job` is less than its leaves
    extra : nodes that the head of the queue leaves over at the shadow time
    window_s : time to the shadow time [s]

    Returns
    -------
    The job, or -1.
    """
    leaves = least.shape[0] // 2
    spare = min(free, extra)
    i = leaves + job
    while i > 0:
        if least[i, 0] <= spare or (least[i, 0] <= free and least[i, 1] <= window_s):
            if i >= leaves:
                return i - leaves
            i *= 2
            continue
        while i % 2 == 1:
            i //= 2
        if i > 0:
            i += 1
    return -1


@njit(nogil=True)
def _start(
    queue: Queue, job: int, now_s: int, start_s: NDArray[np.int64], ends: Ends, held: int, releases: Releases
) -> int:
    """Start a job now: note its end and, where `releases` is kept, its expected end; returns the new size of `ends`."""
    start_s[job] = now_s
    if releases.entries.size > 0:
        expect(releases, now_s + queue.estimate_s[job], queue.nodes[job])
    return push(ends, held, now_s + queue.run_s[job], job)


@njit(cache=True, nogil=True)
def run_queue(
    queue: Queue,
    step_s: NDArray[np.int64],
    step_nodes: NDArray[np.int64],
    backfill: bool,
    ends: Ends,
    releases: Releases,
    least: NDArray[np.int64],
    start_s: NDArray[np.int64],
) -> None:
    """Play all events of one partition; see `schedule`, which sets up the three structures and `start_s`."""
    submit_s, _, estimate_s, nodes = queue
    jobs, steps = submit_s.size, step_s.size
    held = 0
    for step in range(steps):
        held = push(ends, held, step_s[step], jobs + step)
        if backfill:
            expect(releases, step_s[step], step_nodes[step])

    free = head = arrived = indexed = 0
    shadow_s = extra = 0
    # Whether no job before `indexed` can start until nodes come back. Until then the head stays the same, free and
    # extra only shrink and the shadow time only comes nearer, so that arrivals need no second look at the queue.
    settled = False
    while head < jobs and (held > 0 or arrived < jobs):
        now_s = ends.at_s[0] if held > 0 else NEVER
        if arrived < jobs:
            now_s = min(now_s, submit_s[arrived])
        while held > 0 and ends.at_s[0] == now_s:
            who: int = ends.who[0]
            held = pop(ends, held)
            back: int = nodes[who] if who < jobs else step_nodes[who - jobs]
            free += back
            settled = False
            if backfill:
                expect(releases, start_s[who] + estimate_s[who] if who < jobs else now_s, -back)
        while arrived < jobs and submit_s[arrived] == now_s:
            arrived += 1

        while head < arrived and nodes[head] <= free:
            free -= nodes[head]
            held = _start(queue, head, now_s, start_s, ends, held, releases)
            if head < indexed:
                place_waiting(least, head, NEVER, NEVER)
            while head < arrived and start_s[head] >= 0:
                head += 1
        if not backfill or free == 0 or head == arrived:
            continue

        new = max(indexed, head)
        for job in range(new, arrived):
            place_waiting(least, job, nodes[job], estimate_s[job])
        indexed = arrived
        job = max(new, head + 1)
        if not settled:
            if least[1, 0] > free:
                continue
            shadow_s, back = reach(releases, nodes[head] - free)
            extra = free + back - nodes[head]
            job = head + 1
            settled = True
        job = next_candidate(least, job, free, extra, shadow_s - now_s)
        while job >= 0:
            place_waiting(least, job, NEVER, NEVER)
            free -= nodes[job]
            if now_s + estimate_s[job] > shadow_s:
                extra -= nodes[job]
            held = _start(queue, job, now_s, start_s, ends, held, releases)
            job = next_candidate(least, job, free, extra, shadow_s - now_s)


def schedule(
    queue: Queue, step_s: NDArray[np.int64], step_nodes: NDArray[np.int64], backfill: bool
) -> NDArray[np.int64]:
    """Start times of all jobs of one partition.

    Order of events: at an instant first all ends and capacity steps, then all arrivals, then one scheduling pass.
    The queue is ordered by (submit_s, position). A pass starts jobs from its head while they fit. With `backfill`
    (EASY: Lifka 1995; Mu'alem and Feitelson 2001) the blocked head then gets the shadow time, the earliest at which
    enough nodes are back if all running jobs take their estimates; a later job starts now if it fits and either ends
    by the shadow time at the latest or takes only nodes that the head leaves over then.

    Parameters
    ----------
    queue : the jobs; estimate_s >= run_s >= 1
    step_s : int64[step], seconds at which nodes become available, >= 0
    step_nodes : int64[step], how many, >= 1
    backfill : whether jobs behind a blocked head may start

    Returns
    -------
    int64[job], start [s]; -1 for a job that asks for more nodes than there will ever be, and for the jobs that wait
    behind it in vain.

    >>> queue = Queue(*np.array([[0, 1, 2], [10, 10, 5], [10, 10, 5], [3, 4, 1]]))
    >>> schedule(queue, np.array([0]), np.array([4]), backfill=False).tolist()
    [0, 10, 20]
    >>> schedule(queue, np.array([0]), np.array([4]), backfill=True).tolist()
    [0, 10, 2]
    """
    jobs = queue.submit_s.size
    holders = min(jobs, int(step_nodes.sum())) + step_s.size
    ends = Ends(np.empty(holders, np.int64), np.empty(holders, np.int64))
    # Two neighbouring blocks hold more than HALF entries together, which bounds the blocks in use.
    blocks = 2 * holders // HALF + 2 if backfill else 0
    releases = Releases(
        np.empty((blocks, BLOCK), np.int64),
        np.empty((blocks, BLOCK), np.int64),
        np.zeros(blocks, np.int64),
        np.zeros(blocks, np.int64),
        np.arange(blocks + 1),
    )
    releases.order[-1] = 1
    leaves = 2 ** jobs.bit_length() if backfill else 0
    least = np.full((2 * leaves, 2), NEVER)
    start_s = np.full(jobs, -1)
    run_queue(queue, step_s, step_nodes, backfill, ends, releases, least, start_s)
    return start_s
