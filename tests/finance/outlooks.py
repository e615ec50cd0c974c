"""Outlooks for lenders that are small enough to do their sums by hand, and funds from short rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gortyn.finance.deal import Outlook
from gortyn.kernels.waterfall_types import Cash
from gortyn.model import Fund, Layer

BUILD, RUN = 6, 20
Row = tuple[str, str, str, float, float, float]


def layer(row: Row, **terms: Any) -> Layer:
    """A layer from (name, kind, provider, share, return, tenor)."""
    name, kind, provider, share, rate, tenor = row
    return Layer(name=name, kind=kind, provider=provider, share=share, return_rate=rate, tenor_years=tenor, **terms)  # pyright: ignore[reportArgumentType]


def fund(rows: Sequence[Row], **terms: Any) -> Fund:
    """A fund of such layers."""
    return Fund(layers=tuple(layer(row) for row in rows), **terms)


def outlook(
    capex: ArrayLike,
    operating: ArrayLike,
    *,
    operating_from: int = BUILD,
    refresh: ArrayLike | None = None,
    residual: ArrayLike | None = None,
    opex: ArrayLike | None = None,
    depreciation: ArrayLike | None = None,
    saving_periods: int = 8,
    **terms: Any,
) -> Outlook:
    """A project of this capex and these earnings, by quarters unless the caller says so."""
    need = np.array(capex, dtype=np.float64)

    def series(values: ArrayLike | None) -> NDArray[np.float64]:
        return np.zeros_like(need) if values is None else np.array(values, dtype=np.float64)

    return Outlook(
        cash=Cash(series(operating), need, series(refresh), series(depreciation), series(residual)),
        opex_eur=series(opex),
        first_operating=operating_from,
        last_construction=int(np.flatnonzero(need)[-1]),
        saving_periods=saving_periods,
        uses_eur={"plant": float(need.sum())},
        **terms,
    )


def simple(earned: Sequence[float], capex: float = 100.0, **terms: Any) -> Outlook:
    """Six quarters of construction, then operation with these earnings."""
    for name in ("opex", "refresh", "depreciation", "residual"):
        if name in terms:
            terms[name] = [0.0] * BUILD + list(terms[name])
    return outlook([capex / BUILD] * BUILD + [0.0] * len(earned), [0.0] * BUILD + list(earned), **terms)
