"""This module owns the kernels that a calibration runs, by NumPy on a CPU or by PyTorch on a CPU or an accelerator.

A backend prepares a kernel once and returns a function that runs it `loops` times and waits for the last, so that only
computing is timed. Operations are counted as in the shipped surfaces: 2·m·n·k for a product, causal attention at half,
three matrices to an expert.
"""

from __future__ import annotations

import importlib
import math
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

Kernel = Callable[[int], None]
"""Runs a prepared kernel that many times and returns when all are done."""

FLOAT32_BYTES = 4  # unit: bytes of a 32-bit number
FP8_CAPABILITY = (8, 9)  # source: CUDA programming guide, compute capability of the first chips with FP8 products
FP8_TILE = 16  # source: PyTorch, scaled products need sizes that are multiples of 16


class NotPossible(RuntimeError):
    """The number format has no product of these sizes."""


class Backend(Protocol):
    """What a calibration needs of a device.

    Attributes
    ----------
    device : name of the hardware as its maker gives it
    kind : ``cpu`` or ``cuda``
    chips : accelerators of this kind in the machine
    formats : number formats of matrix products, by the names of the surfaces
    memory_bytes : device memory
    libraries : versions of what does the computing
    note : what a reader has to know of these measurements; may be empty
    """

    device: str
    kind: str
    chips: int
    formats: tuple[str, ...]
    memory_bytes: float
    libraries: dict[str, str]
    note: str

    def gemm(self, series: str, m: int, n: int, k: int) -> Kernel:
        """Prepare a product of an m x k and a k x n matrix."""
        ...

    def attention(self, head_dim: int, sequence: int, heads: int) -> Kernel:
        """Prepare causal attention, forward."""
        ...

    def grouped(self, tokens: int, width: int, experts: int, hidden: int) -> Kernel:
        """Prepare a layer of gated experts, forward, with permutation and combination."""
        ...

    def copy(self, size_bytes: int) -> Kernel:
        """Prepare a copy that reads and writes `size_bytes` in all."""
        ...


class NumpyBackend:
    """The CPU through NumPy and its BLAS, in 32 bits: BLAS has no product of 16-bit numbers."""

    kind = "cpu"
    chips = 1
    formats: tuple[str, ...] = ("bf16",)
    note = "32-bit products by NumPy stand for 16-bit ones"

    def __init__(self) -> None:
        self.device = cpu_name()
        self.memory_bytes = host_memory_bytes()
        self.libraries = {"numpy": np.__version__, "blas": _blas()}

    def gemm(self, series: str, m: int, n: int, k: int) -> Kernel:
        """Prepare a product of an m x k and a k x n matrix."""
        del series
        a, b, out = (np.ones(shape, np.float32) for shape in ((m, k), (k, n), (m, n)))
        return _repeat(lambda: np.matmul(a, b, out=out))

    def attention(self, head_dim: int, sequence: int, heads: int) -> Kernel:
        """Prepare causal attention, forward, with the full score matrix: NumPy cannot skip its upper half."""
        q, k, v = (np.ones((heads, sequence, head_dim), np.float32) for _ in range(3))  # unit: query, key and value
        mask = np.triu(np.full((sequence, sequence), -np.inf, np.float32), 1)

        def run() -> None:
            for head in range(heads):
                scores = q[head] @ k[head].T / np.float32(math.sqrt(head_dim)) + mask
                np.exp(scores - scores.max(axis=-1, keepdims=True), out=scores)
                v[head] = (scores / scores.sum(axis=-1, keepdims=True)) @ v[head]

        return _repeat(run)

    def grouped(self, tokens: int, width: int, experts: int, hidden: int) -> Kernel:
        """Prepare a layer of gated experts, forward, with permutation and combination."""
        x = np.ones((tokens * experts, hidden), np.float32)
        order = np.random.default_rng(0).permutation(tokens * experts)
        up, gate = (np.full((experts, hidden, width), 1 / hidden, np.float32) for _ in range(2))
        down = np.full((experts, width, hidden), 1 / width, np.float32)
        out = np.empty_like(x)

        def run() -> None:
            rows = x[order].reshape(experts, tokens, hidden)
            opened = rows @ gate
            inner = (rows @ up) * opened / (1 + np.exp(-opened))
            out[order] = (inner @ down).reshape(x.shape)

        return _repeat(run)

    def copy(self, size_bytes: int) -> Kernel:
        """Prepare a copy that reads and writes `size_bytes` in all."""
        source = np.ones(max(1, size_bytes // 2 // FLOAT32_BYTES), np.float32)
        target = np.empty_like(source)
        return _repeat(lambda: np.copyto(target, source))


class TorchBackend:
    """A CPU or CUDA device through PyTorch, in 16 bits, and in FP8 where the device has it."""

    note = ""

    def __init__(self, kind: str) -> None:
        torch: Any = importlib.import_module("torch")
        self.kind = kind
        self._torch = torch
        self._device = torch.device(kind)
        self.libraries = {"torch": torch.__version__}
        self.formats: tuple[str, ...] = ("bf16",)
        if kind == "cpu":
            self.device, self.chips, self.memory_bytes = cpu_name(), 1, host_memory_bytes()
            return
        self.device, self.chips = torch.cuda.get_device_name(), torch.cuda.device_count()
        self.memory_bytes = float(torch.cuda.get_device_properties(0).total_memory)
        self.libraries["cuda" if torch.version.cuda else "hip"] = str(torch.version.cuda or torch.version.hip)
        if torch.version.cuda and torch.cuda.get_device_capability() >= FP8_CAPABILITY:
            self.formats = ("bf16", "fp8")

    def gemm(self, series: str, m: int, n: int, k: int) -> Kernel:
        """Prepare a product of an m x k and a k x n matrix."""
        torch = self._torch
        a, b = self._random(m, k), self._random(n, k).t()
        if series == "fp8":
            if m % FP8_TILE or n % FP8_TILE or k % FP8_TILE:
                raise NotPossible(f"fp8 product of {m} x {k} x {n}")
            a, b = a.to(torch.float8_e4m3fn), b.to(torch.float8_e4m3fn)
            one = torch.ones((), device=self._device)
            return self._run(lambda: torch._scaled_mm(a, b, scale_a=one, scale_b=one, out_dtype=torch.bfloat16))
        out = self._random(m, n)
        return self._run(lambda: torch.matmul(a, b, out=out))

    def attention(self, head_dim: int, sequence: int, heads: int) -> Kernel:
        """Prepare causal attention, forward."""
        q, k, v = (self._random(1, heads, sequence, head_dim) for _ in range(3))  # unit: query, key and value
        attend = self._torch.nn.functional.scaled_dot_product_attention
        return self._run(lambda: attend(q, k, v, is_causal=True))

    def grouped(self, tokens: int, width: int, experts: int, hidden: int) -> Kernel:
        """Prepare a layer of gated experts, forward, with permutation and combination."""
        torch = self._torch
        x = self._random(tokens * experts, hidden)
        order = torch.randperm(tokens * experts, device=self._device)
        up, gate = (self._random(experts, hidden, width) / hidden for _ in range(2))
        down = self._random(experts, width, hidden) / width
        out = torch.empty_like(x)

        def run() -> None:
            rows = x.index_select(0, order).view(experts, tokens, hidden)
            inner = torch.nn.functional.silu(torch.bmm(rows, gate)) * torch.bmm(rows, up)
            out.index_copy_(0, order, torch.bmm(inner, down).view(x.shape))

        return self._run(run)

    def copy(self, size_bytes: int) -> Kernel:
        """Prepare a copy that reads and writes `size_bytes` in all."""
        source = self._torch.ones(max(1, size_bytes // 2), dtype=self._torch.uint8, device=self._device)
        target = self._torch.empty_like(source)
        return self._run(lambda: target.copy_(source))

    def _random(self, *shape: int) -> Any:
        # Not ones: a chip draws less power on constant operands and then clocks higher than in training.
        return self._torch.randn(shape, dtype=self._torch.bfloat16, device=self._device)

    def _run(self, once: Callable[[], object]) -> Kernel:
        repeat = _repeat(once)

        def run(loops: int) -> None:
            with self._torch.inference_mode():
                repeat(loops)
            if self.kind == "cuda":
                self._torch.cuda.synchronize()

        return run


def backend_for(device: str) -> Backend:
    """The backend of a device: ``cuda``, ``cpu``, or ``auto`` for the accelerator if there is one.

    Raises
    ------
    ValueError : an unknown device, or an accelerator that is not there, or PyTorch missing for it.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise ValueError(f"no device {device!r}; there are auto, cpu and cuda")
    try:
        torch: Any = importlib.import_module("torch")
    except ImportError:
        if device == "cuda":
            raise ValueError("an accelerator is measured with PyTorch: pip install 'gortyn[calibrate]'") from None
        return NumpyBackend()
    if torch.cuda.is_available() and device != "cpu":
        return TorchBackend("cuda")
    if device == "cuda":
        raise ValueError("PyTorch finds no accelerator on this machine")
    return TorchBackend("cpu")


def cpu_name() -> str:
    """Name of the CPU as its maker gives it, as far as the system says it."""
    table = Path("/proc/cpuinfo")
    if table.is_file():
        for line in table.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or "CPU"


def host_memory_bytes() -> float:
    """Memory of the host, as far as the system says it; else 1 GB, so that little is taken."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return 1e9


def _blas() -> str:
    config: Any = np.show_config(mode="dicts")
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()


def _repeat(once: Callable[[], object]) -> Kernel:
    def run(loops: int) -> None:
        for _ in range(loops):
            once()

    return run
