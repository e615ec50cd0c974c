from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import planner_case as case
from gortyn.finance import annuity, irr, levelised_eur, npv, payback_years, periodic_rate

rates = st.floats(0.001, 0.5)


@given(rates)
def test_a_perpetuity_is_worth_its_payment_over_the_rate(rate):
    # Cut where what is left out is worth less than a millionth.
    periods = math.ceil(math.log(1e9) / math.log1p(rate))
    flows = np.full(periods, 5.0)
    assert npv(rate, flows, 1) == pytest.approx(5 + 5 / rate, rel=1e-6)


@given(rates, st.integers(1, 60), st.integers(1, 12))
def test_a_level_series_has_its_closed_form(rate, count, per_year):
    r = periodic_rate(rate, per_year)
    flows = [0.0] + [7.0] * count
    assert npv(rate, flows, per_year) == pytest.approx(7 * (1 - (1 + r) ** -count) / r, rel=1e-9)


@given(rates, st.integers(1, 120))
def test_an_annuity_is_worth_its_loan_and_returns_its_rate(rate, count):
    payment = annuity(1e6, periodic_rate(rate), count)
    flows = [-1e6] + [payment] * count
    assert npv(rate, flows) == pytest.approx(0, abs=1e-3)
    assert irr(flows) == pytest.approx(rate, abs=1e-8)


def test_a_loan_without_interest_is_repaid_in_equal_parts():
    assert annuity(1200, 0.0, 12) == 100


@given(st.lists(st.floats(0.01, 3), min_size=1, max_size=12), st.floats(0.5, 5))
def test_irr_is_the_root_of_the_polynomial(receipts, paid):
    flows = np.array([-paid, *receipts])
    # With one change of sign there is one positive root x = 1 / (1 + r) of sum(flow_k x^k).
    roots = np.roots(flows[::-1])
    real = roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 0)].real
    assume(real.size == 1 and 0.02 < real[0] < 50)
    assert irr(flows, 1) == pytest.approx(1 / real[0] - 1, rel=1e-6, abs=1e-9)


@given(rates, st.floats(1, 1e11))
def test_irr_does_not_depend_on_the_amount(rate, amount):
    assert irr([-amount, 0, 0, 0, amount * (1 + rate)]) == pytest.approx(rate, abs=1e-8)


@pytest.mark.parametrize("flows", [[], [0, 0], [1, 2, 3], [-1, -2], [-5, 0, 0]])
def test_payments_of_one_sign_have_no_irr(flows):
    assert math.isnan(irr(flows))


def test_a_loss_has_a_negative_irr():
    assert irr([-100, 25, 25], 1) == pytest.approx((25 + math.sqrt(25**2 + 4 * 100 * 25)) / 200 - 1, abs=1e-9)


def test_a_rate_of_minus_one_is_refused():
    with pytest.raises(ValueError, match="-1"):
        npv(-1.0, [1, 1])


@pytest.mark.parametrize(
    ("flows", "years"),
    [
        ([-100, 100], 0.5),
        ([-100, 50, 50, 10], 0.75),
        ([-100, 400], 0.3125),
        ([10, 20], 0.0),
        ([-100, 200, -150, 100], 0.875),  # goes under a second time
    ],
)
def test_payback_by_hand(flows, years):
    assert payback_years(flows) == pytest.approx(years)


def test_what_never_pays_back():
    assert math.isnan(payback_years([-100, 99]))
    assert math.isnan(payback_years([-100, 200, -150]))


@pytest.mark.parametrize("name", ["opex", "power", "revenue", "terminal"])
def test_the_sums_of_another_planner_are_met(name):
    """So that what follows is compared on the same cash flow."""
    assert getattr(case, name).sum() == pytest.approx(case.PUBLISHED[name], rel=1e-12)


def test_published_levelised_cost_of_compute():
    """Another planner's worked case of 2.19 dollars per GPU-hour, from its inputs."""
    assert npv(case.RATE, case.hours, 12) == pytest.approx(case.PUBLISHED["pv_hours"], rel=1e-9)
    assert npv(case.RATE, case.cost, 12) == pytest.approx(case.PUBLISHED["pv_cost"], rel=1e-9)
    found = levelised_eur(case.RATE, case.cost, case.hours, 12)
    assert found == pytest.approx(case.PUBLISHED["levelised"], rel=1e-9)


def test_published_return_and_present_value():
    net = case.revenue - case.cost
    assert irr(net, 12) == pytest.approx(case.PUBLISHED["irr"], abs=1e-9)
    assert npv(case.RATE, net, 12) == pytest.approx(case.PUBLISHED["npv"], rel=1e-6)


def test_quarters_tell_the_same_levelised_cost_as_months():
    cost, hours = (series.reshape(-1, 3).sum(axis=1) for series in (case.cost, case.hours))
    assert levelised_eur(case.RATE, cost, hours) == pytest.approx(case.PUBLISHED["levelised"], rel=0.02)
    assert npv(case.RATE, hours) == pytest.approx(case.PUBLISHED["pv_hours"], rel=0.02)


def test_nothing_delivered_has_no_levelised_cost():
    assert math.isnan(levelised_eur(0.1, [1.0], [0.0]))


def test_reference_project_finance_model(shared_data):
    """After-tax returns of a full single-owner model, from its own cash flow."""
    case = json.loads((shared_data / "finance" / "sam_single_owner.json").read_text(encoding="utf-8"))
    flows = case["cf_project_return_aftertax"]
    assert 100 * irr(flows, 1) == pytest.approx(case["project_return_aftertax_irr"], abs=1e-5)
    rate = case["nominal_discount_rate"]
    assert npv(rate, flows, 1) == pytest.approx(case["project_return_aftertax_npv"], abs=1)
    # Debt is the present value of its service at the loan rate.
    assert npv(0.07, case["cf_debt_payment_total"], 1) == pytest.approx(case["size_of_debt"], abs=1)
