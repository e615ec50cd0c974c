"""This module owns what the step model is told of a machine: a chip's rates, its scale-up domain and the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gortyn.catalogue import Catalogue, Lookup
from gortyn.kernels.training_types import Hardware, pack
from gortyn.model.conversions import BITS_PER_BYTE, BITS_PER_GBIT, BYTES_PER_GB, BYTES_PER_TB, FLOPS_PER_TFLOPS
from gortyn.training.strategy import BF16
from gortyn.training.surfaces import OPERATIONS, surfaces_for

if TYPE_CHECKING:
    from gortyn.catalogue.surface import Surfaces as Tables

PEAK_FIELD: Final = {
    BF16: "bf16_dense_tflops",
    "fp8": "fp8_dense_tflops",
    "mxfp8": "fp8_dense_tflops",
    "nvfp4": "fp4_dense_tflops",
}
SERIES: Final = {BF16: "bf16", "fp8": "fp8", "mxfp8": "mxfp8", "nvfp4": "nvfp4"}
OPERAND_BYTES: Final = {BF16: 2.0, "fp8": 1.0, "mxfp8": 1.0, "nvfp4": 0.5}  # unit: bytes of a number of that format
COLLECTIVES: Final = [OPERATIONS.index(name) for name in ("all_reduce", "all_gather", "reduce_scatter", "alltoall")]
BLOCK_SCALED: Final = {"mxfp8", "nvfp4"}


class UnknownChip(ValueError):
    """No chip of the catalogue goes by that name, or it cannot compute in that number format."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of the network beyond the scale-up domain.

    Attributes
    ----------
    chips : chips that the tier spans
    gbit_per_s : rate of a chip's adapter in one direction [Gbit/s]
    oversubscription : rate that the tier takes in, over the rate that it passes up, >= 1
    latency_s : time of one hop of a message [s]
    """

    chips: int
    gbit_per_s: float
    oversubscription: float = 1.0
    latency_s: float | None = None


def hardware_of(
    chip: str,
    facts: Lookup,
    precision: str,
    network: Sequence[Tier] | None = None,
    calibration: Tables | None = None,
    domain_chips: int | None = None,
) -> Hardware:
    """What the kernels need to know of a machine of one chip.

    Parameters
    ----------
    chip : name in the catalogue, or of one of the variants in its kind `step_model`
    facts : reader of the catalogue
    precision : number format of the matrix products, of `PRECISIONS`
    network : tiers beyond the domain, ascending; one of full rate at the chip's adapter where None
    calibration : surfaces measured on the machine itself; the shipped ones where None
    domain_chips : chips of a scale-up domain, the catalogue's where None

    Raises
    ------
    UnknownEntry : the catalogue has no such chip.
    UnknownChip : the chip has no matrix rate in that number format.
    """
    variant = chip
    chip = _base(variant, facts)
    peak = facts.get_number("chips", chip, PEAK_FIELD[precision])
    if peak is None:
        raise UnknownChip(f"{chip} has no dense peak in {precision}")
    # Block-scaled formats came to chips together: a matrix unit that takes blocks of 8 bits takes those of 4.
    if precision in BLOCK_SCALED and facts.get_number("chips", chip, PEAK_FIELD["nvfp4"]) is None:
        raise UnknownChip(f"{chip} has no block-scaled number formats, such as {precision}")
    arrays = surfaces_for(chip, SERIES[precision], facts, calibration).arrays
    arrays16 = arrays if precision == BF16 else surfaces_for(chip, BF16, facts, calibration).arrays
    # What the kernels of inference reach is not quite what training reaches; powers and clocks differ by chip.
    own = _number(variant, "rate", facts) or _number(chip, "rate", facts) or 1.0
    rate, rate16 = (own * facts.number("step_model", "rates", f"gemm_{name}") for name in (precision, BF16))
    coherent = facts.get_number("step_model", chip, "coherent_host_gb_per_s")
    nic = _number(variant, "nic_gbit_per_s", facts) or facts.number("chips", chip, "nic_gbit_per_s")
    domain = facts.get_number("chips", chip, "scale_up_gb_per_s")
    latency = facts.number("step_model", "network", "hop_latency_s")
    tiers = network or (Tier(np.iinfo(np.int64).max, nic),)
    return Hardware(
        peak_flops=peak * FLOPS_PER_TFLOPS,
        peak16_flops=facts.number("chips", chip, PEAK_FIELD[BF16]) * FLOPS_PER_TFLOPS,
        operand_bytes=OPERAND_BYTES[precision],
        block_scaled=int(precision in BLOCK_SCALED),
        memory_bytes=(_number(variant, "device_memory_gb", facts) or facts.number("chips", chip, "memory_gb"))
        * BYTES_PER_GB,
        memory_bytes_per_s=_memory_rate(variant, chip, facts) * BYTES_PER_TB,
        host_bytes_per_s=(coherent or facts.number("step_model", "host", "gb_per_s")) * BYTES_PER_GB,
        separate_host=0 if coherent else 1,
        domain_chips=domain_chips or int(facts.number("chips", chip, "scale_up_domain_chips")),
        domain_bytes_per_s=(domain or nic / BITS_PER_BYTE) * BYTES_PER_GB,
        tier_chips=np.array([tier.chips for tier in tiers], dtype=np.int64),
        tier_bytes_per_s=np.array(
            [tier.gbit_per_s * BITS_PER_GBIT / BITS_PER_BYTE / tier.oversubscription for tier in tiers],
            dtype=np.float64,
        ),
        tier_latency_s=np.array(
            [latency if tier.latency_s is None else tier.latency_s for tier in tiers], dtype=np.float64
        ),
        surfaces=pack(
            (
                (arrays.gemm * rate, arrays.gemm_origin),
                (arrays16.gemm * rate16, arrays16.gemm_origin),
                (arrays16.attention * rate16, arrays16.attention_origin),
                (arrays.grouped * rate, arrays.grouped_origin),
                *((arrays.collective[operation], arrays.collective_origin) for operation in COLLECTIVES),
            )
        ),
    )


def known_chip(text: str, catalogue: Catalogue) -> str | None:
    """The catalogue's name of a chip or variant that a table calls `text`; None if it has none.

    The aliases are the fields of `step_model/chip-aliases`; all words of one have to occur, and the first such wins.

    >>> from gortyn.catalogue import load
    >>> [known_chip(text, load()) for text in ("NVIDIA H100-SXM5-80GB", "a100_40gb", "TPU-trillium", "Cerebras")]
    ['H100-SXM', 'A100-40GB', 'TPU-v6e', None]
    """
    if catalogue.has("chips", text, "name"):
        return text
    plain = re.sub(r"[^a-z0-9]", "", re.sub(r"\(r\)", "", text.lower()))
    aliases = catalogue.entry("step_model", "chip-aliases")
    return next((fact.text for fact in aliases.values() if all(word in plain for word in fact.field.split("_"))), None)


def _base(name: str, facts: Lookup) -> str:
    """The chip that a variant is one of; the chip itself where it is none."""
    if facts.catalogue.has("step_model", name, "chip"):
        return facts.text("step_model", name, "chip")
    return name


def _number(variant: str, field: str, facts: Lookup) -> float | None:
    return facts.get_number("step_model", variant, field)


def _memory_rate(variant: str, chip: str, facts: Lookup) -> float:
    """Rate of the device memory [TB/s]; where the catalogue is silent that of the chip whose surfaces stand in."""
    own = _number(variant, "memory_tb_per_s", facts) or facts.get_number("chips", chip, "memory_tb_per_s")
    if own is not None:
        return own
    measured = surfaces_for(chip, BF16, facts).measured_on
    return facts.number("chips", measured, "memory_tb_per_s")
