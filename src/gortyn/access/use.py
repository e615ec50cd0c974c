"""This module owns what became of grants: hours that their jobs used, hours that lapsed, the first of their jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.admission import OUTCOMES
from gortyn.model.conversions import S_PER_HOUR
from gortyn.workload.grants import used_before

if TYPE_CHECKING:
    from gortyn.admission import Admission
    from gortyn.kernels.types import Jobs
    from gortyn.model import Scenario
    from gortyn.operation import Log

NEVER: Final = -1
"""First start of a grant of which no job has started."""
NOBODY: Final = -1
"""Allocation of a job that draws on no grant."""


class ApplicationUse(NamedTuple):
    """What the jobs of each application did.

    Attributes
    ----------
    used_chip_hours : float64[application], chip-hours of its jobs within the window, without what was lost
    lapsed_chip_hours : float64[application], unused when the grant ended; nan without a grant, and for one that ended
        before the window or goes on beyond it
    first_start_s : int64[application], first start of one of its jobs within the window, -1 without one
    queue_s : int64[application], queue wait of the job that started first [s]; where none has, how long the first of
        those sent had waited when the window ended, 0 where none was sent
    """

    used_chip_hours: NDArray[np.float64]
    lapsed_chip_hours: NDArray[np.float64]
    first_start_s: NDArray[np.int64]
    queue_s: NDArray[np.int64]


NO_USE: Final = ApplicationUse(np.zeros(0), np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))
"""Of a scenario without applications."""


def job_chip_hours(jobs: Jobs, log: Log, window_s: int) -> NDArray[np.float64]:
    """Chip-hours that each job got within the window, without what it lost.

    Of a job that was interrupted, time on nodes is spread evenly from its first start to its last end.

    Parameters
    ----------
    jobs, log : of the same jobs
    window_s : length of the window [s]

    Returns
    -------
    float64[job] [chip-h], 0 for jobs that start after the window or never.
    """
    start_s = np.minimum(log.start_s, window_s)
    inside_s = (np.minimum(log.end_s, window_s) - start_s).astype(np.float64)
    # A job cut by the window has had as much of its useful time as of its span.
    inside_s *= log.held_s - log.lost_s
    inside_s /= np.maximum(log.end_s - log.start_s, 1)
    inside_s[log.start_s < 0] = 0.0
    inside_s *= jobs.chips
    inside_s /= S_PER_HOUR
    return inside_s


def application_use(
    scenario: Scenario, admission: Admission, jobs: Jobs, log: Log, chip_hours: NDArray[np.float64], window_s: int
) -> ApplicationUse:
    """Use of each application by the jobs that draw on it.

    Jobs are simulated within the window only. A grant of earlier begin has used before it what its jobs were drawn to
    use by then (`gortyn.workload.grants.used_before`).

    Parameters
    ----------
    scenario : of the applications
    admission : applications and grants
    jobs, log : of the same jobs; `jobs.allocation` points to the applications
    chip_hours : of each job, as of `job_chip_hours`
    window_s : length of the window [s]
    """
    decisions, count = admission.decisions, admission.applications.submit_s.size
    drawing = np.flatnonzero(jobs.allocation != NOBODY)
    of = jobs.allocation[drawing]
    used = np.bincount(of, chip_hours[drawing], count).astype(np.float64)
    first_s, queue_s = _first_jobs(drawing, jobs, log, count, window_s)
    lapsed = np.full(count, np.nan)
    granted = admission.granted_chip_hours
    ended = granted > 0
    ended[ended] = (decisions.end_s[ended] > 0) & (decisions.end_s[ended] <= window_s)
    lapsed[ended] = np.clip((granted - used - used_before(scenario, admission))[ended], 0, None)
    return ApplicationUse(used, lapsed, first_s, queue_s)


def _first_jobs(
    drawing: NDArray[np.int64], jobs: Jobs, log: Log, count: int, window_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Start and wait of the first job of each application to start within the window, as of `ApplicationUse`."""
    first_s, queue_s = np.full(count, NEVER), np.zeros(count, np.int64)
    ready_s = jobs.submit_s[drawing] + log.staged_s[drawing]
    of, start_s = jobs.allocation[drawing], log.start_s[drawing]
    # Written last to first, the first of each application stays; of equal starts the one that was sent first.
    sent = np.argsort(-ready_s, kind="stable")
    queue_s[of[sent]] = np.maximum(window_s - ready_s[sent], 0)
    begun = np.flatnonzero((start_s >= 0) & (start_s < window_s))[::-1]
    begun = begun[np.argsort(-start_s[begun], kind="stable")]
    first_s[of[begun]] = start_s[begun]
    queue_s[of[begun]] = start_s[begun] - ready_s[begun]
    return first_s, queue_s


def submitted(admission: Admission, window_s: int) -> NDArray[np.bool_]:
    """Applications submitted within the window, bool[application]."""
    submit_s = admission.applications.submit_s
    return (submit_s >= 0) & (submit_s < window_s)


def decided(admission: Admission, window_s: int) -> NDArray[np.bool_]:
    """Applications decided within the window, bool[application]."""
    decisions = admission.decisions
    inside = (decisions.decided_s >= 0) & (decisions.decided_s < window_s)
    return inside & (decisions.outcome != OUTCOMES.index("open"))
