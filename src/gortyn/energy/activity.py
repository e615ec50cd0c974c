"""This module owns how hard the nodes of a tenant work: by kind of work, with checkpoints and restarts taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.energy.losses import KIND
from gortyn.model import Scenario, Tenant, known
from gortyn.model.conversions import S_PER_MIN
from gortyn.operation.sites import checkpoint_intervals_s

if TYPE_CHECKING:
    from gortyn.kernels.types import Jobs
    from gortyn.machine import Partition
    from gortyn.operation import Log

TRAINING: Final = "training"
INFERENCE: Final = "inference"


class Held(NamedTuple):
    """What tenants did on the nodes of partitions, float64[partition, tenant] [chip-seconds].

    Attributes
    ----------
    held : on nodes
    runs : of it, on named training runs
    writing : of it, writing checkpoints
    recovering : of it, restarting after failures and preemptions
    """

    held: NDArray[np.float64]
    runs: NDArray[np.float64]
    writing: NDArray[np.float64]
    recovering: NDArray[np.float64]


def activity(tenant: Tenant, facts: Lookup) -> float:
    """Power above idle of the nodes of a tenant, over that of nodes that train.

    A mix counts by the chip-hours of its job types, a service infers; jobs of which nothing is known are taken to
    train, because the power that the catalogue has for a busy node was metered in training. The replicas of a service
    follow its load in number, so that each has the same load at all hours.
    """
    if tenant.service:
        return facts.number(KIND, INFERENCE, "activity_share")
    if tenant.mix is None:
        return facts.number(KIND, TRAINING, "activity_share")
    types = [f"{tenant.mix}-{one}" for one in facts.text("mixes", tenant.mix, "types").split()]
    weights = np.array([facts.number("job_types", one, "chip_hours_share") for one in types])
    works = [facts.text(KIND, one, "work") if facts.catalogue.has(KIND, one, "work") else TRAINING for one in types]
    shares = np.array([facts.number(KIND, work, "activity_share") for work in works])
    return float(weights @ shares / weights.sum())


def active_shares(
    scenario: Scenario, partitions: tuple[Partition, ...], jobs: Jobs, log: Log, facts: Lookup
) -> NDArray[np.float64]:
    """Mean power of a node that runs a tenant's jobs, over its power at full load, float64[partition, tenant].

    The tenant's own `active_power_share` where it states one. Else that of the machine in training, whose part above
    idle is multiplied by the `activity` of the tenant's work and falls while checkpoints are written and while jobs
    restart. Named training runs train.

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    did = held(scenario, partitions, jobs, log)
    machines = [scenario.machine(partition.machine) for partition in partitions]
    idle, training = (
        np.array([known(getattr(machine, name)) for machine in machines])[:, None]
        for name in ("idle_power_share", "active_power_share")
    )
    works = np.array([activity(tenant, facts) for tenant in scenario.tenants])
    with np.errstate(invalid="ignore"):
        runs, writing, recovering = (np.nan_to_num(part / did.held) for part in did[1:])
    dip = writing * facts.number(KIND, "checkpoint", "dip_share")
    dip += recovering * facts.number(KIND, "recovery", "dip_share")
    at_work = (runs * facts.number(KIND, TRAINING, "activity_share") + (1 - runs) * works) * (1 - np.minimum(dip, 1))
    computed = idle + (training - idle) * at_work
    stated = np.array([np.nan if t.active_power_share is None else t.active_power_share for t in scenario.tenants])
    return np.where(np.isnan(stated), computed, stated)


def held(scenario: Scenario, partitions: tuple[Partition, ...], jobs: Jobs, log: Log) -> Held:
    """Chip-seconds of tenants on nodes, and what they did in them.

    A checkpoint is written after each interval of work that a job of its size has; a restart takes as long as the
    scenario says, detection included, and no longer than what the job lost.
    """
    from gortyn.kernels.job_energy import tenant_chip_seconds

    operations = scenario.operations
    write_s = round(operations.reliability.checkpoint_write_min * S_PER_MIN)
    restart_s = round((operations.reliability.restart_min + operations.failures.detection_min) * S_PER_MIN)
    most_nodes = int(jobs.nodes.max(initial=0))
    per_node = [partition.chips_per_node for partition in partitions]
    by_size = {chips: _written_share(scenario, chips, most_nodes, write_s) for chips in set(per_node)}
    written = np.array([by_size[chips] for chips in per_node]).reshape(len(per_node), most_nodes + 1)
    total = np.zeros((len(Held._fields), len(partitions), len(scenario.tenants)))
    asked = jobs.tenant, jobs.nodes, jobs.chips, jobs.training_run
    tenant_chip_seconds(log.place, *asked, log.held_s, log.lost_s, log.interruptions, written, restart_s, total)
    did = Held(*total)
    saves = np.array([tenant.checkpoints for tenant in scenario.tenants])
    return did._replace(writing=did.writing * saves)


def _written_share(scenario: Scenario, chips_per_node: int, most_nodes: int, write_s: int) -> NDArray[np.float64]:
    """Share of its time that a job writes checkpoints, by its nodes; 0 where nothing fails."""
    interval_s = checkpoint_intervals_s(scenario, chips_per_node, most_nodes, write_s)
    return np.where(interval_s > 0, write_s / np.maximum(interval_s + write_s, 1), 0.0)
