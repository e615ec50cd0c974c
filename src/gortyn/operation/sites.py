"""This module owns the partitions as the kernel sees them: numbered nodes in domains and pods, checkpoints, speeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.kernels.cluster_types import Sites
from gortyn.machine import Partition, enclave_of
from gortyn.model import Scenario, known
from gortyn.model.conversions import S_PER_HOUR, S_PER_MIN
from gortyn.operation.failures import node_mttf_s
from gortyn.operation.tariffs import Tariffs
from gortyn.operation.windows import speeds_pm
from gortyn.training.goodput import best_interval

SAMPLES: Final = 200  # unit: sizes
"""Sizes of jobs for which the best checkpoint interval is computed; those between them are interpolated."""
LONGEST_S: Final = 2**28  # unit: seconds, eight years
SIGNAL: Final = {"cheapest": "price", "greenest": "carbon"}
"""What the federation rules go by that look at the hour."""


def sites(
    scenario: Scenario,
    partitions: Sequence[Partition],
    stretch_pm: Mapping[str, NDArray[np.int32]],
    tariffs: Tariffs,
    most_nodes: int,
) -> Sites:
    """Partitions, their nodes and what running there means.

    Nodes are numbered in the order in which they come into service; domains and pods hold consecutive nodes.

    Parameters
    ----------
    scenario : resolved
    partitions : in the order of the jobs' indices
    stretch_pm : per machine, int32[least tier, actual tier], slow-down of a job that spans more than it must [‰]
    tariffs : power of every site
    most_nodes : of the largest job
    """
    operations = scenario.operations
    machines = [scenario.machine(partition.machine) for partition in partitions]
    nodes = np.array([partition.nodes for partition in partitions])
    per_node = [partition.chips_per_node for partition in partitions]
    domain_nodes = [max(1, known(m.domain_chips) // n) for m, n in zip(machines, per_node, strict=True)]
    pod_domains = [max(1, m.pod_chips // n // d) for m, n, d in zip(machines, per_node, domain_nodes, strict=True)]
    domain, pod = _numbered(nodes.tolist(), domain_nodes, pod_domains)
    steps = sorted(
        (second, p, count)
        for p, partition in enumerate(partitions)
        for second, count in zip(partition.step_s.tolist(), partition.step_nodes.tolist(), strict=True)
    )
    step_s, step_part, step_nodes = np.array(steps, np.int64).reshape(len(steps), 3).T  # unit: columns of a step
    alike = [_alike(scenario, partition) for partition in partitions]
    kinds = list(dict.fromkeys(alike))
    reliability = operations.reliability
    restart_s = round(reliability.restart_min * S_PER_MIN)
    detection_s = round(operations.failures.detection_min * S_PER_MIN)
    write_s = round(reliability.checkpoint_write_min * S_PER_MIN)
    persist_s = round(reliability.checkpoint_persist_min * S_PER_MIN)
    if max(restart_s + detection_s, write_s, persist_s) > LONGEST_S:
        message = (
            "a restart, a detection or a checkpoint takes more than eight years; the simulation counts 32-bit seconds"
        )
        raise ValueError(message)
    places = [partition.site for partition in partitions]
    signal = np.zeros((len(partitions), 0))
    if operations.federation in SIGNAL:
        signal = tariffs.by(SIGNAL[operations.federation])[places]
    every = np.ones(len(partitions), np.int32)
    return Sites(
        node_first=np.concatenate(([0], np.cumsum(nodes))).astype(np.int32),
        chips_per_node=np.array(per_node, np.int32),
        spares=np.array([partition.spares for partition in partitions], np.int32),
        kind=np.array([kinds.index(one) for one in alike], np.int16),
        domain=domain,
        pod=pod,
        domain_nodes=np.array(domain_nodes, np.int32),
        pod_nodes=np.array([d * n for d, n in zip(pod_domains, domain_nodes, strict=True)], np.int32),
        step_s=step_s.astype(np.int32),
        step_part=step_part.astype(np.int16),
        step_nodes=step_nodes.astype(np.int32),
        stretch_pm=np.stack([stretch_pm[partition.machine] for partition in partitions]),
        resume_s=every * restart_s,
        recover_s=every * (restart_s + detection_s),
        write_s=every * write_s,
        persist_s=every * persist_s,
        interval_s=np.stack(
            [checkpoint_intervals_s(scenario, p.chips_per_node, most_nodes, write_s) for p in partitions]
        ),
        speed_pm=speeds_pm(scenario, partitions, tariffs.price_eur_per_mwh.shape[1]),
        signal=np.ascontiguousarray(signal),
    )


def _alike(scenario: Scenario, partition: Partition) -> tuple[object, ...]:
    """What two partitions have in common between which jobs may move: the machine, and of enclaves all that shows.

    Enclaves must take the same data, and slow a job down and clean up after it alike, for its time is that of its home.
    """
    enclave = enclave_of(scenario, partition)
    if enclave is None:
        return (partition.machine,)
    return partition.machine, frozenset(enclave.takes), enclave.overhead_share, enclave.clean_hours


def _numbered(
    nodes: list[int], domain_nodes: list[int], pod_domains: list[int]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Domain of every node and pod of every domain, numbered through all partitions."""
    domains, pods = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    first_domain = first_pod = 0
    for count, in_domain, in_pod in zip(nodes, domain_nodes, pod_domains, strict=True):
        domain = np.arange(count) // in_domain
        pod = np.arange(int(domain[-1]) + 1) // in_pod
        domains.append(domain + first_domain)
        pods.append(pod + first_pod)
        first_domain += pod.size
        first_pod += int(pod[-1]) + 1
    return np.concatenate(domains).astype(np.int32), np.concatenate(pods).astype(np.int32)


def checkpoint_intervals_s(scenario: Scenario, chips_per_node: int, most_nodes: int, write_s: int) -> NDArray[np.int32]:
    """Work between checkpoints by nodes of the job, int32[most_nodes + 1] [s]; 0 where nothing fails.

    Stated, or the one that makes goodput largest at the rate of the job's nodes and of its software together.
    """
    failures = scenario.operations.failures
    if failures.checkpoint_interval_min is not None:
        return np.full(most_nodes + 1, max(1, round(failures.checkpoint_interval_min * S_PER_MIN)), np.int32)
    per_hour = known(failures.job_rate_per_hour) if failures.drawn else 0.0
    per_node_hour = S_PER_HOUR / node_mttf_s(scenario, chips_per_node) if failures.drawn else 0.0
    if per_hour + per_node_hour == 0:
        return np.zeros(most_nodes + 1, np.int32)
    sizes = np.unique(np.geomspace(1, max(1, most_nodes), SAMPLES).round())
    best_h = [best_interval(per_hour + size * per_node_hour, write_s / S_PER_HOUR) for size in sizes.tolist()]
    best_s = np.interp(np.arange(most_nodes + 1), sizes, np.minimum(best_h, math.inf)) * S_PER_HOUR
    return np.clip(best_s, 1, np.iinfo(np.int32).max // 2).astype(np.int32)
