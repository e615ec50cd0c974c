"""Losses of a pool and its tranches, against the large-portfolio limit, sums and a simulation of every name."""

from __future__ import annotations

from dataclasses import astuple
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import venture
from gortyn.catalogue import load
from gortyn.finance.portfolio import attachments, history, limit_tranche_loss, portfolio_losses, tranche_losses
from gortyn.kernels.waterfall_types import Pay

# Default probability .10, correlation .30, recovery .30: attachment, detachment, expected loss, chance of a loss.
CASE = (0.10, 0.30, 0.30)
TRANCHES = [(0.0, 0.15, 0.39934, None), (0.15, 0.35, 0.04762, 0.12878), (0.35, 1.0, 0.00088, 0.00963)]
DRAWS = 200_000


@pytest.fixture(scope="module")
def many():
    return portfolio_losses(*CASE, 20_000, DRAWS, 1)


@pytest.mark.parametrize(("attach", "detach", "expected", "chance"), TRANCHES)
def test_tranches_of_many_names_lose_as_in_the_limit(many, attach, detach, expected, chance):
    loss = tranche_losses(many, attach, detach)
    assert loss.mean() == pytest.approx(expected, abs=3 * loss.std() / np.sqrt(DRAWS))
    if chance is not None:
        error = np.sqrt(chance * (1 - chance) / DRAWS)
        assert (loss > 0).mean() == pytest.approx(chance, abs=3 * error)


def test_pool_loses_default_times_severity(many):
    assert many.mean() == pytest.approx(0.0700, abs=3 * many.std() / np.sqrt(DRAWS))


@pytest.mark.parametrize(("attach", "detach", "expected"), [row[:3] for row in TRANCHES])
def test_limit_in_closed_form(attach, detach, expected):
    assert limit_tranche_loss(*CASE, attach, detach) == pytest.approx(expected, abs=1e-5)


@given(
    st.floats(0.001, 0.9), st.floats(0, 0.99), st.floats(0, 0.99), st.lists(st.floats(0, 1), max_size=4, unique=True)
)
def test_limits_of_tranches_sum_to_the_pool(default, correlation, recovery, bounds):
    edges = [0.0, *sorted(bounds), 1.0]
    total = sum((b - a) * limit_tranche_loss(default, correlation, recovery, a, b) for a, b in pairwise(edges))
    assert total == pytest.approx(default * (1 - recovery), abs=1e-6)


@pytest.mark.parametrize("correlation", [0.0, 0.05, 0.3, 0.7, 0.95])
@pytest.mark.parametrize(("attach", "detach"), [(0.0, 0.02), (0.02, 0.3), (0.3, 1.0)])
def test_limit_is_the_mean_over_a_fine_grid_of_the_common_factor(correlation, attach, detach):
    default, recovery, count = 0.067, 0.2, 200_000
    common = np.array([NormalDist().inv_cdf((i + 0.5) / count) for i in range(0, count, 10)])
    threshold = NormalDist().inv_cdf(default)
    own = (threshold - np.sqrt(correlation) * common) / np.sqrt(1 - correlation)
    loss = (1 - recovery) * np.array([NormalDist().cdf(x) for x in own])
    expected = np.clip((loss - attach) / (detach - attach), 0, 1).mean()
    assert limit_tranche_loss(default, correlation, recovery, attach, detach) == pytest.approx(expected, abs=3e-4)


@given(
    st.lists(st.floats(0, 1), max_size=5, unique=True),
    st.floats(0.01, 0.99),
    st.floats(0, 0.9),
    st.floats(0, 1),
    st.lists(st.floats(0.01, 1), min_size=1, max_size=6),
)
def test_tranches_sum_to_the_pool_in_every_draw(bounds, default, correlation, recovery, sizes):
    pool = portfolio_losses(default, correlation, recovery, np.array(sizes) / sum(sizes), 200, 3)
    edges = [0.0, *sorted(bounds), 1.0]
    total = sum((b - a) * tranche_losses(pool, a, b) for a, b in pairwise(edges))
    np.testing.assert_allclose(total, pool, atol=1e-9)


def test_the_later_a_tranche_attaches_the_less_it_loses(many):
    edges = np.linspace(0, 1, 8)
    means = [tranche_losses(many, a, b).mean() for a, b in pairwise(edges)]
    assert means == sorted(means, reverse=True)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.8])
def test_few_names_lose_as_names_drawn_one_by_one(correlation):
    """Every name as its own latent normal: probability of each number of defaults within four standard errors."""
    default, names, draws = 0.2, 5, 40_000
    generator = np.random.default_rng(11)
    common, own = generator.standard_normal((draws, 1)), generator.standard_normal((draws, names))
    hidden = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    slow = np.bincount((hidden < NormalDist().inv_cdf(default)).sum(axis=1), minlength=names + 1) / draws
    for how in (names, np.full(names, 1 / names)):
        losses = portfolio_losses(default, correlation, 0.0, how, draws, 5)
        found = np.bincount(np.rint(losses * names).astype(int), minlength=names + 1) / draws
        np.testing.assert_allclose(found, slow, atol=4 * np.sqrt(2 * 0.25 / draws))


def test_names_without_correlation_are_binomial():
    losses = portfolio_losses(0.3, 0.0, 0.5, 4, 100_000, 2)
    assert (losses == 0).mean() == pytest.approx(0.7**4, abs=3 * np.sqrt(0.24 * 0.76 / 1e5))
    assert losses.max() == 0.5


def test_same_seed_same_losses():
    np.testing.assert_array_equal(portfolio_losses(*CASE, 5, 100, 4), portfolio_losses(*CASE, 5, 100, 4))
    assert not np.array_equal(portfolio_losses(*CASE, 5, 100, 4), portfolio_losses(*CASE, 5, 100, 5))


def test_a_tranche_of_no_width_loses_nothing():
    assert not tranche_losses(np.array([0.0, 0.5, 1.0]), 0.4, 0.4).any()
    assert limit_tranche_loss(*CASE, 0.4, 0.4) == 0


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ((0.0, 0.3, 0.3), "default_probability"),
        ((1.0, 0.3, 0.3), "default_probability"),
        ((0.1, 1.0, 0.3), "correlation"),
        ((0.1, -0.1, 0.3), "correlation"),
        ((0.1, 0.3, 1.2), "recovery_share"),
    ],
)
def test_impossible_arguments_are_named(stated, name):
    with pytest.raises(ValueError, match=name):
        portfolio_losses(*stated, 5, 10, 1)
    with pytest.raises(ValueError, match=name):
        limit_tranche_loss(*stated, 0.0, 1.0)


def test_layers_lose_against_the_order_of_payment():
    of = venture.scenario()
    deal = venture.deal(of, venture.base())
    attach, detach = attachments(deal)
    # Without the grant, 0.9 of the need asks for its money back; the first loss is paid last.
    np.testing.assert_allclose(attach, [np.nan, 0.55 / 0.9, 0.4 / 0.9, 0.3 / 0.9, 0.1 / 0.9, 0.0])
    np.testing.assert_allclose(detach, [np.nan, 1.0, 0.55 / 0.9, 0.4 / 0.9, 0.3 / 0.9, 0.1 / 0.9])


def test_order_of_payment_is_what_counts():
    of = venture.scenario()
    deal = venture.deal(of, venture.base())
    steps = deal.steps.copy()
    senior, mezzanine = (steps[:, 1] == 1) & (steps[:, 0] == Pay.PRINCIPAL), (steps[:, 1] == 2)
    steps[senior, 1], steps[mezzanine & (steps[:, 0] == Pay.PRINCIPAL), 1] = 2, 1
    attach, _ = attachments(deal._replace(steps=steps))
    assert attach[2] > attach[1]


def test_history_of_the_fund_is_that_of_project_finance():
    of = venture.scenario(draws=50_000)
    project, structure = venture.venture(of, venture.base(4))
    facts = load().lookup()
    *rows, whole = history(of, project, structure, facts)
    assert [row.layer for row in rows] == ["senior", "mezzanine", "preferred", "common", "first"]
    pool = sum((row.detachment_share - row.attachment_share) * row.expected_loss_share for row in rows)
    limit = sum((row.detachment_share - row.attachment_share) * row.limit_expected_loss_share for row in rows)
    # 6.7 % in ten years, of which four fifths come back.
    assert limit == pytest.approx(0.067 * 0.2, abs=1e-9)
    assert pool == pytest.approx(0.067 * 0.2, rel=0.05)
    assert astuple(whole) == pytest.approx(("pool", 0, 1, pool, whole.loss_probability, limit))
    means = [row.expected_loss_share for row in rows]
    assert means == sorted(means)
    assert rows[-1].loss_probability > rows[0].loss_probability
    assert {fact.key for fact in facts.used} >= {"finance/project-finance/recovery_mean"}
    # Some site defaults unless all four stay, each with the chance that the common factor leaves it.
    common = np.array([NormalDist().inv_cdf((i + 0.5) / 5000) for i in range(5000)])
    own = (NormalDist().inv_cdf(0.067) - np.sqrt(0.3) * common) / np.sqrt(0.7)
    chance = np.mean([1 - (1 - NormalDist().cdf(x)) ** 4 for x in own])
    assert (
        rows[-1].loss_probability == whole.loss_probability == pytest.approx(chance, abs=4 * np.sqrt(0.2 * 0.8 / 5e4))
    )


def test_sites_that_default_one_by_one_reach_no_senior_lender():
    """At most a fifth of the pool is lost, even if every site defaults."""
    of = venture.scenario(draws=2000)
    project, structure = venture.venture(of, venture.base(4))
    senior = history(of, project, structure, load().lookup())[0]
    assert (senior.expected_loss_share, senior.loss_probability) == (0, 0)
