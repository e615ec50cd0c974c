"""This module owns the noun trace: the jobs that a real cluster recorded, as columns of equal length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from gortyn.model.conversions import S_PER_HOUR

Counted = Literal["GPUs", "processors"]

UNKNOWN_S: Final = -1
"""Stands for an instant or a duration that the record does not say."""

TIMES: Final = ("submit_s", "start_s", "end_s", "run_s", "requested_s")
COUNTS: Final = ("nodes", "cpus")
TEXTS: Final = ("job_id", "user", "group", "job_type", "status")


@dataclass(frozen=True, slots=True)
class Trace:
    """Recorded jobs, sorted by (submit, place in the file).

    All arrays have shape (jobs,). Times are whole units of the file's own clock: seconds, unless the file counts in
    another unit (an SWF file in milliseconds stays in milliseconds).

    Attributes
    ----------
    job_id : identifiers, text, unique
    submit_s : submission [s]
    start_s : recorded start [s], -1 where unknown
    end_s : recorded end [s], -1 where unknown
    run_s : time that the job held its chips [s], >= 1
    requested_s : requested wall-clock time [s], >= run_s, -1 where unknown
    chips : GPUs or processors, > 0; shares of one GPU allowed
    nodes : nodes, 0 where unknown
    cpus : processor cores, 0 where unknown
    user, group, job_type, status : text, "" where unknown
    origin : ISO 8601 instant of second 0, "" where the file does not say it. Without an offset it is the local clock
        of the cluster.
    what : what `chips` counts
    zone : IANA name of the cluster's time zone, "" where the file does not say it

    Raises
    ------
    ValueError : columns of unequal length, or submissions out of order.
    """

    job_id: NDArray[np.object_]
    submit_s: NDArray[np.int64]
    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]
    run_s: NDArray[np.int64]
    requested_s: NDArray[np.int64]
    chips: NDArray[np.float64]
    nodes: NDArray[np.int64]
    cpus: NDArray[np.int64]
    user: NDArray[np.object_]
    group: NDArray[np.object_]
    job_type: NDArray[np.object_]
    status: NDArray[np.object_]
    origin: str = ""
    what: Counted = "GPUs"
    zone: str = ""

    def __post_init__(self) -> None:
        columns = (*TIMES, "chips", *COUNTS, *TEXTS)
        lengths = {name: len(getattr(self, name)) for name in columns}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"the columns of a trace are of equal length, not {lengths}")
        if np.any(np.diff(self.submit_s) < 0):
            raise ValueError("the jobs of a trace are sorted by submit_s")

    def __len__(self) -> int:
        return len(self.submit_s)

    def take(self, places: NDArray[Any]) -> Trace:
        """Return the jobs at the given places (indices in rising order, or a mask)."""
        columns = {name: getattr(self, name)[places] for name in (*TIMES, "chips", *COUNTS, *TEXTS)}
        return Trace(**columns, origin=self.origin, what=self.what, zone=self.zone)

    @property
    def wait_s(self) -> NDArray[np.int64]:
        """Recorded waits [s] of the jobs whose start is known."""
        known = self.start_s != UNKNOWN_S
        return self.start_s[known] - self.submit_s[known]

    @property
    def chip_hours(self) -> float:
        """Chip-hours that the jobs held."""
        return float(self.chips @ self.run_s) / S_PER_HOUR
