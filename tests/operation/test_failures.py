"""Failures of hardware against the rates, shapes and sources that the scenario states."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gortyn.kernels.cluster_types import DOMAIN, NODE, PARTITION
from gortyn.operation.failures import draw, node_mttf_s
from gortyn.operation.sites import sites

DAY_S = 86_400
NO_STRETCH = {"plain": np.full((4, 4), 1000, np.int32)}


@pytest.fixture
def drawn(make_scenario, make_partitions, flat):
    """Failures of two partitions over some days, and the kernel's view of the partitions."""

    def make(nodes=(1000, 500), days=100, **stated):
        scenario = make_scenario(days=days, **stated)
        places = make_partitions(*nodes)
        view = sites(scenario, places, NO_STRETCH, flat(hours=days * 24), 10)
        return draw(scenario, places, view, days * DAY_S), view

    return make


def test_nothing_fails_where_nothing_is_stated(drawn):
    failures, _ = drawn()
    assert failures.at_s.size == 0
    failures, _ = drawn(failures={"drawn": False}, reliability={"rate_per_1000_node_days": 6.5})
    assert failures.at_s.size == 0


def test_published_fleet_of_llama_3(make_scenario):
    """3.79 per 1,000 node-days of 2,048 eight-chip nodes is a failure every 3.09 hours."""
    scenario = make_scenario(reliability={"rate_per_1000_node_days": 3.79})
    assert node_mttf_s(scenario, 8) / 2048 / 3600 == pytest.approx(3.09, abs=0.005)
    assert node_mttf_s(scenario, 4) == 2 * node_mttf_s(scenario, 8)


@pytest.mark.parametrize("distribution", ["exponential", "weibull"])
def test_counts_meet_the_rate(drawn, distribution):
    failures, view = drawn(
        nodes=(4000, 2000),
        days=500,
        reliability={"rate_per_1000_node_days": 6.5},
        failures={"distribution": distribution, "weibull_shape": 0.9},
    )
    expected = 6.5e-3 * 6000 * 500
    # All nodes begin as new: with a shape below 1 the first days see more failures than the mean rate.
    excess = 1.0 if distribution == "exponential" else 1.02
    assert failures.at_s.size == pytest.approx(expected * excess, abs=4 * math.sqrt(expected))
    assert (np.diff(failures.at_s) >= 0).all()
    assert (failures.scope == NODE).all()
    assert (failures.index < view.node_first[-1]).all()
    first = (failures.index < 4000).mean()
    assert first == pytest.approx(2 / 3, abs=0.02)


def test_weibull_times_between_failures_have_their_shape(drawn):
    """Variance over squared mean of a Weibull time: Gamma(1 + 2/k) / Gamma(1 + 1/k)^2 - 1, 2.4 for k = 0.7."""
    failures, _ = drawn(
        nodes=(300,),
        sites=1,
        days=3000,
        reliability={"rate_per_1000_node_days": 200.0},
        failures={"distribution": "weibull", "weibull_shape": 0.7},
    )
    gaps = np.concatenate([np.diff(failures.at_s[failures.index == node]) for node in range(300)])
    squared = math.gamma(1 + 2 / 0.7) / math.gamma(1 + 1 / 0.7) ** 2 - 1
    assert gaps.mean() == pytest.approx(5 * DAY_S, rel=0.03)
    assert gaps.var() / gaps.mean() ** 2 == pytest.approx(squared, rel=0.1)


def test_lemons_fail_more_and_the_mean_stays(drawn):
    failures, _ = drawn(
        nodes=(2000,),
        sites=1,
        days=1000,
        reliability={"rate_per_1000_node_days": 6.5},
        failures={"lemon_share": 0.05, "lemon_factor": 20.0},
    )
    expected = 6.5e-3 * 2000 * 1000
    assert failures.at_s.size == pytest.approx(expected, abs=4 * math.sqrt(expected))
    by_node = np.sort(np.bincount(failures.index, minlength=2000))[::-1]
    # A twentieth of the nodes with 20 times the rate: 20 * 0.05 / (0.95 + 20 * 0.05) of the failures.
    assert by_node[:100].sum() / by_node.sum() == pytest.approx(1 / 1.95, abs=0.02)


def test_repairs_have_their_mean_and_a_heavy_tail(drawn):
    failures, _ = drawn(
        nodes=(4000, 2000),
        days=500,
        reliability={"rate_per_1000_node_days": 6.5, "repair_hours": 24.0},
        failures={"repair_spread": 1.0},
    )
    assert failures.repair_s.mean() == pytest.approx(24 * 3600, rel=0.05)
    assert np.median(failures.repair_s) == pytest.approx(24 * 3600 * math.exp(-0.5), rel=0.05)
    assert (failures.repair_s >= 1).all()


def test_domains_and_sites_have_outages(drawn):
    failures, view = drawn(
        days=3650, machine={"domain_chips": 72}, failures={"domain_outage_rate": 0.5, "site_outage_rate": 2.0}
    )
    domains = failures.index[failures.scope == DOMAIN]
    assert domains.size == pytest.approx(0.5 * 10 * view.pod.size, abs=4 * math.sqrt(5 * view.pod.size))
    assert domains.max() < view.pod.size
    outages = failures.index[failures.scope == PARTITION]
    assert outages.size == pytest.approx(2 * 10 * 2, abs=4 * math.sqrt(40))
    assert set(outages.tolist()) == {0, 1}


def test_a_seed_and_a_site_have_failures_of_their_own(drawn):
    rate = {"rate_per_1000_node_days": 6.5}
    both, _ = drawn(reliability=rate)
    again, _ = drawn(reliability=rate)
    other, _ = drawn(reliability=rate, seed=2)
    alone, _ = drawn(nodes=(1000,), sites=1, reliability=rate)
    assert all((a == b).all() for a, b in zip(both, again, strict=True))
    assert both.at_s.tolist() != other.at_s.tolist()
    assert both.at_s[both.index < 1000].tolist() == alone.at_s.tolist()
