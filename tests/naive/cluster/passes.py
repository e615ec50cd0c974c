"""One pass of the scheduler over a partition."""

from __future__ import annotations

from dataclasses import dataclass, field

from naive.cluster.placement import free_nodes
from naive.cluster.progress import estimated_end, expected_length
from naive.cluster.room import (
    active_windows,
    clashing_window,
    future_windows,
    held_by,
    is_sub_node,
    left_power,
    leftovers_running,
    reach,
    release_of,
    releases,
    room_standard,
    room_urgent,
    shared_node,
)
from naive.cluster.running import leave_queue, start
from naive.cluster.shares import is_held, leftover_queue, main_queue
from naive.cluster.world import NEVER, Job, JobState, Node, Part, Window, World

NONE, EASY, CONSERVATIVE = range(3)


@dataclass
class Profile:
    """Nodes that level 1 may expect from now on."""

    now: int
    at_first: int
    returns: list[tuple[int, int]]  # time, nodes
    windows: list[tuple[int, int, int]]  # begin, end, nodes
    reserved: list[tuple[int, int, int]] = field(default_factory=list)

    def at(self, time: int) -> int:
        back = sum(nodes for when, nodes in self.returns if when <= time)
        taken = sum(nodes for begin, end, nodes in self.windows + self.reserved if begin <= time < end)
        return self.at_first + back - taken

    def breakpoints(self) -> list[int]:
        times = {when for when, _ in self.returns}
        times |= {edge for begin, end, _ in self.windows + self.reserved for edge in (begin, end)}
        return sorted(time for time in times if time > self.now)

    def has(self, nodes: int, begin: int, end: int) -> bool:
        """Whether so many nodes are there all the time from `begin` to `end`, if that is any."""
        inside = [time for time in [begin, *self.breakpoints()] if begin <= time < end]
        return all(self.at(time) >= nodes for time in inside)

    def earliest(self, nodes: int, length: int) -> int | None:
        """First time from which so many nodes are there for so long."""
        begins = [self.now, *self.breakpoints()]
        return next((begin for begin in begins if self.has(nodes, begin, begin + length)), None)


@dataclass
class Loop:
    """What one walk through the main queue has found so far."""

    blocked: bool = False
    shadow_s: int = NEVER
    extra: int = 0
    seen: int = 0
    profile: Profile | None = None


def run_pass(world: World, part: Part) -> None:
    again = True
    while again:
        before = world.preempted_standard
        loop = Loop()
        for job in main_queue(world, part.number):
            if loop.profile is None and job.level == 1:
                loop.profile = take_profile(world, part)
            if not look_at(world, part, loop, job):
                break
        again = world.preempted_standard > before
    start_leftovers(world, part)


def look_at(world: World, part: Part, loop: Loop, job: Job) -> bool:
    """Start a job of level 1 or 2 if it may; whether to go on to the next."""
    if dropped(world, job):
        return True
    if loop.blocked:
        loop.seen += 1
        if loop.seen > world.policy.depth:
            return False
    if is_held(world, job):
        return True
    window = owner_window(world, part, job)
    if window is not None:
        start(world, job, window=window)
        return True
    node = shared_node(part, job)
    if job.level == 2:
        if node is None and job.nodes > room_urgent(world, part):
            return False
        start(world, job, node)
        return True
    if world.policy.backfill == CONSERVATIVE:
        return reserve(world, part, loop, job, node)
    return backfill(world, part, loop, job, node)


def take_profile(world: World, part: Part) -> Profile:
    windows = [(window.begin_s, window.end_s, window.nodes) for window in future_windows(world, part)]
    return Profile(world.now, room_standard(world, part), releases(world, part), windows)


def dropped(world: World, job: Job) -> bool:
    """Whether a service was past its end and left the queue."""
    if not job.tenant.service or world.now < job.until_s:
        return False
    leave_queue(world, job)
    job.state = JobState.GONE
    if job.start_s != -1:
        job.end_s = job.until_s
    return True


def owner_window(world: World, part: Part, job: Job) -> Window | None:
    """First window of the job's tenant that takes it."""
    if is_sub_node(part, job):
        return None
    obtainable = len(free_nodes(part)) + held_by(leftovers_running(world, part))
    for window in active_windows(world, part):
        mine = window.tenant == job.tenant.number and window.used + job.nodes <= window.nodes
        if mine and estimated_end(world, job) <= window.end_s and job.nodes <= obtainable:
            return window
    return None


def backfill(world: World, part: Part, loop: Loop, job: Job, node: Node | None) -> bool:
    """A job of level 1 under no or EASY backfill."""
    policy = world.policy
    end_s = estimated_end(world, job)
    room = room_standard(world, part)
    has_nodes = node is not None or job.nodes <= room
    window = clashing_window(world, job, node, end_s)
    fits = has_nodes and window is None
    if not loop.blocked:
        if fits:
            start(world, job, node)
            return True
        loop.blocked = True
        if window is not None and has_nodes:
            loop.shadow_s, loop.extra = window.end_s, room - job.nodes
        else:
            loop.shadow_s, back = reach(world, part, job.nodes - room)
            loop.extra = room + back - job.nodes
    elif policy.backfill == EASY and fits:
        after_shadow = job.nodes if node is None else int(release_of(node) <= loop.shadow_s)
        cost = 0 if end_s <= loop.shadow_s else after_shadow
        if cost <= loop.extra:
            start(world, job, node)
            loop.extra -= cost
    return policy.backfill == EASY or any(window.tenant != -1 for window in active_windows(world, part))


def reserve(world: World, part: Part, loop: Loop, job: Job, node: Node | None) -> bool:
    """A job of level 1 under conservative backfill."""
    loop.seen += 1
    if loop.seen > world.policy.depth:
        return False
    assert loop.profile is not None
    if node is not None:
        # The job keeps the node from when the others on it leave until its own end.
        kept = release_of(node), estimated_end(world, job)
        if loop.profile.has(1, *kept):
            loop.profile.reserved.append((*kept, 1))
            start(world, job, node)
            return True
    length = expected_length(world, job)
    begin = loop.profile.earliest(job.nodes, length)
    if begin is None:
        return True
    loop.profile.reserved.append((begin, begin + length, job.nodes))
    if begin == world.now and job.nodes <= room_standard(world, part):
        start(world, job)
    return True


def start_leftovers(world: World, part: Part) -> None:
    """Jobs of level 0 on nodes that nobody else uses now."""
    for job in leftover_queue(world, part.number)[: world.policy.depth]:
        if dropped(world, job) or is_held(world, job):
            continue
        if job.nodes <= len(free_nodes(part)) - left_power(world, part):
            start(world, job)
