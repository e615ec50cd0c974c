"""This module owns the arrays that stages hand to one another and to the kernels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Jobs(NamedTuple):
    """Jobs of all partitions, one array element a job, sorted by (submit_s, position).

    Attributes
    ----------
    submit_s : int64[job], submission [s after the start of the simulation], >= 0
    run_s : int64[job], run time if nothing stops the job [s], >= 1
    requested_s : int64[job], requested walltime [s], >= 1; a job that runs longer is stopped at it
    nodes : int64[job], nodes that the job takes, >= 1
    chips : int64[job], chips of those nodes; fewer than one node has, with `nodes` 1, for a job that shares its node
    tenant : int32[job], index of the tenant in the scenario
    partition : int32[job], index of the partition
    training_run : int32[job], index of the named training run in the scenario, -1 for all other jobs
    outcome : int8[job], how the job ends by itself: 0 completed, 1 cancelled, 2 failed by its user's fault; the run
        time is what it ran until then
    allocation : int32[job], index of the application whose grant the job draws on, -1 for jobs without a grant
    """

    submit_s: NDArray[np.int64]
    run_s: NDArray[np.int64]
    requested_s: NDArray[np.int64]
    nodes: NDArray[np.int64]
    chips: NDArray[np.int64]
    tenant: NDArray[np.int32]
    partition: NDArray[np.int32]
    training_run: NDArray[np.int32]
    outcome: NDArray[np.int8]
    allocation: NDArray[np.int32]


class Queue(NamedTuple):
    """Jobs of one partition as its scheduler sees them, sorted by (submit_s, position).

    All arrays are int64[job], C-contiguous and writable: another layout would make numba compile anew.

    Attributes
    ----------
    submit_s : submission [s]
    run_s : time that the job holds its nodes [s], >= 1
    estimate_s : run time that backfill believes [s], >= run_s
    nodes : nodes that the job takes, >= 1
    """

    submit_s: NDArray[np.int64]
    run_s: NDArray[np.int64]
    estimate_s: NDArray[np.int64]
    nodes: NDArray[np.int64]
