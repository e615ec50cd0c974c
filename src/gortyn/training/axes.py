"""This module owns the axes of a search: which values of each kind of parallelism a model, a batch and a chip allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gortyn.kernels.training_types import FULL_RECOMPUTE, NO_RECOMPUTE
from gortyn.training.strategy import RECOMPUTE, ZERO_STAGES, InvalidStrategy

if TYPE_CHECKING:
    from gortyn.kernels.search_space import Axes
    from gortyn.kernels.training_types import Coefficients, Hardware
    from gortyn.training.architecture import Architecture

# No chip holds a shorter piece of a sequence.
SHORTEST_PIECE: Final = 256  # source: shortest sequence of the measured attention surfaces (catalogue/surfaces)
WITHIN_DOMAIN: Final = -1
AXES: Final = ("tp", "pp", "dp", "cp", "ep", "vp", "microbatch", "recompute", "zero", "offload", "shard")
"""Axes that a search can be told to hold fixed."""


def axes_of(
    architecture: Architecture,
    hardware: Hardware,
    batch: int,
    fixed: Mapping[str, Any],
    software: Coefficients | None = None,
) -> Axes:
    """Every value that each axis may take.

    Tensor parallelism divides the attention heads and stays inside a scale-up domain; pipeline parallelism goes up to
    one layer a stage, data parallelism through the divisors of the batch, context parallelism through powers of two
    down to the shortest piece of a sequence that was measured, expert parallelism through the divisors of the experts,
    microbatches through the powers of two that divide the batch. What is fixed may go beyond that, but must divide.

    Parameters
    ----------
    architecture, hardware : model and machine
    batch : samples of a step, > 0
    fixed : values to hold, by names of `AXES`
    software : coefficients of the software stack; where selective recompute repeats nothing, it is left out

    Raises
    ------
    InvalidStrategy : an unknown axis, or a fixed value that the model or the batch does not allow.
    """
    from gortyn.kernels.search_space import Axes

    held = {name: _value(name, value) for name, value in fixed.items()}
    _check(architecture, batch, held)
    widths = [architecture.heads, architecture.hidden, *([] if architecture.experts else [architecture.ffn])]
    # With attention that keeps its scores on the chip, selective recompute is what the kernel does anyway.
    idle = software is not None and software.flash > 0 and software.selective_share == 0
    free: dict[str, Iterable[int]] = {
        "tp": [n for n in divisors(architecture.heads, hardware.domain_chips) if not any(w % n for w in widths)],
        "pp": range(1, architecture.layers + 1),
        "dp": divisors(batch, batch),
        "cp": [n for n in powers_of_two(architecture.sequence // 2) if architecture.sequence // n >= SHORTEST_PIECE]
        or [1],
        "ep": divisors(architecture.experts, architecture.experts) if architecture.experts else [1],
        "vp": range(1, architecture.layers + 1),
        "microbatch": powers_of_two(batch),
        "recompute": (NO_RECOMPUTE, FULL_RECOMPUTE) if idle else range(FULL_RECOMPUTE + 1),
        "zero": range(ZERO_STAGES),
        "offload": range(2),
        "shard": (WITHIN_DOMAIN, 0),
    }
    arrays = {name: np.array([held[name]] if name in held else list(free[name]), dtype=np.int64) for name in AXES}
    return Axes(**arrays)


def divisors(number: int, most: int) -> Sequence[int]:
    """Divisors of a number up to `most`, ascending.

    >>> divisors(12, 6)
    [1, 2, 3, 4, 6]
    """
    small = [n for n in range(1, int(number**0.5) + 1) if number % n == 0]  # unit: half is a square root
    return [n for n in sorted({*small, *(number // n for n in small)}) if n <= most]


def powers_of_two(number: int) -> Iterator[int]:
    """Powers of two that divide a number, ascending.

    >>> list(powers_of_two(24))
    [1, 2, 4, 8]
    """
    power = 1
    while number and number % power == 0:
        yield power
        power *= 2


def _value(name: str, value: Any) -> int:
    """A fixed value as the kernels take it."""
    if name not in AXES:
        raise InvalidStrategy(f"there is no axis {name!r}; there are {', '.join(AXES)}")
    if name == "recompute" and value in RECOMPUTE:
        return RECOMPUTE[value]
    try:
        whole = int(value)
    except (TypeError, ValueError):
        whole = WITHIN_DOMAIN
    least, most = {"recompute": (0, FULL_RECOMPUTE), "zero": (0, ZERO_STAGES - 1), "offload": (0, 1)}.get(
        name, (0 if name == "shard" else 1, None)
    )
    if str(whole) != str(value).strip() and value is not bool(whole):
        raise InvalidStrategy(f"{name} is {value!r}, must be a whole number")
    if whole < least or (most is not None and whole > most):
        limits = f"at least {least}" if most is None else f"in {least}..{most}"
        words = f" or one of {', '.join(RECOMPUTE)}" if name == "recompute" else ""
        raise InvalidStrategy(f"{name} is {value}, must be {limits}{words}")
    return whole


def _check(architecture: Architecture, batch: int, held: Mapping[str, int]) -> None:
    """Refuse fixed values that do not divide what they split."""
    name = architecture.name
    tp, pp, cp, ep = (held.get(axis, 1) for axis in ("tp", "pp", "cp", "ep"))
    if architecture.heads % tp:
        raise InvalidStrategy(f"tp {tp} does not divide the {architecture.heads} attention heads of {name}")
    if pp > architecture.layers:
        raise InvalidStrategy(f"pp {pp} is more than the {architecture.layers} layers of {name}")
    if cp > 1 and architecture.sequence % (2 * cp):
        raise InvalidStrategy(f"cp {cp} does not cut a sequence of {architecture.sequence} into {2 * cp} equal pieces")
    if ep > 1 and not architecture.experts:
        raise InvalidStrategy(f"ep is {ep}, but {name} has no experts")
    if architecture.experts % ep:
        raise InvalidStrategy(f"ep {ep} does not divide the {architecture.experts} experts of {name}")
    replica = held.get("dp", 1) * held.get("microbatch", 1)
    if batch % replica:
        factors = " * ".join(axis for axis in ("dp", "microbatch") if axis in held)
        raise InvalidStrategy(f"batch {batch} is not a multiple of {factors} = {replica}")
