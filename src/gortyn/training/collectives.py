"""This module owns the timing of collectives between the accelerators of one machine, one process for each.

The bus bandwidth is that of the whole vector of ``size_bytes``: bytes / time, times (n - 1)/n, twice that for an
all-reduce, as for the shipped surfaces.
"""

from __future__ import annotations

import importlib
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gortyn.training.grids import GRIDS
from gortyn.training.surfaces import OPERATIONS

REPEATS = 5  # source: odd, so that the median is one of the samples
SAMPLE_S = 2e-3  # source: a thousand times the resolution of the clock
PASSES = {"all_reduce": 2, "all_gather": 1, "reduce_scatter": 1, "alltoall": 1}


def measure(kind: str, chips: int, largest_bytes: float) -> NDArray[np.float64]:
    """Bus bandwidth by (operation, chips, bytes) [bytes/s] on the grid of the surfaces; NaN where nothing was measured.

    Parameters
    ----------
    kind : ``cuda`` (NCCL) or ``cpu`` (Gloo, processes of this machine)
    chips : accelerators of the machine; powers of two up to that many are measured, >= 2
    largest_bytes : size of the largest vector

    Raises
    ------
    RuntimeError : an operation that this build of PyTorch does not have on this kind of device, or a process that died.
    """
    mp: Any = importlib.import_module("torch.multiprocessing")
    counts, sizes = GRIDS["collective"]
    result = np.full((len(OPERATIONS), len(counts.points), len(sizes.points)), np.nan)
    for row, exponent in enumerate(counts.points):
        n = 2**exponent
        if n > chips:
            break
        with tempfile.TemporaryDirectory() as folder:
            wanted = [point for point in sizes.points if 2**point <= largest_bytes]
            mp.spawn(_worker, args=(n, kind, wanted, folder), nprocs=n, join=True)
            result[:, row, : len(wanted)] = np.load(Path(folder) / "times.npy")
    return result


def _worker(rank: int, n: int, kind: str, exponents: list[int], folder: str) -> None:
    """One process of a group: times every operation and size; the first one writes what it saw."""
    torch: Any = importlib.import_module("torch")
    dist: Any = importlib.import_module("torch.distributed")
    device = torch.device(kind, rank if kind == "cuda" else 0)
    if kind == "cuda":
        torch.cuda.set_device(device)
    store = f"file://{Path(folder) / 'meeting'}"
    dist.init_process_group("nccl" if kind == "cuda" else "gloo", init_method=store, rank=rank, world_size=n)
    rates = np.empty((len(OPERATIONS), len(exponents)))
    for i, operation in enumerate(OPERATIONS):
        for j, exponent in enumerate(exponents):
            size = 2**exponent
            whole = torch.ones(size // 2, dtype=torch.bfloat16, device=device)
            seconds = _time(dist, torch, operation, whole, n)
            rates[i, j] = PASSES[operation] * size * (n - 1) / n / seconds
    if rank == 0:
        np.save(Path(folder) / "times.npy", rates)
    dist.destroy_process_group()


def _time(dist: Any, torch: Any, operation: str, whole: Any, n: int) -> float:
    """Median seconds of one operation; all processes run it equally often."""
    part = whole[: len(whole) // n].clone()
    other = torch.empty_like(whole)
    scatter = getattr(dist, "reduce_scatter_single", None) or dist.reduce_scatter_tensor  # newer and older PyTorch
    run = {
        "all_reduce": lambda: dist.all_reduce(whole),
        "all_gather": lambda: dist.all_gather_into_tensor(other, part),
        "reduce_scatter": lambda: scatter(part, whole),
        "alltoall": lambda: dist.all_to_all_single(other, whole),
    }[operation]

    def sample(loops: int) -> float:
        dist.barrier()
        _wait(torch, whole)
        begin = time.perf_counter()
        for _ in range(loops):
            run()
        _wait(torch, whole)
        return (time.perf_counter() - begin) / loops

    sample(1)
    first = torch.tensor([sample(2)], dtype=torch.float64, device=whole.device)
    dist.all_reduce(first, op=dist.ReduceOp.MAX)  # the slowest decides for all how often to repeat
    loops = max(1, min(100, int(SAMPLE_S / first.item())))
    return statistics.median(sample(loops) for _ in range(REPEATS))


def _wait(torch: Any, tensor: Any) -> None:
    if tensor.device.type == "cuda":
        torch.cuda.synchronize()
