"""This module owns which nodes jobs of fewer chips than a node share, by how many of their chips are free."""

from __future__ import annotations

from numba import njit

from gortyn.kernels.cluster_state import INNER, NO, SHARED, State


@njit(**INNER)
def find_shared(state: State, p: int, chips: int) -> int:
    """Shared node of partition `p` with the fewest free chips that are enough; NO without one."""
    base = state.world[0].shared_at + p * state.world[0].shared_width
    for free in range(chips, state.part[p].chips):
        if state.pool[base + free] >= 0:
            return state.pool[base + free]
    return NO


@njit(**INNER)
def roomiest(state: State, p: int) -> int:
    """Most free chips of a shared node of partition `p`; 0 where none has any."""
    base = state.world[0].shared_at + p * state.world[0].shared_width
    for free in range(state.part[p].chips - 1, 0, -1):
        if state.pool[base + free] >= 0:
            return free
    return 0


@njit(**INNER)
def unlist_shared(state: State, n: int) -> None:
    """Take a shared node off the list of those with as many free chips."""
    node, spot = state.node[n], state.spot[n]
    if spot.free == 0:
        return
    if node.before >= 0:
        state.node[node.before].next = node.next
    else:
        world = state.world[0]
        state.pool[world.shared_at + spot.part * world.shared_width + spot.free] = node.next
    if node.next >= 0:
        state.node[node.next].before = node.before


@njit(**INNER)
def list_shared(state: State, n: int, free: int) -> None:
    """Put a shared node at the head of the list of those with so many free chips."""
    node, spot = state.node[n], state.spot[n]
    spot.free = free
    node.state, node.before, node.next = SHARED, NO, NO
    if free == 0:
        return
    world = state.world[0]
    i = world.shared_at + spot.part * world.shared_width + free
    head = state.pool[i]
    node.next = head
    if head >= 0:
        state.node[head].before = n
    state.pool[i] = n
