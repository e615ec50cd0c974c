"""This module owns the synthetic workload: the jobs that tenants and named training runs send in the window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gortyn.admission import Admission
from gortyn.catalogue import Lookup
from gortyn.hours.streams import generator
from gortyn.kernels.types import Jobs
from gortyn.machine import Partition, admits, place_of
from gortyn.model import Scenario, Tenant, known
from gortyn.model.conversions import DAYS_PER_YEAR, HOURS_PER_DAY, S_PER_DAY, S_PER_HOUR, utc_offset_h
from gortyn.workload.arrivals import (
    Batches,
    bursts,
    draw_batches,
    of_day,
    profile,
    read_bursts,
    spread,
)
from gortyn.workload.assemble import Chunk, Pile
from gortyn.workload.grants import Grants, read_grants, sample, share_out
from gortyn.workload.isolation import Isolation, isolation
from gortyn.workload.kind import Kind, Node, allocated
from gortyn.workload.mixes import read_mix
from gortyn.workload.services import S_PER_WEEK, load_of_day, replica_jobs
from gortyn.workload.sizes import Lognormal, draw_requested_s

MOST_JOBS: Final = 2**24
"""More jobs than this do not fit into the memory of a laptop together with what becomes of them: the arrays of jobs,
queue and log take about 200 bytes for each."""

LONGEST_S: Final = DAYS_PER_YEAR * S_PER_DAY
"""Longest run and request of a chain of jobs: a year, far beyond any run."""

NEVER_S: Final = 2**29  # source: 17 years, beyond every window
"""A training run that is submitted later or takes longer than this does so after it: times fit into 32 bits."""

SHARED_OUT: Final = "grants of jobs"
SAMPLED: Final = "jobs of grants"
"""Last names of the generators that only tenants with grants draw from; no site bears them."""


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


@dataclass(frozen=True, slots=True, eq=False)
class _Stream:
    """The demand of one tenant on one partition, and the jobs that it takes the form of.

    Attributes
    ----------
    asked_chips, most_chips : chips asked for in the mean of each hour, and the most that a job may have in it
    limit_s : longest run of a job [s]
    cost : what it costs a job to run there
    kinds, jobs_per_hour : kinds of job, and how many of all kinds to expect in each hour; none of a service
    load : of a service, float64[24] in UTC; None for all others
    """

    tenant: int
    partition: int
    node: Node
    asked_chips: NDArray[np.float64]
    most_chips: NDArray[np.int64]
    limit_s: int
    cost: Isolation
    kinds: tuple[Kind, ...]
    jobs_per_hour: NDArray[np.float64]
    load: NDArray[np.float64] | None = None


def generate(
    scenario: Scenario,
    partitions: Sequence[Partition],
    estimates: Sequence[RunEstimate],
    facts: Lookup,
    rng: np.random.Generator,
    admission: Admission | None = None,
) -> Jobs:
    """Jobs of all tenants on all partitions, and the named training runs.

    The expected chip-hours of a tenant's jobs on a partition, taken over sizes and counts, are `demand_share` of the
    chip-hours of the chips in operation; a job counts in full however far it runs beyond the window. A tenant with a
    `home` asks for all of its demand there while the site has chips, one with sensitive data in the enclaves that take
    them, all others outside of enclaves: each in proportion to the chips of the partitions that it may use. A job
    smaller than a node shares it (`chips` below those of a node), except leftover jobs; all others take whole nodes,
    and none is larger than the partition without its spares is when it is submitted.

    Submissions are a Poisson process whose hourly rate follows day and week by the local clock of the site, and the
    bursts of the tenant; some carry many jobs. Replicas of a service go up and down with the load of the day. Run times
    are cut at the walltime limit, those of tenants with `chains` at a year. Named training runs come on top, are exempt
    from the limit and request what they take.

    Of a tenant with a mode of access, the chip-hours asked for are those that its grants are to use, hour by hour, with
    all that its jobs hold of nodes; each job draws on a grant (`gortyn.workload.grants`). In an enclave run times, and
    the replicas of a service, are more by its overhead. Demand is counted without it, grants with it.

    Every stream has its own generator, seeded by one draw from `rng` and the names of tenant, site, machine and
    enclave: a tenant or site more leaves the jobs of the others as they are.

    Parameters
    ----------
    scenario : resolved scenario
    partitions : in the order that the jobs' indices count
    estimates : one per named training run
    facts : catalogue; reads shapes/arrivals-hour, -weekday and -burst, and the mixes that tenants name
    rng : one integer is drawn from it
    admission : applications and grants of the tenants with a mode; left out, there are no grants

    Returns
    -------
    Jobs in order of submission; equal seconds in order of partition, tenant and draw, training runs last.

    Raises
    ------
    ValueError : more than `MOST_JOBS` jobs to expect, or a training run without estimate or without partition.
    UnknownEntry : a tenant names a mix that the catalogue lacks.
    """
    seed = int(rng.integers(np.iinfo(np.int64).max))
    grants = dict(_grants(scenario, partitions, facts, seed, admission))
    streams = list(_streams(scenario, partitions, facts, seed, grants))
    pile = Pile(_expected(scenario, streams) + len(estimates))
    for chunk in (chunk for stream in streams for chunk in _draw(scenario, partitions, stream, seed)):
        pile.add(chunk)
    for chunk in _training_runs(scenario, partitions, estimates):
        pile.add(chunk)
    streams.clear()
    extra_s = np.array([isolation(scenario, partition).extra_s for partition in partitions], np.int64)
    drawing = {t: generator(seed, scenario.tenants[t].name, SHARED_OUT) for t in grants}
    return share_out(pile.jobs(), grants, extra_s, drawing)


def _grants(
    scenario: Scenario, partitions: Sequence[Partition], facts: Lookup, seed: int, admission: Admission | None
) -> Iterator[tuple[int, Grants]]:
    """The grants of every tenant with a mode that has a partition to run on."""
    admission = Admission.none() if admission is None else admission
    for t, tenant in enumerate(scenario.tenants):
        usable = _usable(scenario, partitions, tenant)
        if tenant.mode is None or not usable.any():
            continue
        largest = partitions[max(np.flatnonzero(usable).tolist(), key=lambda place: partitions[place].chips_for_jobs)]
        kinds, node, limit_s = _kinds(tenant, facts), _node(largest, tenant), _limit_s(scenario, tenant)
        most, cost = min(largest.chips_for_jobs, tenant.job_chips_max), isolation(scenario, largest)
        mean_h = _mean_chip_hours(kinds, np.array([most]), node, limit_s, cost, charged=True)
        rng = generator(seed, tenant.name, SAMPLED)
        jobs = sample(rng, kinds, most, node, limit_s, cost, float(mean_h[0]) * S_PER_HOUR)
        yield t, read_grants(scenario, admission, t, jobs)


def _streams(
    scenario: Scenario, partitions: Sequence[Partition], facts: Lookup, seed: int, grants: Mapping[int, Grants]
) -> Iterator[_Stream]:
    """All pairs of partition and tenant with the rates that make the expected chip-hours meet the demand."""
    hours = scenario.simulation.days * HOURS_PER_DAY
    chips = np.array([_chips_by_hour(partition, hours) for partition in partitions]).reshape(-1, hours)
    kinds = [_kinds(tenant, facts) for tenant in scenario.tenants]
    usable = [_usable(scenario, partitions, tenant) for tenant in scenario.tenants]
    granted = {t: own.asked_chips(hours) for t, own in grants.items()}
    hourly, of_users = of_day(facts), read_bursts(facts)
    burst: dict[tuple[str, float], NDArray[np.float64]] = {}
    for p, partition in enumerate(partitions):
        ahead_h = utc_offset_h(scenario.sites[partition.site].longitude_deg)
        weights = profile(scenario.simulation.start, hours, facts, ahead_h)
        cost, spare_chips = isolation(scenario, partition), partition.spares * partition.chips_per_node
        for t, tenant in enumerate(scenario.tenants):
            if not usable[t][p]:
                continue
            node, limit_s = _node(partition, tenant), _limit_s(scenario, tenant)
            most_chips = np.minimum(np.maximum(chips[p] - spare_chips, 0), tenant.job_chips_max)
            asked = _asked(chips, p, usable[t], tenant, granted.get(t))
            if tenant.service:
                load = load_of_day(hourly, tenant.service.swing_share, ahead_h)
                yield _Stream(t, p, node, asked * cost.stretch, most_chips, limit_s, cost, (), np.zeros(hours), load)
                continue
            mean_h = _mean_chip_hours(kinds[t], most_chips, node, limit_s, cost, t in grants)
            users = of_users.of(float((asked / mean_h).mean()))
            rates = tenant.name, users.shape
            if rates not in burst:  # alike at sites of the same size
                burst[rates] = bursts(generator(seed, tenant.name), hours, users.shape, users.autocorrelation)
            varied = weights * burst[rates]
            # Weighted by the chips of the hour, so that bursts and weekdays shift the demand but do not change it.
            varying = float(np.dot(asked, varied))
            asked *= varied * (asked.sum() / varying if varying else 0.0)
            yield _Stream(t, p, node, asked, most_chips, limit_s, cost, kinds[t], asked / mean_h)


def _kinds(tenant: Tenant, facts: Lookup) -> tuple[Kind, ...]:
    """What kinds of job a tenant sends; none of a service."""
    if tenant.service:
        return ()
    if tenant.mix is not None:
        return read_mix(tenant.mix, tenant.mix_scale, facts)
    median_s = known(tenant.run_hours) * S_PER_HOUR
    batches = Batches(1.0, tenant.batch_jobs)
    sizes = known(tenant.job_chips), tenant.job_chips_spread
    return (Lognormal(*sizes, median_s, tenant.run_hours_spread, batches),)


def _usable(scenario: Scenario, partitions: Sequence[Partition], tenant: Tenant) -> NDArray[np.bool_]:
    """Which partitions a tenant sends jobs to."""
    return np.array(
        [
            tenant.home in (None, scenario.sites[partition.site].name) and admits(scenario, partition, tenant)
            for partition in partitions
        ],
        np.bool_,
    )


def _node(partition: Partition, tenant: Tenant) -> Node:
    return Node(partition.chips_per_node, shared=tenant.qos != "leftover")


def _asked(
    chips: NDArray[np.int64],
    place: int,
    usable: NDArray[np.bool_],
    tenant: Tenant,
    granted_chips: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Chips that a tenant asks for in each hour at one of the partitions that it uses, in proportion to theirs.

    Of all chips its share, wherever they are, or what its grants ask for.
    """
    if granted_chips is not None:
        return granted_chips * (chips[place] / np.maximum(chips[usable].sum(axis=0), 1))
    if usable.all():
        return tenant.demand_share * chips[place].astype(np.float64)
    return tenant.demand_share * (chips[place] * (chips.sum(axis=0) / np.maximum(chips[usable].sum(axis=0), 1)))


def _mean_chip_hours(
    kinds: tuple[Kind, ...], most_chips: NDArray[np.int64], node: Node, limit_s: int, cost: Isolation, charged: bool
) -> NDArray[np.float64]:
    """Expected chip-hours of one job in each hour, as on open nodes, or as its grant is charged for all that it holds.

    Where there are no chips, those of the smallest job.
    """
    mean_h = np.empty(most_chips.size)
    free_s = cost.free_limit_s(limit_s)
    for most in np.unique(most_chips).tolist():
        chips = max(most, 1)
        mean_s = sum(kind.share * kind.mean_chip_seconds(chips, node, free_s) for kind in kinds)
        if charged:
            beside_s = sum(kind.share * kind.mean_chips(chips, node) for kind in kinds) * cost.extra_s
            mean_s = mean_s * cost.stretch + beside_s
        mean_h[most_chips == most] = mean_s / S_PER_HOUR
    return mean_h


def _expected(scenario: Scenario, streams: Sequence[_Stream]) -> int:
    """About how many jobs to expect; more than `MOST_JOBS` are refused."""
    by_tenant = np.zeros(len(scenario.tenants))
    for stream in streams:
        by_tenant[stream.tenant] += (
            stream.jobs_per_hour.sum() if stream.load is None else _replica_number(scenario, stream)
        )
    if by_tenant.sum() > MOST_JOBS:
        most = scenario.tenants[int(by_tenant.argmax())].name
        message = (
            f"the tenants would send {by_tenant.sum():.3g} jobs, most of them '{most}'; at most {MOST_JOBS:.3g} can be "
            "simulated: give the tenant larger or longer jobs, or shorten the window"
        )
        raise ValueError(message)
    return ceil(by_tenant.sum())


def _replica_chips(scenario: Scenario, stream: _Stream) -> NDArray[np.int64]:
    """Chips of a replica of a service in each hour."""
    most = np.minimum(known(scenario.tenants[stream.tenant].job_chips), stream.most_chips)
    return allocated(np.maximum(most, 1), stream.node)


def _replica_number(scenario: Scenario, stream: _Stream) -> float:
    """About how many jobs the replicas of a service are: one a day, or one each longest time if that is shorter."""
    daily = scenario.simulation.days * max(1.0, S_PER_DAY / min(stream.limit_s, S_PER_WEEK))
    return float((stream.asked_chips / _replica_chips(scenario, stream)).max()) * daily


def _draw(scenario: Scenario, partitions: Sequence[Partition], stream: _Stream, seed: int) -> Iterator[Chunk]:
    """The jobs of one stream, kind by kind."""
    tenant, partition = scenario.tenants[stream.tenant], partitions[stream.partition]
    rng = generator(seed, tenant.name, scenario.sites[partition.site].name, *partition.names)
    place = stream.tenant, stream.partition, stream.node.chips
    if stream.load is not None:
        chips = _replica_chips(scenario, stream)
        jobs = replica_jobs(stream.asked_chips / chips, stream.load, rng.random(), stream.limit_s)
        hour, submit_s, run_s = (column.astype(np.int32) for column in jobs)
        yield Chunk(*place, submit_s, run_s, run_s, chips[hour].astype(np.int32), np.zeros(hour.size, np.int8))
        return
    for kind in stream.kinds:
        batch_s, batch = draw_batches(rng, stream.jobs_per_hour * kind.share, kind.batches)
        most_chips = stream.most_chips[batch_s // S_PER_HOUR]
        free_limit_s = stream.cost.free_limit_s(stream.limit_s)
        chips, free_s, outcome = kind.draw(rng, batch, most_chips, stream.node, free_limit_s)
        run_s = stream.cost.run_s(free_s, stream.limit_s)
        requested_s = draw_requested_s(rng, run_s, tenant.walltime_factor, stream.limit_s)
        yield Chunk(*place, spread(rng, batch_s, batch), run_s, requested_s, chips, outcome)


def _training_runs(
    scenario: Scenario, partitions: Sequence[Partition], estimates: Sequence[RunEstimate]
) -> Iterator[Chunk]:
    """The named training runs, one job each; in an enclave longer by its overhead."""
    tenants = [tenant.name for tenant in scenario.tenants]
    by_run = {estimate.run: estimate for estimate in estimates}
    for index, run in enumerate(scenario.training_runs):
        if run.name not in by_run:
            message = f"training run '{run.name}' has no estimate"
            raise ValueError(message)
        tenant = tenants.index(run.tenant)
        place = place_of(scenario, partitions, run.site, run.machine, scenario.tenants[tenant])
        if place is None:
            kept = "that takes its data " if scenario.tenants[tenant].sensitive else ""
            message = (
                f"training run '{run.name}': no {run.machine} {kept}operates at {run.site} in the simulated window"
            )
            raise ValueError(message)
        estimate, per_node = by_run[run.name], partitions[place].chips_per_node
        days = estimate.days * isolation(scenario, partitions[place]).stretch
        submit_s, run_s = (round(min(each * S_PER_DAY, NEVER_S)) for each in (run.submit_days, days))
        chips = ceil(estimate.chips / per_node) * per_node
        submit, taken_s, taken = (np.array([value], np.int32) for value in (submit_s, max(run_s, 1), chips))
        done = np.zeros(1, np.int8)
        yield Chunk(tenant, place, per_node, submit, taken_s, taken_s, taken, done, index)


def _chips_by_hour(partition: Partition, hours: int) -> NDArray[np.int64]:
    """Chips in operation when each hour begins; phases start on whole days."""
    in_service = np.searchsorted(partition.step_s, np.arange(hours) * S_PER_HOUR, side="right")
    return np.concatenate(([0], np.cumsum(partition.step_nodes)))[in_service] * partition.chips_per_node


def _limit_s(scenario: Scenario, tenant: Tenant) -> int:
    """Longest run time of a tenant's jobs [s]."""
    return LONGEST_S if tenant.chains else max(1, int(scenario.operations.walltime_limit_hours * S_PER_HOUR))
