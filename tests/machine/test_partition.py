"""Which nodes the scheduler sees, and from which second."""

from __future__ import annotations

import functools
from datetime import date

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import plain
from gortyn.machine import admits, enclave_of, partitions, place_of, plan
from gortyn.model import Simulation
from gortyn.model.access import AccessRules, Enclave


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


def enclosed(scenario, *enclaves):
    rules = AccessRules(enclaves=tuple(Enclave(**{"site": "north", "machine": "double"} | one) for one in enclaves))
    return scenario.model_copy(update={"access": rules})


def test_an_enclave_takes_whole_nodes_of_the_earliest_phases(scenario, facts):
    scenario = enclosed(scenario, {"name": "clinic", "chips": 20_015}, {"name": "tax", "chips": 8, "takes": ("tax",)})
    open_part, clinic, tax = steps(scenario, facts)
    assert [part.enclave for part in (open_part, clinic, tax)] == [None, "clinic", "tax"]
    assert [part.names for part in (open_part, clinic)] == [("double",), ("double", "clinic")]
    assert (clinic.step_s.tolist(), clinic.step_nodes.tolist()) == ([0, 91 * 86_400], [2501, 1])
    assert (tax.step_s.tolist(), tax.step_nodes.tolist()) == ([91 * 86_400], [1])
    assert (open_part.step_s.tolist(), open_part.step_nodes.tolist()) == ([91 * 86_400], [3748])
    assert open_part.nodes + clinic.nodes + tax.nodes == 6251


def test_what_is_left_without_nodes_is_left_out(scenario, facts):
    greedy = {"name": "clinic", "chips": 10**6}, {"name": "late", "chips": 8}
    (found,) = steps(enclosed(scenario, *greedy), facts)
    assert (found.enclave, found.nodes) == ("clinic", 6251)
    elsewhere = {"name": "clinic", "chips": 80, "site": "south"}, {"name": "other", "chips": 80, "machine": "single"}
    (found,) = steps(enclosed(scenario, *elsewhere), facts)
    assert (found.enclave, found.nodes) == (None, 6251)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 30_000), max_size=4), st.floats(0, 0.3))
def test_enclaves_divide_the_nodes_and_add_none(scenario, facts, sizes, spare_share):
    failures = scenario.operations.failures.model_copy(update={"spare_share": spare_share})
    operations = scenario.operations.model_copy(update={"failures": failures})
    scenario = scenario.model_copy(update={"operations": operations})
    (whole,) = steps(scenario, facts)
    parts = steps(enclosed(scenario, *({"name": f"e{i}", "chips": size} for i, size in enumerate(sizes))), facts)
    left = whole.nodes
    for index, size in enumerate(sizes):
        taken = min(left, -(-size // 8))
        assert sum(part.nodes for part in parts if part.enclave == f"e{index}") == taken
        left -= taken
    assert sum(part.nodes for part in parts if part.enclave is None) == left
    for second in whole.step_s.tolist():
        now = sum(int(part.step_nodes[part.step_s == second].sum()) for part in parts)
        assert now == int(whole.step_nodes[whole.step_s == second].sum())
    for part in parts:
        assert part.spares == min(part.nodes - 1, int(part.nodes * spare_share)) < part.nodes
        assert (part.step_nodes > 0).all()
        assert (np.diff(part.step_s) > 0).all()


def test_who_may_run_where(scenario, facts):
    scenario = enclosed(
        scenario, {"name": "small", "chips": 80}, {"name": "large", "chips": 800, "takes": ("health", "tax")}
    )
    parts = steps(scenario, facts)
    open_to_all, health, tax = (plain.tenant(sensitive=one) for one in (None, "health", "tax"))
    assert [admits(scenario, part, open_to_all) for part in parts] == [True, False, False]
    assert [admits(scenario, part, health) for part in parts] == [False, True, True]
    assert [admits(scenario, part, tax) for part in parts] == [False, False, True]
    assert not any(admits(scenario, part, plain.tenant(sensitive="media")) for part in parts)
    place = functools.partial(place_of, scenario, parts)
    assert [place("north", "double", one) for one in (open_to_all, health, tax)] == [0, 2, 2]
    assert place("north", "double", plain.tenant(sensitive="media")) is None
    assert place("south", "double", open_to_all) is place("north", "single", open_to_all) is None
    assert [enclave and enclave.name for enclave in (enclave_of(scenario, part) for part in parts)] == [
        None,
        "small",
        "large",
    ]
