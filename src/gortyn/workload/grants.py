"""This module owns the jobs of grants: the chips that grants ask for while they last, and which job draws on which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.admission import Admission
from gortyn.kernels.types import Jobs
from gortyn.model import Scenario
from gortyn.model.conversions import S_PER_HOUR
from gortyn.workload.isolation import Isolation
from gortyn.workload.kind import Kind, Node

SAMPLE: Final = 100_000  # unit: jobs
"""Jobs drawn to know how large and how long those of a tenant are."""
LEAST_FIT: Final = 0.01  # unit: share of chip-hours
"""Where jobs that a grant can pay make less than this part of the chip-hours, its holder sends fewer than it would: a
hundred times as many small jobs would no longer be the tenant's mix."""
DRAWS: Final = 20  # unit: draws
"""How often a job without a grant draws one, before it is not sent."""


class Sample(NamedTuple):
    """Jobs of a tenant, of which only sizes and times count.

    Attributes
    ----------
    chip_s : int64[job], what each holds, ascending [chip-seconds]
    mean_chip_s : what a job holds in the mean of all that there may be [chip-seconds]
    """

    chip_s: NDArray[np.int64]
    mean_chip_s: float

    def fit_share(self, most_chip_s: NDArray[np.int64]) -> NDArray[np.float64]:
        """Part of all chip-seconds that lie in jobs of at most so many; exactly 1 where all do.

        What lies below is known well from few jobs, what lies above is not: therefore over the mean and not the sum.
        """
        within = np.concatenate(([0], np.cumsum(self.chip_s))) / self.chip_s.size
        place = np.searchsorted(self.chip_s, most_chip_s, side="right")
        return np.where(place == self.chip_s.size, 1.0, np.minimum(within[place] / self.mean_chip_s, 1.0))


class Grants(NamedTuple):
    """Grants of a tenant in the order in which their jobs begin.

    Attributes
    ----------
    application : int64[grant], place among the applications
    begin_h, end_h : int64[grant], hours of the window from and before which jobs are sent; may lie outside of it
    chips : float64[grant], chips that its jobs ask for in the mean of an hour, those too large for it included
    granted_chip_s : int64[grant]
    left_chip_s : int64[grant], what is left of it when the window begins
    """

    application: NDArray[np.int64]
    begin_h: NDArray[np.int64]
    end_h: NDArray[np.int64]
    chips: NDArray[np.float64]
    granted_chip_s: NDArray[np.int64]
    left_chip_s: NDArray[np.int64]

    def asked_chips(self, hours: int) -> NDArray[np.float64]:
        """Chips that all of them ask for in the mean of each hour of the window, float64[hour]."""
        change = np.zeros(hours + 1)
        np.add.at(change, np.clip(self.begin_h, 0, hours), self.chips)
        np.subtract.at(change, np.clip(self.end_h, 0, hours), self.chips)
        return np.maximum(np.cumsum(change)[:hours], 0)


def sample(
    rng: np.random.Generator,
    kinds: Sequence[Kind],
    most_chips: int,
    node: Node,
    limit_s: int,
    cost: Isolation,
    mean_chip_s: float,
) -> Sample:
    """Jobs of kinds as they are drawn for a partition.

    Parameters
    ----------
    rng : source of the draws
    kinds : of the tenant
    most_chips : largest number of chips of a job, >= 1
    node, cost : of the partition
    limit_s : longest run time [s]
    mean_chip_s : what such a job holds in the mean [chip-seconds]
    """
    number = rng.multinomial(SAMPLE, [kind.share for kind in kinds])
    drawn = [
        kind.draw(rng, np.ones(one, np.int64), np.full(one, most_chips), node, cost.free_limit_s(limit_s))
        for kind, one in zip(kinds, number.tolist(), strict=True)
    ]
    run_s = cost.run_s(np.concatenate([jobs.run_s for jobs in drawn]), limit_s).astype(np.int64)
    chip_s = np.concatenate([jobs.chips for jobs in drawn]) * (run_s + cost.extra_s)
    return Sample(np.sort(chip_s), mean_chip_s)


def sending_hours(scenario: Scenario, admission: Admission) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Hours of the window from and before which the holder of each grant sends jobs; both may lie outside of it.

    Jobs are sent from the first whole hour of the grant until the walltime limit before its end, so that the last of
    them can end within it, but at least in the first half of that time.

    Parameters
    ----------
    scenario : for the walltime limit
    admission : applications and decisions

    Returns
    -------
    int64[application] each; the same hour twice where nothing is granted, or for less than an hour.
    """
    first_h, end_h = np.zeros((2, admission.applications.submit_s.size), np.int64)
    own = admission.admitted
    begin_s, last_s = admission.decisions.begin_s[own], admission.decisions.end_s[own]
    first_h[own] = -(-begin_s // S_PER_HOUR)
    span_h = np.maximum(last_s // S_PER_HOUR - first_h[own], 0)
    ahead_h = round(scenario.operations.walltime_limit_hours)
    end_h[own] = first_h[own] + np.maximum(span_h - ahead_h, -(-span_h // 2))
    return first_h, end_h


def used_between(scenario: Scenario, admission: Admission, from_h: float, until_h: float) -> NDArray[np.float64]:
    """What the holder of each grant means to use between two hours: evenly over the hours in which it sends jobs.

    Parameters
    ----------
    scenario : for the walltime limit
    admission : applications and decisions
    from_h, until_h : hours of the window, infinite for no bound

    Returns
    -------
    float64[application] [chip-h], 0 where nothing is granted; between no bounds `used_share` of what is granted.
    """
    first_h, end_h = sending_hours(scenario, admission)
    inside_h = np.clip(np.minimum(end_h, until_h) - np.maximum(first_h, from_h), 0, None)
    used = admission.granted_chip_hours * admission.applications.used_share
    return used * inside_h / np.maximum(end_h - first_h, 1)


def used_before(scenario: Scenario, admission: Admission) -> NDArray[np.float64]:
    """What each grant has used when the window begins, float64[application] [chip-h]; as of `used_between`."""
    return used_between(scenario, admission, -np.inf, 0.0)


def read_grants(scenario: Scenario, admission: Admission, tenant: int, jobs: Sample) -> Grants:
    """Grants of a tenant as its jobs see them.

    A holder sends jobs evenly over its hours (`sending_hours`), so much that `used_share` of the grant is used. Where
    the jobs that are too large for a grant are a part of the tenant's mix, those that fit are more. What a grant that
    began before the window has used by then is what it was to use until then (`used_before`).

    Parameters
    ----------
    scenario : for the walltime limit
    admission : applications and decisions
    tenant : index of the tenant
    jobs : jobs of the tenant
    """
    asked, admitted = admission.applications, admission.admitted
    own = admitted[asked.tenant[admitted] == tenant]
    first_h, end_h = (hours[own] for hours in sending_hours(scenario, admission))
    granted = asked.asked_chip_hours[own]
    granted_chip_s = (granted * S_PER_HOUR).astype(np.int64)
    fit, length_h = jobs.fit_share(granted_chip_s), end_h - first_h
    hourly = granted * asked.used_share[own] / np.maximum(length_h, 1)
    chips = np.where((fit > 0) & (length_h > 0), hourly / np.maximum(fit, LEAST_FIT), 0.0)
    left_chip_s = granted_chip_s - np.ceil(used_before(scenario, admission)[own] * S_PER_HOUR).astype(np.int64)
    order = np.argsort(first_h, kind="stable")
    found = Grants(own, first_h, end_h, chips, granted_chip_s, np.maximum(left_chip_s, 0))
    return Grants._make(column[order] for column in found)


def share_out(
    jobs: Jobs, grants: Mapping[int, Grants], extra_s: NDArray[np.int64], generators: Mapping[int, np.random.Generator]
) -> Jobs:
    """Give each job of tenants with grants the grant that it draws on, and leave out those for which there is none.

    A job draws among the grants of its tenant that are alive when it is submitted, each as likely as it asks for chips.
    One that holds more than the whole grant that it drew is not sent. Where the jobs of a grant would hold more than it
    has, the largest keep it and the others draw again, each grant as likely as much is left of it; what then finds none
    is not sent either.

    Parameters
    ----------
    jobs : of all tenants; named training runs draw on no grant
    grants : by tenant
    extra_s : int64[partition], time that jobs hold their nodes beside their run time [s]
    generators : by tenant, source of the draws

    Returns
    -------
    Jobs that are sent, with `allocation`.
    """
    sent = np.ones(jobs.submit_s.size, np.bool_)
    for tenant, own in grants.items():
        places = np.flatnonzero((jobs.tenant == tenant) & (jobs.training_run < 0))
        held_s = jobs.run_s[places] + extra_s[jobs.partition[places]]
        hour = jobs.submit_s[places] // S_PER_HOUR
        given = _given(generators[tenant], hour, jobs.chips[places] * held_s, own)
        found = given >= 0
        jobs.allocation[places[found]] = own.application[given[found]]
        sent[places] = found
    return jobs if sent.all() else Jobs._make(column[sent] for column in jobs)


def _given(
    rng: np.random.Generator, hour: NDArray[np.int64], chip_s: NDArray[np.int64], grants: Grants
) -> NDArray[np.int64]:
    """Place among the grants of each job, -1 for none; jobs in order of submission."""
    given = np.full(hour.size, -1, np.int64)
    if not grants.begin_h.size:
        return given
    left, weight = grants.left_chip_s.copy(), grants.chips
    waiting = np.arange(hour.size)
    for draw in range(DRAWS):
        drawn = _alive(rng, hour[waiting], grants, weight)
        if draw == 0:
            fits = (drawn >= 0) & (chip_s[waiting] <= grants.granted_chip_s[drawn])
            waiting, drawn = waiting[fits], drawn[fits]
        trying = np.flatnonzero((drawn >= 0) & (chip_s[waiting] <= left[drawn]))
        # Large jobs first: small ones find room elsewhere.
        trying = trying[np.lexsort((-chip_s[waiting[trying]], drawn[trying]))]
        job, grant = waiting[trying], drawn[trying]
        total = np.cumsum(chip_s[job])
        first = np.searchsorted(grant, grant, side="left")
        paid = total - total[first] + chip_s[job[first]] <= left[grant]
        given[job[paid]] = grant[paid]
        np.subtract.at(left, grant[paid], chip_s[job[paid]])
        waiting = waiting[given[waiting] < 0]
        weight = left.astype(np.float64)
        if not waiting.size:
            break
    return given


def _alive(
    rng: np.random.Generator, hour: NDArray[np.int64], grants: Grants, weight: NDArray[np.float64]
) -> NDArray[np.int64]:
    """A grant that is alive in the hour of each job, drawn by weight; -1 where there is none."""
    drawn = np.full(hour.size, -1, np.int64)
    until = np.concatenate(([0.0], np.cumsum(weight)))
    begun = np.searchsorted(grants.begin_h, hour, side="right")
    ended = np.searchsorted(np.maximum.accumulate(grants.end_h), hour, side="right")  # all before have ended
    low, high = until[ended], until[np.maximum(begun, ended)]
    open_to = np.flatnonzero(high > low)
    for _ in range(DRAWS):  # among those between, some may end before one that began earlier
        point = low[open_to] + rng.random(open_to.size) * (high[open_to] - low[open_to])
        place = np.searchsorted(until, point, side="right") - 1
        place = np.clip(place, ended[open_to], begun[open_to] - 1)
        alive = grants.end_h[place] > hour[open_to]
        drawn[open_to[alive]] = place[alive]
        open_to = open_to[~alive]
        if not open_to.size:
            break
    return drawn
