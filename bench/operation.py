"""The operation beside other ways to do the same, in one run: nodes only, everything on, and ten years of a plan.

Usage: python bench/operation.py [--section nodes|everything|years] [--repeat N]

Everything runs on one core where the system can pin. Read the ratios; seconds depend on the machine. SimPy stands in
the comparison where it is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from bench.queues import SimPyEasy, heap_easy, tuned_easy  # noqa: E402
from bench.run import measure  # noqa: E402

from gortyn.kernels.scheduler import Policy, schedule  # noqa: E402
from gortyn.kernels.types import Queue  # noqa: E402
from naive import cluster as cluster_twin  # noqa: E402 - the twins lie with the tests
from naive import scheduler as naive  # noqa: E402

NODES = 4096
JOBS = 1_000_000
TWIN_JOBS = 100
STEPS = np.array([0]), np.array([NODES])
EVERYTHING = ROOT / "bench" / "everything.yaml"
TEN_YEARS = "simulation.days=3650"


def queue_of(jobs: int, load: float, *, wide: bool) -> Queue:
    """Poisson arrivals at the stated load of 4,096 nodes.

    Parameters
    ----------
    wide : sizes of 1 to 1,024 nodes in powers of two and lognormal run times of a minute to a day, with requests in
        quarters of an hour; a job waits a quarter of an hour on average at 85 %. Otherwise sizes are geometric with
        mean 32, run times exponential and requests twice the run time; a job waits half a minute.
    """
    rng = np.random.default_rng(1)
    if wide:
        weights = 0.78 ** np.arange(11)
        nodes = 2 ** rng.choice(11, jobs, p=weights / weights.sum())
        run_s = np.clip(rng.lognormal(8.17, 1.18, jobs), 60, 86400).astype(np.int64)
        requested_s = np.ceil(run_s * rng.uniform(1, 5, jobs) / 900).astype(np.int64) * 900
    else:
        nodes = np.minimum(rng.geometric(1 / 32, jobs), NODES)
        run_s = 1 + rng.exponential(3600, jobs).astype(np.int64)
        requested_s = 2 * run_s
    gap_s = (nodes * run_s).mean() / (NODES * load)
    submit_s = np.cumsum(rng.exponential(gap_s, jobs)).astype(np.int64)
    return Queue(submit_s, run_s, requested_s, nodes)


def first(queue: Queue, jobs: int) -> Queue:
    """The first jobs of a queue."""
    return Queue(*(column[:jobs].copy() for column in queue))


def timed(play: Callable[[], Any], repeat: int = 1) -> tuple[Any, float]:
    """What a call returns, and the shortest time that it took [s]."""
    outcome, shortest_s = None, float("inf")
    for _ in range(repeat):
        begin = time.perf_counter()
        outcome = play()
        shortest_s = min(shortest_s, time.perf_counter() - begin)
    return outcome, shortest_s


def lists(queue: Queue) -> tuple[list[int], list[int], list[int], list[int]]:
    """The columns of a queue as plain Python holds them."""
    return queue.submit_s.tolist(), queue.run_s.tolist(), queue.estimate_s.tolist(), queue.nodes.tolist()


def by_twin(queue: Queue) -> list[int]:
    """Starts by the slow twin of the tests."""
    return naive.schedule([naive.Job(*row) for row in zip(*lists(queue), strict=True)], [(0, NODES)], "EASY")


def by_simpy(queue: Queue) -> list[int]:
    """Starts by SimPy."""
    return SimPyEasy(list(zip(*lists(queue), strict=True)), NODES).play()


def nodes_only(repeat: int) -> None:
    """Print jobs per second of the kernel that counts nodes, beside four others that give the same starts."""
    begin = time.perf_counter()
    for policy in Policy:
        schedule(queue_of(10, 0.85, wide=True), *STEPS, policy)
    print(f"nodes only: {NODES:,} nodes; kernels loaded or compiled in {time.perf_counter() - begin:.1f} s")
    print(f"{'':44}{'jobs':>11}{'jobs/s':>12}   kernel beside it")
    rows = [
        ("EASY, load 85 %, jobs of 1 to 1,024 nodes", queue_of(JOBS, 0.85, wide=True), Policy.EASY),
        ("EASY, load 85 %, geometric sizes of mean 32", queue_of(JOBS, 0.85, wide=False), Policy.EASY),
        ("EASY, load 130 %, up to 230,000 wait", queue_of(JOBS, 1.3, wide=True), Policy.EASY),
        ("SJF, load 85 %, jobs of 1 to 1,024 nodes", queue_of(JOBS, 0.85, wide=True), Policy.SJF),
        ("FCFS, load 85 %, jobs of 1 to 1,024 nodes", queue_of(JOBS, 0.85, wide=True), Policy.FCFS),
    ]
    rates = []
    for name, queue, policy in rows:
        _, seconds = timed(partial(schedule, queue, *STEPS, policy), repeat)
        rates.append(JOBS / seconds)
        print(f"{name:44}{JOBS:11,}{rates[-1]:12,.0f}")
    others: list[tuple[str, int, Callable[[Queue], list[int]]]] = [
        ("slow twin", 1_000, by_twin),
        ("SimPy", 20_000, by_simpy),
        ("plain Python, a heap", 50_000, lambda queue: heap_easy(*lists(queue), NODES)),
        ("plain Python, tuned", 200_000, lambda queue: tuned_easy(*lists(queue), NODES)),
    ]
    for name, jobs, play in others:
        few = first(rows[0][1], jobs)
        try:
            starts, seconds = timed(partial(play, few))
        except ModuleNotFoundError:
            print(f"{name:44}{'not installed':>23}")
            continue
        if starts != schedule(few, *STEPS, Policy.EASY).tolist():
            sys.exit(f"{name}: other starts than the kernel's")
        print(f"{'first row by ' + name:44}{jobs:11,}{jobs / seconds:12,.0f}   {rates[0] * seconds / jobs:,.1f} x")


def everything_on() -> None:
    """Print jobs per second with every rule in force, loading and compiling apart, beside the slow twin."""
    import gortyn
    from gortyn import operation
    from gortyn.kernels import cluster
    from gortyn.run import operate

    begin = time.perf_counter()
    operation.warm()
    loading_s = time.perf_counter() - begin
    with patch.object(cluster, "simulate", wraps=cluster.simulate) as kernel:
        done = operate(gortyn.load(EVERYTHING))
    log, jobs = done.log, done.jobs.submit_s.size
    unit = 1e6 if sys.platform == "darwin" else 1e3  # macOS counts bytes, Linux kilobytes
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(
        f"everything on: {EVERYTHING.name}, 12,500 nodes of eight chips; kernel loaded or compiled in {loading_s:.1f} s"
    )
    print(f"{'':44}{'jobs':>11}{'jobs/s':>12}   kernel beside it")
    print(f"{'kernel':44}{jobs:11,}{jobs / log.engine_s:12,.0f}   {log.engine_s:.2f} s")
    seconds = done.seconds["operation"]
    print(f"{'operation room':44}{jobs:11,}{jobs / seconds:12,.0f}   {seconds:.2f} s")
    given = beginning(*kernel.call_args.args)
    ours, kernel_s = timed(partial(cluster.simulate, *given), 5)
    theirs, twin_s = timed(partial(cluster_twin.simulate, *given))
    if ours[0].end_s.tolist() != theirs[0].end_s.tolist():
        sys.exit("everything on: kernel and twin disagree")
    few = given[0].work_s.size
    print(f"{'the beginning by the kernel':44}{few:11,}{few / kernel_s:12,.0f}")
    print(f"{'the beginning by the slow twin':44}{few:11,}{few / twin_s:12,.0f}   {twin_s / kernel_s:,.0f} x")
    use = log.busy_chips.sum() / log.capacity_chips.sum()
    failed, stopped = int(log.node_failures.sum()), int(log.interruptions.sum())
    print(
        f"{int(log.attempts.sum()):,} starts, utilisation {use:.1%}, {failed:,} nodes failed, {stopped:,} jobs stopped,"
    )
    print(f"{log.preemptions:,} of them for others; peak memory {peak_mb:,.0f} MB")


def beginning(requests: Any, *others: Any) -> tuple[Any, ...]:
    """The same simulation with few jobs, and only what fails before the last of them comes."""
    requests = type(requests)(*(column[:TWIN_JOBS].copy() for column in requests))
    sites, tenants, accounts, windows, failures, policy, wake_s = others
    last_s = requests.eligible_s[-1]
    failures = type(failures)(*(column[failures.at_s <= last_s].copy() for column in failures))
    policy = policy._replace(window_s=int(last_s) + 1)
    return requests, sites, tenants, accounts, windows, failures, policy, wake_s[wake_s <= last_s].copy()


def ten_years() -> None:
    """Print time and memory of the shipped plan over ten years, each run a process of its own, compiling apart."""
    gortyn = str(Path(sys.executable).with_name("gortyn"))
    with tempfile.TemporaryDirectory() as scratch:
        cache = {"NUMBA_CACHE_DIR": f"{scratch}/numba"}
        short = [gortyn, "operate", "investai", "--set", "simulation.days=1", "--json"]
        cold, warm = measure(short, **cache), measure(short, **cache)
        cost = measure([gortyn, "operate", "investai", "--set", TEN_YEARS, "--json"], **cache)
    said = json.loads(cost.output)
    print("investai over ten years: gortyn operate investai --set " + TEN_YEARS)
    print(f"{said['jobs']:,} jobs in {cost.wall_s:.1f} s, of which {said['engine_s']:.1f} s in the kernel; ", end="")
    print(f"{cost.cpu_s:.1f} s of CPU, peak {cost.peak_mb:,.0f} MB")
    print(f"{said['jobs'] / said['engine_s']:,.0f} jobs/s in the kernel, {said['jobs'] / cost.wall_s:,.0f} in all;")
    print(
        f"compiling takes {cold.wall_s - warm.wall_s:.1f} s once, importing and loading {warm.wall_s:.1f} s each time"
    )


def main() -> None:
    """Measure and print the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--section", choices=("nodes", "everything", "years"))
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if options.section in (None, "nodes"):
        nodes_only(options.repeat)
        print()
    if options.section in (None, "everything"):
        everything_on()
        print()
    if options.section in (None, "years"):
        ten_years()


if __name__ == "__main__":
    main()
