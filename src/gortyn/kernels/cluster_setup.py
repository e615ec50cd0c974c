"""This module owns the state at the start of a cluster simulation: sizes, static facts, everything else empty."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels import cluster_state as c
from gortyn.kernels.cluster_types import (
    HOUR_S,
    NEVER,
    NONE,
    PRIORITY,
    Accounts,
    Policy,
    Requests,
    Sites,
    Tenants,
    Windows,
)


def records(size: int, dtype: Any, **fields: Any) -> c.Records:
    """Record array of zeros, with some fields filled."""
    array = np.zeros(size, dtype).view(np.recarray)
    for name, values in fields.items():
        array[name] = values
    return array


def groups(sites: Sites) -> tuple[c.Records, c.Records, int]:
    """Pods and domains without free nodes: items, groups, and the size of `State.bits`."""
    partitions, pods, domains = sites.chips_per_node.size, 1 + int(sites.pod.max(initial=-1)), sites.pod.size
    nodes = sites.domain.size
    sizes = np.bincount(sites.domain, minlength=domains)
    pod_sizes = np.bincount(sites.pod, weights=sizes, minlength=pods).astype(np.int64)
    item = records(pods + domains, c.ITEM)
    part_of_node = np.searchsorted(sites.node_first, np.arange(nodes), "right") - 1
    first = np.searchsorted(sites.domain, np.arange(domains))
    part_of_pod = np.zeros(pods, np.int64)
    part_of_pod[sites.pod[sites.domain]] = part_of_node
    item["first"][pods:], item["beyond"][pods:] = first, first + sizes
    item["hint"][pods:] = first // c.WORD
    item["pod"][pods:] = sites.pod
    item["group"] = np.concatenate((part_of_pod, partitions + sites.pod))
    group = records(partitions + pods, c.GROUP)
    members = item["group"]
    group["first"] = np.searchsorted(members, np.arange(partitions + pods))
    group["items"] = np.bincount(members, minlength=partitions + pods)
    item["bit"] = np.arange(pods + domains) - group["first"][members]
    size_of = np.concatenate((pod_sizes, sizes))
    np.maximum.at(group["high"], members, size_of)
    group["width"] = -(-group["items"] // c.WORD)
    rows = group["high"] + 1
    parts = np.stack((rows * group["width"], rows // c.WORD + 1, rows), axis=1)
    begins = np.cumsum(parts) - parts.ravel()
    group["row"], group["top"], group["count"] = begins.reshape(-1, parts.shape[1]).T
    return item, group, int(parts.sum())


def tenant_records(tenants: Tenants) -> c.Records:
    """Tenants that hold nothing."""
    return records(
        tenants.level.size,
        c.TENANT,
        level=tenants.level,
        segment_s=tenants.segment_s,
        service=tenants.service,
        saves=tenants.saves,
        quota=tenants.quota_chips,
        budget=tenants.budget_chip_s,
        budget_s=tenants.budget_period_s,
        account=tenants.account,
        transfer_s=tenants.transfer_s,
        mtbf_s=tenants.mtbf_s,
        qos=tenants.qos,
        fair=1.0,
    )


def account_records(accounts: Accounts) -> c.Records:
    """Accounts with their portion of the shares of their siblings."""
    account = records(accounts.parent.size, c.ACCOUNT, parent=accounts.parent)
    for a in range(1, accounts.parent.size):
        siblings = np.flatnonzero(accounts.parent == accounts.parent[a])
        account[a].portion = float(accounts.shares[a]) / sum(accounts.shares[siblings].tolist())
    return account


def window_records(sites: Sites, windows: Windows) -> tuple[c.Records, NDArray[np.int64]]:
    """Windows that have not begun, with the nodes that jobs may be committed to at their begin; and their order."""
    window = records(
        windows.begin_s.size,
        c.WINDOW,
        begin_s=windows.begin_s,
        end_s=windows.end_s,
        part=windows.part,
        nodes=windows.nodes,
        tenant=windows.tenant,
        last=c.NO,
    )
    for w in range(window.size):
        p, begin_s = windows.part[w], windows.begin_s[w]
        at_work = (windows.part == p) & (windows.begin_s <= begin_s) & (begin_s < windows.end_s)
        there = (sites.step_part == p) & (sites.step_s <= begin_s)
        room = int(sites.step_nodes[there].sum()) - int(sites.spares[p])
        window[w].slack = room - int(windows.nodes[at_work].sum())
    return window, np.argsort(windows.part, kind="stable").astype(np.int64)


def part_records(sites: Sites, windows: Windows, windows_of: NDArray[np.int64]) -> c.Records:
    """Partitions without nodes in service."""
    partitions = sites.chips_per_node.size
    edges = np.searchsorted(windows.part[windows_of], np.arange(partitions + 1))
    return records(
        partitions,
        c.PART,
        first=sites.node_first[:-1],
        beyond=sites.node_first[1:],
        chips=sites.chips_per_node,
        spares=sites.spares,
        kind=sites.kind,
        domain_nodes=sites.domain_nodes,
        pod_nodes=sites.pod_nodes,
        resume_s=sites.resume_s,
        recover_s=sites.recover_s,
        write_s=sites.write_s,
        persist_s=sites.persist_s,
        interval=np.arange(partitions) * sites.interval_s.shape[1],
        until_s=NEVER,
        window_first=edges[:-1],
        window=edges[:-1],
        window_end=edges[1:],
        hold_blocks=1,
        last_left=c.NO,
        last_preempt=c.NO,
    )


def job_records(requests: Requests) -> c.Records:
    """Jobs that have not arrived."""
    job = np.zeros(requests.nodes.size, c.JOB)
    for name in ("eligible_s", "work_s", "estimate_s", "nodes", "chips", "tenant", "home", "immune"):
        job[name] = getattr(requests, name)
    for name in ("start_s", "end_s", "place", "slot"):
        job[name] = c.NO
    return job.view(np.recarray)


def chain(size: int) -> NDArray[np.int64]:
    """Spare blocks, each naming the next."""
    return np.arange(1, size + 1)


def fill_pool(pieces: dict[str, NDArray[Any] | int]) -> tuple[NDArray[np.int64], dict[str, int]]:
    """One array of all pieces, of which those given by their size alone are left as they are; and where each begins."""
    sizes = [piece if isinstance(piece, int) else piece.size for piece in pieces.values()]
    begins = dict(zip(pieces, np.cumsum([0, *sizes]).tolist(), strict=False))
    pool = np.empty(sum(sizes), np.int64)
    for name, piece in pieces.items():
        if not isinstance(piece, int):
            pool[begins[name] : begins[name] + piece.size] = piece.ravel()
    return pool, begins


def make_state(requests: Requests, sites: Sites, tenants: Tenants, windows: Windows, policy: Policy) -> c.State:
    """State before the first event.

    Memory that depends on how many jobs wait is asked for as if all could, and used only as far as they do.
    """
    jobs, nodes, partitions = requests.nodes.size, sites.domain.size, sites.chips_per_node.size
    part_of_node = np.searchsorted(sites.node_first, np.arange(nodes), "right") - 1
    item, group, bits = groups(sites)
    pods = item.size - sites.pod.size
    window, windows_of = window_records(sites, windows)
    chips = int((np.diff(sites.node_first) * sites.chips_per_node.astype(np.int64)).sum())
    slots = min(jobs, chips) + 1
    moving = jobs if policy.federation and tenants.transfer_s.any() else 0
    # Two neighbouring blocks of a list hold more than HALF entries together.
    wait_blocks = 2 * jobs // c.HALF + 2 * partitions + 2
    releases = nodes + sites.step_s.size + windows.begin_s.size
    hold_blocks = (2 * releases // c.HALF if policy.backfill else 0) + 2 * partitions + 2
    steps = windows.begin_s.size + 2 * min(policy.depth, jobs) + 1
    plan_size = releases + 2 * steps if policy.backfill > 1 else 1
    scratch_size = 2 * jobs + 2
    speed_hours = sites.speed_pm.shape[1]
    sums = np.zeros((partitions, speed_hours + 1), np.int64)
    np.cumsum(sites.speed_pm.astype(np.int64) * HOUR_S, axis=1, out=sums[:, 1:])
    hold_dir = np.zeros((partitions, hold_blocks), np.int64)
    hold_dir[:, 0] = np.arange(partitions)
    hold_count = chain(hold_blocks)
    hold_count[:partitions] = 0
    width = 1 + int(sites.chips_per_node.max(initial=1))
    heap_size = 2 * (slots + nodes + moving)
    pool, begins = fill_pool(
        {
            "bits": np.zeros(bits, np.int64),
            "free": np.zeros(nodes // c.WORD + 1, np.int64),
            "wait_blocks": np.zeros(2 * partitions, np.int64),
            "hold_total": np.zeros(hold_blocks, np.int64),
            "hold_count": hold_count,
            "hold_dir": hold_dir,
            "hold_first": partitions * hold_blocks,
            "shared": np.full(partitions * width, c.NO, np.int64),
            "spare": np.zeros(nodes, np.int64),
            "window_of": windows_of,
            "sums": sums,
            "speed": sites.speed_pm,
            "stretch": sites.stretch_pm,
            "interval": sites.interval_s,
            "wait_count": chain(wait_blocks),
            "wait_summary": wait_blocks * c.SUMMARY,
            "hits": chips + nodes + 1,
            "heap": heap_size,
            "wait_dir": 2 * partitions * wait_blocks,
        }
    )
    world = records(
        1,
        c.WORLD,
        edge_s=min(HOUR_S, policy.window_s),
        rest_s=min(HOUR_S, policy.window_s),
        boundary_s=policy.period_s,
        heap_size=heap_size,
        spare_hold=partitions,
        shift=int(jobs + nodes).bit_length(),
        jobs=jobs,
        parts=partitions,
        pods=pods,
        tenants=tenants.level.size,
        speed_hours=speed_hours,
        shared_width=width,
        wait_width=wait_blocks,
        hold_width=hold_blocks,
        keeps=policy.backfill != NONE,
        tracks=policy.order == PRIORITY,
        scratch_at=wait_blocks * c.BLOCK,
        scratch_size=scratch_size,
        plan_at=hold_blocks * c.BLOCK,
        seed=np.uint64(policy.seed),
        decay=2.0 ** (-policy.period_s / policy.half_life_s),
        two=2.0,
        **{f"{name}_at": begin for name, begin in begins.items() if name != "bits"},
        **{name: value for name, value in policy._asdict().items() if name not in ("seed", "half_life_s")},
    )
    run = records(slots, c.RUN)
    run["after"] = np.arange(1, slots + 1)
    return c.State(
        world=world,
        job=job_records(requests),
        run=run,
        node=records(nodes, c.NODE, slot=c.NO),
        spot=records(nodes, c.SPOT, domain=pods + sites.domain, part=part_of_node),
        item=item,
        group=group,
        part=part_records(sites, windows, windows_of),
        tenant=tenant_records(tenants),
        cell=records(partitions * tenants.level.size, c.CELL),
        window=window,
        wait=np.empty(wait_blocks * c.BLOCK + scratch_size, c.ENTRY).view(np.recarray),
        hold=np.empty(hold_blocks * c.BLOCK + plan_size, c.HOLD).view(np.recarray),
        pool=pool,
    )


def expected_of_steps(sites: Sites) -> NDArray[np.int64]:
    """Nodes of each step that do not go to the spare pool, which takes the first of its partition."""
    missing = sites.spares.astype(np.int64)
    expected = sites.step_nodes.astype(np.int64)
    for k, p in enumerate(sites.step_part):
        kept = min(missing[p], expected[k])
        missing[p] -= kept
        expected[k] -= kept
    return expected
