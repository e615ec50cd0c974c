"""This module owns the financing at close: how large each layer is, once loans, fees, reserves and interest agree.

Loans pay for fees and for the first fill of reserves, and both depend on the loans; a sculpted loan depends on cash
flow after tax, and tax on its interest. All of it is settled by repeating: with given sizes the cash of the plan is
poured through the waterfall, and what is found there gives the next sizes, until they no longer change. Sizes that
swing are taken midway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.deal import (
    Outlook,
    Sizes,
    compose,
    construction_interests,
    is_sculpted,
)
from gortyn.finance.metrics import QUARTERS_PER_YEAR, periodic_rate
from gortyn.finance.program import order, repaid_at
from gortyn.finance.schedules import ahead, annuity_left, bullet_left, on_calendar, sculpted_left
from gortyn.kernels.waterfall_types import Cash, Deal, Floats, Poured
from gortyn.model import Fund, Layer, Scenario, Step, known

if TYPE_CHECKING:
    from gortyn.finance.project import Project

SETTLED: Final = 1e-12  # source: a thousand times the rounding of a sum
"""Relative change below which sizes count as settled."""
ROUNDS: Final = 200  # source: a circle that takes more gains less than a tenth of what is missing each time
FREE: Final = 12  # source: sizes of one layer after the other may move before they come nearer
UNCOVERED: Final = 1e-6
"""Share of the uses that rounding of the layers' shares may leave unpaid."""


class FundingError(ValueError):
    """A fund that cannot pay for the project; `path` is the place in the scenario that is to blame."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message

    def __reduce__(self) -> tuple[type[FundingError], tuple[tuple[str | int, ...], str]]:
        """Keep both parts when the error is sent to another process."""
        return type(self), (self.path, self.message)


@dataclass(frozen=True, slots=True)
class SourceOrUse:
    """One line of the sources and uses of funds.

    Attributes
    ----------
    side : ``source`` or ``use``
    item : layer, or what is paid for
    amount_eur : until operation [EUR]
    share : of all sources, or of all uses
    """

    side: str
    item: str
    amount_eur: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """The financing at close, and the plan that it rests on.

    Attributes
    ----------
    fund : whose layers these are
    outlook : what is financed
    order : steps of the waterfall
    deal : the same in numbers
    cash : of the project, fees and first fill of reserves among its needs
    poured : where the cash goes if all comes as planned
    drawn_eur : paid in until operation, float64[layer]
    construction_interest_eur : interest added to each loan, float64[layer]
    fee_eur : arrangement fee of each loan, float64[layer]
    reserve_eur : first fill of the reserve account of each loan, float64[layer]
    operating_reserve_eur : first fill of the operating reserve
    first_repayment, last_repayment : periods of the first and last repayment of each loan; -1 for others, int64[layer]
    """

    fund: Fund
    outlook: Outlook
    order: tuple[Step, ...]
    deal: Deal
    cash: Cash
    poured: Poured
    drawn_eur: Floats
    construction_interest_eur: Floats
    fee_eur: Floats
    reserve_eur: Floats
    operating_reserve_eur: float
    first_repayment: NDArray[np.int64]
    last_repayment: NDArray[np.int64]

    @property
    def amount_eur(self) -> Floats:
        """What each layer provides: paid in, and interest of its own before operation [EUR], float64[layer]."""
        return self.drawn_eur + self.construction_interest_eur

    @property
    def uses_eur(self) -> float:
        """All uses of funds [EUR]."""
        return float(self.amount_eur.sum())

    @property
    def share(self) -> Floats:
        """Share of each layer in all sources, float64[layer]."""
        return self.amount_eur / self.uses_eur if self.uses_eur else np.zeros_like(self.drawn_eur)

    @property
    def gearing_share(self) -> float:
        """Share of debt in all sources."""
        return float(self.share[[layer.is_debt for layer in self.fund.layers]].sum())

    @property
    def need_eur(self) -> Floats:
        """What the layers pay for in each period, float64[period]."""
        return self.cash.need_eur

    @property
    def extra_eur(self) -> Floats:
        """Fees and first fill of reserves, which come on top of capital cost, float64[period]."""
        return self.need_eur - self.outlook.cash.need_eur

    @property
    def sources_and_uses(self) -> tuple[SourceOrUse, ...]:
        """What is paid, and by whom; both sides have the same sum, and lines of nothing are left out."""
        sources = {layer.name: float(one) for layer, one in zip(self.fund.layers, self.amount_eur, strict=True)}
        uses = {
            **self.outlook.uses_eur,
            "fees": float(self.fee_eur.sum()),
            "construction-interest": float(self.construction_interest_eur.sum()),
            "debt-reserves": float(self.reserve_eur.sum()),
            "operating-reserve": self.operating_reserve_eur,
        }
        return tuple(
            SourceOrUse(side, item, amount, amount / self.uses_eur)
            for side, lines in (("source", sources), ("use", uses))
            for item, amount in lines.items()
            if amount
        )


def structure(scenario: Scenario, project: Project) -> Structure:
    """Financing of a scenario's project.

    Parameters
    ----------
    scenario : resolved scenario
    project : all its sites

    Raises
    ------
    FundingError : the fund cannot pay for it.
    ValueError : the scenario is not resolved.
    """
    from gortyn.finance.project import CAPEX_PARTS

    costs = scenario.costs
    outlook = Outlook(
        cash=project.cash,
        opex_eur=project.opex_eur,
        first_operating=project.first_operating,
        last_construction=project.last_construction,
        saving_periods=max(1, round(known(costs.chip_life_years) * QUARTERS_PER_YEAR)),
        uses_eur={name: float(project.total(name).sum()) for name in CAPEX_PARTS},
        tax_rate=known(costs.tax_share),
        refund=costs.tax_losses == "refunded",
    )
    return arrange(scenario.fund, outlook)


def arrange(fund: Fund, outlook: Outlook) -> Structure:
    """Financing of anything that lenders look at, by periods of any length.

    Raises
    ------
    FundingError : reserves and fees do not settle, or debt is cut and no common equity is there to pay the rest.
    """
    from gortyn.kernels.waterfall import pour

    steps = order(fund, refreshed=bool(outlook.cash.refresh_eur.any()))
    sizes = _first(fund, outlook)
    deal, cash = compose(fund, steps, outlook, sizes)
    last, swings = np.inf, False
    for turn in range(ROUNDS):
        found = _next(fund, outlook, sizes, deal, pour(deal, cash))
        distance = found.distance(sizes)
        # A junior loan may grow where the senior shrinks, and swing with it for ever; the middle of a swing is nearer.
        swings = swings or (turn > FREE and distance >= last)
        last, sizes = distance, sizes.midway(found) if swings else found
        deal, cash = compose(fund, steps, outlook, sizes)
        if distance < SETTLED:
            _refuse_uncovered(outlook, deal, sizes)
            return _settled(fund, outlook, steps, sizes, deal, cash, pour(deal, cash))
    raise _unsettled(fund, outlook, sizes, deal)


def window(layer: Layer, outlook: Outlook) -> tuple[int, int]:
    """Periods of the first and last repayment of a loan.

    A tenor counts from the end of construction. It and its grace are cut where the cash flow ends.
    """
    left = outlook.periods - 1 - outlook.completion
    tenor = max(1, min(round(layer.tenor_years * outlook.periods_per_year), left))
    grace = min(round(layer.grace_quarters * outlook.periods_per_year / QUARTERS_PER_YEAR), tenor - 1)
    return outlook.completion + grace + 1, outlook.completion + tenor


def _first(fund: Fund, outlook: Outlook) -> Sizes:
    """Sizes to begin with: no fees or reserves, level payments, debt as large as its share."""
    count, first = len(fund.layers), int(np.argmax(outlook.cash.need_eur > 0))
    return Sizes(
        fee_eur=np.zeros(count),
        fee_period=np.full(count, first, dtype=np.int64),
        debt_target_eur=np.zeros((count, outlook.periods)),
        left_share=np.stack([_unsculpted(layer, outlook) for layer in fund.layers]),
        most_eur=np.full(count, outlook.cash.need_eur.sum()),
        growth=np.ones(count),
        cut=1.0,
    )


def _unsculpted(layer: Layer, outlook: Outlook) -> Floats:
    """Schedule of a layer that cash flow does not shape, float64[period]; 1 throughout where nothing is lent."""
    if not layer.is_debt:
        return np.ones(outlook.periods)
    first, last = window(layer, outlook)
    payments, rate = last - first + 1, periodic_rate(layer.return_rate, outlook.periods_per_year)
    left = bullet_left(payments) if layer.repayment == "bullet" else annuity_left(payments, rate)
    return on_calendar(left, first, outlook.periods)


def _next(fund: Fund, outlook: Outlook, sizes: Sizes, deal: Deal, poured: Poured) -> Sizes:
    """Sizes that follow from a plan that was poured with earlier ones."""
    drawn = deal.draw_eur.sum(axis=1)
    interest = construction_interests(fund, deal.draw_eur, outlook)
    debt = np.array([layer.is_debt for layer in fund.layers])
    loans = np.where(debt, drawn + interest, 0.0)
    cap_eur = fund.gearing_cap_share * float((drawn + interest).sum())
    left_share, most = sizes.left_share.copy(), np.zeros(len(fund.layers))
    target = np.zeros_like(sizes.debt_target_eur)
    count = np.where(np.arange(outlook.periods) >= outlook.completion, 1.0, 0.0)
    earlier = np.zeros(outlook.periods)
    for place in np.argsort(repaid_at(deal.steps, len(fund.layers))).tolist():
        layer = fund.layers[place]
        if not layer.is_debt:
            continue
        if is_sculpted(layer):
            payment = poured.cfads_eur / layer.dscr - earlier
            most[place], left_share[place] = _sculpted(layer, outlook, np.maximum(payment, 0.0))
        due = poured.due_eur[place]
        target[place] = ahead(due, outlook.periods_in(layer.reserve_months)) * count
        earlier = earlier + due
    fees = np.array([layer.fee_share for layer in fund.layers])
    return Sizes(
        fee_eur=fees * loans,
        fee_period=np.where(drawn > 0, np.argmax(deal.draw_eur > 0, axis=1), sizes.fee_period),
        debt_target_eur=target,
        left_share=left_share,
        most_eur=most,
        growth=np.divide(loans, drawn, out=np.ones_like(loans), where=debt & (drawn > 0)),
        cut=min(1.0, sizes.cut * cap_eur / loans.sum()) if loans.any() else sizes.cut,
    )


def _sculpted(layer: Layer, outlook: Outlook, payment_eur: Floats) -> tuple[float, Floats]:
    first, last = window(layer, outlook)
    rate = periodic_rate(layer.return_rate, outlook.periods_per_year)
    loan, left = sculpted_left(payment_eur[first : last + 1], rate)
    return loan, on_calendar(left, first, outlook.periods)


def _refuse_uncovered(outlook: Outlook, deal: Deal, sizes: Sizes) -> None:
    fills = deal.debt_fill_eur.sum() + deal.operating_fill_eur.sum()
    need = float(outlook.cash.need_eur.sum() + sizes.fee_eur.sum() + fills)
    paid = float(deal.draw_eur.sum())
    if paid < need * (1 - UNCOVERED):
        message = (
            f"pay {paid:,.0f} of {need:,.0f} EUR: debt may not carry its share, and no layer of common equity is there "
            "to pay the rest"
        )
        raise FundingError(("fund", "layers"), message)


def _settled(
    fund: Fund, outlook: Outlook, steps: tuple[Step, ...], sizes: Sizes, deal: Deal, cash: Cash, poured: Poured
) -> Structure:
    windows = [window(layer, outlook) if layer.is_debt else (-1, -1) for layer in fund.layers]
    return Structure(
        fund=fund,
        outlook=outlook,
        order=steps,
        deal=deal,
        cash=cash,
        poured=poured,
        drawn_eur=deal.draw_eur.sum(axis=1),
        construction_interest_eur=construction_interests(fund, deal.draw_eur, outlook),
        fee_eur=sizes.fee_eur,
        reserve_eur=deal.debt_fill_eur.sum(axis=1),
        operating_reserve_eur=float(deal.operating_fill_eur.sum()),
        first_repayment=np.array([first for first, _ in windows], dtype=np.int64),
        last_repayment=np.array([last for _, last in windows], dtype=np.int64),
    )


def _unsettled(fund: Fund, outlook: Outlook, sizes: Sizes, deal: Deal) -> FundingError:
    """Say which loan takes most of itself for its own fee and reserve account."""
    drawn = np.maximum(deal.draw_eur.sum(axis=1), np.finfo(np.float64).tiny)
    fill = sizes.debt_target_eur[:, outlook.completion]
    place = int(np.argmax((sizes.fee_eur + fill) / drawn))
    layer, of_fill, of_fee = fund.layers[place], fill[place] / drawn[place], sizes.fee_eur[place] / drawn[place]
    field = "reserve_months" if of_fill >= of_fee else "fee_share"
    message = (
        f"is {getattr(layer, field):g}, and the circle of loans, fees and reserves does not converge: of each euro "
        f"drawn from '{layer.name}', {of_fill:.2f} go into its own reserve account and {of_fee:.2f} into its fee, and "
        "all layers have to pay for both"
    )
    return FundingError(("fund", "layers", place, field), message)
