"""This module owns where a job goes: the federation of partitions of one kind."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gortyn.kernels.cluster_lists import push
from gortyn.kernels.cluster_queue import enqueue
from gortyn.kernels.cluster_state import (
    IN_TRANSIT,
    INNER,
    INT,
    NO,
    State,
)
from gortyn.kernels.cluster_subnode import find_shared
from gortyn.kernels.cluster_types import (
    BY_SIGNAL,
    DATA_LOCALITY,
    HOME,
    HOUR_S,
    LEFTOVER,
    URGENT,
)


@njit(**INNER)
def could_start(state: State, p: int, j: int) -> bool:
    """Whether a job would start at once in a partition, for all that is known without windows and quotas."""
    part = state.part[p]
    nodes, chips = INT(state.job[j].nodes), INT(state.job[j].chips)
    level = state.tenant[INT(state.job[j].tenant)].level
    if part.main_count > 0:
        return False
    if level == LEFTOVER:
        return nodes <= part.free - part.left_power
    if nodes == 1 and chips < part.chips and find_shared(state, p, chips) >= 0:
        return True
    ready = part.free + part.held0 - part.left
    return nodes <= (ready + part.preemptible if level == URGENT else ready)


@njit(**INNER)
def expected_wait(state: State, p: int) -> int:
    """Node-seconds queued and running in a partition, by its nodes."""
    part = state.part[p]
    running = max(0, part.s1 - state.world[0].now_s * part.s0)
    return (part.backlog + running) // max(1, part.service)


@njit(**INNER)
def choose(state: State, signal_of: NDArray[np.float64], j: int) -> int:
    """Partition to which a job goes."""
    world = state.world[0]
    home, nodes = INT(state.job[j].home), INT(state.job[j].nodes)
    stays = state.job[j].immune or state.tenant[INT(state.job[j].tenant)].transfer_s < 0
    if world.federation == HOME or stays:
        return home
    hour = world.now_s // HOUR_S
    best, best_signal, best_wait = NO, 0.0, 0
    for i in range(world.parts):
        # Home comes first, so that it wins ties.
        p = home if i == 0 else (i if i > home else i - 1)
        part = state.part[p]
        if part.kind != state.part[home].kind or part.beyond - part.first - part.spares < nodes:
            continue
        starts = could_start(state, p, j)
        # Under a signal, every partition where the job could start comes before those where it has to wait.
        signal = 0.0
        wait_s = 0 if starts else expected_wait(state, p)
        if world.federation == BY_SIGNAL:
            signal = signal_of[p, min(hour, signal_of.shape[1] - 1)] if starts else np.inf
            wait_s = 0 if starts else wait_s
        elif world.federation == DATA_LOCALITY and p != home:
            wait_s += state.tenant[INT(state.job[j].tenant)].transfer_s
        if best == NO or signal < best_signal or (signal == best_signal and wait_s < best_wait):
            best, best_signal, best_wait = p, signal, wait_s
    return home if best == NO else best


@njit(**INNER)
def arrive(state: State, signal_of: NDArray[np.float64], j: int) -> None:
    """Let a job choose its partition and join the queue there, or set out for it."""
    world, job = state.world[0], state.job[j]
    p = choose(state, signal_of, j)
    job.place = p
    job.queue_s = world.now_s
    if p != INT(state.job[j].home):
        if world.now_s < state.world[0].window_s:
            world.moved += 1
        transfer_s = state.tenant[INT(state.job[j].tenant)].transfer_s
        if transfer_s > 0:
            job.queue_s = world.now_s + transfer_s
            job.slot = IN_TRANSIT
            push(state, world.now_s + transfer_s, j)
            return
    enqueue(state, p, j)
