"""This module owns what happens at boundaries: hours of the tally, periods of the fair share, order of the queue."""

from __future__ import annotations

from numba import njit

from gortyn.kernels.cluster_queue import key_of
from gortyn.kernels.cluster_state import BLOCK, HALF, INNER, INT, LEVEL, ZERO, Records, State
from gortyn.kernels.cluster_types import HOUR_S, NEVER, PRIORITY, Tally
from gortyn.kernels.cluster_waiting import block_at, blocks, entries, open_block, summarize, waiting_job
from gortyn.kernels.multifactor import effective_usage, fair_factor


@njit(**INNER)
def close_hours(state: State, tally: Tally, now_s: int) -> None:
    """Write the hours that are over by now into the tally."""
    world, window_s = state.world[0], state.world[0].window_s
    while world.edge_s <= now_s and world.edge_s > world.hour * HOUR_S:
        hour = world.hour
        begin_s = world.edge_s
        world.hour = hour + 1
        world.edge_s = min((hour + 2) * HOUR_S, window_s)
        length_s = max(0, world.edge_s - begin_s)
        for p in range(world.parts):
            part = state.part[p]
            for t in range(world.tenants):
                cell = state.cell[p * world.tenants + t]
                tally.busy[p, t, hour] = cell.total
                cell.total = cell.rate * length_s
            tally.queued_jobs[p, hour] = part.jobs_sum
            tally.queued_chips[p, hour] = part.chips_sum
            tally.down[p, hour] = part.down_sum
            tally.lost[p, hour] = part.lost_sum
            tally.failed[p, hour] = part.failed_sum
            tally.interrupted[p, hour] = part.hit_sum
            part.jobs_sum = part.queue_jobs * length_s
            part.chips_sum = part.queue_chips * length_s
            part.down_sum = part.down * length_s
            part.lost_sum = 0
            part.failed_sum = 0
            part.hit_sum = 0
    world.rest_s = max(0, world.edge_s - now_s)


@njit(**INNER)
def close_periods(state: State) -> None:
    """Let usage decay at each boundary of the fair share that has passed, and add what was held since the last."""
    world, rule = state.world[0], state.world[0]
    while world.boundary_s <= world.now_s:
        for t in range(world.tenants):
            tenant = state.tenant[t]
            tenant.usage = tenant.usage * rule.decay + tenant.raw
            tenant.raw = tenant.running * rule.period_s
        world.boundary_s += rule.period_s


@njit(**INNER)
def know_fair(state: State, accounts: Records) -> None:
    """Fair-share factor of each tenant by its usage at the last boundary: Slurm's classic algorithm."""
    world = state.world[0]
    for a in range(accounts.size):
        accounts[a].used = 0.0
    for t in range(world.tenants):
        accounts[state.tenant[t].account].used += state.tenant[t].usage
    for a in range(accounts.size - 1, 0, -1):
        accounts[accounts[a].parent].used += accounts[a].used
    total = accounts[0].used
    if total == 0.0:
        for t in range(world.tenants):
            state.tenant[t].fair = 1.0
        return
    accounts[0].norm = 1.0
    accounts[0].eff = 1.0
    for a in range(1, accounts.size):
        account = accounts[a]
        parent = accounts[account.parent]
        account.norm = parent.norm * account.portion
        own = account.used / total
        account.eff = effective_usage(own, parent.eff, account.portion, account.parent == 0)
    for t in range(world.tenants):
        account = accounts[state.tenant[t].account]
        state.tenant[t].fair = fair_factor(account.eff, account.norm, world.two)


@njit(**INNER)
def less(state: State, i: int, j: int) -> bool:
    """Whether entry `i` of the scratch stands before entry `j`."""
    a, b = state.wait[i], state.wait[j]
    return a.key1 < b.key1 or (a.key1 == b.key1 and a.key2 < b.key2)


@njit(**INNER)
def merge_sort(state: State, n: int) -> int:
    """Sort the first n entries of the scratch by runs; returns where the sorted ones begin."""
    world, scratch = state.world[0], state.wait
    source, target = world.scratch_at, world.scratch_at + world.scratch_size // 2
    while True:
        # Merge neighbouring ascending runs until there is one.
        runs, at, out = 0, ZERO, ZERO
        while at < n:
            middle = at + 1
            while middle < n and not less(state, source + middle, source + middle - 1):
                middle += 1
            end = middle
            if middle < n:
                end = middle + 1
                while end < n and not less(state, source + end, source + end - 1):
                    end += 1
            elif at == 0:
                return source
            i, j = at, middle
            while i < middle or j < end:
                if j == end or (i < middle and not less(state, source + j, source + i)):
                    scratch[target + out] = scratch[source + i]
                    i += 1
                else:
                    scratch[target + out] = scratch[source + j]
                    j += 1
                out += 1
            at = end
            runs += 1
        source, target = target, source
        if runs == 1:
            return source


@njit(**INNER)
def sort_queue(state: State, p: int) -> None:
    """Give the main queue of a partition the priorities of the last boundary where it has older ones."""
    world, rule, part = state.world[0], state.world[0], state.part[p]
    if rule.order != PRIORITY:
        return
    at_s = world.now_s // rule.period_s * rule.period_s
    if part.sorted_s == at_s:
        return
    part.sorted_s = at_s
    if part.main_count == 0:
        return
    part.dirty = 1
    q, n = 2 * p, ZERO
    for place in range(blocks(state, q)):
        block = block_at(state, q, place)
        for i in range(block * BLOCK, block * BLOCK + entries(state, block)):
            entry = state.wait[world.scratch_at + n]
            state.wait[world.scratch_at + n] = state.wait[i]
            entry.key1 = key_of(state, p, waiting_job(entry.key2), INT(entry.tenant), INT(entry.marks) // LEVEL)
            n += 1
        state.pool[world.wait_count_at + block] = world.spare_wait
        world.spare_wait = block
    state.pool[world.wait_blocks_at + q] = 0
    first = merge_sort(state, n)
    block = ZERO
    for i in range(n):
        # Blocks are left half empty for those that arrive before the next boundary.
        if i % (HALF + HALF // 2) == 0:
            block = open_block(state, q, blocks(state, q))
        at = block * BLOCK + entries(state, block)
        state.wait[at] = state.wait[first + i]
        summarize(state, block, at)
        state.pool[world.wait_count_at + block] += 1


@njit(**INNER)
def next_budget(state: State) -> int:
    """Earliest time at which a period of a budget begins; NEVER without budgets."""
    earliest = NEVER
    for t in range(state.world[0].tenants):
        tenant = state.tenant[t]
        if tenant.budget >= 0:
            earliest = min(earliest, (state.world[0].now_s // tenant.budget_s + 1) * tenant.budget_s)
    return earliest
