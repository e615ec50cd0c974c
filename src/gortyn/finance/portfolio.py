"""This module owns the portfolio view of risk: sites that default together by one hidden factor, and who loses then.

The one-factor Gaussian model (Vasicek 2002, "The distribution of loan portfolio value"): a site defaults where
``sqrt(correlation) * common + sqrt(1 - correlation) * own`` falls below the normal quantile of the default probability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.copula import normal_cdf
from gortyn.finance.program import repaid_at
from gortyn.kernels.waterfall_types import Deal, Kind
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.catalogue import Lookup
    from gortyn.finance.project import Project
    from gortyn.finance.structure import Structure

POOL: Final = "pool"
NODES: Final = 100  # points of the quadrature, exact to the rounding of floats
TAIL: Final = 12  # standard deviations beyond which a normal has no weight in floats


@dataclass(frozen=True, slots=True)
class TrancheLoss:
    """Loss of a layer by the history of project finance; a row of the table `portfolio_losses`.

    Attributes
    ----------
    layer : name of the layer, or pool for all of them
    attachment_share, detachment_share : the layer bears the losses of the pool between these shares of its capital
    expected_loss_share : mean loss over what the layer paid in
    loss_probability : probability that the layer loses anything
    limit_expected_loss_share : mean loss if the same risk were spread over countless sites
    """

    layer: str
    attachment_share: float
    detachment_share: float
    expected_loss_share: float
    loss_probability: float
    limit_expected_loss_share: float


def attachments(deal: Deal) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of the capital that lose before each layer, and up to and with it.

    Capital is what is paid in as planned by layers that ask for their money back. Losses rise against the order of
    payment: the layer whose principal or return the waterfall pays last loses first.

    Parameters
    ----------
    deal : draws and steps

    Returns
    -------
    Attachment and detachment, in [0, 1], nan for a layer that asks for nothing back; float64[layer] each.
    """
    asks = deal.kind != Kind.GIVEN
    capital = np.where(asks, deal.draw_eur.sum(axis=1), 0.0)
    paid_at = repaid_at(deal.steps, deal.kind.size)
    before = (paid_at[None, :] > paid_at[:, None]) @ capital
    total = capital.sum() or 1.0
    return np.where(asks, before / total, np.nan), np.where(asks, (before + capital) / total, np.nan)


def portfolio_losses(
    default_probability: float,
    correlation: float,
    recovery_share: float,
    names: int | NDArray[np.float64],
    draws: int,
    seed: int,
) -> NDArray[np.float64]:
    """Loss of the pool in each draw, as a share of the pool.

    Parameters
    ----------
    default_probability : of one name, in (0, 1)
    correlation : of the hidden factors of two names, in [0, 1)
    recovery_share : what a default leaves, in [0, 1]
    names : number of equal names; or the weight of each, float64[name], which sum to 1
    draws, seed : as everywhere

    Returns
    -------
    Shares in [0, 1], float64[draw].

    Raises
    ------
    ValueError : an argument outside its range.

    >>> round(float(portfolio_losses(0.1, 0.3, 0.3, 1000, 20_000, 1).mean()), 2)
    0.07
    """
    _check(default_probability, correlation, recovery_share)
    generator = np.random.Generator(np.random.PCG64(seed))
    chance = _conditional(default_probability, correlation, generator.standard_normal(draws))
    if isinstance(names, int):
        lost = generator.binomial(names, chance) / names
    else:
        lost = (generator.random((draws, names.size)) < chance[:, None]) @ names
    return (1 - recovery_share) * lost


def tranche_losses(losses: NDArray[np.float64], attach: float, detach: float) -> NDArray[np.float64]:
    """Loss of a tranche in each draw, as a share of the tranche: what the pool loses between the two, over their gap.

    Parameters
    ----------
    losses : of the pool, as a share of it, float64[draw]
    attach, detach : shares of the pool, 0 <= attach <= detach <= 1; a tranche of no width loses nothing

    >>> tranche_losses(np.array([0.1, 0.2, 0.5]), 0.1, 0.3).round(12).tolist()
    [0.0, 0.5, 1.0]
    """
    if detach <= attach:
        return np.zeros_like(losses)
    return np.clip(losses - attach, 0, detach - attach) / (detach - attach)


def limit_tranche_loss(
    default_probability: float, correlation: float, recovery_share: float, attach: float, detach: float
) -> float:
    """Expected loss of a tranche of countless equal names, as a share of the tranche (Vasicek 2002).

    Given the common factor m, the pool loses ``(1 - recovery) * N((c - sqrt(rho) m) / sqrt(1 - rho))`` for certain,
    with c the normal quantile of the default probability; its excess over each bound is integrated over m.

    Parameters
    ----------
    default_probability : of one name, in (0, 1)
    correlation : of the hidden factors of two names, in [0, 1)
    recovery_share : what a default leaves, in [0, 1]
    attach, detach : shares of the pool, 0 <= attach <= detach <= 1; a tranche of no width loses nothing

    Raises
    ------
    ValueError : an argument outside its range.

    >>> [round(limit_tranche_loss(0.1, 0.3, 0.3, *bounds), 5) for bounds in ((0, 0.15), (0.15, 0.35), (0, 1))]
    [0.39934, 0.04762, 0.07]
    """
    _check(default_probability, correlation, recovery_share)
    if detach <= attach:
        return 0.0
    excess = [_limit_excess(default_probability, correlation, 1 - recovery_share, bound) for bound in (attach, detach)]
    return (excess[0] - excess[1]) / (detach - attach)


def history(scenario: Scenario, project: Project, structure: Structure, facts: Lookup) -> tuple[TrancheLoss, ...]:
    """What the fund's layers would lose if its sites defaulted and recovered as projects did in the past.

    Beside the draws of `risk.assess`, which start from the sites' own cash. Default and recovery are those of bank
    loans to projects, taken here for all the capital of a site that asks for its money back, weighted by capital cost;
    equity of those projects lost more than their lenders did.

    Parameters
    ----------
    scenario : resolved scenario
    project : as planned
    structure : of the fund
    facts : default and recovery of project finance, correlation of sites

    Returns
    -------
    One row for each layer that asks for money back, in the fund's order, and one for all of them, named pool.
    """
    default = facts.number("finance", "project-finance", "default_10y_cumulative")
    recovery = facts.number("finance", "project-finance", "recovery_mean")
    correlation = facts.number("risk", "project", "default_correlation")
    cost_eur = (project.base.chips_eur + project.base.building_eur).sum(axis=1)
    if not cost_eur.any():
        return ()  # nothing is built, so nothing can be lost
    losses = portfolio_losses(
        default, correlation, recovery, cost_eur / cost_eur.sum(), scenario.risk.draws, scenario.risk.seed
    )
    bounds = {
        layer.name: (float(attach), float(detach))
        for layer, attach, detach in zip(scenario.fund.layers, *attachments(structure.deal), strict=True)
        if not layer.is_given
    }
    rows: list[TrancheLoss] = []
    for name, (attach, detach) in (*bounds.items(), (POOL, (0.0, 1.0))):
        loss = tranche_losses(losses, attach, detach)
        limit = limit_tranche_loss(default, correlation, recovery, attach, detach)
        rows.append(TrancheLoss(name, attach, detach, float(loss.mean()), float((loss > 0).mean()), limit))
    return tuple(rows)


def _conditional(default_probability: float, correlation: float, common: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of default of one name where the common factor is known."""
    threshold = NormalDist().inv_cdf(default_probability)
    return normal_cdf((threshold - math.sqrt(correlation) * common) / math.sqrt(1 - correlation))


def _limit_excess(default_probability: float, correlation: float, severity: float, bound: float) -> float:
    """Mean of what countless names lose beyond a bound, as a share of the pool.

    Over the common factor where names go their own ways, and over the loss, whose chance of being exceeded is known,
    where they go together: each integrand is smooth where the other is steep.
    """
    if bound >= severity:
        return 0.0
    normal = NormalDist()
    threshold = normal.inv_cdf(default_probability)
    common, own = math.sqrt(correlation), math.sqrt(1 - correlation)
    # A loss x is severity * N(y); the loss falls with the common factor m and is x at (threshold - own * y) / common.
    least = normal.inv_cdf(bound / severity) if bound > 0 else -TAIL
    if correlation > own**2:
        y, weights = _normal_weights(least, TAIL)
        return severity * float(weights @ normal_cdf((threshold - own * y) / common))
    largest = (threshold - own * least) / common if common else math.copysign(TAIL, threshold - least)
    m, weights = _normal_weights(-TAIL, min(largest, TAIL))
    return max(float(weights @ (severity * _conditional(default_probability, correlation, m) - bound)), 0.0)


def _normal_weights(low: float, high: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points between two bounds, and weights by which a smooth function is integrated over the normal density there."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    half = max(high - low, 0.0) / 2
    points = low + half * (nodes + 1)
    return points, half * weights * np.exp(-(points**2) / 2) / math.sqrt(2 * math.pi)


def _check(default_probability: float, correlation: float, recovery_share: float) -> None:
    """Refuse arguments outside their ranges."""
    if not 0 < default_probability < 1:
        message = f"default_probability must be between 0 and 1, got {default_probability}"
        raise ValueError(message)
    if not 0 <= correlation < 1:
        message = f"correlation must be 0 or more and below 1, got {correlation}"
        raise ValueError(message)
    if not 0 <= recovery_share <= 1:
        message = f"recovery_share must be from 0 to 1, got {recovery_share}"
        raise ValueError(message)
