"""This module owns the audit of the waterfall: random deals, and sums of their cash that know nothing of its steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gortyn.energy.validation_figure import Figure
from gortyn.kernels.waterfall import pour
from gortyn.kernels.waterfall_types import Cash, Deal, Floats, Kind, Pay, Poured
from gortyn.training.checks import Check

DEALS: Final = 300  # source: every kind of step then meets every other many times
SEED: Final = 20260601  # source: any
LAYERS: Final = 6  # source: as many as the largest funds have
PERIODS: Final = 40  # unit: periods; ten years of quarters
CENT: Final = 0.01  # unit: EUR
LARGEST_EUR: Final = 1e9
HIGHEST_RATE: Final = 0.05  # unit: per period; 20 % a year by quarters
HIGHEST_COVER: Final = 1.5  # unit: DSCR; covenants ask for less
BY_ONE: Final = (Pay.TAX, Pay.OPERATING_RESERVE, Pay.REFRESH_RESERVE, Pay.LOCK_UP)
BY_DEBT: Final = (Pay.INTEREST, Pay.PRINCIPAL, Pay.DEBT_RESERVE, Pay.SWEEP)


class Audit(NamedTuple):
    """What an audit of many deals found.

    Attributes
    ----------
    cash_gap_eur : largest difference between what came in and what went out or stayed, of any period [EUR]
    loan_gap_eur : largest difference between a loan and what was lent, charged and repaid, of any period [EUR]
    negative_eur : largest amount below zero of any account or payment [EUR]
    """

    cash_gap_eur: float
    loan_gap_eur: float
    negative_eur: float


def deal_figures() -> Iterator[Figure]:
    """Cash conserved in random waterfalls, to a cent."""
    audits = [audit(*case) for case in random_cases(DEALS, SEED)]
    told = f"{DEALS} deals of up to {LAYERS} layers and {PERIODS} periods, seed {SEED}, summed apart from the steps"
    for name, worst in (
        ("cash in less out and kept", max(one.cash_gap_eur for one in audits)),
        ("loans less lent, charged, repaid", max(one.loan_gap_eur for one in audits)),
        ("accounts below zero", max(one.negative_eur for one in audits)),
    ):
        check = Check(f"random waterfalls: {name}, worst period [EUR]", 0.0, worst, CENT, told)
        yield Figure(check, seen=False)


def audit(deal: Deal, cash: Cash) -> Audit:
    """Pour one deal and add everything up again."""
    poured = pour(deal, cash)
    held = poured.debt_reserve_eur.sum(axis=0) + poured.operating_reserve_eur + poured.refresh_reserve_eur
    closing = held + poured.kept_eur - poured.deficit_eur
    earned = deal.reserve_rate * _opening(held)
    filled = deal.debt_fill_eur.sum(axis=0) + deal.operating_fill_eur
    received = _opening(closing) + cash.operating_eur + earned + poured.drawn_eur.sum(axis=0)
    spent = cash.need_eur - filled + cash.refresh_eur + poured.tax_eur + poured.received_eur.sum(axis=0)
    layers, debt = deal.kind.size, deal.kind == Kind.DEBT
    lent = poured.drawn_eur[:layers] + poured.interest_eur - poured.received_eur[:layers]
    owed = np.cumsum(np.where(debt[:, None], lent, 0.0), axis=1)
    return Audit(
        cash_gap_eur=float(np.abs(received - spent - closing).max()),
        loan_gap_eur=float(np.abs(owed - poured.balance_eur).max()),
        negative_eur=_below_zero(poured),
    )


def random_cases(count: int, seed: int) -> Iterator[tuple[Deal, Cash]]:
    """Deals and cash of every kind that the types allow: steps in any order, deficits, early and late refreshes."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield _random_case(rng)


def _random_case(rng: np.random.Generator) -> tuple[Deal, Cash]:
    periods = int(rng.integers(LAYERS, PERIODS + 1))
    build = int(rng.integers(1, periods // 2 + 1))
    layers = int(rng.integers(1, LAYERS + 1))
    kind = rng.integers(0, len(Kind), layers)
    debt = np.flatnonzero(kind == Kind.DEBT)
    draw = np.zeros((layers, periods))
    draw[:, :build] = rng.uniform(0, LARGEST_EUR, (layers, build)) * rng.integers(0, 2, (layers, 1))
    left = np.array([_left_share(periods, int(rng.integers(build, periods)), rng) for _ in range(layers)])
    covers = rng.choice(debt, int(rng.integers(0, debt.size + 1)), replace=False) if debt.size else debt
    debt_fill, operating_fill = np.zeros((layers, periods)), np.zeros(periods)
    debt_fill[debt, build - 1] = rng.uniform(0, HIGHEST_RATE, debt.size) * draw[debt].sum(axis=1)
    operating_fill[build - 1] = HIGHEST_RATE * draw[:, build - 1].sum() * rng.uniform()
    income = rng.uniform(-1, 2, periods) * HIGHEST_RATE * draw.sum() * rng.uniform()
    income[: build - 1] = 0.0
    wear = HIGHEST_RATE * draw.sum() * rng.uniform(size=periods) * (rng.uniform(size=periods) < HIGHEST_RATE * 2)
    total = np.array([draw.sum()])
    deal = Deal(
        kind=kind,
        draw_eur=draw,
        overrun=_shares(rng.uniform(size=layers) * rng.integers(0, 2, layers)),
        rate=rng.uniform(0, HIGHEST_RATE, layers),
        floating=rng.integers(0, 2, layers).astype(np.float64),
        pays_from=rng.integers(0, build + 1, layers),
        left_share=left,
        debt_target_eur=_targets(draw.sum(axis=1), periods, build, rng) * (kind == Kind.DEBT)[:, None],
        operating_target_eur=_targets(total, periods, build, rng)[0],
        refresh_target_eur=_targets(total, periods, build, rng)[0],
        debt_fill_eur=debt_fill,
        operating_fill_eur=operating_fill,
        covers=covers,
        cover_share=rng.uniform(size=covers.size),
        fee_rate=rng.uniform(0, HIGHEST_RATE, covers.size),
        rest=_shares(rng.uniform(size=layers) * (kind == Kind.BEARER) * rng.integers(0, 2, layers)),
        steps=_random_steps(kind, covers.size, rng),
        reserve_rate=float(rng.uniform(0, HIGHEST_RATE)),
        tax_rate=float(rng.uniform()),
        refund=bool(rng.integers(0, 2)),
        lock_up=float(rng.uniform(0, HIGHEST_COVER)),
    )
    need = draw.sum(axis=0) * rng.choice([1.0, 1.0, rng.uniform(0, 2)]) + debt_fill.sum(axis=0) + operating_fill
    return deal, Cash(income, need, wear, rng.uniform(0, HIGHEST_RATE, periods) * draw.sum(), np.zeros(periods))


def _left_share(periods: int, last_whole: int, rng: np.random.Generator) -> Floats:
    """All of a loan until some period, then less and less, and nothing at the end or a little before."""
    left = np.ones(periods)
    falling = np.sort(rng.uniform(size=periods - last_whole))[::-1]
    falling[rng.integers(0, falling.size) :] = 0.0
    left[last_whole:] = falling
    return left


def _targets(amount: Floats, periods: int, build: int, rng: np.random.Generator) -> Floats:
    """What reserves shall hold: nothing before the end of construction and at the end, float64[amount, period]."""
    target = np.zeros((amount.size, periods))
    within = rng.uniform(size=(amount.size, periods - build))
    target[:, build - 1 : periods - 1] = amount[:, None] * HIGHEST_RATE * within
    return target


def _random_steps(kind: NDArray[np.int64], guarantees: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Every step that has somebody to pay, in any order, the rest last; now and then one is missing."""
    steps = [(int(pay), -1) for pay in BY_ONE]
    steps += [(int(pay), int(layer)) for layer in np.flatnonzero(kind == Kind.DEBT) for pay in BY_DEBT]
    steps += [(int(Pay.RETURN), int(layer)) for layer in np.flatnonzero(kind == Kind.BEARER)]
    steps += [(int(pay), one) for one in range(guarantees) for pay in (Pay.GUARANTEE_FEE, Pay.RECOVERY)]
    order = [steps[index] for index in rng.permutation(len(steps))]
    return np.array([*order[int(rng.integers(0, 2)) :], (int(Pay.REST), -1)], np.int64)


def _shares(weight: Floats) -> Floats:
    return weight / weight.sum() if weight.sum() else weight


def _opening(closing: Floats) -> Floats:
    """What stood at the end of the period before."""
    return np.concatenate(([0.0], closing[:-1]))


def _below_zero(poured: Poured) -> float:
    """How far any amount that cannot be negative lies below zero [EUR]; tax may be refunded, cash flow may be lost."""
    fields = poured._asdict()
    for free in ("tax_eur", "paid_eur", "cfads_eur"):
        del fields[free]
    return max(0.0, *(-float(values.min(initial=0.0)) for values in fields.values()))
