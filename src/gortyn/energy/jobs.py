"""This module owns what jobs and tenants draw, emit, evaporate and cost: each of their hours at that hour's rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.energy.power import throttle
from gortyn.model import Scenario, known
from gortyn.model.conversions import KW_PER_MW

if TYPE_CHECKING:
    from gortyn.energy.account import EnergyAccount
    from gortyn.kernels.types import Jobs
    from gortyn.machine import Partition
    from gortyn.operation import Log


class Use(NamedTuple):
    """What somebody's nodes used; idle nodes and the demand charge belong to nobody.

    Attributes
    ----------
    energy_mwh : facility energy, float64[tenant] or float64[job]
    cost_eur : of that energy, at the mean cost of each hour at its site
    carbon_t : location-based, life cycle
    water_m3 : evaporated
    """

    energy_mwh: NDArray[np.float64]
    cost_eur: NDArray[np.float64]
    carbon_t: NDArray[np.float64]
    water_m3: NDArray[np.float64]


class Hourly(NamedTuple):
    """What a site used in each hour beside its IT power; the rates of its jobs. All float64[site, hour]."""

    it_mw: NDArray[np.float64]
    facility_mw: NDArray[np.float64]
    cost_eur: NDArray[np.float64]
    carbon_t: NDArray[np.float64]
    water_m3: NDArray[np.float64]

    def rates(self) -> NDArray[np.float64]:
        """Each quantity of `Use` per MWh of IT energy, float64[quantity, site, hour]; 0 where nothing was on."""
        used = np.stack(self[1:])
        return np.divide(used, self.it_mw, out=np.zeros_like(used), where=self.it_mw > 0)

    def mean_rates(self) -> NDArray[np.float64]:
        """The same over the whole window, float64[quantity, site]."""
        used, it_mwh = np.stack(self[1:]).sum(axis=2), self.it_mw.sum(axis=1)
        return np.divide(used, it_mwh, out=np.zeros_like(used), where=it_mwh > 0)


def tenant_use(
    scenario: Scenario,
    partitions: tuple[Partition, ...],
    log: Log,
    active_share: NDArray[np.float64],
    hourly: Hourly,
) -> Use:
    """What the nodes at work for each tenant used over the window, float64[tenant] each.

    Parameters
    ----------
    scenario : resolved
    partitions : rows of the log
    log : chip-hours of tenants and speeds, hour by hour
    active_share : float64[partition, tenant], power of a node at work over its power at full load
    hourly : what the sites used
    """
    rates, throttled = hourly.rates(), throttle(scenario, log)
    total = np.zeros((len(Use._fields), len(scenario.tenants)))
    for index, partition in enumerate(partitions):
        machine = scenario.machine(partition.machine)
        idle, mw = known(machine.idle_power_share), known(machine.it_power_kw_per_chip) / KW_PER_MW
        here = rates[:, partition.site]
        chip_hours = log.tenant_chip_hours[index]
        above_idle = (active_share[index] - idle) * (here * throttled[index] @ chip_hours.T)
        total += mw * (idle * (here @ chip_hours.T) + above_idle)
    return Use(*total)


class JobRates(NamedTuple):
    """What job_use needs of an account, made once for all jobs.

    Attributes
    ----------
    mw_per_chip : float64[partition, tenant], IT power of a chip at work [MW]
    site : int64[partition]
    of_hour : float64[site, hour + 1, quantity], per MWh of IT energy; the last has the means of the window, for what
        comes after it
    to_hour : the same, summed over the hours before
    """

    mw_per_chip: NDArray[np.float64]
    site: NDArray[np.int64]
    of_hour: NDArray[np.float64]
    to_hour: NDArray[np.float64]


def job_rates(scenario: Scenario, partitions: tuple[Partition, ...], account: EnergyAccount) -> JobRates:
    """Rates of the hours of all sites, and their sums.

    Parameters
    ----------
    scenario : resolved
    partitions : where jobs ran
    account : of the same simulation
    """
    hourly = account.hourly
    rates = np.concatenate((hourly.rates(), hourly.mean_rates()[:, :, None]), axis=2)
    sums = np.zeros_like(rates)
    np.cumsum(rates[:, :, :-1], axis=2, out=sums[:, :, 1:])
    of_hour, to_hour = (np.ascontiguousarray(np.moveaxis(table, 0, 2)) for table in (rates, sums))
    kw = np.array([known(scenario.machine(partition.machine).it_power_kw_per_chip) for partition in partitions])
    mw_per_chip = account.active_share * (kw[:, None] / KW_PER_MW)
    return JobRates(mw_per_chip, np.array([partition.site for partition in partitions]), of_hour, to_hour)


def job_use(rates: JobRates, jobs: Jobs, log: Log, rows: slice = slice(None)) -> Use:
    """What jobs used, float64[job] each, in the order of `jobs`; zero for one that never started.

    A job draws the mean power of its tenant's jobs from its start to its end, less the part of that time that it spent
    off its nodes; every hour counts at the rates of that hour, hours after the window at the means of the window.
    Throttling is left out. The sums over hours are made once, and a job is the difference of two of them, so that ten
    million jobs take a second and no memory but the result.

    Parameters
    ----------
    rates : of the hours
    jobs, log : of the simulation
    rows : which of the jobs, for results in pieces
    """
    from gortyn.kernels.job_energy import job_use as kernel

    who = log.place[rows], jobs.tenant[rows], jobs.chips[rows]
    when = log.start_s[rows], log.end_s[rows], log.held_s[rows]
    used = np.empty((len(Use._fields), who[0].size))
    kernel(*who, *when, *rates, used)
    return Use(*used)
