"""This module owns the replay of a trace: its recorded jobs, played on a plain machine under one policy.

Jobs that take whole nodes under a policy that only counts nodes go to the queue kernel; jobs that share nodes, and
policies that know more than the order of arrival and run times, go to the cluster kernel. Where both can play they give
the same starts.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels.types import Queue
from gortyn.model import Operations, Priority
from gortyn.model.conversions import S_PER_DAY, S_PER_MIN
from gortyn.workload.trace import UNKNOWN_S, Trace

if TYPE_CHECKING:
    from gortyn.kernels.cluster_types import Policy as ClusterPolicy
    from gortyn.kernels.cluster_types import Requests

PolicyName = Literal["fcfs", "sjf", "easy", "conservative", "multifactor"]
Estimate = Literal["requested", "actual"]
Engine = Literal["queue", "cluster"]
POLICIES: Final[tuple[PolicyName, ...]] = get_args(PolicyName)
COUNTING: Final = ("fcfs", "sjf", "easy")
"""Policies that the queue kernel plays."""

PARTS_PER_CHIP: Final = 1000  # unit: thousandths of a chip, the finest share that public traces record
EXACT: Final = 2**53  # source: IEEE 754, whole numbers up to here are exact as float64
LARGEST_64: Final = int(np.iinfo(np.int64).max)
LARGEST_32: Final = int(np.iinfo(np.int32).max)
MOST_TENANTS: Final = int(np.iinfo(np.int16).max)
ENOUGH_JOBS: Final = 10**9  # source: more jobs than a queue can hold

NO_SIZE: Final = "asks for no chips"
NO_RUN: Final = "has no run time"
TOO_LARGE: Final = "asks for more chips than the machine has"


class Excluded(NamedTuple):
    """A job that is not played: its identifier, why, and the chips that it asks for."""

    job_id: str
    reason: str
    chips: float


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """What became of the jobs of a trace on one machine under one policy.

    Attributes
    ----------
    trace : the jobs that were played
    nodes, chips_per_node : the machine
    policy, estimate : the rules
    engine : kernel that played it
    start_s, end_s : int64[job] on the trace's own clock [s]; -1 where `served` is false
    served : bool[job], whether the job started
    held_chips : float64[job], chips that the job takes from others: its own share of one node, else whole nodes
    nodes_taken : int64[job]
    requests_unknown : jobs without a requested time, whose run time stands in
    rounded_up : jobs that take whole nodes and use a part of the last one
    excluded : jobs that were not played
    compile_s : time to compile the kernel or load it from its cache [s]
    engine_s : time of the kernel alone, compiled [s]
    """

    trace: Trace
    nodes: int
    chips_per_node: int
    policy: PolicyName
    estimate: Estimate
    engine: Engine
    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    served: NDArray[np.bool_]
    held_chips: NDArray[np.float64]
    nodes_taken: NDArray[np.int64]
    requests_unknown: int
    rounded_up: int
    excluded: tuple[Excluded, ...]
    compile_s: float
    engine_s: float

    @property
    def wait_s(self) -> NDArray[np.int64]:
        """Waits of the jobs that started [s]."""
        return (self.start_s - self.trace.submit_s)[self.served]

    @property
    def capacity_chips(self) -> int:
        """Chips of the machine."""
        return self.nodes * self.chips_per_node

    def utilisation(self, until_s: int | None = None) -> float:
        """Share of the machine's chip-seconds that jobs hold from the first submission until `until_s`.

        Left out, that is the last submission: before it the machine never runs dry for want of jobs to come, so that
        the share says what the policy makes of the load. nan where all jobs come at once.
        """
        first_s = int(self.trace.submit_s[0])
        last_s = int(self.trace.submit_s[-1]) if until_s is None else until_s
        if last_s <= first_s:
            return math.nan
        within_s = np.minimum(self.end_s, last_s) - np.minimum(self.start_s, last_s)
        # Floats from here on: chip-seconds of a trace in milliseconds pass the largest integer.
        held = float(self.held_chips[self.served] @ within_s[self.served].astype(np.float64))
        return held / (self.capacity_chips * float(last_s - first_s))

    @property
    def makespan_end_s(self) -> int:
        """End of the last job [s]."""
        return int(self.end_s.max())


def replay(
    trace: Trace,
    nodes: int,
    chips_per_node: int = 1,
    policy: PolicyName = "easy",
    estimate: Estimate = "requested",
    launch_overhead_s: int = 0,
    *,
    depth: int | None = None,
    engine: Engine | None = None,
) -> Replay:
    """Play the jobs of a trace on a machine of equal nodes.

    A job of fewer chips than a node has shares a node with others of its kind; a larger one takes whole nodes. Order
    of events: at an instant all ends, then all arrivals, then one scheduling pass; ties by the place in the trace.

    Parameters
    ----------
    trace : jobs, sorted by submission
    nodes, chips_per_node : the machine, each >= 1
    policy : one of POLICIES
    estimate : run time that the policy believes: the requested time, or the actual run time
    launch_overhead_s : time on its chips that every job needs before its work begins [s]; added to run and estimate
    depth : jobs behind a blocked one that conservative and multifactor look at; left out, the default of
        `Operations.backfill_depth`. FCFS, SJF and EASY look at all.
    engine : kernel; left out, the queue kernel where it can play

    Raises
    ------
    ValueError : an argument out of range, no job left to play, an engine that cannot play this, times beyond 32 bits
        for the cluster kernel.
    """
    _check(nodes, chips_per_node, policy, estimate, launch_overhead_s, depth)
    kept, excluded = _admit(trace, nodes * chips_per_node)
    if not kept.any():
        message = f"no job is left to play: {len(trace)} of {len(trace)} are excluded ({excluded[0].reason})"
        raise ValueError(message)
    jobs = trace if kept.all() else trace.take(kept)
    nodes_taken = np.maximum(np.ceil(jobs.chips / chips_per_node), 1).astype(np.int64)
    shares = jobs.chips < chips_per_node
    unknown = jobs.requested_s == UNKNOWN_S
    run_s = jobs.run_s + launch_overhead_s
    if float(jobs.submit_s[-1]) + float(run_s.sum(dtype=np.float64)) > LARGEST_64:
        raise ValueError("the times of the trace add up to more than 2^63 of its units")
    believed_s = run_s
    if estimate == "requested":
        believed_s = np.where(unknown, run_s, np.maximum(jobs.requested_s + launch_overhead_s, run_s))
    first_s = int(jobs.submit_s[0])
    queue = Queue(jobs.submit_s - first_s, run_s, np.ascontiguousarray(believed_s), nodes_taken)
    chosen: Engine = engine or ("cluster" if shares.any() or policy not in COUNTING else "queue")
    if chosen == "queue":
        if shares.any() or policy not in COUNTING:
            raise ValueError("the queue kernel plays whole nodes under fcfs, sjf and easy only")
        start_s, compile_s, engine_s = _count(queue, nodes, policy)
    else:
        start_s, compile_s, engine_s = _cluster(queue, jobs, shares, nodes, chips_per_node, policy, depth)
    served = start_s >= 0
    start_s = np.where(served, start_s + first_s, UNKNOWN_S)
    return Replay(
        trace=jobs,
        nodes=nodes,
        chips_per_node=chips_per_node,
        policy=policy,
        estimate=estimate,
        engine=chosen,
        start_s=start_s,
        end_s=np.where(served, start_s + run_s, UNKNOWN_S),
        served=served,
        held_chips=np.where(shares, jobs.chips, nodes_taken * float(chips_per_node)),
        nodes_taken=nodes_taken,
        requests_unknown=int(unknown.sum()),
        rounded_up=int(np.count_nonzero(~shares & (nodes_taken * float(chips_per_node) != jobs.chips))),
        excluded=excluded,
        compile_s=compile_s,
        engine_s=engine_s,
    )


def _check(nodes: int, chips_per_node: int, policy: str, estimate: str, overhead_s: int, depth: int | None) -> None:
    if policy not in POLICIES:
        raise ValueError(f"there is no policy '{policy}': {', '.join(POLICIES)}")
    if estimate not in get_args(Estimate):
        raise ValueError(f"there is no estimate '{estimate}': {', '.join(get_args(Estimate))}")
    if nodes < 1 or chips_per_node < 1 or nodes * chips_per_node * PARTS_PER_CHIP > EXACT:
        most = EXACT // PARTS_PER_CHIP
        raise ValueError(f"a machine of {nodes} nodes of {chips_per_node} chips: 1 to {most:,} chips can be played")
    if not 0 <= overhead_s <= LARGEST_32:
        raise ValueError(f"a launch overhead of {overhead_s} s: 0 to {LARGEST_32} s can be played")
    if depth is not None and depth < 1:
        raise ValueError(f"a backfill depth of {depth} is less than 1")


def _admit(trace: Trace, capacity_chips: int) -> tuple[NDArray[np.bool_], tuple[Excluded, ...]]:
    """Jobs that can be played, and the others with the reason."""
    reasons = (
        (NO_SIZE, ~(trace.chips > 0)),
        (NO_RUN, trace.run_s < 1),
        (TOO_LARGE, trace.chips > capacity_chips),
    )
    kept = np.ones(len(trace), bool)
    excluded: list[tuple[int, Excluded]] = []
    for reason, hit in reasons:
        for place in np.flatnonzero(hit & kept):
            excluded.append((int(place), Excluded(str(trace.job_id[place]), reason, float(trace.chips[place]))))
        kept &= ~hit
    return kept, tuple(job for _, job in sorted(excluded))


def _count(queue: Queue, nodes: int, policy: PolicyName) -> tuple[NDArray[np.int64], float, float]:
    """Starts by the queue kernel, time to compile it and time of the run [s]."""
    from gortyn.kernels.scheduler import Policy, schedule  # loads the compiler

    rule = Policy[policy.upper()]
    one = np.ones(1, np.int64)

    def tiny() -> object:
        return schedule(Queue(one - 1, one, one.copy(), one.copy()), one - 1, one.copy(), rule)

    return _timed(tiny, lambda: schedule(queue, np.zeros(1, np.int64), np.array([nodes]), rule))


def _timed(
    tiny: Callable[[], object], whole: Callable[[], NDArray[np.int64]]
) -> tuple[NDArray[np.int64], float, float]:
    begin = time.perf_counter()
    tiny()
    compiled = time.perf_counter()
    start_s = whole()
    return start_s, compiled - begin, time.perf_counter() - compiled


def _cluster(
    queue: Queue,
    jobs: Trace,
    shares: NDArray[np.bool_],
    nodes: int,
    chips_per_node: int,
    policy: PolicyName,
    depth: int | None,
) -> tuple[NDArray[np.int64], float, float]:
    """Starts by the cluster kernel, time to compile it and time of the run [s]."""
    if max(int(queue.submit_s[-1]), int(queue.run_s.max())) > LARGEST_32:
        raise ValueError(
            "times beyond 2^31 of the trace's units are played with whole nodes under fcfs, sjf and easy only"
        )
    parts = PARTS_PER_CHIP if np.any(jobs.chips % 1) else 1
    node_chips = chips_per_node * parts
    if nodes * node_chips > LARGEST_32:
        raise ValueError(f"a machine of {nodes} nodes of {chips_per_node} chips is too large for the cluster kernel")
    chips = np.where(shares, np.ceil(jobs.chips * parts), queue.nodes * float(node_chips))
    requests = _requests(queue, chips, _tenants(jobs) if policy == "multifactor" else np.zeros(len(jobs), np.int16))
    rules = _rules(policy, depth)
    one = _requests(
        Queue(*(np.ones(1, np.int64) for _ in Queue._fields)), np.full(1, node_chips), np.zeros(1, np.int16)
    )

    def checked() -> NDArray[np.int64]:
        start_s = _run_cluster(requests, nodes, node_chips, rules)
        # The record holds 32 bits; a start beyond them comes back below its submission.
        if np.any((start_s < queue.submit_s) & (start_s != UNKNOWN_S)):
            raise ValueError("the last starts lie beyond 2^31 of the trace's units: the machine is too small")
        return start_s

    return _timed(lambda: _run_cluster(one, 1, node_chips, rules), checked)


def _requests(queue: Queue, chips: NDArray[np.float64], tenant: NDArray[np.int16]) -> Requests:
    from gortyn.kernels.cluster_types import Requests

    submit_s, run_s, estimate_s, nodes = (np.minimum(column, LARGEST_32).astype(np.int32) for column in queue)
    jobs = submit_s.size
    return Requests(
        submit_s=submit_s,
        eligible_s=submit_s.copy(),
        work_s=run_s,
        estimate_s=estimate_s,
        nodes=nodes,
        chips=chips.astype(np.int32),
        tenant=tenant,
        home=np.zeros(jobs, np.int16),
        immune=np.zeros(jobs, np.bool_),
    )


def _tenants(jobs: Trace) -> NDArray[np.int16]:
    """Number of each job's user; all jobs without one are of one user."""
    known: dict[str, int] = {}
    numbers = np.fromiter((known.setdefault(user, len(known)) for user in jobs.user), np.int64, len(jobs))
    if len(known) > MOST_TENANTS:
        raise ValueError(f"multifactor plays at most {MOST_TENANTS:,} users; the trace has {len(known):,}")
    return numbers.astype(np.int16)


def _rules(policy: PolicyName, depth: int | None) -> ClusterPolicy:
    """Rules of the cluster kernel for a policy; weights and periods are the defaults of `Priority`."""
    from gortyn.kernels import cluster_types as kinds

    order = {"sjf": kinds.SJF, "multifactor": kinds.PRIORITY}.get(policy, kinds.FCFS)
    backfill = {"fcfs": kinds.NONE, "sjf": kinds.NONE, "conservative": kinds.CONSERVATIVE}.get(policy, kinds.EASY)
    weights = Priority()
    return kinds.Policy(
        order=order,
        backfill=backfill,
        depth=ENOUGH_JOBS if policy in COUNTING else depth or Operations().backfill_depth,
        federation=kinds.HOME,
        placement=kinds.PACK,
        seed=np.uint64(0),
        age_s=weights.age_days * S_PER_DAY,
        age_weight=weights.age_weight,
        fair_weight=weights.fair_share_weight,
        size_weight=weights.size_weight,
        qos_weight=weights.qos_weight,
        period_s=round(weights.period_min * S_PER_MIN),
        half_life_s=weights.half_life_days * S_PER_DAY,
        window_s=1,  # nothing is accounted for beyond the starts
    )


def _run_cluster(requests: Requests, nodes: int, node_chips: int, rules: ClusterPolicy) -> NDArray[np.int64]:
    """Starts on one partition of one domain in which nothing fails and every user has an account of equal shares."""
    from gortyn.kernels import cluster_types as kinds
    from gortyn.kernels.cluster import simulate

    users = int(requests.tenant.max()) + 1
    small = np.zeros(1, np.int32)
    none, none_16 = np.zeros(0, np.int32), np.zeros(0, np.int16)
    sites = kinds.Sites(
        node_first=np.array([0, nodes], np.int32),
        chips_per_node=np.array([node_chips], np.int32),
        spares=small,
        kind=np.zeros(1, np.int16),
        domain=np.zeros(nodes, np.int32),
        pod=small.copy(),
        domain_nodes=np.array([nodes], np.int32),
        pod_nodes=np.array([nodes], np.int32),
        step_s=small.copy(),
        step_part=np.zeros(1, np.int16),
        step_nodes=np.array([nodes], np.int32),
        stretch_pm=np.full((1, kinds.TIERS, kinds.TIERS), kinds.ALWAYS_PM, np.int32),
        resume_s=small.copy(),
        recover_s=small.copy(),
        write_s=small.copy(),
        persist_s=small.copy(),
        interval_s=np.zeros((1, int(requests.nodes.max()) + 1), np.int32),
        speed_pm=np.zeros((1, 0), np.int16),
        signal=np.zeros((1, 0)),
    )
    tenants = kinds.Tenants(
        level=np.full(users, kinds.STANDARD, np.int8),
        segment_s=np.zeros(users, np.int32),
        service=np.zeros(users, np.bool_),
        saves=np.zeros(users, np.bool_),
        mtbf_s=np.full(users, np.inf),
        quota_chips=np.full(users, -1, np.int64),
        budget_chip_s=np.full(users, -1, np.int64),
        budget_period_s=np.ones(users, np.int64),
        qos=np.zeros(users),
        account=np.arange(1, users + 1, dtype=np.int32),
        transfer_s=np.zeros(users, np.int32),
    )
    accounts = kinds.Accounts(np.append(-1, np.zeros(users)).astype(np.int32), np.ones(users + 1))
    windows = kinds.Windows(none, none.copy(), none_16, none.copy(), none_16.copy())
    failures = kinds.Failures(none.copy(), np.zeros(0, np.int8), none.copy(), none.copy())
    record = simulate(requests, sites, tenants, accounts, windows, failures, rules, np.zeros(0, np.int64))[0]
    return record.start_s.astype(np.int64)
