"""Dispatch of wind, sun and battery against balances and a day by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.energy.supply import dispatch

MEGAWATTS = st.lists(st.floats(0, 500), min_size=1, max_size=48)


def test_a_day_by_hand():
    """Four megawatt-hours left over, a quarter of them lost in the battery."""
    day = dispatch(np.full(4, 10.0), np.array([12, 10, 4, 10.0]), np.array([2, 0, 0, 0.0]), 4.0, 100.0, 0.5625)
    assert day.charge_mw.tolist() == [4, 0, 0, 0]
    assert day.stored_mwh.tolist() == pytest.approx([3, 3, 0, 0])
    assert day.discharge_mw.tolist() == pytest.approx([0, 0, 2.25, 0])
    assert day.grid_mw.tolist() == pytest.approx([0, 0, 3.75, 0])
    assert day.export_mw.tolist() == [0, 0, 0, 0]


@given(MEGAWATTS, st.floats(0, 100), st.floats(0, 400), st.floats(0.05, 1), st.randoms(use_true_random=False))
def test_every_hour_balances(load, battery_mw, battery_mwh, efficiency, random):
    load_mw = np.array(load)
    wind_mw, solar_mw = (np.array([random.uniform(0, 500) for _ in load]) for _ in range(2))
    flow = dispatch(load_mw, wind_mw, solar_mw, battery_mw, battery_mwh, efficiency)
    given_mw = wind_mw + solar_mw + flow.discharge_mw + flow.grid_mw
    np.testing.assert_allclose(given_mw, load_mw + flow.charge_mw + flow.export_mw, atol=1e-9)


@given(MEGAWATTS, st.floats(0, 100), st.randoms(use_true_random=False))
def test_a_battery_never_draws_more_from_the_grid(load, battery_mw, random):
    load_mw = np.array(load)
    wind_mw = np.array([random.uniform(0, 500) for _ in load])
    none = np.zeros_like(load_mw)
    without = dispatch(load_mw, wind_mw, none, 0.0, 0.0, 1.0)
    with_one = dispatch(load_mw, wind_mw, none, battery_mw, 4 * battery_mw, 0.9)
    assert (with_one.grid_mw <= without.grid_mw + 1e-9).all()
    assert with_one.export_mw.sum() <= without.export_mw.sum() + 1e-9


def test_impossible_batteries_are_refused():
    one = np.ones(1)
    with pytest.raises(ValueError, match="-1 MW and 4 MWh"):
        dispatch(one, one, one, -1, 4, 0.9)
    with pytest.raises(ValueError, match=r"is 1\.2, must be above 0"):
        dispatch(one, one, one, 1, 4, 1.2)
