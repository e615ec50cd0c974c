"""This module owns rows of published training runs: what a row states, what its silence means, and when it is refused.

What a row leaves out is filled by rules that hold for all rows of a software stack, never by what the row measured:
what a stack always does by that, all else by the fastest that fits. A number format is never guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gortyn.catalogue import Lookup
from gortyn.kernels.training_types import Coefficients, Hardware
from gortyn.training.architecture import Architecture, UnknownShape
from gortyn.training.coefficients import coefficients_of, release_date, software_of
from gortyn.training.hardware import Tier, UnknownChip, hardware_of, known_chip
from gortyn.training.step import Step, evaluate
from gortyn.training.strategy import RECOMPUTE, InvalidStrategy, Strategy, precision_of

Row = tuple[int, Mapping[str, str]]
"""Line of the file and the cells by column, empty texts where a cell is empty."""

COLUMNS: Final = ("id", "source", "model", "chip", "n_chips", "precision", "TP", "PP", "DP", "global_batch")
"""Columns that a table must have; what else is missing counts as left out in every row."""
COUNTS: Final = (
    *("layers", "hidden", "ffn", "heads", "kv_heads", "vocab", "seq_len", "n_chips", "chips_per_node"),
    *("TP", "PP", "DP", "CP", "EP", "virtual_stages", "microbatch", "global_batch", "year"),
)
"""Columns of whole numbers, at least 1."""
NUMBERS: Final = (
    *("experts", "active_experts", "params_total", "params_active", "measured_step_time_s", "derived_step_time_s"),
    *("measured_tflops_per_chip", "measured_mfu", "tokens_per_s", "tokens_total", "measured_memory_gb"),
)
TIMES: Final = ("measured_step_time_s", "derived_step_time_s")
HYBRID: Final = "HSDP"
FULLY_SHARDED: Final = ("llm-foundry", "torchtitan", "torchtitan-eager", "fms-fsdp", "maxtext")
"""Stacks that shard parameters where a row does not say."""
INTERLEAVED: Final = ("megatron-core", "megatron-core-tokendrop", "mlperf")
"""Stacks whose recipes interleave: where a row does not say, the fastest number of virtual stages that divides."""
STEPPED: Final = ("torchtitan", "torchtitan-eager")
"""Stacks that cut a replica's batch into as many microbatches as there are virtual stages where a row does not say."""
FABRIC: Final = re.compile(r"(?:(\d+)\s*x\s*)?(\d+)\s*Gb(?:/s|ps)[^,;]*?(?:per |/)(node|gpu|chip)", re.IGNORECASE)
WHOLE_NETWORK: Final = 2**62  # unit: more chips than there are
MICROBATCHES: Final = tuple(2**power for power in range(7))


class Refused(ValueError):
    """A row that says too little, or what Gortyn does not model; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Run:
    """A row that can be predicted.

    Attributes
    ----------
    id, source, arch : as in the row; arch is dense or moe
    label : short name of the source, for groups
    software : software stack
    architecture, hardware, coefficients : what is evaluated
    strategies : what the row may mean
    batch : samples of a step
    measured_s : measured step time [s]
    measured_gb : measured peak of device memory [GB], None where the row does not say
    """

    id: str
    source: str
    label: str
    arch: str
    software: str
    architecture: Architecture
    hardware: Hardware
    coefficients: Coefficients
    strategies: tuple[Strategy, ...]
    batch: int
    measured_s: float
    measured_gb: float | None

    def predict(self) -> tuple[Strategy, Step]:
        """The strategy that the row's silence stands for, and its step.

        Of what the row leaves open the fastest that fits; where none fits, what needs least memory.
        """
        steps = [
            (strategy, evaluate(self.architecture, self.hardware, strategy, self.batch, self.coefficients))
            for strategy in self.strategies
        ]
        fitting = [pair for pair in steps if pair[1].fits]
        if not fitting:
            return min(steps, key=lambda pair: sum(pair[1].memory_gb.values()))
        return min(fitting, key=lambda pair: pair[1].step_s)

    def utilisation(self) -> float:
        """Model FLOPs of the measured run over the dense peak of its number format."""
        flops = self.batch * self.architecture.sequence * self.architecture.flops_per_token
        return flops / self.measured_s / self.strategies[0].chips / self.hardware.peak_flops


def table_faults(rows: Sequence[Row], file: str) -> list[str]:
    """What is wrong with a table itself, as `file:line: column: what`."""
    line, first = rows[0]
    faults = [f"{file}:1: {column}: the column is missing" for column in COLUMNS if column not in first]
    if not any(column in first for column in TIMES):
        faults.append(f"{file}:1: {' or '.join(TIMES)}: the column is missing")
    for line, row in rows:
        faults += [f"{file}:{line}: {column}: {fault}" for column in (*COUNTS, *NUMBERS)
                   if (fault := _cell_fault(row.get(column, ""), column in COUNTS))]  # fmt: skip
    return faults


def run_of(row: Mapping[str, str], facts: Lookup, software: str | None = None) -> Run:
    """What a row says, ready to be predicted.

    Parameters
    ----------
    row : cells by column
    facts : reader of the catalogue
    software : stack of all rows; that of the row's source where None

    Raises
    ------
    Refused : the row says too little or something that is not modelled; the message is the reason.
    """
    measured = next((float(row[column]) for column in TIMES if row.get(column, "").strip()), None)
    if measured is None:
        raise Refused("no step time: measured_step_time_s and derived_step_time_s are empty")
    precision = precision_of(row["precision"])
    if precision is None:
        said = f"{row['precision']!r} is not known" if row["precision"].strip() else "is empty"
        raise Refused(f"precision {said}, and a number format is not guessed")
    chip = known_chip(row["chip"], facts.catalogue)
    if chip is None:
        near = facts.catalogue.suggest("chips", row["chip"])
        raise Refused(f"unknown chip {row['chip']!r}" + (f", did you mean {near}?" if near else ""))
    for column in ("n_chips", "TP", "PP", "global_batch"):
        if not row[column].strip():
            raise Refused(f"{column} is empty")
    stack = software or software_of(row)
    try:
        architecture = Architecture.from_row(row, facts)
        if "w/o mtp" in row.get("notes", "").lower():
            architecture = replace(architecture, mtp_layers=0)
        hardware = hardware_of(chip, facts, precision, _network(row))
        coefficients = coefficients_of(stack, facts, chip=chip, date=release_date(row), moe=architecture.experts > 0)
        strategies = _strategies(row, stack, architecture, precision, hardware)
    except (UnknownShape, UnknownChip, InvalidStrategy) as error:
        raise Refused(str(error)) from None
    return Run(
        id=row["id"],
        source=row["source"],
        label=label_of(row["source"]),
        arch="moe" if architecture.experts else "dense",
        software=stack,
        architecture=architecture,
        hardware=hardware,
        coefficients=coefficients,
        strategies=strategies,
        batch=int(float(row["global_batch"])),
        measured_s=measured,
        measured_gb=float(peak) if (peak := row.get("measured_memory_gb", "").strip()) else None,
    )


def label_of(source: str) -> str:
    """Short name of a source, the same for all files of one release.

    >>> label_of("github mlcommons/training_results_v4.1 NVIDIA/results/eos_n32_ngc24.09_nemo/gpt3/result_*.txt")
    'mlcommons/training_results_v4.1'
    >>> label_of("github NVIDIA-NeMo/Megatron-Bridge docs/performance-summary-archive.md (26.02 container)")
    'NVIDIA-NeMo/Megatron-Bridge (26.02 container)'
    """
    words = source.removeprefix("github ").split()
    remark = re.search(r"\(.+\)$", source)
    if source.startswith("github ") and words:
        return f"{words[0]} {remark.group()}" if remark else words[0]
    return " ".join(words[:2])


def _strategies(
    row: Mapping[str, str], stack: str, model: Architecture, precision: str, hardware: Hardware
) -> tuple[Strategy, ...]:
    """Strategies that a row may mean."""
    tp, pp, cp, vp = (_count(row, column) or 1 for column in ("TP", "PP", "CP", "virtual_stages"))
    chips, batch = _count(row, "n_chips") or 1, _count(row, "global_batch") or 1
    dp = _count(row, "DP") or max(1, chips // (tp * pp * cp))
    if tp * pp * cp * dp != chips:
        raise Refused(f"TP {tp} x PP {pp} x CP {cp} x DP {dp} is {tp * pp * cp * dp} chips, n_chips is {chips}")
    if batch % dp:
        raise Refused(f"global_batch {batch} is not a multiple of DP {dp}")
    ep = (_count(row, "EP") or 1) if model.experts else 1
    base = Strategy(tp=tp, pp=pp, dp=dp, cp=cp, ep=ep, vp=vp, precision=precision)
    if (stated := _count(row, "microbatch")) is not None:
        sizes = (stated,)
    elif stack in STEPPED and pp > 1:
        base = replace(base, vp=2 if vp == 1 and "interleaved" in row.get("notes", "").lower() else vp)
        sizes = (max(1, batch // dp // (pp * base.vp)),)
    else:
        sizes = tuple(size for size in MICROBATCHES if batch // dp % size == 0)
    stages = _virtual_stages(row, stack, base, model)
    found = tuple(
        replace(one, microbatch=size, vp=vp)
        for one in _kept(row, stack, base, hardware)
        for size in sizes
        for vp in stages
    )
    if fault := found[0].fault(batch):
        raise InvalidStrategy(fault)
    return found


def _virtual_stages(row: Mapping[str, str], stack: str, base: Strategy, model: Architecture) -> tuple[int, ...]:
    """Numbers of virtual stages that the row may mean, each with at least two layers."""
    if row.get("virtual_stages", "").strip() or stack not in INTERLEAVED or base.pp == 1:
        return (base.vp,)
    each = math.ceil(model.layers / base.pp)
    return tuple(count for count in range(1, each // 2 + 1) if each % count == 0) or (1,)


def _kept(row: Mapping[str, str], stack: str, base: Strategy, hardware: Hardware) -> list[Strategy]:
    """What the row may keep in memory: ways to shard, to recompute and to offload."""
    said = row.get("zero_stage", "").strip()
    if said == HYBRID:
        base = replace(base, zero=3, shard=min(base.dp, hardware.domain_chips))  # unit: stage
    elif said:
        base = replace(base, zero=int(float(said)))
    elif stack in FULLY_SHARDED:
        base = replace(base, zero=3)  # unit: stage
    unsaid = not said and base.pp == 1 and base.zero < 2 and base.ep == 1
    sharded = [base, replace(base, zero=3)] if unsaid else [base]  # unit: stage
    recompute = row.get("recompute", "").strip()
    if recompute and recompute not in RECOMPUTE:
        raise Refused(f"recompute {recompute!r} is not one of {', '.join(RECOMPUTE)}")
    kept = [replace(one, recompute=recompute or "none") for one in sharded]
    if not recompute:
        kept.append(replace(sharded[-1], recompute="selective"))
    if not hardware.separate_host:
        kept.append(replace(kept[-1], offload=True))
    if not recompute:
        kept.append(replace(sharded[-1], recompute="full"))
    return kept


def _network(row: Mapping[str, str]) -> tuple[Tier, ...] | None:
    """The network tier that a row states, None where it does not say the rate of a chip clearly.

    >>> _network({"fabric": "8x200Gb/s HDR IB per node (Selene)", "chips_per_node": "8"})[0].gbit_per_s
    200.0
    """
    found = FABRIC.search(row.get("fabric", ""))
    if found is None:
        return None
    rate = float(found[2]) * float(found[1] or 1)
    per = _count(row, "chips_per_node") if found[3].lower() == "node" else 1
    return (Tier(WHOLE_NETWORK, rate / per),) if per else None


def _count(row: Mapping[str, str], column: str) -> int | None:
    cell = row.get(column, "").strip()
    return int(float(cell)) if cell else None


def _cell_fault(cell: str, count: bool) -> str | None:
    """What is wrong with a cell that has to hold a number, None if nothing."""
    cell = cell.strip()
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        return f"{cell!r} is not a number"
    if not math.isfinite(value):
        return f"{cell} is not a finite number"
    if count and (value < 1 or value != int(value)):
        return f"{cell} is not a whole number of at least 1"
    return f"{cell} must be above 0" if value < 0 else None
