"""Terms of the fund, risk, contracts and currencies: what is possible, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import plain
from gortyn.model import (
    FACTORS,
    Costs,
    Exchange,
    ForeignPrice,
    Fund,
    Layer,
    Noun,
    Phase,
    Risk,
    Simulation,
    Tenant,
)

LOAN = {"name": "loan", "kind": "senior-debt", "provider": "private", "share": 0.6, "return_rate": 0.06}
EQUITY = {"name": "sponsor", "kind": "equity", "provider": "private", "share": 0.4, "return_rate": 0.12}
GRANT = {"name": "subsidy", "kind": "grant", "provider": "state", "share": 0.4}
PROMISE = {"name": "promise", "provider": "union", "layer": "loan", "share": 0.5}
ORDER = (("tax", None), ("interest", "loan"), ("principal", "loan"), ("return", "sponsor"), ("rest", None))


def faults(noun: type[Noun], values: dict[str, Any]) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as error:
        noun.model_validate(values)
    (entry,) = error.value.errors()
    return {fault.path: fault.message for fault in entry["ctx"]["faults"]}


def steps(*rows: tuple[str, str | None]) -> tuple[dict[str, Any], ...]:
    return tuple({"pay": pay, "to": to} for pay, to in rows)


@pytest.mark.parametrize(
    ("kind", "rate", "debt", "given", "bears"),
    [
        ("senior-debt", 0.0, True, False, False),
        ("mezzanine", 0.08, True, False, False),
        ("first-loss", 0.01, False, False, True),
        ("first-loss", 0.0, False, False, True),
        ("preferred-equity", 0.08, False, False, True),
        ("equity", 0.0, False, False, True),
        ("grant", 0.0, False, True, False),
        ("capacity-purchase", 0.0, False, True, False),
    ],
)
def test_every_layer_is_lent_given_or_bears_risk(kind: str, rate: float, debt: bool, given: bool, bears: bool) -> None:
    layer = Layer.model_validate(LOAN | {"kind": kind, "return_rate": rate})
    assert (layer.is_debt, layer.is_given, layer.bears_risk) == (debt, given, bears)


def test_grace_leaves_time_to_repay() -> None:
    assert Layer.model_validate(LOAN | {"tenor_years": 5.0, "grace_quarters": 19})
    found = faults(Layer, LOAN | {"tenor_years": 5.0, "grace_quarters": 20})
    assert list(found) == [("grace_quarters",)]


def test_debt_that_may_be_cut_needs_equity_to_fill_the_gap() -> None:
    sculpted = LOAN | {"repayment": "sculpted"}
    assert Fund.model_validate({"layers": (sculpted, EQUITY)})
    assert list(faults(Fund, {"layers": (sculpted, GRANT)})) == [("layers", 0, "repayment")]
    assert Fund.model_validate({"layers": (LOAN, EQUITY), "gearing_cap_share": 0.5})
    assert Fund.model_validate({"layers": (LOAN, GRANT), "gearing_cap_share": 0.6})
    assert list(faults(Fund, {"layers": (LOAN, GRANT), "gearing_cap_share": 0.5})) == [("gearing_cap_share",)]


def test_debt_stands_before_those_who_bear_risk() -> None:
    late = faults(Fund, {"layers": (EQUITY, LOAN)})
    assert late == {("layers", 1, "kind"): "is lent, so paid before 'sponsor'; list it first, or state a waterfall"}
    assert Fund.model_validate({"layers": (EQUITY, LOAN), "waterfall": steps(*ORDER)})


def test_guarantees_cover_debt_and_have_names_of_their_own() -> None:
    assert Fund.model_validate({"layers": (LOAN, EQUITY), "guarantees": (PROMISE,)})
    other = PROMISE | {"layer": "sponsor"}
    assert faults(Fund, {"layers": (LOAN, EQUITY), "guarantees": (other,)}) == {
        ("guarantees", 0, "layer"): "there is no debt layer 'sponsor'"
    }
    found = faults(Fund, {"layers": (LOAN, EQUITY), "guarantees": (PROMISE | {"name": "loan"},)})
    assert found == {("guarantees", 0, "name"): "'loan' is there already"}


def test_an_order_of_ones_own_is_taken() -> None:
    fund = Fund.model_validate({"layers": (LOAN, EQUITY), "waterfall": steps(*ORDER)})
    assert [step.pay for step in fund.waterfall] == ["tax", "interest", "principal", "return", "rest"]


@pytest.mark.parametrize("missing", range(len(ORDER)))
def test_no_claim_is_forgotten(missing: int) -> None:
    rows = [row for i, row in enumerate(ORDER) if i != missing]
    pay, to = ORDER[missing]
    found = faults(Fund, {"layers": (LOAN, EQUITY), "waterfall": steps(*rows)})
    assert found == {("waterfall",): f"has no step {pay}{f' to {to}' if to else ''}"}


@pytest.mark.parametrize(
    ("row", "path", "message"),
    [
        (("interest", "sponsor"), ("waterfall", 5, "to"), "interest can go to loan; is sponsor"),
        (("sweep", None), ("waterfall", 5, "to"), "sweep can go to loan; is left out"),
        (("recovery", "loan"), ("waterfall", 5, "to"), "recovery can go to none here; is loan"),
        (("lock-up", "loan"), ("waterfall", 5, "to"), "lock-up goes to nobody in particular; leave it out"),
        (("interest", "loan"), ("waterfall", 5), "interest loan is there already"),
        (("lock-up", None), ("waterfall",), "rest must be the last step: nothing is left after it"),
    ],
)
def test_steps_that_make_no_sense(row: Any, path: Any, message: str) -> None:
    assert faults(Fund, {"layers": (LOAN, EQUITY), "waterfall": steps(*ORDER, row)})[path] == message


@pytest.mark.parametrize(
    ("terms", "needed"),
    [
        ({"operating_reserve_months": 3.0}, "has no step operating-reserve"),
        ({"lock_up_dscr": 1.1}, "has no step lock-up"),
        ({"guarantees": (PROMISE,)}, "has no step recovery to promise"),
        ({"layers": (LOAN | {"reserve_months": 6.0}, EQUITY)}, "has no step debt-reserve to loan"),
    ],
)
def test_terms_need_their_steps(terms: dict[str, Any], needed: str) -> None:
    fund = {"layers": (LOAN, EQUITY), "waterfall": steps(*ORDER)} | terms
    with pytest.raises(ValidationError) as error:
        Fund.model_validate(fund)
    assert needed in [fault.message for fault in error.value.errors()[0]["ctx"]["faults"]]


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3))
def test_correlations_are_those_of_a_gaussian_or_refused(values: list[float]) -> None:
    pairs = [("chip-price", "power-price"), ("chip-price", "demand"), ("power-price", "demand")]
    rows = tuple({"first": a, "second": b, "correlation": c} for (a, b), c in zip(pairs, values, strict=True))
    a, b, c = values
    determinant = 1 + 2 * a * b * c - a * a - b * b - c * c
    try:
        risk = Risk.model_validate({"correlations": rows})
    except ValidationError:
        assert determinant < 1e-6
        return
    assert determinant > -1e-6
    matrix = np.array(risk.matrix)
    assert matrix.shape == (len(FACTORS), len(FACTORS))
    np.testing.assert_array_equal(matrix, matrix.T)
    assert matrix[FACTORS.index("power-price"), FACTORS.index("chip-price")] == a


def test_a_factor_moves_with_others_once() -> None:
    row = {"first": "demand", "second": "delay", "correlation": 0.1}
    assert list(faults(Risk, {"correlations": (row | {"second": "demand"},)})) == [("correlations", 0, "second")]
    back = {"first": "delay", "second": "demand", "correlation": 0.2}
    assert list(faults(Risk, {"correlations": (row, back)})) == [("correlations", 1)]


def test_prices_in_another_currency() -> None:
    pounds = plain.tenant(foreign_price=ForeignPrice(currency="GBP", amount=1.7), discount_share=0.5)
    costs = Costs(usd_per_eur=1.25, exchange=(Exchange(currency="GBP", units_per_euro=0.85),))
    phase = Phase(name="one", operational=date(2028, 1, 1), machine="plain", chips=8)
    scenario = plain.scenario(
        costs=costs,
        tenants=(pounds,),
        machines=(plain.machine(),),
        sites=(plain.site(phases=(phase,)),),
        simulation=Simulation(start=date(2028, 1, 1)),
    )
    assert scenario.list_price_eur_per_chip_hour(pounds) == pytest.approx(2.0)
    assert scenario.paid_price_eur_per_chip_hour(pounds) == pytest.approx(1.0)
    dollars = plain.tenant(foreign_price=ForeignPrice(currency="USD", amount=2.5))
    assert scenario.list_price_eur_per_chip_hour(dollars) == pytest.approx(2.0)
    francs = plain.tenant(foreign_price=ForeignPrice(currency="CHF", amount=2.5))
    with pytest.raises(ValueError, match="CHF"):
        scenario.list_price_eur_per_chip_hour(francs)


def test_one_price_and_one_rate_each() -> None:
    both = {"foreign_price": {"currency": "GBP", "amount": 1.0}, "price_eur_per_chip_hour": 2.0}
    base = plain.tenant().model_dump() | both
    assert list(faults(Tenant, base)) == [("foreign_price",)]
    rate = {"currency": "GBP", "units_per_euro": 0.85}
    assert list(faults(Costs, {"exchange": (rate, rate)})) == [("exchange", 1, "currency")]
    assert (
        "usd_per_eur"
        in faults(Costs, {"exchange": ({"currency": "USD", "units_per_euro": 1.1},)})["exchange", 0, "currency"]
    )
