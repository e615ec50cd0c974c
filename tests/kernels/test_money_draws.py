"""Draws against their slow twin in exact fractions, against one waterfall each, and by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gortyn.kernels.money_draws import play
from gortyn.kernels.waterfall import pour
from gortyn.kernels.waterfall_types import Base, Cash, Drawn, Kind, Pay, Shocks
from naive import waterfall as naive
from naive.waterfall_worlds import floats, plain_deal, plays

ALL_TO_EQUITY = [(Pay.TAX, -1), (Pay.REST, -1)]


@settings(max_examples=150)
@given(plays())
def test_equals_its_twin(world):
    deal, base, extra, shocks = world
    drawn = play(floats(deal), floats(base), np.array(extra, float), floats(shocks))
    expected = naive.play(deal, base, extra, shocks)
    assert all(set(one) == set(Drawn._fields) for one in expected)
    for name, found in drawn._asdict().items():
        twin = np.array([one[name] for one in expected], np.float64).reshape(found.shape)
        np.testing.assert_allclose(found, twin, rtol=1e-9, atol=1e-7, err_msg=name)


@settings(max_examples=100)
@given(plays())
def test_every_euro_of_a_project_goes_to_a_party_the_tax_or_stays(world):
    """Over all periods, where reserves earn nothing: what parties get is what the project nets."""
    deal, base, _, shocks = world
    zero = np.zeros_like(floats(deal).draw_eur)
    none = dict.fromkeys(("operating_target_eur", "refresh_target_eur", "operating_fill_eur"), zero[0])
    share = np.eye(len(deal.kind))[0]
    steps = floats(deal).steps
    steps = np.vstack([steps[steps[:, 0] != Pay.REST], [(Pay.REST, -1)]])
    deal = floats(deal)._replace(debt_target_eur=zero, debt_fill_eur=zero, rest=share, steps=steps, **none)
    drawn = play(deal._replace(lock_up=0.0), floats(base), zero[0], floats(shocks))
    flow = drawn.flow_eur.sum(axis=(1, 2)) + drawn.tax_eur.sum(axis=1) - drawn.deficit_eur
    np.testing.assert_allclose(flow, drawn.net_eur.sum(axis=1), atol=1e-7)


def plain_base(sites, periods, **given):
    """A project of which nothing is known but what is given."""
    values: dict[str, Any] = {name: np.zeros((sites, periods)) for name in Base._fields}
    values |= {"energy_slope": np.zeros(sites), "price_index": np.ones(periods)}
    values |= {"lost_share": 0.0, "growth": 1.0}
    values |= {"price_eur": np.array([2.0]), "use": np.array([0.5]), "floor_chip_hours": np.zeros((1, periods))}
    values |= {name: np.array(v, float) if isinstance(v, list) else v for name, v in given.items()}
    return Base(**values)


def plain_shocks(draws, sites, **given):
    """Draws of the plan itself, but for what is given."""
    ones = np.ones((draws, sites))
    values = {"chip_price": ones[:, 0], "power_price": ones, "demand": ones[:, 0], "delay": 0 * ones}
    values |= {"failure_rate": ones, "interest_rate": np.zeros(draws)}
    return Shocks(**values | {name: np.array(v, float) for name, v in given.items()})


def owner(periods, **given):
    """A deal with one owner who pays and gets everything."""
    return plain_deal([Kind.BEARER], periods, ALL_TO_EQUITY, overrun=[1.0], rest=[1.0], **given)


def test_draws_without_shocks_are_the_plan():
    """Each the same, and the same as its cash poured by itself."""
    rng = np.random.default_rng(7)
    steps = [(Pay.TAX, -1), (Pay.INTEREST, 0), (Pay.PRINCIPAL, 0), (Pay.REST, -1)]
    left = np.array([[1, 0.8, 0.6, 0.4, 0.2, 0], np.ones(6)])
    need = np.array([100.0, 0, 0, 0, 0, 0])
    rate = {"rate": [0.1, 0.0], "tax_rate": 0.3}
    draw = np.outer([0.7, 0.3], need)
    deal = plain_deal([Kind.DEBT, Kind.BEARER], 6, steps, draw_eur=draw, left_share=left, rest=[0.0, 1.0], **rate)
    hours = rng.uniform(10, 20, (3, 6))
    cost = rng.uniform(1, 3, (3, 6))
    index = 1.02 ** np.arange(6)
    base = plain_base(
        3, 6, chips_eur=np.outer([0.5, 0.3, 0.2], need), chip_hours=hours, other_eur=cost, price_index=index
    )
    drawn = play(deal, base, np.zeros(6), plain_shocks(4, 3))
    operating = 2 * 0.5 * hours.sum(0) * index - cost.sum(0)
    poured = pour(deal, Cash(operating, need, np.zeros(6), np.zeros(6), np.zeros(6)))
    for draw in range(4):
        np.testing.assert_allclose(drawn.flow_eur[draw], poured.received_eur - poured.drawn_eur, atol=1e-12)
        np.testing.assert_allclose(drawn.tax_eur[draw], poured.tax_eur)
        np.testing.assert_allclose(drawn.net_eur[draw], operating - need)
    cover = poured.cfads_eur[1:] / poured.due_eur[0, 1:]
    np.testing.assert_allclose(drawn.dscr_min, cover.min())


def test_a_delay_moves_operation_but_not_capital():
    """By a period and a quarter: three quarters of an amount fall one period later, a quarter two."""
    base = plain_base(1, 4, chips_eur=[[80.0, 0, 0, 0]], chip_hours=[[0, 100.0, 0, 0]], other_eur=[[0, 20.0, 0, 0]])
    drawn = play(owner(4), base, np.zeros(4), plain_shocks(1, 1, delay=[[1.25]]))
    assert drawn.delivered_chip_hours[0].tolist() == [0, 0, 37.5, 12.5]
    assert drawn.net_eur[0].tolist() == [-80, 0, 60, 20]
    assert drawn.flow_eur[0, 0].tolist() == [-80, 0, 60, 20]
    assert drawn.drawn_eur.tolist() == [[80]]
    late = play(owner(4), base, np.zeros(4), plain_shocks(2, 1, delay=[[3.5], [99.0]]))
    assert not late.delivered_chip_hours.any()


@given(st.lists(st.floats(0, 3), min_size=2, max_size=2))
def test_a_delay_within_the_horizon_loses_nothing(delay):
    hours = np.zeros((2, 10))
    hours[:, :6] = [[0, 3, 5, 7, 2, 1], [4, 4, 4, 4, 4, 4]]
    drawn = play(owner(10), plain_base(2, 10, chip_hours=hours), np.zeros(10), plain_shocks(1, 2, delay=[delay]))
    assert drawn.delivered_chip_hours.sum() == pytest.approx(0.5 * hours.sum())


def test_a_late_refresh_is_paid_in_one_piece_once_its_site_is_due():
    """40 a period late for any part of one, while what is deducted for it follows operation."""
    base = plain_base(1, 4, refresh_eur=[[0, 40.0, 0, 0]], income_eur=[[0, 0, 100.0, 0]])
    base = base._replace(chips_depreciation_eur=np.array([[0, 0, 20.0, 0]]))
    shocks = plain_shocks(4, 1, delay=[[0.0], [0.25], [1.0], [1.25]])
    drawn = play(owner(4, tax_rate=0.5), base, np.zeros(4), shocks)
    paid = drawn.cost_eur + 100 * np.array([[0, 0, 1, 0], [0, 0, 0.75, 0.25], [0, 0, 0, 1], [0, 0, 0, 0.75]])
    assert paid.tolist() == [[0, 40, 0, 0], [0, 0, 40, 0], [0, 0, 40, 0], [0, 0, 0, 40]]
    assert drawn.tax_eur.tolist() == [[0, 0, 40, 0], [0, 0, 30, 10], [0, 0, 0, 40], [0, 0, 0, 30]]
    assert not play(owner(4), base, np.zeros(4), plain_shocks(1, 1, delay=[[2.25]])).cost_eur.any()


def test_what_was_saved_for_a_refresh_pays_for_it_when_it_is_late():
    """45 are saved for the third period out of the first two; the bill comes in the fifth."""
    steps = [(Pay.REFRESH_RESERVE, -1), (Pay.REST, -1)]
    saved = [20.0, 45, 0, 0, 0, 0]
    deal = plain_deal([Kind.BEARER], 6, steps, refresh_target_eur=saved, overrun=[1.0], rest=[1.0])
    base = plain_base(2, 6, refresh_eur=[[0, 0, 45.0, 0, 0, 0], [0] * 6], income_eur=[[0.0] * 6, [25.0] * 6])
    drawn = play(deal, base, np.zeros(6), plain_shocks(1, 2, delay=[[1.5, 0.0]]))
    assert drawn.flow_eur[0, 0].tolist() == [5, 0, 25, 25, 25, 25]
    assert drawn.drawn_eur.tolist() == [[0]]


def test_what_a_delay_moves_is_paid_at_later_prices():
    """At 10 % a period, a period and a half late: half at 1.1, half at 1.21; a refresh two periods; books as bought."""
    given = {name: [[100.0, 0, 0, 0]] for name in ("income_eur", "residual_eur", "other_eur", "refresh_eur")}
    shocks = plain_shocks(1, 1, delay=[[1.5]])
    for name, expected in (
        ("other_eur", [0, -55, -60.5, 0]),
        ("income_eur", [0, 55, 60.5, 0]),
        ("residual_eur", [0, 55, 60.5, 0]),
        ("refresh_eur", [0, 0, -121, 0]),
    ):
        drawn = play(owner(4), plain_base(1, 4, growth=1.1, **{name: given[name]}), np.zeros(4), shocks)
        assert drawn.net_eur[0].tolist() == pytest.approx(expected), name
        assert drawn.cost_eur[0].tolist() == pytest.approx([-one for one in expected]), name
    books = {"building_depreciation_eur": [[20.0, 0, 0, 0]], "chips_depreciation_eur": [[20.0, 0, 0, 0]]}
    base = plain_base(1, 4, growth=1.1, income_eur=given["income_eur"], **books)
    taxed = play(owner(4, tax_rate=0.5), base, np.zeros(4), shocks).tax_eur[0].tolist()
    assert taxed == pytest.approx([0, 0.5 * (55 - 20), 0.5 * (60.5 - 20), 0])


@given(st.floats(0.9, 1.2), st.lists(st.floats(0, 12), min_size=2, max_size=2))
def test_a_delay_under_inflation_leaves_what_breaks_even_at_nothing(growth, delay):
    """Cost that is revenue in every period of the plan, at prices that rise together, still is."""
    index = growth ** np.arange(10)
    hours = np.array([[0, 3.0, 5, 7, 2, 1, 0, 0, 4, 4], [0, 4.0, 4, 4, 4, 4, 4, 4, 4, 4]])
    base = plain_base(2, 10, chip_hours=hours, other_eur=2 * 0.5 * hours * index, price_index=index, growth=growth)
    drawn = play(owner(10), base, np.zeros(10), plain_shocks(2, 2, delay=[delay, [0.0, 0.0]]))
    np.testing.assert_allclose(drawn.net_eur, 0, atol=1e-10)


def test_prices_keep_the_calendar_while_operation_is_late():
    base = plain_base(1, 3, chip_hours=[[100.0, 0, 0]], price_index=[1.0, 1.1, 1.21])
    drawn = play(owner(3), base, np.zeros(3), plain_shocks(1, 1, delay=[[2.0]]))
    assert drawn.net_eur[0].tolist() == pytest.approx([0, 0, 121])


def test_chips_at_another_price_cost_more_wherever_they_are_bought():
    """100 of chips and 50 of building, then a refresh of 40, at 1.5 times; half of the chips' cost is deducted."""
    base = plain_base(
        1, 2, chips_eur=[[100.0, 0]], building_eur=[[50.0, 0]], refresh_eur=[[0, 40.0]], income_eur=[[0, 200.0]],
        chips_depreciation_eur=[[0, 50.0]], building_depreciation_eur=[[0, 10.0]],
    )  # fmt: skip
    drawn = play(owner(2, tax_rate=0.5), base, np.array([7.0, 0]), plain_shocks(1, 1, chip_price=[1.5]))
    assert drawn.drawn_eur.tolist() == [[150 + 50 + 7 + 60]]
    assert drawn.net_eur[0].tolist() == [-200, 140]
    assert drawn.cost_eur[0].tolist() == [200, -140]
    assert drawn.tax_eur[0].tolist() == [0, 0.5 * (200 - 75 - 10)]


def test_power_at_another_price_moves_what_is_bought_at_market():
    base = plain_base(
        2, 1, market_energy_eur=[[10.0], [10.0]], other_energy_eur=[[3.0], [0.0]], income_eur=[[50.0], [0]]
    )
    drawn = play(owner(1), base, np.zeros(1), plain_shocks(1, 2, power_price=[[2.0, 0.5]]))
    assert drawn.cost_eur[0, 0] == 20 + 3 + 5 - 50


def test_energy_follows_use_by_its_slope():
    """Use falls by 40 %, energy by half of that."""
    base = plain_base(1, 1, chip_hours=[[100.0]], market_energy_eur=[[10.0]], energy_slope=np.array([0.5]))
    drawn = play(owner(1), base, np.zeros(1), plain_shocks(1, 1, demand=[0.6]))
    assert drawn.delivered_chip_hours[0, 0] == pytest.approx(30)
    assert drawn.cost_eur[0, 0] == pytest.approx(8)


def test_demand_cannot_use_more_chips_than_work():
    """Half is used and a tenth lost: demand can grow by 80 %, and by none where failures take half of all chips."""
    base = plain_base(1, 1, chip_hours=[[100.0]], lost_share=0.1)
    shocks = plain_shocks(3, 1, demand=[1.5, 3.0, 3.0], failure_rate=[[1.0], [1.0], [5.0]])
    drawn = play(owner(1), base, np.zeros(1), shocks)
    assert drawn.delivered_chip_hours[:, 0].tolist() == pytest.approx([75, 90, 50])


def test_failures_take_working_chips():
    """Nine tenths work as planned; at twice and at no failures eight and ten; beyond all there is nothing left."""
    base = plain_base(2, 1, chip_hours=[[60.0], [40.0]], lost_share=0.1)
    shocks = plain_shocks(3, 2, failure_rate=[[3.0, 1.0], [0.0, 0.0], [20.0, 20.0]])
    drawn = play(owner(1), base, np.zeros(1), shocks)
    assert drawn.delivered_chip_hours[:, 0].tolist() == pytest.approx([50 * 8 / 9, 50 * 10 / 9, 0])


def test_a_minimum_is_paid_for_chips_that_are_there():
    """40 hours at least: 20 used at half demand; and half of the 40 while half of the site is late."""
    base = plain_base(1, 2, chip_hours=[[80.0, 80.0]], floor_chip_hours=[[40.0, 40.0]])
    shocks = plain_shocks(2, 1, demand=[0.5, 0.5], delay=[[0.0], [0.5]])
    drawn = play(owner(2), base, np.zeros(2), shocks)
    assert drawn.net_eur.tolist() == [[80, 80], [40, 80]]


def test_higher_interest_is_borne_by_floating_layers():
    steps = [(Pay.INTEREST, 0), (Pay.PRINCIPAL, 0), (Pay.REST, -1)]
    given = {"draw_eur": [[100.0, 0], [0, 0]], "left_share": [[1, 0.0], [1, 1]], "floating": [1.0, 0.0]}
    deal = plain_deal([Kind.DEBT, Kind.BEARER], 2, steps, rate=[0.02, 0.0], rest=[0.0, 1.0], **given)
    base = plain_base(1, 2, chips_eur=[[100.0, 0]], income_eur=[[0, 104.0]])
    drawn = play(deal, base, np.zeros(2), plain_shocks(3, 1, interest_rate=[0.0, 0.01, 0.05]))
    assert drawn.flow_eur[:, 0, 1].tolist() == pytest.approx([102, 103, 104])
    assert drawn.missed_eur[:, 0].tolist() == pytest.approx([0, 0, 3])
    assert drawn.unpaid_eur[:, 0].tolist() == pytest.approx([0, 0, 3])
    assert drawn.dscr_min.tolist() == pytest.approx([104 / 102, 104 / 103, 104 / 107])


def test_locks_are_counted_and_without_debt_there_is_no_dscr():
    steps = [(Pay.INTEREST, 0), (Pay.PRINCIPAL, 0), (Pay.LOCK_UP, -1), (Pay.REST, -1)]
    given = {"draw_eur": [[100.0, 0, 0, 0], [0.0] * 4], "left_share": [[1, 0.8, 0.6, 0.0], [1.0] * 4]}
    deal = plain_deal([Kind.DEBT, Kind.BEARER], 4, steps, rest=[0.0, 1.0], lock_up=1.2, **given)
    base = plain_base(1, 4, chips_eur=[[100.0, 0, 0, 0]], income_eur=[[0, 21.0, 30, 70]])
    shocks = plain_shocks(1, 1)
    assert play(deal, base, np.zeros(4), shocks).locked.tolist() == [1]
    alone = play(owner(4), base, np.zeros(4), shocks)
    assert alone.locked.tolist() == [0]
    assert np.isnan(alone.dscr_min).all()


@pytest.mark.parametrize(
    ("base", "extra", "shocks", "message"),
    [
        ({"use": np.ones(2)}, 3, {}, "price_eur has shape"),
        ({"chip_hours": np.zeros((2, 3))}, 3, {}, "chip_hours has shape"),
        ({}, 2, {}, "extra_eur has shape"),
        ({"growth": np.ones(3)}, 3, {}, "growth"),
        ({}, 3, {"delay": np.zeros((2, 2))}, "delay has shape"),
        ({}, 3, {"chip_price": np.ones(1)}, "chip_price has shape"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(base, extra, shocks, message):
    with pytest.raises(ValueError, match=message):
        play(owner(3), plain_base(1, 3, **base), np.zeros(extra), plain_shocks(2, 1, **shocks))
