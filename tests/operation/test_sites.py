"""Partitions as the kernel sees them: nodes, domains, pods, checkpoint intervals, what the network does."""

from __future__ import annotations

import numpy as np
import pytest

from gortyn.machine import Partition
from gortyn.operation import Tariffs
from gortyn.operation.sites import sites
from gortyn.training.goodput import optimal_interval_h

NO_STRETCH = {"plain": np.full((4, 4), 1000, np.int32)}


def test_nodes_lie_in_domains_and_pods(make_scenario, make_partitions, flat):
    scenario = make_scenario(machine={"domain_chips": 24, "pod_chips": 48})
    found = sites(scenario, make_partitions(8, 2), NO_STRETCH, flat(), 10)
    assert found.node_first.tolist() == [0, 8, 10]
    assert found.domain.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 3, 3]
    assert found.pod.tolist() == [0, 0, 1, 2]
    assert (found.domain_nodes.tolist(), found.pod_nodes.tolist()) == ([3, 3], [6, 6])
    assert found.kind.tolist() == [0, 0]
    assert (found.speed_pm.shape, found.signal.shape) == ((2, 0), (2, 0))


def test_steps_are_in_order_of_time(make_scenario, flat):
    places = (
        Partition(0, "plain", 30, 8, np.array([0, 7200]), np.array([20, 10])),
        Partition(1, "plain", 12, 8, np.array([1800]), np.array([12]), spares=2),
    )
    found = sites(make_scenario(), places, NO_STRETCH, flat(), 10)
    assert found.step_s.tolist() == [0, 1800, 7200]
    assert found.step_part.tolist() == [0, 1, 0]
    assert found.step_nodes.tolist() == [20, 12, 10]
    assert found.spares.tolist() == [0, 2]


def test_intervals_are_the_best_for_the_size(make_scenario, make_partitions, flat):
    """A thousand nodes at 6.5 per 1,000 node-days, and a software failure in every ten hours."""
    scenario = make_scenario(
        reliability={"rate_per_1000_node_days": 6.5, "checkpoint_write_min": 2.0},
        failures={"job_rate_per_hour": 0.1, "detection_min": 3.0},
    )
    found = sites(scenario, make_partitions(1000, 1000), NO_STRETCH, flat(), 1000)
    for nodes in (1, 30, 1000):
        mttf_h = 1 / (0.1 + nodes * 6.5 / 1000 / 24)
        best_s = 3600 * optimal_interval_h(mttf_h, 0.0, 2 / 60, "running")
        assert found.interval_s[0, nodes] == pytest.approx(best_s, rel=0.01)
    assert found.write_s.tolist() == [120, 120]
    assert (found.resume_s.tolist(), found.recover_s.tolist()) == ([600] * 2, [780] * 2)


def test_no_checkpoints_where_nothing_fails_and_stated_ones_else(make_scenario, make_partitions, flat):
    quiet = sites(make_scenario(), make_partitions(10, 10), NO_STRETCH, flat(), 10)
    assert not quiet.interval_s.any()
    stated = make_scenario(failures={"checkpoint_interval_min": 30.0})
    assert (sites(stated, make_partitions(10, 10), NO_STRETCH, flat(), 10).interval_s == 1800).all()


@pytest.mark.parametrize(("rule", "cheap"), [("cheapest", 0), ("greenest", 1)])
def test_federation_goes_by_what_a_site_pays_for_an_hour_of_it(make_scenario, make_partitions, rule, cheap):
    price, carbon = np.array([[40.0] * 24, [50.0] * 24]), np.array([[300.0] * 24, [50.0] * 24])
    tariffs = Tariffs(price, carbon, np.array([[1.2] * 24, [1.1] * 24]))
    found = sites(make_scenario(days=1, federation=rule), make_partitions(10, 10), NO_STRETCH, tariffs, 10)
    assert found.signal[:, 0].argmin() == cheap
    assert found.signal[0, 0] == pytest.approx({"cheapest": 48.0, "greenest": 360.0}[rule])
