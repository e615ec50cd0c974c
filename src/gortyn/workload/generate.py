"""This module owns the synthetic workload: the jobs that tenants and named training runs send in the window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.kernels.types import Jobs
from gortyn.machine import Partition
from gortyn.model import Scenario, Tenant
from gortyn.workload.arrivals import HOURS_PER_DAY, S_PER_HOUR, bursts, draw_submit_s, profile
from gortyn.workload.sizes import draw_nodes, draw_requested_s, draw_run_s, mean_nodes, mean_run_s

MOST_JOBS: Final = 2**24
"""More jobs than this do not fit into the memory of a laptop together with the results."""


class RunEstimate(Protocol):
    """What the workload needs to know of a named training run."""

    @property
    def run(self) -> str:
        """Name of the run."""
        ...

    @property
    def chips(self) -> int:
        """Chips that it takes."""
        ...

    @property
    def days(self) -> float:
        """Days from start to end, failures included."""
        ...


@dataclass(frozen=True, slots=True)
class _Stream:
    """The jobs of one tenant on one partition: how many to expect in each hour, and how many chips they may take."""

    tenant: int
    partition: int
    jobs_per_hour: NDArray[np.float64]
    most_chips: NDArray[np.int64]


def generate(
    scenario: Scenario,
    partitions: Sequence[Partition],
    estimates: Sequence[RunEstimate],
    facts: Lookup,
    rng: np.random.Generator,
) -> Jobs:
    """Jobs of all tenants on all partitions, and the named training runs.

    The expected chip-hours of a tenant's jobs on a partition, taken over sizes and counts, are `demand_share` of the
    chip-hours of the chips in operation; a job counts in full however far it runs beyond the window. Jobs take whole
    nodes, and none is larger than the partition is when it is submitted. Arrivals are a Poisson process whose hourly
    rate follows the day, the week and the bursts of the tenant (the same at all sites). Named training runs come on
    top, are exempt from the walltime limit and request what they take.

    Every stream has its own generator, seeded by one draw from `rng` and the names of tenant, site and machine: a
    tenant or site more leaves the jobs of the others as they are.

    Parameters
    ----------
    scenario : resolved scenario
    partitions : in the order that the jobs' indices count
    estimates : one per named training run
    facts : catalogue; reads shapes/arrivals-hour, -weekday and -burst
    rng : one integer is drawn from it

    Returns
    -------
    Jobs in order of submission; equal seconds in order of partition, tenant and draw, training runs last.

    Raises
    ------
    ValueError : more than `MOST_JOBS` jobs to expect, or a training run without estimate or without partition.
    """
    seed = int(rng.integers(np.iinfo(np.int64).max))
    streams = list(_streams(scenario, partitions, facts, seed))
    _check_number(scenario, streams)
    drawn = [_draw(scenario, partitions, stream, seed) for stream in streams]
    drawn.append(_training_runs(scenario, partitions, estimates))
    whole = Jobs._make(np.concatenate(column) for column in zip(*drawn, strict=True))
    order = np.argsort(whole.submit_s, kind="stable")
    return Jobs._make(column[order] for column in whole)


def _streams(scenario: Scenario, partitions: Sequence[Partition], facts: Lookup, seed: int) -> Iterator[_Stream]:
    """All pairs of partition and tenant with the rates that make the expected chip-hours meet the demand."""
    hours = scenario.simulation.days * HOURS_PER_DAY
    weights = profile(scenario.simulation.start, hours, facts)
    shape = facts.number("shapes", "arrivals-burst", "gamma_shape")
    autocorrelation = facts.number("shapes", "arrivals-burst", "autocorrelation")
    by_tenant = [
        weights * bursts(_generator(seed, tenant.name), hours, shape, autocorrelation) for tenant in scenario.tenants
    ]
    limit_s = _limit_s(scenario)
    for p, partition in enumerate(partitions):
        chips = _chips_by_hour(partition, hours)
        for t, tenant in enumerate(scenario.tenants):
            most_chips = np.minimum(chips, tenant.job_chips_max)
            # Weighted by the chips of the hour, so that bursts and weekdays shift the demand but do not change it.
            asked_chips = tenant.demand_share * chips * by_tenant[t] * (chips.sum() / np.dot(chips, by_tenant[t]))
            jobs_per_hour = np.zeros(hours)
            for most in np.unique(most_chips[most_chips > 0]).tolist():
                here = most_chips == most
                jobs_per_hour[here] = asked_chips[here] / _mean_chip_hours(tenant, most, partition, limit_s)
            yield _Stream(t, p, jobs_per_hour, most_chips)


def _mean_chip_hours(tenant: Tenant, most_chips: int, partition: Partition, limit_s: int) -> float:
    """Expected chip-hours of one job; its size and its run time are independent."""
    per_node = partition.chips_per_node
    nodes = mean_nodes(tenant.job_chips, tenant.job_chips_spread, most_chips, per_node)
    run_s = mean_run_s(tenant.run_hours * S_PER_HOUR, tenant.run_hours_spread, limit_s)
    return nodes * per_node * run_s / S_PER_HOUR


def _check_number(scenario: Scenario, streams: Sequence[_Stream]) -> None:
    by_tenant = np.zeros(len(scenario.tenants))
    for stream in streams:
        by_tenant[stream.tenant] += stream.jobs_per_hour.sum()
    if by_tenant.sum() > MOST_JOBS:
        most = scenario.tenants[int(by_tenant.argmax())].name
        message = (
            f"the tenants would send {by_tenant.sum():.3g} jobs, most of them '{most}'; at most {MOST_JOBS:.3g} can be "
            "simulated: give the tenant larger or longer jobs, or shorten the window"
        )
        raise ValueError(message)


def _draw(scenario: Scenario, partitions: Sequence[Partition], stream: _Stream, seed: int) -> Jobs:
    """The jobs of one stream."""
    tenant, partition = scenario.tenants[stream.tenant], partitions[stream.partition]
    rng = _generator(seed, tenant.name, scenario.sites[partition.site].name, partition.machine)
    limit_s = _limit_s(scenario)
    submit_s = draw_submit_s(rng, stream.jobs_per_hour)
    most_chips = stream.most_chips[submit_s // S_PER_HOUR]
    nodes = draw_nodes(rng, tenant.job_chips, tenant.job_chips_spread, most_chips, partition.chips_per_node)
    run_s = draw_run_s(rng, tenant.run_hours * S_PER_HOUR, tenant.run_hours_spread, limit_s, submit_s.size)
    requested_s = draw_requested_s(rng, run_s, tenant.walltime_factor, limit_s)
    return Jobs(
        submit_s,
        run_s,
        requested_s,
        nodes,
        nodes * partition.chips_per_node,
        np.full(submit_s.size, stream.tenant, np.int32),
        np.full(submit_s.size, stream.partition, np.int32),
        np.full(submit_s.size, -1, np.int32),
    )


def _training_runs(scenario: Scenario, partitions: Sequence[Partition], estimates: Sequence[RunEstimate]) -> Jobs:
    """The named training runs, one job each."""
    tenants = [tenant.name for tenant in scenario.tenants]
    places = {(scenario.sites[p.site].name, p.machine): index for index, p in enumerate(partitions)}
    by_run = {estimate.run: estimate for estimate in estimates}
    rows: list[tuple[int, ...]] = []
    for index, run in enumerate(scenario.training_runs):
        if run.name not in by_run:
            message = f"training run '{run.name}' has no estimate"
            raise ValueError(message)
        if (run.site, run.machine) not in places:
            message = f"training run '{run.name}': no {run.machine} operates at {run.site} in the simulated window"
            raise ValueError(message)
        estimate, place = by_run[run.name], places[run.site, run.machine]
        per_node = partitions[place].chips_per_node
        nodes = ceil(estimate.chips / per_node)
        submit_s, run_s = (round(days * HOURS_PER_DAY * S_PER_HOUR) for days in (run.submit_days, estimate.days))
        run_s = max(run_s, 1)
        rows.append((submit_s, run_s, run_s, nodes, nodes * per_node, tenants.index(run.tenant), place, index))
    columns = np.array(rows, np.int64).reshape(len(rows), len(Jobs._fields)).T
    tenant = Jobs._fields.index("tenant")
    return Jobs._make([*columns[:tenant], *columns[tenant:].astype(np.int32)])


def _chips_by_hour(partition: Partition, hours: int) -> NDArray[np.int64]:
    """Chips in operation when each hour begins; phases start on whole days."""
    in_service = np.searchsorted(partition.step_s, np.arange(hours) * S_PER_HOUR, side="right")
    return np.concatenate(([0], np.cumsum(partition.step_nodes)))[in_service] * partition.chips_per_node


def _limit_s(scenario: Scenario) -> int:
    return max(1, int(scenario.operations.walltime_limit_hours * S_PER_HOUR))


def _generator(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for everything that bears these names."""
    words = np.frombuffer(sha256("\n".join(names).encode()).digest(), ">u4")
    return np.random.default_rng([seed, *words.tolist()])
