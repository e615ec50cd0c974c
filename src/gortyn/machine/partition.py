"""This module owns the partition: the nodes of one machine at one site, as they become available to the scheduler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gortyn.machine.site_plan import PhasePlan, SitePlan
from gortyn.model import Scenario, Tenant, known
from gortyn.model.access import Enclave
from gortyn.model.conversions import S_PER_DAY


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Nodes of one machine at one site during the simulated window: those of an enclave, or all that no enclave has.

    Attributes
    ----------
    site : index of the site in the plans
    machine : name of the machine in the scenario
    nodes : nodes in operation by the end of the window, the sum of `step_nodes`
    chips_per_node : chips in one node
    step_s : int64[step], strictly increasing: seconds from the start of the simulation to the first second of a step;
        0 for phases that operate before it
    step_nodes : int64[step]: nodes that become available at that second
    spares : nodes of them that are held ready to replace failed ones
    enclave : name of the enclave that the nodes belong to; None for those that are open to all
    """

    site: int
    machine: str
    nodes: int
    chips_per_node: int
    step_s: NDArray[np.int64]
    step_nodes: NDArray[np.int64]
    spares: int = 0
    enclave: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What tells it from the others of its site, which its random numbers go by: the machine, and the enclave."""
        return (self.machine,) if self.enclave is None else (self.machine, self.enclave)

    @property
    def chips(self) -> int:
        """Chips in operation by the end of the window."""
        return self.nodes * self.chips_per_node

    @property
    def chips_for_jobs(self) -> int:
        """Chips of the nodes that are no spares."""
        return (self.nodes - self.spares) * self.chips_per_node


def partitions(scenario: Scenario, plans: tuple[SitePlan, ...]) -> tuple[Partition, ...]:
    """One partition per site and machine, in scenario order, each followed by those of its enclaves.

    An enclave takes whole nodes, of the earliest phases first; of several, those that the scenario names first. What
    has no nodes in the window is left out: a machine whose phases all come after it, an enclave for which none are
    left, and the open part of a machine whose nodes are all in enclaves.

    Parameters
    ----------
    scenario : resolved scenario, for the simulated window, the chips per node and the enclaves
    plans : one per site of the scenario, in its order
    """
    found: list[Partition] = []
    for index, site in enumerate(plans):
        for name in dict.fromkeys(phase.machine for phase in site.phases):
            step_s, step_nodes = _steps(scenario, [phase for phase in site.phases if phase.machine == name])
            per_node = known(scenario.machine(name).chips_per_node)
            enclosed: list[tuple[str | None, NDArray[np.int64]]] = []
            for enclave in scenario.access.enclaves:
                if (enclave.site, enclave.machine) == (site.name, name):
                    own = np.diff(np.minimum(np.cumsum(step_nodes), -(-enclave.chips // per_node)), prepend=0)
                    step_nodes = step_nodes - own
                    enclosed.append((enclave.name, own))
            for enclosure, taken in [(None, step_nodes), *enclosed]:
                if taken.any():
                    nodes = int(taken.sum())
                    spares = min(nodes - 1, int(nodes * scenario.operations.failures.spare_share))
                    steps = step_s[taken > 0], taken[taken > 0]
                    found.append(Partition(index, name, nodes, per_node, *steps, spares, enclosure))
    return tuple(found)


def enclave_of(scenario: Scenario, partition: Partition) -> Enclave | None:
    """The enclave whose nodes a partition is; None of one that is open."""
    return next((one for one in scenario.access.enclaves if one.name == partition.enclave), None)


def admits(scenario: Scenario, partition: Partition, tenant: Tenant) -> bool:
    """Whether jobs of a tenant may run there: sensitive ones in enclaves that take them, all others outside of any."""
    if partition.enclave is None or tenant.sensitive is None:
        return partition.enclave is None and tenant.sensitive is None
    enclave = enclave_of(scenario, partition)
    return enclave is not None and tenant.sensitive in enclave.takes


def place_of(
    scenario: Scenario, partitions: Sequence[Partition], site: str, machine: str, tenant: Tenant
) -> int | None:
    """Index of the partition of a machine at a site that is for a tenant; the largest of several, None without any.

    Parameters
    ----------
    scenario : resolved, or checked as far as sites, tenants and enclaves go
    partitions : of all sites
    site, machine : their names
    tenant : who runs there
    """
    places = [
        place
        for place, partition in enumerate(partitions)
        if (scenario.sites[partition.site].name, partition.machine) == (site, machine)
        and admits(scenario, partition, tenant)
    ]
    return max(places, key=lambda place: partitions[place].chips_for_jobs, default=None)


def _steps(scenario: Scenario, phases: list[PhasePlan]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Seconds and nodes of each step inside the window; phases of the same second are one step."""
    nodes_by_second: dict[int, int] = {}
    for phase in phases:
        day = max(0, (phase.operational - scenario.simulation.start).days)
        if day < scenario.simulation.days:
            second = day * S_PER_DAY
            nodes_by_second[second] = nodes_by_second.get(second, 0) + phase.nodes
    seconds = sorted(nodes_by_second)
    return (
        np.array(seconds, dtype=np.int64),
        np.array([nodes_by_second[second] for second in seconds], dtype=np.int64),
    )
