"""This module owns what a simulated load says of queues: waits by tenant and size, and by quality of service.

Sizes are taken together in factors of two. A tenant that sends few jobs of a size says little of it; then all jobs of
the same quality of service speak, and where there are too few of those too, the nearest size that has enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gortyn.access.use import decided
from gortyn.access.waits import quantiles
from gortyn.admission.calendar import granted_days, has_cutoffs
from gortyn.admission.types import ADMITTED
from gortyn.model import Scenario
from gortyn.model.access import Mode
from gortyn.model.conversions import S_PER_DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gortyn.admission import Admission
    from gortyn.kernels.types import Jobs
    from gortyn.machine import Partition
    from gortyn.operation import Log

ENOUGH_JOBS: Final = 30  # source: the wait that one in ten exceeds then rests on three jobs that exceed it
QUANTILES: Final = (10, 50, 90)  # unit: percent, what advice shows of a distribution
NONE: Final = np.zeros(101)  # unit: quantiles from 0 to 100 percent
TENANT, LEVEL = "tenant", "level"


class Group(NamedTuple):
    """Waits of jobs that are alike.

    Attributes
    ----------
    kind : tenant, or level for all jobs of a quality of service
    name : of the tenant or the quality of service
    enclave : whether the jobs ran in enclaves
    octave : the jobs have at least 2**octave chips and less than twice as many
    jobs : jobs that started
    wait_s : wait that 0, 1, ..., 100 % of them do not exceed [s]
    """

    kind: str
    name: str
    enclave: bool
    octave: int
    jobs: int
    wait_s: tuple[float, ...]


class Odds(NamedTuple):
    """What became of the applications of a class to a mode that were decided in the simulated window.

    Attributes
    ----------
    mode, tenant_class : whose they are
    decided, admitted : how many
    pool_p10_days, pool_p50_days, pool_p90_days : how long those admitted waited, once processed, until the mode had the
        hours; 0 at cut-offs, which admit at once or not at all
    """

    mode: str
    tenant_class: str
    decided: int
    admitted: int
    pool_p10_days: float = 0.0
    pool_p50_days: float = 0.0
    pool_p90_days: float = 0.0


@dataclass(frozen=True, slots=True)
class ReferenceLoad:
    """What a scenario's simulated load says of waits.

    Attributes
    ----------
    scenario : its name
    start, days : simulated window
    jobs : jobs that started in it
    groups : their waits
    odds : what became of applications
    """

    scenario: str
    start: date
    days: int
    jobs: int
    groups: tuple[Group, ...]
    odds: tuple[Odds, ...] = ()

    @classmethod
    def empty(cls, scenario: Scenario) -> ReferenceLoad:
        """Of a scenario that nobody can apply to, and whose queue says nothing to anybody."""
        return cls(scenario.name, scenario.simulation.start, scenario.simulation.days, 0, ())

    def wait(self, chips: int, tenants: Sequence[str], level: str, *, enclave: bool) -> QueueWait | None:
        """Wait of a job, by those of the tenants in their order, else by those of its quality of service.

        Parameters
        ----------
        chips : of the job, > 0
        tenants : names of the tenants that are like whoever sends it, the likest first
        level : quality of service
        enclave : whether the job runs in an enclave

        Returns
        -------
        None where the load has too few jobs that are comparable.
        """
        octave = chips.bit_length() - 1
        names = [(TENANT, name) for name in tenants] + [(LEVEL, level)]
        alike = {
            (one.kind, one.name, one.octave): one
            for one in self.groups
            if one.enclave == enclave and one.jobs >= ENOUGH_JOBS
        }
        for distance in _nearest_first(octave, alike):
            for kind, name in names:
                found = alike.get((kind, name, octave + distance))
                if found is not None:
                    return _queue_wait(found)
        return None

    def odds_of(self, mode: str, tenant_class: str) -> Odds | None:
        """What became of applications of a class to a mode; None where none was decided."""
        return next((one for one in self.odds if (one.mode, one.tenant_class) == (mode, tenant_class)), None)


class QueueWait(NamedTuple):
    """Wait of a job in the queue, and the jobs that it is known from.

    Attributes
    ----------
    p10_s, p50_s, p90_s, mean_s : over those jobs [s]
    jobs : how many they are
    basis : which they are, in words
    """

    p10_s: float
    p50_s: float
    p90_s: float
    mean_s: float
    jobs: int
    basis: str


def measure(
    scenario: Scenario, partitions: tuple[Partition, ...], jobs: Jobs, log: Log, admission: Admission | None = None
) -> ReferenceLoad:
    """Waits of the jobs of a simulation that started, from when they joined the queue to the first start.

    What a job waits for before it joins, its data or cheaper hours, is no wait in the queue.

    Parameters
    ----------
    scenario : that was simulated
    partitions : rows of the log
    jobs, log : of the simulation
    admission : applications and what was decided, for the odds
    """
    started = np.flatnonzero(log.start_s >= 0)
    wait_s = log.start_s[started] - log.eligible_s[started]
    octave = np.frexp(jobs.chips[started].astype(np.float64))[1] - 1
    tenant, in_enclave = jobs.tenant[started], np.zeros(started.size, np.bool_)
    if any(one.enclave for one in partitions):
        in_enclave = np.array([one.enclave is not None for one in partitions])[log.place[started]]
    levels: list[str] = sorted({one.qos for one in scenario.tenants})
    level_of = np.array([levels.index(one.qos) for one in scenario.tenants])
    names = [one.name for one in scenario.tenants]
    groups = [
        *_groups(TENANT, names, tenant, in_enclave, octave, wait_s),
        *_groups(LEVEL, levels, level_of[tenant], in_enclave, octave, wait_s),
    ]
    window = scenario.simulation
    odds = tuple(_odds(scenario, admission)) if admission is not None else ()
    return ReferenceLoad(scenario.name, window.start, window.days, int(started.size), tuple(groups), odds)


def _groups(
    kind: str,
    names: list[str],
    member: NDArray[np.integer],
    in_enclave: NDArray[np.bool_],
    octave: NDArray[np.integer],
    wait_s: NDArray[np.int64],
) -> Iterator[Group]:
    """Groups of jobs by member, place and size, in that order."""
    if not wait_s.size:
        return
    keys = np.stack((member, in_enclave, octave))
    order = np.lexsort(keys[::-1])
    ordered = keys[:, order]
    begins = np.flatnonzero(np.concatenate(([True], (ordered[:, 1:] != ordered[:, :-1]).any(axis=0))))
    for begin, end in zip(begins, [*begins[1:], order.size], strict=True):
        who, where, size = ordered[:, begin].tolist()
        waits = tuple(quantiles(wait_s[order[begin:end]]).tolist())
        yield Group(kind, names[who], bool(where), size, int(end - begin), waits)


def _odds(scenario: Scenario, admission: Admission) -> Iterator[Odds]:
    """Odds of each mode and class, of applications decided within the window, whenever they were sent."""
    inside = decided(admission, scenario.simulation.days * S_PER_DAY)
    outcome = admission.decisions.outcome
    classes = np.array([one.tenant_class for one in scenario.tenants])[admission.applications.tenant]
    for index, mode in enumerate(scenario.access.modes):
        here = inside & (admission.applications.mode == index)
        for name in dict.fromkeys(one.tenant_class for one in scenario.tenants):
            of_class = here & (classes == name)
            if not of_class.any():
                continue
            granted = np.flatnonzero(of_class & (outcome == ADMITTED))
            pool = quantiles(_pool_wait_s(scenario, mode, admission, granted)) / S_PER_DAY if granted.size else NONE
            waits = (float(pool[percent]) for percent in QUANTILES)
            yield Odds(mode.name, name, int(of_class.sum()), int(granted.size), *waits)


def _pool_wait_s(scenario: Scenario, mode: Mode, admission: Admission, granted: NDArray[np.int64]) -> NDArray[np.int64]:
    """How long admitted applications waited for the mode's hours after they had been processed [s]."""
    if has_cutoffs(mode):
        return np.zeros(granted.size, np.int64)
    start = np.datetime64(scenario.simulation.start, "D")
    handed_in_s = admission.decisions.cutoff_s[granted]
    ready = granted_days(mode, start + (handed_in_s // S_PER_DAY).astype("timedelta64[D]"))
    ready_s = np.maximum((ready - start).astype(np.int64) * S_PER_DAY, handed_in_s)
    return np.maximum(admission.decisions.decided_s[granted] - ready_s, 0)


def _nearest_first(octave: int, alike: dict[tuple[str, str, int], Group]) -> list[int]:
    """Distances to sizes that have jobs, the nearest first; of two as near the larger, whose jobs wait longer."""
    distances = {key[-1] - octave for key in alike}
    return sorted(distances, key=lambda distance: (abs(distance), -distance))


def _queue_wait(group: Group) -> QueueWait:
    waits = np.array(group.wait_s)
    least = 2**group.octave
    whose = f"tenant {group.name}" if group.kind == TENANT else f"all tenants of {group.name} quality of service"
    where = " in enclaves" if group.enclave else ""
    p10_s, p50_s, p90_s = (group.wait_s[percent] for percent in QUANTILES)
    return QueueWait(
        p10_s=p10_s,
        p50_s=p50_s,
        p90_s=p90_s,
        mean_s=float((waits[1:] + waits[:-1]).mean() / 2),
        jobs=group.jobs,
        basis=f"{group.jobs:,} jobs of {least:,} to {2 * least - 1:,} chips of {whose}{where}",
    )
