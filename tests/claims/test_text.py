"""How claims print numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gortyn.claims.text import eur, number


@given(value=st.floats(1e-9, 1e15))
def test_a_printed_number_is_the_number_to_three_digits(value):
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.006)


@given(amount=st.floats(1, 1e13))
def test_a_printed_amount_is_the_amount(amount):
    _, figure, *unit = eur(amount).split()
    scale = {"bn": 1e9, "m": 1e6}[unit[0]] if unit else 1
    assert float(figure.replace(",", "")) * scale == pytest.approx(amount, rel=0.006)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_does_not_print_as_one(value):
    assert number(value) in ("?", "∞")
