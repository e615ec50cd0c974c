"""Arrivals against the job lists that their figures were taken from, by the same estimators."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from gortyn.catalogue import load
from gortyn.workload.arrivals import bursts, draw_batches, profile, read_bursts, read_sweeps, spread

VENUS_DAYS, VENUS_RATE = 194, 28.99
WINDOWS_S = (60, 600, 3600, 21_600, 86_400)


def arrivals(facts, rate, days, seed):
    """Seconds of arrival at a cluster of so many jobs an hour, with the shapes of a catalogue."""
    rng, of_rate = np.random.default_rng(seed), read_bursts(facts)
    weights = profile(date(2020, 3, 16), days * 24, facts)  # a Monday
    weights *= bursts(rng, days * 24, of_rate.shape, of_rate.autocorrelation)
    submit_s, jobs = draw_batches(rng, rate * weights, read_sweeps(facts))
    return np.sort(spread(rng, submit_s, jobs))


def synthetic(seed):
    """Seconds of arrival at a cluster like Venus."""
    return arrivals(load().lookup(), VENUS_RATE, VENUS_DAYS, seed)


def dispersion(at_s, window_s, days=VENUS_DAYS):
    """Index of dispersion for counts: variance over mean."""
    counts = np.bincount(at_s // window_s, minlength=days * 86_400 // window_s)
    return counts.var() / counts.mean()


def residuals(at_s):
    """Hourly counts less what hour of day and day of week make expect, and that expectation."""
    counts = np.bincount(at_s // 3600, minlength=VENUS_DAYS * 24)[: VENUS_DAYS * 24].astype(float)
    hour = np.arange(counts.size)
    by_hour, by_day = hour % 24, hour // 24 % 7
    of_day = np.bincount(by_hour, counts) / np.bincount(by_hour) / counts.mean()
    of_week = np.bincount(by_day, counts) / np.bincount(by_day) / counts.mean()
    expected = of_day[by_hour] * of_week[by_day] * counts.mean()
    return counts - expected, expected


def gamma_shape(at_s):
    """Shape of the gamma rate that leaves Poisson counts with these residuals, by moments."""
    off, expected = residuals(at_s)
    return (expected**2).sum() / (off**2 - expected).sum()


def autocorrelation(at_s):
    """Of the residuals of neighbouring hours, relative to what is expected."""
    off, expected = residuals(at_s)
    relative = off / expected
    return np.corrcoef(relative[1:], relative[:-1])[0, 1]


@pytest.fixture(scope="module")
def drawn():
    return [synthetic(seed) for seed in range(10)]


def test_as_bursty_as_venus_from_a_minute_to_a_day(drawn):
    """Published: index of dispersion 10.3, 14.9, 39.1, 104.9 and 146 at 1 min, 10 min, 1 h, 6 h and a day.

    Days come out burstier than published; the same count of the list itself gives 193 (see the next test).
    """
    found = [np.mean([dispersion(at_s, window_s) for at_s in drawn]) for window_s in WINDOWS_S]
    assert found[:3] == pytest.approx([10.3, 14.9, 39.1], rel=0.3)
    assert found[3:] == pytest.approx([104.9, 146.0], rel=0.55)


def test_hours_are_as_bursty_and_as_alike_as_published(drawn):
    """Published for Venus: gamma shape 0.925 and autocorrelation 0.541 of the hourly residuals."""
    assert np.mean([gamma_shape(at_s) for at_s in drawn]) == pytest.approx(0.925, rel=0.2)
    assert np.mean([autocorrelation(at_s) for at_s in drawn]) == pytest.approx(0.541, abs=0.12)


def test_a_tenth_comes_within_a_second_of_the_one_before(drawn):
    """Published: 11.4 % (Venus), 13.4 % (Lingjun), 19.3 % (Philly)."""
    within = np.mean([(np.diff(at_s) <= 1).mean() for at_s in drawn])
    assert 0.10 < within < 0.15


def test_against_the_list_itself(drawn, shared_data):
    import polars as pl

    listed = pl.read_parquet(shared_data / "traces/helios_venus_2020/helios_venus_2020.parquet")["submit_s"].to_numpy()
    at_s = np.sort(listed.astype(np.int64))
    for window_s in WINDOWS_S:
        mine = [dispersion(one, window_s) for one in drawn]
        assert np.mean(mine) == pytest.approx(dispersion(at_s, window_s), rel=0.3), window_s
    assert np.mean([gamma_shape(one) for one in drawn]) == pytest.approx(gamma_shape(at_s), rel=0.25)
    assert np.mean([autocorrelation(one) for one in drawn]) == pytest.approx(autocorrelation(at_s), abs=0.12)


# What is drawn over what is published, from and to, at 1 min, 10 min, 1 h, 6 h and a day.
RATIOS = {
    # Two quiet weeks; its rate was measured by the minute.
    "lingjun": [(1.0, 1.5), (0.9, 1.4), (0.8, 1.4), (0.7, 1.4), (0.6, 1.4)],
    # Scripts that send a job every few seconds for minutes, and busy weeks: neither is drawn.
    "philly": [(0.25, 0.5), (0.2, 0.5), (0.5, 0.8), (0.4, 0.7), (0.25, 0.5)],
}


@pytest.mark.parametrize(("cluster", "days", "place"), [("lingjun", 16, 2), ("philly", 129, 1)])
def test_other_clusters_by_their_own_figures(cluster, days, place, shapes, shared_data):
    """How far the same form carries: the figures of the catalogue for another cluster, against its dispersion."""
    fit = json.loads((shared_data / "traces/arrival_fits.json").read_text())[cluster]
    fields = ("gamma_shape", "autocorrelation", "jobs_per_hour", "share_within_1s", "sweep_jobs")
    known = [load().fact("shapes", "arrivals-burst", field).conflicts[place - 1] for field in fields]
    assert {fact.source for fact in known} == {f"{cluster}-traces"}
    figures = dict(zip(fields, (fact.number for fact in known), strict=True))
    hours, week = np.array(fit["hour_profile"]), np.array(fit["dow_profile_mon0"])
    facts = shapes(hours / hours.mean(), week / week.mean(), **figures)
    drawn = [arrivals(facts, fit["jobs_per_hour"], days, seed) for seed in range(20)]
    for window_s, (low, high) in zip(WINDOWS_S, RATIOS[cluster], strict=True):
        ratio = np.mean([dispersion(at_s, window_s, days) for at_s in drawn]) / fit["IDC"][str(window_s)]
        assert low < ratio < high, (window_s, ratio)
    within = np.mean([(np.diff(at_s) <= 1).mean() for at_s in drawn])
    assert within == pytest.approx(fit["frac_ia_le_1s"], abs=0.05)


def test_plain_poisson_arrivals_would_not_do():
    """The null model: the profile alone explains little of the burstiness."""
    facts = load().lookup()
    rate = VENUS_RATE * profile(date(2020, 3, 18), VENUS_DAYS * 24, facts)
    at_s = np.repeat(np.arange(rate.size), np.random.default_rng(1).poisson(rate)) * 3600
    assert dispersion(at_s, 3600) < 10
    assert dispersion(at_s, 86_400) < 60
