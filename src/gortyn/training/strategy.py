"""This module owns a strategy: how a training step is laid out over chips and which number format it uses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gortyn.kernels.training_types import FULL_RECOMPUTE, NO_RECOMPUTE, SELECTIVE_RECOMPUTE, Layout

RECOMPUTE: Final = {"none": NO_RECOMPUTE, "selective": SELECTIVE_RECOMPUTE, "full": FULL_RECOMPUTE}
"""Recompute by name."""
RECOMPUTE_NAMES: Final = {number: name for name, number in RECOMPUTE.items()}
ZERO_STAGES: Final = 4  # source: Rajbhandari et al. 2020 (arXiv:1910.02054): stages 0 to 3
BF16: Final = "bf16"
PRECISIONS: Final = (BF16, "fp8", "mxfp8", "nvfp4")
"""Number formats of the matrix products; all else is in 16 or 32 bits."""


class InvalidStrategy(ValueError):
    """A strategy that no machine can run, or that does not divide the work; the message says why."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """Layout of a training step.

    Attributes
    ----------
    tp, pp, dp, cp, ep : tensor (with sequence), pipeline, data, context and expert parallelism; tp * pp * dp * cp chips
    vp : virtual stages on each pipeline stage
    microbatch : samples of a microbatch
    recompute : none, selective or full
    zero : 0 nothing sharded over data-parallel chips, 1 optimiser state, 2 gradients too, 3 parameters too (FSDP)
    precision : one of `PRECISIONS`
    offload : whether activations that do not fit lie in the host's memory
    shard : chips over which state is sharded (hybrid sharding); 0 all data-parallel ones
    """

    tp: int = 1
    pp: int = 1
    dp: int = 1
    cp: int = 1
    ep: int = 1
    vp: int = 1
    microbatch: int = 1
    recompute: str = "none"
    zero: int = 1
    precision: str = BF16
    offload: bool = False
    shard: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no strategy at all."""
        for field in ("tp", "pp", "dp", "cp", "ep", "vp", "microbatch"):
            if getattr(self, field) < 1:
                raise InvalidStrategy(f"{field} is {getattr(self, field)}, must be at least 1")
        if self.shard < 0 or (self.shard and self.dp * self.cp % self.shard):
            raise InvalidStrategy(f"shard is {self.shard}, must divide dp * cp = {self.dp * self.cp}")
        if self.recompute not in RECOMPUTE:
            raise InvalidStrategy(f"recompute is {self.recompute!r}, must be one of {', '.join(RECOMPUTE)}")
        if self.zero not in range(ZERO_STAGES):
            raise InvalidStrategy(f"zero is {self.zero}, must be in 0..{ZERO_STAGES - 1}")
        if self.precision not in PRECISIONS:
            raise InvalidStrategy(f"precision is {self.precision!r}, must be one of {', '.join(PRECISIONS)}")

    @property
    def chips(self) -> int:
        """Chips that the strategy takes."""
        return self.tp * self.pp * self.dp * self.cp

    def layout(self) -> Layout:
        """The same for the kernels."""
        return Layout(
            tp=self.tp,
            pp=self.pp,
            dp=self.dp,
            cp=self.cp,
            ep=self.ep,
            vp=self.vp,
            microbatch=self.microbatch,
            recompute=RECOMPUTE[self.recompute],
            zero=self.zero,
            offload=int(self.offload),
            shard=self.shard,
        )

    def fault(self, batch: int) -> str | None:
        """Why the strategy cannot run a step of `batch` samples, or None.

        >>> Strategy(dp=3, microbatch=2).fault(batch=8)
        'batch 8 is not a multiple of dp * microbatch = 6'
        """
        replica = self.dp * self.microbatch
        if batch < 1 or batch % replica:
            return f"batch {batch} is not a multiple of dp * microbatch = {replica}"
        if self.vp > 1 and self.pp < 2:
            return f"vp is {self.vp}, but there are no pipeline stages to interleave"
        if self.tp * self.dp * self.cp % self.ep:
            return f"ep {self.ep} does not divide tp * dp * cp = {self.tp * self.dp * self.cp}"
        return None


_PRECISION_PATTERNS: Final = (
    ("nvfp4", re.compile(r"nvfp4|mxfp4|\bfp4")),
    ("mxfp8", re.compile(r"mxfp8|fp8[-_ ]?mx")),
    ("fp8", re.compile(r"fp8|float8")),
    (BF16, re.compile(r"bf16|bfloat16|fp16|float16")),
)


def precision_of(text: str) -> str | None:
    """Number format that a table's cell names; None where it names none. 16-bit formats run at one rate.

    >>> [precision_of(cell) for cell in ("FP8-CS", "amp_bf16", "FP8-MX", "fp16 mixed", "")]
    ['fp8', 'bf16', 'mxfp8', 'bf16', None]
    """
    # A remark in parentheses may name formats that were not used.
    cell = re.sub(r"\(.*", "", text.lower())
    return next((name for name, pattern in _PRECISION_PATTERNS if pattern.search(cell)), None)
