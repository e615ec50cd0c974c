"""This module owns the checks of joint defaults: tranches of a large portfolio, and the history of project finance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from gortyn.catalogue import Lookup
from gortyn.energy.validation_figure import Figure, source_of
from gortyn.finance.portfolio import limit_tranche_loss, portfolio_losses, tranche_losses
from gortyn.kernels.waterfall_types import Floats
from gortyn.training.checks import Check

CASE: Final = "tranche-case"
NAMES: Final = 100_000  # source: so many that the luck of single names no longer shows
DRAWS: Final = 400_000  # source: standard errors of less than a hundredth of all but the smallest loss
SEED: Final = 20260603  # source: any
STANDARD_ERRORS: Final = 3  # source: what was asked of simulated losses
ROUNDED: Final = 5e-6  # source: half of the last of five published decimals
EXACT: Final = 1e-12  # source: rounding of floats
TRANCHES: Final = (
    ("0-15 %", "loss_0_15", 0.0, 0.15),  # unit: shares of the pool
    ("15-35 %", "loss_15_35", 0.15, 0.35),  # unit: shares of the pool
    ("35-100 %", "loss_35_100", 0.35, 1.0),  # unit: shares of the pool
    ("pool", "loss_pool", 0.0, 1.0),
)
HISTORY: Final = "project-finance"
SITES: Final = 4  # source: as many as the first lot of the tender has


class Odds(NamedTuple):
    """Default probability, correlation of hidden factors, and recovery."""

    default_probability: float
    correlation: float
    recovery: float


def tranche_figures(facts: Lookup) -> Iterator[Figure]:
    """Expected losses of tranches in the large-portfolio limit, in closed form and drawn."""
    odds = Odds(*(facts.number("finance", CASE, field) for field in Odds._fields))
    losses = portfolio_losses(*odds, NAMES, DRAWS, SEED)
    alone = "defaults independent"
    whole = np.zeros_like(losses)
    for name, field, attach, detach in TRANCHES:
        expected, source = facts.number("finance", CASE, field), source_of(facts, "finance", CASE, field)
        null = limit_tranche_loss(odds.default_probability, 0.0, odds.recovery, attach, detach)
        limit = limit_tranche_loss(*odds, attach, detach)
        formula = Check(f"tranche {name}: expected loss, limit of many names", expected, limit, ROUNDED, source)
        yield Figure(formula, False, null, alone)
        drawn = tranche_losses(losses, attach, detach)
        told = f"{source}; {NAMES:,} names, {DRAWS:,} draws, seed {SEED}"
        check = Check(f"tranche {name}: expected loss, drawn", expected, float(drawn.mean()), _error(drawn), told)
        yield Figure(check, False, null, alone)
        if field != "loss_pool":
            whole += (detach - attach) * drawn
    apart = float(np.abs(whole - losses).max())
    yield Figure(Check("tranches less the pool, largest of any draw", 0.0, apart, EXACT, "adding up"), False)


def history_figures(facts: Lookup) -> Iterator[Figure]:
    """Default and recovery of bank loans to projects, beside what the portfolio view of a fund draws."""

    def of(field: str) -> float:
        return facts.number("finance", HISTORY, field)

    defaults, recovery = "default_10y_cumulative", "recovery_mean"
    correlation = facts.number("risk", "project", "default_correlation")
    weights = np.full(SITES, 1 / SITES)
    defaulted = portfolio_losses(of(defaults), correlation, 0.0, weights, DRAWS, SEED)
    lost = portfolio_losses(of(defaults), correlation, of(recovery), weights, DRAWS, SEED)
    source, other = source_of(facts, "finance", HISTORY, defaults), facts.fact("finance", HISTORY, defaults).conflicts
    null = (other[0].number, f"the same study {other[0].note}") if other else (None, "")
    name = "project finance: default within ten years"
    yield Figure(Check(name, of(defaults), float(defaulted.mean()), _error(defaulted), source), True, *null)
    kept = 1 - float(lost.sum() / defaulted.sum())
    source = source_of(facts, "finance", HISTORY, recovery)
    yield Figure(Check("project finance: recovered after default", of(recovery), kept, EXACT, source), True)


def _error(losses: Floats) -> float:
    """Three standard errors of a mean."""
    return STANDARD_ERRORS * float(losses.std(ddof=1)) / math.sqrt(losses.size)
