"""Dates of cut-offs and grants: those published, and those that a calendar on the wall gives."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from admission.make import mode, scenario
from gortyn.admission import Calendar, grant_dates
from gortyn.admission.calendar import cutoffs_between, longest_gap_days, next_cutoffs, processing

#      June 2026               July 2026
# Mo Tu We Th Fr Sa Su    Mo Tu We Th Fr Sa Su
#  1  2  3  4  5  6  7           1  2  3  4  5
#  8  9 10 11 12 13 14     6  7  8  9 10 11 12
# 15 16 17 18 19 20 21
# 22 23 24 25 26 27 28
# 29 30


def of_catalogue(catalogue, name, **stated):
    from gortyn.model.access import Mode

    return scenario(catalogue, (Mode(name=name, **stated),), [("labs", name, {})]).access.modes[0]


@pytest.mark.parametrize(
    ("name", "working_days", "day", "granted"),
    [
        # Two, four and ten working days, as the AI factories publish them.
        ("playground", 2, date(2026, 6, 17), date(2026, 6, 19)),  # Wednesday to Friday
        ("playground", 2, date(2026, 6, 18), date(2026, 6, 22)),  # Thursday to Monday
        ("playground", 2, date(2026, 6, 20), date(2026, 6, 23)),  # Saturday to Tuesday
        ("fast-lane", 4, date(2026, 6, 17), date(2026, 6, 23)),  # Wednesday to Tuesday
        ("fast-lane", 4, date(2026, 6, 15), date(2026, 6, 19)),  # Monday to Friday
        ("large-scale", 10, date(2026, 6, 17), date(2026, 7, 1)),  # two weeks
        ("large-scale", 10, date(2026, 6, 21), date(2026, 7, 3)),  # from a Sunday, ends on a Friday
    ],
)
def test_published_processing_times_as_dates(catalogue, name, working_days, day, granted):
    known = of_catalogue(catalogue, name, cutoffs=(day,) if name == "large-scale" else ())
    assert processing(known) == (working_days, True)
    assert grant_dates(known, day) == Calendar(day, granted)


def test_the_frontier_challenge_was_decided_when_it_was(catalogue):
    # Closed on 13 April 2026, winner on 19 June; a proposal of the day it opened, 13 February, waited with the others.
    known = of_catalogue(catalogue, "frontier-grand-challenge", cutoffs=(date(2026, 4, 13),))
    assert processing(known) == (67, False)
    for day in (date(2026, 2, 13), date(2026, 4, 13)):
        assert grant_dates(known, day) == Calendar(date(2026, 4, 13), date(2026, 6, 19))


def test_large_scale_is_collected_twice_a_month(catalogue):
    known = of_catalogue(catalogue, "large-scale")
    days = cutoffs_between(known, np.datetime64("2027-01-01"), np.datetime64("2027-12-31"))
    of_year = days[(days >= np.datetime64("2027-01-01")) & (days < np.datetime64("2028-01-01"))]
    assert of_year.size == 24
    assert str(of_year[0]) == "2027-01-01"
    assert set(np.diff(days).astype(int).tolist()) == {15, 16}


def test_extreme_scale_has_its_two_dates_of_2026(catalogue):
    text = catalogue.fact("access_modes", "extreme-scale", "cutoffs").text
    assert text == "2026: 4 May and 26 October"
    known = of_catalogue(catalogue, "extreme-scale", cutoffs=(date(2026, 5, 4), date(2026, 10, 26)))
    assert grant_dates(known, date(2026, 5, 4)).cutoff == date(2026, 5, 4)
    assert grant_dates(known, date(2026, 5, 5)).cutoff == date(2026, 10, 26)
    with pytest.raises(ValueError, match="the last cut-off was on 2026-10-26, before 2026-10-27"):
        grant_dates(known, date(2026, 10, 27))
    assert longest_gap_days(known) == 175  # 27 days of May, 30 + 31 + 31 + 30, and 26 of October


def test_no_working_day_to_wait_for_is_the_next_one_there_is():
    at_once = mode("at-once", processing_working_days=0)
    assert grant_dates(at_once, date(2026, 6, 19)).granted == date(2026, 6, 19)  # a Friday
    assert grant_dates(at_once, date(2026, 6, 20)).granted == date(2026, 6, 22)


def test_days_that_a_scenario_states_go_before_those_of_the_catalogue(catalogue):
    assert processing(of_catalogue(catalogue, "fast-lane", processing_days=9)) == (9, False)
    assert processing(of_catalogue(catalogue, "fast-lane")) == (4, True)
    assert processing(mode("slow", processing_working_days=None, processing_days=17.5)) == (18, False)


def test_a_mode_has_to_say_how_long_it_takes():
    with pytest.raises(ValueError, match="'silent' says neither processing_days nor processing_working_days"):
        grant_dates(mode("silent", processing_working_days=None), date(2026, 6, 1))


@given(st.sampled_from([0.5, 1, 2, 2.5, 3, 6, 12, 24, 52, 365]), st.dates(date(2001, 1, 1), date(2150, 1, 1)))
def test_the_next_cutoff_is_the_first_that_has_not_passed(a_year, day):
    evenly = mode("evenly", cutoffs_per_year=a_year)
    found = next_cutoffs(evenly, np.array([day], "datetime64[D]"))[0].astype(object)
    assert day <= found <= day + timedelta(days=longest_gap_days(evenly))
    # Nothing between: the day before the cut-off found still leads to it.
    for before in {day, max(day, found - timedelta(days=1))}:
        assert grant_dates(evenly, before).cutoff == found
    # As many in ten years as ten times in one, but for the ends.
    many = cutoffs_between(evenly, np.datetime64(day), np.datetime64(day) + np.timedelta64(3652, "D"))
    within = (many >= np.datetime64(day)) & (many < np.datetime64(day) + np.timedelta64(3652, "D"))
    assert abs(within.sum() - 10 * a_year) <= max(1, 10 * (a_year == 365))
    if a_year >= 1:
        assert date(found.year, 1, 1) in many.astype(object) or a_year % 1
