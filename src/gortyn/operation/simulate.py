"""This module owns the simulation of all partitions: jobs, failures and rules in, the log of what happened out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels.cluster_types import ALWAYS_PM, TIERS, Record, Tally, Tenants
from gortyn.kernels.hourly import hourly_mean
from gortyn.kernels.types import Jobs
from gortyn.machine import Partition
from gortyn.model import Scenario
from gortyn.model.conversions import HOURS_PER_DAY, S_PER_HOUR
from gortyn.operation.failures import draw
from gortyn.operation.log import Log
from gortyn.operation.requests import requests
from gortyn.operation.rules import accounts, policy, tenants
from gortyn.operation.sites import sites
from gortyn.operation.staging import Staging
from gortyn.operation.tariffs import Tariffs
from gortyn.operation.windows import windows

LONGEST_YEARS: Final = 68  # unit: years of 2**31 seconds


def simulate(
    scenario: Scenario,
    partitions: Sequence[Partition],
    jobs: Jobs,
    tariffs: Tariffs,
    stretch_pm: Mapping[str, NDArray[np.int32]] | None = None,
    goodput: Mapping[int, float] | None = None,
    staged: Staging | None = None,
) -> Log:
    """Run all jobs on the nodes of their partitions, under the rules and failures of the scenario.

    The order of events and every rule are those of `gortyn.kernels.cluster`. Named training runs bring their failures
    in their run time, so that neither a single node nor software stops them; what they lose to failures is booked as
    lost from `goodput`, evenly over their run.

    Parameters
    ----------
    scenario : resolved
    partitions : those that the jobs point to
    jobs : sorted by submission
    tariffs : price and carbon intensity of every site and hour of the window
    stretch_pm : per machine, int32[4, 4], slow-down of a job that spans more network tiers than it must [‰]; none where
        left out
    goodput : per named training run, the share of its time that it spends on new steps; 1 where left out
    staged : how long the data of jobs and training runs are on their way; left out, all are there

    Raises
    ------
    ValueError : jobs out of order or of a partition that is not there, run or requested times below a second, or a
        job that takes no nodes or more than its partition has for jobs; times beyond 32 bits.
    """
    from gortyn.kernels import cluster

    check(jobs, partitions)
    hours = scenario.simulation.days * HOURS_PER_DAY
    window_s = hours * S_PER_HOUR
    none = np.full((TIERS, TIERS), ALWAYS_PM, np.int32)
    stretch = {p.machine: none if stretch_pm is None else stretch_pm[p.machine] for p in partitions}
    asked, order = requests(scenario, partitions, jobs, tariffs, staged)
    places = sites(scenario, partitions, stretch, tariffs, int(jobs.nodes.max(initial=1)))
    tree, account_of = accounts(scenario)
    users = tenants(scenario, account_of)
    taken = windows(scenario, partitions, window_s)
    failing = draw(scenario, partitions, places, window_s)
    rules, wakes_s = policy(scenario, window_s), _wakes_s(users, window_s)
    cluster.warm()
    begin = time.perf_counter()
    record, tally, tenant_lost = cluster.simulate(asked, places, users, tree, taken, failing, rules, wakes_s)
    engine_s = time.perf_counter() - begin
    if (record.end_s < record.start_s).any():
        message = (
            f"the queue does not come to its end within {LONGEST_YEARS} years; the simulation counts 32-bit seconds"
        )
        raise ValueError(message)
    speed = np.ones((len(partitions), hours)) if not places.speed_pm.shape[1] else places.speed_pm / ALWAYS_PM
    ready = _staged_s(jobs, staged), asked.eligible_s
    return _log(jobs, partitions, ready, order, record, tally, tenant_lost, speed, goodput or {}, engine_s)


def _staged_s(jobs: Jobs, staged: Staging | None) -> NDArray[np.int64]:
    return np.zeros(jobs.submit_s.size, np.int64) if staged is None else staged.of(jobs)


def warm() -> None:
    """Compile the simulation, or load it from the cache."""
    from gortyn.kernels import cluster

    cluster.warm()


def check(jobs: Jobs, partitions: Sequence[Partition]) -> None:
    """Refuse what cannot be played, naming the first job at fault."""
    nodes = np.array([partition.nodes - partition.spares for partition in partitions], np.int64)
    faults = {
        "is submitted before the start or before the job above it": np.diff(jobs.submit_s, prepend=0) < 0,
        "runs or asks for less than a second": (jobs.run_s < 1) | (jobs.requested_s < 1),
        f"is not of partition 0 to {nodes.size - 1}": (jobs.partition < 0) | (jobs.partition >= nodes.size),
    }
    _refuse(faults)
    most = nodes[jobs.partition]
    _refuse({"takes no nodes, or more than its partition will have": (jobs.nodes < 1) | (jobs.nodes > most)})


def _log(
    jobs: Jobs,
    partitions: Sequence[Partition],
    ready: tuple[NDArray[np.int64], NDArray[np.int32]],
    order: NDArray[np.int64],
    record: Record,
    tally: Tally,
    tenant_lost: NDArray[np.int64],
    speed: NDArray[np.float64],
    goodput: Mapping[int, float],
    engine_s: float,
) -> Log:
    """The log in the order of the jobs, in chips and hours; adds what training runs lose inside their run time."""

    def back(column: NDArray[np.generic]) -> NDArray[np.int64]:
        """Undo the order of eligibility."""
        restored = np.empty(column.size, np.int64)
        restored[order] = column
        return restored

    hours, tenant_lost_chip_hours = speed.shape[1], tenant_lost / S_PER_HOUR
    per_hour = [series / S_PER_HOUR for series in (tally.queued_jobs, tally.queued_chips, tally.down, tally.lost)]
    queued_jobs, queued_chips, down_chips, lost_chip_hours = per_hour
    start_s, end_s, held_s, lost_s = (back(c) for c in (record.start_s, record.end_s, record.held_s, record.lost_s))
    place = back(record.place)
    for job in np.flatnonzero(jobs.training_run >= 0).tolist():
        lost_share = 1 - goodput.get(int(jobs.training_run[job]), 1.0)
        if start_s[job] < 0 or lost_share == 0:
            continue
        one = slice(job, job + 1)
        at_work = hourly_mean(start_s[one], end_s[one], jobs.chips[one], hours) * lost_share
        lost_chip_hours[place[job]] += at_work
        tenant_lost_chip_hours[jobs.tenant[job]] += at_work.sum()
        lost_s[job] += round(held_s[job] * lost_share)
    tenant_chip_hours = tally.busy / S_PER_HOUR
    return Log(
        staged_s=ready[0],
        eligible_s=back(ready[1]),
        start_s=start_s,
        end_s=end_s,
        held_s=held_s,
        lost_s=lost_s,
        place=place,
        attempts=back(record.attempts),
        interruptions=back(record.interruptions),
        tenant_chip_hours=tenant_chip_hours,
        busy_chips=tenant_chip_hours.sum(axis=1),
        capacity_chips=np.stack([_capacity_chips(partition, hours) for partition in partitions]),
        down_chips=down_chips,
        queued_jobs=queued_jobs,
        queued_chips=queued_chips,
        lost_chip_hours=lost_chip_hours,
        tenant_lost_chip_hours=tenant_lost_chip_hours,
        idle_chip_hours=tally.idle / S_PER_HOUR,
        node_failures=tally.failed.astype(np.int64),
        interrupted_jobs=tally.interrupted.astype(np.int64),
        speed=speed,
        preemptions=int(tally.preempted[0]),
        moved_jobs=int(tally.moved[0]),
        engine_s=engine_s,
    )


def _capacity_chips(partition: Partition, hours: int) -> NDArray[np.float64]:
    window_end_s = np.full(partition.step_s.size, hours * S_PER_HOUR)
    return hourly_mean(partition.step_s, window_end_s, partition.step_nodes * partition.chips_per_node, hours)


def _wakes_s(users: Tenants, window_s: int) -> NDArray[np.int64]:
    """When budgets are granted anew, so that jobs held back by them get another look."""
    periods = np.unique(users.budget_period_s[users.budget_chip_s >= 0])
    wakes = [np.arange(period, window_s, period) for period in periods.tolist()]
    return np.unique(np.concatenate([np.zeros(0, np.int64), *wakes]))


def _refuse(faults: dict[str, NDArray[np.bool_]]) -> None:
    for what, wrong in faults.items():
        if wrong.any():
            message = f"job {int(np.argmax(wrong))} {what} ({int(wrong.sum())} of {wrong.size} jobs)"
            raise ValueError(message)
