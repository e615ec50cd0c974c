"""This module owns the log of a simulation: what became of each job, and what every hour looked like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """What happened, job by job and hour by hour; seconds count from the start of the simulation.

    The queue is played to its end, also beyond the window; the hours are those of the window.

    Attributes
    ----------
    staged_s : int64[job], time from submission until its data had come, 0 where it brings none
    eligible_s : int64[job], when the job joined the queue: when its data had come after submission, or the
        hour that it was put off to
    start_s, end_s : int64[job], first start and last end; -1 where a job never started
    held_s : int64[job], time on nodes, all attempts together
    lost_s : int64[job], the part of it that failures and preemptions took: recovery and work done again
    place : int64[job], partition where the job ran or waits
    attempts : int64[job], starts, those in place after a failure included
    interruptions : int64[job], failures and preemptions
    tenant_chip_hours : float64[partition, tenant, hour], chip-hours on nodes
    busy_chips, capacity_chips : float64[partition, hour], chips that run jobs, and in operation; means over the hour
    down_chips : float64[partition, hour], chips of failed nodes, mean over the hour
    queued_jobs, queued_chips : float64[partition, hour], waiting jobs and the chips that they take, means over the hour
    lost_chip_hours : float64[partition, hour], chip-hours lost, at the hour in which they were
    tenant_lost_chip_hours : float64[tenant], the same by tenant
    idle_chip_hours : float64[partition], chip-hours in operation and neither on jobs nor failed, spares included
    node_failures, interrupted_jobs : int64[partition, hour], nodes that failed, and jobs that failures hit
    speed : float64[partition, hour], speed under a power limit, 1 for full
    preemptions, moved_jobs : how many, in all
    engine_s : time that the simulation took, compiling apart [s]
    """

    staged_s: NDArray[np.int64]
    eligible_s: NDArray[np.int64]
    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    held_s: NDArray[np.int64]
    lost_s: NDArray[np.int64]
    place: NDArray[np.int64]
    attempts: NDArray[np.int64]
    interruptions: NDArray[np.int64]
    tenant_chip_hours: NDArray[np.float64]
    busy_chips: NDArray[np.float64]
    capacity_chips: NDArray[np.float64]
    down_chips: NDArray[np.float64]
    queued_jobs: NDArray[np.float64]
    queued_chips: NDArray[np.float64]
    lost_chip_hours: NDArray[np.float64]
    tenant_lost_chip_hours: NDArray[np.float64]
    idle_chip_hours: NDArray[np.float64]
    node_failures: NDArray[np.int64]
    interrupted_jobs: NDArray[np.int64]
    speed: NDArray[np.float64]
    preemptions: int
    moved_jobs: int
    engine_s: float

    @property
    def paid_chip_hours(self) -> NDArray[np.float64]:
        """Chip-hours on jobs and not lost, float64[partition]; with lost, down and idle they make the capacity."""
        return (self.busy_chips - self.lost_chip_hours).sum(axis=1)

    @property
    def balance_chip_hours(self) -> dict[str, NDArray[np.float64]]:
        """Chip-hours of each partition by what became of them, float64[partition]; together they are the capacity."""
        return {
            "paid": self.paid_chip_hours,
            "lost": self.lost_chip_hours.sum(axis=1),
            "failed": self.down_chips.sum(axis=1),
            "idle": self.idle_chip_hours,
        }
