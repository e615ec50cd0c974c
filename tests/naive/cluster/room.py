"""What is free in a partition, now and later."""

from __future__ import annotations

from naive.cluster.placement import free_nodes
from naive.cluster.world import NEVER, Job, JobState, Node, NodeState, Part, Window, World

Release = tuple[int, int]  # time, nodes


def running(world: World, part: Part) -> list[Job]:
    return [job for job in world.jobs if job.state is JobState.RUNNING and job.part == part.number]


def leftovers_running(world: World, part: Part) -> list[Job]:
    return [job for job in running(world, part) if job.level == 0]


def is_sub_node(part: Part, job: Job) -> bool:
    return job.nodes == 1 and job.chips < part.chips_per_node


def preemptible_standard(world: World, part: Part) -> list[Job]:
    """Running jobs of level 1 that make way for level 2."""
    return [
        job
        for job in running(world, part)
        if job.level == 1 and not is_sub_node(part, job) and not job.immune and job.window is None
    ]


def held_by(jobs: list[Job]) -> int:
    """Nodes that these jobs hold; those that have just gone down do not count."""
    return sum(node.state is not NodeState.DOWN for job in jobs for node in job.on)


def active_windows(world: World, part: Part) -> list[Window]:
    return [window for window in world.windows if window.part == part.number and window.active]


def future_windows(world: World, part: Part) -> list[Window]:
    return [window for window in world.windows if window.part == part.number and window.begin_s > world.now]


def left_power(world: World, part: Part) -> int:
    return sum(window.nodes - window.used for window in active_windows(world, part) if window.tenant == -1)


def room_standard(world: World, part: Part) -> int:
    """A1: nodes that level 1 may take."""
    left = sum(window.nodes - window.used for window in active_windows(world, part))
    return len(free_nodes(part)) + held_by(leftovers_running(world, part)) - left


def room_urgent(world: World, part: Part) -> int:
    """A2: nodes that level 2 may take."""
    return room_standard(world, part) + held_by(preemptible_standard(world, part))


def shared_node(part: Part, job: Job) -> Node | None:
    """Shared node that a sub-node job takes."""
    if not is_sub_node(part, job):
        return None
    enough = [node for node in part.nodes if node.state is NodeState.SHARED and node.free_chips >= job.chips]
    return min(enough, key=lambda node: (node.free_chips, -node.rank), default=None)


def release_of(node: Node) -> int:
    """When a shared node is expected to be empty."""
    return max(job.running.expected_end_s for job in node.jobs)


def job_releases(world: World, part: Part) -> list[Release]:
    """Nodes of running jobs at the times they are expected back."""
    whole = [
        (job.running.expected_end_s, job.nodes)
        for job in running(world, part)
        if job.level >= 1 and job.window is None and not is_sub_node(part, job)
    ]
    return whole + [(release_of(node), 1) for node in part.nodes if node.state is NodeState.SHARED]


def step_releases(world: World, part: Part) -> list[Release]:
    """Nodes of steps to come, less the first nodes of all steps, which are meant for the spare pool."""
    planned = part.spares
    coming: list[Release] = []
    for second, nodes in part.steps:
        to_pool = min(nodes, planned)
        planned -= to_pool
        if second > world.now:
            coming.append((second, nodes - to_pool))
    return coming


def releases(world: World, part: Part) -> list[Release]:
    windows = [(window.end_s, window.nodes) for window in active_windows(world, part)]
    return job_releases(world, part) + windows + step_releases(world, part)


def reach(world: World, part: Part, need: int) -> Release:
    """Earliest time by which so many nodes are back, and how many are back by then."""
    expected = releases(world, part)
    for time in sorted({time for time, _ in expected}):
        back = sum(nodes for when, nodes in expected if when <= time)
        if back >= need:
            return time, back
    return NEVER, need


def clashing_window(world: World, job: Job, node: Node | None, until_s: int) -> Window | None:
    """First future window that would lack nodes if the job ran until then."""
    part = world.parts[job.part]
    for window in future_windows(world, part):
        if window.begin_s < until_s:
            cost = job.nodes if node is None else int(release_of(node) <= window.begin_s)
            if committed(world, part, window) + cost > window_room(world, part, window):
                return window
    return None


def committed(world: World, part: Part, window: Window) -> int:
    """Nodes of running jobs that are expected back only after the window begins."""
    return sum(nodes for time, nodes in job_releases(world, part) if time > window.begin_s)


def window_room(world: World, part: Part, window: Window) -> int:
    """Nodes that running jobs may hold when the window begins."""
    in_service = sum(nodes for second, nodes in part.steps if second <= window.begin_s)
    kept = sum(
        other.nodes
        for other in world.windows
        if other.part == part.number and other.begin_s <= window.begin_s < other.end_s
    )
    return in_service - part.spares - kept
