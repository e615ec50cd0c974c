"""Small worlds for the cluster simulation: random ones with every feature, and plain ones to be worked by hand."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from gortyn.kernels.cluster_types import Accounts, Failures, Policy, Requests, Sites, Tenants, Windows


class World(NamedTuple):
    """Arguments of `simulate`."""

    requests: Requests
    sites: Sites
    tenants: Tenants
    accounts: Accounts
    windows: Windows
    failures: Failures
    policy: Policy
    wake_s: Any


KINDS = {
    Requests: "i4 i4 i4 i4 i4 i4 i2 i2 ?",
    Tenants: "i1 i4 ? ? f8 i8 i8 i8 f8 i4 i4",
    Accounts: "i4 f8",
    Windows: "i4 i4 i2 i4 i2",
    Failures: "i4 i1 i4 i4",
}


def columns(table: type, rows: list[Any]) -> Any:
    """NamedTuple of arrays from rows in the order of its fields."""
    kinds = KINDS[table].split()
    return table(*(np.array([row[i] for row in rows], kind) for i, kind in enumerate(kinds)))


def differences(expected: Any, actual: Any) -> list[str]:
    """Fields of (Record, Tally, lost_tenant) that differ, with both values."""
    pairs = {
        **{name: (getattr(expected[0], name), getattr(actual[0], name)) for name in expected[0]._fields},
        **{name: (getattr(expected[1], name), getattr(actual[1], name)) for name in expected[1]._fields},
        "lost_tenant": (expected[2], actual[2]),
    }
    return [
        f"{name}: twin {np.asarray(one).tolist()}, kernel {np.asarray(other).tolist()}"
        for name, (one, other) in pairs.items()
        if not np.array_equal(one, other)
    ]


# Plain worlds: one partition, one tenant, nothing but what the caller names.


class Customer(NamedTuple):
    """One element of `Tenants`."""

    level: int = 1
    segment_s: int = 0
    service: bool = False
    saves: bool = False
    mtbf_s: float = float("inf")
    quota_chips: int = -1
    budget_chip_s: int = -1
    budget_period_s: int = 1
    qos: float = 0.0
    account: int = 0
    transfer_s: int = 0


PLAIN_POLICY = Policy(
    order=0, backfill=1, depth=100, federation=0, placement=0, seed=np.uint64(0), age_s=100.0, age_weight=0.0,
    fair_weight=0.0, size_weight=0.0, qos_weight=0.0, period_s=1000, half_life_s=1000.0, window_s=3600,
)  # fmt: skip


def plain_sites(
    nodes: int = 4, parts: int = 1, chips: int = 1, spares: int = 0, domain_nodes: int = 0, **changes: Any
) -> Sites:
    """Equal partitions whose nodes are in service from the start, in equal domains of one pod."""
    size = domain_nodes or nodes
    domains = -(-nodes // size)
    fields = {
        "node_first": np.arange(parts + 1, dtype=np.int32) * nodes,
        "chips_per_node": np.full(parts, chips, np.int32),
        "spares": np.full(parts, spares, np.int32),
        "kind": np.zeros(parts, np.int16),
        "domain": np.array([p * domains + i // size for p in range(parts) for i in range(nodes)], np.int32),
        "pod": np.repeat(np.arange(parts, dtype=np.int32), domains),
        "domain_nodes": np.full(parts, size, np.int32),
        "pod_nodes": np.full(parts, nodes, np.int32),
        "step_s": np.zeros(parts, np.int32),
        "step_part": np.arange(parts, dtype=np.int16),
        "step_nodes": np.full(parts, nodes, np.int32),
        "stretch_pm": np.full((parts, 4, 4), 1000, np.int32),
        "resume_s": np.zeros(parts, np.int32),
        "recover_s": np.zeros(parts, np.int32),
        "write_s": np.zeros(parts, np.int32),
        "persist_s": np.zeros(parts, np.int32),
        "interval_s": np.zeros((parts, nodes + 1), np.int32),
        "speed_pm": np.zeros((parts, 0), np.int16),
        "signal": np.zeros((parts, 0)),
    }
    return Sites(**{**fields, **changes})


def plain_world(
    jobs: list[tuple[int, ...]],
    sites: Sites | None = None,
    tenants: list[Customer] | None = None,
    accounts: list[tuple[int, float]] | None = None,
    windows: list[tuple[int, ...]] | None = None,
    failures: list[tuple[int, ...]] | None = None,
    wakes: list[int] | None = None,
    **policy: Any,
) -> World:
    """World of jobs (eligible, work, estimate, nodes[, tenant[, home[, chips]]]), in the order of their arrival."""
    sites = sites or plain_sites()
    per_node = int(sites.chips_per_node[0])
    rows: list[tuple[int, ...]] = []
    for eligible, work, estimate, nodes, *rest in jobs:
        who, home, chips = [*rest, *[0, 0, nodes * per_node][len(rest) :]]
        rows.append((eligible, eligible, work, estimate, nodes, chips, who, home, 0))
    return World(
        columns(Requests, rows),
        sites,
        columns(Tenants, tenants or [Customer()]),
        columns(Accounts, accounts or [(-1, 1.0)]),
        columns(Windows, windows or []),
        columns(Failures, failures or []),
        PLAIN_POLICY._replace(**policy),
        np.array(wakes or [], np.int32),
    )


# Random worlds. Times are small multiples of a unit, so that much happens in the same second.

MOST_NODES = 13
SOME_SPEEDS = [1000, 1000, 500, 333, 100, 1]


@st.composite
def some(draw: st.DrawFn, rows: st.SearchStrategy[Any], most: int) -> list[Any]:
    """None, few or many."""
    least = draw(st.sampled_from([most * 3 // 4, most // 3, 0]))
    return draw(st.lists(rows, min_size=least, max_size=most))


@st.composite
def random_sites(draw: st.DrawFn, unit: int) -> Sites:
    parts = draw(st.sampled_from([1, 1, 2, 3]))
    shape = st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), min_size=1, max_size=3)
    layout = [draw(shape.filter(lambda pods: sum(map(sum, pods)) <= 12)) for _ in range(parts)]
    sizes = [sum(map(sum, pods)) for pods in layout]
    domain: list[int] = []
    pod: list[int] = []
    for p, pods in enumerate(layout):
        for i, domains in enumerate(pods):
            for nodes in domains:
                domain += [len(pod)] * nodes
                pod.append(i + sum(map(len, layout[:p])))
    kind = [draw(st.sampled_from([0, 0, 1])) for _ in range(parts)]
    chips = draw(st.lists(st.sampled_from([1, 2, 4, 8]), min_size=2, max_size=2))
    few = st.lists(st.integers(0, 4), min_size=parts, max_size=parts)

    def times() -> np.ndarray:
        return np.array(draw(few), np.int32) * np.int32(draw(st.sampled_from([0, 1, unit])))

    steps = sorted((s * unit, p, n) for p in range(parts) for s, n in draw(random_steps(sizes[p])))
    hours = draw(st.sampled_from([0, 0, 2, 7]))
    speeds = [[draw(st.sampled_from(SOME_SPEEDS)) for _ in range(hours)] for _ in range(parts)]
    marks = draw(st.sampled_from([0, 1, 4]))
    signals = [[draw(st.sampled_from([0.0, 1.0, 2.5])) for _ in range(marks)] for _ in range(parts)]
    interval = draw(st.lists(st.integers(0, 4), min_size=parts, max_size=parts))
    first_interval = draw(st.integers(0, 3))
    stretches = [[draw(st.sampled_from([1000, 1000, 1250, 1333, 2000])) for _ in range(16)] for _ in range(parts)]
    return Sites(
        node_first=np.cumsum([0, *sizes]).astype(np.int32),
        chips_per_node=np.array([chips[k] for k in kind], np.int32),
        spares=np.array([min(draw(st.sampled_from([0, 0, 1, 2])), size) for size in sizes], np.int32),
        kind=np.array(kind, np.int16),
        domain=np.array(domain, np.int32),
        pod=np.array(pod, np.int32),
        domain_nodes=np.array([max(map(max, pods)) for pods in layout], np.int32),
        pod_nodes=np.array([max(map(sum, pods)) for pods in layout], np.int32),
        step_s=np.array([s for s, _, _ in steps], np.int32),
        step_part=np.array([p for _, p, _ in steps], np.int16),
        step_nodes=np.array([n for _, _, n in steps], np.int32),
        stretch_pm=np.array(stretches, np.int32).reshape(parts, 4, 4),
        resume_s=times(),
        recover_s=times(),
        write_s=times(),
        persist_s=times(),
        interval_s=np.array(
            [[unit * every if n >= first_interval else 0 for n in range(MOST_NODES + 1)] for every in interval],
            np.int32,
        ),
        speed_pm=np.array(speeds, np.int16).reshape(parts, hours),
        signal=np.array(signals, np.float64).reshape(parts, marks),
    )


@st.composite
def random_steps(draw: st.DrawFn, nodes: int) -> list[tuple[int, int]]:
    """(time, nodes) of the steps of one partition, mostly all of it at the start."""
    if draw(st.booleans()):
        return [(0, nodes)]
    steps: list[tuple[int, int]] = []
    for second in draw(st.lists(st.integers(0, 20), min_size=1, max_size=3)):
        if nodes > 0:
            steps.append((second, draw(st.integers(1, nodes))))
            nodes -= steps[-1][1]
    if nodes > 0 and draw(st.booleans()):
        steps.append((0, nodes))
    return steps


@st.composite
def random_tenant(draw: st.DrawFn, unit: int, least_segment_s: int, accounts: int) -> Customer:
    often_no = st.sampled_from([False, False, False, True])
    return Customer(
        level=draw(st.sampled_from([1, 1, 2, 0])),
        segment_s=least_segment_s + draw(st.integers(int(unit > 1), 6)) * unit if draw(often_no) else 0,
        service=draw(often_no),
        saves=draw(st.booleans()),
        mtbf_s=draw(st.sampled_from([float("inf"), float("inf"), 20.0, 100.0])) * unit,
        quota_chips=draw(st.integers(2, 40)) if draw(often_no) else -1,
        budget_chip_s=draw(st.integers(10, 500)) * unit if draw(often_no) else -1,
        budget_period_s=draw(st.integers(1, 12)) * unit,
        qos=draw(st.sampled_from([0.0, 0.5, 1.0])),
        account=draw(st.integers(0, accounts - 1)),
        transfer_s=draw(st.sampled_from([-1, 0, 1, 2, 3])) * unit,
    )


@st.composite
def random_jobs(draw: st.DrawFn, unit: int, sites: Sites, tenants: list[Customer]) -> list[tuple[int, ...]]:
    sizes = np.maximum(np.diff(sites.node_first) - sites.spares, 1).tolist()
    span = draw(st.sampled_from([3, 12, 25]))
    job = st.tuples(
        st.integers(0, span), st.integers(0, 3), st.integers(1, 12), st.integers(0, 8), st.integers(1, MOST_NODES),
        st.integers(0, 7), st.integers(0, 3), st.integers(0, 2), st.integers(0, 11), st.booleans(),
    )  # fmt: skip
    rows: list[tuple[int, ...]] = []
    drawn = draw(some(job, 40))
    for eligible, lag, work, pad, size, chips, any_tenant, any_part, immune, small in drawn:
        who, where = any_tenant % len(tenants), any_part % len(sizes)
        per_node = int(sites.chips_per_node[where])
        is_immune = immune >= 10 and tenants[who].level > 0
        nodes = 1 + (size - 1) % ((1 + sizes[where]) // 2 if small else sizes[where] + (immune == 0))
        if 0 < chips < per_node and tenants[who].level > 0 and not is_immune:
            nodes, taken = 1, chips
        else:
            taken = nodes * per_node
        eligible_s, work_s = eligible * unit, work * unit
        row = (max(0, eligible_s - lag), eligible_s, work_s, work_s + pad * unit, nodes, taken, who, where, is_immune)
        rows.append(row)
    return sorted(rows, key=lambda row: row[1])


@st.composite
def random_edges(draw: st.DrawFn, unit: int, sites: Sites, tenants: int) -> tuple[Windows, Failures]:
    parts = len(sites.kind)
    sizes = np.diff(sites.node_first).tolist()
    window = st.tuples(
        st.integers(0, 20),
        st.integers(1, 25),
        st.integers(0, parts - 1),
        st.integers(1, 12),
        st.integers(-1, tenants - 1),
    )
    windows = [
        (begin * unit, (begin + length) * unit, p, min(nodes, sizes[p]), who)
        for begin, length, p, nodes, who in draw(some(window, 5))
    ]
    failure = st.tuples(st.integers(0, 20), st.sampled_from([0, 0, 0, 0, 1, 2]), st.integers(0, 35), st.integers(1, 10))
    things = [len(sites.domain), len(sites.pod), parts]
    failures = [
        (at * unit, scope, index % things[scope], repair * unit) for at, scope, index, repair in draw(some(failure, 10))
    ]
    return columns(Windows, sorted(windows, key=lambda row: row[0])), columns(
        Failures, sorted(failures, key=lambda row: row[0])
    )


@st.composite
def random_policies(draw: st.DrawFn, unit: int, federations: list[int]) -> Policy:
    weight = st.sampled_from([0.0, 1.0, 100.0, 1000.0])
    return Policy(
        order=draw(st.integers(0, 2)),
        backfill=draw(st.sampled_from([1, 1, 0, 2, 2])),
        depth=draw(st.sampled_from([100, 100, 5, 2, 1, 0])),
        federation=draw(st.sampled_from(federations)),
        placement=draw(st.integers(0, 2)),
        seed=np.uint64(draw(st.integers(0, 2**64 - 1))),
        age_s=draw(st.sampled_from([1.0, 10.0, 30.0])) * unit,
        age_weight=draw(weight),
        fair_weight=draw(weight),
        size_weight=draw(weight),
        qos_weight=draw(weight),
        period_s=draw(st.integers(3, 20)) * unit,
        half_life_s=draw(st.sampled_from([1.0, 7.0, 50.0])) * unit,
        window_s=draw(st.sampled_from([1, 30, 45, 100])) * unit + draw(st.integers(0, 1)),
    )


@st.composite
def random_worlds(draw: st.DrawFn) -> World:
    """Every feature at once and in combinations."""
    unit = draw(st.sampled_from([1, 60, 900, 3600]))
    sites = draw(random_sites(unit))
    parents = draw(st.lists(st.integers(0, 4), max_size=4))
    accounts = [(-1, 1.0), *((p % (i + 1), draw(st.sampled_from([1.0, 2.0, 3.5]))) for i, p in enumerate(parents))]
    least_segment_s = int(max(sites.resume_s.max(), sites.recover_s.max()) + sites.write_s.max()) + 2
    tenant_rows = [draw(random_tenant(unit, least_segment_s, len(accounts))) for _ in range(draw(st.integers(1, 4)))]
    windows, failures = draw(random_edges(unit, sites, len(tenant_rows)))
    return World(
        columns(Requests, draw(random_jobs(unit, sites, tenant_rows))),
        sites,
        columns(Tenants, tenant_rows),
        columns(Accounts, accounts),
        windows,
        failures,
        draw(random_policies(unit, [0, 1, 2, 3] if sites.signal.size else [0, 1, 3])),
        np.array(sorted(draw(st.lists(st.integers(0, 60), max_size=4))), np.int32) * np.int32(unit),
    )


def large_world(seed: int, jobs: int = 300, **policy: Any) -> World:
    """Two partitions of 96 nodes with hundreds of running jobs, long queues and everything that random worlds have."""
    rng = np.random.default_rng(seed)
    nodes, chips, span_s = 96, 4, 12 * 3600
    sites = plain_sites(
        nodes, parts=2, chips=chips, spares=2, domain_nodes=8,
        pod=np.repeat(np.arange(6, dtype=np.int32), 4), pod_nodes=np.full(2, 32, np.int32),
        stretch_pm=np.maximum(1000, np.array([900, 1000, 1100, 1250], np.int32) + np.zeros((2, 4, 1), np.int32)),
        resume_s=np.array([60, 30], np.int32), recover_s=np.array([120, 300], np.int32),
        write_s=np.array([10, 0], np.int32), persist_s=np.array([0, 45], np.int32),
        interval_s=np.tile(np.maximum(600 - 5 * np.arange(nodes + 1, dtype=np.int32), 0), (2, 1)),
        speed_pm=rng.choice([1000, 1000, 800, 600], (2, 20)).astype(np.int16), signal=rng.random((2, 12)),
    )  # fmt: skip
    tenants = [
        Customer(saves=True, mtbf_s=20_000.0, account=1, transfer_s=90),
        Customer(segment_s=3600, saves=True, quota_chips=300, account=3, qos=0.5),
        Customer(quota_chips=200, budget_chip_s=2_000_000, budget_period_s=7200, account=2, mtbf_s=30_000.0),
        Customer(level=2, account=3),
        Customer(level=0, saves=True, account=2),
        Customer(service=True, account=1),
    ]
    rows: list[tuple[int, ...]] = []
    for eligible_s in np.sort(rng.integers(0, span_s // 60, jobs)) * 60:
        who = int(rng.choice(len(tenants), p=[0.35, 0.2, 0.2, 0.05, 0.1, 0.1]))
        shares = rng.random() < 0.4 and tenants[who].level > 0
        size = 1 if shares else min(nodes - 2, 1 + int(rng.lognormal(1.5, 1.2)))
        work_s = 60 * (1 + min(400, int(rng.lognormal(3.5, 1.0))))
        rows.append((
            int(eligible_s), int(eligible_s), work_s, work_s + 60 * int(rng.integers(0, 60)), size,
            int(rng.integers(1, chips)) if shares else size * chips, who, int(rng.random() < 0.3), 0,
        ))  # fmt: skip
    failures = [
        (int(at_s), scope, int(rng.integers(0, [2 * nodes, 24, 2][scope])), int(rng.integers(600, 9000)))
        for at_s, scope in zip(
            np.sort(rng.integers(0, span_s, 60)), rng.choice(3, 60, p=[0.9, 0.08, 0.02]), strict=True
        )
    ]
    windows = [(7200, 14_400, 0, 40, 1), (10_800, 18_000, 1, 60, -1), (30_000, 36_000, 0, 96, 0)]
    rules = {
        "order": 2, "federation": 1, "age_s": 7200.0, "age_weight": 500.0, "fair_weight": 1000.0, "size_weight": 200.0,
        "qos_weight": 300.0, "period_s": 300, "half_life_s": 20_000.0, "window_s": 15 * 3600,
    }  # fmt: skip
    world = plain_world([], sites, tenants, [(-1, 1.0), (0, 2.0), (0, 1.0), (2, 1.0)], windows, failures)
    return world._replace(requests=columns(Requests, rows), policy=PLAIN_POLICY._replace(**{**rules, **policy}))
