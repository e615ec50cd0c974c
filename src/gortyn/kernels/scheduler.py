"""This module owns the scheduler of one partition: first come first served, shortest job first, EASY backfill.

Nodes are counted, not named. A step of capacity is a holder of nodes that gives them back at a known second, so it
stands in the same two calendars as a running job: the actual ends, for the event loop, and the nodes expected back, for
the shadow time of EASY. The first waiting jobs lie side by side in a line that a pass looks through; those behind it,
where there are any, stand under a segment tree that finds the next few of which one may start. So a pass is short where
the queue is short, and does not grow with the queue where it is long.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gortyn.kernels import queue_calendar
from gortyn.kernels.queue_calendar import NEVER, UNCOUNTED, Calendar, calendar, earliest, expect, note, reach, take
from gortyn.kernels.types import Queue

LINE: Final = 64  # unit: jobs
"""Jobs that the front line takes; looking through it costs as much as a few questions to the tree."""
LEAF: Final = 8  # unit: jobs
"""Neighbours in the queue that share a leaf of the tree."""


ZERO: Final = cast("int", np.int64(0))
"""A variable that starts from the literal 0 would have numba compile the functions that it is handed to once more."""


class Policy(IntEnum):
    """Which waiting job starts next."""

    FCFS = 0
    """First come first served: nobody passes the head of the queue."""
    SJF = 1
    """Shortest job first, by estimate: nobody passes the waiting job with the shortest estimate."""
    EASY = 2
    """First come first served; a later job may start where it does not delay the head."""


class Front(NamedTuple):
    """The first waiting jobs in the order of the queue, side by side: job, nodes and estimate [s], int64[2 * LINE]."""

    job: NDArray[np.int64]
    nodes: NDArray[np.int64]
    estimate_s: NDArray[np.int64]


class State(NamedTuple):
    """What the parts of the event loop share.

    Attributes
    ----------
    queue : the jobs
    start_s : int64[job], start of each job [s], -1 until then
    ends : jobs by their ends, and steps of capacity, counted on after the jobs, by their times
    releases : nodes expected back by the estimates, each second once; kept where `backfill` is on
    front : the line; the event loop knows which part of it is in use
    least : int64[2 * leaves, 2], leaves a power of two: least nodes and least estimate [s] of the waiting jobs below
        each node of the tree. Row 1 is the root, row leaves + i the leaf of the jobs from LEAF * i on.
    backfill : whether a job may pass the head of the queue
    """

    queue: Queue
    start_s: NDArray[np.int64]
    ends: Calendar
    releases: Calendar
    front: Front
    least: NDArray[np.int64]
    backfill: bool


@njit(**UNCOUNTED)
def place_waiting(least: NDArray[np.int64], leaf: int, nodes: int, estimate_s: int) -> None:
    """Set what the waiting jobs of a leaf ask for at least, NEVER twice where there are none; `least` as in `State`."""
    i = least.shape[0] // 2 + leaf
    least[i, 0], least[i, 1] = nodes, estimate_s
    i //= 2
    while i > 0:
        fewest = min(least[2 * i, 0], least[2 * i + 1, 0])
        shortest = min(least[2 * i, 1], least[2 * i + 1, 1])
        if least[i, 0] == fewest and least[i, 1] == shortest:
            break
        least[i, 0], least[i, 1] = fewest, shortest
        i //= 2


@njit(**UNCOUNTED)
def may_pass(nodes: int, estimate_s: int, free: int, extra: int, window_s: int) -> bool:
    """Whether a job may start before the head: it fits, and it ends in time or takes what the head leaves over.

    Parameters
    ----------
    free, extra : nodes that are free now, and those that the head leaves over at its shadow time
    window_s : time to the shadow time [s]
    """
    return nodes <= free and (estimate_s <= window_s or nodes <= extra)


@njit(**UNCOUNTED)
def next_leaf(least: NDArray[np.int64], leaf: int, free: int, extra: int, window_s: int) -> int:
    """First leaf from `leaf` on whose least nodes and least estimate may pass the head, -1 if there is none."""
    leaves = least.shape[0] // 2
    i = leaves + leaf if leaf < leaves else 0
    while i > 0:
        if may_pass(least[i, 0], least[i, 1], free, extra, window_s):
            if i >= leaves:
                return i - leaves
            i *= 2
            continue
        while i % 2 == 1:
            i //= 2
        if i > 0:
            i += 1
    return -1


@njit(**UNCOUNTED)
def _start(state: State, job: int, now_s: int) -> None:
    """Start a job now: note its end and, for backfill, its expected end."""
    queue = state.queue
    state.start_s[job] = now_s
    note(state.ends, now_s + queue.run_s[job], job)
    if state.backfill:
        expect(state.releases, now_s + queue.estimate_s[job], queue.nodes[job])


@njit(**UNCOUNTED)
def _note_steps(state: State, step_s: NDArray[np.int64], step_nodes: NDArray[np.int64]) -> None:
    """Put the steps of capacity into the calendars."""
    for step in range(step_s.size):
        note(state.ends, step_s[step], state.queue.submit_s.size + step)
        if state.backfill:
            expect(state.releases, step_s[step], step_nodes[step])


@njit(**UNCOUNTED)
def _end(state: State, step_nodes: NDArray[np.int64], now_s: int) -> int:
    """Take off all that ends now; returns the nodes that this gives back."""
    queue = state.queue
    jobs = queue.submit_s.size
    freed = 0
    while earliest(state.ends)[0] == now_s:
        who = take(state.ends)
        back: int = queue.nodes[who] if who < jobs else step_nodes[who - jobs]
        freed += back
        if state.backfill:
            expect(state.releases, state.start_s[who] + queue.estimate_s[who] if who < jobs else now_s, -back)
    return freed


@njit(**UNCOUNTED)
def _line_up(state: State, first: int, last: int, job: int) -> tuple[int, int]:
    """Put a job at the end of the line front[first:last], which has room; returns where the line lies then."""
    front, queue = state.front, state.queue
    if last == 2 * LINE:
        last -= first
        for i in range(last):
            front.job[i] = front.job[first + i]
            front.nodes[i] = front.nodes[first + i]
            front.estimate_s[i] = front.estimate_s[first + i]
        first = 0
    front.job[last], front.nodes[last], front.estimate_s[last] = job, queue.nodes[job], queue.estimate_s[job]
    return first, last + 1


@njit(**UNCOUNTED)
def _move_up(state: State, behind: int, arrived: int) -> tuple[int, int]:
    """Fill the empty line with waiting jobs from `behind` on; returns the length of the line and the new `behind`."""
    first = last = ZERO
    leaf = behind // LEAF
    while behind < arrived and last < LINE:
        if state.start_s[behind] < 0:
            first, last = _line_up(state, first, last, behind)
        behind += 1
    if state.backfill:
        for i in range(leaf, behind // LEAF if behind < arrived else (behind - 1) // LEAF + 1):
            place_waiting(state.least, i, NEVER, NEVER)
    return last, behind


@njit(**UNCOUNTED)
def _pass_line(
    state: State, begin: int, last: int, now_s: int, free: int, extra: int, window_s: int
) -> tuple[int, int, int]:
    """Start each job of front[begin:last] that may pass the head, and close the gaps; new last, free and extra."""
    front = state.front
    kept = begin
    for i in range(begin, last):
        job, nodes, estimate_s = front.job[i], front.nodes[i], front.estimate_s[i]
        if may_pass(nodes, estimate_s, free, extra, window_s):
            free -= nodes
            if estimate_s > window_s:
                extra -= nodes
            _start(state, job, now_s)
        else:
            front.job[kept], front.nodes[kept], front.estimate_s[kept] = job, nodes, estimate_s
            kept += 1
    return kept, free, extra


@njit(**UNCOUNTED)
def _pass_behind(
    state: State, looked: int, behind: int, arrived: int, now_s: int, free: int, extra: int, window_s: int
) -> tuple[int, int]:
    """Start each job behind the line that may pass the head; the leaves before that of `looked` have none."""
    nodes, estimate_s = state.queue.nodes, state.queue.estimate_s
    leaf = next_leaf(state.least, looked // LEAF, free, extra, window_s)
    while leaf >= 0:
        fewest = shortest = NEVER
        for job in range(max(leaf * LEAF, behind), min(leaf * LEAF + LEAF, arrived)):
            if state.start_s[job] >= 0:
                continue
            if may_pass(nodes[job], estimate_s[job], free, extra, window_s):
                free -= nodes[job]
                if estimate_s[job] > window_s:
                    extra -= nodes[job]
                _start(state, job, now_s)
            else:
                fewest, shortest = min(fewest, nodes[job]), min(shortest, estimate_s[job])
        place_waiting(state.least, leaf, fewest, shortest)
        leaf = next_leaf(state.least, leaf + 1, free, extra, window_s)
    return free, extra


@njit(**UNCOUNTED)
def play_in_order(state: State, step_s: NDArray[np.int64], step_nodes: NDArray[np.int64]) -> None:
    """Play all events of one partition, first come first served, with backfill where the state says so."""
    queue, front, least = state.queue, state.front, state.least
    jobs = queue.submit_s.size
    _note_steps(state, step_s, step_nodes)
    free = arrived = ZERO
    # The waiting jobs: front[first:last], and of the jobs from `behind` to `arrived` those without a start.
    first = last = behind = ZERO
    # The first `seen` jobs of the line, and those behind it before `looked`, cannot start until nodes come back: free
    # and extra only shrink, and the shadow time only comes nearer.
    seen = looked = ZERO
    shadow_s = extra = ZERO - 1
    while arrived < jobs or first < last:
        end_s, _ = earliest(state.ends)
        now_s = min(end_s, queue.submit_s[arrived]) if arrived < jobs else end_s
        if now_s == NEVER:
            break
        if end_s == now_s:
            free += _end(state, step_nodes, now_s)
            while first < last and front.nodes[first] <= free:
                free -= front.nodes[first]
                _start(state, front.job[first], now_s)
                first += 1
                if first == last and behind < arrived:
                    first = 0
                    last, behind = _move_up(state, behind, arrived)
            seen, looked, shadow_s = 1, behind, -1
        while arrived < jobs and queue.submit_s[arrived] == now_s:
            nodes = queue.nodes[arrived]
            if first == last and nodes <= free:
                free -= nodes
                _start(state, arrived, now_s)
                behind = arrived + 1
            elif behind == arrived and last - first < LINE:
                if first == last:
                    first, last, seen, shadow_s = 0, 0, 1, -1
                first, last = _line_up(state, first, last, arrived)
                behind = looked = arrived + 1
            elif state.backfill:
                leaf = least.shape[0] // 2 + arrived // LEAF
                shortest = min(least[leaf, 1], queue.estimate_s[arrived])
                place_waiting(least, arrived // LEAF, min(least[leaf, 0], nodes), shortest)
            arrived += 1
        if not state.backfill or free == 0 or first == last:
            continue

        while first + seen < last and front.nodes[first + seen] > free:
            seen += 1
        if first + seen == last and (looked == arrived or least[1, 0] > free):
            continue
        if shadow_s < 0:
            shadow_s, back = reach(state.releases, front.nodes[first] - free)
            extra = free + back - front.nodes[first]
        last, free, extra = _pass_line(state, first + seen, last, now_s, free, extra, shadow_s - now_s)
        seen = last - first
        if looked < arrived:
            free, extra = _pass_behind(state, looked, behind, arrived, now_s, free, extra, shadow_s - now_s)
            looked = arrived


@njit(**UNCOUNTED)
def play_shortest_first(
    state: State, step_s: NDArray[np.int64], step_nodes: NDArray[np.int64], waiting: Calendar
) -> None:
    """Play all events of one partition, shortest job first; `waiting` takes all jobs, by estimate."""
    queue = state.queue
    jobs = queue.submit_s.size
    _note_steps(state, step_s, step_nodes)
    free = arrived = ZERO
    next_s, job = earliest(waiting)
    while arrived < jobs or next_s < NEVER:
        end_s, _ = earliest(state.ends)
        now_s = min(end_s, queue.submit_s[arrived]) if arrived < jobs else end_s
        if now_s == NEVER:
            break
        free += _end(state, step_nodes, now_s)
        while arrived < jobs and queue.submit_s[arrived] == now_s:
            note(waiting, queue.estimate_s[arrived], arrived)
            arrived += 1
        next_s, job = earliest(waiting)
        while next_s < NEVER and queue.nodes[job] <= free:
            free -= queue.nodes[job]
            _start(state, take(waiting), now_s)
            next_s, job = earliest(waiting)


def _entries(stamp: int) -> tuple[Any, Any]:
    """The two functions that are called from Python, kept on disk for as long as `stamp` stays the same.

    The cache of numba looks at the file of the function that is called and at what its closure holds. The stamp stands
    for the file of the calendars.
    """

    @njit(cache=True, **UNCOUNTED)
    def run_in_order(state: State, step_s: NDArray[np.int64], step_nodes: NDArray[np.int64]) -> None:
        """See `play_in_order`."""
        assert stamp
        play_in_order(state, step_s, step_nodes)

    @njit(cache=True, **UNCOUNTED)
    def run_shortest_first(
        state: State, step_s: NDArray[np.int64], step_nodes: NDArray[np.int64], waiting: Calendar
    ) -> None:
        """See `play_shortest_first`."""
        assert stamp
        play_shortest_first(state, step_s, step_nodes, waiting)

    return run_in_order, run_shortest_first


_text = np.fromfile(str(queue_calendar.__file__), np.uint8).tobytes()
run_in_order, run_shortest_first = _entries(
    1 + int.from_bytes(_text, "little") % (2**61 - 1)
)  # source: a prime of Mersenne


def schedule(
    queue: Queue, step_s: NDArray[np.int64], step_nodes: NDArray[np.int64], policy: Policy
) -> NDArray[np.int64]:
    """Start times of all jobs of one partition.

    Order of events: at an instant first all ends and capacity steps, then all arrivals, then one scheduling pass.
    The queue is ordered by (submit_s, position), under SJF by (estimate_s, submit_s, position). A pass starts jobs from
    its head while they fit. Under EASY (Lifka 1995; Mu'alem and Feitelson 2001) the blocked head then gets the shadow
    time, the earliest at which enough nodes are back if all running jobs take their estimates; a later job starts now
    if it fits and either ends by the shadow time at the latest or takes only nodes that the head leaves over then.

    Parameters
    ----------
    queue : the jobs; estimate_s >= run_s >= 1
    step_s : int64[step], seconds at which nodes become available, >= 0
    step_nodes : int64[step], how many, >= 1
    policy : the order of the queue, and whether jobs behind a blocked head may start

    Returns
    -------
    int64[job], start [s]; -1 for a job that asks for more nodes than there will ever be, and for the jobs that wait
    behind it in vain.

    >>> queue = Queue(*np.array([[0, 1, 2, 3], [10, 10, 8, 5], [10, 10, 8, 5], [3, 4, 1, 2]]))
    >>> [schedule(queue, np.array([0]), np.array([4]), policy).tolist() for policy in Policy]
    [[0, 10, 20, 20], [0, 15, 2, 10], [0, 10, 2, 20]]
    """
    jobs = queue.submit_s.size
    backfill = policy == Policy.EASY
    holders = min(jobs, int(step_nodes.sum())) + step_s.size
    leaves = 2 ** (jobs // LEAF).bit_length() if backfill else 0
    state = State(
        queue=queue,
        start_s=np.full(jobs, -1),
        ends=calendar(holders),
        releases=calendar(holders if backfill else 0),
        front=Front(*(np.empty(2 * LINE, np.int64) for _ in Front._fields)),
        least=np.full((2 * leaves, 2), NEVER),
        backfill=backfill,
    )
    if policy == Policy.SJF:
        run_shortest_first(state, step_s, step_nodes, calendar(jobs))
    else:
        run_in_order(state, step_s, step_nodes)
    return state.start_s
