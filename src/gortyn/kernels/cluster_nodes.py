"""This module owns which nodes are free, and which of them a job gets.

Pods of a partition and domains of a pod are kept by their number of free nodes: a row of bits for each number, so that
"the fewest that are enough, of equals the first" is found without looking at the others.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from gortyn.kernels.cluster_state import FREE, HELD, INNER, INT, NO, ONE, WORD, ZERO, State
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
def between(state: State, one: int, other: int) -> int:
    """What nodes of two domains span."""
    if one == other:
        return ONE_DOMAIN
    return ONE_POD if state.item[one].pod == state.item[other].pod else MORE


@njit(**INNER)
def widen(state: State, slot: int, domain: int) -> None:
    """Let a running job know that it is about to get nodes of a domain."""
    run = state.run[slot]
    if run.node >= 0:
        run.span = max(run.span, between(state, state.spot[run.node].domain, domain))


@njit(**INNER)
def hand_over(state: State, slot: int, n: int) -> None:
    """Put a node that is in no list at the head of those of a running job."""
    run, node = state.run[slot], state.node[n]
    node.state, node.slot, node.next, node.before = HELD, slot, run.node, NO
    if run.node >= 0:
        state.node[run.node].before = n
    run.node = n


@njit(**INNER)
def take_off(state: State, n: int) -> None:
    """Take a node off its job."""
    node = state.node[n]
    if node.before >= 0:
        state.node[node.before].next = node.next
    else:
        state.run[node.slot].node = node.next
    if node.next >= 0:
        state.node[node.next].before = node.before
    node.slot = NO


@njit(**INNER)
def take(state: State, slot: int, i: int, count: int) -> None:
    """Give the lowest `count` free nodes of a domain to a running job; those of the pod are not yet counted."""
    item, run = state.item[i], state.run[slot]
    widen(state, slot, i)
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
            node.state, node.slot, node.next, node.before = HELD, slot, head, NO
            if head >= 0:
                state.node[head].before = n
            head = n
            left -= 1
        if left > 0:
            word += 1
    item.hint = word
    run.node = head
    shift(state, i, -count)


@njit(**INNER)
def count_off(state: State, pod: int, count: int) -> None:
    """Count nodes of a pod as taken."""
    shift(state, pod, -count)
    state.part[state.item[pod].group].free -= count


@njit(**INNER)
def fill_pod(state: State, slot: int, pod: int, count: int) -> None:
    """Give nodes of one pod: of the domain that fits best, else whole free parts of domains, the largest first."""
    g = state.world[0].parts + pod
    count_off(state, pod, count)
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
            count_off(state, best, size)
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
        count_off(state, pod, ONE)


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
    """What the nodes of a running job span; not more than `Run.span`, so that few need to be looked at."""
    run = state.run[slot]
    n, found = run.node, min(run.span, ONE_DOMAIN)
    domain = state.spot[n].domain
    while n >= 0 and found < run.span:
        found = max(found, between(state, domain, state.spot[n].domain))
        n = INT(state.node[n].next)
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
    item = state.item[state.spot[n].domain]
    item.hint = min(item.hint, word)


@njit(**INNER)
def add_free(state: State, n: int) -> None:
    """Let a node be free."""
    set_free(state, n)
    state.part[state.spot[n].part].free += 1
    put(state, state.spot[n].domain, ONE)


@njit(**INNER)
def drop_free(state: State, n: int) -> None:
    """Take a free node out of those that are."""
    state.pool[state.world[0].free_at + (n >> SHIFT)] -= 1 << (n & (WORD - 1))
    state.part[state.spot[n].part].free -= 1
    put(state, state.spot[n].domain, -ONE)


@njit(**INNER)
def free_bits(state: State, item: Any, word: int, bits: int) -> None:
    """Set bits of nodes of a domain that are free from now on."""
    state.pool[state.world[0].free_at + word] += bits
    item.hint = min(item.hint, word)


@njit(**INNER)
def give_back(state: State, slot: int) -> None:
    """Take the nodes off a running job.

    Those of the same word, domain and pod mostly follow each other, and are counted together.
    """
    run = state.run[slot]
    n = run.node
    if n < 0:
        return
    domain = state.spot[n].domain
    item = state.item[domain]
    word, bits, count, of_pod = n >> SHIFT, ZERO, ZERO, ZERO
    while n >= 0:
        left = n < item.first or n >= item.beyond
        if left or n >> SHIFT != word:
            free_bits(state, item, word, bits)
            word, bits = n >> SHIFT, ZERO
        if left:
            shift(state, domain, count)
            of_pod += count
            pod, count = item.pod, ZERO
            domain = state.spot[n].domain
            item = state.item[domain]
            if item.pod != pod:
                shift(state, pod, of_pod)
                of_pod = ZERO
        node = state.node[n]
        node.state, node.slot = FREE, NO
        bits += 1 << (n & (WORD - 1))
        count += 1
        n = INT(node.next)
    free_bits(state, item, word, bits)
    shift(state, domain, count)
    shift(state, item.pod, of_pod + count)
    state.part[run.part].free += run.up
    run.node = NO
