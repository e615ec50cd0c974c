"""This module owns the state of a cluster simulation: one record array for each kind of thing.

The fields that an event needs of a thing lie side by side, and compiled functions pass few arrays on. The records work
the same where numba is switched off.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

INNER: Final[dict[str, Any]] = {
    "nogil": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,  # nothing is allocated inside, so that no references need to be counted
}
"""How functions are compiled that only compiled functions call."""

INT: Final[Any] = np.int64
"""Fields of 64 bits, and the cast of narrower ones, whose result type checkers take for a plain number."""
# Numbers of this type keep numba from compiling a function anew for each literal that it is called with.
ZERO: Final[Any] = INT(0)
ONE: Final[Any] = INT(1)
NO: Final[Any] = INT(-1)
"""No job, slot, node, window or event."""
IN_TRANSIT: Final = -2
"""Job.slot of a job that moves to another partition."""

# Node.state
ABSENT: Final = 0
FREE: Final = 1
HELD: Final = 2
SHARED: Final = 1 + HELD
SPARE: Final = 1 + SHARED
DOWN: Final = 1 + SPARE

# Job.delay: what comes before the work of the next attempt.
FRESH: Final[Any] = INT(0)
RESUMED: Final[Any] = INT(1)
RECOVERED: Final[Any] = INT(2)

# Run.row: the list in which a running job stands.
IN_LEFTOVERS: Final[Any] = INT(0)
IN_PREEMPTIBLE: Final[Any] = INT(1)
IN_WINDOW: Final[Any] = INT(2)

# Part.settled: what the last pass over the main queue found.
OPEN: Final = 0
BLOCKED: Final = 1
STOPPED: Final = 2

WORD: Final = 2**5  # unit: bits of a word in use
BLOCK: Final = 2**7
"""Entries of a block of a sorted list; moving half a block costs about as much as finding it."""
HALF: Final = BLOCK // 2
TIERS_SQUARED: Final = 2**4  # unit: pairs of tiers


def _fields(kind: type, names: str) -> list[tuple[str, type]]:
    return [(name, kind) for name in names.split()]


FLOAT: Final = np.float64
WORLD: Final = np.dtype(
    [
        *_fields(
            INT,
            "now_s hour edge_s rest_s boundary_s next_budget_s heap heap_size first_slot serial waiting pending"
            " plan_size spare_wait spare_hold preempted moved shift jobs parts pods tenants speed_hours"
            " shared_width wait_width hold_width order backfill depth federation placement period_s window_s"
            " keeps tracks scratch_at scratch_size plan_at heap_at free_at wait_count_at wait_summary_at wait_dir_at"
            " wait_blocks_at hold_count_at hold_total_at hold_dir_at hold_first_at shared_at spare_at window_of_at"
            " hits_at sums_at speed_at stretch_at interval_at",
        ),
        ("seed", np.uint64),
        *_fields(FLOAT, "age_s age_weight fair_weight size_weight qos_weight decay two"),
    ]
)
"""One element: clock, heads of what is spare, sizes, policy, and where in `State.pool` and in the lists things begin.

hour, edge_s, rest_s: hour of the tally, its end, and what is left of it; boundary_s: next boundary of the fair share
keeps: whether releases are listed by time; tracks: whether fair share matters; two: 2.0, see `cluster_share.know_fair`
"""
JOB: Final = np.dtype(
    [
        *_fields(np.int32, "start_s end_s held_s lost_s done_s queue_s slot eligible_s work_s estimate_s nodes chips"),
        *_fields(np.int16, "place attempts interruptions tenant home"),
        *_fields(np.int8, "delay immune"),
    ]
)
"""What was asked, what became of it, and slot: among the running ones."""
RUN: Final = np.dtype(
    _fields(
        INT,
        "event_s job part tenant start_s from_v stretch delay_s breaks cut nodes chips node beside expected_s length"
        " window row before after up level service immune shares left_s charge period serial interval_s write_s span",
    )
)
"""A running job.

event_s: when this attempt ends by itself; breaks, cut: whether that is a software failure, the end of a segment
from_v, stretch: speed integral at its start, and the work in it that a second of progress takes [‰ s]
node: its first node that is not down; up: how many are not; span: what they span at most; shares: whether on a shared
node; beside: next job of that node
before, after: neighbours in its row, by order of starting; left_s, charge, period: when it left the queue, and the
length that the budget of which period was charged for; interval_s, write_s: of its checkpoints
"""
NODE: Final = np.dtype(_fields(np.int32, "state slot next before"))
"""slot: of its job, or of one of them; next, before: neighbours among the nodes of the same job, or among those shared
with as many free chips."""
SPOT: Final = np.dtype(_fields(INT, "domain part free release_s"))
"""Where a node is, and of a shared one: free chips, and when it is expected back."""
ITEM: Final = np.dtype(_fields(INT, "free group bit first beyond hint pod"))
"""A pod, or (after the pods) a domain, by its free nodes; first, beyond, hint: its nodes, and the first word with a
free one."""
GROUP: Final = np.dtype(_fields(INT, "row width high top count first items"))
"""Pods of a partition, or (after the partitions) domains of a pod: in the pool, for each number of free nodes a row of
bits at row + number x width, how many are set at count + number, and a bit for each row at top."""
PART: Final = np.dtype(
    _fields(
        INT,
        "first beyond chips spares kind domain_nodes pod_nodes resume_s recover_s write_s persist_s interval"
        " service free held0 preemptible left left_power s0 s1 backlog pool"
        " queue_jobs queue_chips jobs_sum chips_sum down down_sum lost_sum failed_sum hit_sum"
        " main_count left_count dirty left_dirty fresh settled by_window shadow_s extra seen head1 head2 head_tenant"
        " sorted_s until_s limited limit1 limit2 behind services new1 new2 window_first window window_end active"
        " hold_blocks last_left last_preempt",
    )
)
"""service: nodes whose step has come; s0, s1: nodes of the releases of jobs, and times time; pool: spare nodes
jobs_sum ... hit_sum: of the hour; dirty, left_dirty: whether a pass may start something; fresh: arrivals since
settled ... behind: outcome of the last pass; window_first, window, window_end: first active one, next future one and
the last of the partition's; active: windows of tenants under way"""
TENANT: Final = np.dtype(
    [
        *_fields(
            INT,
            "level segment_s service saves quota budget budget_s account transfer_s running charged period raw lost",
        ),
        *_fields(FLOAT, "mtbf_s qos usage fair"),
    ]
)
ACCOUNT: Final = np.dtype([*_fields(INT, "parent"), *_fields(FLOAT, "portion used norm eff")])
CELL: Final = np.dtype(_fields(INT, "rate total waiting"))
"""Tenant in a partition: chips held, chip-seconds of the hour, jobs that wait."""
WINDOW: Final = np.dtype(_fields(INT, "begin_s end_s part nodes tenant used slack active last"))
"""slack: room less what is committed at its begin; last: row of jobs that run in it."""
ENTRY: Final = np.dtype(
    [*_fields(INT, "key1 key2"), *_fields(np.int32, "length nodes chips"), *_fields(np.int16, "tenant marks")]
)
"""A waiting job, by key1, then key2 = queue_s, job; marks: SHARES, SERVICE, and its level above them."""
SHARES: Final = 1
SERVICE: Final = 2
LEVEL: Final = 2 * SERVICE
CLASSES: Final = 2**4  # unit: sizes of jobs by powers of two
LEAST_NODES: Final = 0
LEAST_CHIPS: Final = 1
OUTDATED: Final = 2
SHORTEST: Final = 1 + OUTDATED
SUMMARY: Final = SHORTEST + CLASSES
"""Numbers of the summary of a block: least nodes, least chips of those that may share a node, whether a job has left
since, and the least length in each class of sizes."""
HOLD: Final = np.dtype(_fields(INT, "at_s nodes"))
"""Nodes expected back at a time, or free from a time on."""
URGENT_FIRST: Final = 2**60  # source: beyond every priority and estimate
JOB_BITS: Final = 2**5  # unit: bits of a job in key2


Records = Any
"""A record array. Fields are attributes of its elements, and type checkers do not know them."""


class State(NamedTuple):
    """All that changes, and what is looked at with it; each record array is described beside its type above.

    Attributes
    ----------
    wait : blocks of waiting jobs; from world.scratch_at on, room for a queue that is sorted, twice
    hold : blocks of releases; from world.plan_at on, a profile of conservative backfill
    pool : all plain numbers, each kind from its place in `world` on:
        heap: time << world.shift | job or jobs + node; free: a bit for each free node; wait_count, wait_summary:
        entries of each block, and their summary; wait_dir, wait_blocks: blocks of each queue in order, and how many
        (queue 2 p is the main one of partition p, 2 p + 1 the one of its leftovers);
        hold_count, hold_total, hold_dir, hold_first: entries of each block of releases, their nodes, and blocks of each
        partition in order with their first times; shared: for each partition and number of free chips the first shared
        node; spare: pools of spare nodes, that of a partition at its first node; window_of: windows by partition and
        begin; hits: jobs that a failure hits; sums, speed: speed integral at the hours and speed; stretch, interval: as
        in `Sites`; and the bits of GROUP
    """

    world: Records
    job: Records
    run: Records
    node: Records
    spot: Records
    item: Records
    group: Records
    part: Records
    tenant: Records
    cell: Records
    window: Records
    wait: Records
    hold: Records
    pool: Records
