"""This module owns the size of a phase: physical chips, H100-equivalents and megawatts, always all three."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from gortyn.catalogue import Lookup
from gortyn.model import Machine, Phase, known
from gortyn.model.conversions import KW_PER_MW, TFLOPS_PER_EXAFLOPS

REFERENCE_CHIP: Final = "H100-SXM"
"""The chip whose dense 16-bit peak is one H100-equivalent."""

# A size that comes back from its own H100-equivalents must not gain a node by rounding noise.
RELATIVE_NOISE: Final = 1e-12  # source: some thousand units in the last place of a double


@dataclass(frozen=True, slots=True)
class Size:
    """What a number of chips amounts to.

    Attributes
    ----------
    chips : physical chips, whole nodes
    nodes, domains, pods : nodes, scale-up domains and pods that hold them, each rounded up
    h100_equivalents : dense 16-bit peak over that of one H100 SXM
    it_mw : IT power at full load [MW]
    exaflops : dense 16-bit peak [EFLOP/s]
    """

    chips: int
    nodes: int
    domains: int
    pods: int
    h100_equivalents: float
    it_mw: float
    exaflops: float


def size(phase: Phase, machine: Machine, facts: Lookup) -> Size:
    """Size of a phase, bought in whole nodes.

    Parameters
    ----------
    phase : its `chips` or `h100_equivalents` are rounded up to whole nodes
    machine : resolved machine that the phase installs
    facts : catalogue, for the peak of the reference chip

    Raises
    ------
    ValueError : the machine is not resolved.
    """
    tflops = known(machine.bf16_dense_tflops)
    reference_tflops = facts.number("chips", REFERENCE_CHIP, "bf16_dense_tflops")
    per_node = known(machine.chips_per_node)
    wanted = phase.chips if phase.chips is not None else known(phase.h100_equivalents) * reference_tflops / tflops
    nodes = _whole(wanted / per_node)
    chips = nodes * per_node
    return Size(
        chips=chips,
        nodes=nodes,
        domains=_whole(chips / known(machine.domain_chips)),
        pods=_whole(chips / machine.pod_chips),
        h100_equivalents=chips * tflops / reference_tflops,
        it_mw=chips * known(machine.it_power_kw_per_chip) / KW_PER_MW,
        exaflops=chips * tflops / TFLOPS_PER_EXAFLOPS,
    )


def _whole(number: float) -> int:
    """The number rounded up, at least 1.

    >>> _whole(12.5), _whole(12.0), _whole(12.0 + 1e-14), _whole(0.0)
    (13, 12, 12, 1)
    """
    return max(1, math.ceil(number * (1 - RELATIVE_NOISE)))
