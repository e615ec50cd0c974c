"""Greedy self-consumption against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.kernels.battery import self_consume
from naive import battery as naive

QUARTERS = st.integers(-400, 400).map(lambda n: Fraction(n, 4))
SIZES = st.integers(0, 200).map(lambda n: Fraction(n, 4))
ONE_WAY = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3, 4), Fraction(15, 16)])


@given(st.lists(QUARTERS, max_size=40), SIZES, SIZES, ONE_WAY)
def test_equals_the_same_in_fractions(surplus, power, energy, one_way):
    flows = np.full((5, len(surplus)), np.nan)
    self_consume(np.array(surplus, np.float64), float(power), float(energy), float(one_way**2), flows)
    expected = np.array(naive.self_consume(surplus, power, energy, one_way), np.float64).reshape(-1, 5).T
    np.testing.assert_allclose(flows, expected, rtol=0, atol=1e-9)


@given(st.lists(st.floats(-1e3, 1e3), max_size=60), st.floats(0, 500), st.floats(0, 5e3), st.floats(0.1, 1))
def test_every_hour_balances_and_stays_in_its_bounds(surplus, power, energy, efficiency):
    surplus_mw = np.array(surplus)
    flows = np.full((5, surplus_mw.size), np.nan)
    self_consume(surplus_mw, power, energy, efficiency, flows)
    grid, export, discharge, charge, stored = flows
    np.testing.assert_allclose(grid + discharge + surplus_mw, export + charge, atol=1e-9)
    assert (flows >= 0).all()
    assert ((discharge <= power) & (charge <= power) & (stored <= energy)).all()
    assert not (discharge * charge).any()
    one_way = np.sqrt(efficiency)
    assert charge.sum() * one_way - discharge.sum() / one_way == pytest.approx(stored[-1] if len(surplus) else 0.0)
