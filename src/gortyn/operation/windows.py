"""This module owns what is taken from partitions ahead of time: reservations, and limits that hold or throttle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels.cluster_types import ALWAYS_PM, Windows
from gortyn.machine import Partition, place_of
from gortyn.model import PowerLimit, Scenario, known
from gortyn.model.conversions import HOURS_PER_DAY, S_PER_DAY, S_PER_HOUR

KW_PER_MW: Final = 1e3
NOBODY: Final = -1


class _Window(NamedTuple):
    begin_s: int
    end_s: int
    part: int
    nodes: int
    tenant: int


def windows(scenario: Scenario, partitions: Sequence[Partition], window_s: int) -> Windows:
    """Reservations and, where the policy is to hold jobs back, power limits, as nodes that are withheld.

    Under a limit that stays busy nodes may draw their active power and all others the power of idle ones; what may not
    be busy is withheld. A site's limit is divided over its partitions in proportion to their full power. Windows
    outside the simulated one are left out, those across its edges cut.

    Parameters
    ----------
    scenario : resolved
    partitions : of all sites
    window_s : length of the simulated window [s]
    """
    found = list(_reservations(scenario, partitions))
    if scenario.operations.power_policy == "hold":
        found += _power_windows(scenario, partitions)
    cut = [w._replace(begin_s=max(0, w.begin_s), end_s=min(window_s, w.end_s)) for w in found if w.nodes > 0]
    rows = sorted((w for w in cut if w.begin_s < w.end_s), key=lambda w: w.begin_s)
    columns = np.array(rows, np.int64).reshape(len(rows), len(_Window._fields)).T
    begin_s, end_s, part, nodes, tenant = columns
    return Windows(
        begin_s.astype(np.int32),
        end_s.astype(np.int32),
        part.astype(np.int16),
        nodes.astype(np.int32),
        tenant.astype(np.int16),
    )


def speeds_pm(scenario: Scenario, partitions: Sequence[Partition], hours: int) -> NDArray[np.int16]:
    """Speed of the jobs of every partition and hour under power limits that throttle [per mille].

    Power above idle grows with speed to the power `throttle_exponent`, and every node is held to its part of the limit,
    as if all were busy. A limit below idle power stops nothing: jobs crawl at the least speed of one per mille.

    Returns
    -------
    int16[partition, hour], 1 to 1000; shape (partition, 0) where nothing is throttled.
    """
    operations = scenario.operations
    if operations.power_policy != "throttle" or not operations.power_limits:
        return np.zeros((len(partitions), 0), np.int16)
    speeds = np.full((len(partitions), hours), ALWAYS_PM, np.int16)
    for limit, p, per_node in _limits(scenario, partitions):
        idle, active = _power_shares(scenario, partitions[p])
        dynamic = min(1.0, max(0.0, (per_node - idle) / (active - idle))) if active > idle else 1.0
        speed = max(1, int(ALWAYS_PM * dynamic ** (1 / operations.throttle_exponent)))
        for begin_s, end_s in _spans(scenario, limit):
            span = slice(max(0, begin_s // S_PER_HOUR), max(0, -(-end_s // S_PER_HOUR)))
            speeds[p, span] = np.minimum(speeds[p, span], speed)
    return speeds


def _reservations(scenario: Scenario, partitions: Sequence[Partition]) -> Iterator[_Window]:
    """Nodes that are kept for a tenant, where its jobs run: of the enclave if its data are sensitive."""
    tenants = [tenant.name for tenant in scenario.tenants]
    for reservation in scenario.operations.reservations:
        tenant = tenants.index(reservation.tenant)
        owner = scenario.tenants[tenant]
        p = place_of(scenario, partitions, reservation.site, reservation.machine, owner)
        if p is not None:
            begin_s = (reservation.begin - scenario.simulation.start).days * S_PER_DAY
            nodes = -(-reservation.chips // partitions[p].chips_per_node)
            end_s = begin_s + int(reservation.days * S_PER_DAY)
            yield _Window(begin_s, end_s, p, nodes, tenant)


def _power_windows(scenario: Scenario, partitions: Sequence[Partition]) -> Iterator[_Window]:
    for limit, p, per_node in _limits(scenario, partitions):
        idle, active = _power_shares(scenario, partitions[p])
        busy = (per_node - idle) / (active - idle) if active > idle else 1.0
        nodes = partitions[p].nodes
        withheld = nodes - min(nodes, max(0, int(nodes * busy)))
        for begin_s, end_s in _spans(scenario, limit):
            yield _Window(begin_s, end_s, p, withheld, NOBODY)


def _limits(scenario: Scenario, partitions: Sequence[Partition]) -> Iterator[tuple[PowerLimit, int, float]]:
    """Every limit with each partition of its site, and what a node may then draw, as a share of its full power."""
    full_mw = (
        np.array([p.chips * known(scenario.machine(p.machine).it_power_kw_per_chip) for p in partitions]) / KW_PER_MW
    )
    places = np.array([partition.site for partition in partitions])
    for limit in scenario.operations.power_limits:
        index = next(i for i, site in enumerate(scenario.sites) if site.name == limit.site)
        for p in np.flatnonzero(places == index).tolist():
            yield limit, p, limit.limit_mw / float(full_mw[places == index].sum())


def _power_shares(scenario: Scenario, partition: Partition) -> tuple[float, float]:
    machine = scenario.machine(partition.machine)
    return known(machine.idle_power_share), known(machine.active_power_share)


def _spans(scenario: Scenario, limit: PowerLimit) -> Iterator[tuple[int, int]]:
    """Seconds in which a limit applies: all its days in one, or some hours of each day."""
    begin_s = (limit.begin - scenario.simulation.start).days * S_PER_DAY
    end_s = begin_s + int(limit.days * S_PER_DAY)
    if (limit.from_hour, limit.to_hour) == (0, HOURS_PER_DAY):
        yield begin_s, end_s
        return
    for day_s in range(begin_s, end_s, S_PER_DAY):
        yield day_s + limit.from_hour * S_PER_HOUR, min(end_s, day_s + limit.to_hour * S_PER_HOUR)
