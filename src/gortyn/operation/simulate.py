"""This module owns the simulation of all partitions: when each job starts and ends, and what every hour looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels.hourly import S_PER_HOUR, hourly_mean
from gortyn.kernels.types import Jobs, Queue
from gortyn.machine import Partition
from gortyn.model import Operations


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """What happened, job by job and hour by hour.

    Attributes
    ----------
    start_s, end_s : int64[job], start and end [s after the start of the simulation]. The queue is played to its end,
        so that every job has both, also beyond the window.
    busy_chips : float64[partition, hour], chips of nodes that run jobs, mean over the hour
    capacity_chips : float64[partition, hour], chips in operation, mean over the hour
    queued_jobs, queued_chips : float64[partition, hour], waiting jobs and the chips that they take, mean over the hour
    """

    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    busy_chips: NDArray[np.float64]
    capacity_chips: NDArray[np.float64]
    queued_jobs: NDArray[np.float64]
    queued_chips: NDArray[np.float64]


def simulate(jobs: Jobs, partitions: Sequence[Partition], operations: Operations, hours: int) -> Log:
    """Run all jobs through the queues of their partitions.

    Each partition has one first-come-first-served queue, with EASY backfill where the policy says so; the order of
    events is that of `gortyn.kernels.scheduler.schedule`. A job that would run longer than it requested is stopped
    at its requested walltime. Failures are not drawn here: those of named training runs are part of their run time.

    Parameters
    ----------
    jobs : sorted by submission
    partitions : those that the jobs point to
    operations : policy; `scheduler` and `estimate` are read
    hours : length of the window that the hourly series cover [h], >= 1

    Raises
    ------
    ValueError : jobs out of order or of a partition that is not there, run or requested times below a second, or a
        job that takes no nodes or more than its partition has by the end of the window.
    """
    from gortyn.kernels.scheduler import schedule  # loads the compiler

    _check(jobs, partitions)
    held_s = np.minimum(jobs.run_s, jobs.requested_s)
    estimate_s = held_s if operations.estimate == "actual" else jobs.requested_s
    start_s = np.zeros(jobs.submit_s.size, np.int64)
    shape = (len(partitions), hours)
    busy_chips, capacity_chips = np.zeros(shape), np.zeros(shape)
    queued_jobs, queued_chips = np.zeros(shape), np.zeros(shape)
    for index, partition in enumerate(partitions):
        own = np.flatnonzero(jobs.partition == index)
        queue = Queue(jobs.submit_s[own], held_s[own], estimate_s[own], jobs.nodes[own])
        begin_s = schedule(queue, partition.step_s, partition.step_nodes, operations.scheduler == "easy")
        start_s[own] = begin_s
        chips = queue.nodes * partition.chips_per_node
        busy_chips[index] = hourly_mean(begin_s, begin_s + queue.run_s, chips, hours)
        queued_jobs[index] = hourly_mean(queue.submit_s, begin_s, np.ones_like(chips), hours)
        queued_chips[index] = hourly_mean(queue.submit_s, begin_s, chips, hours)
        window_end_s = np.full(partition.step_s.size, hours * S_PER_HOUR)
        step_chips = partition.step_nodes * partition.chips_per_node
        capacity_chips[index] = hourly_mean(partition.step_s, window_end_s, step_chips, hours)
    return Log(start_s, start_s + held_s, busy_chips, capacity_chips, queued_jobs, queued_chips)


def warm() -> None:
    """Compile the scheduler, or load it from the cache, by playing one job."""
    from gortyn.kernels.scheduler import schedule

    one = np.ones(1, np.int64)
    schedule(Queue(one - 1, one, one.copy(), one.copy()), one - 1, one.copy(), backfill=True)


def _check(jobs: Jobs, partitions: Sequence[Partition]) -> None:
    """Refuse what the scheduler cannot play, naming the first job at fault."""
    nodes = np.array([partition.step_nodes.sum() for partition in partitions], np.int64)
    faults = {
        "is submitted before the start or before the job above it": np.diff(jobs.submit_s, prepend=0) < 0,
        "runs or asks for less than a second": (jobs.run_s < 1) | (jobs.requested_s < 1),
        f"is not of partition 0 to {nodes.size - 1}": (jobs.partition < 0) | (jobs.partition >= nodes.size),
    }
    _refuse(faults)
    most = nodes[jobs.partition]
    _refuse({"takes no nodes, or more than its partition will have": (jobs.nodes < 1) | (jobs.nodes > most)})


def _refuse(faults: dict[str, NDArray[np.bool_]]) -> None:
    for what, wrong in faults.items():
        if wrong.any():
            message = f"job {int(np.argmax(wrong))} {what} ({int(wrong.sum())} of {wrong.size} jobs)"
            raise ValueError(message)
