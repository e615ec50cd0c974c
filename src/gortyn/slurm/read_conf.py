"""This module owns the policy that a slurm.conf states, in the terms of a scenario's operations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from gortyn.model.conversions import S_PER_DAY, S_PER_HOUR
from gortyn.slurm.lines import Note, logical_lines, node_count, seconds, words
from gortyn.slurm.names import SlurmError
from gortyn.slurm.terms import AGE_ONLY_S

TABLES: Final = ("nodename", "partitionname", "nodeset", "downnodes", "slurmctldhost", "frontendname")
MOST_WEIGHT: Final = 10**6  # unit: points, the most of a scenario
LONGEST_DAYS: Final = 3660  # unit: days, the longest of a scenario
DEFAULT_DEPTH: Final = 500  # source: slurm.conf(5), bf_max_job_test of 22.05
MOST_DEPTH: Final = 10**9  # unit: jobs, the most of a scenario
READ: Final = {  # what is taken into the scenario; other keys of these families are listed as not read
    "prioritytype",
    "priorityflags",
    "priorityweightage",
    "priorityweightfairshare",
    "priorityweightjobsize",
    "priorityweightqos",
    "priorityweighttres",
    "prioritymaxage",
    "prioritydecayhalflife",
    "prioritycalcperiod",
    "priorityusageresetperiod",
    "prioritysitefactorplugin",
    "preempttype",
    "preemptmode",
}
FAMILIES: Final = ("priority", "preempt")
SILENT_FLAGS: Final = {"no_fair_tree", "no_normal_qos", "accrue_always", "calculate_running", ""}


@dataclass(frozen=True, slots=True)
class Conf:
    """What a slurm.conf says of the policy.

    Attributes
    ----------
    cluster : name of the cluster; None where the file has none
    operations : values of the scenario's `operations`
    raw_qos : whether priorities of QOS count as they are (NO_NORMAL_QOS), and the weight of the QOS
    nodes : nodes that it names
    notes : what was taken otherwise, and what was not read
    """

    cluster: str | None
    operations: dict[str, Any]
    raw_qos: tuple[bool, float]
    nodes: int
    notes: tuple[Note, ...]


class _File:
    """Keys of a slurm.conf with their lines, and the rows of its tables."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.values: dict[str, tuple[str, int]] = {}
        self.rows: dict[str, list[tuple[int, dict[str, str]]]] = {name: [] for name in TABLES}
        self.notes: list[Note] = []
        for line in logical_lines(text, file):
            if line.text.casefold().startswith("include ") or line.text.casefold().startswith("include\t"):
                self.note(line.number, f"includes {line.text.split(maxsplit=1)[1]}, which is not read")
                continue
            found, notes = words(line, file)
            self.notes += notes
            if found and found[0][0] in TABLES:
                self.rows[found[0][0]].append((line.number, dict(found)))
            else:
                self.values.update({key: (value, line.number) for key, value in found})
        if not self.values and not any(self.rows.values()):
            raise SlurmError(f"{file}: is no slurm.conf: it has no line with a key and a value")

    def note(self, line: int, text: str) -> None:
        self.notes.append(Note(self.file, line, text))

    def text(self, key: str, default: str = "") -> str:
        return self.values.get(key.casefold(), (default, 0))[0]

    def line(self, key: str) -> int:
        return self.values.get(key.casefold(), ("", 1))[1]

    def number(self, key: str, default: float) -> float:
        value = self.text(key)
        try:
            number = float(value) if value else default
        except ValueError:
            self.note(self.line(key), f"{key} is {value!r}, no number; {default:g} is taken")
            return default
        if not 0 <= number <= MOST_WEIGHT:
            self.note(self.line(key), f"{key} is {value}, not between 0 and {MOST_WEIGHT:,}; cut there")
        return min(max(number, 0.0), float(MOST_WEIGHT))

    def days(self, key: str, default: float) -> float:
        """Length of time under a key [days]; the longest possible for none."""
        value = self.text(key)
        if not value:
            return default
        try:
            length_s = seconds(value)
        except ValueError as error:
            self.note(self.line(key), f"{key}: {error}; {default:g} days are taken")
            return default
        if not length_s or length_s > LONGEST_DAYS * S_PER_DAY:
            self.note(self.line(key), f"{key} is {value}, which a scenario cannot say; {LONGEST_DAYS} days are taken")
            return float(LONGEST_DAYS)
        return length_s / S_PER_DAY


def read_conf(text: str, file: str) -> Conf:
    """The policy of a slurm.conf: scheduler, weights, half-life and walltime limit.

    Parameters
    ----------
    text : of the file; files that it includes are not read
    file : what notes call it

    Raises
    ------
    SlurmError : the text is no slurm.conf.
    """
    found = _File(text, file)
    operations: dict[str, Any] = {}
    scheduler = _scheduler(found, operations)
    raw_qos = (False, 0.0)
    if scheduler == "multifactor":
        operations["priority"], raw_qos = _priority(found)
    elif found.text("PriorityType").casefold() != "priority/multifactor":
        for key in sorted(READ & found.values.keys() - {"prioritytype"}):
            if key.startswith("priority"):
                found.note(found.line(key), f"{key} is not read: it counts under priority/multifactor only")
    if "cr_lln" in found.text("SelectTypeParameters").casefold():
        operations["placement"] = "spread"
    _walltime(found, operations)
    nodes = _nodes(found)
    for key, (value, line) in found.values.items():
        if key.startswith(FAMILIES) and key not in READ and value not in ("", "0"):
            found.note(line, f"{key} is not read: a scenario has nothing like it")
    preempt = found.text("PreemptType").casefold()
    if preempt not in ("", "preempt/none", "preempt/qos"):
        found.note(found.line("PreemptType"), f"{preempt} is not read: levels of a scenario are those of its tenants")
    return Conf(found.text("ClusterName") or None, operations, raw_qos, nodes, _sorted(found.notes))


def _sorted(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda note: note.line))


def _parameters(found: _File) -> dict[str, str]:
    items = (part.strip().partition("=") for part in found.text("SchedulerParameters").split(","))
    return {key.casefold(): value for key, _, value in items if key}


def _scheduler(found: _File, operations: dict[str, Any]) -> str:
    backfill = _one_of(found, "SchedulerType", ("sched/backfill", "sched/builtin")) != "sched/builtin"
    multifactor = _one_of(found, "PriorityType", ("priority/basic", "priority/multifactor")) == "priority/multifactor"
    parameters = _parameters(found)
    ages_only = (
        multifactor
        and not any(found.number(key, 0.0) for key in ("PriorityWeightFairShare", "PriorityWeightJobSize"))
        and not _node_weight(found)
        and found.days("PriorityMaxAge", 7.0) * S_PER_DAY == AGE_ONLY_S
    )
    reserves_all = parameters.get("bf_job_part_count_reserve", "0") == "0"
    if multifactor and not ages_only:
        if not backfill:
            found.note(found.line("SchedulerType"), "the simulator has multifactor priority with EASY backfill only")
        elif reserves_all:
            found.note(
                found.line("SchedulerParameters"),
                "nodes are reserved for every job that is looked at; the simulator's multifactor does so for the first",
            )
        scheduler = "multifactor"
    elif not backfill:
        scheduler = "fcfs"
    else:
        scheduler = "conservative" if reserves_all else "easy"
    operations["scheduler"] = scheduler
    if backfill:
        tests = parameters.get("bf_max_job_test", str(DEFAULT_DEPTH))
        if tests.isdecimal() and 0 < int(tests) <= MOST_DEPTH:
            operations["backfill_depth"] = int(tests) - 1
        else:
            found.note(found.line("SchedulerParameters"), f"bf_max_job_test is {tests!r}, no number of jobs; not read")
    return scheduler


def _one_of(found: _File, key: str, values: tuple[str, ...]) -> str:
    """Value of a key in lower case; the first of those that it can have where it is none of them, or is not there."""
    value = found.text(key, values[0]).casefold()
    if value not in values:
        found.note(found.line(key), f"{key} is {value!r}, none of {', '.join(values)}; {values[0]} is taken")
        return values[0]
    return value


def _node_weight(found: _File) -> float:
    """Weight of the nodes of a partition in PriorityWeightTRES; others are noted."""
    weight = 0.0
    for part in found.text("PriorityWeightTRES").split(","):
        name, _, value = part.strip().partition("=")
        if name.casefold() == "node" and value.replace(".", "", 1).isdecimal():
            weight = min(float(value), float(MOST_WEIGHT))
    return weight


def _priority(found: _File) -> tuple[dict[str, float], tuple[bool, float]]:
    flags = {flag.strip().casefold() for flag in found.text("PriorityFlags").split(",")}
    others = [p.strip() for p in found.text("PriorityWeightTRES").split(",") if p.strip()]
    if others := [part for part in others if not part.casefold().startswith("node=")]:
        found.note(found.line("PriorityWeightTRES"), f"weights of {', '.join(others)} are not read")
    if unread := sorted(flags - SILENT_FLAGS):
        found.note(found.line("PriorityFlags"), f"{', '.join(unread).upper()} is not read")
    if "no_fair_tree" not in flags:
        text = "fair shares are a Fair Tree here; the simulator computes Slurm's classic ones (NO_FAIR_TREE)"
        found.note(found.line("PriorityFlags"), text)
    reset = found.text("PriorityUsageResetPeriod", "NONE").casefold()
    if reset not in ("none", ""):
        found.note(found.line("PriorityUsageResetPeriod"), f"use begins anew {reset}; in the simulator it only decays")
    nodes, size = _node_weight(found), found.number("PriorityWeightJobSize", 0.0)
    if size:
        text = "PriorityWeightJobSize counts the whole cluster, the simulator's size_weight the nodes of the partition"
        found.note(found.line("PriorityWeightJobSize"), text)
    raw, qos = "no_normal_qos" in flags, found.number("PriorityWeightQOS", 0.0)
    period = found.days("PriorityCalcPeriod", 5 / (24 * 60)) * 24 * 60  # source: slurm.conf(5), 5 minutes if unset
    priority = {
        "age_weight": found.number("PriorityWeightAge", 0.0),
        "age_days": found.days("PriorityMaxAge", 7.0),
        "fair_share_weight": found.number("PriorityWeightFairShare", 0.0),
        "half_life_days": found.days("PriorityDecayHalfLife", 7.0),
        "size_weight": nodes + size,
        "period_min": max(1.0, round(period, 3)),
    }
    if not raw:
        priority["qos_weight"] = qos
    return priority, (raw, qos)


def _walltime(found: _File, operations: dict[str, Any]) -> None:
    longest, default = 0, ""
    for line, row in found.rows["partitionname"]:
        text = row.get("maxtime", default)
        if row["partitionname"].casefold() == "default":
            default = text
            continue
        try:
            limit_s = seconds(text) if text else None
        except ValueError as error:
            found.note(line, f"MaxTime: {error}; not read")
            continue
        if limit_s is None:
            found.note(line, f"partition {row['partitionname']} has no limit on walltime; a scenario needs one")
        longest = max(longest, limit_s or 0)
    if longest:
        operations["walltime_limit_hours"] = longest / S_PER_HOUR


def _nodes(found: _File) -> int:
    total = 0
    for line, row in found.rows["nodename"]:
        if row["nodename"].casefold() == "default":
            continue
        try:
            total += node_count(row["nodename"])
        except ValueError as error:
            found.note(line, f"NodeName: {error}; not counted")
    if total:
        first = found.rows["nodename"][0][0]
        found.note(first, f"{total:,} nodes are not read: machines and sites are those of the scenario")
    return total
