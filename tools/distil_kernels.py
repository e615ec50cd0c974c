"""Distil measured kernel tables into the compact efficiency surfaces that the catalogue ships.

    python tools/distil_kernels.py FOLDER [OUT]

FOLDER holds the tables of NVIDIA's aiconfigurator as Parquet, `<system>_<kind>_perf.parquet` with the kinds gemm,
context_attention, moe and nccl; OUT is where the surfaces go, the package's own folder if left out. Rules, the same for
every chip:

- efficiency = floating point operations / latency / dense peak of the number format, the peak being the catalogue's;
  a GEMM counts 2·m·n·k, causal attention 2·batch·heads·sequence²·head_dim (half of the full matrix), an expert
  2·tokens·hidden·width per matrix, with three matrices if gated and two if not;
- a cell is the median over the measured shapes of exactly its sizes (only an expert's width, rarely a power of two,
  is rounded), and where there are none over those whose base-2 logarithms round to it. Exact ones, because efficiency
  rises with size: the median of all shapes around a point lies 2 to 5 % below it. Left out are GEMM with m that is no
  multiple of 16 (tokens of a training microbatch are), attention with a window or a cached prefix, and experts under
  any but balanced routing, or slower than a larger run of the same model;
- a gap between measured cells is filled linearly along the last axis, then the one before it, then the first. Beyond
  the largest measured size the last value holds; below the smallest one the efficiency halves per octave, because a
  smaller kernel is not known to take less time (along head_dim and experts it holds);
- a collective is its bus bandwidth in GB/s: message bytes / latency, times (n-1)/n, twice that for an all-reduce. The
  size is that of the whole vector, in bytes (the tables count 16-bit elements).

Values are efficiencies in thousandths, to three significant digits (two below 100).
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from gortyn.catalogue import load
from gortyn.training.grids import GRIDS, Axis, fill, header, lines

SHIPPED = Path(__file__).resolve().parents[1] / "src" / "gortyn" / "catalogue" / "surfaces"
CHIPS = {
    "a100_sxm": "A100-80GB",
    "h100_sxm": "H100-SXM",
    "h200_sxm": "H200-SXM",
    "b200_sxm": "B200-SXM",
    "b300_sxm": "B300-SXM",
    "gb200": "GB200-NVL72",
    "gb300": "GB300-NVL72",
    "l40s": "L40S",
}
SERIES = {"bfloat16": "bf16", "fp8": "fp8", "fp8_block": "fp8_block", "nvfp4": "fp4"}
OPERATIONS = {"all_reduce": 2, "all_gather": 1, "reduce_scatter": 1, "alltoall": 1}
GLITCH = 1.5
TOLERANCE = 1e-6  # of a base-2 logarithm, so that rounding errors do not count
MEMORY_SHARE = 0.8  # source: `mem_bw_empirical_scaling_factor` of all eight system files
SOURCE, DATE = "aiconfigurator-systems", "2026"
# The catalogue has no L40S; its peaks stand in the system file beside its tables.
L40S_TFLOPS = {"bf16": 362.05, "fp8": 733.0, "fp8_block": 733.0}
MANIFEST = ("file", "chip", "series", "unit", "peak_tflops", "date", "evidence", "source", "note")


AXES = {**GRIDS, "memory": (Axis("log2_bytes", 26, 27),)}
NOTES = {
    "gemm": "Median of measured inference GEMM of TensorRT-LLM; forward; low precision may include quantisation",
    "attention": "Median of measured causal prefill attention; forward; operations at half of the full matrix; heads = "
    "query heads x sequences",
    "grouped": "Median of measured expert layers; forward; balanced; with routing, permutation and combination; "
    "per expert and on one chip",
    "collective": "NCCL inside one scale-up domain; size of the whole vector",
    "memory": "Assumed by the authors of the tables for memory-bound kernels, unofficial by their own word",
}


def measured(folder: Path, system: str, peaks: dict[str, float]) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Yield file, series and a frame of every measured point: base-2 logarithms in the axes' order and the value."""
    gemm = pl.read_parquet(folder / f"{system}_gemm_perf.parquet").filter(pl.col("m") % 16 == 0)
    flops = 2.0 * pl.col("m") * pl.col("n") * pl.col("k")
    yield from _by_dtype("gemm", gemm, "gemm_dtype", (pl.col("m"), pl.col("n"), pl.col("k")), flops, peaks)

    attention = pl.read_parquet(folder / f"{system}_context_attention_perf.parquet").filter(
        pl.col("attn_dtype") == pl.col("kv_cache_dtype"), pl.col("window_size") == 0, pl.col("step") == 0
    )
    rows, isl = pl.col("batch_size") * pl.col("num_heads"), pl.col("isl").cast(pl.Float64)
    flops = 2.0 * rows * isl**2 * pl.col("head_dim")
    yield from _by_dtype("attention", attention, "attn_dtype", (pl.col("head_dim"), isl, rows), flops, peaks)

    experts = mended(pl.read_parquet(folder / f"{system}_moe_perf.parquet").filter(distribution="balanced"))
    matrices = pl.when(pl.col("kernel_source").str.contains("nongated")).then(2.0).otherwise(3.0)
    tokens = pl.col("num_tokens").cast(pl.Float64) * pl.col("topk") / pl.col("num_experts")
    width, local = pl.col("inter_size") / pl.col("moe_tp_size"), pl.col("num_experts") / pl.col("moe_ep_size")
    flops = 2.0 * matrices * tokens * local * pl.col("hidden_size") * width
    yield from _by_dtype("grouped", experts, "moe_dtype", (tokens, width, local), flops, peaks)

    collective = pl.read_parquet(folder / f"{system}_nccl_perf.parquet").filter(nccl_dtype="half")
    chips, size = pl.col("num_gpus"), 2.0 * pl.col("message_size")
    for operation, passes in OPERATIONS.items():
        gb_per_s = passes * size * (chips - 1) / chips / (pl.col("latency") / 1e3) / 1e9
        part = collective.filter(op_name=operation)
        yield "collective", operation, part.select(c0=chips.log(2), c1=size.log(2), value=gb_per_s)


def mended(experts: pl.DataFrame) -> pl.DataFrame:
    """Drop runs of expert layers that took over `GLITCH` times as long as a larger one of the same model.

    Larger: at least as many tokens, spread over at most as many chips both ways. One run in twenty on an H100 is like
    that: the choice of kernel went wrong.
    """
    model = ["moe_dtype", "hidden_size", "inter_size", "topk", "num_experts"]
    kept = []
    for _, runs in experts.group_by(model, maintain_order=True):
        tokens, tensor, expert = (runs[c].to_numpy() for c in ("num_tokens", "moe_tp_size", "moe_ep_size"))
        latency = runs["latency"].to_numpy()
        larger = (tokens >= tokens[:, None]) & (tensor <= tensor[:, None]) & (expert <= expert[:, None])
        quickest = np.where(larger, latency, np.inf).min(axis=1)
        kept.append(runs.filter(pl.Series(latency <= GLITCH * quickest)))
    return pl.concat(kept) if kept else experts


def _by_dtype(
    file: str, table: pl.DataFrame, column: str, sizes: tuple[pl.Expr, ...], flops: pl.Expr, peaks: dict[str, float]
) -> Iterator[tuple[str, str, pl.DataFrame]]:
    for dtype, series in SERIES.items():
        part = table.filter(pl.col(column) == dtype)
        if part.height and series in peaks:
            thousandths = 1e3 * flops / (pl.col("latency") / 1e3) / (peaks[series] * 1e12)
            cells = {f"c{i}": size.log(2) for i, size in enumerate(sizes)}
            yield file, series, part.select(**cells, value=thousandths)


def grid(points: pl.DataFrame, axes: tuple[Axis, ...]) -> np.ndarray:
    """Median of the points in each cell of the grid; NaN where nothing was measured.

    Parameters
    ----------
    points : columns c0, c1, … (base-2 logarithms of the sizes) and value
    axes : one for each of c0, c1, …
    """
    keys = [f"c{i}" for i in range(len(axes))]
    exact = [key for key, axis in zip(keys, axes, strict=True) if axis.name != "log2_width"]
    at_the_point = pl.all_horizontal((pl.col(key) - pl.col(key).round()).abs() < TOLERANCE for key in exact)
    table = np.full([len(axis.points) for axis in axes], np.nan)
    for chosen in (points, points.filter(at_the_point)):
        medians = chosen.group_by(pl.col(key).round() for key in keys).agg(pl.col("value").median())
        for *cell, value in medians.iter_rows():
            place = tuple(int(c) - axis.first for c, axis in zip(cell, axes, strict=True))
            if all(0 <= p < len(axis.points) for p, axis in zip(place, axes, strict=True)):
                table[place] = value
    return table


def peaks_of(chip: str) -> dict[str, float]:
    """Dense peaks of a chip by series [TFLOP/s]."""
    if chip == "L40S":
        return L40S_TFLOPS
    facts = load().lookup()
    found = {s: facts.get_number("chips", chip, f"{s[:3] if s != 'bf16' else s}_dense_tflops") for s in SERIES.values()}
    return {series: peak for series, peak in found.items() if peak is not None}


def main(folder: Path, out: Path = SHIPPED) -> None:
    """Write the surfaces of every chip whose tables the folder holds."""
    out.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[list[str]]] = {file: [] for file in AXES}
    manifest: list[list[str]] = []
    for system, chip in CHIPS.items():
        peaks = peaks_of(chip)
        for file, series, points in measured(folder, system, peaks):
            if not points.height:
                continue
            table = fill(grid(points, AXES[file]), AXES[file])
            rows[file] += lines(chip, series, table, AXES[file])
            thousandths = file != "collective"
            unit, peak = ("1/1000 of peak", f"{peaks[series]:g}") if thousandths else ("GB/s", "")
            manifest.append([file, chip, series, unit, peak, DATE, "derived", SOURCE, NOTES[file]])
        rows["memory"] += lines(chip, "copy", np.full(2, 1e3 * MEMORY_SHARE), AXES["memory"])
        unit = "1/1000 of memory bandwidth"
        manifest.append(["memory", chip, "copy", unit, "", DATE, "assumed", SOURCE, NOTES["memory"]])
    for file, axes in AXES.items():
        _write(out / f"{file}.csv", header(axes), rows[file])
    _write(out / "manifest.csv", list(MANIFEST), manifest)


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
