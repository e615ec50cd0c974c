"""A small project and the deal that pays for it, by hand: the inputs of the draws, without the rooms that make them."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np

import plain
from gortyn.kernels.waterfall_types import Base, Deal, Kind, Pay
from gortyn.model import Costs, Fund, Layer, Phase, Simulation
from gortyn.model.fund import Guarantee
from gortyn.model.risk import Risk

BUILD = 6
SPREADS = {
    "chip_price_spread": 0.15,
    "power_price_spread": 0.25,
    "demand_spread": 0.2,
    "delay_mean_quarters": 1.5,
    "failure_rate_spread": 0.3,
    "interest_spread_rate": 0.01,
}
CALM = dict.fromkeys(SPREADS, 0.0)
# name, kind, provider, share, return per year, tenor in years, floating
LAYERS = (
    ("grant", "grant", "union", 0.1, 0.0, 5.0, False),
    ("senior", "senior-debt", "development-bank", 0.35, 0.04, 5.0, True),
    ("mezzanine", "mezzanine", "private", 0.15, 0.07, 6.0, True),
    ("preferred", "preferred-equity", "private", 0.1, 0.08, 5.0, False),
    ("common", "equity", "private", 0.2, 0.12, 5.0, False),
    ("first", "first-loss", "state", 0.1, 0.0, 5.0, False),
)


def risk(**stated: Any) -> Risk:
    """A resolved risk with every spread as in the catalogue."""
    return Risk(**SPREADS | stated)


def scenario(layers: Any = LAYERS, *, guaranteed: bool = True, inflation: float = 0.0, **spreads: Any) -> Any:
    """A resolved scenario of these layers and a guarantee of half the senior debt."""
    fields = ("name", "kind", "provider", "share", "return_rate", "tenor_years", "floating")
    guarantees = (Guarantee(name="promise", provider="state", layer="senior", share=0.5, fee_rate=0.01),)
    fund = Fund(
        layers=tuple(Layer(**dict(zip(fields, row, strict=True))) for row in layers),
        guarantees=guarantees if guaranteed else (),
    )
    return plain.scenario(
        fund=fund,
        machines=(plain.machine(),),
        sites=(plain.site(phases=(Phase(name="one", operational=date(2028, 1, 1), machine="plain", chips=1000),)),),
        costs=Costs(discount_rate=0.07, inflation_rate=inflation, usd_per_eur=1.1),
        simulation=Simulation(start=date(2029, 1, 1), days=365),
        risk=risk(**spreads),
    )


def base(sites: int = 1, periods: int = 40, price: float = 2.6) -> Base:
    """Sites of 1,000 chips at 40,000 EUR, built in six quarters, that run to the last quarter but one."""
    shape = (sites, periods)
    build, run = np.zeros(shape), np.zeros(shape)
    build[:, :BUILD] = 1 / BUILD
    run[:, BUILD:] = 1
    refresh, income = np.zeros(shape), np.zeros(shape)
    refresh[:, periods // 2] = 5e6
    income[:, -1] = 8e6
    life = periods - BUILD
    return Base(
        chips_eur=40e6 * build,
        building_eur=12e6 * build,
        refresh_eur=refresh,
        market_energy_eur=0.25e6 * run,
        other_energy_eur=0.1e6 * run,
        other_eur=0.6e6 * run,
        income_eur=np.zeros(shape),
        residual_eur=income,
        chips_depreciation_eur=40e6 / life * run,
        building_depreciation_eur=12e6 / life * run,
        chip_hours=2.19e6 * run,
        energy_slope=np.full(sites, 0.5),
        price_eur=np.array([price, 0.0]),
        price_index=np.ones(periods),
        use=np.array([0.55, 0.2]),
        floor_chip_hours=np.zeros((2, periods)),
        lost_share=0.05,
        growth=1.0,
    )


def annuity_left(periods: int, rate: float, quarters: int) -> Any:
    """What level payments leave of a loan, 1 while the sites are built."""
    paid = np.clip(np.arange(periods) - BUILD + 1, 0, quarters)
    return (1 - (1 + rate) ** -(quarters - paid.astype(float))) / (1 - (1 + rate) ** -quarters)


def deal(of: Any, plan: Base, *, lock_up: float = 0.0) -> Deal:
    """What the fund of a scenario agrees for a plan: all layers pro rata, overruns by common equity, levels after."""
    layers, guarantees = of.fund.layers, of.fund.guarantees
    periods = plan.price_index.size
    need = (plan.chips_eur + plan.building_eur).sum(axis=0)
    quarterly = [(1 + layer.return_rate) ** 0.25 - 1 for layer in layers]
    left = [
        annuity_left(periods, rate, int(4 * layer.tenor_years)) if layer.is_debt else np.ones(periods)
        for layer, rate in zip(layers, quarterly, strict=True)
    ]
    last = np.array([layer.kind == "equity" for layer in layers], float)
    last /= max(last.sum(), 1)
    debt = [i for i, layer in enumerate(layers) if layer.is_debt]
    steps = [(Pay.TAX, -1)]
    steps += [(Pay.GUARANTEE_FEE, i) for i in range(len(guarantees))]
    steps += [(pay, i) for i in debt for pay in (Pay.INTEREST, Pay.PRINCIPAL)]
    steps += [(Pay.RECOVERY, i) for i in range(len(guarantees))] + [(Pay.LOCK_UP, -1)]
    steps += [(Pay.RETURN, i) for i, layer in enumerate(layers) if layer.bears_risk] + [(Pay.REST, -1)]
    zeros = np.zeros(periods)
    return Deal(
        kind=np.array(
            [Kind.DEBT if one.is_debt else Kind.GIVEN if one.is_given else Kind.BEARER for one in layers], np.int64
        ),
        draw_eur=np.array([layer.share for layer in layers])[:, None] * need,
        overrun=last,
        rate=np.array(quarterly),
        floating=np.array([layer.floating for layer in layers], float),
        pays_from=np.full(len(layers), BUILD, np.int64),
        left_share=np.array(left),
        debt_target_eur=np.zeros((len(layers), periods)),
        operating_target_eur=zeros,
        refresh_target_eur=zeros,
        debt_fill_eur=np.zeros((len(layers), periods)),
        operating_fill_eur=zeros,
        covers=np.array([[layer.name for layer in layers].index(one.layer) for one in guarantees], np.int64),
        cover_share=np.array([one.share for one in guarantees], float),
        fee_rate=np.array([one.fee_rate / 4 for one in guarantees], float),
        rest=last,
        steps=np.array(steps, np.int64),
        reserve_rate=0.0,
        tax_rate=0.2,
        refund=False,
        lock_up=lock_up,
    )


def venture(of: Any, plan: Base, **stated: Any) -> tuple[Any, Any]:
    """Project and structure as far as the draws look at them."""
    index = np.ones(plan.price_index.size)
    extra_eur = np.zeros(plan.price_index.size)
    return SimpleNamespace(base=plan, index=index), SimpleNamespace(deal=deal(of, plan, **stated), extra_eur=extra_eur)
