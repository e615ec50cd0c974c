"""This module owns how drawn jobs become the arrays of all jobs, in order and in little memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels.types import Jobs

COLUMNS: Final = ("submit_s", "run_s", "requested_s", "chips", "outcome")
LABELS: Final = ("tenant", "partition", "training_run", "chips_per_node")


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Jobs of one tenant on one partition, as narrow as they can be; `training_run` is -1 for all but named runs."""

    tenant: int
    partition: int
    chips_per_node: int
    submit_s: NDArray[np.int32]
    run_s: NDArray[np.int32]
    requested_s: NDArray[np.int32]
    chips: NDArray[np.int32]
    outcome: NDArray[np.int8]
    training_run: int = -1


class Pile:
    """Jobs as they are drawn, chunk upon chunk, in columns that are large enough from the start.

    Few large arrays and not many small ones, because those leave holes in memory that is never given back; what is not
    filled takes none.

    Parameters
    ----------
    jobs : how many to expect
    """

    def __init__(self, jobs: int) -> None:
        self._labels: dict[str, list[int]] = {name: [] for name in LABELS}
        self._sizes: list[int] = []
        dtypes = {name: np.int8 if name == "outcome" else np.int32 for name in COLUMNS}
        self._columns: dict[str, NDArray[Any]] = {name: np.empty(2 * jobs + 1, dtypes[name]) for name in COLUMNS}

    def add(self, chunk: Chunk) -> None:
        """Lay a chunk on top."""
        begin, size = sum(self._sizes), chunk.submit_s.size
        for name in COLUMNS:
            if begin + size > self._columns[name].size:
                self._columns[name] = np.resize(self._columns[name], 2 * (begin + size))
            self._columns[name][begin : begin + size] = getattr(chunk, name)
        for name, labels in self._labels.items():
            labels.append(getattr(chunk, name))
        self._sizes.append(size)

    def jobs(self) -> Jobs:
        """All jobs in order of submission; those of the same second in order of the chunks and within them.

        The pile is empty afterwards: each column goes as it is taken.
        """
        order, submit_s = self._order()
        chips = self._take("chips")
        nodes = -(-chips // self._label("chips_per_node"))
        return Jobs(
            submit_s=submit_s,
            run_s=self._take("run_s")[order].astype(np.int64),
            requested_s=self._take("requested_s")[order].astype(np.int64),
            nodes=nodes[order].astype(np.int64),
            chips=chips[order].astype(np.int64),
            tenant=self._label("tenant")[order],
            partition=self._label("partition")[order],
            training_run=self._label("training_run")[order],
            outcome=self._take("outcome")[order],
            allocation=np.full(order.size, -1, np.int32),
        )

    def _order(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the jobs in order of submission, and the submissions in that order.

        Second and place go into one integer: sorting those is faster than a stable sort of the seconds alone.
        """
        key = self._take("submit_s").astype(np.int64)
        bits = key.size.bit_length()
        key <<= bits
        key |= np.arange(key.size)
        key.sort()
        submit_s = key >> bits
        key &= (1 << bits) - 1
        return key, submit_s

    def _take(self, name: str) -> NDArray[Any]:
        return self._columns.pop(name)[: sum(self._sizes)]

    def _label(self, name: str) -> NDArray[np.int32]:
        return np.repeat(np.array(self._labels[name], np.int32), self._sizes)
