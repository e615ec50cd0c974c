"""A site may not draw more than its connection carries."""

from __future__ import annotations

import pytest

from gortyn.machine import facility_mw, plan, power_check


def with_connection(scenario, connection_mw):
    site = scenario.sites[0]
    grid = site.grid.model_copy(update={"connection_mw": connection_mw})
    return scenario.model_copy(update={"sites": (site, site.model_copy(update={"name": "south", "grid": grid}))})


def test_facility_power_is_that_of_the_plan(scenario, facts):
    assert facility_mw(scenario.sites[0], scenario.machines, facts) == pytest.approx(
        plan(scenario, facts)[0].facility_mw
    )


def test_a_connection_that_is_just_enough_is_enough(scenario, facts):
    needed = facility_mw(scenario.sites[0], scenario.machines, facts)
    assert power_check(with_connection(scenario, needed), facts) == []


def test_a_connection_that_is_too_small_is_named_with_both_numbers(scenario, facts):
    (fault,) = power_check(with_connection(scenario, 80.0), facts)
    assert fault.path == ("sites", 1, "grid", "connection_mw")
    assert "80 MW" in fault.message
    assert "90.0 MW" in fault.message  # 50,016 chips x 1.5 kW x 1.2
    assert "south" in fault.message
