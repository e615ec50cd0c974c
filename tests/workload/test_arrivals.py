"""When jobs come: the profile of the catalogue, bursts with the moments of their closed form, Poisson counts."""

from __future__ import annotations

from datetime import date
from math import exp

import numpy as np
import pytest

from gortyn.model.conversions import utc_offset_h
from gortyn.workload.arrivals import (
    Batches,
    bursts,
    draw_batches,
    profile,
    read_bursts,
    read_sweeps,
    spread,
    sweeps,
)


def test_profile_starts_at_midnight_of_the_first_day(shapes):
    facts = shapes(hours=[1.0 + hour for hour in range(24)], days=[10.0**-day for day in range(7)])
    weights = profile(date(2028, 1, 1), 24 * 3, facts)  # a Saturday
    assert weights.reshape(3, 24)[:, 0] == pytest.approx([1e-5, 1e-6, 1.0])
    assert weights[:24] / weights[0] == pytest.approx(np.arange(1, 25))


def test_the_clock_of_a_site_follows_its_longitude(shapes):
    facts = shapes(hours=[1.0 + hour for hour in range(24)], days=[10.0**-day for day in range(7)])
    at_greenwich = profile(date(2029, 1, 1), 24 * 8, facts)
    in_finland = profile(date(2029, 1, 1), 24 * 7, facts, utc_offset_h(27.7))
    assert in_finland.tolist() == at_greenwich[2 : 24 * 7 + 2].tolist()


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
    submit_s, jobs = draw_batches(np.random.default_rng(7), np.tile([0.0, 5.0], 20_000), Batches())
    counts = np.bincount(submit_s // 3600, minlength=40_000)
    assert (jobs == 1).all()
    assert not counts[::2].any()
    assert counts[1::2].mean() == pytest.approx(5, rel=0.01)
    assert counts[1::2].var() == pytest.approx(5, rel=0.03)
    in_hour = submit_s % 3600
    assert (in_hour.min(), in_hour.max()) == (0, 3599)
    assert in_hour.mean() == pytest.approx(1799.5, rel=0.01)


@pytest.mark.parametrize("batches", [Batches(1.0, 3.0), Batches(0.01, 37.7), Batches(1.0, 1.0), Batches(0.5, 10.0)])
def test_batches_have_their_moments_and_leave_the_number_of_jobs_as_it_is(batches):
    _, jobs = draw_batches(np.random.default_rng(8), np.full(40_000, 20.0), batches)
    assert jobs.min() >= 1
    assert jobs.sum() == pytest.approx(800_000, abs=5 * (800_000 * batches.dispersion) ** 0.5)
    assert jobs.mean() == pytest.approx(batches.mean, rel=0.02)
    assert (jobs.astype(float) ** 2).mean() / jobs.mean() == pytest.approx(batches.dispersion, rel=0.05)


def test_jobs_of_a_batch_come_within_a_second_and_within_their_hour():
    jobs = np.array([5, 1, 3, 400])
    submit_s = np.array([100, 100, 3599, 7198])
    each_s = spread(np.random.default_rng(9), submit_s, jobs)
    late = each_s - np.repeat(submit_s, jobs)
    assert set(late.tolist()) == {0, 1}
    assert late[[0, 5, 6, 9]].tolist() == [0, 0, 0, 0], "the first of each batch comes at its second"
    assert (each_s // 3600).tolist() == np.repeat(submit_s // 3600, jobs).tolist()
    assert late[9:].mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("within", "jobs"), [(0.114, 37.7), (0.193, 2.8), (0.5, 10.0), (0.95, 20.0)])
def test_sweeps_send_the_share_of_jobs_right_after_another_one(within, jobs):
    batches = sweeps(within, jobs)
    assert 1 - 1 / batches.mean == pytest.approx(within)
    assert batches.share <= 1


def test_no_more_jobs_follow_another_one_than_all_but_the_first_of_each_sweep():
    assert sweeps(0.99, 4.0) == Batches(1.0, 4.0)
    assert sweeps(0.5, 1.0).mean == 1


def test_ten_times_the_jobs_are_ten_groups_of_users(shapes):
    one = read_bursts(shapes(gamma_shape=0.5, autocorrelation=0.6, jobs_per_hour=30.0))
    ten = one.of(300.0)
    assert one.of(3.0) == one
    alone = np.array([bursts(np.random.default_rng(s), 20_000, one.shape, one.autocorrelation) for s in range(10)])
    together, direct = alone.mean(axis=0), bursts(np.random.default_rng(99), 20_000, ten.shape, ten.autocorrelation)
    assert together.var() == pytest.approx(direct.var(), rel=0.15)
    for quantile in (0.1, 0.5, 0.9):
        assert np.quantile(together, quantile) == pytest.approx(np.quantile(direct, quantile), rel=0.04)


def test_bursts_give_counts_the_variance_and_covariance_that_were_measured(shapes):
    """As stated: counts vary as of a gamma rate plus single arrivals, though a part of it is due to sweeps."""
    facts = shapes(gamma_shape=0.8, autocorrelation=0.4, jobs_per_hour=40.0, share_within_1s=0.15, sweep_jobs=12.0)
    of_rate, hours = read_bursts(facts), 400_000
    rate = 40 * bursts(np.random.default_rng(1), hours, of_rate.shape, of_rate.autocorrelation)
    submit_s, jobs = draw_batches(np.random.default_rng(2), rate, read_sweeps(facts))
    counts = np.bincount(submit_s // 3600, jobs, hours) / 40
    assert counts.var() == pytest.approx(1 / 0.8 + 1 / 40, rel=0.05)
    off = counts - counts.mean()
    assert (off[1:] * off[:-1]).mean() / counts.var() == pytest.approx(0.4, abs=0.02)


def test_sweeps_burstier_than_the_counts_are_refused(shapes):
    with pytest.raises(ValueError, match="no hourly rate has variance"):
        read_bursts(shapes(gamma_shape=10.0, jobs_per_hour=5.0, share_within_1s=0.2, sweep_jobs=30.0))
