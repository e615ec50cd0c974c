"""This module owns the sums over jobs that the energy account needs: what tenants did on nodes, what each job used."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

S_PER_HOUR = 3600
HELD, RUNS, WRITING, RECOVERING = 0, 1, 2, 3  # unit: rows of a total


@numba.njit(cache=True, nogil=True)
def tenant_chip_seconds(
    place: NDArray[np.int64],
    tenant: NDArray[np.int32],
    nodes: NDArray[np.int64],
    chips: NDArray[np.int64],
    training_run: NDArray[np.int32],
    held_s: NDArray[np.int64],
    lost_s: NDArray[np.int64],
    interruptions: NDArray[np.int64],
    written_share: NDArray[np.float64],
    restart_s: int,
    total: NDArray[np.float64],
) -> None:
    """Add up the chip-seconds of jobs by partition and tenant, and what they did in them.

    Parameters
    ----------
    place, tenant, nodes, chips, training_run : int[job], partition, tenant, size, and named training run or -1
    held_s, lost_s, interruptions : int64[job], time on nodes [s], of it lost [s], failures and preemptions
    written_share : float64[partition, nodes], share of its time that a job of so many nodes writes checkpoints
    restart_s : time of one restart [s]; those of a job take no more than it lost
    total : float64[4, partition, tenant], added to [chip-seconds]: held, of it on named runs, writing, recovering
    """
    for job in range(place.size):
        p, t = place[job], tenant[job]
        held = float(chips[job] * held_s[job])
        total[HELD, p, t] += held
        if training_run[job] >= 0:
            total[RUNS, p, t] += held
        total[WRITING, p, t] += held * written_share[p, nodes[job]]
        if interruptions[job] > 0:
            total[RECOVERING, p, t] += float(chips[job] * min(interruptions[job] * restart_s, lost_s[job]))


@numba.njit(cache=True, nogil=True)
def job_use(
    place: NDArray[np.int64],
    tenant: NDArray[np.int32],
    chips: NDArray[np.int64],
    start_s: NDArray[np.int64],
    end_s: NDArray[np.int64],
    held_s: NDArray[np.int64],
    mw_per_chip: NDArray[np.float64],
    site: NDArray[np.int64],
    rates: NDArray[np.float64],
    sums: NDArray[np.float64],
    used: NDArray[np.float64],
) -> None:
    """What each job used: its mean power times the rates of the hours from its start to its end.

    Parameters
    ----------
    place, tenant, chips : int[job], partition, tenant and size
    start_s, end_s, held_s : int64[job], first start (-1: none), last end and time on nodes [s]
    mw_per_chip : float64[partition, tenant], IT power of a chip at work [MW]
    site : int64[partition]
    rates : float64[site, hour + 1, quantity], per MWh of IT energy; the last hour stands for all that come after
    sums : float64[site, hour + 1, quantity], rates of the hours before each hour, added up
    used : float64[quantity, job], written; 0 for a job that never started
    """
    last = rates.shape[1] - 1
    for job in range(place.size):
        span_s = end_s[job] - start_s[job]
        if start_s[job] < 0 or span_s <= 0:
            used[:, job] = 0.0
            continue
        s = site[place[job]]
        mean_mw = chips[job] * mw_per_chip[place[job], tenant[job]] * (held_s[job] / span_s)
        first, final = min(start_s[job] // S_PER_HOUR, last), min(end_s[job] // S_PER_HOUR, last)
        begin_h, end_h = start_s[job] / S_PER_HOUR - first, end_s[job] / S_PER_HOUR - final
        for quantity in range(used.shape[0]):
            upto_start = sums[s, first, quantity] + rates[s, first, quantity] * begin_h
            upto_end = sums[s, final, quantity] + rates[s, final, quantity] * end_h
            used[quantity, job] = mean_mw * (upto_end - upto_start)
