"""A site may not draw more than its connection carries."""

from __future__ import annotations

import pytest

from gortyn.catalogue import load
from gortyn.machine import facility_mw, plan, power_check
from gortyn.model import Cooling


@pytest.fixture
def shipped():
    return load().lookup()


def with_connection(scenario, connection_mw):
    site = scenario.sites[0]
    grid = site.grid.model_copy(update={"connection_mw": connection_mw})
    return scenario.model_copy(update={"sites": (site, site.model_copy(update={"name": "south", "grid": grid}))})


def with_cooling(scenario, **stated):
    """The same site at Kajaani, whose chips follow the law of cooling."""
    site = scenario.sites[0].model_copy(
        update={"cooling": Cooling(**stated), "latitude_deg": 64.2, "longitude_deg": 27.7}
    )
    return scenario.model_copy(update={"sites": (site,)})


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


def test_the_check_takes_the_hottest_hour_and_not_the_mean(scenario, shipped):
    cooled = with_cooling(scenario, kind="liquid")
    (site,) = plan(cooled, shipped)
    assert site.it_mw < site.facility_mw < site.peak_facility_mw
    grid = cooled.sites[0].grid.model_copy(update={"connection_mw": (site.facility_mw + site.peak_facility_mw) / 2})
    tight = cooled.model_copy(update={"sites": (cooled.sites[0].model_copy(update={"grid": grid}),)})
    (fault,) = power_check(tight, shipped)
    assert f"{site.peak_facility_mw:.1f} MW" in fault.message
    assert f"a PUE of {site.peak_pue:.2f}, that of the hottest hour of a usual year" in fault.message
    enough = grid.model_copy(update={"connection_mw": site.peak_facility_mw})
    wide = cooled.model_copy(update={"sites": (cooled.sites[0].model_copy(update={"grid": enough}),)})
    assert power_check(wide, shipped) == []


def test_a_stated_pue_is_the_peak_too_and_needs_no_climate(scenario, facts):
    (fault,) = power_check(with_connection(scenario, 80.0), facts)
    assert fault.message.endswith("a PUE of 1.20")
