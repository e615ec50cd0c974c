"""The means that set the rate of arrivals against quantiles averaged by hand and against the draws themselves."""

from __future__ import annotations

from math import ceil, exp, log2
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.workload.kind import Node
from gortyn.workload.sizes import draw_chips, draw_requested_s, draw_run_s, mean_chips, mean_run_s

POINTS = 20_000
QUANTILES = [NormalDist().inv_cdf((i + 0.5) / POINTS) for i in range(POINTS)]
SIZES = [
    (8, 1.0, 512, 4),
    (8, 1.0, 9, 4),
    (1, 0.5, 8, 8),
    (100, 2.0, 100_000, 8),
    (4096, 1.5, 30_000, 4),
    (7, 0.0, 64, 4),
    (30, 3.0, 77, 1),
]
RUNS = [(3600.0, 1.2, 86_400), (3600.0, 1.2, 1800), (2.0, 2.0, 100), (360_000.0, 4.0, 1_209_600), (90.0, 0.0, 60)]


NODES = [(*size, shared) for size in SIZES for shared in (True, False)]


def taken(chips, per_node, shared):
    """Chips that a job takes which asks for so many, said in another way than the product says it."""
    part = 2 ** ceil(log2(max(chips, 1)))
    return part if shared and part < per_node else ceil(chips / per_node) * per_node


@pytest.mark.parametrize(("median", "spread", "most", "per_node", "shared"), NODES)
def test_mean_chips_is_the_mean_over_quantiles(median, spread, most, per_node, shared):
    drawn = [taken(min(median * exp(spread * z), most), per_node, shared) for z in QUANTILES]
    assert mean_chips(median, spread, most, Node(per_node, shared)) == pytest.approx(sum(drawn) / POINTS, rel=2e-3)


@pytest.mark.parametrize(("median", "spread", "most", "per_node", "shared"), NODES)
def test_drawn_chips_have_that_mean_and_keep_to_the_limit(median, spread, most, per_node, shared):
    node = Node(per_node, shared)
    chips = draw_chips(np.random.default_rng(1), median, spread, np.full(200_000, most), node)
    part = chips < per_node
    assert shared or not part.any()
    assert set(np.log2(chips[part]) % 1) <= {0.0}
    assert not (chips[~part] % per_node).any()
    assert chips.max() <= max(ceil(most / per_node) * per_node, 1)
    assert chips.mean() == pytest.approx(
        mean_chips(median, spread, most, node), abs=5 * chips.std() / 200_000**0.5 + 1e-9
    )


@pytest.mark.parametrize(("median_s", "spread", "limit_s"), RUNS)
def test_mean_run_is_the_mean_over_quantiles(median_s, spread, limit_s):
    drawn = [min(max(median_s * exp(spread * z), 1), limit_s) for z in QUANTILES]
    assert mean_run_s(median_s, spread, limit_s) == pytest.approx(sum(drawn) / POINTS, rel=2e-3)


@pytest.mark.parametrize(("median_s", "spread", "limit_s"), RUNS)
def test_drawn_runs_have_that_mean_and_keep_to_the_limit(median_s, spread, limit_s):
    run_s = draw_run_s(np.random.default_rng(2), median_s, spread, limit_s, 200_000)
    assert run_s.min() >= 1
    assert run_s.max() <= limit_s
    # Whole seconds move the mean of runs of a few seconds a little.
    assert run_s.mean() == pytest.approx(
        mean_run_s(median_s, spread, limit_s), abs=5 * run_s.std() / 200_000**0.5 + 0.05
    )


def test_median_of_draws_is_the_median_asked_for():
    rng = np.random.default_rng(3)
    assert np.median(draw_run_s(rng, 7200.0, 1.2, 10**6, 100_000)) == pytest.approx(7200, rel=0.02)
    assert np.median(draw_chips(rng, 100, 1.0, np.full(100_000, 10**6), Node(1))) == pytest.approx(100, rel=0.02)


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=50),
    st.floats(1, 20),
    st.integers(100_000, 200_000),
    st.integers(0, 2**32),
)
def test_requests_cover_the_run_keep_to_the_limit_and_are_round(runs, factor, limit_s, seed):
    run_s = np.array(runs, np.int32)
    requested_s = draw_requested_s(np.random.default_rng(seed), run_s, factor, limit_s)
    assert (requested_s >= run_s).all()
    assert (requested_s <= limit_s).all()
    free = requested_s[requested_s < limit_s]
    assert (free % 60 == 0).all()
    assert (free[free > 3600] % 900 == 0).all()


def test_requests_are_on_average_the_factor_times_the_run():
    run_s = np.full(100_000, 50_000, np.int32)
    ratio = draw_requested_s(np.random.default_rng(4), run_s, 2.5, 10**9) / run_s
    # Rounding up to a quarter of an hour adds half of one on average.
    assert ratio.mean() == pytest.approx(2.5 + 450 / 50_000, abs=0.03)
    exact = draw_requested_s(np.random.default_rng(4), run_s, 1.0, 10**9)
    assert (exact == 50_400).all()
