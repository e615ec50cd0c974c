"""This module owns how much slower a job runs that spans more of the network than its size asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.catalogue import Lookup
from gortyn.kernels.cluster_types import ALWAYS_PM, MORE, ONE_DOMAIN, ONE_POD, TIERS
from gortyn.training.architecture import Architecture
from gortyn.training.strategy import Strategy
from gortyn.training.target import NUMBER_FORMATS, WHOLE_NETWORK, Target, site_target

if TYPE_CHECKING:
    from gortyn.kernels.training_types import Hardware
    from gortyn.machine import Partition, SitePlan
    from gortyn.model import Scenario

REFERENCE_MODEL: Final = "Llama-3-8B"
"""Model of the reference job: data parallel, one sample on each chip, the optimiser state sharded."""


def stretch_pm(
    scenario: Scenario, plans: Sequence[SitePlan], partitions: Sequence[Partition], facts: Lookup
) -> dict[str, NDArray[np.int32]]:
    """`tier_stretch_pm` of every machine that has a partition, by its name.

    Parameters
    ----------
    scenario : resolved
    plans : of all sites
    partitions : in operation inside the simulated window
    facts : reader of the catalogue
    """
    plan_of = {partition.machine: plans[partition.site] for partition in partitions}
    return {name: tier_stretch_pm(site_target(scenario, plan, name, name, facts)) for name, plan in plan_of.items()}


def tier_stretch_pm(target: Target) -> NDArray[np.int32]:
    """Slow-down of a job by the least tier that holds its size and the tier that its nodes span [per mille].

    A step of the reference job is timed where its chips lie together, and where they lie in several scale-up domains
    of a pod, or in several pods, so that its collectives take the slower network. Jobs of a single node, and jobs that
    need several pods anyway, are not slowed.

    Parameters
    ----------
    target : machine of a site, with its network tiers

    Returns
    -------
    int32[4, 4], >= 1000, never falling from one tier to the next.
    """
    stretch = np.full((TIERS, TIERS), ALWAYS_PM, np.int32)
    per_node = target.chips_per_node
    whole = target.hardware(NUMBER_FORMATS[target.machine.training_dtype])
    domain, pod = int(whole.domain_chips), int(whole.tier_chips[0])
    across_domains = whole._replace(domain_chips=per_node)
    if domain > per_node:
        at_best = _step_s(target, whole, domain)
        stretch[ONE_DOMAIN, ONE_POD] = _permille(_step_s(target, across_domains, domain), at_best)
        stretch[ONE_DOMAIN, MORE] = _permille(_step_s(target, _across_pods(across_domains, per_node), domain), at_best)
    if pod > domain:
        at_best = _step_s(target, whole, pod)
        stretch[ONE_POD, MORE] = _permille(_step_s(target, _across_pods(whole, domain), pod), at_best)
    return np.maximum.accumulate(stretch, axis=1)


def _across_pods(hardware: Hardware, chips: int) -> Hardware:
    """The same machine to a job of which no more than `chips` lie together in a pod."""
    return hardware._replace(tier_chips=np.array([chips, WHOLE_NETWORK]))


def _step_s(target: Target, hardware: Hardware, chips: int) -> float:
    """Duration of a step of the reference job [s]."""
    from gortyn.training.step import evaluate  # loads the compiler

    model = Architecture.from_catalogue(REFERENCE_MODEL, target.facts)
    strategy = Strategy(dp=chips, zero=1, precision=NUMBER_FORMATS[target.machine.training_dtype])
    return evaluate(model, hardware, strategy, chips, target.software(model)).step_s


def _permille(slow_s: float, fast_s: float) -> int:
    return max(ALWAYS_PM, round(ALWAYS_PM * slow_s / fast_s))
