"""This module owns the comparison of step times with a table of published training runs: errors, and null models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Final

from gortyn.catalogue import Lookup
from gortyn.training.checks import Check
from gortyn.training.coefficients import software_names
from gortyn.training.runs import Refused, Row, Run, run_of, table_faults
from gortyn.training.step import Step
from gortyn.training.strategy import Strategy

CALIBRATION: Final = (
    "mlcommons/training_results_v3.0",
    "mlcommons/training_results_v3.1",
    "mlcommons/training_results_v4.0",
    "NVIDIA-NeMo/Megatron-Bridge (25.11 container)",
    "NVIDIA-NeMo/Megatron-Bridge (26.02 container)",
    "NVIDIA-NeMo/Megatron-Bridge (26.04 container)",
    "mosaicml/llm-foundry (A100 40GB",
    "mosaicml/llm-foundry (H100 80GB",
    "pytorch/torchtitan",
    "VIA-Research/vTrain",
)
"""Beginnings of the labels of sources that the coefficients were fitted to; all other sources are unseen."""
NINETY: Final = 0.9  # unit: share of the rows
LIMITS: Final = {  # source: the accuracy that the model is meant to have on sources that calibration never saw
    "dense, mean absolute error": 0.06,
    "dense, median absolute error": 0.04,
    "dense, ninth decile of absolute error": 0.12,
    "dense, bias": 0.02,
    "MLPerf, mean absolute error": 0.03,
    "mixture of experts, mean absolute error": 0.10,
}
MEMORY_LIMIT: Final = 0.03  # source: the accuracy that the model of memory is meant to have where peaks are published
BENCHMARK: Final = "mlcommons/"


@dataclass(frozen=True, slots=True)
class Prediction:
    """One row predicted.

    Attributes
    ----------
    run : what the row says
    strategy, step : the strategy that its silence stands for, and the step
    null_s : step time by the mean utilisation of the other rows of its source [s]; None for the only row of all
    """

    run: Run
    strategy: Strategy
    step: Step
    null_s: float | None

    @property
    def error(self) -> float:
        """Predicted over measured step time, less one."""
        return self.step.step_s / self.run.measured_s - 1

    @property
    def memory_gb(self) -> float:
        """Predicted memory of the fullest chip [GB]."""
        return sum(self.step.memory_gb.values())

    @property
    def seen(self) -> bool:
        """Whether calibration saw the source."""
        return self.run.label.startswith(CALIBRATION)

    def as_data(self) -> dict[str, object]:
        """The row as `gortyn validate training --out` writes it."""
        run, strategy = self.run, self.strategy
        return {
            "id": run.id,
            "source": run.label,
            "arch": run.arch,
            "seen": int(self.seen),
            "software": run.software,
            "precision": strategy.precision,
            "tp": strategy.tp,
            "pp": strategy.pp,
            "dp": strategy.dp,
            "cp": strategy.cp,
            "ep": strategy.ep,
            "vp": strategy.vp,
            "microbatch": strategy.microbatch,
            "recompute": strategy.recompute,
            "zero": strategy.zero,
            "offload": int(strategy.offload),
            "measured_step_s": run.measured_s,
            "predicted_step_s": self.step.step_s,
            "error": self.error,
            "null_step_s": self.null_s,
            "mfu": self.step.mfu,
            "memory_gb": self.memory_gb,
            "fits": int(self.step.fits),
        }


@dataclass(frozen=True, slots=True)
class TrainingValidation:
    """A table of published training runs against the step model.

    Attributes
    ----------
    rows : rows of the table
    found : rows predicted
    refused : rows that say too little, by id, with the reason
    """

    rows: int
    found: tuple[Prediction, ...]
    refused: tuple[tuple[str, str], ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """Accuracy of rows of unseen sources, and whether all published configurations fit their chips."""
        unseen = [one for one in self.found if not one.seen]
        groups = {
            "dense": [one for one in unseen if one.run.arch == "dense"],
            "MLPerf": [one for one in unseen if one.run.label.startswith(BENCHMARK)],
            "mixture of experts": [one for one in unseen if one.run.arch == "moe"],
        }
        checks = []
        for name, limit in LIMITS.items():
            group, figure = name.split(", ")
            if rows := groups[group]:
                checks.append(Check(name, 0.0, FIGURES[figure](rows), limit, f"{len(rows)} rows of unseen sources"))
        if peaks := [one for one in self.found if one.run.measured_gb]:
            off = fmean(abs(one.memory_gb / (one.run.measured_gb or 1) - 1) for one in peaks)
            checks.append(Check("memory, mean absolute error", 0.0, off, MEMORY_LIMIT, f"{len(peaks)} rows"))
        if self.found:
            tight = sum(not one.step.fits for one in self.found) / len(self.found)
            checks.append(Check("share of published runs that do not fit", 0.0, tight, 0.0, "all rows: they ran"))
        return tuple(checks)

    @property
    def passed(self) -> bool:
        """Whether there is a comparison and every one is within its limit."""
        return bool(self.found) and all(check.passed for check in self.checks)

    def predictions(self) -> list[dict[str, object]]:
        """Every row predicted, for a table."""
        return [one.as_data() for one in self.found]

    def as_data(self) -> dict[str, Any]:
        """Everything as `gortyn validate training --json` prints it; errors are relative."""
        return {
            "passed": self.passed,
            "rows": self.rows,
            "predicted": len(self.found),
            "refused": [{"id": name, "reason": reason} for name, reason in self.refused],
            **summary(self.found),
            "by_source": _groups(self.found, lambda one: one.run.label),
            "by_arch": _groups(self.found, lambda one: one.run.arch),
            "seen": summary([one for one in self.found if one.seen]),
            "unseen": summary([one for one in self.found if not one.seen]),
            "calibration_sources": list(CALIBRATION),
            "software": sorted({one.run.software for one in self.found}),
            "checks": [check.as_data() for check in self.checks],
        }

    def lines(self) -> list[str]:
        """The comparison as text."""
        lines = [f"{self.rows} rows, {len(self.found)} predicted, {len(self.refused)} refused"]
        if self.found:
            lines += ["", _line("", ("rows", "MAPE", "median", "P90", "bias", "null MAPE"))]
            for title, rows in (
                ("all", self.found),
                ("sources that calibration saw", [one for one in self.found if one.seen]),
                ("unseen sources", [one for one in self.found if not one.seen]),
            ):
                lines += [_figures(title, summary(rows))] if rows else []
            for by in (lambda one: one.run.arch, lambda one: f"{one.run.label}{'' if one.seen else ' *'}"):
                lines += ["", *(_figures(name, data) for name, data in _groups(self.found, by).items())]
            lines += ["", "* unseen by calibration; the null model is constant utilisation per source, leave one out"]
        reasons = dict.fromkeys(reason for _, reason in self.refused)
        if reasons:
            lines += ["", "refused:"]
            for reason in reasons:
                names = [name for name, why in self.refused if why == reason]
                lines.append(f"  {len(names):4d}  {reason} ({names[0]}{', …' if len(names) > 1 else ''})")
        lines += [
            "",
            *(f"{'ok  ' if c.passed else 'FAIL'}  {c.name}: {c.got:.4f}, limit {c.limit:g}" for c in self.checks),
        ]
        return lines


def validate_table(rows: Sequence[Row], file: str, facts: Lookup, software: str | None = None) -> TrainingValidation:
    """Predict every row of a table of training runs from its configuration.

    Parameters
    ----------
    rows : lines and cells of the table, at least one
    file : its name in messages
    facts : reader of the catalogue
    software : software stack of all rows, that of each row's source where None

    Raises
    ------
    ValueError : the table lacks a column, a cell holds no number or one that cannot be, or the software is unknown;
        one line for each fault, with file, line and column.
    """
    if faults := table_faults(rows, file):
        raise ValueError("\n".join(faults))
    if software is not None and software not in software_names(facts):
        raise ValueError(f"no software {software!r}; there are {', '.join(software_names(facts))}")
    runs: list[Run] = []
    refused: list[tuple[str, str]] = []
    for _, row in rows:
        try:
            runs.append(run_of(row, facts, software))
        except Refused as reason:
            refused.append((row["id"], str(reason)))
    nulls = _nulls(runs)
    found = tuple(Prediction(run, *run.predict(), null) for run, null in zip(runs, nulls, strict=True))
    return TrainingValidation(len(rows), found, tuple(refused))


def summary(rows: Sequence[Prediction]) -> dict[str, float | None]:
    """Errors of a group of rows, None where there are none; `null_mape` is the error of constant utilisation."""
    if not rows:
        return dict.fromkeys(("mape", "median_ape", "p90_ape", "bias", "null_mape"))
    nulls = [abs(one.null_s / one.run.measured_s - 1) for one in rows if one.null_s is not None]
    return {
        "mape": _mean(rows),
        "median_ape": _median(rows),
        "p90_ape": _decile(rows),
        "bias": _bias(rows),
        "null_mape": fmean(nulls) if nulls else None,
    }


def _nulls(runs: Sequence[Run]) -> list[float | None]:
    """Step times by the mean utilisation of the other rows of the same source, of all rows where there is no other."""
    shares = [run.utilisation() for run in runs]
    found: list[float | None] = []
    for i, run in enumerate(runs):
        others = [shares[j] for j, other in enumerate(runs) if j != i and other.label == run.label]
        others = others or [share for j, share in enumerate(shares) if j != i]
        found.append(run.measured_s * shares[i] / fmean(others) if others else None)
    return found


def _mean(rows: Sequence[Prediction]) -> float:
    return fmean(abs(one.error) for one in rows)


def _median(rows: Sequence[Prediction]) -> float:
    return median(abs(one.error) for one in rows)


def _decile(rows: Sequence[Prediction]) -> float:
    """Absolute error that nine of ten rows stay within, interpolated between rows."""
    sizes = sorted(abs(one.error) for one in rows)
    place = NINETY * (len(sizes) - 1)
    below = int(place)
    above = min(below + 1, len(sizes) - 1)
    return sizes[below] + (place - below) * (sizes[above] - sizes[below])


def _bias(rows: Sequence[Prediction]) -> float:
    return fmean(one.error for one in rows)


FIGURES: Final[Mapping[str, Callable[[Sequence[Prediction]], float]]] = {
    "mean absolute error": _mean,
    "median absolute error": _median,
    "ninth decile of absolute error": _decile,
    "bias": _bias,
}


def _groups(rows: Sequence[Prediction], by: Callable[[Prediction], str]) -> dict[str, dict[str, float | None]]:
    """Errors by group, in the order of the table."""
    names = dict.fromkeys(by(one) for one in rows)
    groups = {name: [one for one in rows if by(one) == name] for name in names}
    return {name: {"rows": len(group), **summary(group)} for name, group in groups.items()}


def _figures(title: str, data: Mapping[str, float | None]) -> str:
    """One line of the table of errors, in percent."""
    cells = [f"{data['rows']:.0f}" if data.get("rows") is not None else ""]
    cells += ["" if (value := data[name]) is None else f"{100 * value:.1f} %" for name in SUMMARY]
    return _line(title, cells)


def _line(title: str, cells: Sequence[str]) -> str:
    return f"{title:70s}" + "".join(f"{cell:>10s}" for cell in cells)  # unit: columns of text


SUMMARY: Final = ("mape", "median_ape", "p90_ape", "bias", "null_mape")
