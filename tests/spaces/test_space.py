"""What a data space holds grows by compound growth, by hand and on the way."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pools
from gortyn import spaces
from gortyn.spaces.space import find, growth, held_tb

START = date(2027, 1, 1)


def test_holdings_are_those_of_the_middle_of_the_window() -> None:
    """From 2026 to the first day of 2028, the middle of 2027 and 2028: two years at a tenth each."""
    space = pools.space(growth_share_per_year=0.1, of_year=2026.0, size_tb=100.0, tokens=1e9, sensitive="health")
    (found,) = spaces.held(pools.scenario(space))
    assert found.size_tb == pytest.approx(121, rel=1e-4)
    assert found.unique_tokens == pytest.approx(1.21e9, rel=1e-4)
    assert (found.data_space, found.title, found.licence) == ("pool", "Pool", "open")
    assert (found.sensitive, found.country, found.trains) == ("health", None, True)


def test_a_year_that_is_only_half_over_counts_half() -> None:
    """2 July is day 182 of 365."""
    space = pools.space(growth_share_per_year=3.0, of_year=2027.0)
    assert growth(space, date(2027, 7, 2), 0.5) == pytest.approx(2.0)


def test_spaces_were_smaller_before_their_year_unless_they_shrink() -> None:
    assert growth(pools.space(growth_share_per_year=1.0, of_year=2029.0), START, 0) == pytest.approx(0.25)
    assert growth(pools.space(growth_share_per_year=-0.5, of_year=2029.0), START, 0) == 1.0
    assert growth(pools.space(growth_share_per_year=-1.0, of_year=2029.0), START, 0) == 1.0
    assert growth(pools.space(growth_share_per_year=-0.5, of_year=2025.0), START, 0) == pytest.approx(0.25)


@given(
    rate=st.floats(-1, 10),
    year=st.floats(2000, 2200),
    start=st.dates(date(2000, 1, 1), date(2200, 1, 1)),
    days=st.floats(0, 3660),
)
def test_growth_is_finite_over_all_that_a_scenario_may_say(rate: float, year: float, start: date, days: float) -> None:
    space = pools.space(growth_share_per_year=rate, of_year=year)
    assert 0 <= held_tb(space, start, days) < float("inf")
    if rate >= 0:
        assert growth(space, start, days + 1) >= growth(space, start, days)


def test_a_space_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="there is no data space 'other'"):
        find(pools.scenario(pools.space()), "other")
