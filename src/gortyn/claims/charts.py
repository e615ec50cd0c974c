"""This module owns the points of the charts of claims: bars with a role each, and curves."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gortyn.claims.verdict import ClaimFigure, Role

Bar = tuple[str, Role, float]


def bars(unit: str, points: Iterable[Bar], series: str = "") -> tuple[ClaimFigure, ...]:
    """Bars by label, role and height; those without a height are left out.

    >>> [bar.label for bar in bars("%", [("claimed", "claimed", 25.0), ("found", "found", float("nan"))])]
    ['claimed']
    """
    return tuple(
        ClaimFigure(series or unit, label, role, float(y), unit) for label, role, y in points if math.isfinite(y)
    )


def curve(
    series: str, role: Role, points: Iterable[tuple[float, float]], *, x_unit: str, unit: str, label: str = ""
) -> tuple[ClaimFigure, ...]:
    """A curve by its points (x, y) in the order of x; points that are no numbers are left out.

    A curve without a label is called as its series.
    """
    kept = sorted((x, y) for x, y in points if math.isfinite(x) and math.isfinite(y))
    return tuple(ClaimFigure(series, label or series, role, float(y), unit, float(x), x_unit) for x, y in kept)
