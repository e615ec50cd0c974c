"""The instants, one after the other, and what happens at each."""

from __future__ import annotations

from typing import Any

from gortyn.kernels.cluster_types import (
    Accounts,
    Failures,
    Policy,
    Record,
    Requests,
    Sites,
    Tally,
    Tenants,
    Windows,
)
from naive.cluster.account import lost_of_tenants, record, tally
from naive.cluster.federation import choose
from naive.cluster.passes import run_pass
from naive.cluster.placement import free_nodes, pack
from naive.cluster.room import is_sub_node, left_power, room_standard
from naive.cluster.running import (
    enqueue,
    finish,
    preempt_leftovers,
    requeue,
    restart_in_place,
)
from naive.cluster.shares import carry_out_boundaries
from naive.cluster.world import Delay, Job, JobState, Node, NodeState, World, build


def simulate(
    requests: Requests,
    sites: Sites,
    tenants: Tenants,
    accounts: Accounts,
    windows: Windows,
    failures: Failures,
    policy: Policy,
    wake_s: Any,
) -> tuple[Record, Tally, Any]:
    """What the compiled simulation answers, found slowly."""
    world = build(requests, sites, tenants, accounts, windows, failures, policy, wake_s)
    while (now := next_instant(world)) is not None:
        observe_idle(world, now)
        carry_out_boundaries(world, now)
        world.now = now
        one_instant(world)
    observe_idle(world, max(world.now, world.policy.window_s))
    return record(world), tally(world), lost_of_tenants(world)


def next_instant(world: World) -> int | None:
    """The next time at which anything happens, or everything is to be looked at."""
    times = [job.eligible_s for job in world.jobs if job.state is JobState.EXPECTED]
    times += [job.arrives_s for job in world.jobs if job.state is JobState.MOVING]
    times += [due(job) for job in world.jobs if job.state is JobState.RUNNING]
    times += [node.repaired_s for node in world.nodes if node.state is NodeState.DOWN]
    times += [second for part in world.parts for second, _ in part.steps if second > world.now]
    times += [edge for window in world.windows for edge in (window.begin_s, window.end_s) if edge > world.now]
    times += [at_s for at_s, _, _, _ in world.failures if at_s > world.now]
    if times or any(job.state is JobState.QUEUED for job in world.jobs):
        times += [wake for wake in world.wakes if wake > world.now]
    return min(times, default=None)


def due(job: Job) -> int:
    """When the running attempt of a job ends if nothing from outside stops it."""
    return min(job.running.end_s, job.running.breaks_s)


def one_instant(world: World) -> None:
    job_events(world)
    repairs(world)
    capacity_steps(world)
    window_edges(world)
    hardware_failures(world)
    arrivals(world)
    for part in world.parts:
        run_pass(world, part)


def job_events(world: World) -> None:
    for job in world.jobs:
        if job.state is JobState.MOVING and job.arrives_s == world.now:
            enqueue(world, job)
        elif job.state is JobState.RUNNING and due(job) == world.now:
            if job.running.end_s > world.now:
                job.interruptions += 1
                world.log.interrupted.append((job, world.now))
                restart_in_place(world, job)
            elif job.running.is_cut:
                requeue(world, job, Delay.RESUME)
            else:
                finish(world, job)


def repairs(world: World) -> None:
    for node in world.nodes:
        if node.state is NodeState.DOWN and node.repaired_s == world.now:
            into_service(world, node)


def into_service(world: World, node: Node) -> None:
    """To the spare pool if it is short, else free."""
    part = world.parts[node.part]
    if len(part.pool) < part.spares:
        node.state = NodeState.SPARE
        part.pool.append(node)
    else:
        node.state = NodeState.FREE


def capacity_steps(world: World) -> None:
    for part in world.parts:
        for second, count in part.steps:
            if second == world.now:
                new = [node for node in part.nodes if node.state is NodeState.ABSENT][:count]
                for node in reversed(new):
                    into_service(world, node)


def window_edges(world: World) -> None:
    for window in world.windows:
        if window.end_s == world.now:
            window.active = False
            for job in world.jobs:
                if job.window is window:
                    job.window = None
    for window in world.windows:
        if window.begin_s == world.now:
            window.active = True
            if window.tenant == -1:
                preempt_leftovers(world, window.part, left_power(world, world.parts[window.part]))


def hardware_failures(world: World) -> None:
    for at_s, scope, index, repair_s in world.failures:
        if at_s == world.now:
            fail(world, scope, index, repair_s)


def fail(world: World, scope: int, index: int, repair_s: int) -> None:
    """One entry: its nodes go down, then its jobs are stopped or get other nodes."""
    which = [lambda node: node.number, lambda node: node.domain, lambda node: node.part][scope]
    hit = [node for node in world.nodes if which(node) == index]
    if scope == 0 and any(job.immune for job in hit[0].jobs):
        return
    jobs: list[Job] = []
    for node in hit:
        if node.state not in (NodeState.ABSENT, NodeState.DOWN):
            if node.state is NodeState.SPARE:
                world.parts[node.part].pool.remove(node)
            jobs += [job for job in node.jobs if job not in jobs]
            node.state = NodeState.DOWN
            node.repaired_s = world.now + repair_s
            world.log.down.append((node, world.now, node.repaired_s))
            world.log.failed.append((node, world.now))
    for job in sorted(jobs, key=lambda job: job.number):
        if job.state is JobState.RUNNING:  # not preempted for one before it
            hit_by_failure(world, job)


def hit_by_failure(world: World, job: Job) -> None:
    job.interruptions += 1
    world.log.interrupted.append((job, world.now))
    part = world.parts[job.part]
    others = None if is_sub_node(part, job) or job.level == 0 else replacements(world, job)
    if others is None:
        requeue(world, job, Delay.RECOVER)
        return
    for node in others:
        if node.state is NodeState.SPARE:
            part.pool.remove(node)
        node.state = NodeState.HELD
        node.jobs = [job]
    for node in job.on:
        if node.state is NodeState.DOWN:
            node.jobs = []
    job.on = [node for node in job.on if node.state is not NodeState.DOWN] + others
    restart_in_place(world, job)


def replacements(world: World, job: Job) -> list[Node] | None:
    """Spares and free nodes for the job's nodes that are down, or None if there are not enough."""
    part = world.parts[job.part]
    wanted = sum(node.state is NodeState.DOWN for node in job.on)
    spares = part.pool[::-1][:wanted]
    missing = wanted - len(spares)
    if missing == 0:
        return spares
    if missing > room_standard(world, part):
        return None
    preempt_leftovers(world, job.part, missing)
    free = free_nodes(part)
    return spares + pack(part, free, missing) if missing <= len(free) else None


def arrivals(world: World) -> None:
    for job in world.jobs:
        if job.state is JobState.EXPECTED and job.eligible_s == world.now:
            job.part = choose(world, job).number
            if job.part != job.home:
                world.log.moved.append(world.now)
                if job.tenant.transfer_s > 0:
                    job.state = JobState.MOVING
                    job.arrives_s = world.now + job.tenant.transfer_s
                    continue
            enqueue(world, job)


def observe_idle(world: World, until_s: int) -> None:
    """Chips in service that nobody holds between the last instant and the next."""
    for part in world.parts:
        in_service = [node for node in part.nodes if node.state not in (NodeState.ABSENT, NodeState.DOWN)]
        idle = sum(node.chips - sum(chips_on(job) for job in node.jobs) for node in in_service)
        world.log.idle.append((part.number, idle, max(0, world.now), until_s))


def chips_on(job: Job) -> int:
    """Chips that a job holds on each of its nodes."""
    return job.chips // job.nodes
