"""This module owns what the generator asks of a kind of job: its share, its batches, its mean and its draws."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gortyn.workload.arrivals import Batches

OUTCOMES: Final = ("completed", "cancelled", "failed")
"""How a job ends by itself, in the order of `Jobs.outcome`: cancelled and failed ones by the hand or fault of its
user, after the run time that they have."""


class Node(NamedTuple):
    """A node as jobs see it: its chips, and whether jobs of fewer share it or take it whole."""

    chips: int
    shared: bool = True


class Drawn(NamedTuple):
    """Jobs as drawn: chips and run time [s] as int32[job], index into `OUTCOMES` as int8[job]."""

    chips: NDArray[np.int32]
    run_s: NDArray[np.int32]
    outcome: NDArray[np.int8]


class Kind(Protocol):
    """One kind of job among those that a tenant sends."""

    @property
    def share(self) -> float:
        """Share of the tenant's jobs, 0 to 1."""
        ...

    @property
    def batches(self) -> Batches:
        """How many are sent together; jobs of a batch are of one size."""
        ...

    def mean_chip_seconds(self, most_chips: int, node: Node, limit_s: int) -> float:
        """Mean of chips times run time of what `draw` draws [s]."""
        ...

    def mean_chips(self, most_chips: int, node: Node) -> float:
        """Mean of the chips of what `draw` draws."""
        ...

    def draw(
        self,
        rng: np.random.Generator,
        batch: NDArray[np.int64],
        most_chips: NDArray[np.int64],
        node: Node,
        limit_s: int,
    ) -> Drawn:
        """Jobs of batches.

        Parameters
        ----------
        rng : source of the draws
        batch : int64[batch], jobs of each batch, >= 1
        most_chips : int64[batch], largest number of chips of its jobs, >= 1
        node : of the partition
        limit_s : longest run time [s], >= 1

        Returns
        -------
        Jobs in the order of their batches.
        """
        ...


def allocated(chips: NDArray[np.int64], node: Node) -> NDArray[np.int64]:
    """Chips that jobs take: what they ask for where they share a node, whole nodes otherwise.

    >>> allocated(np.array([1, 3, 4, 5]), Node(4)).tolist(), allocated(np.array([1, 5]), Node(4, shared=False)).tolist()
    ([1, 3, 4, 8], [4, 8])
    """
    whole = -(-chips // node.chips) * node.chips
    return np.where(chips < node.chips, chips, whole) if node.shared else whole
