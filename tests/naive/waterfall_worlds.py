"""Deals and cash for the waterfall: random ones in exact fractions, and plain ones to be worked by hand."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st

from gortyn.kernels.waterfall_types import Base, Cash, Deal, Kind, Pay, Shocks

SEEDS = st.integers(0, 2**32)
WHOLE = ("kind", "pays_from", "covers", "steps")


def make(of: type, *values: Any, **named: Any) -> Any:
    """A tuple of the kernel's with lists in the place of arrays."""
    return of(*values, **named)


def floats(given: Any) -> Any:
    """The same tuple with its lists as arrays, rounded to doubles."""
    values = []
    for name, value in zip(given._fields, given, strict=True):
        if isinstance(value, bool):
            values.append(value)
        elif isinstance(value, list):
            values.append(np.array(value, np.int64 if name in WHOLE else np.float64))
        else:
            values.append(float(value))
    return type(given)(*values)


def shares(random: Random, count: int) -> list[Fraction]:
    """Shares that sum to 1; or, one time in four, nothing."""
    if random.random() < 0.25:
        return [Fraction(0)] * count
    parts = [random.choice([0, 0, 1, 3]) for _ in range(count)]
    parts[random.randrange(count)] += 2
    return [Fraction(part, sum(parts)) for part in parts]


def schedule(random: Random, periods: int, begins: int) -> list[Fraction]:
    """Shares of a loan that are left: all until `begins`, then fewer and fewer; at last nothing, or a balloon."""
    left = [Fraction(1)] * periods
    for period in range(begins, periods):
        left[period] = left[period - 1] * Fraction(random.choice([10, 9, 8, 5]), 10)
    cut = random.randint(begins, periods + 2)
    return [share if period < cut else Fraction(0) for period, share in enumerate(left)]


def order(random: Random, kind: list[int], guarantees: int) -> list[tuple[int, int]]:
    """Steps to those who can be paid, in any order, some left out."""
    debt = [i for i, one in enumerate(kind) if one == Kind.DEBT]
    to_debt = (Pay.INTEREST, Pay.PRINCIPAL, Pay.DEBT_RESERVE, Pay.SWEEP)
    steps = [(pay, layer) for layer in debt for pay in to_debt]
    steps += [(Pay.RETURN, i) for i, one in enumerate(kind) if one == Kind.BEARER]
    steps += [(pay, i) for i in range(guarantees) for pay in (Pay.GUARANTEE_FEE, Pay.RECOVERY)]
    steps += [(pay, -1) for pay in (Pay.TAX, Pay.OPERATING_RESERVE, Pay.REFRESH_RESERVE, Pay.LOCK_UP, Pay.REST)]
    if random.random() < 0.5:
        random.shuffle(steps)
    else:  # as a bank would have it, but for a few that are moved
        steps.sort()
        steps.insert(random.randrange(len(steps)), steps.pop(random.randrange(len(steps))))
    return [(int(pay), to) for pay, to in steps if random.random() < 0.9]


@st.composite
def deals(draw: st.DrawFn, periods: int) -> Deal:
    """A deal in fractions: any kinds, guarantees, reserves, order of steps."""
    kind = draw(st.lists(st.sampled_from([int(one) for one in (Kind.DEBT, *Kind, Kind.DEBT)]), min_size=1, max_size=5))
    debt = [i for i, one in enumerate(kind) if one == Kind.DEBT]
    covers = draw(st.lists(st.sampled_from(debt), max_size=3)) if debt else []
    build = draw(st.integers(1, max(1, periods // 2)))
    random = Random(draw(SEEDS))
    layers, guarantees = len(kind), len(covers)

    def some(most: int, chance: float = 0.5) -> Fraction:
        return Fraction(random.randint(0, most)) if random.random() < chance else Fraction(0)

    holds = random.random() < 0.6
    series = [[some(60, 0.5 * holds) for _ in range(periods)] for _ in range(layers)]
    return make(
        Deal,
        kind=kind,
        draw_eur=[[some(100, 0.8 * (q < build)) for q in range(periods)] for _ in kind],
        overrun=shares(random, layers),
        rate=[Fraction(random.randint(0, 12), 100) for _ in kind],
        floating=[Fraction(random.randint(0, 1)) for _ in kind],
        pays_from=[random.randint(0, build + 1) for _ in kind],
        left_share=[schedule(random, periods, random.randint(build, build + 2)) for _ in kind],
        debt_target_eur=series,
        operating_target_eur=[some(40) for _ in range(periods)],
        refresh_target_eur=[some(80) for _ in range(periods)],
        debt_fill_eur=[[some(20, 0.3 * (q < build)) for q in range(periods)] for _ in kind],
        operating_fill_eur=[some(20, 0.3) for _ in range(periods)],
        covers=covers,
        cover_share=[Fraction(random.randint(0, 4), 4) for _ in covers],
        fee_rate=[Fraction(random.randint(0, 3), 200) for _ in covers],
        rest=shares(random, layers),
        steps=order(random, kind, guarantees) or [(int(Pay.TAX), -1)],
        reserve_rate=random.choice([Fraction(0), Fraction(1, 100)]),
        tax_rate=Fraction(random.randint(0, 2), 5),
        refund=random.random() < 0.3,
        lock_up=Fraction(random.choice([0, 6, 8]), 5),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Deal, Cash, Fraction]:
    """A deal, the cash of its project and a shift of interest."""
    periods = draw(st.integers(1, 9))
    deal = draw(deals(periods))
    random = Random(draw(SEEDS))
    good = random.choice([20, 80, 200])
    over = random.choice([Fraction(1), Fraction(1), Fraction(3, 4), Fraction(5, 4)])
    planned = [sum(column) for column in zip(*deal.draw_eur, strict=True)]
    need = [one * over + (random.randint(0, 50) if random.random() < 0.1 else 0) for one in planned]
    refresh = [Fraction(random.randint(0, 90)) if random.random() < 0.2 else Fraction(0) for _ in planned]
    cash = make(
        Cash,
        [Fraction(random.randint(-good // 3, good)) for _ in planned],
        need,
        refresh,
        [Fraction(random.randint(0, 60)) for _ in planned],
        [Fraction(random.randint(0, 40)) if random.random() < 0.2 else Fraction(0) for _ in planned],
    )
    return deal, cash, Fraction(random.randint(-4, 4), 100)


@st.composite
def plays(draw: st.DrawFn) -> tuple[Deal, Base, list[Fraction], Shocks]:
    """A deal, a project of some sites, extra needs, and a few draws of shocks."""
    periods, sites, tenants, draws = (draw(st.integers(1, most)) for most in (7, 3, 3, 3))
    deal = draw(deals(periods))
    random = Random(draw(SEEDS))

    def grid(rows: int, most: int, over: int = 1, columns: int = periods) -> list[list[Fraction]]:
        return [[Fraction(random.randint(0, most), over) for _ in range(columns)] for _ in range(rows)]

    used = random.randint(0, 12)
    base = make(
        Base,
        *(grid(sites, most) for most in (40, 20, 8, 20, 9, 12, 9, 6, 30, 9, 100)),
        *grid(1, 4, 4, sites),
        *grid(1, 6, 4, tenants),
        price_index=[Fraction(100 + random.randint(0, 30), 100) for _ in range(periods)],
        use=[Fraction(used, 12 * tenants)] * tenants,
        floor_chip_hours=grid(tenants, 60),
        lost_share=random.choice([Fraction(0), Fraction(1, 20), Fraction(1, 2), Fraction(1)]),
        growth=random.choice([Fraction(1), Fraction(51, 50), Fraction(9, 10)]),
    )
    shocks = make(
        Shocks,
        chip_price=grid(1, 8, 4, draws)[0],
        power_price=grid(draws, 8, 4, sites),
        demand=grid(1, 8, 4, draws)[0],
        delay=grid(draws, random.choice([0, 12, 40]), 4, sites),
        failure_rate=grid(draws, 12, 4, sites),
        interest_rate=[Fraction(random.randint(-4, 4), 100) for _ in range(draws)],
    )
    return deal, base, grid(1, 12)[0], shocks


# Plain deals.

SERVICE = [(Pay.INTEREST, 0), (Pay.PRINCIPAL, 0)]
TO_EQUITY = [(Pay.RETURN, 1), (Pay.REST, -1)]


def plain_deal(kind: list[Kind], periods: int, steps: list[tuple[Pay, int]], **given: Any) -> Deal:
    """A deal without interest, reserves, guarantees, taxes and promises, but for what is given."""
    layers, guarantees = len(kind), len(given.get("covers", ()))
    by_layer = ("overrun", "rate", "floating", "rest")
    values: dict[str, Any] = {name: np.zeros(periods) for name in Deal._fields}
    values |= {name: np.zeros(layers) for name in by_layer}
    values |= {name: np.zeros((layers, periods)) for name in ("draw_eur", "debt_target_eur", "debt_fill_eur")}
    values |= {"covers": np.zeros(0, np.int64), "cover_share": np.zeros(guarantees), "fee_rate": np.zeros(guarantees)}
    values |= {"kind": np.array(kind), "steps": np.array(steps), "left_share": np.ones((layers, periods))}
    values |= {"pays_from": np.zeros(layers, np.int64), "refund": False}
    values |= dict.fromkeys(("reserve_rate", "tax_rate", "lock_up"), 0.0)
    values |= {name: np.asarray(value) if isinstance(value, list) else value for name, value in given.items()}
    return Deal(**values)


def plain_cash(operating_eur: list[float], **given: list[float]) -> Cash:
    """Cash of a project without needs, refreshes and depreciation, but for what is given."""
    none = [0.0] * len(operating_eur)
    series = (given.get(name, none) for name in Cash._fields[1:])
    return Cash(np.array(operating_eur, float), *(np.array(one, float) for one in series))


def loan_deal(left: Any, steps: list[tuple[Pay, int]], debt: float = 100.0, equity: float = 50.0, **given: Any) -> Deal:
    """One loan and one bearer, both drawn in the first period."""
    draw = np.zeros((2, len(left)))
    draw[:, 0] = debt, equity
    share = np.vstack([left, np.ones(len(left))])
    deal = {"draw_eur": draw, "left_share": share, "rest": [0.0, 1.0]} | given
    return plain_deal([Kind.DEBT, Kind.BEARER], len(left), steps, **deal)
