"""Three other ways to play EASY on counted nodes, which must give the same starts: plain Python twice, and SimPy.

`heap_easy` is what one writes down: a heap of ends, and a pass that sorts the running jobs by their expected ends and
looks at the whole queue. `tuned_easy` is as fast as plain Python gets: the expected ends stay sorted by `bisect`, and
what cannot start is not looked at twice. `SimPyEasy` is what a user of that library writes: a process that submits
jobs, a process for each running job, and a pass after all events of an instant.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Generator, Iterable
from heapq import heappop, heappush
from typing import Any

NEVER = 2**62


def heap_easy(submit_s: list[int], run_s: list[int], estimate_s: list[int], nodes: list[int], free: int) -> list[int]:
    """Start of every job; `free` nodes, of which every job fits."""
    jobs = len(submit_s)
    start_s = [0] * jobs
    running: list[tuple[int, int, int]] = []  # end, expected end, nodes
    waiting: list[int] = []
    arrived = 0
    while arrived < jobs or waiting:
        now_s = min(running[0][0] if running else NEVER, submit_s[arrived] if arrived < jobs else NEVER)
        while running and running[0][0] == now_s:
            free += heappop(running)[2]
        while arrived < jobs and submit_s[arrived] == now_s:
            waiting.append(arrived)
            arrived += 1
        while waiting and nodes[waiting[0]] <= free:
            job = waiting.pop(0)
            free -= nodes[job]
            start_s[job] = now_s
            heappush(running, (now_s + run_s[job], now_s + estimate_s[job], nodes[job]))
        if len(waiting) < 2 or not free:
            continue
        shadow_s, extra = shadow(((expected_s, back) for _, expected_s, back in running), free, nodes[waiting[0]])
        left = waiting[:1]
        for job in waiting[1:]:
            in_time = now_s + estimate_s[job] <= shadow_s
            if nodes[job] <= free and (in_time or nodes[job] <= extra):
                free -= nodes[job]
                extra -= 0 if in_time else nodes[job]
                start_s[job] = now_s
                heappush(running, (now_s + run_s[job], now_s + estimate_s[job], nodes[job]))
            else:
                left.append(job)
        waiting = left
    return start_s


def shadow(releases: Iterable[tuple[int, int]], free: int, need: int) -> tuple[int, int]:
    """When `need` nodes are expected to be free at the earliest, and how many more are free then, ties included."""
    shadow_s = 0
    for expected_s, back in sorted(releases):
        if free >= need and expected_s > shadow_s:
            break
        free += back
        shadow_s = expected_s
    return shadow_s, free - need


def tuned_easy(  # noqa: C901, PLR0912, PLR0915 - one frame: a call would cost as much as the work
    submit_s: list[int], run_s: list[int], estimate_s: list[int], nodes: list[int], free: int
) -> list[int]:
    """Start of every job; `free` nodes, of which every job fits."""
    jobs = len(submit_s)
    start_s = [0] * jobs
    ends: list[tuple[int, int, int]] = []  # end, expected end, nodes
    releases: list[tuple[int, int]] = []  # expected end, nodes
    waiting: list[tuple[int, int, int]] = []  # nodes, estimate, job
    arrived = seen = shadow_s = extra = 0
    next_s = submit_s[0] if jobs else NEVER
    while arrived < jobs or waiting:
        now_s = ends[0][0] if ends and ends[0][0] < next_s else next_s
        freed = False
        while ends and ends[0][0] == now_s:
            _, expected_s, back = heappop(ends)
            del releases[bisect_left(releases, (expected_s, back))]
            free += back
            freed = True
        while next_s == now_s:
            waiting.append((nodes[arrived], estimate_s[arrived], arrived))
            arrived += 1
            next_s = submit_s[arrived] if arrived < jobs else NEVER
        started = 0
        for need, estimate, job in waiting:
            if need > free:
                break
            free -= need
            start_s[job] = now_s
            heappush(ends, (now_s + run_s[job], now_s + estimate, need))
            insort(releases, (now_s + estimate, need))
            started += 1
        if started:
            del waiting[:started]
            seen = 0
        if freed:
            seen = 0
        if len(waiting) < 2 or not free:
            continue
        head = waiting[0][0]
        if not seen:
            back = free
            for expected_s, more in releases:
                if back >= head and expected_s > shadow_s:
                    break
                back += more
                shadow_s = expected_s
            extra = back - head
            seen = 1
        window_s = shadow_s - now_s
        gone: list[int] = []
        for i in range(seen, len(waiting)):
            need, estimate, job = waiting[i]
            if need <= free and (estimate <= window_s or need <= extra):
                free -= need
                if estimate > window_s:
                    extra -= need
                start_s[job] = now_s
                heappush(ends, (now_s + run_s[job], now_s + estimate, need))
                insort(releases, (now_s + estimate, need))
                gone.append(i)
        for i in reversed(gone):
            del waiting[i]
        seen = len(waiting)
    return start_s


class SimPyEasy:
    """EASY as a SimPy model; `import simpy` fails where it is not installed."""

    PASS = 2  # SimPy's own events have the priorities 0 (urgent) and 1 (normal)

    def __init__(self, queue: list[tuple[int, int, int, int]], nodes: int) -> None:
        import simpy

        self.queue, self.free = queue, nodes
        self.env: Any = simpy.Environment()
        self.Event: Any = simpy.Event
        self.waiting: list[int] = []
        self.running: dict[int, int] = {}
        self.start_s = [0] * len(queue)
        self.asked = False

    def play(self) -> list[int]:
        """Start of every job (submit, run, estimate, nodes)."""
        self.env.process(self.users())
        self.env.run()
        return self.start_s

    def users(self) -> Generator[Any, Any, None]:
        """Submit the jobs."""
        for job, (submit_s, _, _, _) in enumerate(self.queue):
            if submit_s > self.env.now:
                yield self.env.timeout(submit_s - self.env.now)
            self.waiting.append(job)
            self.ask()

    def hold(self, job: int) -> Generator[Any, Any, None]:
        """Run a job."""
        _, run_s, _, nodes = self.queue[job]
        yield self.env.timeout(run_s)
        del self.running[job]
        self.free += nodes
        self.ask()

    def ask(self) -> None:
        """Ask for one pass at the end of this instant."""
        if not self.asked:
            self.asked = True
            event = self.Event(self.env)
            event._ok, event._value = True, None  # triggered, but later than SimPy's own `succeed` would have it
            event.callbacks.append(self.schedule)
            self.env.schedule(event, priority=self.PASS)

    def start(self, job: int) -> None:
        """Start a job now."""
        _, _, estimate_s, nodes = self.queue[job]
        self.free -= nodes
        self.start_s[job] = self.env.now
        self.running[job] = self.env.now + estimate_s
        self.env.process(self.hold(job))

    def schedule(self, _event: Any) -> None:
        """One pass: the head of the queue while it fits, then whoever does not delay it."""
        self.asked = False
        queue, now_s = self.queue, self.env.now
        while self.waiting and queue[self.waiting[0]][3] <= self.free:
            self.start(self.waiting.pop(0))
        if len(self.waiting) < 2 or not self.free:
            return
        releases = ((expected_s, queue[job][3]) for job, expected_s in self.running.items())
        shadow_s, extra = shadow(releases, self.free, queue[self.waiting[0]][3])
        for job in self.waiting[1:]:
            _, _, estimate_s, nodes = queue[job]
            in_time = now_s + estimate_s <= shadow_s
            if nodes <= self.free and (in_time or nodes <= extra):
                extra -= 0 if in_time else nodes
                self.waiting.remove(job)
                self.start(job)
