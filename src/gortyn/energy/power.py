"""This module owns the IT power of nodes that run jobs and of nodes that wait for some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.model import Scenario, known
from gortyn.model.conversions import KW_PER_MW

if TYPE_CHECKING:
    from gortyn.machine import Partition
    from gortyn.operation import Log


def partition_it_mw(
    scenario: Scenario, partitions: tuple[Partition, ...], log: Log, active_share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """IT power of every partition and hour [MW], float64[partition, hour].

    Idle nodes draw one share of full power, busy ones another: the affine form ``idle + u (active - idle)`` in the busy
    share `u` is the usual one for servers (Fan, Weber, Barroso 2007, "Power provisioning for a warehouse-sized
    computer", section 4). Failed nodes draw nothing. Under a power limit that throttles, the power of busy nodes above
    idle falls with their speed to the power `throttle_exponent`.

    Parameters
    ----------
    scenario : resolved
    partitions : rows of the log
    log : chip-hours of tenants, failed and installed chips and their speed, hour by hour
    active_share : float64[partition, tenant], power of a node at work over its power at full load

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    power_mw = np.empty_like(log.busy_chips)
    throttled = throttle(scenario, log)
    for index, partition in enumerate(partitions):
        machine = scenario.machine(partition.machine)
        idle = known(machine.idle_power_share)
        above_idle = ((active_share[index] - idle) @ log.tenant_chip_hours[index]) * throttled[index]
        on = log.capacity_chips[index] - log.down_chips[index]
        power_mw[index] = (idle * on + above_idle) * (known(machine.it_power_kw_per_chip) / KW_PER_MW)
    return power_mw


def full_it_mw(scenario: Scenario, partitions: tuple[Partition, ...], log: Log) -> NDArray[np.float64]:
    """IT power that the nodes in service would draw at full load [MW], float64[partition, hour]."""
    kw = np.array([known(scenario.machine(partition.machine).it_power_kw_per_chip) for partition in partitions])
    return (log.capacity_chips - log.down_chips) * (kw[:, None] / KW_PER_MW)


def throttle(scenario: Scenario, log: Log) -> NDArray[np.float64]:
    """Power above idle of throttled nodes over that at full speed, float64[partition, hour]."""
    slowed = (log.speed < 1).any()
    return log.speed**scenario.operations.throttle_exponent if slowed else np.ones_like(log.speed)
