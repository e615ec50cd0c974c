"""This module owns how a job waits: where in its queue, and what quotas and budgets hold it there."""

from __future__ import annotations

import math

from numba import njit

from gortyn.kernels.cluster_clock import (
    after,
    expected_length,
)
from gortyn.kernels.cluster_state import (
    BLOCK,
    INNER,
    INT,
    JOB_BITS,
    LEVEL,
    OPEN,
    SERVICE,
    SHARES,
    URGENT_FIRST,
    ZERO,
    State,
)
from gortyn.kernels.cluster_types import ALWAYS_PM, CONSERVATIVE, FCFS, LEFTOVER, PRIORITY, SJF, URGENT
from gortyn.kernels.cluster_waiting import insert, summarize
from gortyn.kernels.multifactor import weigh


@njit(**INNER)
def change_rates(state: State, p: int, t: int, chips: int) -> None:
    """Change the chips that a tenant holds in a partition."""
    world = state.world[0]
    cell, tenant = state.cell[p * world.tenants + t], state.tenant[t]
    cell.rate += chips
    cell.total += chips * world.rest_s
    tenant.running += chips
    if state.world[0].tracks != 0:
        tenant.raw += chips * (world.boundary_s - world.now_s)


@njit(**INNER)
def priority(state: State, p: int, t: int, queue_s: int, nodes: int) -> int:
    """Multifactor priority of a waiting job at the last boundary."""
    rule, part, tenant = state.world[0], state.part[p], state.tenant[t]
    value = weigh(
        rule.age_weight, part.sorted_s - queue_s, rule.age_s, rule.fair_weight, tenant.fair,
        rule.size_weight, nodes / (part.beyond - part.first), rule.qos_weight, tenant.qos,
    )  # fmt: skip
    return INT(math.floor(value))


@njit(**INNER)
def key_of(state: State, p: int, j: int, t: int, level: int) -> int:
    """First key of a waiting job of level 1 or 2."""
    order = state.world[0].order
    key = ZERO
    if order == SJF:
        key = INT(state.job[j].estimate_s) - INT(state.job[j].done_s)
    elif order == PRIORITY:
        key = -priority(state, p, t, INT(state.job[j].queue_s), INT(state.job[j].nodes))
    return key - URGENT_FIRST if level == URGENT else key


@njit(**INNER)
def enqueue(state: State, p: int, j: int) -> None:
    """Put a job into its queue; its key is that of the last boundary, see `cluster_share.sort_queue`."""
    world, part, job = state.world[0], state.part[p], state.job[j]
    t, nodes, chips = INT(state.job[j].tenant), INT(state.job[j].nodes), INT(state.job[j].chips)
    tenant = state.tenant[t]
    level = tenant.level
    flags = level * LEVEL
    if nodes == 1 and chips < part.chips:
        flags += SHARES
    if tenant.service != 0:
        flags += SERVICE
        until = INT(state.job[j].eligible_s) + INT(state.job[j].work_s)
        # One that is already over is due at the next pass; later ones when their time comes.
        part.until_s = min(part.until_s, until)
        part.services += 1
    key2 = (INT(job.queue_s) << JOB_BITS) | j
    if level == LEFTOVER:
        i = insert(state, 2 * p + 1, ZERO, key2)
        part.left_count += 1
        part.left_dirty = 1
    else:
        key1 = key_of(state, p, j, t, level) if state.world[0].order != FCFS or level == URGENT else ZERO
        i = insert(state, 2 * p, key1, key2)
        part.main_count += 1
        part.backlog += nodes * (INT(state.job[j].estimate_s) - INT(job.done_s))
        part.fresh += 1
        part.new1, part.new2 = key1, key2
    entry = state.wait[i]
    entry.length = expected_length(state, p, j)
    entry.nodes = nodes
    entry.chips = chips
    entry.tenant = t
    entry.marks = flags
    summarize(state, i // BLOCK, i)
    world.waiting += 1
    part.queue_jobs += 1
    part.jobs_sum += world.rest_s
    part.queue_chips += chips
    part.chips_sum += chips * world.rest_s
    state.cell[p * world.tenants + t].waiting += 1


@njit(**INNER)
def dequeue(state: State, p: int, j: int) -> None:
    """Account for a job that leaves its queue; its entry is removed apart."""
    world, part = state.world[0], state.part[p]
    t, nodes, chips = INT(state.job[j].tenant), INT(state.job[j].nodes), INT(state.job[j].chips)
    if state.tenant[t].level == LEFTOVER:
        part.left_count -= 1
    else:
        part.main_count -= 1
        part.backlog -= nodes * (INT(state.job[j].estimate_s) - INT(state.job[j].done_s))
    if state.tenant[t].service != 0:
        part.services -= 1
    world.waiting -= 1
    part.queue_jobs -= 1
    part.jobs_sum -= world.rest_s
    part.queue_chips -= chips
    part.chips_sum -= chips * world.rest_s
    state.cell[p * world.tenants + t].waiting -= 1


@njit(**INNER)
def settle_budget(state: State, t: int) -> None:
    """Begin a new period of a tenant's budget where one has begun."""
    tenant = state.tenant[t]
    period = state.world[0].now_s // tenant.budget_s
    if period != tenant.period:
        tenant.period = period
        tenant.charged = 0


@njit(**INNER)
def is_held(state: State, t: int, chips: int, length_s: int) -> bool:
    """Whether the quota or budget of its tenant keeps a job from starting."""
    tenant = state.tenant[t]
    if tenant.quota >= 0 and tenant.running + chips > tenant.quota:
        return True
    if tenant.budget < 0:
        return False
    settle_budget(state, t)
    return tenant.charged + chips * length_s > tenant.budget


@njit(**INNER)
def is_limited(state: State, t: int) -> bool:
    """Whether a tenant has a quota or budget."""
    return state.tenant[t].quota >= 0 or state.tenant[t].budget >= 0


@njit(**INNER)
def pass_by(state: State, t: int, own: int) -> None:
    """Let partitions look again where a job of the tenant blocks others: what starts in `own` may hold it back."""
    world = state.world[0]
    for p in range(world.parts):
        part = state.part[p]
        if p != own and part.settled != OPEN and part.head_tenant == t:
            part.dirty = 1
        if p != own and state.world[0].backfill == CONSERVATIVE and state.cell[p * world.tenants + t].waiting > 0:
            part.dirty = 1


@njit(**INNER)
def look_again(state: State, t: int, own: int) -> None:
    """Let partitions where a tenant with a quota waits look again, after it has given chips back in `own`."""
    world, tenant = state.world[0], state.tenant[t]
    for p in range(world.parts):
        if p != own and state.cell[p * world.tenants + t].waiting > 0:
            if tenant.level == LEFTOVER:
                state.part[p].left_dirty = 1
            else:
                state.part[p].dirty = 1


@njit(**INNER)
def believed_end(state: State, p: int, j: int, flags: int, length_s: int) -> int:
    """End of a job that would start now, as seen before it has nodes."""
    if flags & SERVICE:
        return INT(state.job[j].eligible_s) + INT(state.job[j].work_s)
    return after(state, p, state.world[0].now_s, length_s * ALWAYS_PM)
