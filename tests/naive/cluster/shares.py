"""Priority, fair share, quotas and budgets."""

from __future__ import annotations

import math

from naive.cluster.progress import expected_length
from naive.cluster.world import Job, JobState, Tenant, World

SJF, PRIORITY = 1, 2


def main_queue(world: World, p: int) -> list[Job]:
    """Waiting jobs of levels 2 and 1 in order."""
    waiting = [job for job in world.jobs if job.state is JobState.QUEUED and job.part == p and job.level >= 1]
    return sorted(waiting, key=lambda job: (-job.level, key(world, job), job.queue_s, job.number))


def leftover_queue(world: World, p: int) -> list[Job]:
    """Waiting jobs of level 0 in order."""
    waiting = [job for job in world.jobs if job.state is JobState.QUEUED and job.part == p and job.level == 0]
    return sorted(waiting, key=lambda job: (job.queue_s, job.number))


def key(world: World, job: Job) -> int:
    match world.policy.order:
        case 1:
            return job.estimate_s - job.done
        case 2:
            return -priority(world, job)
        case _:
            return 0


def priority(world: World, job: Job) -> int:
    """Multifactor priority at the last multiple of the period."""
    policy = world.policy
    at_s = world.now // policy.period_s * policy.period_s
    age = min(1.0, max(0, at_s - job.queue_s) / policy.age_s)
    size = job.nodes / len(world.parts[job.part].nodes)
    total = policy.age_weight * age + policy.fair_weight * job.tenant.fair
    return math.floor(total + policy.size_weight * size + policy.qos_weight * job.tenant.qos)


def carry_out_boundaries(world: World, now: int) -> None:
    """Usage and fair-share factors at each multiple of the period since the last instant."""
    period_s = world.policy.period_s
    while world.boundary_s + period_s <= now:
        begin_s = world.boundary_s
        world.boundary_s += period_s
        for tenant in world.tenants:
            tenant.usage = tenant.usage * 2.0 ** (-period_s / world.policy.half_life_s)
            tenant.usage += held_between(world, tenant, begin_s, world.boundary_s)
        fair_share(world)


def held_between(world: World, tenant: Tenant, begin_s: int, end_s: int) -> int:
    """Chip-seconds held by the tenant's jobs from one second to another."""
    stretches = [(job.chips, begin, end) for job, _, begin, end in world.log.held if job.tenant is tenant]
    stretches += [
        (job.chips, job.running.begin_s, end_s)
        for job in world.jobs
        if job.state is JobState.RUNNING and job.tenant is tenant
    ]
    return sum(chips * max(0, min(end, end_s) - max(begin, begin_s)) for chips, begin, end in stretches)


def fair_share(world: World) -> None:
    """Slurm's classic formula over the tree of accounts."""
    accounts = range(len(world.parent))
    usage = [0.0 for _ in accounts]
    for tenant in world.tenants:
        usage[tenant.account] += tenant.usage
    for account in reversed(accounts[1:]):
        usage[world.parent[account]] += usage[account]
    total = usage[0]
    norm, effective = [1.0], [1.0]
    for account in accounts[1:]:
        parent = world.parent[account]
        siblings = 0.0  # not sum(), which rounds otherwise from Python 3.12 on
        for other in accounts:
            if world.parent[other] == parent:
                siblings += world.shares[other]
        q = world.shares[account] / siblings
        norm.append(norm[parent] * q)
        used = usage[account] / total if total > 0 else 0.0
        effective.append(used if parent == 0 else used + (effective[parent] - used) * q)
    for tenant in world.tenants:
        tenant.fair = 2.0 ** (-effective[tenant.account] / norm[tenant.account]) if total > 0 else 1.0


def charged(tenant: Tenant, now: int) -> int:
    """Chip-seconds charged in the running budget period."""
    period = now // tenant.budget_period_s
    if period != tenant.charged_period:
        tenant.charged_period, tenant.charged = period, 0
    return tenant.charged


def is_held(world: World, job: Job) -> bool:
    """Whether quota or budget keep the job from starting."""
    tenant = job.tenant
    chips = sum(other.chips for other in world.jobs if other.state is JobState.RUNNING and other.tenant is tenant)
    if tenant.quota_chips != -1 and chips + job.chips > tenant.quota_chips:
        return True
    cost = job.chips * expected_length(world, job)
    return tenant.budget_chip_s != -1 and charged(tenant, world.now) + cost > tenant.budget_chip_s


def charge(world: World, job: Job) -> None:
    """A start from the queue."""
    job.left_queue_s = world.now
    job.expected_length_then = expected_length(world, job)
    charged(job.tenant, world.now)
    job.tenant.charged += job.chips * job.expected_length_then


def refund(world: World, job: Job) -> None:
    """What was charged for time that the job did not hold its nodes."""
    if job.left_queue_s // job.tenant.budget_period_s == world.now // job.tenant.budget_period_s:
        charged(job.tenant, world.now)
        job.tenant.charged -= job.chips * max(0, job.expected_length_then - (world.now - job.left_queue_s))
