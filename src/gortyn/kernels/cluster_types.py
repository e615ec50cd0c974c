"""This module owns the arrays that go into a cluster simulation and come out of it.

Times are seconds from the start of the simulation. A job is known by its place in `Requests`, a tenant, account,
window or partition by its index, a node by its number through all partitions.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

HOUR_S: Final = 3600
NEVER: Final = 2**62  # source: beyond every sum of times
"""A time that does not come; also "as many nodes as you like"."""
ALWAYS_PM: Final = 1000  # unit: per mille
"""Full speed, and no stretch."""

# Levels of tenants.
LEFTOVER: Final = 0
STANDARD: Final = 1
URGENT: Final = 2

# Policy.order
FCFS: Final = 0
SJF: Final = 1
PRIORITY: Final = 2

# Policy.backfill
NONE: Final = 0
EASY: Final = 1
CONSERVATIVE: Final = 2

# Policy.federation
HOME: Final = 0
SHORTEST_WAIT: Final = 1
BY_SIGNAL: Final = 2
DATA_LOCALITY: Final = 1 + BY_SIGNAL

# Policy.placement
PACK: Final = 0
DOMAINS: Final = 1
SPREAD: Final = 2

# Failures.scope
NODE: Final = 0
DOMAIN: Final = 1
PARTITION: Final = 2

# Tiers: what a set of nodes spans.
ONE_NODE: Final = 0
ONE_DOMAIN: Final = 1
ONE_POD: Final = 2
MORE: Final = 1 + ONE_POD
TIERS: Final = 1 + MORE


class Requests(NamedTuple):
    """Jobs, one array element each, sorted by (eligible_s, position).

    Attributes
    ----------
    submit_s : int32[job], submission
    eligible_s : int32[job], when the job joins a queue, >= submit_s
    work_s : int32[job], run time without failures, writes and slow-down, >= 1
    estimate_s : int32[job], work that the scheduler believes, >= work_s
    nodes : int32[job], nodes that it takes, >= 1
    chips : int32[job], chips of those nodes; fewer than a node has, with one node, for a job that shares it
    tenant, home : int16[job], tenant, and the partition at home
    immune : bool[job], whether neither failures of the software nor of a single node, nor preemption stop it
    """

    submit_s: NDArray[np.int32]
    eligible_s: NDArray[np.int32]
    work_s: NDArray[np.int32]
    estimate_s: NDArray[np.int32]
    nodes: NDArray[np.int32]
    chips: NDArray[np.int32]
    tenant: NDArray[np.int16]
    home: NDArray[np.int16]
    immune: NDArray[np.bool_]


class Sites(NamedTuple):
    """Partitions, their nodes in scale-up domains and pods, and what running there means.

    Attributes
    ----------
    node_first : int32[partition + 1], first node of each partition
    chips_per_node, spares : int32[partition], spares: nodes kept as replacement
    kind : int16[partition], a job may go to partitions of the kind of its home
    domain : int32[node], domain of each node, ascending through all partitions
    pod : int32[domain], pod of each domain, ascending through all partitions
    domain_nodes, pod_nodes : int32[partition], nominal sizes [nodes]
    step_s, step_part, step_nodes : int32, int16, int32[step], sorted by (step_s, step_part): the next nodes in service
    stretch_pm : int32[partition, least tier, actual tier], slow-down of a job that spans more than it must [‰], >= 1000
    resume_s, recover_s : int32[partition], time before work goes on after a segment end or preemption, after a failure
    write_s : int32[partition], time that a checkpoint blocks the job
    persist_s : int32[partition], time until a checkpoint can be recovered from
    interval_s : int32[partition, 1 + most nodes of a job], work between checkpoints; 0 for none
    speed_pm : int16[partition, hour], speed under the power limit [‰], 1 to 1000; full speed beyond the last hour
    signal : float64[partition, hour], price or carbon intensity; the last one beyond the last hour
    """

    node_first: NDArray[np.int32]
    chips_per_node: NDArray[np.int32]
    spares: NDArray[np.int32]
    kind: NDArray[np.int16]
    domain: NDArray[np.int32]
    pod: NDArray[np.int32]
    domain_nodes: NDArray[np.int32]
    pod_nodes: NDArray[np.int32]
    step_s: NDArray[np.int32]
    step_part: NDArray[np.int16]
    step_nodes: NDArray[np.int32]
    stretch_pm: NDArray[np.int32]
    resume_s: NDArray[np.int32]
    recover_s: NDArray[np.int32]
    write_s: NDArray[np.int32]
    persist_s: NDArray[np.int32]
    interval_s: NDArray[np.int32]
    speed_pm: NDArray[np.int16]
    signal: NDArray[np.float64]


class Tenants(NamedTuple):
    """Who submits, and what they may do.

    Attributes
    ----------
    level : int8[tenant], LEFTOVER, STANDARD or URGENT
    segment_s : int32[tenant], longest attempt; 0 where attempts are not cut, else >= recover_s + write_s + 2
    service : bool[tenant], whether jobs end at eligible_s + work_s whatever happens
    saves : bool[tenant], whether jobs write checkpoints
    mtbf_s : float64[tenant], mean time between software failures of a running job inside the window; infinite for none
    quota_chips : int64[tenant], most chips at a time; -1 for no limit
    budget_chip_s : int64[tenant], most chip-seconds charged in a period; -1 for no limit
    budget_period_s : int64[tenant], length of that period, >= 1
    qos : float64[tenant], quality of service, 0 to 1
    account : int32[tenant], account in the fair-share tree
    transfer_s : int32[tenant], time to move a job's data to another partition; -1 where they must not leave home
    """

    level: NDArray[np.int8]
    segment_s: NDArray[np.int32]
    service: NDArray[np.bool_]
    saves: NDArray[np.bool_]
    mtbf_s: NDArray[np.float64]
    quota_chips: NDArray[np.int64]
    budget_chip_s: NDArray[np.int64]
    budget_period_s: NDArray[np.int64]
    qos: NDArray[np.float64]
    account: NDArray[np.int32]
    transfer_s: NDArray[np.int32]


class Accounts(NamedTuple):
    """Tree of fair-share accounts; account 0 is the root, with parent -1, and parents come before children.

    Attributes
    ----------
    parent : int32[account]
    shares : float64[account], shares among the children of the same parent, > 0
    """

    parent: NDArray[np.int32]
    shares: NDArray[np.float64]


class Windows(NamedTuple):
    """Reservations and power limits, sorted by (begin_s, index).

    Attributes
    ----------
    begin_s, end_s : int32[window]
    part : int16[window], partition
    nodes : int32[window], nodes that are kept
    tenant : int16[window], for whom; -1 for a power limit, whose nodes nobody uses
    """

    begin_s: NDArray[np.int32]
    end_s: NDArray[np.int32]
    part: NDArray[np.int16]
    nodes: NDArray[np.int32]
    tenant: NDArray[np.int16]


class Failures(NamedTuple):
    """Failures of hardware, sorted by at_s.

    Attributes
    ----------
    at_s : int32[failure]
    scope : int8[failure], NODE, DOMAIN or PARTITION
    index : int32[failure], which node, domain or partition
    repair_s : int32[failure], time until its nodes are back, >= 1
    """

    at_s: NDArray[np.int32]
    scope: NDArray[np.int8]
    index: NDArray[np.int32]  # pyright: ignore[reportIncompatibleMethodOverride]  (a field, not tuple.index)
    repair_s: NDArray[np.int32]


class Policy(NamedTuple):
    """Rules of the scheduler.

    Attributes
    ----------
    order : FCFS, SJF or PRIORITY
    backfill : NONE, EASY or CONSERVATIVE
    depth : jobs that backfill and leftovers look at in a pass, >= 0
    federation : HOME, SHORTEST_WAIT, BY_SIGNAL or DATA_LOCALITY
    placement : PACK, DOMAINS or SPREAD
    seed : of the software failures, a numpy.uint64
    age_s : age at which the age factor is 1, > 0
    age_weight, fair_weight, size_weight, qos_weight : weights of the factors of a priority
    period_s : time between two computations of usage and priorities, >= 1
    half_life_s : half-life of usage, > 0
    window_s : end of what is accounted for, >= 1
    """

    order: int
    backfill: int
    depth: int
    federation: int
    placement: int
    seed: np.uint64
    age_s: float
    age_weight: float
    fair_weight: float
    size_weight: float
    qos_weight: float
    period_s: int
    half_life_s: float
    window_s: int


class Record(NamedTuple):
    """What became of each job.

    Attributes
    ----------
    start_s, end_s : int32[job], first start and last end; -1 for never
    held_s : int32[job], time on nodes, all attempts together
    lost_s : int32[job], part of it that did not advance the job: recovery, lost work and unused writes
    place : int16[job], partition
    attempts : int16[job], starts, in-place restarts included
    interruptions : int16[job], failures and preemptions
    """

    start_s: NDArray[np.int32]
    end_s: NDArray[np.int32]
    held_s: NDArray[np.int32]
    lost_s: NDArray[np.int32]
    place: NDArray[np.int16]
    attempts: NDArray[np.int16]
    interruptions: NDArray[np.int16]


class Tally(NamedTuple):
    """What became of each partition, hour by hour, from the start to `Policy.window_s`.

    Attributes
    ----------
    busy : int64[partition, tenant, hour], chip-seconds held
    queued_jobs, queued_chips : int64[partition, hour], job-seconds and chip-seconds waiting in the queue
    down, lost : int64[partition, hour], chip-seconds of nodes that are down; chip-seconds lost, at the hour of the stop
    idle : int64[partition], chip-seconds in service and neither held nor down
    failed, interrupted : int32[partition, hour], nodes that went down; jobs that failures hit
    preempted, moved : int64[1], preemptions; jobs that went to another partition than home
    """

    busy: NDArray[np.int64]
    queued_jobs: NDArray[np.int64]
    queued_chips: NDArray[np.int64]
    down: NDArray[np.int64]
    lost: NDArray[np.int64]
    idle: NDArray[np.int64]
    failed: NDArray[np.int32]
    interrupted: NDArray[np.int32]
    preempted: NDArray[np.int64]
    moved: NDArray[np.int64]


def empty_tally(partitions: int, tenants: int, window_s: int) -> Tally:
    """Tally of a simulation in which nothing has happened, with the hours that `window_s` begins."""
    hours = -(-window_s // HOUR_S)
    return Tally(
        np.zeros((partitions, tenants, hours), np.int64),
        np.zeros((partitions, hours), np.int64),
        np.zeros((partitions, hours), np.int64),
        np.zeros((partitions, hours), np.int64),
        np.zeros((partitions, hours), np.int64),
        np.zeros(partitions, np.int64),
        np.zeros((partitions, hours), np.int32),
        np.zeros((partitions, hours), np.int32),
        np.zeros(1, np.int64),
        np.zeros(1, np.int64),
    )
