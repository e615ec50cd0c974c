"""Which nodes the scheduler sees, and from which second."""

from __future__ import annotations

from datetime import date

from gortyn.machine import partitions, plan
from gortyn.model import Simulation


def steps(scenario, facts, **window):
    simulation = Simulation(**{"start": date(2028, 4, 1), "days": 365, **window})
    scenario = scenario.model_copy(update={"simulation": simulation})
    return partitions(scenario, plan(scenario, facts))


def test_phases_before_the_start_are_there_and_those_after_the_window_never_come(scenario, facts):
    (found,) = steps(scenario, facts)
    assert (found.site, found.machine, found.chips_per_node) == (0, "double", 8)
    assert found.step_s.tolist() == [0, 91 * 86_400]  # 1 April to 1 July
    assert found.step_nodes.tolist() == [2501, 3750]
    assert found.nodes == 6251
    assert found.chips == 50_008


def test_the_window_ends_before_its_last_day_is_over(scenario, facts):
    assert steps(scenario, facts, days=91)[0].nodes == 2501
    assert steps(scenario, facts, days=92)[0].nodes == 6251


def test_phases_that_are_both_there_at_the_start_are_one_step(scenario, facts):
    (found,) = steps(scenario, facts, start=date(2029, 1, 1))
    assert found.step_s.tolist() == [0]
    assert found.step_nodes.tolist() == [6251]


def test_no_partition_without_nodes_in_the_window(scenario, facts):
    assert steps(scenario, facts, start=date(2027, 1, 1), days=365) == ()


def test_one_partition_per_site_and_machine_in_scenario_order(scenario, facts):
    site = scenario.sites[0]
    mixed = tuple(
        phase.model_copy(update={"machine": name})
        for phase, name in zip(site.phases, ("other", "double", "other"), strict=True)
    )
    south = site.model_copy(update={"name": "south", "phases": mixed})
    scenario = scenario.model_copy(update={"sites": (south, site)})
    found = steps(scenario, facts, days=3000)
    assert [(p.site, p.machine, p.nodes, p.chips_per_node) for p in found] == [
        (0, "other", 5001 + 2, 4),
        (0, "double", 3750, 8),
        (1, "double", 6252, 8),
    ]
