"""This module owns the variants of a scenario that the curve compares: shares kept for start-ups, no enclaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gortyn.machine import Partition
from gortyn.model import Reservation, Scenario
from gortyn.model.conversions import HOURS_PER_DAY
from gortyn.workload import isolation
from gortyn.workload.grants import used_between

if TYPE_CHECKING:
    from gortyn.admission import Admission
    from gortyn.kernels.types import Jobs

STARTUP = "start-up"


def beneficiaries(scenario: Scenario) -> list[int]:
    """Tenants for whom chips are kept: start-ups, but for leftovers and for those whose data need an enclave."""
    return [
        index
        for index, tenant in enumerate(scenario.tenants)
        if tenant.tenant_class == STARTUP and tenant.qos != "leftover" and tenant.sensitive is None
    ]


def kept_nodes(scenario: Scenario, partitions: Sequence[Partition], share: float) -> NDArray[np.int64]:
    """Nodes of every partition that are kept for each tenant, int64[partition, tenant].

    Of every open partition the share of its nodes is kept, spares apart, for the beneficiaries that send jobs there, in
    proportion to their demand. Enclaves keep nothing.

    Parameters
    ----------
    scenario : for tenants and their demand
    partitions : of the scenario
    share : share of the nodes, 0 to 1
    """
    chosen = beneficiaries(scenario)
    kept = np.zeros((len(partitions), len(scenario.tenants)), np.int64)
    for place, partition in enumerate(partitions):
        site = scenario.sites[partition.site].name
        demand = np.zeros(len(scenario.tenants))
        for index in chosen:
            if scenario.tenants[index].home in (None, site):
                demand[index] = scenario.tenants[index].demand_share
        if partition.enclave is None and demand.sum():
            nodes = min(round(partition.nodes * share), partition.nodes - partition.spares)
            # Rounding what has been handed out so far gives whole nodes that add up.
            handed_out = np.rint(nodes * np.cumsum(demand) / demand.sum()).astype(np.int64)
            kept[place] = np.diff(handed_out, prepend=0)
    return kept


def reserving(scenario: Scenario, partitions: Sequence[Partition], kept: NDArray[np.int64]) -> Scenario:
    """The scenario with standing reservations of so many nodes, int64[partition, tenant], beside its own.

    Parameters
    ----------
    scenario, partitions : whose
    kept : nodes, as of `kept_nodes`
    """
    window = scenario.simulation
    standing = [
        Reservation(
            name=f"kept-{place}-{index}",
            tenant=scenario.tenants[index].name,
            site=scenario.sites[partitions[place].site].name,
            machine=partitions[place].machine,
            chips=int(kept[place, index]) * partitions[place].chips_per_node,
            begin=window.start,
            days=window.days,
        )
        for place, index in np.argwhere(kept).tolist()
    ]
    reservations = (*scenario.operations.reservations, *standing)
    return scenario.model_copy(
        update={"operations": scenario.operations.model_copy(update={"reservations": reservations})}
    )


def asking(scenario: Scenario, partitions: Sequence[Partition], share: float, admission: Admission) -> Scenario:
    """The scenario with start-ups that ask for a share of what is asked for without grants, and others for the rest.

    That is what the beneficiaries and all tenants without a mode ask of open nodes, leftovers apart: it stays as much
    as it was, so that what is kept is all that changes with the share. Start-ups that apply for hours ask for as much
    as they hold, and no longer apply. Whoever else holds grants, needs an enclave or takes leftovers asks as before.

    Parameters
    ----------
    scenario, partitions : whose
    share : that start-ups ask for, 0 to 1
    admission : grants of the scenario
    """
    chosen = beneficiaries(scenario)
    others = [
        index
        for index, tenant in enumerate(scenario.tenants)
        if index not in chosen and tenant.mode is None and tenant.sensitive is None and tenant.qos != "leftover"
    ]
    held = granted_share(scenario, admission, sum(partition.chips for partition in partitions))
    stated = [tenant.demand_share for tenant in scenario.tenants]
    theirs = sum(stated[index] if scenario.tenants[index].mode is None else held[index] for index in chosen)
    total = theirs + sum(stated[index] for index in others)
    tenants = list(scenario.tenants)
    for members, part in ((chosen, share), (others, 1 - share)):
        whole = sum(stated[index] for index in members)
        for index in members:
            asked = total * part * stated[index] / whole if whole else 0.0
            tenants[index] = tenants[index].model_copy(update={"demand_share": asked, "mode": None})
    return scenario.model_copy(update={"tenants": tuple(tenants)})


def granted_share(scenario: Scenario, admission: Admission, chips: int) -> list[float]:
    """What each tenant's grants are to use within the window, as a share of all chip-hours.

    Parameters
    ----------
    scenario : for the window and its tenants
    admission : grants
    chips : chips in operation
    """
    hours = scenario.simulation.days * HOURS_PER_DAY
    chip_hours = used_between(scenario, admission, 0, hours)
    by_tenant = np.bincount(admission.applications.tenant, chip_hours, len(scenario.tenants))
    return (by_tenant / (chips * hours)).tolist()


def without_enclaves(scenario: Scenario) -> Scenario:
    """The scenario with enclaves dissolved: their nodes are open, and their jobs run on any, at once, at full speed."""
    tenants = tuple(
        tenant.model_copy(update={"sensitive": None, "stage_tb": 0.0}) if tenant.sensitive else tenant
        for tenant in scenario.tenants
    )
    rules = scenario.access.model_copy(update={"enclaves": ()})
    return scenario.model_copy(update={"tenants": tenants, "access": rules})


def joined_jobs(scenario: Scenario, partitions: Sequence[Partition], joined: Sequence[Partition], jobs: Jobs) -> Jobs:
    """The same jobs with enclaves dissolved: sent to the whole machine, without the time that isolation adds.

    To draw them anew would bury what isolation costs under the difference of two draws.

    Parameters
    ----------
    scenario, partitions : with enclaves
    joined : partitions without enclaves
    jobs : drawn for `partitions`
    """
    open_place = {(partition.site, partition.machine): place for place, partition in enumerate(joined)}
    place = np.array([open_place[one.site, one.machine] for one in partitions], np.int32)
    longer = np.array([isolation(scenario, one).stretch for one in partitions])
    run_s, requested_s = (
        np.maximum(np.rint(column / longer[jobs.partition]), 1).astype(np.int64)
        for column in (jobs.run_s, jobs.requested_s)
    )
    return jobs._replace(partition=place[jobs.partition], run_s=run_s, requested_s=requested_s)
