"""This module owns the copula: correlated standard normals behind the shocks, one for each factor and site."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gortyn.model.risk import FACTORS, Factor, Risk

SITE_FACTORS: Final[tuple[Factor, ...]] = ("power-price", "delay", "failure-rate")
"""Factors of which each site has its own; the others are one for all sites."""


def normal_cdf(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distribution function of the standard normal, exact in both tails, of any shape.

    >>> normal_cdf(np.array([0.0, -1.959963984540054])).round(12).tolist()
    [0.5, 0.025]
    """
    halves = (math.erfc(-x / math.sqrt(2)) / 2 for x in z.flat)
    return np.fromiter(halves, dtype=np.float64, count=z.size).reshape(z.shape)


def covariance(risk: Risk, sites: int) -> NDArray[np.float64]:
    """Correlations between all factors at all sites.

    At one site factors correlate as `risk.matrix` says. Of a factor of the sites, the part that factors of all sites
    do not explain (the residual of its regression on them) correlates by `risk.site_correlation` between sites; so
    the whole does where no correlation with a factor of all sites is stated, and by more where one is.

    Parameters
    ----------
    risk : correlations
    sites : number of sites

    Returns
    -------
    float64[factor * site, factor * site], in the order of `FACTORS`, sites fastest; positive semidefinite, and singular
    where a factor is one for all sites.
    """
    at_one_site = np.array(risk.matrix)
    own = np.array([factor in SITE_FACTORS for factor in FACTORS])
    common = at_one_site.copy()
    explained = (
        at_one_site[np.ix_(own, ~own)]
        @ np.linalg.pinv(at_one_site[np.ix_(~own, ~own)], hermitian=True)
        @ at_one_site[np.ix_(~own, own)]
    )
    left = at_one_site[np.ix_(own, own)] - explained
    common[np.ix_(own, own)] = explained + risk.site_correlation * left
    return np.kron(common, np.ones((sites, sites))) + np.kron(at_one_site - common, np.eye(sites))


def correlated_normals(risk: Risk, sites: int, draws: int) -> NDArray[np.float64]:
    """Standard normals that correlate as `covariance` says; the same for the same seed.

    The matrix is rooted by its eigenvectors, which works for singular ones too. The first draws of many are those of
    few.

    Parameters
    ----------
    risk : correlations and seed
    sites : number of sites
    draws : number of draws

    Returns
    -------
    float64[draw, factor, site], factors in the order of `FACTORS`.
    """
    generator = np.random.Generator(np.random.PCG64(risk.seed))
    values, vectors = np.linalg.eigh(covariance(risk, sites))
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    independent = generator.standard_normal((draws, values.size))
    return (independent @ root).reshape(draws, len(FACTORS), sites)
