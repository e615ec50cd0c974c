"""Which partition an arriving job goes to."""

from __future__ import annotations

from naive.cluster.placement import free_nodes
from naive.cluster.progress import HOUR_S
from naive.cluster.room import job_releases, left_power, room_standard, room_urgent, shared_node
from naive.cluster.shares import main_queue
from naive.cluster.world import Job, NodeState, Part, World

HOME, SHORTEST_WAIT, BY_SIGNAL, DATA_LOCALITY = range(4)


def choose(world: World, job: Job) -> Part:
    home = world.parts[job.home]
    rule = world.policy.federation
    if rule == HOME or job.immune or job.tenant.transfer_s < 0:
        return home
    candidates = [part for part in world.parts if part.kind == home.kind and len(part.nodes) - part.spares >= job.nodes]
    if not candidates:
        return home
    if rule == BY_SIGNAL:
        at_once = [part for part in candidates if could_start(world, part, job)]
        if at_once:
            return min(at_once, key=lambda part: (signal(world, part), part is not home, part.number))
        return min(candidates, key=lambda part: (wait(world, part), part is not home, part.number))

    def cost(part: Part) -> tuple[int, bool, int]:
        queueing = 0 if could_start(world, part, job) else wait(world, part)
        moving = job.tenant.transfer_s if rule == DATA_LOCALITY and part is not home else 0
        return queueing + moving, part is not home, part.number

    return min(candidates, key=cost)


def could_start(world: World, part: Part, job: Job) -> bool:
    """Whether nobody waits and the job fits, windows to come and quotas aside."""
    if main_queue(world, part.number):
        return False
    if job.level == 0:
        return job.nodes <= len(free_nodes(part)) - left_power(world, part)
    if shared_node(part, job) is not None:
        return True
    return job.nodes <= (room_urgent(world, part) if job.level == 2 else room_standard(world, part))


def wait(world: World, part: Part) -> int:
    """Work that waits and runs, per node in service."""
    waiting = sum(job.nodes * (job.estimate_s - job.done) for job in main_queue(world, part.number))
    held = job_releases(world, part)
    running = sum(nodes * time for time, nodes in held) - world.now * sum(nodes for _, nodes in held)
    in_service = sum(node.state is not NodeState.ABSENT for node in part.nodes)
    return (waiting + max(0, running)) // max(1, in_service)


def signal(world: World, part: Part) -> float:
    return part.signal[min(world.now // HOUR_S, len(part.signal) - 1)]
