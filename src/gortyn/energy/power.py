"""This module owns the IT power of nodes that run jobs and of nodes that wait for some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.model import Scenario, known

if TYPE_CHECKING:
    from gortyn.machine import Partition
    from gortyn.operation import Log

KW_PER_MW: Final = 1e3


def it_power_mw(
    busy_chips: NDArray[np.float64],
    idle_chips: NDArray[np.float64],
    kw_per_chip: float,
    idle_share: float,
    active_share: float | NDArray[np.float64],
) -> NDArray[np.float64]:
    """IT power of one kind of machine: idle nodes draw one share of full power, busy nodes another.

    The affine form ``idle + u (active - idle)`` in the busy share `u` is the usual one for servers (Fan, Weber,
    Barroso 2007, "Power provisioning for a warehouse-sized computer", section 4).

    Parameters
    ----------
    busy_chips : chips of nodes that run jobs, mean over each hour, any shape
    idle_chips : chips of nodes that are on and run none, same shape
    kw_per_chip : IT power per chip at full load with its share of host and network [kW]
    idle_share, active_share : power of an idle and of a busy node over power at full load, in [0, 1]

    Returns
    -------
    Power [MW], same shape.

    >>> it_power_mw(np.array([0.0, 500.0]), np.array([1000.0, 500.0]), 2.0, 0.25, 0.75).tolist()
    [0.5, 1.0]
    """
    return (active_share * busy_chips + idle_share * idle_chips) * (kw_per_chip / KW_PER_MW)


def site_it_mw(scenario: Scenario, partitions: tuple[Partition, ...], log: Log) -> NDArray[np.float64]:
    """IT power of every site and hour, summed over its partitions [MW], float64[site, hour].

    Failed nodes draw nothing. Under a power limit that throttles, the power of busy nodes above idle falls with their
    speed to the power `throttle_exponent`.

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    power_mw = np.zeros((len(scenario.sites), log.busy_chips.shape[1]))
    for index, partition in enumerate(partitions):
        machine = scenario.machine(partition.machine)
        idle, active = known(machine.idle_power_share), known(machine.active_power_share)
        throttled = log.speed[index] ** scenario.operations.throttle_exponent
        power_mw[partition.site] += it_power_mw(
            log.busy_chips[index],
            log.capacity_chips[index] - log.busy_chips[index] - log.down_chips[index],
            known(machine.it_power_kw_per_chip),
            idle,
            idle + (active - idle) * throttled,
        )
    return power_mw


def facility_mw_per_busy_chip(
    scenario: Scenario, partitions: tuple[Partition, ...], pue: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Facility power of a chip whose node runs a job at full speed [MW], float64[partition].

    Parameters
    ----------
    scenario : resolved scenario
    partitions : whose chips
    pue : facility power over IT power, float64[site]
    """
    machines = [scenario.machine(partition.machine) for partition in partitions]
    it_kw = [known(m.it_power_kw_per_chip) * known(m.active_power_share) for m in machines]
    return np.array(it_kw) / KW_PER_MW * pue[[partition.site for partition in partitions]]
