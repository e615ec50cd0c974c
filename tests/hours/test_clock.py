from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from gortyn.hours import local_clock


@pytest.mark.parametrize(
    ("zone", "longitude_deg"),
    [("Europe/Helsinki", 27.7), ("Europe/Warsaw", 21.0), ("Europe/Berlin", 13.4), ("Europe/London", -0.1)],
)
def test_clock_is_the_civil_clock_of_winter_and_an_hour_behind_in_summer(zone, longitude_deg):
    try:
        civil = ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        pytest.skip("no time zone database")
    start = datetime(2027, 1, 1, tzinfo=ZoneInfo("UTC"))
    clock = local_clock(start.date(), 365 * 24, longitude_deg)
    for hour in range(0, 365 * 24, 17):
        there = (start + timedelta(hours=hour)).astimezone(civil)
        standard = there - (there.dst() or timedelta())
        found = clock.hour[hour], clock.month[hour] + 1, clock.weekday[hour]
        assert found == (standard.hour, standard.month, standard.weekday())
