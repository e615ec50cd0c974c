"""The normals behind the shocks correlate as asked, whatever correlations are possible."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.finance.copula import SITE_FACTORS, correlated_normals, covariance, normal_cdf
from gortyn.model.risk import FACTORS, Correlated, Risk

DRAWS = 20_000
PAIRS = {
    ("chip-price", "demand"): 0.6,
    ("demand", "power-price"): -0.4,
    ("power-price", "delay"): 0.3,
    ("delay", "failure-rate"): 0.5,
    ("chip-price", "interest-rate"): 0.2,
}


def risk(pairs=PAIRS, **stated):
    pairs = tuple(Correlated(first=a, second=b, correlation=value) for (a, b), value in pairs.items())
    return Risk(correlations=pairs, **stated)


def sampling_error(correlation, draws=DRAWS):
    """Four standard errors of a sample correlation of normals."""
    return 4 * (1 - correlation**2) / np.sqrt(draws) + 1e-12


def test_distribution_function_is_that_of_the_standard_library():
    points = np.linspace(-8, 8, 33).reshape(3, 11)
    expected = [NormalDist().cdf(point) for point in points.ravel()]
    np.testing.assert_allclose(normal_cdf(points).ravel(), expected, rtol=1e-9, atol=1e-15)


def test_distribution_function_keeps_its_far_tail():
    # Abramowitz and Stegun, table 26.2: -log10 of the tail beyond 10 and 20.
    np.testing.assert_allclose(-np.log10(normal_cdf(np.array([-10.0, -20.0]))), [23.11805, 88.56010], atol=5e-6)


def test_every_pair_of_factors_at_a_site_correlates_as_asked():
    normals = correlated_normals(risk(), 3, DRAWS)
    for site in range(3):
        sample = np.corrcoef(normals[:, :, site].T)
        for i, first in enumerate(FACTORS):
            for j, second in enumerate(FACTORS):
                asked = 1.0 if i == j else PAIRS.get((first, second), PAIRS.get((second, first), 0.0))
                assert sample[i, j] == pytest.approx(asked, abs=sampling_error(asked)), (first, second)


def test_normals_are_standard():
    normals = correlated_normals(risk(), 4, DRAWS)
    assert np.abs(normals.mean(axis=0)).max() < 4.5 / np.sqrt(DRAWS)
    np.testing.assert_allclose(normals.var(axis=0), 1, atol=4.5 * np.sqrt(2 / DRAWS))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_sites_share_what_they_are_asked_to(share):
    normals = correlated_normals(Risk(site_correlation=share), 3, DRAWS)
    for i, factor in enumerate(FACTORS):
        asked = share if factor in SITE_FACTORS else 1.0
        for other in (1, 2):
            sample = np.corrcoef(normals[:, i, 0], normals[:, i, other])[0, 1]
            assert sample == pytest.approx(asked, abs=sampling_error(asked)), factor


def test_what_a_common_factor_explains_is_common_to_the_sites():
    # Power explained to 0.36 by demand, and half of the other 0.64 common.
    one = risk({("demand", "power-price"): 0.6}, site_correlation=0.5)
    normals = correlated_normals(one, 2, DRAWS)[:, FACTORS.index("power-price")]
    asked = 0.36 + 0.5 * 0.64
    assert np.corrcoef(normals.T)[0, 1] == pytest.approx(asked, abs=sampling_error(asked))


def test_factors_that_are_one_are_one():
    one = risk({("chip-price", "demand"): 1.0, ("demand", "delay"): -1.0, ("chip-price", "delay"): -1.0})
    normals = correlated_normals(one, 2, 100)
    chip, demand, delay = (normals[:, FACTORS.index(name)] for name in ("chip-price", "demand", "delay"))
    np.testing.assert_allclose(chip, demand, atol=1e-6)
    np.testing.assert_allclose(chip, -delay, atol=1e-6)


@st.composite
def possible_risks(draw):
    """Correlations of random factor loadings: any matrix that six quantities can have."""
    loadings = np.array(draw(st.lists(st.floats(-1, 1), min_size=18, max_size=18))).reshape(6, 3)
    loadings[np.linalg.norm(loadings, axis=1) < 1e-3] = 1.0
    loadings /= np.linalg.norm(loadings, axis=1)[:, None]
    matrix = np.clip(loadings @ loadings.T, -1, 1)
    pairs = {(FACTORS[i], FACTORS[j]): float(matrix[i, j]) for i in range(6) for j in range(i)}
    return risk(pairs, site_correlation=draw(st.floats(0, 1)))


@given(possible_risks(), st.integers(1, 4))
def test_all_that_is_possible_at_a_site_is_possible_at_all(one, sites):
    matrix = covariance(one, sites)
    assert np.linalg.eigvalsh(matrix).min() > -1e-8
    np.testing.assert_allclose(np.diag(matrix), 1)
    np.testing.assert_allclose(matrix[::sites, ::sites], one.matrix, atol=1e-12)


def test_same_seed_same_draws():
    np.testing.assert_array_equal(correlated_normals(risk(seed=7), 2, 50), correlated_normals(risk(seed=7), 2, 50))
    assert not np.allclose(correlated_normals(risk(seed=7), 2, 50), correlated_normals(risk(seed=8), 2, 50))


def test_first_of_many_draws_are_those_of_few():
    np.testing.assert_allclose(correlated_normals(risk(), 2, 500)[:50], correlated_normals(risk(), 2, 50), atol=1e-12)
