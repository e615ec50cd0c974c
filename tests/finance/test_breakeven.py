from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner_case as case
from gortyn.finance.breakeven import power_factor, present_value, price_factor, use_factor
from gortyn.finance.metrics import npv
from gortyn.kernels.waterfall_types import Base

share = st.floats(0, 1)


@st.composite
def bases(draw):
    """Two sites, three tenants, eight quarters: two of construction, then operation."""
    quarters, sites, tenants = 8, 2, 3
    working = np.where(np.arange(quarters) >= 2, 1.0, 0.0)

    def series(most):
        return np.array([draw(st.floats(0, most)) for _ in range(sites)])[:, None] * working

    use = np.array([draw(st.floats(0.01, 0.3)) for _ in range(tenants)])
    hours = np.array([draw(st.floats(1, 100)) for _ in range(sites)])[:, None] * working
    floor = np.array([draw(share) * 0.3 for _ in range(tenants)])[:, None] * hours.sum(axis=0)
    none = np.zeros((sites, quarters))
    return Base(
        chips_eur=np.array([draw(st.floats(1, 300)) for _ in range(sites)])[:, None] * (1 - working),
        building_eur=none,
        refresh_eur=none,
        market_energy_eur=series(10),
        other_energy_eur=series(10),
        other_eur=series(10),
        income_eur=series(5),
        residual_eur=none,
        chips_depreciation_eur=none,
        building_depreciation_eur=none,
        chip_hours=hours,
        energy_slope=np.array([draw(share) for _ in range(sites)]),
        price_eur=np.array([draw(st.floats(0, 10)) for _ in range(tenants)]),
        price_index=1.02 ** np.arange(quarters),
        use=use,
        floor_chip_hours=floor,
        lost_share=draw(st.floats(0, 0.1)),
        growth=1.0,
    )


def scale(base, rate):
    """Size of the sums in which a present value is a difference."""
    spent = present_value(base._replace(income_eur=base.income_eur * 0), rate, price=0.0)
    return 1 + abs(spent) + abs(present_value(base, rate))


@given(bases(), st.floats(0.01, 0.2))
def test_break_evens_leave_nothing_when_plugged_back(base, rate):
    size = scale(base, rate)
    for name, found in (
        ("use", use_factor(base, rate)),
        ("price", price_factor(base, rate)),
        ("power", power_factor(base, rate)),
    ):
        if found is not None:
            assert abs(present_value(base, rate, **{name: found})) < 1e-9 * size * max(1, found)


@given(bases(), st.floats(0.01, 0.2))
def test_above_the_break_even_use_the_project_pays(base, rate):
    found = use_factor(base, rate)
    most = max(1.0, (1 - base.lost_share) / base.use.sum())
    above = np.linspace(found if found is not None else 0.0, most, 23)
    values = [present_value(base, rate, use=use) for use in above]
    slack = 1e-9 * scale(base, rate) * most
    if found is not None:
        assert min(values) >= -slack
        assert present_value(base, rate, use=0.999 * found) <= slack
    else:
        # Too little even with all chips in use, or enough at any use.
        assert values[-1] < slack or min(values) >= -slack


def test_published_break_even_use():
    """Another planner's break-even utilisation, from its inputs: 78.25 % of its chip-hours."""
    base = case.base()
    assert present_value(base, case.RATE, periods_per_year=12) == pytest.approx(case.PUBLISHED["npv"], rel=1e-6)
    found = use_factor(base, case.RATE, 12)
    assert found is not None
    assert found * case.USE == pytest.approx(case.PUBLISHED["break_even_use"], rel=1e-9)
    # All cost is fixed there, so that prices may fall by the same factor.
    assert price_factor(base, case.RATE, 12) == pytest.approx(found, rel=1e-9)


def test_break_even_power_price_of_the_same_case():
    spare = case.PUBLISHED["npv"] / npv(case.RATE, case.power, 12)
    assert power_factor(case.base(), case.RATE, 12) == pytest.approx(1 + spare, rel=1e-6)


def plain_base(**stated):
    """One site that costs 100 and then sells 100 chip-hours of 200 in each of ten quarters, without any other cost."""
    quarters = np.arange(11)
    none = np.zeros((1, 11))
    hours = np.where(quarters > 0, 200.0, 0.0)[None, :]
    known = {
        "chips_eur": np.where(quarters == 0, 100.0, 0.0)[None, :],
        **dict.fromkeys(("building_eur", "refresh_eur", "market_energy_eur", "other_energy_eur"), none),
        **dict.fromkeys(
            ("other_eur", "income_eur", "residual_eur", "chips_depreciation_eur", "building_depreciation_eur"), none
        ),
        "chip_hours": hours,
        "energy_slope": np.zeros(1),
        "price_eur": np.array([0.2]),
        "price_index": np.ones(11),
        "use": np.array([0.5]),
        "floor_chip_hours": none,
        "lost_share": 0.0,
        "growth": 1.0,
    }
    return Base(**known | stated)


def test_by_hand_without_interest():
    """Ten quarters of 20 pay 100 twice."""
    assert use_factor(plain_base(), 0.0) == pytest.approx(0.5)
    assert price_factor(plain_base(), 0.0) == pytest.approx(0.5)
    assert power_factor(plain_base(), 0.0) is None


def test_take_or_pay_pays_at_any_use():
    floor = np.full((1, 11), 60.0)
    assert use_factor(plain_base(floor_chip_hours=floor), 0.0) is None


def test_take_or_pay_bends_the_line():
    """Contracted for 40 chip-hours and priced so that 50 are needed: a kink below the break-even, none above."""
    floor = np.where(np.arange(11) > 0, 40.0, 0.0)[None, :]
    assert use_factor(plain_base(floor_chip_hours=floor), 0.0) == pytest.approx(0.5)


def test_what_full_use_cannot_bring_is_none():
    assert use_factor(plain_base(price_eur=np.array([0.04])), 0.0) is None
    assert use_factor(plain_base(price_eur=np.array([0.06])), 0.0) == pytest.approx(100 / 60)
    # Half of the chips are down: no more than what is used.
    assert use_factor(plain_base(price_eur=np.array([0.06]), lost_share=0.5), 0.0) is None


def test_free_access_has_no_break_even():
    base = plain_base(price_eur=np.zeros(1))
    assert use_factor(base, 0.0) is None
    assert price_factor(base, 0.0) is None


def test_use_that_costs_more_than_it_brings_is_no_way_out():
    """Electricity of a used hour costs more than its price: no use from which on the project pays."""
    power = np.where(np.arange(11) > 0, 60.0, 0.0)[None, :]
    base = plain_base(market_energy_eur=power, energy_slope=np.ones(1))
    assert use_factor(base, 0.0) is None
    assert power_factor(base, 0.0) == pytest.approx((200 - 100) / 600)
