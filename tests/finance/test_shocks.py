"""What normals make of the factors, and how delayed operation finds room."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

import venture
from gortyn.finance.copula import correlated_normals
from gortyn.finance.shocks import DELAY_LIMIT_QUARTERS, extra_periods, longer, no_shocks, shocks
from gortyn.model.risk import Risk

DRAWS = 40_000


@pytest.fixture(scope="module")
def drawn():
    risk = venture.risk()
    return shocks(risk, correlated_normals(risk, 2, DRAWS))


@pytest.mark.parametrize(
    ("name", "spread"), [("chip_price", 0.15), ("power_price", 0.25), ("demand", 0.2), ("failure_rate", 0.3)]
)
def test_factors_are_lognormal_with_median_one(drawn, name, spread):
    logarithm = np.log(getattr(drawn, name))
    assert np.abs(logarithm.mean(axis=0)).max() < 4 * spread / np.sqrt(DRAWS)
    np.testing.assert_allclose(logarithm.std(axis=0), spread, rtol=4 / np.sqrt(2 * DRAWS))
    share = (logarithm < spread * NormalDist().inv_cdf(0.9)).mean(axis=0)
    np.testing.assert_allclose(share, 0.9, atol=4 * np.sqrt(0.09 / DRAWS))


def test_delays_are_exponential_with_the_stated_mean(drawn):
    np.testing.assert_allclose(drawn.delay.mean(axis=0), 1.5, atol=4 * 1.5 / np.sqrt(DRAWS))
    for quarters in (0.5, 2, 6):
        chance = np.exp(-quarters / 1.5)
        error = 4 * np.sqrt(chance * (1 - chance) / DRAWS)
        np.testing.assert_allclose((drawn.delay > quarters).mean(axis=0), chance, atol=error)


def test_interest_moves_by_a_quarter_of_its_yearly_shift(drawn):
    assert drawn.interest_rate.std() == pytest.approx(0.01 / 4, rel=4 / np.sqrt(2 * DRAWS))


def test_a_larger_normal_is_a_longer_delay():
    delay = shocks(venture.risk(), np.linspace(-8, 4, 50)[:, None, None] * np.ones((1, 6, 1))).delay[:, 0]
    assert (np.diff(delay) > 0).all()
    assert 0 <= delay[0] < 1e-12


def test_no_delay_is_beyond_the_limit():
    risk = venture.risk(delay_mean_quarters=20.0)
    delay = shocks(risk, correlated_normals(risk, 1, 1000)).delay
    assert delay.max() == DELAY_LIMIT_QUARTERS


def test_without_spreads_nothing_moves():
    risk = venture.risk(**venture.CALM)
    calm, plan = shocks(risk, correlated_normals(risk, 3, 10)), no_shocks(10, 3)
    for name, values in calm._asdict().items():
        np.testing.assert_array_equal(values, getattr(plan, name), err_msg=name)
    assert extra_periods(calm) == 0


def test_a_risk_that_was_not_resolved_is_told():
    with pytest.raises(ValueError, match="not resolved"):
        shocks(Risk(), np.zeros((1, 6, 1)))


def test_added_periods_are_empty_and_prices_rise_on():
    plan = venture.base()._replace(price_index=1.02 ** np.arange(40))
    deal = venture.deal(venture.scenario(), plan)
    base, padded, extra_eur = longer(plan, deal, np.zeros(40), 3)
    np.testing.assert_allclose(base.price_index, 1.02 ** np.arange(43))
    for name, values in (*base._asdict().items(), *padded._asdict().items()):
        if np.shape(values)[-1:] == (43,) and name not in ("price_index", "left_share"):
            assert not values[..., 40:].any(), name
    np.testing.assert_array_equal(base.chips_eur[:, :40], plan.chips_eur)
    np.testing.assert_array_equal(padded.left_share[:, 40:], np.repeat(deal.left_share[:, 39:], 3, axis=1))
    assert extra_eur.shape == (43,)
    assert longer(plan, deal, np.zeros(40), 0)[0] is plan
