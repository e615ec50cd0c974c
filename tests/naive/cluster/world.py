"""Everything that exists in the simulated world, as plain objects and lists."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gortyn.kernels.cluster_types import Accounts, Failures, Policy, Requests, Sites, Tenants, Windows

NEVER = 2**62


class NodeState(Enum):
    ABSENT = "absent"
    FREE = "free"
    HELD = "held"
    SHARED = "shared"
    SPARE = "spare"
    DOWN = "down"


class JobState(Enum):
    EXPECTED = "expected"
    MOVING = "moving"
    QUEUED = "queued"
    RUNNING = "running"
    GONE = "gone"


class Delay(Enum):
    """What an attempt begins with."""

    NOTHING = "nothing"
    RESUME = "resume"
    RECOVER = "recover"


@dataclass(eq=False)
class Node:
    number: int
    part: int
    domain: int
    pod: int
    chips: int
    state: NodeState = NodeState.ABSENT
    jobs: list[Job] = field(default_factory=list)
    free_chips: int = 0
    rank: int = 0  # when a shared node came to its free chips
    repaired_s: int = -1


@dataclass(eq=False)
class Tenant:
    number: int
    level: int
    segment_s: int
    service: bool
    saves: bool
    mtbf_s: float
    quota_chips: int
    budget_chip_s: int
    budget_period_s: int
    qos: float
    account: int
    transfer_s: int
    charged: int = 0
    charged_period: int = 0
    usage: float = 0.0
    fair: float = 1.0


@dataclass(eq=False)
class Attempt:
    begin_s: int
    delay_s: int
    stretch: int
    is_cut: bool
    end_s: int
    expected_end_s: int
    breaks_s: int  # software failure, or NEVER


@dataclass(eq=False)
class Job:
    number: int
    eligible_s: int
    work_s: int
    estimate_s: int
    nodes: int
    chips: int
    tenant: Tenant
    home: int
    immune: bool
    state: JobState = JobState.EXPECTED
    part: int = -1
    arrives_s: int = -1
    queue_s: int = -1
    queued_since_s: int = -1
    done: int = 0
    delay: Delay = Delay.NOTHING
    attempt: Attempt | None = None
    on: list[Node] = field(default_factory=list)
    window: Window | None = None
    start_rank: int = 0
    left_queue_s: int = -1
    expected_length_then: int = 0
    start_s: int = -1
    end_s: int = -1
    held_s: int = 0
    lost_s: int = 0
    attempts: int = 0
    interruptions: int = 0

    @property
    def level(self) -> int:
        return self.tenant.level

    @property
    def until_s(self) -> int:
        """End of a service."""
        return self.eligible_s + self.work_s

    @property
    def running(self) -> Attempt:
        assert self.attempt is not None
        return self.attempt


@dataclass(eq=False)
class Window:
    number: int
    begin_s: int
    end_s: int
    part: int
    nodes: int
    tenant: int
    active: bool = False
    used: int = 0


@dataclass(eq=False)
class Part:
    number: int
    nodes: list[Node]
    chips_per_node: int
    spares: int
    kind: int
    domain_nodes: int
    pod_nodes: int
    steps: list[tuple[int, int]]
    stretch: list[list[int]]
    resume_s: int
    recover_s: int
    write_s: int
    persist_s: int
    interval_s: list[int]
    speed: list[int]
    signal: list[float]
    pool: list[Node] = field(default_factory=list)  # the last one is the top


@dataclass(eq=False)
class Log:
    """What happened, as intervals and instants to be added up at the end."""

    held: list[tuple[Job, int, int, int]] = field(default_factory=list)  # job, partition, begin, end
    queued: list[tuple[Job, int, int]] = field(default_factory=list)  # job, begin, end
    down: list[tuple[Node, int, int]] = field(default_factory=list)
    idle: list[tuple[int, int, int, int]] = field(default_factory=list)  # partition, chips, begin, end
    lost: list[tuple[Job, int, int]] = field(default_factory=list)  # job, seconds, at
    failed: list[tuple[Node, int]] = field(default_factory=list)
    interrupted: list[tuple[Job, int]] = field(default_factory=list)
    preempted: list[int] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)


@dataclass(eq=False)
class World:
    jobs: list[Job]
    parts: list[Part]
    tenants: list[Tenant]
    parent: list[int]
    shares: list[float]
    windows: list[Window]
    failures: list[tuple[int, int, int, int]]  # at, scope, index, repair
    policy: Policy
    wakes: list[int]
    now: int = -1
    boundary_s: int = 0  # the last one of the fair share
    ranks: int = 0
    log: Log = field(default_factory=Log)
    preempted_standard: int = 0

    @property
    def nodes(self) -> list[Node]:
        return [node for part in self.parts for node in part.nodes]

    def next_rank(self) -> int:
        self.ranks += 1
        return self.ranks


def rows(arrays: Any) -> list[tuple[Any, ...]]:
    """Elements of a NamedTuple of equally long arrays, one tuple each."""
    return list(zip(*(array.tolist() for array in arrays), strict=True))


def build(
    requests: Requests,
    sites: Sites,
    tenants: Tenants,
    accounts: Accounts,
    windows: Windows,
    failures: Failures,
    policy: Policy,
    wake_s: Any,
) -> World:
    """World before its first instant."""
    people = [Tenant(number, *row) for number, row in enumerate(rows(tenants))]
    jobs = [
        Job(number, eligible, work, estimate, nodes, chips, people[tenant], home, immune)
        for number, (_, eligible, work, estimate, nodes, chips, tenant, home, immune) in enumerate(rows(requests))
    ]
    return World(
        jobs=jobs,
        parts=build_parts(sites),
        tenants=people,
        parent=accounts.parent.tolist(),
        shares=accounts.shares.tolist(),
        windows=[Window(number, *row) for number, row in enumerate(rows(windows))],
        failures=rows(failures),
        policy=policy,
        wakes=wake_s.tolist(),
    )


def build_parts(sites: Sites) -> list[Part]:
    first = sites.node_first.tolist()
    domain, pod = sites.domain.tolist(), sites.pod.tolist()
    steps: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for second, p, nodes in rows((sites.step_s, sites.step_part, sites.step_nodes)):
        steps[p].append((second, nodes))
    parts: list[Part] = []
    for p in range(len(first) - 1):
        chips = int(sites.chips_per_node[p])
        parts.append(
            Part(
                number=p,
                nodes=[Node(n, p, domain[n], pod[domain[n]], chips) for n in range(first[p], first[p + 1])],
                chips_per_node=chips,
                spares=int(sites.spares[p]),
                kind=int(sites.kind[p]),
                domain_nodes=int(sites.domain_nodes[p]),
                pod_nodes=int(sites.pod_nodes[p]),
                steps=steps[p],
                stretch=sites.stretch_pm[p].tolist(),
                resume_s=int(sites.resume_s[p]),
                recover_s=int(sites.recover_s[p]),
                write_s=int(sites.write_s[p]),
                persist_s=int(sites.persist_s[p]),
                interval_s=sites.interval_s[p].tolist(),
                speed=sites.speed_pm[p].tolist(),
                signal=sites.signal[p].tolist(),
            )
        )
    return parts
