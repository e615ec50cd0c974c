"""This module owns the partition: the nodes of one machine at one site, as they become available to the scheduler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gortyn.machine.site_plan import PhasePlan, SitePlan
from gortyn.model import Scenario, known
from gortyn.model.conversions import S_PER_DAY


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """Nodes of one machine at one site during the simulated window.

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
    """

    site: int
    machine: str
    nodes: int
    chips_per_node: int
    step_s: NDArray[np.int64]
    step_nodes: NDArray[np.int64]
    spares: int = 0

    @property
    def chips(self) -> int:
        """Chips in operation by the end of the window."""
        return self.nodes * self.chips_per_node

    @property
    def chips_for_jobs(self) -> int:
        """Chips of the nodes that are no spares."""
        return (self.nodes - self.spares) * self.chips_per_node


def partitions(scenario: Scenario, plans: tuple[SitePlan, ...]) -> tuple[Partition, ...]:
    """One partition per site and machine, in scenario order; none where all phases come after the window.

    Parameters
    ----------
    scenario : resolved scenario, for the simulated window and the chips per node
    plans : one per site of the scenario, in its order
    """
    found: list[Partition] = []
    for index, site in enumerate(plans):
        for name in dict.fromkeys(phase.machine for phase in site.phases):
            step_s, step_nodes = _steps(scenario, [phase for phase in site.phases if phase.machine == name])
            if step_nodes.size:
                per_node = known(scenario.machine(name).chips_per_node)
                nodes = int(step_nodes.sum())
                spares = min(nodes - 1, int(nodes * scenario.operations.failures.spare_share))
                found.append(Partition(index, name, nodes, per_node, step_s, step_nodes, spares))
    return tuple(found)


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
