from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gortyn.energy import it_power_mw
from gortyn.energy.power import site_it_mw

shares = st.floats(0, 1)


def test_a_published_rack_at_full_load():
    # GB200 NVL72: 120 kW for 72 chips; a hundred thousand chips are 1,389 racks and 167 MW.
    chips = np.array([1389 * 72.0])
    assert round(it_power_mw(chips, 0 * chips, 120 / 72, 0.2, 1.0).item()) == 167


@given(busy=shares, idle=shares, active=shares)
def test_power_lies_between_idle_and_active(busy, idle, active):
    capacity = np.array([1e5])
    power = it_power_mw(busy * capacity, (1 - busy) * capacity, 1.0, idle, active).item()
    assert min(idle, active) * 100 - 1e-9 <= power <= max(idle, active) * 100 + 1e-9


def test_partitions_add_up_at_their_own_site(make_scenario, make_log, rooms):
    scenario = make_scenario(("FI", "PL"), active=0.75, days=1)
    _, parts, _ = rooms(scenario)
    # Site 0 has partitions 0 and 2 (same machine here), site 1 has partition 1.
    parts = (parts[0], parts[1], parts[0])
    busy = np.zeros((3, 24))
    busy[0, 5], busy[2, 5], busy[1, 7] = 400, 100, 1000
    power = site_it_mw(scenario, parts, make_log(busy, 1000.0))
    expected = np.full((2, 24), 0.5)
    expected[0] = 1.0
    expected[0, 5] += 500 * (0.75 - 0.5) / 1000
    expected[1, 7] = 0.75
    np.testing.assert_allclose(power, expected, rtol=1e-12)


def test_node_failures_draw_nothing_and_throttled_ones_less(make_scenario, make_log, rooms):
    """Half speed under the default exponent of 2.5 leaves 0.177 of the power above idle."""
    scenario = make_scenario(active=1.0, days=1)
    _, parts, _ = rooms(scenario)
    busy, down, speed = np.full((1, 24), 400.0), np.zeros((1, 24)), np.ones((1, 24))
    down[0, 3], speed[0, 5] = 600.0, 0.5
    (power,) = site_it_mw(scenario, parts, make_log(busy, 1000.0, down_chips=down, speed=speed))
    np.testing.assert_allclose(power[[0, 3, 5]], [0.4 + 0.3, 0.4, 0.4 * (0.5 + 0.5 * 0.5**2.5) + 0.3], rtol=1e-12)
