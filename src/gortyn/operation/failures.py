"""This module owns the failures of hardware: when which node, scale-up domain or site fails, and for how long.

They are drawn ahead of the simulation and do not depend on what runs: a node fails at work and idle alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.hours.streams import generator
from gortyn.kernels.cluster_types import DOMAIN, NODE, PARTITION, Failures, Sites
from gortyn.machine import Partition
from gortyn.model import Scenario, known
from gortyn.model.conversions import HOURS_PER_DAY, HOURS_PER_YEAR, S_PER_HOUR
from gortyn.training.goodput import CHIPS_PER_COUNTED_NODE, NODE_DAYS_OF_RATE

STREAM: Final = "failures"
"""First name of every generator here, apart from those of the tenants' jobs."""


def draw(scenario: Scenario, partitions: Sequence[Partition], sites: Sites, window_s: int) -> Failures:
    """All failures of the window in the order of their times.

    Nodes fail at the rate of `reliability`, scaled by their chips, as Poisson or Weibull renewal processes; lemon nodes
    fail more often and the others less, so that the mean stays. Outages of domains and sites are Poisson. Repairs are
    lognormal. Each source of failures has its own generator, seeded by the scenario's seed and its names.

    Parameters
    ----------
    scenario : resolved
    partitions, sites : the partitions and their nodes as the kernel numbers them
    window_s : length of the window [s]
    """
    failures = scenario.operations.failures
    parts: list[tuple[NDArray[np.int64], int, NDArray[np.int64], NDArray[np.int64]]] = []
    if failures.drawn:
        for p, partition in enumerate(partitions):
            site = scenario.sites[partition.site].name
            first, beyond = sites.node_first[p], sites.node_first[p + 1]
            domains = np.unique(sites.domain[first:beyond])
            for scope, units in ((NODE, np.arange(first, beyond)), (DOMAIN, domains.astype(np.int64))):
                rng = generator(scenario.simulation.seed, STREAM, site, *partition.names, str(scope))
                at_s, which, repair_s = _of_units(scenario, partition, rng, scope == NODE, units.size, window_s)
                parts.append((at_s, scope, units[which], repair_s))
        parts += [
            (at_s, PARTITION, which, repair_s) for at_s, which, repair_s in _outages(scenario, partitions, window_s)
        ]
    if not parts:
        none = np.zeros(0, np.int32)
        return Failures(none, none.astype(np.int8), none, none)
    at_s = np.concatenate([at for at, *_ in parts])
    order = np.argsort(at_s, kind="stable")
    scope = np.concatenate([np.full(at.size, scope, np.int8) for at, scope, *_ in parts])
    index = np.concatenate([index for _, _, index, _ in parts])
    repair_s = np.concatenate([repair for *_, repair in parts])
    return Failures(
        at_s[order].astype(np.int32), scope[order], index[order].astype(np.int32), repair_s[order].astype(np.int32)
    )


def node_mttf_s(scenario: Scenario, chips_per_node: int) -> float:
    """Mean time between failures of a node [s]; infinite where none fails."""
    per_1000_days = known(scenario.operations.reliability.rate_per_1000_node_days)
    per_s = per_1000_days / NODE_DAYS_OF_RATE / (HOURS_PER_DAY * S_PER_HOUR) * chips_per_node / CHIPS_PER_COUNTED_NODE
    return 1 / per_s if per_s else math.inf


def _of_units(
    scenario: Scenario, partition: Partition, rng: np.random.Generator, nodes: bool, units: int, window_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """When which of the nodes or domains of a partition fail, and how long their repairs take."""
    failures, reliability = scenario.operations.failures, scenario.operations.reliability
    if nodes:
        mttf_s, repair_h = node_mttf_s(scenario, partition.chips_per_node), reliability.repair_hours
    else:
        yearly, repair_h = failures.domain_outage_rate, failures.domain_outage_hours
        mttf_s = HOURS_PER_YEAR * S_PER_HOUR / yearly if yearly else math.inf
    if mttf_s == math.inf:
        none = np.zeros(0, np.int64)
        return none, none, none
    means = np.full(units, mttf_s)
    if nodes and failures.lemon_share > 0:
        lemons = rng.permutation(units) < round(failures.lemon_share * units)
        often = np.where(lemons, failures.lemon_factor, 1.0)
        means = mttf_s * often.mean() / often
    if nodes and failures.distribution == "weibull":
        which, at_s = _renewals(rng, means, failures.weibull_shape, window_s)
    else:
        number = rng.poisson(window_s * (1 / means).sum())
        at_s = rng.integers(0, window_s, number)
        which = np.searchsorted(np.cumsum(1 / means) / (1 / means).sum(), rng.random(number), side="right")
    return at_s, np.minimum(which, units - 1), _repairs(rng, repair_h, failures.repair_spread, at_s.size)


def _renewals(
    rng: np.random.Generator, means_s: NDArray[np.float64], shape: float, window_s: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which units fail when, if the times between failures of each are Weibull with these means; all begin as new."""
    units, at = np.arange(means_s.size), np.zeros(means_s.size)
    scale = means_s / math.gamma(1 + 1 / shape)
    which: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    when: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    while units.size:
        at = at + np.maximum(scale[units] * rng.weibull(shape, units.size), 1)
        units, at = units[at < window_s], at[at < window_s]
        which.append(units)
        when.append(at.astype(np.int64))
    return np.concatenate(which), np.concatenate(when)


def _outages(
    scenario: Scenario, partitions: Sequence[Partition], window_s: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Outages of whole sites, once for each of their partitions."""
    failures = scenario.operations.failures
    per_s = failures.site_outage_rate / (HOURS_PER_YEAR * S_PER_HOUR)
    for index, site in enumerate(scenario.sites):
        rng = generator(scenario.simulation.seed, STREAM, site.name)
        at_s = rng.integers(0, window_s, rng.poisson(per_s * window_s))
        repair_s = _repairs(rng, failures.site_outage_hours, failures.repair_spread, at_s.size)
        for p, partition in enumerate(partitions):
            if partition.site == index:
                yield at_s, np.full(at_s.size, p), repair_s


def _repairs(rng: np.random.Generator, mean_h: float, spread: float, number: int) -> NDArray[np.int64]:
    """Lognormal repair times with this mean, at least a second."""
    mean_s = mean_h * S_PER_HOUR
    return np.maximum(1, rng.lognormal(math.log(mean_s) - spread**2 / 2, spread, number)).astype(np.int64)
