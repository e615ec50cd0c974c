"""This module owns the tables of access: applications, funnel, waits, evenness, enclaves, data, trade-offs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from gortyn.io.columns import dictionary

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.admission import Admission
    from gortyn.model import Scenario
    from gortyn.spaces import HeldSpace, Staging, TokenNeed
    from gortyn.tradeoff import TradePoint

Columns = Mapping[str, Any]


class HasAccess(Protocol):
    """What the tables are made of: the result of a whole run, or of one as far as access."""

    @property
    def scenario(self) -> Scenario:
        """The scenario, resolved."""
        ...

    @property
    def admission(self) -> Admission:
        """Applications and what was decided."""
        ...

    @property
    def access(self) -> Access:
        """Who got what."""
        ...

    @property
    def held(self) -> tuple[HeldSpace, ...]:
        """What data spaces hold."""
        ...

    @property
    def staging(self) -> tuple[Staging, ...]:
        """How long they take to the sites."""
        ...

    @property
    def token_needs(self) -> tuple[TokenNeed, ...]:
        """Whether they have what training runs need."""
        ...

    @property
    def tradeoff(self) -> tuple[TradePoint, ...]:
        """What kept shares and isolation cost."""
        ...


def tables(result: HasAccess) -> dict[str, Columns]:
    """Every table of access by its name."""
    return {name: build(result) for name, build in TABLES.items()}


def _rows(result: HasAccess, table: str, field: str) -> Columns:
    """A table whose rows are the records of one field, or of a field of that."""
    rows: Iterable[Any] = attrgetter(field)(result)
    return {name: [getattr(row, name) for row in rows] for name in dictionary()[table]}


def _applications(result: HasAccess) -> Columns:
    """Every application with its decision, reason and use."""
    from gortyn.admission import NOT_GRANTED, OUTCOMES

    scenario, admission, use = result.scenario, result.admission, result.access.applications
    applications, decisions = admission.applications, admission.decisions
    undecided = decisions.outcome == OUTCOMES.index("open")
    tenants = [scenario.tenants[index] for index in applications.tenant.tolist()]
    modes = [mode.name for mode in scenario.access.modes]
    return {
        "application": np.arange(1, applications.submit_s.size + 1),
        "tenant": [tenant.name for tenant in tenants],
        "tenant_class": [tenant.tenant_class for tenant in tenants],
        "mode": [modes[index] for index in applications.mode.tolist()],
        "country": [admission.countries[index] for index in applications.country.tolist()],
        "submit_s": applications.submit_s,
        "cutoff_s": decisions.cutoff_s,
        "decided_s": _or_none(np.where(undecided, NOT_GRANTED, decisions.decided_s), NOT_GRANTED),
        "begin_s": _or_none(decisions.begin_s, NOT_GRANTED),
        "end_s": _or_none(decisions.end_s, NOT_GRANTED),
        "asked_chip_hours": applications.asked_chip_hours,
        "used_chip_hours": use.used_chip_hours,
        "lapsed_chip_hours": use.lapsed_chip_hours,
        "score": applications.score,
        "outcome": [OUTCOMES[code] for code in decisions.outcome.tolist()],
        "reason": [admission.reason(scenario, index) for index in range(len(tenants))],
        "first_start_s": _or_none(use.first_start_s, -1),
    }


def _or_none(seconds: np.ndarray, absent: int) -> list[int | None]:
    return [None if value == absent else value for value in seconds.tolist()]


FIELDS: Mapping[str, str] = {
    "modes": "access.modes",
    "funnel": "access.funnel",
    "mode_waits": "access.mode_waits",
    "groups": "access.groups",
    "evenness": "access.evenness",
    "enclaves": "access.enclaves",
    "data_spaces": "held",
    "staging": "staging",
    "token_needs": "token_needs",
    "tradeoff": "tradeoff",
}
"""Where the rows of each table but `applications` stand in a result."""
TABLES: Mapping[str, Callable[[HasAccess], Columns]] = {
    "applications": _applications,
    **{name: partial(_rows, table=name, field=field) for name, field in FIELDS.items()},
}
