"""This module owns the days to the first chip-hour: how long each step from application to first job makes wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.access.use import NEVER, ApplicationUse, decided
from gortyn.admission import ADMITTED
from gortyn.model import Scenario
from gortyn.model.access import CLASSES

if TYPE_CHECKING:
    from gortyn.admission import Admission

STAGES: Final = ("cut-off", "decision", "grant", "queue", "all")
"""Steps: submission to cut-off, that to the decision, that to the begin of the grant, the queue wait of the first of
its jobs to start; and their sum. When its holder sends that job, and has its data brought in, is no matter of access.
"""
TOLD: Final = (0.1, 0.5, 0.9)  # unit: percentiles that are told, as shares


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeWait:
    """How long one step took for the admitted applications of one class to one mode.

    Attributes
    ----------
    mode, tenant_class, stage : whose, and which step of `STAGES`
    applications : admitted applications that it is measured on
    wait_p10_s, wait_p50_s, wait_p90_s : percentiles [s]; nan where fewer had come to the step's end by the end of the
        window
    wait_mean_s : mean over those that had [s]; nan without any
    """

    mode: str
    tenant_class: str
    stage: str
    applications: int
    wait_p10_s: float
    wait_p50_s: float
    wait_p90_s: float
    wait_mean_s: float


class Waited(NamedTuple):
    """Percentiles [s] of a wait of which some are still going on, and the mean of those that are over."""

    quantiles_s: tuple[float, ...]
    mean_s: float


def waited(wait_s: NDArray[np.int64], over: NDArray[np.bool_], shares: tuple[float, ...] = TOLD) -> Waited:
    """Quantiles of a wait, some of which had not ended when they were last seen (Kaplan and Meier 1958), and its mean.

    To leave out those who still wait would make waits look shorter than they are. The estimator multiplies, wait by
    wait, the share of those still waiting that goes on waiting; with all waits over, quantiles are those of the sample
    (the smallest value that at least the share does not exceed).

    Parameters
    ----------
    wait_s : how long each has waited [s]
    over : whether that wait has come to its end
    shares : quantiles, 0 < share <= 1

    Returns
    -------
    A quantile is nan where fewer than that share are over. The mean is that of the waits that are over, and so somewhat
    low where many are not; nan where none is.

    >>> waited(np.array([10, 20, 30, 40]), np.array([True, True, True, True]), (0.5,))
    Waited(quantiles_s=(20.0,), mean_s=25.0)
    >>> waited(np.array([10, 20, 30, 40]), np.array([True, False, True, False]), (0.5, 0.9))
    Waited(quantiles_s=(30.0, nan), mean_s=20.0)
    """
    if not wait_s.size:
        return Waited((float("nan"),) * len(shares), float("nan"))
    # Of equal waits those that are over come first: who still waits has outlasted them.
    order = np.lexsort((~over, wait_s))
    ordered, ended = wait_s[order].astype(np.float64), over[order]
    waiting = np.arange(ordered.size, 0, -1)
    left_share = np.cumprod(np.where(ended, (waiting - 1) / waiting, 1.0))
    rounding = np.finfo(np.float64).eps * ordered.size
    found = []
    for share in shares:
        place = int(np.argmax(left_share <= 1 - share + rounding))
        found.append(float(ordered[place]) if left_share[place] <= 1 - share + rounding else float("nan"))
    return Waited(tuple(found), float(ordered[ended].mean()) if ended.any() else float("nan"))


def mode_waits(scenario: Scenario, admission: Admission, use: ApplicationUse, window_s: int) -> tuple[ModeWait, ...]:
    """Steps by mode and class, of the applications admitted within the window.

    A grant of which no job has started within the window counts as one that still waits: for as long as its first job
    has been in the queue by then, which is no time at all where its holder has sent none.

    Parameters
    ----------
    scenario : for the modes, and the classes of the tenants
    admission, use : applications and what became of them
    window_s : length of the window [s]
    """
    here = np.flatnonzero(decided(admission, window_s) & (admission.decisions.outcome == ADMITTED))
    classes = np.array([CLASSES.index(tenant.tenant_class) for tenant in scenario.tenants], np.int64)
    tenant_class = classes[admission.applications.tenant[here]]
    mode = admission.applications.mode[here]
    steps = _steps(admission, use, here)
    rows = []
    for m, t in sorted(set(zip(mode.tolist(), tenant_class.tolist(), strict=True))):
        own = (mode == m) & (tenant_class == t)
        for stage, (wait_s, over) in zip(STAGES, steps, strict=True):
            quantiles_s, mean_s = waited(wait_s[own], over[own])
            rows.append(
                ModeWait(
                    mode=scenario.access.modes[m].name,
                    tenant_class=CLASSES[t],
                    stage=stage,
                    applications=int(own.sum()),
                    wait_p10_s=quantiles_s[0],
                    wait_p50_s=quantiles_s[1],
                    wait_p90_s=quantiles_s[2],
                    wait_mean_s=mean_s,
                )
            )
    return tuple(rows)


def _steps(
    admission: Admission, use: ApplicationUse, here: NDArray[np.int64]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.bool_]], ...]:
    """How long each step took some applications, or has taken until now, and whether it is over; as of `STAGES`."""
    decisions = admission.decisions
    submit_s, cutoff_s = admission.applications.submit_s[here], decisions.cutoff_s[here]
    decided_s, begin_s = decisions.decided_s[here], decisions.begin_s[here]
    queue_s, started = use.queue_s[here], use.first_start_s[here] != NEVER
    done = np.ones(here.size, np.bool_)
    return (
        (cutoff_s - submit_s, done),
        (decided_s - cutoff_s, done),
        (begin_s - decided_s, done),
        (queue_s, started),
        (begin_s - submit_s + queue_s, started),
    )
