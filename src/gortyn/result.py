"""This module owns the result of a run: what every stage found, before it becomes a folder of tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gortyn.catalogue import Fact
from gortyn.machine import Partition, SitePlan
from gortyn.resolve import Origin, PathKey

if TYPE_CHECKING:
    from gortyn.access import Access
    from gortyn.claims import Verdict
    from gortyn.energy import EnergyAccount, SiteScore, Swing
    from gortyn.finance import Finance
    from gortyn.kernels.types import Jobs
    from gortyn.model import Scenario
    from gortyn.model.series import AllSeries
    from gortyn.operation import Log
    from gortyn.training import TrainingEstimate


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
    jobs: Jobs
    log: Log
    energy: EnergyAccount
    swings: tuple[Swing, ...]
    scores: tuple[SiteScore, ...]
    access: Access
    finance: Finance
    verdicts: tuple[Verdict, ...]
    seconds: Mapping[str, float]

    @property
    def summary(self) -> dict[str, float | int | None]:
        """The headline numbers, by the names that the column dictionary describes under `summary`."""
        from gortyn.summary import summarise

        return summarise(self)
