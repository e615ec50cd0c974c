"""This module owns where a run could go: each machine of each site, in the enclave that its data need, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from gortyn.advice.load import ReferenceLoad
from gortyn.catalogue import Fact
from gortyn.machine import Partition, SitePlan, enclave_of, partitions
from gortyn.model import Scenario, Site, known
from gortyn.model.access import Enclave, Mode
from gortyn.model.conversions import S_PER_DAY
from gortyn.model.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Ground:
    """A scenario to look for ways in.

    Attributes
    ----------
    scenario : resolved
    plans : one per site
    load : what its simulated load says of queues
    facts : catalogue entries that its rules of access rest on
    """

    scenario: Scenario
    plans: tuple[SitePlan, ...]
    load: ReferenceLoad
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Nodes of one machine of a site that a run may have: those of an enclave, or those that no enclave has.

    Attributes
    ----------
    site, plan : the site and its plan
    partition : the nodes, and when they come
    first_day : day that the partition's seconds count from
    enclave : the enclave; None where the data need none
    """

    site: Site
    plan: SitePlan
    partition: Partition
    first_day: date
    enclave: Enclave | None

    @property
    def machine(self) -> str:
        """Name of the machine."""
        return self.partition.machine

    @property
    def chips(self) -> int:
        """Chips for jobs once all phases operate."""
        return self.partition.chips_for_jobs

    @property
    def slowdown(self) -> float:
        """Run time relative to that outside an enclave, for the isolation."""
        return 1 + known(self.enclave.overhead_share) if self.enclave else 1.0

    def opens(self, chips: int) -> date | None:
        """First day on which so many chips operate; None where there never are as many."""
        if chips > self.chips:
            return None
        total = np.cumsum(self.partition.step_nodes) * self.partition.chips_per_node
        second = int(self.partition.step_s[np.searchsorted(total, chips)])
        return self.first_day + timedelta(days=second // S_PER_DAY)


def places(ground: Ground, sensitive: str | None) -> Iterator[Place]:
    """Every place of a scenario, in its order; for sensitive data only enclaves that take them.

    The nodes are those of the simulated load, but from the first phase to the last, whatever the window.
    """
    scenario = ground.scenario
    days = [phase.operational for plan in ground.plans for phase in plan.phases]
    if not days:
        return
    first = min(days)
    whole = {"start": first, "days": (max(days) - first).days + 1}
    life = scenario.model_copy(update={"simulation": scenario.simulation.model_copy(update=whole)})
    for one in partitions(life, ground.plans):
        enclave = enclave_of(scenario, one)
        if enclave is None if sensitive is None else enclave is not None and sensitive in enclave.takes:
            yield Place(scenario.sites[one.site], ground.plans[one.site], one, first, enclave)


def alike(scenario: Scenario, mode: Mode, tenant_class: str, sensitive: str | None) -> tuple[Tenant, ...]:
    """Tenants that an applicant would be like: of its class and the mode, else of its class, else of the mode.

    Services and leftovers are nobody's model. Tenants with the same kind of sensitive data, or like the applicant
    without any, come before all others.
    """
    usual = [one for one in scenario.tenants if one.service is None and one.qos != "leftover"]
    usual = [one for one in usual if one.sensitive == sensitive] or usual
    of_class = [one for one in usual if one.tenant_class == tenant_class]
    of_mode = [one for one in usual if one.mode == mode.name]
    return tuple([one for one in of_class if one in of_mode] or of_class or of_mode)
