"""Reservations and power limits as windows and speeds, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from gortyn.model import PowerLimit, Reservation
from gortyn.operation.windows import speeds_pm, windows

DAY_S, HOUR_S = 86_400, 3600


def limit(**stated):
    return PowerLimit(**{"site": "north", "limit_mw": 0.06, "begin": date(2027, 1, 2), "days": 2.0} | stated)


def test_reservations_are_cut_to_the_window(make_scenario, make_partitions):
    kept = {"tenant": "labs", "site": "south", "machine": "plain", "chips": 20, "days": 3.0}
    scenario = make_scenario(
        reservations=(
            Reservation(name="late", begin=date(2027, 1, 9), **kept),
            Reservation(name="early", begin=date(2026, 12, 31), **kept),
            Reservation(name="never", begin=date(2028, 1, 1), **kept),
        )
    )
    found = windows(scenario, make_partitions(10, 10), 10 * DAY_S)
    assert found.begin_s.tolist() == [0, 8 * DAY_S]
    assert found.end_s.tolist() == [2 * DAY_S, 10 * DAY_S]
    assert found.part.tolist() == [1, 1]
    assert found.nodes.tolist() == [3, 3], "20 chips are three nodes of eight"
    assert found.tenant.tolist() == [0, 0]


def test_a_power_limit_withholds_what_may_not_be_busy(make_scenario, make_partitions):
    """Ten nodes of 8 kW, half of that when idle: 60 kW is 40 idle and 20 above, 5 nodes at 4 kW more each."""
    scenario = make_scenario(power_limits=(limit(), limit(limit_mw=0.03), limit(limit_mw=5.0)))
    found = windows(scenario, make_partitions(10, 10), 10 * DAY_S)
    assert found.nodes.tolist() == [5, 10], "below idle power nothing runs; above full power nothing is withheld"
    assert found.tenant.tolist() == [-1, -1]
    assert found.part.tolist() == [0, 0]
    assert (found.begin_s.tolist(), found.end_s.tolist()) == ([DAY_S] * 2, [3 * DAY_S] * 2)


def test_a_limit_of_the_evening_comes_every_day(make_scenario, make_partitions):
    scenario = make_scenario(power_limits=(limit(from_hour=17, to_hour=20, days=1.75),))
    found = windows(scenario, make_partitions(10, 10), 10 * DAY_S)
    assert found.begin_s.tolist() == [DAY_S + 17 * HOUR_S, 2 * DAY_S + 17 * HOUR_S]
    assert found.end_s.tolist() == [DAY_S + 20 * HOUR_S, 2 * DAY_S + 18 * HOUR_S]


def test_throttling_slows_instead(make_scenario, make_partitions):
    scenario = make_scenario(
        days=4, power_policy="throttle", power_limits=(limit(), limit(limit_mw=0.041, from_hour=5, to_hour=6))
    )
    places = make_partitions(10, 10)
    assert windows(scenario, places, 4 * DAY_S).nodes.size == 0
    speeds = speeds_pm(scenario, places, 96)
    assert speeds.shape == (2, 96)
    assert (speeds[1] == 1000).all()
    assert (speeds[0, :24] == 1000).all()
    assert (speeds[0, 72:] == 1000).all()
    # Half of the power above idle is left, and a fortieth in the hours of the second limit.
    assert speeds[0, 24] == int(1000 * 0.5 ** (1 / 2.5))
    assert speeds[0, [29, 53]].tolist() == [int(1000 * 0.025 ** (1 / 2.5))] * 2
    assert speeds_pm(make_scenario(), places, 96).shape == (2, 0)


def test_a_limit_is_shared_by_the_machines_of_a_site(make_scenario, make_partitions):
    scenario = make_scenario(power_limits=(limit(limit_mw=0.12),))
    same = make_partitions(10)[0]
    found = windows(scenario, (same, same), 10 * DAY_S)
    assert found.nodes.tolist() == [5, 5]


def test_hours_of_a_limit_are_in_order():
    with pytest.raises(ValueError, match="not after from_hour"):
        limit(from_hour=20, to_hour=6)
