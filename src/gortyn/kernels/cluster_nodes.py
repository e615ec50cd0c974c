"""This module owns which nodes are free, and which of them a job gets.

Pods of a partition and domains of a pod are kept by their number of free nodes: a row of bits for each number, so that
"the fewest that are enough, of equals the first" is found without looking at the others.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from gortyn.kernels.cluster_state import DOWN, FREE, HELD, INNER, NO, ONE, SHARED, WORD, ZERO, State
from gortyn.kernels.cluster_types import DOMAINS, MORE, ONE_DOMAIN, ONE_NODE, ONE_POD, SPREAD

DE_BRUIJN: Final = 0x077CB531  # source: a de Bruijn sequence of 32 bits
TOP: Final = WORD - 2 - 2 - 1  # unit: a position takes five bits, the upper ones of a product
LOW: Final = (1 << WORD) - 1
POSITION: Final = np.zeros(WORD, np.int64)
POSITION[(((1 << np.arange(WORD)) * DE_BRUIJN) & LOW) >> TOP] = np.arange(WORD)
SHIFT: Final = 2 + 2 + 1  # unit: a word has two to this power bits


@njit(**INNER)
def lowest(word: int) -> int:
    """Position of the lowest bit that is set."""
    return POSITION[(((word & -word) * DE_BRUIJN) & LOW) >> TOP]


@njit(**INNER)
def highest(word: int) -> int:
    """Position of the highest bit that is set."""
    word |= word >> 1
    word |= word >> 2
    word |= word >> (2 + 2)
    word |= word >> (WORD // (2 + 2))
    word |= word >> (WORD // 2)
    return lowest((word + 1) >> 1)


@njit(**INNER)
def shift(state: State, i: int, change: int) -> None:
    """Change the free nodes of a pod or domain."""
    item, bits = state.item[i], state.pool
    group = state.group[item.group]
    word, bit = item.bit >> SHIFT, 1 << (item.bit & (WORD - 1))
    before, after = item.free, item.free + change
    item.free = after
    if before > 0:
        bits[group.row + before * group.width + word] -= bit
        bits[group.count + before] -= 1
        if bits[group.count + before] == 0:
            bits[group.top + (before >> SHIFT)] -= 1 << (before & (WORD - 1))
    if after > 0:
        bits[group.row + after * group.width + word] += bit
        bits[group.count + after] += 1
        if bits[group.count + after] == 1:
            bits[group.top + (after >> SHIFT)] += 1 << (after & (WORD - 1))


@njit(**INNER)
def fewest(state: State, g: int, least: int) -> int:
    """Least number of free nodes, `least` or more, that an item of the group has; NO without one."""
    group = state.group[g]
    if least > group.high:
        return NO
    word = least >> SHIFT
    found = state.pool[group.top + word] >> (least & (WORD - 1)) << (least & (WORD - 1))
    while found == 0:
        word += 1
        if word > group.high >> SHIFT:
            return NO
        found = state.pool[group.top + word]
    return (word << SHIFT) + lowest(found)


@njit(**INNER)
def most(state: State, g: int, limit: int) -> int:
    """Largest number of free nodes, at most `limit`, that an item of the group has; 0 where none has any."""
    group = state.group[g]
    limit = min(limit, group.high)
    if limit <= 0:
        return 0
    word = limit >> SHIFT
    found = state.pool[group.top + word] & ((2 << (limit & (WORD - 1))) - 1)
    while found == 0:
        word -= 1
        if word < 0:
            return 0
        found = state.pool[group.top + word]
    return (word << SHIFT) + highest(found)


@njit(**INNER)
def first_with(state: State, g: int, free: int) -> int:
    """First item of the group with so many free nodes; there is one."""
    group = state.group[g]
    word = group.row + free * group.width
    start = word
    while state.pool[word] == 0:
        word += 1
    return group.first + ((word - start) << SHIFT) + lowest(state.pool[word])


@njit(**INNER)
def take(state: State, slot: int, i: int, count: int) -> None:
    """Give the lowest `count` free nodes of a domain to a running job."""
    item, run = state.item[i], state.run[slot]
    left, word, head = count, item.hint, run.node
    free_at = state.world[0].free_at
    while left > 0:
        found = state.pool[free_at + word]
        if word == item.first >> SHIFT:
            found = found >> (item.first & (WORD - 1)) << (item.first & (WORD - 1))
        if word == (item.beyond - 1) >> SHIFT:
            found &= (2 << ((item.beyond - 1) & (WORD - 1))) - 1
        while found != 0 and left > 0:
            bit = lowest(found)
            found -= 1 << bit
            state.pool[free_at + word] -= 1 << bit
            n = (word << SHIFT) + bit
            node = state.node[n]
            node.state = HELD
            node.slot = slot
            node.next = head
            head = n
            left -= 1
        if left > 0:
            word += 1
    item.hint = word
    run.node = head
    state.part[run.part].free -= count
    shift(state, i, -count)
    shift(state, item.pod, -count)


@njit(**INNER)
def fill_pod(state: State, slot: int, pod: int, count: int) -> None:
    """Give nodes of one pod: of the domain that fits best, else whole free parts of domains, the largest first."""
    g = state.world[0].parts + pod
    free = fewest(state, g, count)
    if free < 0:
        free = most(state, g, count)
        while free > 0:
            take(state, slot, first_with(state, g, free), free)
            count -= free
            free = most(state, g, count)
        if count == 0:
            return
        free = fewest(state, g, count)
    take(state, slot, first_with(state, g, free), count)


@njit(**INNER)
def pack(state: State, slot: int, count: int) -> None:
    """Give nodes of the pod that fits best, else whole free parts of pods, the largest first."""
    p = state.run[slot].part
    free = fewest(state, p, count)
    if free < 0:
        free = most(state, p, count)
        while free > 0:
            fill_pod(state, slot, first_with(state, p, free), free)
            count -= free
            free = most(state, p, count)
        if count == 0:
            return
        free = fewest(state, p, count)
    fill_pod(state, slot, first_with(state, p, free), count)


@njit(**INNER)
def whole(state: State, pod: int, size: int) -> int:
    """How many domains of a pod have `size` free nodes."""
    group = state.group[state.world[0].parts + pod]
    return state.pool[group.count + size] if size <= group.high else 0


@njit(**INNER)
def fill_domains(state: State, slot: int, count: int) -> int:
    """Give the whole domains that `count` nodes fill, of one pod if one has them; returns the nodes still to give."""
    p = state.run[slot].part
    size, pods = state.part[p].domain_nodes, state.group[p]
    domains = count // size
    total = 0
    best, fit = NO, ZERO
    for pod in range(pods.first, pods.first + pods.items):
        n = whole(state, pod, size)
        total += n
        if n >= domains and (best < 0 or n < fit):
            best, fit = pod, n
    if total < domains:
        return count
    while domains > 0:
        if best < 0:
            fit = 0
            for pod in range(pods.first, pods.first + pods.items):
                n = whole(state, pod, size)
                if n > fit:
                    best, fit = pod, n
        for _ in range(min(fit, domains)):
            take(state, slot, first_with(state, state.world[0].parts + best, size), size)
            domains -= 1
            count -= size
        best = NO
    return count


@njit(**INNER)
def spread(state: State, slot: int, count: int) -> None:
    """Give nodes one by one, each of the pod and domain with the most free ones."""
    p = state.run[slot].part
    for _ in range(count):
        pod = first_with(state, p, most(state, p, state.group[p].high))
        g = state.world[0].parts + pod
        take(state, slot, first_with(state, g, most(state, g, state.group[g].high)), ONE)


@njit(**INNER)
def place(state: State, slot: int, count: int) -> None:
    """Give `count` free nodes to a running job, as the policy says."""
    placement = state.world[0].placement
    if placement == SPREAD:
        spread(state, slot, count)
        return
    if placement == DOMAINS:
        count = fill_domains(state, slot, count)
    if count > 0:
        pack(state, slot, count)


@njit(**INNER)
def tier(state: State, slot: int) -> int:
    """What the nodes of a running job span."""
    run = state.run[slot]
    if run.nodes == 1:
        return ONE_NODE
    n = run.node
    domain = state.node[n].domain
    pod, found = state.item[domain].pod, ONE_DOMAIN
    n = state.node[n].next
    while n >= 0:
        other = state.node[n].domain
        if other != domain:
            if state.item[other].pod != pod:
                return MORE
            found = ONE_POD
        n = state.node[n].next
    return found


@njit(**INNER)
def least_tier(state: State, p: int, nodes: int) -> int:
    """What so many nodes span at least."""
    if nodes == 1:
        return ONE_NODE
    if nodes <= state.part[p].domain_nodes:
        return ONE_DOMAIN
    return ONE_POD if nodes <= state.part[p].pod_nodes else MORE


@njit(**INNER)
def put(state: State, domain: int, count: int) -> None:
    """Count nodes of a domain as free; their bits are set."""
    item = state.item[domain]
    shift(state, domain, count)
    shift(state, item.pod, count)


@njit(**INNER)
def set_free(state: State, n: int) -> None:
    """Mark a node as free without counting it."""
    node = state.node[n]
    node.state = FREE
    node.slot = NO
    word = n >> SHIFT
    state.pool[state.world[0].free_at + word] += 1 << (n & (WORD - 1))
    item = state.item[node.domain]
    item.hint = min(item.hint, word)


@njit(**INNER)
def add_free(state: State, n: int) -> None:
    """Let a node be free."""
    set_free(state, n)
    state.part[state.node[n].part].free += 1
    put(state, state.node[n].domain, ONE)


@njit(**INNER)
def drop_free(state: State, n: int) -> None:
    """Take a free node out of those that are."""
    state.pool[state.world[0].free_at + (n >> SHIFT)] -= 1 << (n & (WORD - 1))
    state.part[state.node[n].part].free -= 1
    put(state, state.node[n].domain, -ONE)


@njit(**INNER)
def give_back(state: State, slot: int) -> None:
    """Take the nodes off a running job; those that are down stay so."""
    run = state.run[slot]
    n = run.node
    domain, count, total = NO, ZERO, ZERO
    while n >= 0:
        node = state.node[n]
        after = node.next
        if node.state == DOWN:
            node.slot = NO
        else:
            if node.domain != domain:
                if count > 0:
                    put(state, domain, count)
                domain, count = node.domain, ZERO
            set_free(state, n)
            count += 1
            total += 1
        n = after
    if count > 0:
        put(state, domain, count)
    state.part[run.part].free += total
    run.node = NO


@njit(**INNER)
def find_shared(state: State, p: int, chips: int) -> int:
    """Shared node of partition `p` with the fewest free chips that are enough; NO without one."""
    base = state.world[0].shared_at + p * state.world[0].shared_width
    for free in range(chips, state.part[p].chips):
        if state.pool[base + free] >= 0:
            return state.pool[base + free]
    return NO


@njit(**INNER)
def unlist_shared(state: State, n: int) -> None:
    """Take a shared node off the list of those with as many free chips."""
    node = state.node[n]
    if node.free == 0:
        return
    if node.before >= 0:
        state.node[node.before].next = node.next
    else:
        world = state.world[0]
        state.pool[world.shared_at + node.part * world.shared_width + node.free] = node.next
    if node.next >= 0:
        state.node[node.next].before = node.before


@njit(**INNER)
def list_shared(state: State, n: int, free: int) -> None:
    """Put a shared node at the head of the list of those with so many free chips."""
    node = state.node[n]
    node.state = SHARED
    node.free = free
    node.before, node.next = NO, NO
    if free == 0:
        return
    world = state.world[0]
    i = world.shared_at + node.part * world.shared_width + free
    head = state.pool[i]
    node.next = head
    if head >= 0:
        state.node[head].before = n
    state.pool[i] = n
