"""This module owns the profile of conservative backfill: how many nodes will be free when, and for whom."""

from __future__ import annotations

from numba import njit

from gortyn.kernels.cluster_state import BLOCK, INNER, State


@njit(**INNER)
def breakpoint_at(state: State, at_s: int) -> int:
    """Place of the step of the profile that begins at a time, not before now; it is made where there is none."""
    world, plan, at = state.world[0], state.hold, state.world[0].plan_at
    low, high = 0, world.plan_size
    while low < high:
        middle = (low + high) // 2
        if plan[at + middle].at_s < at_s:
            low = middle + 1
        else:
            high = middle
    if low < world.plan_size and plan[at + low].at_s == at_s:
        return low
    for i in range(world.plan_size, low, -1):
        plan[at + i] = plan[at + i - 1]
    world.plan_size += 1
    plan[at + low].at_s = at_s
    plan[at + low].nodes = plan[at + low - 1].nodes
    return low


@njit(**INNER)
def make_plan(state: State, p: int) -> None:
    """Take the profile of a partition: nodes at hand now, releases, and windows to come."""
    world, part, plan, at = state.world[0], state.part[p], state.hold, state.world[0].plan_at
    nodes = part.free + part.held0 - part.left
    plan[at].at_s = world.now_s
    plan[at].nodes = nodes
    size = 1
    base = world.hold_dir_at + p * world.hold_width
    for place in range(part.hold_blocks):
        block = state.pool[base + place]
        for i in range(block * BLOCK, block * BLOCK + state.pool[world.hold_count_at + block]):
            nodes += state.hold[i].nodes
            plan[at + size].at_s = state.hold[i].at_s
            plan[at + size].nodes = nodes
            size += 1
    world.plan_size = size
    for i in range(part.window, part.window_end):
        window = state.window[state.pool[world.window_of_at + i]]
        first, last = breakpoint_at(state, window.begin_s), breakpoint_at(state, window.end_s)
        for k in range(first, last):
            plan[at + k].nodes -= window.nodes


@njit(**INNER)
def keeps_plan(state: State, begin_s: int, end_s: int) -> bool:
    """Reserve one node from `begin_s` to `end_s` if the profile has it all that time; returns whether it does."""
    if begin_s >= end_s:
        return True
    plan, at = state.hold, state.world[0].plan_at
    first, last = breakpoint_at(state, begin_s), breakpoint_at(state, end_s)
    for i in range(first, last):
        if plan[at + i].nodes < 1:
            return False
    for i in range(first, last):
        plan[at + i].nodes -= 1
    return True


@njit(**INNER)
def fits_plan(state: State, nodes: int, length_s: int) -> bool:
    """Reserve nodes for a job at the earliest time that the profile allows; returns whether that is now."""
    world, plan, at = state.world[0], state.hold, state.world[0].plan_at
    first = 0
    while True:
        while first < world.plan_size and plan[at + first].nodes < nodes:
            first += 1
        if first == world.plan_size:
            return False
        beyond = first
        end_s = plan[at + first].at_s + length_s
        while beyond < world.plan_size and plan[at + beyond].at_s < end_s and plan[at + beyond].nodes >= nodes:
            beyond += 1
        if beyond == world.plan_size or plan[at + beyond].at_s >= end_s:
            break
        first = beyond
    for i in range(first, breakpoint_at(state, end_s)):
        plan[at + i].nodes -= nodes
    return first == 0
