"""This module owns slurm.conf and gres.conf of a cluster, and the file of its hosts that its operator fills in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from gortyn.model import Scenario
from gortyn.model.conversions import HOURS_PER_DAY, MIN_PER_HOUR, S_PER_DAY, S_PER_HOUR, S_PER_MIN
from gortyn.slurm.clusters import SlurmCluster
from gortyn.slurm.terms import AGE_ONLY_S, Weights, levels, weights

LONGEST_WINDOW_MIN: Final = 43_200  # source: slurm.conf(5), SchedulerParameters bf_window, most
MOST_TESTS: Final = 10**6  # source: slurm.conf(5), SchedulerParameters bf_max_job_test, most
HOSTS: Final = """\
# Where the daemons of this cluster run, and how they speak to one another: yours to fill in. slurm.conf includes it.
SlurmctldHost=localhost
SlurmUser=slurm
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
AuthType=auth/munge
AccountingStorageHost=localhost
ProctrackType=proctrack/cgroup
TaskPlugin=task/affinity,task/cgroup
ReturnToService=1
"""


def duration(seconds: float) -> str:
    """A length of time as Slurm writes it, D-HH:MM:SS.

    >>> duration(7.5 * 86400), duration(90)
    ('7-12:00:00', '0-00:01:30')
    """
    whole = round(seconds)
    days, rest = divmod(whole, S_PER_DAY)
    hours, rest = divmod(rest, S_PER_HOUR)
    minutes, rest = divmod(rest, S_PER_MIN)
    return f"{days}-{hours:02}:{minutes:02}:{rest:02}"


def whole_minutes_s(days: float) -> int:
    """Length of an age or a half-life, which Slurm counts in whole minutes, at least one [s]."""
    return max(1, round(days * HOURS_PER_DAY * MIN_PER_HOUR)) * S_PER_MIN


def slurm_conf(scenario: Scenario, cluster: SlurmCluster) -> str:
    """Text of slurm.conf: the policy and the nodes of a cluster."""
    lines = [
        f"# {cluster.site} of the scenario '{scenario.name}', as Gortyn simulates it. README.md says what differs.",
        f"ClusterName={cluster.name}",
        "Include host.conf",
        "",
        "AccountingStorageType=accounting_storage/slurmdbd",
        "# Jobs need an account, a QOS that is theirs, and room below every limit to run to their end.",
        "AccountingStorageEnforce=associations,limits,qos,safe",
        "AccountingStorageTRES=gres/gpu",
        "# What a partition does not take is refused at once.",
        "EnforcePartLimits=ANY",
        "",
        "GresTypes=gpu",
        "SelectType=select/cons_tres",
        f"SelectTypeParameters=CR_CPU{',CR_LLN' if scenario.operations.placement == 'spread' else ''}",
        "TopologyPlugin=topology/tree",
        "SlurmdParameters=config_overrides",
        "",
        *_scheduler(scenario),
        "",
        *_priority(scenario, weights(scenario)),
        "",
        *_preemption(scenario),
        "# A CPU stands for a chip, so that only chips are scarce. Put what `slurmd -C` prints in its place.",
        *_nodes(scenario, cluster),
        "",
        *_partitions(scenario, cluster),
    ]
    return "\n".join(lines) + "\n"


def _scheduler(scenario: Scenario) -> Iterator[str]:
    operations = scenario.operations
    if operations.scheduler == "fcfs":
        yield "# First come, first served: nobody overtakes."
        yield "SchedulerType=sched/builtin"
        return
    window_min = min(LONGEST_WINDOW_MIN, max(MIN_PER_HOUR, int(operations.walltime_limit_hours * MIN_PER_HOUR)))
    parameters = [
        f"bf_max_job_test={min(MOST_TESTS, operations.backfill_depth + 1)}",
        f"bf_window={window_min}",
        "bf_continue",
    ]
    if operations.scheduler == "conservative":
        yield "# Conservative backfill: every job that is looked at has its nodes reserved."
    else:
        yield "# EASY backfill: only the first job of a partition has its nodes reserved."
        parameters.insert(0, "bf_job_part_count_reserve=1")
    yield "SchedulerType=sched/backfill"
    yield f"SchedulerParameters={','.join(parameters)}"


def _priority(scenario: Scenario, found: Weights) -> Iterator[str]:
    priority = scenario.operations.priority
    if scenario.operations.scheduler != "multifactor":
        # Under priority/basic nobody counts use, and no limit on minutes holds.
        if not found.level_step and not any(t.mode or t.quota_chip_hours for t in scenario.tenants):
            yield "PriorityType=priority/basic"
            return
        yield "# Order of arrival within a level: a point of age for each second, for a year."
        yield "PriorityType=priority/multifactor"
        yield "PriorityFlags=NO_FAIR_TREE,NO_NORMAL_QOS"
        yield f"PriorityMaxAge={duration(AGE_ONLY_S)}"
        yield f"PriorityWeightAge={found.age}"
        yield "PriorityWeightQOS=1"
        return
    yield "# The simulator's fair share is Slurm's classic one. Its size factor is a job's part of the nodes of its"
    yield "# partition, which Slurm knows as a TRES; PriorityWeightJobSize would count the whole cluster. The QOS carry"
    yield "# their weighted points."
    yield "PriorityType=priority/multifactor"
    yield "PriorityFlags=NO_FAIR_TREE,NO_NORMAL_QOS"
    yield f"PriorityDecayHalfLife={duration(whole_minutes_s(priority.half_life_days))}"
    yield "PriorityUsageResetPeriod=NONE"
    yield f"PriorityMaxAge={duration(whole_minutes_s(priority.age_days))}"
    yield f"PriorityCalcPeriod={max(1, round(priority.period_min))}"
    yield f"PriorityWeightAge={found.age}"
    yield f"PriorityWeightFairShare={found.fair_share}"
    yield "PriorityWeightJobSize=0"
    yield "PriorityWeightPartition=0"
    yield "PriorityWeightQOS=1"
    yield f"PriorityWeightTRES=node={found.size}"


def _preemption(scenario: Scenario) -> Iterator[str]:
    if len(levels(scenario)) > 1:
        yield "# A level stops those below it where it must; their jobs go back into the queue."
        yield "PreemptType=preempt/qos"
        yield "PreemptMode=REQUEUE"
        yield "JobRequeue=1"
        yield ""


def _nodes(scenario: Scenario, cluster: SlurmCluster) -> Iterator[str]:
    for partition in cluster.partitions:
        for nodes in partition.nodes:
            state = "UNKNOWN"
            if nodes.begin_s > 0:
                day = scenario.simulation.start + timedelta(seconds=nodes.begin_s)
                yield f"# From {day.isoformat()} on; then State=UNKNOWN."
                state = "FUTURE"
            yield (f"NodeName={nodes.text} CPUs={nodes.chips_per_node} Gres=gpu:{nodes.chips_per_node} State={state}")


def _partitions(scenario: Scenario, cluster: SlurmCluster) -> Iterator[str]:
    limit = duration(int(scenario.operations.walltime_limit_hours * MIN_PER_HOUR) * S_PER_MIN)
    default = next((p.name for p in cluster.partitions if p.allowed is None), "")
    yield "# Use is counted in seconds of chips."
    yield f"PartitionName=DEFAULT MaxTime={limit} TRESBillingWeights=GRES/gpu=1.0 State=UP"
    for partition in cluster.partitions:
        words = [f"PartitionName={partition.name}", f"Nodes={partition.text}"]
        if partition.name == default:
            words.append("Default=YES")
        if partition.allowed is not None:
            words.append(f"AllowAccounts={','.join(partition.allowed) or 'root'}")
        elif partition.denied:
            words.append(f"DenyAccounts={','.join(partition.denied)}")
        yield " ".join(words)


def gres_conf(cluster: SlurmCluster) -> str:
    """Text of gres.conf: which device files the chips of a node are."""
    lines = ["# The chips of each node; AutoDetect=nvml (or rsmi, oneapi) finds them by themselves."]
    for partition in cluster.partitions:
        for nodes in partition.nodes:
            last = nodes.chips_per_node - 1
            files = f"/dev/nvidia[0-{last}]" if last else "/dev/nvidia0"
            lines.append(f"NodeName={nodes.text} Name=gpu File={files}")
    return "\n".join(lines) + "\n"
