"""This module owns the deal in numbers: who draws how much and when, what reserves hold, for sizes that are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.finance.metrics import QUARTERS_PER_YEAR, periodic_rate
from gortyn.finance.program import kind_of, program
from gortyn.finance.schedules import ahead, construction_interest_eur, saved_ahead
from gortyn.kernels.waterfall_types import Cash, Deal, Floats
from gortyn.model import Fund, Layer, Step

MONTHS_PER_YEAR: Final = 12  # source: definition
CONTINUOUS: Final = ("fee_eur", "debt_target_eur", "left_share", "most_eur", "growth")
"""Arrays of `Sizes` that move little by little."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What is to be financed, as its lenders see it at financial close.

    Attributes
    ----------
    cash : of the project; `cash.need_eur` is its capital cost, without fees and reserves
    opex_eur : operating cost, float64[period]
    first_operating : first period with operation; interest is paid from it on
    last_construction : last period with capital cost; loans are repaid after it
    saving_periods : periods over which a refresh is saved for
    uses_eur : capital cost by part
    tax_rate, refund : tax on profit, and whether a loss brings its tax at once
    periods_per_year : 4 for quarters
    """

    cash: Cash
    opex_eur: Floats
    first_operating: int
    last_construction: int
    saving_periods: int
    uses_eur: Mapping[str, float]
    tax_rate: float = 0.0
    refund: bool = False
    periods_per_year: int = QUARTERS_PER_YEAR

    @property
    def periods(self) -> int:
        """Number of periods."""
        return self.cash.need_eur.size

    @property
    def completion(self) -> int:
        """Last period before loans are repaid; what ends as it is built repays in its last period."""
        return min(max(self.last_construction, self.first_operating - 1), self.periods - 2)

    def periods_in(self, months: float) -> float:
        """Months as periods."""
        return months * self.periods_per_year / MONTHS_PER_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """What depends on itself: loans pay fees and reserves, which depend on the loans.

    Attributes
    ----------
    fee_eur : arrangement fee of each layer, float64[layer]
    fee_period : period in which it is paid, int64[layer]
    debt_target_eur : what reserve accounts of debt shall hold, float64[layer, period]
    left_share : schedules of the loans, float64[layer, period]
    most_eur : most that may be owed of each sculpted loan when its repayment begins, float64[layer]
    growth : loan with construction interest over what is drawn of it, float64[layer]
    cut : factor on all debt that keeps it within the gearing cap
    """

    fee_eur: Floats
    fee_period: NDArray[np.int64]
    debt_target_eur: Floats
    left_share: Floats
    most_eur: Floats
    growth: Floats
    cut: float

    def midway(self, other: Sizes) -> Sizes:
        """Means of these and other sizes; fees in the periods of the other."""
        means = {name: (getattr(self, name) + getattr(other, name)) / 2 for name in CONTINUOUS}
        return replace(other, cut=(self.cut + other.cut) / 2, **means)

    def distance(self, other: Sizes) -> float:
        """Largest change relative to the largest value of each part; inf where a fee moves."""
        if not np.array_equal(self.fee_period, other.fee_period):
            return np.inf
        distance = abs(self.cut - other.cut)
        for name in CONTINUOUS:
            old, new = getattr(self, name), getattr(other, name)
            scale = max(float(np.abs(old).max()), float(np.abs(new).max()))
            if scale:
                distance = max(distance, float(np.abs(new - old).max()) / scale)
        return distance


def is_sculpted(layer: Layer) -> bool:
    """Whether cash flow limits and shapes a layer."""
    return layer.is_debt and layer.repayment == "sculpted"


def common_equity(fund: Fund) -> Floats:
    """Share of each layer in what no other layer pays, float64[layer]: common equity by share.

    Where all of it has a share of 0, it pays in equal parts; without any the result is 0 throughout.
    """
    return _by_share(fund, [layer.kind == "equity" for layer in fund.layers])


def overruns(fund: Fund) -> Floats:
    """Share of each layer in overruns, and in refreshes that no reserve pays, float64[layer]; sums to 1.

    Common equity pays them; without any, the other layers that bear risk; without these too, all layers.
    """
    common, bearers = common_equity(fund), _by_share(fund, [layer.bears_risk for layer in fund.layers])
    if common.any():
        return common
    return bearers if bearers.any() else _by_share(fund, [True] * len(fund.layers))


def _by_share(fund: Fund, chosen: Sequence[bool]) -> Floats:
    """Parts of chosen layers by their shares, equal where all of these are 0; 0 throughout where none is chosen."""
    equal = np.array(chosen, dtype=np.float64)
    weight = equal * [layer.share for layer in fund.layers]
    if not weight.any():
        weight = equal
    return weight / weight.sum() if weight.any() else weight


def draws(fund: Fund, need_eur: Floats, sizes: Sizes) -> Floats:
    """What each layer pays in, float64[layer, period]: its share of the need, or less where debt may not carry it.

    Common equity pays what the others leave; without any, something may be left unpaid.
    """
    need = float(need_eur.sum())
    share = np.array([layer.share for layer in fund.layers])
    debt = np.array([layer.is_debt for layer in fund.layers])
    sculpted = np.array([is_sculpted(layer) for layer in fund.layers])
    amount = need * share / share.sum()
    amount = np.where(sculpted, np.minimum(amount, sizes.most_eur / sizes.growth), amount)
    amount[debt] *= sizes.cut
    common = common_equity(fund)
    if common.any():
        amount = np.where(common > 0, 0.0, amount)
        amount += common * max(need - float(amount.sum()), 0.0)
    others, lent = float(amount[~debt].sum()), float(amount[debt].sum())
    if fund.drawdown == "pro-rata" or not others or not lent:
        return np.outer(amount / need, need_eur) if need else np.zeros((amount.size, need_eur.size))
    total = np.cumsum(need_eur)
    first = np.diff(np.minimum(total, others), prepend=0.0)
    then = np.diff(np.maximum(total - others, 0.0), prepend=0.0)
    return np.where(debt[:, None], np.outer(amount / lent, then), np.outer(amount / others, first))


def construction_interests(fund: Fund, draw_eur: Floats, outlook: Outlook) -> Floats:
    """Interest that is added to each loan before operation [EUR], float64[layer]."""
    rates = [periodic_rate(layer.return_rate, outlook.periods_per_year) for layer in fund.layers]
    return np.array(
        [
            construction_interest_eur(draw, rate, outlook.first_operating) if layer.is_debt else 0.0
            for layer, draw, rate in zip(fund.layers, draw_eur, rates, strict=True)
        ]
    )


def compose(fund: Fund, steps: tuple[Step, ...], outlook: Outlook, sizes: Sizes) -> tuple[Deal, Cash]:
    """Deal and cash of given sizes: what layers draw, what reserves shall hold, and all terms per period.

    Reserves of debt are filled when construction ends, the operating reserve just before operation begins.
    """
    periods, per_year = outlook.periods, outlook.periods_per_year
    pays = {step.pay for step in steps}
    none = np.zeros(periods)
    opening = max(outlook.first_operating - 1, 0)
    after = np.arange(periods)
    operating = ahead(outlook.opex_eur, outlook.periods_in(fund.operating_reserve_months)) * (after >= opening)
    saved = saved_ahead(outlook.cash.refresh_eur, outlook.first_operating, outlook.saving_periods)
    operating_fill = operating * (after == opening)
    debt_fill = sizes.debt_target_eur * (after == outlook.completion)
    fees = np.zeros_like(debt_fill)
    fees[np.arange(fees.shape[0]), sizes.fee_period] = sizes.fee_eur
    draw = draws(fund, outlook.cash.need_eur + fees.sum(axis=0) + debt_fill.sum(axis=0) + operating_fill, sizes)
    kinds = [kind_of(layer) for layer in fund.layers]
    places = {layer.name: place for place, layer in enumerate(fund.layers)}
    deal = Deal(
        kind=np.array(kinds, dtype=np.int64),
        draw_eur=draw,
        overrun=overruns(fund),
        rate=np.array([periodic_rate(layer.return_rate, per_year) for layer in fund.layers]),
        floating=np.array([float(layer.floating and layer.is_debt) for layer in fund.layers]),
        pays_from=np.full(len(kinds), outlook.first_operating, dtype=np.int64),
        left_share=sizes.left_share,
        debt_target_eur=sizes.debt_target_eur,
        operating_target_eur=operating,
        refresh_target_eur=saved if "refresh-reserve" in pays else none,
        debt_fill_eur=debt_fill,
        operating_fill_eur=operating_fill,
        covers=np.array([places[one.layer] for one in fund.guarantees], dtype=np.int64),
        cover_share=np.array([one.share for one in fund.guarantees], dtype=np.float64),
        fee_rate=np.array([one.fee_rate / per_year for one in fund.guarantees], dtype=np.float64),
        rest=common_equity(fund),
        steps=program(fund, steps),
        reserve_rate=periodic_rate(fund.reserve_rate, per_year),
        tax_rate=outlook.tax_rate,
        refund=outlook.refund,
        lock_up=fund.lock_up_dscr or 0.0,
    )
    return deal, outlook.cash._replace(need_eur=draw.sum(axis=0))
