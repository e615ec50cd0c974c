"""The strategy search beside its slow twin, and beside llm-analysis where it is installed, in the same run.

Usage: python bench/training.py [--repeat N]

Runs on one core where the system can pin. The full spaces are those of two large models on 100,000 chips; the twin
tries a small part of one, since it needs about a second for a thousand strategies. Read the ratios; seconds depend on
the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import logging
import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from gortyn.catalogue import load  # noqa: E402
from gortyn.training.architecture import Architecture  # noqa: E402
from gortyn.training.search import Prices, Problem, run, warm  # noqa: E402
from gortyn.training.target import target_of  # noqa: E402
from naive import search as naive  # noqa: E402 - the twin lies with the tests

CHIPS = 100_000
SPACES = (
    ("Llama-3-405B", "H100-SXM", "bf16", 2048),
    ("Llama-3-405B", "GB300-NVL72", "fp8", 2048),
    ("Llama-3-405B", "GB300-NVL72", "fp8", 2000),
    ("DeepSeek-V3", "GB300-NVL72", "fp8", 15_360),
    ("DeepSeek-V3", "H100-SXM", "fp8", 16_384),
)
TWIN = {"cp": 1, "recompute": 0}
PRICES = Prices(1000.0, 300.0, 2.0, 60.0)


def problem(model: str, chip: str, precision: str, batch: int, chips: int, fixed: dict[str, Any]) -> Problem:
    """What to search: a model of the catalogue on a number of chips."""
    from gortyn.model import Machine

    facts = load().lookup()
    architecture = Architecture.from_catalogue(model, facts)
    target = target_of(chip, Machine.model_construct(name=chip.lower(), chip=chip), chips, facts)
    software = target.software(architecture)
    return Problem(architecture, target.hardware(precision), software, chips, batch, precision, fixed, PRICES)


def full_spaces(repeat: int) -> Iterator[tuple[str, int, float, str]]:
    """Each full space: its name, strategies, best of several times, and what was found."""
    for model, chip, precision, batch in SPACES:
        what = problem(model, chip, precision, batch, CHIPS, {})
        axes = what.axes()
        found, seconds = min((run(what, axes, 10, quick=False) for _ in range(repeat)), key=lambda pair: pair[1])
        searched, feasible, timed = (int(found.counts[i]) for i in (0, 1, 4))
        note = f"{feasible:,} fit, {timed:,} timed in full, best step {found.values[0, 0, 0]:.3f} s"
        yield f"{model}, {chip}, batch {batch}", searched, seconds, note


def twin() -> Iterator[tuple[str, int, float, str]]:
    """A small part of a space by the kernel and by the twin, which must agree."""
    model, chip, precision, batch = SPACES[0]
    what = problem(model, chip, precision, batch, 2048, TWIN)
    axes = what.axes()
    found, seconds = min((run(what, axes, 1, quick=False) for _ in range(5)), key=lambda pair: pair[1])
    begin = time.perf_counter()
    slow = naive.search(what.architecture.shape(), what.hardware, what.software, axes, what.task())
    slow_s = time.perf_counter() - begin
    best = min(value[0] for value in slow.layouts.values())
    if slow.searched != found.counts[0] or abs(best / found.values[0, 0, 0] - 1) > 1e-9:
        sys.exit("kernel and twin disagree")
    yield "the same part, kernel", slow.searched, seconds, "cp 1, no recompute, 2,048 chips"
    yield "the same part, slow twin", slow.searched, slow_s, "plain loops over the compiled step model"


def llm_analysis() -> Iterator[tuple[str, int, float, str]]:
    """The same question one strategy at a time by llm-analysis (PyPI), where it is installed."""
    try:
        from llm_analysis.analysis import LLMAnalysis  # pyright: ignore[reportMissingImports]
        from llm_analysis.config import (  # pyright: ignore[reportMissingImports]
            ParallelismConfig,
            get_dtype_config_by_name,
            get_gpu_config_by_name,
            get_model_config_by_name,
        )
    except ImportError:
        yield "llm-analysis", 0, 0.0, "not installed (pip install llm-analysis)"
        return
    model, chip = get_model_config_by_name("facebook_opt-1.3b"), get_gpu_config_by_name("a100-sxm-80gb")
    dtype, calls, begin = get_dtype_config_by_name("w16a16e16"), 0, time.perf_counter()
    silent = io.StringIO()
    logging.disable(logging.CRITICAL)
    for tp, pp, dp in itertools.product((1, 2, 4, 8), (1, 2, 4, 8), (1, 2, 4, 8)):
        # It refuses what does not fit by an assertion; that counts as an answer.
        with contextlib.redirect_stdout(silent), contextlib.suppress(AssertionError):
            parallel = ParallelismConfig(tp_size=tp, pp_size=pp, dp_size=dp, sp_size=tp)
            analysis = LLMAnalysis(model, chip, dtype, parallel, flops_efficiency=0.5)
            analysis.training(batch_size_per_gpu=1, gradient_accumulation_steps=8, seq_len=2048)
        calls += 1
    logging.disable(logging.NOTSET)
    yield "llm-analysis", calls, time.perf_counter() - begin, "OPT 1.3B, one call a strategy, no search of its own"


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    begin = time.perf_counter()
    warm()
    print(f"kernels loaded or compiled in {time.perf_counter() - begin:.1f} s\n")
    print(f"{'':44}{'strategies':>13}{'s':>9}{'strategies/s':>14}")
    base = 0.0
    rows = [*full_spaces(options.repeat), *twin(), *llm_analysis()]
    for name, strategies, seconds, note in rows:
        rate = strategies / seconds if seconds else 0.0
        print(f"{name:44}{strategies:13,}{seconds:9.3f}{rate:14,.0f}   {note}")
        base = rate if name.endswith("slow twin") else base
    full = [strategies / seconds for _, strategies, seconds, _ in rows[: len(SPACES)]]
    unit = 1e6 if sys.platform == "darwin" else 1e3  # macOS counts bytes, Linux kilobytes
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    longest_s = max(seconds for _, _, seconds, _ in rows[: len(SPACES)])
    print(f"\nslowest full space {min(full):,.0f} strategies/s, {min(full) / base:,.0f} x the slow twin")
    print(f"longest full space {longest_s:.2f} s; peak memory {peak_mb:.0f} MB")


if __name__ == "__main__":
    main()
