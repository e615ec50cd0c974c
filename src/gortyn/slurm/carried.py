"""This module owns what a real Slurm does otherwise than the simulation: what an export could not carry over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gortyn.machine import SitePlan
from gortyn.model import Scenario, Tenant
from gortyn.model.conversions import S_PER_DAY
from gortyn.slurm.clusters import SlurmCluster
from gortyn.slurm.conf import whole_minutes_s
from gortyn.slurm.terms import PARENT, Qos, SlurmAccount, levels


def not_carried(
    scenario: Scenario,
    plans: Sequence[SitePlan],
    clusters: Sequence[SlurmCluster],
    qos: Sequence[Qos],
    accounts: Sequence[SlurmAccount],
) -> tuple[str, ...]:
    """One sentence for each part of the policy that the files do not carry, or carry otherwise."""
    return (
        *_sites(scenario, plans, clusters),
        *_queue(scenario),
        *_tenants(scenario, clusters),
        *_limits(scenario, clusters, qos),
        *_shares(scenario, accounts),
    )


def _sites(scenario: Scenario, plans: Sequence[SitePlan], clusters: Sequence[SlurmCluster]) -> Iterator[str]:
    present = {cluster.site for cluster in clusters}
    for plan in plans:
        if plan.name not in present:
            yield f"Site {plan.name} has no nodes in the simulated window and no cluster here."
            continue
        last = (scenario.simulation.start.toordinal()) + scenario.simulation.days
        late = [phase.name for phase in plan.phases if phase.operational.toordinal() >= last]
        if late:
            yield f"Of {plan.name}, the nodes of {_listed(late)} come after the simulated window and are left out."
    spares = [f"{p.spares} of {p.name} at {c.site}" for c in clusters for p in c.partitions if p.spares]
    if spares:
        yield (
            f"Spare nodes ({_listed(spares)}) are ordinary nodes here; Slurm has no pool that replaces a failed node. "
            "Drain as many to keep them."
        )
    if any(nodes.begin_s > 0 for c in clusters for p in c.partitions for nodes in p.nodes):
        yield (
            "Nodes that come into service later stand as State=FUTURE, with their date; set them to UNKNOWN then. Both "
            "count them in the size factor from the start."
        )


def _queue(scenario: Scenario) -> Iterator[str]:
    operations = scenario.operations
    if operations.scheduler == "sjf":
        yield "Slurm has no order by run time: the shortest job first becomes the order of arrival with EASY backfill."
    if operations.scheduler == "fcfs" and len(levels(scenario)) > 1:
        yield "With sched/builtin, a job that cannot start blocks its partition also for higher levels that come later."
    if operations.estimate == "actual":
        yield "The simulation knew how long jobs run; Slurm knows only the time limits that users ask for."
    if operations.federation not in ("home", "shortest-wait"):
        yield (
            f"A federation of Slurm starts a job where it can start first; where it is {operations.federation} is "
            "nothing it knows."
        )
    if operations.federation == "shortest-wait" and len(scenario.sites) > 1:
        yield (
            "A federation of Slurm holds a copy of a job at every site and starts the first that can; the simulation "
            "chooses a site once, when the job comes. Machines need partitions of one name to take each other's jobs."
        )
    yield from _running(scenario)


def _running(scenario: Scenario) -> Iterator[str]:
    operations = scenario.operations
    if operations.launch_overhead_s:
        yield "The launch overhead is what prologues take; nothing is set for it."
    if operations.placement == "domains":
        yield "topology/tree packs jobs below the fewest switches; it does not prefer whole scale-up domains."
    if operations.power_limits and operations.power_policy == "throttle":
        yield "Power limits that slow jobs down are left out: Slurm holds jobs back but does not throttle chips."
    elif operations.power_limits:
        yield (
            "Power limits are reservations that keep named nodes idle; the simulation keeps as many idle, whichever. "
            "That idle nodes draw less is not Slurm's to do."
        )
    if scenario.training_runs:
        yield "Named training runs are exempt from the walltime limit in the simulation, not here."
    if len(levels(scenario)) > 1:
        yield (
            "Preempted jobs go back into the queue and begin again unless they read a checkpoint of their own; which "
            "nodes are taken from the level below is chosen otherwise."
        )
    if "leftover" in levels(scenario):
        yield "Leftover jobs are ordered by priority among themselves, in the simulation by their arrival."
    yield "Failures, restarts and checkpoint intervals are the machine's and the jobs' own; nothing is set for them."


def _tenants(scenario: Scenario, clusters: Sequence[SlurmCluster]) -> Iterator[str]:
    tenants = scenario.tenants
    for what, here, chosen in (
        (
            "Jobs put off to cheaper or cleaner hours",
            "start when they can (sbatch --begin)",
            [t for t in tenants if t.defer_hours],
        ),
        (
            "Runs that go on past the walltime limit",
            "are chained by their users (sbatch --dependency)",
            [t for t in tenants if t.chains],
        ),
        (
            "Services that grow and shrink",
            "need an autoscaler that submits and cancels replicas",
            [t for t in tenants if t.service],
        ),
        (
            "Data brought into an enclave before a job",
            "are the job's own first step, or a burst buffer's",
            [t for t in tenants if t.stage_tb],
        ),
    ):
        if chosen:
            yield f"{what} ({_names(chosen)}) {here}."
    homes = [t for t in tenants if t.home is not None]
    if homes and len(clusters) > 1:
        yield f"Tenants with a home ({_names(homes)}) have an account at its cluster only."
    if any(partition.allowed is not None for cluster in clusters for partition in cluster.partitions):
        yield (
            "Enclaves are partitions that only some accounts may use. Accounts below those (of grants) must be added "
            "to AllowAccounts; wiping nodes between jobs is an epilogue's work, isolation that of the site's network."
        )


def _limits(scenario: Scenario, clusters: Sequence[SlurmCluster], qos: Sequence[Qos]) -> Iterator[str]:
    modes = [mode for mode in scenario.access.modes if any(one.mode == mode.name for one in qos)]
    if modes:
        yield (
            f"Modes of access ({_listed([mode.name for mode in modes])}) are QOS. Who qualifies, cut-offs and review "
            "stay outside of Slurm; a grant is an account below its tenant's, made when it is given: sacctmgr add "
            "account GRANT parent=TENANT fairshare=parent GrpTRESMins=gres/gpu=MINUTES, and removed when it lapses."
        )
        yield (
            "Slurm forgets the use of accounts with PriorityDecayHalfLife, so that a grant regains half of what it "
            "used after each; one that must hold to the minute needs a QOS of its own with the limit and Flags=NoDecay."
        )
    shared = [mode.name for mode in modes if mode.chip_hours_share is not None]
    if shared:
        yield (
            f"The share of all chip-hours that {_listed(shared)} may grant is one over time: it bounds the grants, and "
            "GrpTRESMins of each grant's account what its jobs use. Nothing limits the chips of a mode at once."
        )
    if len(clusters) > 1 and any(t.quota_chips or t.quota_chip_hours for t in scenario.tenants):
        yield "Quotas hold for all sites together in the simulation; every cluster grants the whole of them here."
    if any(one.chip_minutes is not None for one in qos):
        yield (
            "A quota of chip-hours is GrpTRESMins of a QOS that does not decay; `sh accounting.sh renew`, once a day, "
            "grants it anew at the end of each period, counted from the first day of the simulation."
        )


def _shares(scenario: Scenario, accounts: Sequence[SlurmAccount]) -> Iterator[str]:
    priority = scenario.operations.priority
    multifactor = scenario.operations.scheduler == "multifactor"
    inexact = [
        f"{name} {value:g}"
        for name, value in (
            ("age", priority.age_weight),
            ("fair share", priority.fair_share_weight),
            ("size", priority.size_weight),
        )
        if value != round(value)
    ]
    if multifactor and inexact:
        yield f"Slurm takes whole weights only; rounded are {_listed(inexact)}."
    points = [priority.qos_weight * tenant.qos_priority for tenant in scenario.tenants]
    if multifactor and any(point != round(point) for point in points):
        yield "The points of quality of service are rounded to whole ones."
    if multifactor and priority.period_min != round(priority.period_min):
        yield "The period of recalculation is rounded to whole minutes."
    if multifactor and any(
        days * S_PER_DAY != whole_minutes_s(days) for days in (priority.age_days, priority.half_life_days)
    ):
        yield "Slurm counts the longest age and the half-life in whole minutes; they are rounded."
    if any(one.shares == PARENT for one in accounts):
        yield (
            "Tenants of one stated account stand below it with Fairshare=parent: Slurm gives each the factor of that "
            "account, as the simulation does."
        )


def _names(tenants: Sequence[Tenant]) -> str:
    return _listed([tenant.name for tenant in tenants])


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
