"""This module owns the trade-off curve: what a share kept for start-ups gives them, and what it costs everybody."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn import admission, machine, operation, workload
from gortyn.access import overhead_shares, queue_wait_s
from gortyn.model.conversions import S_PER_DAY
from gortyn.tradeoff.period import Period, period
from gortyn.tradeoff.variants import STARTUP, asking, joined_jobs, kept_nodes, reserving, without_enclaves

if TYPE_CHECKING:
    from gortyn.admission import Admission
    from gortyn.catalogue import Lookup
    from gortyn.kernels.types import Jobs
    from gortyn.machine import Partition, SitePlan
    from gortyn.model import Scenario
    from gortyn.operation import Log, Tariffs

RESERVED_SHARES: Final = (0.05, 0.1, 0.2, 0.3, 0.4)  # unit: shares of every machine, around the quarter that is public
ASKED_SHARES: Final = (0.1, 0.2, 0.3, 0.4)  # unit: shares; twice the simulations of those above, so fewer
AS_IS: Final = "as-is"
ASKED_FOR: Final = "asked-for"
NO_ENCLAVES: Final = "no-enclaves"
PERCENTILES: Final = (0.5, 0.9)  # unit: percentiles of waits that are told, as shares


@dataclass(frozen=True, slots=True, kw_only=True)
class TradePoint:
    """One point of the curve; all points have the same seed and the same failures.

    What keeping costs is the difference of two simulations of the same jobs, with what is kept and without.

    Attributes
    ----------
    demand : as-is (that of the scenario), asked-for (start-ups ask for the reserved share of all that is asked for, the
        others for the rest) or no-enclaves
    reserved_share : share of every open machine that is kept for start-ups
    simulated_days : days that are counted
    startup_chip_hours_share : what start-ups got over what all got
    startup_wait_p50_s, startup_wait_p90_s : queue wait of start-ups, leftovers apart [s]; nan without jobs
    other_wait_p50_s, other_wait_p90_s : queue wait of all others, leftovers apart [s]; nan without jobs
    occupied_chip_hours : that jobs held their nodes, with what was lost and what isolation takes
    useful_chip_hours : of all jobs, without what was lost and without what isolation takes
    useful_share : the same over what the machines could give
    cost_chip_hours : useful chip-hours fewer than of the same jobs with nothing kept; nan where nothing is kept
    revenue_eur : price times chip-hours got
    cost_eur : revenue less than of the same jobs with nothing kept; nan where nothing is kept
    """

    demand: str
    reserved_share: float
    simulated_days: float
    startup_chip_hours_share: float
    startup_wait_p50_s: float
    startup_wait_p90_s: float
    other_wait_p50_s: float
    other_wait_p90_s: float
    occupied_chip_hours: float
    useful_chip_hours: float
    useful_share: float
    cost_chip_hours: float
    revenue_eur: float
    cost_eur: float


class _World(NamedTuple):
    """What all points have in common."""

    period: Period
    plans: tuple[SitePlan, ...]
    stretch_pm: Mapping[str, NDArray[np.int32]]
    facts: Lookup


class _Variant(NamedTuple):
    """One simulation: a point, or what one is compared with."""

    demand: str
    reserved_share: float
    partitions: tuple[Partition, ...]
    scenario: Scenario
    jobs: Jobs


class _Measured(NamedTuple):
    """What came out of one simulation."""

    startup_chip_hours_share: float
    startup_wait_s: tuple[float, ...]
    other_wait_s: tuple[float, ...]
    occupied_chip_hours: float
    useful_chip_hours: float
    useful_share: float
    revenue_eur: float


def curve(
    scenario: Scenario,
    plans: tuple[SitePlan, ...],
    tariffs: Tariffs,
    stretch_pm: Mapping[str, NDArray[np.int32]],
    facts: Lookup,
) -> tuple[TradePoint, ...]:
    """Simulate three weeks again and again with more and more of every machine kept for start-ups.

    Once with demand as it is, where keeping chips idle helps start-ups at the cost of all others; and once with
    start-ups that ask for the kept share of all that is asked for, and others that ask for the rest. Where there are
    enclaves, one more point dissolves them. Waits are over jobs submitted on the days that count; reservations end with
    the period, so that waits just before its end are somewhat short.

    Parameters
    ----------
    scenario : resolved
    plans : one per site
    tariffs : of the window
    stretch_pm : slow-down of spread jobs by machine, as of `gortyn.training.stretch_pm`
    facts : catalogue

    Returns
    -------
    Points with demand as it is, by share; then those with demand as asked for; then that without enclaves. Empty where
    there are neither start-ups nor enclaves.
    """
    cut = period(scenario, plans, tariffs)
    world = _World(cut, plans, stretch_pm, facts)
    variants = list(_variants(world))
    if not variants:
        return ()
    operation.warm()  # once, before several threads want it
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # The last ones take longest; begun first, they leave no thread alone at the end.
        measured = list(pool.map(partial(_measure, world), reversed(variants)))[::-1]
    return tuple(_points(cut.counted_days, variants, measured))


def _points(days: int, variants: Sequence[_Variant], measured: Sequence[_Measured]) -> Iterator[TradePoint]:
    """A point for each simulation but for those that only tell what others of the same jobs cost."""
    base = measured[0]
    for variant, found in zip(variants, measured, strict=True):
        if not variant.reserved_share:
            base = found
            if variant.demand == ASKED_FOR:
                continue
        kept = variant.reserved_share > 0
        yield TradePoint(
            demand=variant.demand,
            reserved_share=variant.reserved_share,
            simulated_days=float(days),
            startup_chip_hours_share=found.startup_chip_hours_share,
            startup_wait_p50_s=found.startup_wait_s[0],
            startup_wait_p90_s=found.startup_wait_s[1],
            other_wait_p50_s=found.other_wait_s[0],
            other_wait_p90_s=found.other_wait_s[1],
            occupied_chip_hours=found.occupied_chip_hours,
            useful_chip_hours=found.useful_chip_hours,
            useful_share=found.useful_share,
            cost_chip_hours=base.useful_chip_hours - found.useful_chip_hours if kept else float("nan"),
            revenue_eur=found.revenue_eur,
            cost_eur=base.revenue_eur - found.revenue_eur if kept else float("nan"),
        )


def _variants(world: _World) -> Iterator[_Variant]:
    """The simulations; the first is the scenario as it is, with nothing kept. None where there is nothing to compare.

    Each with something kept follows that of the same jobs with nothing kept, or another with these.
    """
    scenario = world.period.scenario
    partitions = machine.partitions(scenario, world.plans)
    # Whoever asks for nothing has nothing kept.
    kept = {share: nodes for share in RESERVED_SHARES if (nodes := kept_nodes(scenario, partitions, share)).any()}
    walled = any(partition.enclave is not None for partition in partitions)
    if not kept and not walled:
        return
    admitted = admission.admit(scenario, world.plans, world.facts)
    jobs = _jobs(world, scenario, partitions, admitted)
    yield _Variant(AS_IS, 0.0, partitions, scenario, jobs)
    for share, nodes in kept.items():
        yield _Variant(AS_IS, share, partitions, reserving(scenario, partitions, nodes), jobs)
    for share in (share for share in ASKED_SHARES if share in kept):
        asked = asking(scenario, partitions, share, admitted)
        theirs = _jobs(world, asked, partitions, admitted)
        yield _Variant(ASKED_FOR, 0.0, partitions, asked, theirs)
        yield _Variant(ASKED_FOR, share, partitions, reserving(asked, partitions, kept[share]), theirs)
    if walled:
        # Grants begin as before: it is the law that asks for permits, with or without walls around the nodes.
        dissolved = without_enclaves(scenario)
        joined = machine.partitions(dissolved, world.plans)
        yield _Variant(NO_ENCLAVES, 0.0, joined, dissolved, joined_jobs(scenario, partitions, joined, jobs))


def _jobs(world: _World, scenario: Scenario, partitions: tuple[Partition, ...], admitted: Admission) -> Jobs:
    rng = np.random.default_rng(scenario.simulation.seed)
    return workload.generate(scenario, partitions, (), world.facts, rng, admitted)


def _measure(world: _World, variant: _Variant) -> _Measured:
    """Simulate one point."""
    _, _, partitions, scenario, jobs = variant
    cut = world.period
    staged = operation.staging(scenario, partitions, world.facts)
    log = operation.simulate(scenario, partitions, jobs, cut.tariffs, world.stretch_pm, staged=staged)
    hours, tenants = cut.counted_hours, scenario.tenants
    got = _got(log, hours)
    startup = np.array([tenant.tenant_class == STARTUP for tenant in tenants])
    leftover = np.array([tenant.qos == "leftover" for tenant in tenants])
    own = got[startup].sum()
    paid = log.busy_chips[:, hours].sum(axis=1) - log.lost_chip_hours[:, hours].sum(axis=1)
    useful = float((paid * (1 - overhead_shares(scenario, partitions, jobs, log))).sum())
    capacity = float(log.capacity_chips[:, hours].sum())
    counted = (jobs.submit_s >= cut.uncounted_days * S_PER_DAY) & (log.start_s >= 0)
    wait_s = queue_wait_s(jobs, log)
    prices = np.array([scenario.paid_price_eur_per_chip_hour(tenant) for tenant in tenants])
    return _Measured(
        startup_chip_hours_share=float(own / got.sum()) if got.sum() else 0.0,
        startup_wait_s=_percentiles(wait_s[counted & (startup & ~leftover)[jobs.tenant]]),
        other_wait_s=_percentiles(wait_s[counted & (~startup & ~leftover)[jobs.tenant]]),
        occupied_chip_hours=float(log.busy_chips[:, hours].sum()),
        useful_chip_hours=useful,
        useful_share=useful / capacity if capacity else 0.0,
        revenue_eur=float(got @ prices),
    )


def _got(log: Log, hours: slice) -> NDArray[np.float64]:
    """Chip-hours of each tenant in the hours that count, less the part that it lost over all hours."""
    by_tenant = log.tenant_chip_hours.sum(axis=0)
    whole = by_tenant.sum(axis=1)
    lost_share = np.divide(log.tenant_lost_chip_hours, whole, out=np.zeros_like(whole), where=whole > 0)
    return by_tenant[:, hours].sum(axis=1) * (1 - lost_share)


def _percentiles(wait_s: NDArray[np.int64]) -> tuple[float, ...]:
    if not wait_s.size:
        return (float("nan"),) * len(PERCENTILES)
    return tuple(np.quantile(wait_s, PERCENTILES).tolist())
