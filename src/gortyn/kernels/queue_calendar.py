"""This module owns the calendar of the scheduler: entries by time, from which the next one is taken at once.

Any number of entries stay sorted in blocks of a few dozen. Finding the place of a new one takes a few comparisons, and
making room for it moves half a block, so that a thousand running jobs cost little more than ten.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

# No function here makes an array, so none needs numba to count references, which would take half of the time.
UNCOUNTED: Final[dict[str, Any]] = {"nogil": True, "_nrt": False}
NEVER: Final = np.iinfo(np.int64).max
UNUSED: Final = np.iinfo(np.int64).min
"""Time of the unused places in a block of a `Calendar`."""
BLOCK: Final = 64  # unit: places
"""Places of a block of a `Calendar`, of which one stays unused; moving half a block costs as much as finding it."""
HALF: Final = BLOCK // 2
STRIDE: Final = 16  # unit: places
"""Entries are moved by multiples of this, unused places included, which saves the compiler's loops for the rest."""


class Calendar(NamedTuple):
    """Entries sorted by time, latest first and of equals the newest first, cut into blocks.

    So the next entry is the last one, and is taken off without moving another.

    Attributes
    ----------
    at_s, what : int64[block, BLOCK + STRIDE], time and content of the entries of each block; less than BLOCK of a row
        are in use, and the times of the others are UNUSED
    entries, total : int64[block], entries in use, and sum of their content
    order : int64[block + 1], blocks in the order of their times: order[:order[-1]] are in use, the others are spare
    """

    at_s: NDArray[np.int64]
    what: NDArray[np.int64]
    entries: NDArray[np.int64]
    total: NDArray[np.int64]
    order: NDArray[np.int64]


def calendar(most: int) -> Calendar:
    """Make an empty calendar for at most that many entries."""
    # Two neighbouring blocks hold more than HALF entries together, which bounds the blocks in use.
    blocks = 2 * most // HALF + 2
    at_s, what = (np.empty((blocks, BLOCK + STRIDE), np.int64) for _ in range(2))
    at_s[0] = UNUSED
    order = np.arange(blocks + 1)
    order[-1] = 1
    return Calendar(at_s, what, np.zeros(blocks, np.int64), np.zeros(blocks, np.int64), order)


@njit(**UNCOUNTED)
def _fuse(dates: Calendar, place: int) -> None:
    """Move the entries of the block after `place` into the one at `place` where both are sparse or one is empty."""
    at_s, what, entries, total, order = dates
    used = order[-1]
    if place < 0 or place + 1 >= used:
        return
    left, right = order[place], order[place + 1]
    count, more = entries[left], entries[right]
    if count + more > HALF and count > 0 and more > 0:
        return
    for i in range(more):
        at_s[left, count + i] = at_s[right, i]
        what[left, count + i] = what[right, i]
    entries[left] = count + more
    total[left] += total[right]
    for i in range(place + 1, used - 1):
        order[i] = order[i + 1]
    order[used - 1] = right
    order[-1] = used - 1


@njit(**UNCOUNTED)
def _split(dates: Calendar, place: int) -> None:
    """Give what the full block at `place` has beyond HALF entries to a spare block after it."""
    at_s, what, entries, total, order = dates
    used = order[-1]
    left, right = order[place], order[used]
    entries[left], entries[right] = HALF, entries[left] - HALF
    total[right] = 0
    at_s[right] = UNUSED
    for i in range(entries[right]):
        at_s[right, i], what[right, i] = at_s[left, HALF + i], what[left, HALF + i]
        at_s[left, HALF + i] = UNUSED
        total[right] += what[right, i]
    total[left] -= total[right]
    for i in range(used, place + 1, -1):
        order[i] = order[i - 1]
    order[place + 1] = right
    order[-1] = used + 1


@njit(**UNCOUNTED)
def find(dates: Calendar, when_s: int) -> tuple[int, int]:
    """Place of the last block in order that begins after `when_s` (0 if none does), and how many of it are after.

    Sums in place of branches, which the processor would guess wrong half of the time.
    """
    at_s, _, _, _, order = dates
    place, width = 0, order[-1]
    while width > 1:
        half = width // 2
        place += half * (at_s[order[place + half], 0] > when_s)
        width -= half
    times_s = at_s[order[place]]
    later, half = 0, HALF
    while half > 0:
        later += half * (times_s[later + half - 1] > when_s)
        half //= 2
    return place, later


@njit(**UNCOUNTED)
def insert(dates: Calendar, place: int, i: int, when_s: int, what: int) -> None:
    """Put an entry before the i-th of the block at `place`."""
    block = dates.order[place]
    if dates.entries[block] == BLOCK - 1:
        _split(dates, place)
        if i > HALF:
            i -= HALF
            block = dates.order[place + 1]
    # Slices and loops as they are, because the compiler then sees that no index is negative and moves many at once.
    times_s, contents = dates.at_s[block, i:], dates.what[block, i:]
    moved = (dates.entries[block] - i + STRIDE - 1) // STRIDE * STRIDE
    k = moved
    while k > 0:
        times_s[k] = times_s[k - 1]
        k -= 1
    k = moved
    while k > 0:
        contents[k] = contents[k - 1]
        k -= 1
    times_s[0], contents[0] = when_s, what
    dates.entries[block] += 1
    dates.total[block] += what


@njit(**UNCOUNTED)
def note(dates: Calendar, when_s: int, what: int) -> None:
    """Put an entry into a calendar."""
    place, i = find(dates, when_s)
    insert(dates, place, i, when_s, what)


@njit(**UNCOUNTED)
def expect(dates: Calendar, when_s: int, change: int) -> None:
    """Add `change` nodes (less than none to take them off) to those expected back at `when_s`, each second once."""
    place, i = find(dates, when_s - 1)
    block = dates.order[place]
    i -= 1
    if i < 0 or dates.at_s[block, i] != when_s:
        insert(dates, place, i + 1, when_s, change)
        return
    dates.total[block] += change
    dates.what[block, i] += change
    if dates.what[block, i] != 0:
        return
    times_s, contents = dates.at_s[block, i:], dates.what[block, i:]
    moved = (dates.entries[block] - i + STRIDE - 1) // STRIDE * STRIDE
    for k in range(moved):
        times_s[k] = times_s[k + 1]
    for k in range(moved):
        contents[k] = contents[k + 1]
    dates.entries[block] -= 1
    if dates.entries[block] <= HALF:
        _fuse(dates, place)
        _fuse(dates, place - 1)


@njit(**UNCOUNTED)
def earliest(dates: Calendar) -> tuple[int, int]:
    """Time and content of the earliest entry, (NEVER, -1) if there is none."""
    used: int = dates.order[-1]
    block: int = dates.order[used - 1]
    last: int = dates.entries[block] - 1
    return (dates.at_s[block, last], dates.what[block, last]) if last >= 0 else (NEVER, -1)


@njit(**UNCOUNTED)
def take(dates: Calendar) -> int:
    """Take the earliest entry off a calendar that has one; returns its content."""
    used: int = dates.order[-1]
    block: int = dates.order[used - 1]
    last: int = dates.entries[block] - 1
    what = dates.what[block, last]
    dates.at_s[block, last] = UNUSED
    dates.entries[block] = last
    dates.total[block] -= what
    if last == 0 and used > 1:
        dates.order[-1] = used - 1
    return what


@njit(**UNCOUNTED)
def reach(dates: Calendar, need: int) -> tuple[int, int]:
    """Earliest time by which `need` > 0 nodes are expected back, and how many are back by then, ties included.

    (NEVER, need) where that many are never expected.
    """
    at_s, nodes, entries, total, order = dates
    back = 0
    for place in range(order[-1] - 1, -1, -1):
        block = order[place]
        if back + total[block] < need:
            back += total[block]
            continue
        for i in range(entries[block] - 1, -1, -1):
            back += nodes[block, i]
            if back >= need:
                return at_s[block, i], back
    return NEVER, need
