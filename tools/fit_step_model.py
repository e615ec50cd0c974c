"""Fits the coefficients of the step model to a table of published training runs and prints them as rows to compare.

    python tools/fit_step_model.py measured_runs.csv

Robust least squares (soft L1) of the logarithm of predicted over measured step time, stage by stage, on the sources of
`gortyn.training.validation.CALIBRATION` alone: sharded stacks first (they set the rate of 16-bit products and the
attention kernels of a chip before), then Megatron of 2021, TorchTitan, the stacks of NVIDIA, and mixtures of experts.
Needs SciPy, which Gortyn itself does not. Nothing is written; the catalogue's `step_model.csv` is edited by hand.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from gortyn.catalogue import load
from gortyn.catalogue.lookup import Lookup
from gortyn.kernels import training as kernels
from gortyn.kernels.training_types import Hardware, Layout
from gortyn.training.coefficients import coefficients_of, release_date
from gortyn.training.hardware import known_chip
from gortyn.training.runs import Refused, Run, run_of
from gortyn.training.strategy import precision_of

Key = tuple[str, str]
"""Entry and field of the catalogue's step_model."""
Range = tuple[float, float, float]
"""Start, least and most of a coefficient."""

CORE, BENCHMARK, PLAIN = "software-megatron-core", "software-mlperf", "software-megatron-2021"
FOUNDRY, TITAN, EXPERTS = "software-llm-foundry", "software-torchtitan", "software-megatron-core-moe"

STAGES: list[tuple[str, tuple[str, ...], str, dict[Key, Range]]] = [
    (
        "llm-foundry",
        ("mosaicml/llm-foundry (A100 40GB", "mosaicml/llm-foundry (H100 80GB"),
        "dense",
        {
            ("rates", "gemm_bf16"): (0.95, 0.8, 1.1),
            ("H100-SXM", "attention_time"): (2.0, 1, 4),
            (FOUNDRY, "attention_time"): (1.2, 0.5, 4),
            (FOUNDRY, "launch_s"): (5e-4, 0, 1.5e-3),
            (FOUNDRY, "step_s"): (0.02, 0, 0.1),
            (FOUNDRY, "shard_exposed"): (0.5, 0, 1),
            (FOUNDRY, "data_overlap"): (0.8, 0, 1),
            (FOUNDRY, "jitter_share"): (0.004, 0, 0.012),
        },
    ),
    (
        "Megatron of 2021",
        ("VIA-Research/vTrain",),
        "dense",
        {
            (PLAIN, "score_bytes"): (21, 5, 60),
            (PLAIN, "launch_s"): (3e-4, 0, 6e-4),
            (PLAIN, "step_s"): (0.05, 0, 0.1),
            (PLAIN, "tensor_exposed"): (0.9, 0.5, 1.2),
            (PLAIN, "network_share"): (0.5, 0.2, 1),
            (PLAIN, "pipeline_exposed"): (1, 0, 3),
            (PLAIN, "jitter_share"): (0.001, 0, 0.012),
        },
    ),
    (
        "TorchTitan",
        ("pytorch/torchtitan",),
        "dense",
        {
            (TITAN, "attention_time"): (0.97, 0.6, 3),
            ("software-torchtitan-eager", "fusion"): (3.9, 1, 6),
            (TITAN, "selective_share"): (0.4, 0, 0.6),
            (TITAN, "bubble_time"): (1.2, 1, 1.7),
            (TITAN, "tensor_exposed"): (0.5, 0, 1.2),
            ("software-torchtitan-async", "tensor_exposed"): (0.3, 0, 1),
            (TITAN, "context_exposed"): (0.8, 0, 1.5),
            (TITAN, "launch_s"): (2e-4, 0, 1e-3),
            (TITAN, "shard_exposed"): (0.5, 0.3, 0.8),
        },
    ),
    (
        "NVIDIA, dense",
        (
            "mlcommons/training_results_v3.0",
            "mlcommons/training_results_v3.1",
            "mlcommons/training_results_v4.0",
            "NVIDIA-NeMo/Megatron-Bridge (25.11 ",
            "NVIDIA-NeMo/Megatron-Bridge (26.02 ",
            "NVIDIA-NeMo/Megatron-Bridge (26.04 ",
        ),
        "dense",
        {
            ("rates", "gemm_fp8"): (1.0, 0.8, 1.3),
            ("rates", "gemm_mxfp8"): (0.9, 0.7, 1.2),
            ("rates", "gemm_nvfp4"): (1.0, 0.7, 1.3),
            ("B200-SXM", "rate"): (1, 0.85, 1.15),
            ("GB200-NVL72", "rate"): (1, 0.85, 1.15),
            ("GB300-NVL72", "rate"): (1, 0.85, 1.15),
            (CORE, "launch_s"): (1e-4, 0, 3e-4),
            (CORE, "tensor_exposed"): (0.3, 0, 1),
            (BENCHMARK, "tensor_exposed"): (0.2, 0, 1),
            (CORE, "data_exposed"): (0.5, 0, 1.2),
            (CORE, "bubble_time"): (1, 1, 3),
            (CORE, "pipeline_exposed"): (0.2, 0, 1),
            (CORE, "context_exposed"): (0.6, 0, 1),
            (CORE, "jitter_share"): (0.003, 0, 0.004),
            (CORE, "attention_time"): (1, 0.7, 1.4),
            (CORE, "shard_exposed"): (0.2, 0, 0.4),
            (CORE, "quantise_passes"): (0.2, 0, 1),
            (BENCHMARK, "maturing_per_year"): (0.3, 0, 0.6),
            (CORE, "maturing_per_year"): (0.08, 0, 0.3),
        },
    ),
    (
        "NVIDIA, mixtures of experts",
        (
            "NVIDIA-NeMo/Megatron-Bridge (25.11 ",
            "NVIDIA-NeMo/Megatron-Bridge (26.02 ",
            "NVIDIA-NeMo/Megatron-Bridge (26.04 ",
        ),
        "moe",
        {
            (EXPERTS, "plain_passes"): (40, 0, 150),
            (EXPERTS, "expert_floor_s"): (0.008, 0.006, 0.0085),
            (EXPERTS, "grouped_time"): (1, 0.8, 1.6),
            (EXPERTS, "expert_exposed"): (0.8, 0.3, 1),
            (EXPERTS, "maturing_per_year"): (0.15, 0, 0.3),
            (EXPERTS, "attention_time"): (1, 0.7, 1.4),
        },
    ),
]
SOFT_L1 = {"dense": 0.03, "moe": 0.06}
"""Relative error from which a row counts less than its square."""
PRIOR = 0.02
"""Weight of a coefficient's distance from its start, so that none wanders where the data are silent."""
# The law t = a (m + (PP - 1) / VP) + c that the logs of MLPerf v3.1 follow, a = 0.0847 s and c = 0.203 s for GPT-3 on
# H100 with TP 4, PP 8, VP 12: (replicas, microbatches, seconds).
LAW = ((256, 24, 2.285), (336, 8, 0.930))


class Trial(Lookup):
    """The catalogue with coefficients on trial."""

    def __init__(self) -> None:
        super().__init__(load())
        self.tried: dict[Key, float] = {}

    def get_number(self, kind: str, entry: str, field: str) -> float | None:
        """The value on trial, else the catalogue's."""
        if kind == "step_model" and (entry, field) in self.tried:
            return self.tried[entry, field]
        return super().get_number(kind, entry, field)

    def number(self, kind: str, entry: str, field: str) -> float:
        """The value on trial, else the catalogue's."""
        return self.tried[entry, field] if (entry, field) in self.tried else super().number(kind, entry, field)


@dataclass
class Case:
    """A run, what its coefficients depend on, and the layout that fits it best at present."""

    run: Run
    chip: str
    date: float | None
    precision: str
    rates: tuple[float, float]
    layout: Layout | None = None

    def hardware(self, facts: Trial) -> Hardware:
        """The machine at the rates on trial: surfaces are shares of a peak, so that scaling the peak scales them."""
        now, before, hardware = rates(self.chip, self.precision, facts), self.rates, self.run.hardware
        return hardware._replace(
            peak_flops=hardware.peak_flops * now[0] / before[0], peak16_flops=hardware.peak16_flops * now[1] / before[1]
        )

    def step_s(self, facts: Trial) -> float:
        """Predicted step time."""
        run, hardware = self.run, self.hardware(facts)
        software = coefficients_of(run.software, facts, chip=self.chip, date=self.date, moe=run.arch == "moe")
        shape = run.architecture.shape()
        if self.layout is None:
            self.layout = replace(run, hardware=hardware, coefficients=software).predict()[0].layout()
        return kernels.evaluate(shape, hardware, software, self.layout, run.batch)[1].step_s


def rates(chip: str, precision: str, facts: Lookup) -> tuple[float, float]:
    """Share of the surfaces that training reaches, in a precision and in 16 bits."""
    own = facts.get_number("step_model", chip, "rate") or 1.0
    return tuple(own * facts.number("step_model", "rates", f"gemm_{name}") for name in (precision, "bf16"))  # pyright: ignore[reportReturnType]


def cases(path: Path, facts: Trial) -> list[Case]:
    """Rows of the table that can be predicted, and the two points of the law."""
    found: list[Case] = []
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                run = run_of(row, facts)
            except Refused:
                continue
            chip, precision = str(known_chip(row["chip"], facts.catalogue)), str(precision_of(row["precision"]))
            found.append(Case(run, chip, release_date(row), precision, rates(chip, precision, facts)))
    first = next(case for case in found if "v3.0" in case.run.label)
    label = "mlcommons/training_results_v3.1"
    for dp, microbatches, seconds in LAW:
        strategy = replace(first.run.strategies[0], dp=dp)
        batch = dp * microbatches
        run = replace(first.run, label=label, strategies=(strategy,), batch=batch, measured_s=seconds)
        found.append(replace(first, run=run, date=release_date({"source": label})))
    return found


def fit(chosen: list[Case], ranges: dict[Key, Range], scale: float, facts: Trial) -> None:
    """Put the coefficients on trial that fit best; layouts are chosen anew once in between."""
    start, low, high = (np.array([limits[i] for limits in ranges.values()]) for i in range(3))
    size = np.maximum(np.abs(start), 0.1 * high)

    def residuals(values: Any) -> Any:
        facts.tried.update(zip(ranges, map(float, values), strict=True))
        logs = [np.log(case.step_s(facts) / case.run.measured_s) for case in chosen]
        return np.concatenate([logs, PRIOR * (values - start) / size])

    values = np.clip(start, low + 1e-9, high - 1e-9)
    for _ in range(2):
        for case in chosen:
            case.layout = None
        values = least_squares(
            residuals,
            values,
            bounds=(low, high),
            loss="soft_l1",
            f_scale=scale,
            x_scale=size,
            diff_step=2e-3,
            max_nfev=25,
        ).x
    residuals(values)


def main(path: Path) -> None:
    """Fit stage by stage and print what was found beside what the catalogue says."""
    facts = Trial()
    table = cases(path, facts)
    shipped = load().lookup()
    for title, labels, arch, ranges in STAGES:
        chosen = [case for case in table if case.run.label.startswith(labels) and case.run.arch == arch]
        fit(chosen, ranges, SOFT_L1[arch], facts)
        errors = [abs(case.step_s(facts) / case.run.measured_s - 1) for case in chosen]
        sys.stdout.write(f"{title}: {len(chosen)} rows, MAPE {100 * np.mean(errors):.1f} %\n")
        for entry, field in ranges:
            had = shipped.get_number("step_model", entry, field)
            sys.stdout.write(f"  {entry},{field},{facts.tried[entry, field]:.3g}  (catalogue: {had})\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
