"""This module owns the tornado: each factor of risk alone at a low and a high setting, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from gortyn.finance.metrics import QUARTERS_PER_YEAR
from gortyn.finance.outcomes import UNITS, outcomes
from gortyn.finance.shocks import extra_periods, longer, no_shocks, shocks
from gortyn.kernels.waterfall_types import Shocks
from gortyn.model import Scenario
from gortyn.model.risk import FACTORS, Factor

if TYPE_CHECKING:
    from gortyn.finance.project import Project
    from gortyn.finance.structure import Structure

MEASURES: Final = ("npv_eur", "irr_rate", "levelised_eur_per_chip_hour", "dscr_min")
P90: Final = NormalDist().inv_cdf(0.9)  # source: definition
"""Normal that nine of ten draws are below; P10 is as far on the other side."""


@dataclass(frozen=True, slots=True)
class TornadoBar:
    """One factor's effect on one measure; a row of the table `tornado`.

    Attributes
    ----------
    factor, measure, unit : names as in `FACTORS` and `MEASURES`, and the unit of the measure
    low_setting, high_setting : the factor at its P10 and P90, as a text: a multiple of the plan; of a delay, quarters;
        of interest, percentage points per year
    low, high : the measure there; nan where it does not exist
    plan : the measure without shocks
    """

    factor: str
    measure: str
    unit: str
    low_setting: str
    high_setting: str
    low: float
    high: float
    plan: float


def tornado(scenario: Scenario, project: Project, structure: Structure) -> tuple[TornadoBar, ...]:
    """Move each factor alone, at all sites together, to its P10 and its P90.

    Parameters
    ----------
    scenario : resolved scenario
    project : as planned
    structure : of the fund

    Returns
    -------
    A row for each factor and measure; factors by how far they move the net present value, the widest first.

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    from gortyn.kernels.money_draws import play

    sites = project.base.chips_eur.shape[0]
    shock = _settings(scenario, sites)
    base, deal, extra_eur = longer(project.base, structure.deal, structure.extra_eur, extra_periods(shock))
    values = outcomes(scenario, project, play(deal, base, extra_eur, shock))
    bars = {
        factor: tuple(
            TornadoBar(
                factor=factor,
                measure=measure,
                unit=UNITS[measure],
                low_setting=_setting(shock, factor, 2 * i + 1),
                high_setting=_setting(shock, factor, 2 * i + 2),
                low=float(values[measure][2 * i + 1]),
                high=float(values[measure][2 * i + 2]),
                plan=float(values[measure][0]),
            )
            for measure in MEASURES
        )
        for i, factor in enumerate(FACTORS)
    }
    widest_first = sorted(bars.values(), key=lambda rows: -abs(rows[0].high - rows[0].low))
    return tuple(bar for rows in widest_first for bar in rows)


def _settings(scenario: Scenario, sites: int) -> Shocks:
    """Draw 0 is the plan; draws 2 i + 1 and 2 i + 2 have factor i at its P10 and P90, and all else as planned."""
    ends = np.broadcast_to(np.array([-P90, P90])[:, None, None], (2, len(FACTORS), sites))
    moved = shocks(scenario.risk, ends)
    settings = no_shocks(1 + 2 * len(FACTORS), sites)
    for i, factor in enumerate(FACTORS):
        field = _field(factor)
        getattr(settings, field)[2 * i + 1 : 2 * i + 2 + 1] = getattr(moved, field)
    return settings


def _setting(shock: Shocks, factor: Factor, draw: int) -> str:
    """Setting of a factor in a draw, the same at all sites.

    >>> _setting(no_shocks(1, 2), "chip-price", 0), _setting(no_shocks(1, 2), "interest-rate", 0)
    ('× 1.00', '+0.00 %-points')
    """
    # Adding 0 makes a negative zero a plain one.
    value = float(np.ravel(getattr(shock, _field(factor))[draw])[0]) + 0.0
    if factor == "delay":
        return f"{value:+.1f} quarters"
    if factor == "interest-rate":
        return f"{100 * value * QUARTERS_PER_YEAR:+.2f} %-points"
    return f"× {value:.2f}"


def _field(factor: Factor) -> str:
    """Name of a factor's shock."""
    return factor.replace("-", "_")
