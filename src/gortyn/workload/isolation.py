"""This module owns what it costs jobs to run in an enclave: longer run times, and nodes to clean after them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.machine import Partition, enclave_of
from gortyn.model import Scenario, known
from gortyn.model.conversions import S_PER_HOUR


class Isolation(NamedTuple):
    """What it costs a job to run in a partition.

    Attributes
    ----------
    stretch : run time there over that on open nodes, >= 1
    extra_s : time that a job holds its nodes beside its run time: its launch, and the cleaning after it [s]
    """

    stretch: float
    extra_s: int

    def free_limit_s(self, limit_s: int) -> int:
        """Longest run time on open nodes that does not become longer than a limit [s]."""
        return max(1, int(limit_s / self.stretch))

    def run_s(self, free_s: NDArray[np.int32], limit_s: int) -> NDArray[np.int32]:
        """Run times of jobs that would take `free_s` on open nodes, int32[job], in whole seconds.

        >>> Isolation(1.05, 0).run_s(np.array([100, 1000], np.int32), 1040).tolist()
        [105, 1040]
        """
        if self.stretch == 1:
            return free_s
        return np.minimum(np.rint(free_s * self.stretch), limit_s).astype(np.int32)


def isolation(scenario: Scenario, partition: Partition) -> Isolation:
    """What it costs a job to run in a partition of a resolved scenario.

    The scheduler adds `extra_s` to what it knows of a job, as it adds the launch; grants are charged for it.
    """
    launch_s = round(scenario.operations.launch_overhead_s)
    enclave = enclave_of(scenario, partition)
    if enclave is None:
        return Isolation(1.0, launch_s)
    return Isolation(1 + known(enclave.overhead_share), launch_s + round(enclave.clean_hours * S_PER_HOUR))
