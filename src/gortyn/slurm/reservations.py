"""This module owns reservations.sh: what is taken from a cluster ahead of time, as scontrol makes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from gortyn.machine import Partition, place_of
from gortyn.model import Scenario
from gortyn.model.conversions import S_PER_DAY
from gortyn.operation.windows import windows
from gortyn.slurm.clusters import SlurmCluster, SlurmPartition, node_range

HEAD: Final = """\
#!/bin/sh
# Reservations of {site} in the scenario '{name}': nodes set aside for a tenant, and nodes that stay idle under a limit
# on power. Run it where scontrol reaches the cluster; those that are there already, or over, are left alone.
set -eu
export LC_ALL=C

failed=0
reserve() {{  # name, first second, second after the last (of the epoch), partition, nodes, for whom
  if scontrol show reservation "$1" >/dev/null 2>&1; then return; fi
  now=$(date +%s)
  if [ "$3" -le "$now" ]; then return; fi
  begin=now
  if [ "$2" -gt "$now" ]; then begin=$(date -d "@$2" +%Y-%m-%dT%H:%M:%S); fi
  if ! scontrol create reservation ReservationName="$1" StartTime="$begin" \
    EndTime="$(date -d "@$3" +%Y-%m-%dT%H:%M:%S)" PartitionName="$4" Nodes="$5" $6; then
    printf '%s\\n' "$1: run this again when its nodes are in service" >&2; failed=1
  fi
}}
"""
# The jobs of the account find it by themselves, and run outside it too; what runs there now may go on to its end.
TENANT: Final = "Accounts={account} Flags=MAGNETIC,IGNORE_JOBS"
NOBODY: Final = "Users=root Flags=IGNORE_JOBS"


class _Taken(NamedTuple):
    begin_s: int
    end_s: int
    part: int
    node: int
    """Number of the first node."""
    beyond: int


def reservations_sh(scenario: Scenario, partitions: Sequence[Partition], cluster: SlurmCluster) -> str:
    """Text of reservations.sh of a cluster: the nodes of each are named, the lowest that no other one holds then."""
    taken: list[_Taken] = []
    lines = [HEAD.format(site=cluster.site, name=scenario.name)]
    for name, begin_s, end_s, part, count, tenant in (
        *_reservations(scenario, partitions, cluster),
        *_power(scenario, partitions, cluster),
    ):
        nodes = ",".join(_chosen(part, begin_s, end_s, count, taken))
        if nodes:
            whom = NOBODY if tenant is None else TENANT.format(account=tenant)
            lines.append(f"reserve {name} {begin_s} {end_s} {part.name} '{nodes}' '{whom}'")
    return "\n".join([*lines, "exit $failed", ""])


def _reservations(
    scenario: Scenario, partitions: Sequence[Partition], cluster: SlurmCluster
) -> Iterator[tuple[str, int, int, SlurmPartition, int, str]]:
    tenants = {tenant.name: tenant for tenant in scenario.tenants}
    by_index = {partition.index: partition for partition in cluster.partitions}
    for one in scenario.operations.reservations:
        place = place_of(scenario, partitions, one.site, one.machine, tenants[one.tenant])
        part = None if place is None else by_index.get(place)
        if part is not None:
            begin_s = _epoch_s(one.begin.isoformat())
            count = -(-one.chips // part.nodes[0].chips_per_node)
            yield one.name, begin_s, begin_s + int(one.days * S_PER_DAY), part, count, one.tenant


def _power(
    scenario: Scenario, partitions: Sequence[Partition], cluster: SlurmCluster
) -> Iterator[tuple[str, int, int, SlurmPartition, int, None]]:
    found = windows(scenario, partitions, scenario.simulation.days * S_PER_DAY)
    start_s = _epoch_s(scenario.simulation.start.isoformat())
    rows = zip(*(column.tolist() for column in found), strict=True)
    by_index = {partition.index: partition for partition in cluster.partitions}
    numbers = dict.fromkeys(by_index, 0)
    for begin_s, end_s, p, nodes, tenant in rows:
        if tenant < 0 and p in by_index:
            numbers[p] += 1
            yield f"power-{by_index[p].name}-{numbers[p]}", start_s + begin_s, start_s + end_s, by_index[p], nodes, None


def _chosen(part: SlurmPartition, begin_s: int, end_s: int, count: int, taken: list[_Taken]) -> Iterator[str]:
    """Ranges of the lowest nodes of a partition that are free in a window; notes them as taken."""
    busy = sorted(
        (one.node, one.beyond)
        for one in taken
        if one.part == part.index and one.begin_s < end_s and begin_s < one.end_s
    )
    first, digits, prefix = part.nodes[0].first, part.nodes[0].digits, part.nodes[0].prefix
    beyond = first + part.size
    for node, after in [*busy, (beyond, beyond)]:
        last = min(node, first + count)
        if last > first:
            yield node_range(prefix, first, last - 1, digits)
            taken.append(_Taken(begin_s, end_s, part.index, first, last))
            count -= last - first
        first = max(first, after)


def _epoch_s(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
