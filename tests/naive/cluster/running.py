"""Starting, stopping, requeueing and preempting jobs."""

from __future__ import annotations

from naive.cluster.placement import free_nodes, place, stretch
from naive.cluster.progress import (
    cut,
    delay,
    done_seconds,
    estimated_end,
    expected_length,
    interval,
    inverse,
    progress,
    real_length,
    software_failure,
    volume,
    write,
)
from naive.cluster.room import is_sub_node, leftovers_running, preemptible_standard
from naive.cluster.shares import charge, refund
from naive.cluster.world import NEVER, Attempt, Delay, Job, JobState, Node, NodeState, Window, World


def enqueue(world: World, job: Job) -> None:
    """The job waits at its partition; a requeued one keeps its place in the order."""
    job.state = JobState.QUEUED
    job.queued_since_s = world.now
    if job.queue_s == -1:
        job.queue_s = world.now


def leave_queue(world: World, job: Job) -> None:
    world.log.queued.append((job, job.queued_since_s, world.now))


def start(world: World, job: Job, node: Node | None = None, window: Window | None = None) -> None:
    """From the queue onto nodes: a shared node that was found, or free ones after preempting for them."""
    part = world.parts[job.part]
    charge(world, job)
    leave_queue(world, job)
    if node is None:
        make_room(world, job)
        job.on = place(part, job.nodes, world.policy.placement)
        for taken in job.on:
            taken.state = NodeState.HELD
            taken.jobs = [job]
        if is_sub_node(part, job):
            job.on[0].state = NodeState.SHARED
            job.on[0].free_chips = part.chips_per_node - job.chips
            job.on[0].rank = world.next_rank()
    else:
        job.on = [node]
        node.jobs.append(job)
        node.free_chips -= job.chips
        node.rank = world.next_rank()
    job.state = JobState.RUNNING
    job.start_rank = world.next_rank()
    job.window = window
    if window is not None:
        window.used += job.nodes
    if job.start_s == -1:
        job.start_s = world.now
    begin_attempt(world, job)


def begin_attempt(world: World, job: Job) -> None:
    """An attempt on the nodes that the job has."""
    part = world.parts[job.part]
    slow = 1000 if is_sub_node(part, job) else stretch(part, job.on)
    length = real_length(part, job)
    if job.tenant.service:
        is_cut, end_s, expected_end_s = False, job.until_s, estimated_end(world, job)
    else:
        is_cut = cut(job, length) < length
        end_s = inverse(part, volume(part, world.now) + slow * cut(job, length))
        expected_end_s = inverse(part, volume(part, world.now) + slow * expected_length(world, job))
    breaks_s = software_failure(world, job)
    if breaks_s >= end_s:
        breaks_s = NEVER
    job.attempt = Attempt(world.now, delay(part, job), slow, is_cut, end_s, expected_end_s, breaks_s)
    job.attempts += 1


def stop(world: World, job: Job, after: Delay | None) -> None:
    """End of an attempt: of the job (None), of a segment or by preemption (RESUME), or by a failure (RECOVER)."""
    part = world.parts[job.part]
    attempt = job.running
    eff = done_seconds(part, job, world.now)
    at_its_end = world.now == attempt.end_s
    tau, write_s = interval(part, job), write(part, job)
    persist_s = 0 if job.immune else part.persist_s
    if job.tenant.service:
        lost = min(attempt.delay_s, eff)
    elif at_its_end:
        lost = attempt.delay_s
        if attempt.is_cut:
            job.done += progress(part, job, max(1, job.tenant.segment_s - attempt.delay_s - write_s))
    else:
        worked = eff - attempt.delay_s
        saved = (worked - persist_s) // (tau + write_s) if tau > 0 and worked >= persist_s else 0
        saved = saved if worked > 0 else 0
        job.done += saved * tau
        lost = eff - saved * (tau + write_s)
    job.lost_s += lost
    job.held_s += world.now - attempt.begin_s
    world.log.lost.append((job, lost, world.now))
    world.log.held.append((job, job.part, attempt.begin_s, world.now))
    job.attempt = None
    if after is not None:
        job.delay = after


def leave(world: World, job: Job) -> None:
    """The nodes of a stopped job are released; those that are down stay down."""
    refund(world, job)
    for node in job.on:
        node.jobs.remove(job)
        if node.state is NodeState.SHARED:
            node.free_chips += job.chips
            node.rank = world.next_rank()
        if node.state is not NodeState.DOWN and not node.jobs:
            node.state = NodeState.FREE
    job.on = []
    if job.window is not None:
        job.window.used -= job.nodes
        job.window = None


def finish(world: World, job: Job) -> None:
    stop(world, job, None)
    leave(world, job)
    job.state = JobState.GONE
    job.end_s = world.now


def requeue(world: World, job: Job, after: Delay) -> None:
    stop(world, job, after)
    leave(world, job)
    enqueue(world, job)


def restart_in_place(world: World, job: Job) -> None:
    """The next attempt after a failure begins at once."""
    stop(world, job, Delay.RECOVER)
    begin_attempt(world, job)


def preempt(world: World, job: Job) -> None:
    job.interruptions += 1
    world.log.preempted.append(world.now)
    world.preempted_standard += job.level == 1
    requeue(world, job, Delay.RESUME)


def make_room(world: World, job: Job) -> None:
    """Victims for a start: leftovers, then for level 2 jobs of level 1, the latest started first."""
    part = world.parts[job.part]
    while len(free_nodes(part)) < job.nodes:
        victims = leftovers_running(world, part)
        if not victims and job.level == 2:
            victims = preemptible_standard(world, part)
        preempt(world, max(victims, key=lambda victim: victim.start_rank))


def preempt_leftovers(world: World, part_number: int, wanted: int) -> None:
    """Victims of level 0 while there are fewer free nodes than wanted, and any victims."""
    part = world.parts[part_number]
    while len(free_nodes(part)) < wanted and leftovers_running(world, part):
        preempt(world, max(leftovers_running(world, part), key=lambda victim: victim.start_rank))
