"""Chips and chip-hours in operation, by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from admission.make import bare_plans, scenario
from gortyn.admission.capacity import in_operation

DAY_S = 86_400


def test_chips_of_the_first_day_have_always_been_there(catalogue):
    scene = scenario(catalogue, (), [("labs", None, {})])  # from 1 June 2026
    before, first_day, twice = (date(2025, 1, 1), 10), (date(2026, 6, 1), 20), (date(2026, 6, 11), 15)
    after = (date(2028, 1, 1), 100)
    found = in_operation(scene, (*bare_plans(before, twice), *bare_plans(first_day, twice, after)))
    seconds = np.array([-1_000 * DAY_S, 0, 10 * DAY_S - 1, 10 * DAY_S, 579 * DAY_S])
    assert found.chips(seconds).tolist() == [30, 30, 30, 60, 160]  # 579 days: to 1 January 2028
    assert found.most_chips == 160
    # Two days of 30 chips before the window; ten of 30 and ten of 60 in it.
    begin, end = np.array([-2, 0, 10]) * DAY_S, np.array([0, 20, 10]) * DAY_S
    assert found.chip_hours(begin, end).tolist() == [pytest.approx(1_440), pytest.approx(21_600), 0]
