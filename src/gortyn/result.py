"""This module owns the results of a run, whole or as far as one verb needs it, before they become tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gortyn.catalogue import Fact
from gortyn.machine import Partition, SitePlan
from gortyn.resolve import Origin, PathKey

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gortyn.access import Access
    from gortyn.admission import Admission
    from gortyn.claims import Verdict
    from gortyn.energy import EnergyAccount, SiteScore, Swing
    from gortyn.finance import Finance
    from gortyn.kernels.types import Jobs
    from gortyn.model import Scenario
    from gortyn.model.series import AllSeries
    from gortyn.operation import Log, Tariffs
    from gortyn.spaces import HeldSpace, Staging, TokenNeed
    from gortyn.tradeoff import TradePoint
    from gortyn.training import TrainingEstimate


class Operated(NamedTuple):
    """What the stages up to the operation and its access account found, without energy, money and claims."""

    scenario: Scenario
    plans: tuple[SitePlan, ...]
    partitions: tuple[Partition, ...]
    estimates: tuple[TrainingEstimate, ...]
    stretch_pm: Mapping[str, NDArray[np.int32]]
    tariffs: Tariffs
    admission: Admission
    jobs: Jobs
    log: Log
    access: Access
    seconds: Mapping[str, float]


class Reached(NamedTuple):
    """Who gets in and what that costs the others, without energy, money and claims."""

    scenario: Scenario
    operated: Operated
    held: tuple[HeldSpace, ...]
    staging: tuple[Staging, ...]
    token_needs: tuple[TokenNeed, ...]
    tradeoff: tuple[TradePoint, ...]
    facts: tuple[Fact, ...]
    seconds: Mapping[str, float]

    @property
    def access(self) -> Access:
        """Waits, shares and the funnel."""
        return self.operated.access

    @property
    def admission(self) -> Admission:
        """Applications and what was decided on them."""
        return self.operated.admission


class Funded(NamedTuple):
    """What the stages up to finance found, without claims."""

    scenario: Scenario
    operated: Operated
    energy: EnergyAccount
    finance: Finance
    facts: tuple[Fact, ...]
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    """All that one run found.

    scenario: resolved. origins: where each of its values comes from. series: what the files that it names hold. facts:
    the catalogue entries that were read.
    Then one field per stage. seconds: wall-clock time of each stage [s], in their order.
    """

    scenario: Scenario
    origins: Mapping[PathKey, Origin]
    series: AllSeries
    facts: tuple[Fact, ...]
    plans: tuple[SitePlan, ...]
    partitions: tuple[Partition, ...]
    estimates: tuple[TrainingEstimate, ...]
    admission: Admission
    jobs: Jobs
    log: Log
    energy: EnergyAccount
    swings: tuple[Swing, ...]
    scores: tuple[SiteScore, ...]
    access: Access
    held: tuple[HeldSpace, ...]
    staging: tuple[Staging, ...]
    token_needs: tuple[TokenNeed, ...]
    tradeoff: tuple[TradePoint, ...]
    finance: Finance
    verdicts: tuple[Verdict, ...]
    seconds: Mapping[str, float]

    @property
    def summary(self) -> dict[str, float | int | None]:
        """The headline numbers, by the names that the column dictionary describes under `summary`."""
        from gortyn.summary import summarise

        return summarise(self)
