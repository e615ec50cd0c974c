"""The scheduler of one partition beside the slow twin of the tests, on the same kind of jobs in the same run."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from tests.naive.scheduler import Job
from tests.naive.scheduler import schedule as schedule_slowly

from gortyn.kernels.scheduler import schedule
from gortyn.kernels.types import Queue

NODES, LOAD, MEAN_NODES, MEAN_RUN_S = 4096, 0.85, 32, 3600
JOBS, TWIN_JOBS = 1_000_000, 1_000


def queue_of(jobs: int) -> Queue:
    """Jobs at the stated load: exponential arrivals and run times, geometric sizes, requests of twice the run time."""
    rng = np.random.default_rng(1)
    nodes = np.minimum(rng.geometric(1 / MEAN_NODES, jobs), NODES)
    run_s = 1 + rng.exponential(MEAN_RUN_S, jobs).astype(np.int64)
    gap_s = MEAN_NODES * MEAN_RUN_S / (NODES * LOAD)
    submit_s = np.cumsum(rng.exponential(gap_s, jobs)).astype(np.int64)
    return Queue(submit_s, run_s, 2 * run_s, nodes)


def compare_with_twin() -> Iterator[str]:
    """Yield the lines of a table: jobs per second of kernel and twin, and their ratio."""
    steps = np.array([0]), np.array([NODES])
    schedule(queue_of(10), *steps, backfill=True)  # load or compile
    yield f"{'scheduler':28}{'jobs':>10}{'jobs/s':>12}   ratio to the slow twin"
    for backfill, name in ((False, "FCFS"), (True, "EASY")):
        few = queue_of(TWIN_JOBS)
        listed = [Job(*map(int, row)) for row in zip(*few, strict=True)]
        begin = time.perf_counter()
        slow = schedule_slowly(listed, [(0, NODES)], backfill)
        twin_rate = TWIN_JOBS / (time.perf_counter() - begin)
        if slow != schedule(few, *steps, backfill).tolist():
            raise SystemExit(f"{name}: kernel and twin disagree")
        many = queue_of(JOBS)
        begin = time.perf_counter()
        schedule(many, *steps, backfill)
        rate = JOBS / (time.perf_counter() - begin)
        yield f"{name + ', kernel':28}{JOBS:10,}{rate:12,.0f}   {rate / twin_rate:,.0f} x"
        yield f"{name + ', slow twin':28}{TWIN_JOBS:10,}{twin_rate:12,.0f}   1 (baseline)"
