from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import plain
from gortyn.energy.power import full_it_mw, partition_it_mw
from gortyn.machine.partition import Partition
from gortyn.model import Phase, Simulation

shares = st.floats(0, 1)


def drawn_mw(busy, chips, kw_per_chip, idle_share, active_share):
    """Power of one machine in an hour in which so many of its chips are on jobs."""
    machine = plain.machine(it_power_kw_per_chip=kw_per_chip, idle_power_share=idle_share)
    part = Partition(0, machine.name, round(chips / 8), 8, np.zeros(1, np.int64), np.array([round(chips / 8)]))
    log = plain.log(np.array([[busy]]), chips)
    phase = Phase(name="one", operational=date(2026, 1, 1), machine=machine.name, chips=round(chips))
    site = plain.site(phases=(phase,))
    scenario = plain.scenario(machines=(machine,), sites=(site,), simulation=Simulation(start=date(2027, 1, 1), days=1))
    return partition_it_mw(scenario, (part,), log, np.array([[active_share]])).item()


def test_a_published_rack_at_full_load():
    # GB200 NVL72: 120 kW for 72 chips; a hundred thousand chips are 1,389 racks and 167 MW.
    chips = 1389 * 72.0
    assert round(drawn_mw(chips, chips, 120 / 72, 0.2, 1.0)) == 167


@given(busy=shares, idle=shares, active=shares)
def test_power_lies_between_idle_and_active(busy, idle, active):
    power = drawn_mw(busy * 1e5, 1e5, 1.0, idle, active)
    assert min(idle, active) * 100 - 1e-9 <= power <= max(idle, active) * 100 + 1e-9


def test_tenants_add_up_hour_by_hour(make_scenario, make_log, rooms):
    """Two tenants of different shares on one machine of 1 kW chips that idle at half."""
    scenario = make_scenario(days=1)
    _, parts, *_ = rooms(scenario)
    hours = np.zeros((1, 2, 24))
    hours[0, 0, 5], hours[0, 1, 5], hours[0, 1, 7] = 400, 100, 1000
    log = make_log(hours.sum(axis=1), 1000.0, tenant_chip_hours=hours)
    (power,) = partition_it_mw(scenario, parts, log, np.array([[0.75, 0.9]]))
    expected = np.full(24, 0.5)
    expected[5] += (400 * 0.25 + 100 * 0.4) / 1000
    expected[7] = 0.9
    np.testing.assert_allclose(power, expected, rtol=1e-12)


def test_failed_nodes_draw_nothing_and_throttled_ones_less(make_scenario, make_log, rooms):
    """Half speed under the default exponent of 2.5 leaves 0.177 of the power above idle."""
    scenario = make_scenario(days=1)
    _, parts, *_ = rooms(scenario)
    busy, down, speed = np.full((1, 24), 400.0), np.zeros((1, 24)), np.ones((1, 24))
    down[0, 3], speed[0, 5] = 600.0, 0.5
    log = make_log(busy, 1000.0, down_chips=down, speed=speed)
    (power,) = partition_it_mw(scenario, parts, log, np.ones((1, 1)))
    np.testing.assert_allclose(power[[0, 3, 5]], [0.4 + 0.3, 0.4, 0.4 * (0.5 + 0.5 * 0.5**2.5) + 0.3], rtol=1e-12)
    np.testing.assert_allclose(full_it_mw(scenario, parts, log)[0, [0, 3]], [1.0, 0.4])
