"""This module owns what groups of users get: chip-hours, waits and refusals by class, size of job and country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.access.use import NOBODY, decided
from gortyn.access.waits import bounded_slowdown, quantiles
from gortyn.admission import ADMITTED
from gortyn.model import Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gortyn.access.account import ClassAccess
    from gortyn.admission import Admission
    from gortyn.kernels.types import Jobs

SIZE_CHIPS: Final = (8, 64, 512, 4096)  # unit: chips; a usual node, and eight times as many three times over
"""Largest job of each size but the last."""
SIZES: Final = (
    *(f"{below + 1}-{most}" for below, most in zip((0, *SIZE_CHIPS), SIZE_CHIPS, strict=False)),
    f"{SIZE_CHIPS[-1] + 1}+",
)
"""Names of the sizes of jobs by their chips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAccess:
    """What one group got.

    Attributes
    ----------
    grouping, group : class, size or country, and which; jobs belong to the country of the grant that they draw on, and
        to none without a grant
    jobs : jobs submitted within the window
    chip_hours : chip-hours got within the window, without what was lost
    chip_hours_share : the same over those of all jobs
    population_share : share of the population of the countries that applied; nan where the groups are no countries,
        and where it is not known
    served_share : `chip_hours` over those of a machine on which every job starts at once, above 1 where jobs took
        longer than there; nan without jobs
    wait_p50_s, wait_p90_s, wait_mean_s : queue wait over jobs that started, leftovers apart as in `ClassAccess` [s];
        nan without
    bounded_slowdown_mean : mean over the same jobs
    applications : applications decided within the window; None where the groups are sizes of jobs
    refused_share : share of these that were not admitted; nan where there are none
    """

    grouping: str
    group: str
    jobs: int
    chip_hours: float
    chip_hours_share: float
    population_share: float
    served_share: float
    wait_p50_s: float
    wait_p90_s: float
    wait_mean_s: float
    bounded_slowdown_mean: float
    applications: int | None
    refused_share: float


class JobAccess(NamedTuple):
    """What each job got.

    Attributes
    ----------
    chip_hours : float64[job], got within the window, without what was lost
    prompt_chip_hours : float64[job], of a machine on which it starts at once
    wait_s, span_s : int64[job], queue wait, and from the first start to the last end [s]
    told : bool[job], whether these count: the job has started, and is no leftover beside others
    """

    chip_hours: NDArray[np.float64]
    prompt_chip_hours: NDArray[np.float64]
    wait_s: NDArray[np.int64]
    span_s: NDArray[np.int64]
    told: NDArray[np.bool_]


class Asked(NamedTuple):
    """Applications decided within the window, and those of them that were not admitted, by some grouping."""

    applications: NDArray[np.int64]
    refused: NDArray[np.int64]

    @property
    def refused_share(self) -> NDArray[np.float64]:
        """Share of the applications that were not admitted; nan where there are none."""
        return np.divide(
            self.refused, self.applications, out=np.full(self.refused.size, np.nan), where=self.applications > 0
        )


def asked(admission: Admission, group: NDArray[np.integer], count: int, window_s: int) -> Asked:
    """Applications decided within the window by group, and those of them refused for whatever reason.

    Parameters
    ----------
    admission : applications and decisions
    group : int[application], 0 to `count` - 1
    count : groups
    window_s : length of the window [s]
    """
    here = decided(admission, window_s)
    turned_down = here & (admission.decisions.outcome != ADMITTED)
    applications, refused = (np.bincount(group[chosen], minlength=count) for chosen in (here, turned_down))
    return Asked(applications, refused)


def groups(
    scenario: Scenario,
    classes: Sequence[ClassAccess],
    admission: Admission,
    jobs: Jobs,
    access: JobAccess,
    window_s: int,
) -> tuple[GroupAccess, ...]:
    """Groups by class, by size of job, and by country.

    Parameters
    ----------
    scenario : for the classes of the tenants
    classes : figures of the classes, in their order
    admission : applications and grants
    jobs, access : of the same jobs
    window_s : length of the window [s]
    """
    all_h = float(access.chip_hours.sum())
    by_class = _classes(scenario, classes, admission, window_s)
    size = np.searchsorted(SIZE_CHIPS, jobs.chips)
    none = {"applications": None, "refused_share": float("nan"), "population_share": float("nan")}
    sizes = [
        GroupAccess(grouping="size", group=name, **none, **row)
        for name, row in zip(SIZES, _figures(size, len(SIZES), access, all_h), strict=True)
        if row["jobs"]
    ]
    return (*by_class, *sizes, *_countries(admission, jobs, access, all_h, window_s))


def _classes(
    scenario: Scenario, classes: Sequence[ClassAccess], admission: Admission, window_s: int
) -> list[GroupAccess]:
    places = {row.tenant_class: place for place, row in enumerate(classes)}
    of = np.array([places[tenant.tenant_class] for tenant in scenario.tenants], np.int64)
    found = asked(admission, of[admission.applications.tenant], len(classes), window_s)
    same = ("jobs", "chip_hours", "chip_hours_share", "wait_p50_s", "wait_p90_s", "wait_mean_s",
            "bounded_slowdown_mean")  # fmt: skip
    return [
        GroupAccess(
            grouping="class",
            group=row.tenant_class,
            population_share=np.nan,
            served_share=row.served_share if row.jobs else np.nan,
            applications=applications,
            refused_share=refused_share,
            **{name: getattr(row, name) for name in same},
        )
        for row, applications, refused_share in zip(
            classes, found.applications.tolist(), found.refused_share.tolist(), strict=True
        )
    ]


def _countries(admission: Admission, jobs: Jobs, access: JobAccess, all_h: float, window_s: int) -> list[GroupAccess]:
    """Countries that applied, by code."""
    count = len(admission.countries)
    applications = admission.applications
    drawing = np.flatnonzero(jobs.allocation != NOBODY)
    country = applications.country[jobs.allocation[drawing]]
    some = JobAccess._make(column[drawing] for column in access)
    rows = _figures(country, count, some, all_h)
    found = asked(admission, applications.country, count, window_s)
    applied = np.bincount(applications.country, minlength=count) > 0
    people = admission.population / max(float(np.nansum(admission.population[applied])), 1.0)
    refused = found.refused_share
    return [
        GroupAccess(
            grouping="country",
            group=admission.countries[place],
            population_share=float(people[place]),
            applications=int(found.applications[place]),
            refused_share=float(refused[place]),
            **rows[place],
        )
        for place in sorted(np.flatnonzero(applied).tolist(), key=lambda place: admission.countries[place])
    ]


def _figures(group: NDArray[np.integer], count: int, access: JobAccess, all_h: float) -> list[dict[str, Any]]:
    """Jobs, chip-hours and waits of each group."""
    numbers = np.bincount(group, minlength=count)
    got = np.bincount(group, access.chip_hours, count)
    prompt = np.bincount(group, access.prompt_chip_hours, count)
    rows = []
    for place in range(count):
        own = np.flatnonzero((group == place) & access.told)
        wait_s = access.wait_s[own]
        percentiles = quantiles(wait_s)
        slowdown = bounded_slowdown(wait_s, access.span_s[own])
        rows.append(
            {
                "jobs": int(numbers[place]),
                "chip_hours": float(got[place]),
                "chip_hours_share": float(got[place] / all_h) if all_h else 0.0,
                "served_share": float(got[place] / prompt[place]) if prompt[place] else float("nan"),
                "wait_p50_s": float(percentiles[50]),
                "wait_p90_s": float(percentiles[90]),
                "wait_mean_s": float(wait_s.mean()) if own.size else float("nan"),
                "bounded_slowdown_mean": float(slowdown.mean()) if own.size else float("nan"),
            }
        )
    return rows
