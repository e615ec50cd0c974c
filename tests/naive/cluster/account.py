"""What is reported, added up from the log."""

from __future__ import annotations

from typing import Any

import numpy as np

from gortyn.kernels.cluster_types import Record, Tally
from naive.cluster.progress import HOUR_S
from naive.cluster.world import JobState, World


def record(world: World) -> Record:
    def column(name: str, kind: type) -> Any:
        return np.array([getattr(job, name) for job in world.jobs], kind)

    return Record(
        start_s=column("start_s", np.int32),
        end_s=column("end_s", np.int32),
        held_s=column("held_s", np.int32),
        lost_s=column("lost_s", np.int32),
        place=column("part", np.int16),
        attempts=column("attempts", np.int16),
        interruptions=column("interruptions", np.int16),
    )


def lost_of_tenants(world: World) -> Any:
    total = [0 for _ in world.tenants]
    for job, seconds, at_s in world.log.lost:
        if at_s < world.policy.window_s:
            total[job.tenant.number] += seconds * job.chips
    return np.array(total, np.int64)


def tally(world: World) -> Tally:
    log, window_s = world.log, world.policy.window_s
    hours = -(-window_s // HOUR_S)

    def by_hour(intervals: list[tuple[int, int, int]]) -> list[int]:
        """Of (weight, begin, end): weight-seconds in each hour of the window."""
        return [
            sum(
                weight * max(0, min(end, window_s, (h + 1) * HOUR_S) - max(begin, h * HOUR_S))
                for weight, begin, end in intervals
            )
            for h in range(hours)
        ]

    def at_hour(instants: list[tuple[int, int]]) -> list[int]:
        """Of (weight, at): weights in each hour of the window."""
        return [
            sum(weight for weight, at_s in instants if at_s < window_s and at_s // HOUR_S == h) for h in range(hours)
        ]

    parts = [part.number for part in world.parts]
    still = [(job, job.queued_since_s, window_s) for job in world.jobs if job.state is JobState.QUEUED]
    queued = log.queued + still
    cells = [(p, tenant) for p in parts for tenant in world.tenants]
    busy = [
        by_hour([(job.chips, b, e) for job, where, b, e in log.held if where == p and job.tenant is tenant])
        for p, tenant in cells
    ]

    def table(hourly: list[list[int]], kind: type = np.int64) -> Any:
        return np.array(hourly, kind).reshape(len(parts), hours)

    return Tally(
        busy=np.array(busy, np.int64).reshape(len(parts), len(world.tenants), hours),
        queued_jobs=table([by_hour([(1, b, e) for job, b, e in queued if job.part == p]) for p in parts]),
        queued_chips=table([by_hour([(job.chips, b, e) for job, b, e in queued if job.part == p]) for p in parts]),
        down=table([by_hour([(node.chips, b, e) for node, b, e in log.down if node.part == p]) for p in parts]),
        lost=table([at_hour([(s * job.chips, at) for job, s, at in log.lost if job.part == p]) for p in parts]),
        idle=np.array([sum(by_hour([(n, b, e) for q, n, b, e in log.idle if q == p])) for p in parts], np.int64),
        failed=table([at_hour([(1, at) for node, at in log.failed if node.part == p]) for p in parts], np.int32),
        interrupted=table([at_hour([(1, at) for j, at in log.interrupted if j.part == p]) for p in parts], np.int32),
        preempted=np.array([sum(at_s < window_s for at_s in log.preempted)], np.int64),
        moved=np.array([sum(at_s < window_s for at_s in log.moved)], np.int64),
    )
