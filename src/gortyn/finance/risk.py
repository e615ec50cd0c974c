"""This module owns the risk of the project: thousands of draws through the waterfall, and who loses what in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.copula import correlated_normals
from gortyn.finance.outcomes import UNITS, outcomes
from gortyn.finance.portfolio import attachments
from gortyn.finance.returns import irrs
from gortyn.finance.schedules import construction_interest_eur
from gortyn.finance.shocks import extra_periods, longer, no_shocks, shocks
from gortyn.kernels.waterfall_types import Deal, Drawn, Kind, Shocks
from gortyn.model import Scenario

if TYPE_CHECKING:
    from gortyn.finance.project import Project
    from gortyn.finance.structure import Structure

Floats = NDArray[np.float64]

BATCH: Final = 2**12
"""Draws that are in memory at a time with all their quarters."""
ROUNDING: Final = 1e-9
"""Share of the capital below which a loss is none, but the rounding of a layer that was just repaid."""
LOSS_GRID: Final = np.linspace(0, 1, 100 + 1)
"""Loss shares at which the exceedance curves are told."""


@dataclass(frozen=True, slots=True)
class PartyRisk:
    """What the draws hold for one layer or guarantee.

    Losses are nominal, in the draw. Of a loan, what is still owed at the end over what was lent, construction interest
    included, and 1 at most, for interest on arrears adds to what is owed. Of a layer that bears risk, capital paid in
    that never comes back, over that capital. Of a guarantee, calls beyond what fees and recoveries make good, over the
    cover it gives to the loan as planned; it may exceed 1, for interest that is missed is covered as well.

    Attributes
    ----------
    party : name of the layer or guarantee
    attachment_share, detachment_share : the party bears the losses between these shares of all capital that asks for
        its money back; nan for layers that do not, and guarantees
    loss_probability : share of draws with a loss
    expected_loss_share : mean loss
    loss_given_loss_share : mean over the draws with a loss; nan without
    loss_p95_share, loss_p99_share : exceeded in 5 % and 1 % of the draws
    expected_paid_in_eur, expected_received_eur : means [EUR]
    irr_p10_rate, irr_p50_rate, irr_p90_rate : of the draws that have a return; -1 counts where nothing comes back
    """

    party: str
    attachment_share: float
    detachment_share: float
    loss_probability: float
    expected_loss_share: float
    loss_given_loss_share: float
    loss_p95_share: float
    loss_p99_share: float
    expected_paid_in_eur: float
    expected_received_eur: float
    irr_p10_rate: float
    irr_p50_rate: float
    irr_p90_rate: float


@dataclass(frozen=True, slots=True)
class MeasureRisk:
    """How a measure spreads over the draws that have it; a row of the table `risk_measures`.

    Attributes
    ----------
    measure, unit : as in `outcomes.UNITS`
    plan : without shocks
    mean, p05, p10, p50, p90, p95 : over the draws; nan where none has it
    """

    measure: str
    unit: str
    plan: float
    mean: float
    p05: float
    p10: float
    p50: float
    p90: float
    p95: float


@dataclass(frozen=True, slots=True)
class LossPoint:
    """A point of a loss curve; a row of the table `layer_losses`.

    Attributes
    ----------
    layer : name of the layer
    loss_share : as in `PartyRisk`
    exceed_share : share of draws that lose more
    """

    layer: str
    loss_share: float
    exceed_share: float


@dataclass(frozen=True, slots=True, eq=False)
class RiskAssessment:
    """All draws of a scenario.

    Attributes
    ----------
    draws : how many
    parties : layers, then guarantees, in the fund's order
    measures : in the order of `outcomes.UNITS`
    losses : curve of each layer that asks for its money back
    default_probability : share of draws in which cash and reserves miss some debt service on the day it is due, made
        good later or not; nan without debt
    loss_share : of each party as in `PartyRisk`, float64[draw, party]; nan for layers that ask for nothing back
    irr_rate : of each party, float64[draw, party]; nan where none exists
    values : measures of each draw, float64[draw] each
    """

    draws: int
    parties: tuple[PartyRisk, ...]
    measures: tuple[MeasureRisk, ...]
    losses: tuple[LossPoint, ...]
    default_probability: float
    loss_share: Floats
    irr_rate: Floats
    values: Mapping[str, Floats]

    def measure(self, name: str) -> MeasureRisk:
        """Row of a measure of `outcomes.UNITS`.

        Raises
        ------
        KeyError : there is none of that name.
        """
        return dict(zip(UNITS, self.measures, strict=True))[name]


class _Batch(NamedTuple):
    """Some draws: measures, and whether debt service was missed, float64[draw]; of parties float64[draw, party].

    What is left of loans is float64[draw, layer].
    """

    values: dict[str, Floats]
    missed: NDArray[np.bool_]
    paid_in_eur: Floats
    net_eur: Floats
    irr_rate: Floats
    unpaid_eur: Floats


def assess(scenario: Scenario, project: Project, structure: Structure, draws: int | None = None) -> RiskAssessment:
    """Draw all factors together, pour the cash of each draw, and see who loses.

    The plan gets empty quarters at its end, as many as the longest delay of the draws, so that delayed operation has
    its full life; what the deal schedules keeps its dates.

    Parameters
    ----------
    scenario : resolved scenario
    project : as planned
    structure : of the fund
    draws : left out, `scenario.risk.draws`

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    from gortyn.kernels.money_draws import play

    count = scenario.risk.draws if draws is None else draws
    sites = project.base.chips_eur.shape[0]
    shock = shocks(scenario.risk, correlated_normals(scenario.risk, sites, count))
    plan = play(structure.deal, project.base, structure.extra_eur, no_shocks(1, sites))
    base, deal, extra_eur = longer(project.base, structure.deal, structure.extra_eur, extra_periods(shock))
    batches: list[_Batch] = []
    for first in range(0, count, BATCH):
        drawn = play(deal, base, extra_eur, Shocks(*(values[first : first + BATCH] for values in shock)))
        batches.append(_batch(scenario, project, drawn))
    values = {name: np.concatenate([batch.values[name] for batch in batches]) for name in UNITS}
    missed = np.concatenate([batch.missed for batch in batches])
    paid_in_eur = np.concatenate([batch.paid_in_eur for batch in batches])
    net_eur = np.concatenate([batch.net_eur for batch in batches])
    irr_rate = np.concatenate([batch.irr_rate for batch in batches])
    unpaid_eur = np.concatenate([batch.unpaid_eur for batch in batches])
    loss_share = _loss_shares(deal, paid_in_eur, net_eur, unpaid_eur)
    names = [noun.name for noun in (*scenario.fund.layers, *scenario.fund.guarantees)]
    bounds = _bounds(deal, len(names))
    has_debt = bool((deal.kind == Kind.DEBT).any())
    planned = outcomes(scenario, project, plan)
    return RiskAssessment(
        draws=count,
        parties=tuple(
            _party(name, bounds[:, i], loss_share[:, i], paid_in_eur[:, i], net_eur[:, i], irr_rate[:, i])
            for i, name in enumerate(names)
        ),
        measures=tuple(_measure(name, planned[name][0], values[name]) for name in UNITS),
        losses=tuple(
            LossPoint(layer.name, float(at), float((loss_share[:, i] > at).mean()))
            for i, layer in enumerate(scenario.fund.layers)
            if not layer.is_given
            for at in LOSS_GRID
        ),
        default_probability=float(missed.mean()) if has_debt else float("nan"),
        loss_share=loss_share,
        irr_rate=irr_rate,
        values=values,
    )


def quantiles(values: Floats, *percents: float) -> tuple[float, ...]:
    """Quantiles of the values that exist, by linear interpolation; nan where none does.

    >>> quantiles(np.array([1.0, 2.0, 3.0, np.nan]), 50, 100)
    (2.0, 3.0)
    """
    held = values[~np.isnan(values)]
    if not held.size:
        return (float("nan"),) * len(percents)
    return tuple(float(value) for value in np.percentile(held, percents))


def _batch(scenario: Scenario, project: Project, drawn: Drawn) -> _Batch:
    """Measures and parties of some draws, by quarter no longer."""
    rates = [irrs(drawn.flow_eur[:, i]) for i in range(drawn.flow_eur.shape[1])]
    values = outcomes(scenario, project, drawn)
    missed = np.any(drawn.missed_eur > ROUNDING * drawn.drawn_eur[:, : drawn.missed_eur.shape[1]], axis=1)
    net_eur, rate = drawn.flow_eur.sum(axis=2), np.stack(rates, axis=1)
    return _Batch(values, missed, drawn.drawn_eur, net_eur, rate, drawn.unpaid_eur)


def _loss_shares(deal: Deal, paid_in_eur: Floats, net_eur: Floats, unpaid_eur: Floats) -> Floats:
    """Loss of each party in each draw over its capital or cover, float64[draw, party].

    Construction interest of a loan has the same part in what is lent as in the plan.
    """
    layers, planned_eur = deal.kind.size, deal.draw_eur.sum(axis=1)
    terms = zip(deal.draw_eur, deal.rate, deal.pays_from, strict=True)
    added_eur = np.array([construction_interest_eur(*of_layer) for of_layer in terms])
    growth = 1 + np.divide(added_eur, planned_eur, out=np.zeros(layers), where=planned_eur > 0)
    debt = deal.kind == Kind.DEBT
    capital, lost = paid_in_eur.copy(), np.maximum(-net_eur, 0.0)
    capital[:, :layers] *= np.where(debt, growth, 1.0)
    lost[:, :layers] = np.minimum(np.where(debt, unpaid_eur, lost[:, :layers]), capital[:, :layers])
    capital[:, layers:] = deal.cover_share * (planned_eur * growth)[deal.covers]
    share = np.divide(lost, capital, out=np.zeros_like(lost), where=capital > 0)
    share[share < ROUNDING] = 0
    share[:, np.flatnonzero(deal.kind == Kind.GIVEN)] = np.nan
    return share


def _bounds(deal: Deal, parties: int) -> Floats:
    """Attachment and detachment of each party, nan for guarantees, float64[2, party]."""
    bounds = np.full((2, parties), np.nan)
    bounds[:, : deal.kind.size] = attachments(deal)
    return bounds


def _party(
    name: str, bounds: Floats, loss: Floats, paid_in_eur: Floats, net_eur: Floats, irr_rate: Floats
) -> PartyRisk:
    losing = loss[loss > 0]
    asks = not np.isnan(loss).any()
    p95, p99 = quantiles(loss, 95, 99)  # source: definition of the columns
    p10, p50, p90 = quantiles(irr_rate, 10, 50, 90)  # source: definition of the columns
    return PartyRisk(
        party=name,
        attachment_share=float(bounds[0]),
        detachment_share=float(bounds[1]),
        loss_probability=losing.size / loss.size if asks else float("nan"),
        expected_loss_share=float(loss.mean()),
        loss_given_loss_share=float(losing.mean()) if losing.size else float("nan"),
        loss_p95_share=p95,
        loss_p99_share=p99,
        expected_paid_in_eur=float(paid_in_eur.mean()),
        expected_received_eur=float(np.maximum(paid_in_eur + net_eur, 0).mean()),
        irr_p10_rate=p10 if asks else float("nan"),
        irr_p50_rate=p50 if asks else float("nan"),
        irr_p90_rate=p90 if asks else float("nan"),
    )


def _measure(name: str, plan: float, values: Floats) -> MeasureRisk:
    held = values[~np.isnan(values)]
    mean = float(held.mean()) if held.size else float("nan")
    spread = quantiles(values, 5, 10, 50, 90, 95)  # source: definition of the columns
    return MeasureRisk(name, UNITS[name], float(plan), mean, *spread)
