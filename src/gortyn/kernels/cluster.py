"""This module owns the cluster simulation: every event of every job on nodes that have names, in one total order.

At an instant: ends of jobs, arrivals after a transfer and software failures by job number, then repairs by node number;
capacity steps; window ends, then begins; failures of hardware; arrivals; then a scheduling pass for each partition.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gortyn.kernels import (
    cluster_arrivals,
    cluster_clock,
    cluster_events,
    cluster_jobs,
    cluster_leftovers,
    cluster_lists,
    cluster_nodes,
    cluster_pass,
    cluster_plan,
    cluster_queue,
    cluster_setup,
    cluster_share,
    cluster_state,
    cluster_subnode,
    cluster_types,
    cluster_waiting,
)
from gortyn.kernels.cluster_arrivals import arrive
from gortyn.kernels.cluster_events import begin_window, end_window, fail, install, job_event, repair
from gortyn.kernels.cluster_lists import expect, is_live, next_event, pop
from gortyn.kernels.cluster_pass import run_pass
from gortyn.kernels.cluster_setup import account_records, expected_of_steps, make_state
from gortyn.kernels.cluster_share import close_hours, close_periods, know_fair, next_budget, sort_queue
from gortyn.kernels.cluster_state import INNER, INT, ZERO, State
from gortyn.kernels.cluster_types import (
    ALWAYS_PM,
    NEVER,
    TIERS,
    Accounts,
    Failures,
    Policy,
    Record,
    Requests,
    Sites,
    Tally,
    Tenants,
    Windows,
    empty_tally,
)


@njit(**INNER)
def pass_boundaries(state: State, accounts: NDArray[Any], tally: Tally, now_s: int) -> None:
    """Carry out what time alone brings until now: hours, usage, the order of the queues, budgets."""
    world = state.world[0]
    world.now_s = now_s
    if now_s >= world.edge_s:
        close_hours(state, tally, now_s)
    world.rest_s = max(0, world.edge_s - now_s)
    if state.world[0].tracks != 0 and now_s >= world.boundary_s:
        close_periods(state)
        know_fair(state, accounts)
        for p in range(world.parts):
            sort_queue(state, p)
    if now_s >= world.next_budget_s:
        world.next_budget_s = next_budget(state)
        for p in range(world.parts):
            state.part[p].dirty, state.part[p].left_dirty = 1, 1


ENTRY: Final[dict[str, Any]] = {"nogil": True, "cache": True, "_nrt": False}


def _entry(stamp: int) -> Any:
    """The function that is called from Python, kept on disk for as long as `stamp` stays the same.

    The cache of numba looks at the file of the function that is called and at what its closure holds. The stamp stands
    for the files of all that is called from here.
    """

    @njit(**ENTRY)
    def run(
        state: State,
        accounts: NDArray[Any],
        eligible_s: NDArray[np.int32],
        sites: Sites,
        windows: Windows,
        failures: Failures,
        expected: NDArray[np.int64],
        by_end: NDArray[np.int64],
        wake_s: NDArray[np.int64],
        tally: Tally,
    ) -> None:
        """Play all events; see `simulate`."""
        assert stamp
        world = state.world[0]
        step = begun = ended = failed = arrived = woken = ZERO
        world.next_budget_s = next_budget(state)
        for k in range(expected.size):
            if expected[k] > 0 and state.world[0].keeps != 0:
                expect(state, INT(sites.step_part[k]), INT(sites.step_s[k]), INT(expected[k]))
        while True:
            now_s: Any = next_event(state)
            if step < sites.step_s.size:
                now_s = min(now_s, INT(sites.step_s[step]))
            if begun < windows.begin_s.size:
                now_s = min(now_s, INT(windows.begin_s[begun]))
            if ended < by_end.size:
                now_s = min(now_s, INT(windows.end_s[by_end[ended]]))
            if failed < failures.at_s.size:
                now_s = min(now_s, INT(failures.at_s[failed]))
            if arrived < eligible_s.size:
                now_s = min(now_s, INT(eligible_s[arrived]))
            if woken < wake_s.size and (now_s < NEVER or world.waiting > 0):
                now_s = min(now_s, INT(wake_s[woken]))
            if now_s == NEVER:
                break
            pass_boundaries(state, accounts, tally, now_s)
            while world.heap > 0 and state.pool[world.heap_at] >> world.shift == now_s:
                key = state.pool[world.heap_at]
                live = is_live(state, key)
                pop(state)
                if live:
                    who = key & ((1 << world.shift) - 1)
                    if who < world.jobs:
                        job_event(state, who)
                    else:
                        repair(state, who - world.jobs)
            while step < sites.step_s.size and sites.step_s[step] == now_s:
                install(state, INT(sites.step_part[step]), INT(sites.step_nodes[step]), INT(expected[step]))
                step += 1
            while ended < by_end.size and windows.end_s[by_end[ended]] == now_s:
                end_window(state, INT(by_end[ended]))
                ended += 1
            while begun < windows.begin_s.size and windows.begin_s[begun] == now_s:
                begin_window(state, begun)
                begun += 1
            while failed < failures.at_s.size and failures.at_s[failed] == now_s:
                scope, index = INT(failures.scope[failed]), INT(failures.index[failed])
                fail(state, scope, index, INT(failures.repair_s[failed]))
                failed += 1
            while arrived < eligible_s.size and eligible_s[arrived] == now_s:
                arrive(state, sites.signal, arrived)
                arrived += 1
            woke = False
            while woken < wake_s.size and wake_s[woken] == now_s:
                woken += 1
                woke = True
            for p in range(world.parts):
                part = state.part[p]
                if woke:
                    part.dirty, part.left_dirty = 1, 1
                if part.dirty + part.left_dirty + part.fresh > 0 or part.until_s <= now_s:
                    run_pass(state, p)
        close_hours(state, tally, INT(NEVER))

    return run


_modules = (
    cluster_arrivals, cluster_clock, cluster_events, cluster_jobs, cluster_leftovers, cluster_lists, cluster_nodes,
    cluster_pass, cluster_plan, cluster_queue, cluster_setup, cluster_share, cluster_state, cluster_subnode,
    cluster_types, cluster_waiting,
)  # fmt: skip
_text = b"".join(np.fromfile(str(module.__file__), np.uint8).tobytes() for module in _modules)
run = _entry(1 + int.from_bytes(_text, "little") % (2**61 - 1))  # source: a prime of Mersenne


def contiguous(arrays: Any) -> Any:
    """The same arrays, each as one piece and writable, because another layout would make numba compile anew."""
    return type(arrays)(*(np.require(array, requirements=["C", "W"]) for array in arrays))


def simulate(
    requests: Requests,
    sites: Sites,
    tenants: Tenants,
    accounts: Accounts,
    windows: Windows,
    failures: Failures,
    policy: Policy,
    wake_s: NDArray[np.int64],
) -> tuple[Record, Tally, NDArray[np.int64]]:
    """Run all jobs through the queues of all partitions.

    Parameters
    ----------
    requests, sites, tenants, accounts, windows, failures, policy : see `gortyn.kernels.cluster_types`
    wake_s : sorted times [s] at which every partition looks at its queue anew

    Returns
    -------
    Record of each job, tally of each partition, and int64[tenant], chip-seconds lost before `policy.window_s`.
    """
    requests, sites, windows, failures = (contiguous(arrays) for arrays in (requests, sites, windows, failures))
    state = make_state(requests, sites, tenants, windows, policy)
    partitions = sites.chips_per_node.size
    tally = empty_tally(partitions, tenants.level.size, policy.window_s)
    by_end = np.argsort(windows.end_s, kind="stable").astype(np.int64)
    wakes = np.ascontiguousarray(wake_s, np.int64)
    fair = account_records(accounts)
    run(state, fair, requests.eligible_s, sites, windows, failures, expected_of_steps(sites), by_end, wakes, tally)
    chips = sites.chips_per_node.astype(np.int64)
    in_service_s = np.maximum(0, policy.window_s - sites.step_s.astype(np.int64)) * sites.step_nodes
    capacity = np.zeros(partitions, np.int64)
    np.add.at(capacity, sites.step_part, in_service_s)
    tally.idle[:] = capacity * chips - tally.busy.sum(axis=(1, 2)) - tally.down.sum(axis=1)
    tally.preempted[0], tally.moved[0] = state.world[0].preempted, state.world[0].moved
    job = state.job
    record = Record(*(np.ascontiguousarray(job[name]) for name in Record._fields))
    return record, tally, state.tenant["lost"].copy()


def warm() -> None:
    """Compile all, or load it from disk: one job on one node."""
    one, none = np.ones(1, np.int32), np.zeros(1, np.int32)
    few, no, yes = none.astype(np.int16), np.zeros(1, np.bool_), np.full((1, TIERS, TIERS), ALWAYS_PM, np.int32)
    limit = np.full(1, -1, np.int64)
    simulate(
        Requests(none, none, one, one, one, one, few, few, no),
        Sites(
            np.arange(2, dtype=np.int32), one, none, few, none, none, one, one, none, few, one, yes, none, none, none,
            none, np.zeros((1, 2), np.int32), np.zeros((1, 0), np.int16), np.zeros((1, 0)),
        ),
        Tenants(
            one.astype(np.int8), none, no, no, np.ones(1), limit, limit, np.ones(1, np.int64), np.zeros(1), none, none,
        ),
        Accounts(limit.astype(np.int32), np.ones(1)),
        Windows(one[:0], one[:0], few[:0], one[:0], few[:0]),
        Failures(one[:0], one[:0].astype(np.int8), one[:0], one[:0]),
        Policy(0, 0, 0, 0, 0, np.uint64(0), 1.0, 0.0, 0.0, 0.0, 0.0, 1, 1.0, 1),
        np.zeros(0, np.int64),
    )  # fmt: skip
