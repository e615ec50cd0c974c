"""When jobs come: the profile of the catalogue, bursts with the moments of their closed form, Poisson counts."""

from __future__ import annotations

from datetime import date
from math import exp

import numpy as np
import pytest

from gortyn.catalogue import load
from gortyn.workload.arrivals import bursts, draw_submit_s, profile


def test_profile_starts_at_midnight_of_the_first_day(shapes):
    facts = shapes(hours=[1.0 + hour for hour in range(24)], days=[10.0**-day for day in range(7)])
    weights = profile(date(2028, 1, 1), 24 * 3, facts)  # a Saturday
    assert weights.reshape(3, 24)[:, 0] == pytest.approx([1e-5, 1e-6, 1.0])
    assert weights[:24] / weights[0] == pytest.approx(np.arange(1, 25))


@pytest.mark.parametrize(("shape", "autocorrelation"), [(0.925, 0.541), (2.96, 0.457), (1.0, 0.0), (0.7, 0.9)])
def test_bursts_have_the_moments_of_a_correlated_gamma_process(shape, autocorrelation):
    hours = 400_000
    factors = bursts(np.random.default_rng(5), hours, shape, autocorrelation)
    independent = hours * (1 - autocorrelation) / (1 + autocorrelation)
    assert factors.mean() == pytest.approx(1, abs=5 * (1 / shape / independent) ** 0.5)
    assert factors.var() == pytest.approx(1 / shape, rel=0.1)
    scaled = factors - factors.mean()
    for lag in (1, 2, 6):
        found = (scaled[lag:] * scaled[:-lag]).mean() / factors.var()
        assert found == pytest.approx(autocorrelation**lag, abs=0.04)


def test_bursts_of_shape_one_are_exponential():
    """The gamma distribution of shape 1 has a distribution function that is known without tables."""
    factors = np.sort(bursts(np.random.default_rng(6), 200_000, 1.0, 0.5))
    for bound in (0.01, 0.1, 1.0, 3.0, 6.0):
        assert np.searchsorted(factors, bound) / factors.size == pytest.approx(1 - exp(-bound), abs=0.006)


def test_first_hour_is_as_bursty_as_any_other():
    first = np.array([bursts(np.random.default_rng(seed), 1, 0.5, 0.8)[0] for seed in range(20_000)])
    assert first.mean() == pytest.approx(1, abs=0.05)
    assert first.var() == pytest.approx(2, rel=0.1)


def test_counts_are_poisson_and_seconds_uniform():
    submit_s = draw_submit_s(np.random.default_rng(7), np.tile([0.0, 5.0], 20_000))
    counts = np.bincount(submit_s // 3600, minlength=40_000)
    assert not counts[::2].any()
    assert counts[1::2].mean() == pytest.approx(5, rel=0.01)
    assert counts[1::2].var() == pytest.approx(5, rel=0.03)
    assert submit_s.dtype == np.int64
    in_hour = submit_s % 3600
    assert (in_hour.min(), in_hour.max()) == (0, 3599)
    assert in_hour.mean() == pytest.approx(1799.5, rel=0.01)


def test_shipped_shapes_are_as_bursty_as_the_cluster_they_come_from():
    """Helios Venus: 29 jobs an hour over 194 days with variance over mean 39 by the hour and 146 by the day."""
    facts = load().lookup()
    hours = 194 * 24
    shape, autocorrelation = (facts.number("shapes", "arrivals-burst", f) for f in ("gamma_shape", "autocorrelation"))
    by_hour, by_day = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rate = 28.99 * profile(date(2020, 3, 18), hours, facts) * bursts(rng, hours, shape, autocorrelation)
        counts = np.bincount(draw_submit_s(rng, rate) // 3600, minlength=hours)
        by_hour.append(counts.var() / counts.mean())
        days = counts.reshape(-1, 24).sum(axis=1)
        by_day.append(days.var() / days.mean())
    assert np.mean(by_hour) == pytest.approx(39.1, rel=0.4)
    assert np.mean(by_day) == pytest.approx(146, rel=0.4)
