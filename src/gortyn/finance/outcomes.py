"""This module owns the measures of each draw: value, returns, levelised cost and debt service cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.calendar import nominal_rate
from gortyn.finance.metrics import present
from gortyn.finance.returns import irrs
from gortyn.kernels.waterfall_types import Drawn
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.finance.project import Project

UNITS: Final[dict[str, str]] = {
    "npv_eur": "EUR",
    "irr_rate": "1/year",
    "equity_irr_rate": "1/year",
    "levelised_eur_per_chip_hour": "EUR/chip-hour",
    "dscr_min": "1",
    "unpaid_eur": "EUR",
    "deficit_eur": "EUR",
    "kept_back_quarters": "quarters",
    "delivered_chip_hours": "chip-hours",
}
"""Unit of each measure, in the order of the tables."""


def outcomes(scenario: Scenario, project: Project, drawn: Drawn) -> dict[str, NDArray[np.float64]]:
    """Measures of each draw, by name as in `UNITS`; float64[draw] each, nan where a draw has none.

    Value and levelised cost are those of the project before tax and finance, in euros of the base year. The return of
    equity is that of all layers of common equity together. `unpaid_eur` is what all loans stand at in the last quarter;
    `kept_back_quarters` are those in which a lock-up kept cash from what follows it.

    Parameters
    ----------
    scenario : resolved scenario
    project : as planned
    drawn : what became of each draw
    """
    deflator = project.index[0]
    nominal = nominal_rate(scenario)
    is_equity = [layer.kind == "equity" for layer in scenario.fund.layers]
    equity_eur = drawn.flow_eur[:, np.flatnonzero(is_equity)].sum(axis=1)
    chip_hours = present(scenario.costs.discount_rate, drawn.delivered_chip_hours)
    with np.errstate(divide="ignore", invalid="ignore"):
        levelised = present(nominal, drawn.cost_eur) / deflator / chip_hours
    return {
        "npv_eur": present(nominal, drawn.net_eur) / deflator,
        "irr_rate": irrs(drawn.net_eur),
        "equity_irr_rate": irrs(equity_eur),
        "levelised_eur_per_chip_hour": np.where(chip_hours > 0, levelised, np.nan),
        "dscr_min": drawn.dscr_min,
        "unpaid_eur": drawn.unpaid_eur.sum(axis=1),
        "deficit_eur": drawn.deficit_eur,
        "kept_back_quarters": drawn.locked.astype(np.float64),
        "delivered_chip_hours": drawn.delivered_chip_hours.sum(axis=1),
    }
