"""This module owns the clusters: one for each site, its partitions with numbered nodes, and the switches above them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gortyn.machine import Partition, admits
from gortyn.model import Scenario, known

LEAST_DIGITS: Final = 4  # unit: digits of a node's number


@dataclass(frozen=True, slots=True)
class Nodes:
    """Consecutive nodes of one machine that come into service together."""

    prefix: str
    first: int
    last: int
    digits: int
    chips_per_node: int
    begin_s: int
    """Second after the start of the simulation at which they come into service."""

    @property
    def text(self) -> str:
        """The nodes as Slurm writes them."""
        return node_range(self.prefix, self.first, self.last, self.digits)


@dataclass(frozen=True, slots=True)
class SlurmPartition:
    """A partition of a cluster: a machine's open nodes, or those of an enclave."""

    name: str
    index: int
    """Place among the partitions of the scenario."""
    nodes: tuple[Nodes, ...]
    spares: int
    allowed: tuple[str, ...] | None
    """Tenants whose accounts may use it; None for all that are not denied."""
    denied: tuple[str, ...]
    """Tenants who may not, because their data are sensitive."""
    domain_nodes: int
    pod_nodes: int

    @property
    def size(self) -> int:
        """Nodes of the partition."""
        return sum(nodes.last - nodes.first + 1 for nodes in self.nodes)

    @property
    def text(self) -> str:
        """All nodes as Slurm writes them."""
        return ",".join(_joined(self.nodes))


@dataclass(frozen=True, slots=True)
class SlurmCluster:
    """A cluster: what one slurmctld looks after."""

    name: str
    site: str
    partitions: tuple[SlurmPartition, ...]

    @property
    def chips(self) -> int:
        """Chips of all its nodes."""
        return sum((n.last - n.first + 1) * n.chips_per_node for partition in self.partitions for n in partition.nodes)


def clusters(scenario: Scenario, partitions: Sequence[Partition], prefix: str = "") -> tuple[SlurmCluster, ...]:
    """One cluster for each site that has nodes in the simulated window.

    Parameters
    ----------
    scenario : resolved
    partitions : of all sites
    prefix : what the names of the clusters begin with
    """
    found: list[SlurmCluster] = []
    for index, site in enumerate(scenario.sites):
        own = [(p, partition) for p, partition in enumerate(partitions) if partition.site == index]
        if own:
            name = f"{prefix}{site.name.replace('-', '_')}"
            found.append(SlurmCluster(name, site.name, tuple(_partitions(scenario, own))))
    return tuple(found)


def _partitions(scenario: Scenario, own: list[tuple[int, Partition]]) -> Iterator[SlurmPartition]:
    total: dict[str, int] = {}
    for _, partition in own:
        total[partition.machine] = total.get(partition.machine, 0) + partition.nodes
    numbered = dict.fromkeys(total, 0)
    for index, partition in own:
        machine = scenario.machine(partition.machine)
        digits = max(LEAST_DIGITS, len(str(total[partition.machine])))
        nodes: list[Nodes] = []
        for second, count in zip(partition.step_s.tolist(), partition.step_nodes.tolist(), strict=True):
            first = numbered[partition.machine] + 1
            numbered[partition.machine] += count
            last = numbered[partition.machine]
            nodes.append(Nodes(f"{partition.machine}-", first, last, digits, partition.chips_per_node, second))
        admitted = [tenant.name for tenant in scenario.tenants if admits(scenario, partition, tenant)]
        others = tuple(tenant.name for tenant in scenario.tenants if tenant.name not in admitted)
        enclosed = partition.enclave is not None
        domain = max(1, known(machine.domain_chips) // partition.chips_per_node)
        yield SlurmPartition(
            name=partition.enclave or partition.machine,
            index=index,
            nodes=tuple(nodes),
            spares=partition.spares,
            allowed=tuple(admitted) if enclosed else None,
            denied=() if enclosed else others,
            domain_nodes=domain,
            pod_nodes=domain * max(1, machine.pod_chips // partition.chips_per_node // domain),
        )


def node_range(prefix: str, first: int, last: int, digits: int) -> str:
    """Consecutive nodes as Slurm writes them.

    >>> node_range("gb300-", 7, 12, 4), node_range("gb300-", 7, 7, 4)
    ('gb300-[0007-0012]', 'gb300-0007')
    """
    if first == last:
        return f"{prefix}{first:0{digits}}"
    return f"{prefix}[{first:0{digits}}-{last:0{digits}}]"


def _joined(nodes: Sequence[Nodes]) -> Iterator[str]:
    """Ranges of nodes with those that follow one another written as one."""
    begin = nodes[0]
    last = begin.last
    for one in nodes[1:]:
        if one.prefix != begin.prefix or one.first != last + 1:
            yield node_range(begin.prefix, begin.first, last, begin.digits)
            begin = one
        last = one.last
    yield node_range(begin.prefix, begin.first, last, begin.digits)


def topology(cluster: SlurmCluster) -> Iterator[str]:
    """Lines of topology.conf: scale-up domains below pods below the top of the site.

    Domains of a single node are left out, and so are pods where a partition has one only.
    """
    tops: list[str] = []
    for partition in cluster.partitions:
        first, beyond = partition.nodes[0].first, partition.nodes[-1].last + 1
        begin = partition.nodes[0]
        pods = math.ceil((beyond - first) / partition.pod_nodes)
        tops.append(partition.name if pods == 1 else f"{partition.name}-pod[1-{pods}]")
        domain = 0
        for pod in range(pods):
            pod_first = first + pod * partition.pod_nodes
            pod_beyond = min(beyond, pod_first + partition.pod_nodes)
            name = partition.name if pods == 1 else f"{partition.name}-pod{pod + 1}"
            if partition.domain_nodes == 1:
                nodes = node_range(begin.prefix, pod_first, pod_beyond - 1, begin.digits)
                yield f"SwitchName={name} Nodes={nodes}"
                continue
            before = domain
            for at in range(pod_first, pod_beyond, partition.domain_nodes):
                domain += 1
                last = min(pod_beyond, at + partition.domain_nodes) - 1
                nodes = node_range(begin.prefix, at, last, begin.digits)
                yield f"SwitchName={partition.name}-domain{domain} Nodes={nodes}"
            yield f"SwitchName={name} Switches={_numbers(f'{partition.name}-domain', before + 1, domain)}"
    yield f"SwitchName=top Switches={','.join(tops)}"


def _numbers(prefix: str, first: int, last: int) -> str:
    return f"{prefix}{first}" if first == last else f"{prefix}[{first}-{last}]"
