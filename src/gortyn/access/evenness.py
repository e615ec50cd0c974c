"""This module owns how evenly groups of users are served: chip-hours, waits and refusals, by Gini and Jain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gortyn.access.fairness import gini, jain
from gortyn.access.groups import GroupAccess, asked
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.access.account import TenantAccess
    from gortyn.admission import Admission

COUNTRY: Final = "country"
QUANTITIES: Final = ("chip-hours", "wait", "refusals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evenness:
    """How evenly one quantity is spread over the groups of one grouping; 0 and 1 are perfect for Gini and Jain.

    Attributes
    ----------
    grouping : class, size, country or tenant
    quantity : chip-hours (of classes, sizes and tenants what they got over what they asked for at once, of countries
        what they got per inhabitant), wait (the groups' mean waits) or refusals (shares of applications not admitted)
    members : groups for which it is known
    gini, jain : nan for fewer than two groups
    """

    grouping: str
    quantity: str
    members: int
    gini: float
    jain: float


def evenness(
    scenario: Scenario,
    groups: Sequence[GroupAccess],
    tenants: Sequence[TenantAccess],
    admission: Admission,
    window_s: int,
) -> tuple[Evenness, ...]:
    """Evenness between classes, sizes of jobs, countries and tenants; sizes have no refusals.

    Tenants are those that sent jobs, but for leftover ones, who are promised nothing. Countries are there where
    somebody applies.

    Parameters
    ----------
    scenario : for the tenants
    groups : figures of classes, sizes and countries
    tenants : figures of the tenants, in scenario order
    admission : applications and decisions
    window_s : length of the window [s]
    """
    found: list[Evenness] = []
    for grouping in dict.fromkeys(group.grouping for group in groups):
        own = [group for group in groups if group.grouping == grouping]
        got = [_per_person(group) if grouping == COUNTRY else group.served_share for group in own]
        found += [_row(grouping, "chip-hours", got), _row(grouping, "wait", [group.wait_mean_s for group in own])]
        if any(group.applications is not None for group in own):
            found.append(_row(grouping, "refusals", [group.refused_share for group in own]))
    refused = asked(admission, admission.applications.tenant, len(tenants), window_s).refused_share.tolist()
    own = [
        (row.served_share, row.wait_mean_s, share)
        for row, tenant, share in zip(tenants, scenario.tenants, refused, strict=True)
        if row.jobs and tenant.qos != "leftover"
    ]
    found += [_row("tenant", quantity, [row[place] for row in own]) for place, quantity in enumerate(QUANTITIES)]
    return tuple(found)


def _per_person(group: GroupAccess) -> float:
    """Chip-hours per inhabitant relative to the mean over all countries; nan where nobody is known to live there."""
    return group.chip_hours_share / group.population_share if group.population_share else float("nan")


def _row(grouping: str, quantity: str, values: Sequence[float]) -> Evenness:
    known = np.array(values, np.float64)
    known = known[~np.isnan(known)]
    several = known.size >= 2
    return Evenness(
        grouping=grouping,
        quantity=quantity,
        members=known.size,
        gini=gini(known) if several else float("nan"),
        jain=jain(known) if several else float("nan"),
    )
