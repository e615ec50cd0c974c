"""Local clocks against the time zone database, and what counts as a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gortyn.io.series.clock import Zone, has_summer, in_summer, stamp, to_utc, zone_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = {"Europe/Lisbon": 0, "Europe/Berlin": 60, "Europe/Helsinki": 120}
# Since then all members of the Union have changed the clocks on the same days.
MINUTES = st.integers(
    (datetime(1996, 12, 1, tzinfo=UTC) - EPOCH) // timedelta(minutes=1),
    (datetime(2036, 12, 1, tzinfo=UTC) - EPOCH) // timedelta(minutes=1),
)


def local_minutes(minute: int, zone: str) -> int:
    local = (EPOCH + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
    return (local.replace(tzinfo=UTC) - EPOCH) // timedelta(minutes=1)


@given(MINUTES, st.sampled_from(sorted(ZONES)))
def test_summer_time_is_that_of_the_time_zone_database(minute: int, zone: str) -> None:
    offset = local_minutes(minute, zone) - minute
    assert in_summer(np.array([minute]))[0] == (offset == ZONES[zone] + 60)


@settings(max_examples=15)
@given(st.integers(1997, 2036), st.sampled_from(sorted(ZONES)), st.booleans())
def test_a_year_of_local_hours_comes_back_to_utc(year: int, zone: str, backwards: bool) -> None:
    first = (datetime(year, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(minutes=1)
    minutes = np.arange(first, first + 8760 * 60, 60)
    local = np.array([local_minutes(int(minute), zone) for minute in minutes])
    if backwards:
        minutes, local = minutes[::-1], local[::-1]
    found = to_utc(local, Zone(zone, ZONES[zone], True))
    assert np.array_equal(found.minutes[np.argsort(found.row)], minutes)
    assert not len(found.leapt)
    assert not len(found.shared)


def test_hours_of_a_clock_that_never_changes_are_told_by_the_hour_that_is_leapt_over() -> None:
    zone = Zone("CET", 60, None)
    minutes = np.arange(0, 8760 * 60, 60) + (datetime(2024, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(minutes=1)
    all_known = np.ones(len(minutes), dtype=np.bool_)
    assert not has_summer(minutes, all_known, zone)
    leapt = (datetime(2024, 3, 31, 2, tzinfo=UTC) - EPOCH) // timedelta(minutes=1)
    assert has_summer(minutes, minutes != leapt, zone)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2024-02-29T13:45", "2024-02-29T13:45+00:00"),
        ("2024-02-29 13:45:59", "2024-02-29T13:45+00:00"),
        ("29.02.2024 13:45", "2024-02-29T13:45+00:00"),
        ("29/02/2024 13:45:00", "2024-02-29T13:45+00:00"),
        ("2024/2/29 1:45", "2024-02-29T01:45+00:00"),
        ("2024-02-29", "2024-02-29T00:00+00:00"),
        ("2024-02-29T13:45Z", "2024-02-29T13:45+00:00"),
        ("2024-02-29T13:45:00.000+01:00", "2024-02-29T12:45+00:00"),
        ("29/02/2024 13:45:00 (CEST)", "2024-02-29T11:45+00:00"),
        ("1709214300", "2024-02-29T13:45+00:00"),
    ],
)
def test_stamps(text: str, same: str) -> None:
    minute, offset = stamp(text)
    assert EPOCH + timedelta(minutes=minute - (offset or 0)) == datetime.fromisoformat(same)


@pytest.mark.parametrize(
    "text",
    ["", "n/e", "13:45", "2024-02-30 00:00", "2024-01-01 25:00", "2024-01-01 10:61", "2024-01-01 10:00 (PST)", "7"],
)
def test_what_is_no_stamp(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller says what was read and where
        stamp(text)


@given(st.text(max_size=30))
def test_any_text_is_a_stamp_or_a_value_error(text: str) -> None:
    try:
        minute, _ = stamp(text)
    except ValueError:
        return
    assert isinstance(minute, int)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("local_time_CET_CEST", Zone("CET", 60, True)),
        ("MTU (CET)", Zone("CET", 60, None)),
        ("MTU (EET/EEST)", Zone("EET", 120, True)),
        ("MTU (Brussels time)", Zone("CET", 60, True)),
        ("Time (GMT/BST)", Zone("GMT/BST", 0, True)),
        ("Datetime (UTC)", Zone("UTC", 0, False)),
        ("local_time", Zone("local time of FI", 120, None)),
        ("when", None),
    ],
)
def test_clocks_by_header(name: str, zone: Zone | None) -> None:
    assert zone_of(name, "FI") == zone
