"""The usual order of payments, and its form for the kernel."""

from __future__ import annotations

import numpy as np
import pytest

from finance.outlooks import fund
from gortyn.finance.program import kind_of, order, program, repaid_at
from gortyn.kernels.waterfall_types import Kind, Pay
from gortyn.model import Fund, Guarantee, Layer, Step

FULL = Fund(
    layers=(
        Layer(name="grant", kind="grant", provider="state", share=0.1),
        Layer(name="senior", kind="senior-debt", provider="private", share=0.4, return_rate=0.05, reserve_months=6),
        Layer(name="junior", kind="mezzanine", provider="private", share=0.1, return_rate=0.08),
        Layer(name="loss", kind="first-loss", provider="union", share=0.1, return_rate=0.02),
        Layer(name="preferred", kind="preferred-equity", provider="private", share=0.1, return_rate=0.1),
        Layer(name="common", kind="equity", provider="private", share=0.2, return_rate=0.12),
    ),
    guarantees=(Guarantee(name="cover", provider="union", layer="senior", share=0.5, fee_rate=0.01),),
    operating_reserve_months=3,
    lock_up_dscr=1.15,
)
USUAL = (
    "tax|guarantee-fee cover|interest senior|principal senior|debt-reserve senior|recovery cover|interest junior|"
    "principal junior|operating-reserve|refresh-reserve|lock-up|return loss|return preferred|return common|rest"
)


def told(steps):
    return [step.pay if step.to is None else f"{step.pay} {step.to}" for step in steps]


def test_the_usual_order_of_a_fund_with_everything():
    assert told(order(FULL, refreshed=True)) == USUAL.split("|")


def test_the_usual_order_is_one_that_a_scenario_may_state():
    """The fund's own rules find nothing missing in it, and the stated order is the one that is used."""
    stated = Fund.model_validate(FULL.model_dump() | {"waterfall": tuple(step.model_dump() for step in order(FULL))})
    assert order(stated, refreshed=True) == order(FULL)


def test_what_nobody_asks_for_is_no_step():
    assert told(order(fund((("all", "equity", "private", 1.0, 0.1, 5.0),)))) == ["tax", "return all", "rest"]
    lent = fund((("all", "senior-debt", "private", 1.0, 0.1, 5.0),))
    assert told(order(lent)) == ["tax", "interest all", "principal all"]


def test_steps_name_places():
    rows = program(FULL, order(FULL, refreshed=True))
    assert rows.dtype == np.int64
    found = [(Pay(pay).name, to) for pay, to in rows.tolist()]
    assert found == [
        ("TAX", -1),
        ("GUARANTEE_FEE", 0),
        ("INTEREST", 1),
        ("PRINCIPAL", 1),
        ("DEBT_RESERVE", 1),
        ("RECOVERY", 0),
        ("INTEREST", 2),
        ("PRINCIPAL", 2),
        ("OPERATING_RESERVE", -1),
        ("REFRESH_RESERVE", -1),
        ("LOCK_UP", -1),
        ("RETURN", 3),
        ("RETURN", 4),
        ("RETURN", 5),
        ("REST", -1),
    ]
    assert program(FULL, (Step(pay="sweep", to="junior"),)).tolist() == [[Pay.SWEEP, 2]]


def test_money_comes_back_by_the_steps_and_not_by_the_list():
    assert repaid_at(program(FULL, order(FULL)), 6).tolist() == [-1, 3, 7, 10, 11, 12]
    names = ("return common", "interest junior", "principal junior", "interest senior", "sweep senior")
    names += ("principal senior", "return loss")
    steps = [Step.model_validate(dict(zip(("pay", "to"), name.split(), strict=True))) for name in names]
    assert repaid_at(program(FULL, steps), 6).tolist() == [-1, 5, 2, 6, -1, 0]


def test_a_step_to_nobody_is_refused():
    with pytest.raises(ValueError, match="interest goes to 'other', which is none of grant, senior"):
        program(FULL, (Step(pay="interest", to="other"),))


def test_kinds():
    expected = [Kind.GIVEN, Kind.DEBT, Kind.DEBT, Kind.BEARER, Kind.BEARER, Kind.BEARER]
    assert [kind_of(layer) for layer in FULL.layers] == expected
    assert kind_of(Layer(name="loss", kind="first-loss", provider="union", share=1.0)) == Kind.BEARER
