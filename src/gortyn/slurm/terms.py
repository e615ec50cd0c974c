"""This module owns a scenario's policy in Slurm's terms: QOS with their ranks and limits, the tree of accounts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gortyn.model import Scenario, Tenant
from gortyn.model.conversions import MIN_PER_HOUR
from gortyn.operation.rules import LEAST_SHARES

LEVELS: Final = ("leftover", "standard", "urgent")
MOST_SHARES: Final = 10**9  # unit: shares
"""Fair-shares are kept below this: Slurm counts them in 31 bits."""
FINEST: Final = 10**6  # unit: least shares where they are not whole
PARENT: Final = "parent"
CONNECTED: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Qos:
    """One quality of service.

    Attributes
    ----------
    name : its own in Slurm
    level : leftover, standard or urgent
    priority : points that its jobs have before any factor [points]
    preempts : names of the QOS that it stops, those of all lower levels
    chip_minutes : most that its jobs may use at a cluster in a period [chip-minutes]; None without a quota
    period_days : length of that period [days]; None without a quota
    tenants : names of those whose jobs have it
    mode : of access, whose name it bears; None of a level's
    """

    name: str
    level: str
    priority: int
    preempts: tuple[str, ...]
    chip_minutes: int | None
    period_days: float | None
    tenants: tuple[str, ...]
    mode: str | None


@dataclass(frozen=True, slots=True)
class SlurmAccount:
    """One account.

    Attributes
    ----------
    name, parent : its own, and that of the account above it
    shares : whole number of at least 1, in proportion to its siblings'; or `parent`, to stand where the one above does
    chips : most that its jobs may hold at a cluster at once [chips]; None without a limit
    qos : the one that its jobs have; None for an account without jobs of its own
    tenant : whose account it is; None for one of several
    site : the only one whose cluster knows the account; None for all
    """

    name: str
    parent: str
    shares: int | str
    chips: int | None = None
    qos: str | None = None
    tenant: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the factors, and how far apart the levels lie, all in points of priority.

    Attributes
    ----------
    age, fair_share, size : points of a factor of 1, whole as Slurm takes them
    qos : points of a tenant's `qos_priority` of 1
    level_step : points between a level and the one below; 0 where there is one level
    """

    age: int
    fair_share: int
    size: int
    qos: float
    level_step: int


def weights(scenario: Scenario) -> Weights:
    """Weights as Slurm takes them; a level lies above the one below by more than all factors together."""
    priority, multifactor = scenario.operations.priority, scenario.operations.scheduler == "multifactor"
    if not multifactor:
        age = AGE_ONLY_S
        return Weights(age, 0, 0, 0.0, age + 1 if len(levels(scenario)) > 1 else 0)
    age, fair, size = (round(w) for w in (priority.age_weight, priority.fair_share_weight, priority.size_weight))
    most = age + fair + size + math.ceil(priority.qos_weight)
    return Weights(age, fair, size, priority.qos_weight, most + 1 if len(levels(scenario)) > 1 else 0)


AGE_ONLY_S: Final = 365 * 86400  # unit: seconds of a year
"""Weight and longest age of a priority that is the order of arrival: a point for each second, up to a year."""


def levels(scenario: Scenario) -> tuple[str, ...]:
    """Levels that tenants have, lowest first."""
    used = {tenant.qos for tenant in scenario.tenants}
    return tuple(level for level in LEVELS if level in used)


def qos_points(scenario: Scenario, tenant: Tenant) -> int:
    """Priority of the QOS of a tenant: its quality of service, weighted, above the levels below its own."""
    found = weights(scenario)
    rank = levels(scenario).index(tenant.qos)
    return rank * found.level_step + round(found.qos * tenant.qos_priority)


def qualities(scenario: Scenario) -> tuple[Qos, ...]:
    """The QOS of a scenario: one for each mode or level, more where tenants of one differ in what a QOS says."""
    bases: dict[str, dict[tuple[object, ...], list[Tenant]]] = {}
    for tenant in scenario.tenants:
        own = tenant.name if tenant.quota_chip_hours is not None else None
        key = (tenant.qos, qos_points(scenario, tenant), own)
        bases.setdefault(tenant.mode or tenant.qos, {}).setdefault(key, []).append(tenant)
    named: list[tuple[str, list[Tenant]]] = []
    for base, groups in bases.items():
        plain = next((key for key in groups if key[-1] is None), None)
        named += [(base if key == plain else f"{base}-{group[0].name}", group) for key, group in groups.items()]
    by_level = {level: tuple(name for name, group in named if group[0].qos == level) for level in LEVELS}
    return tuple(_qos(scenario, name, group, by_level) for name, group in named)


def _qos(scenario: Scenario, name: str, group: list[Tenant], by_level: dict[str, tuple[str, ...]]) -> Qos:
    first = group[0]
    below = [other for level in LEVELS[: LEVELS.index(first.qos)] for other in by_level[level]]
    quota = first.quota_chip_hours
    return Qos(
        name=name,
        level=first.qos,
        priority=qos_points(scenario, first),
        preempts=tuple(below),
        chip_minutes=None if quota is None else int(quota * MIN_PER_HOUR),
        period_days=None if quota is None else first.quota_days,
        tenants=tuple(tenant.name for tenant in group),
        mode=first.mode,
    )


def accounts(scenario: Scenario, qos: Sequence[Qos]) -> tuple[SlurmAccount, ...]:
    """The tree of accounts, parents before children: those stated, and one for each tenant.

    A tenant that names an account has one below it with `parent` as fair-share, so that Slurm gives it the factor of
    the account; a tenant that has the name of its account is that account.
    """
    of_tenant = {name: one.name for one in qos for name in one.tenants}
    by_name = {tenant.name: tenant for tenant in scenario.tenants}
    stated = {account.name: account for account in scenario.operations.accounts}
    own = [t for t in scenario.tenants if t.account is None]
    rows = [(a.name, a.parent or "root", a.shares) for a in scenario.operations.accounts]
    rows += [(t.name, "root", max(t.demand_share, LEAST_SHARES)) for t in own]
    whole: dict[tuple[str, str], int] = {}
    for parent in dict.fromkeys(row[1] for row in rows):
        siblings = [row for row in rows if row[1] == parent]
        for row, shares in zip(siblings, whole_shares([row[2] for row in siblings]), strict=True):
            whole[row[0], parent] = shares

    def account(name: str, parent: str, shares: int | str, tenant: Tenant | None) -> SlurmAccount:
        if tenant is None:
            return SlurmAccount(name, parent, shares)
        return SlurmAccount(name, parent, shares, tenant.quota_chips, of_tenant[tenant.name], tenant.name, tenant.home)

    found: list[SlurmAccount] = []
    waiting, placed = list(stated.values()), {"root"}
    while waiting:  # the checked tree has no cycle, so every round places one at least
        for one in [one for one in waiting if (one.parent or "root") in placed]:
            tenant = by_name.get(one.name)
            same = tenant if tenant is not None and tenant.account == one.name else None
            if same is not None and same.home is not None and any(a.parent == one.name for a in stated.values()):
                same = same.model_copy(update={"home": None})
            found.append(account(one.name, one.parent or "root", whole[one.name, one.parent or "root"], same))
            placed.add(one.name)
            waiting.remove(one)
    found += [account(t.name, "root", whole[t.name, "root"], t) for t in own]
    found += [
        account(t.name, t.account, PARENT, t) for t in scenario.tenants if t.account is not None and t.account != t.name
    ]
    return tuple(found)


def whole_shares(shares: Sequence[float]) -> list[int]:
    """Shares of siblings as whole numbers, which is all that Slurm takes.

    >>> whole_shares([0.15, 0.3, 1.0]), whole_shares([3.0, 1.0])
    ([15, 30, 100], [3, 1])
    """
    factor = 1
    while factor <= FINEST and max(shares) * factor < MOST_SHARES:
        scaled = [share * factor for share in shares]
        if all(round(s) >= 1 and abs(s - round(s)) <= CONNECTED * s for s in scaled):
            return [round(s) for s in scaled]
        factor *= 10  # unit: one decimal more
    finest = min(MOST_SHARES / max(shares), FINEST / min(shares))
    return [max(1, round(share * finest)) for share in shares]
