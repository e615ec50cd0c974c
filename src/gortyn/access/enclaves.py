"""This module owns what enclaves do: their jobs, what isolation takes of the chip-hours, what stands idle behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.access.waits import queue_wait_s
from gortyn.machine import enclave_of
from gortyn.model import Enclave, Scenario, known
from gortyn.model.conversions import S_PER_HOUR

if TYPE_CHECKING:
    from gortyn.kernels.types import Jobs
    from gortyn.machine import Partition
    from gortyn.operation import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class EnclaveUse:
    """An enclave and its use.

    Attributes
    ----------
    enclave, site, machine : name and place
    chips : chips set apart by the end of the window, whole nodes
    takes : kinds of sensitive data, apart by commas
    tenants : tenants whose jobs it takes, apart by commas
    jobs : jobs submitted to it within the window
    chip_hours : chip-hours of its jobs within the window, overhead and what was lost included
    overhead_chip_hours : part of these that isolation takes: longer run times, and wiping
    idle_chip_hours : chip-hours that its nodes stood idle
    idle_wanted_chip_hours : part of these that jobs waiting for the open nodes of the same machine at the site could
        have taken: idle or waited for, whichever is less, hour by hour
    utilisation_share : `chip_hours` over what its nodes could give; nan where they never operate
    staging_p50_s : median time to bring the data of a job in, from its submission [s]; no part of its wait; nan without
        jobs
    wait_p50_s, wait_p90_s : queue wait over jobs that started, as of `gortyn.access.queue_wait_s` [s]; nan without
    """

    enclave: str
    site: str
    machine: str
    chips: int
    takes: str
    tenants: str
    jobs: int
    chip_hours: float
    overhead_chip_hours: float
    idle_chip_hours: float
    idle_wanted_chip_hours: float
    utilisation_share: float
    staging_p50_s: float
    wait_p50_s: float
    wait_p90_s: float


def isolation_share(enclave: Enclave, held_s: NDArray[np.int64], launch_s: float = 0.0) -> NDArray[np.float64]:
    """Part of the time of each job on its nodes that isolation takes: its run is longer, and the nodes are wiped.

    Time on nodes is ``launch + run (1 + overhead) + clean``, of which ``run overhead + clean`` is isolation.

    Parameters
    ----------
    enclave : for overhead and time to wipe
    held_s : time on nodes [s]; of a job stopped within the time to wipe, all of it is isolation
    launch_s : time that every job needs before its work begins [s]

    >>> enclave = Enclave(name="e", site="s", machine="m", chips=8, overhead_share=0.25, clean_hours=0.5)
    >>> isolation_share(enclave, np.array([6300, 900])).round(3).tolist()  # the first runs an hour without
    [0.429, 1.0]
    """
    rest_s = np.maximum(held_s - enclave.clean_hours * S_PER_HOUR, 0)
    launched_s = np.minimum(rest_s, launch_s)
    run_s = launched_s + (rest_s - launched_s) / (1 + known(enclave.overhead_share))
    return np.divide(held_s - run_s, held_s, out=np.zeros(held_s.size), where=held_s > 0)


def overhead_shares(scenario: Scenario, partitions: Sequence[Partition], jobs: Jobs, log: Log) -> NDArray[np.float64]:
    """Part of the chip-hours of each partition that isolation takes, float64[partition]; 0 of open ones.

    Parameters
    ----------
    scenario : for the enclaves
    partitions : rows of the log's hourly arrays
    jobs, log : of the same jobs
    """
    shares = np.zeros(len(partitions))
    launch_s = scenario.operations.launch_overhead_s
    for place, partition in enumerate(partitions):
        enclave = enclave_of(scenario, partition)
        if enclave is None:
            continue
        own = np.flatnonzero((log.place == place) & (log.start_s >= 0))
        held = log.held_s[own] * jobs.chips[own].astype(np.float64)
        if held.sum():
            shares[place] = np.average(isolation_share(enclave, log.held_s[own], launch_s), weights=held)
    return shares


def enclave_uses(scenario: Scenario, partitions: Sequence[Partition], jobs: Jobs, log: Log) -> tuple[EnclaveUse, ...]:
    """Use of every enclave that operates within the window, in the order of the scenario.

    Parameters
    ----------
    scenario : for the enclaves and tenants
    partitions : rows of the log's hourly arrays
    jobs, log : of the same jobs
    """
    places = {partition.enclave: place for place, partition in enumerate(partitions) if partition.enclave is not None}
    shares = overhead_shares(scenario, partitions, jobs, log)
    return tuple(
        _use(scenario, enclave, places[enclave.name], partitions, jobs, log, float(shares[places[enclave.name]]))
        for enclave in scenario.access.enclaves
        if enclave.name in places
    )


def _use(
    scenario: Scenario,
    enclave: Enclave,
    place: int,
    partitions: Sequence[Partition],
    jobs: Jobs,
    log: Log,
    overhead_share: float,
) -> EnclaveUse:
    partition = partitions[place]
    sent = np.flatnonzero(jobs.partition == place)
    own = sent[log.start_s[sent] >= 0]
    wait_s = queue_wait_s(jobs, log, own)
    used, capacity = float(log.busy_chips[place].sum()), float(log.capacity_chips[place].sum())
    idle = np.maximum(log.capacity_chips[place] - log.busy_chips[place] - log.down_chips[place], 0)
    open_places = [
        index
        for index, one in enumerate(partitions)
        if (one.site, one.machine, one.enclave) == (partition.site, partition.machine, None)
    ]
    wanted = np.minimum(idle, log.queued_chips[open_places].sum(axis=0))
    return EnclaveUse(
        enclave=enclave.name,
        site=enclave.site,
        machine=enclave.machine,
        chips=partition.chips,
        takes=", ".join(enclave.takes),
        tenants=", ".join(tenant.name for tenant in scenario.tenants if tenant.sensitive in enclave.takes),
        jobs=sent.size,
        chip_hours=used,
        overhead_chip_hours=used * overhead_share,
        idle_chip_hours=float(log.idle_chip_hours[place]),
        idle_wanted_chip_hours=float(wanted.sum()),
        utilisation_share=used / capacity if capacity else float("nan"),
        staging_p50_s=_quantile(log.staged_s[sent], 1, 2),
        wait_p50_s=_quantile(wait_s, 1, 2),
        wait_p90_s=_quantile(wait_s, 9, 10),  # unit: the ninth of ten parts
    )


def _quantile(values_s: NDArray[np.int64], part: int, of: int) -> float:
    return float(np.quantile(values_s, part / of)) if values_s.size else float("nan")
