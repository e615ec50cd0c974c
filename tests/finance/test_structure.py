"""Sizes that depend on themselves against sums by hand, and what cannot be paid for."""

from __future__ import annotations

import pickle
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.outlooks import BUILD, RUN, fund, layer, outlook, simple
from gortyn.finance import annuity, periodic_rate
from gortyn.finance.bank import cover, layer_covers
from gortyn.finance.structure import FundingError, arrange, structure
from gortyn.kernels.waterfall_types import Pay
from gortyn.model import Fund, Guarantee, Layer, Refresh, Step

SENIOR = ("senior", "senior-debt", "private", 0.6, 0.06, 4.0)
JUNIOR = ("junior", "mezzanine", "private", 0.2, 0.09, 4.0)
EQUITY = ("equity", "equity", "private", 0.4, 0.1, 5.0)
REST = ("equity", "equity", "private", 0.2, 0.1, 5.0)


def lent(row=SENIOR, rest=EQUITY, terms=None, **of_fund):
    return Fund(layers=(layer(row, **(terms or {})), layer(rest)), **of_fund)


def both_sides(found):
    sides = {"source": 0.0, "use": 0.0}
    for line in found.sources_and_uses:
        sides[line.side] += line.amount_eur
    return sides


def test_without_fees_and_reserves_every_layer_pays_its_share_of_every_quarter():
    found = arrange(fund((SENIOR, JUNIOR, REST)), simple([10.0] * RUN))
    np.testing.assert_allclose(found.drawn_eur, [60, 20, 20], rtol=1e-12)
    np.testing.assert_allclose(found.deal.draw_eur[:, :BUILD], np.outer([60, 20, 20], np.full(BUILD, 1 / BUILD)))
    assert not found.extra_eur.any()


def test_shares_that_sum_to_one_but_for_rounding_pay_for_everything():
    rows = [(f"e{i}", "equity", "private", 0.3333331, 0.1, 5.0) for i in range(3)]
    found = arrange(fund(rows), simple([10.0] * RUN))
    assert found.drawn_eur.sum() == pytest.approx(100, rel=1e-12)


def test_construction_interest_is_a_use_that_its_own_layer_pays():
    found = arrange(lent(), simple([10.0] * RUN))
    q = periodic_rate(0.06)
    added = 10 * ((1 + q) ** BUILD - 1) / q - 60
    np.testing.assert_allclose(found.construction_interest_eur, [added, 0])
    assert found.uses_eur == pytest.approx(100 + added)
    assert found.gearing_share == pytest.approx((60 + added) / (100 + added))
    lines = {(line.side, line.item): line.amount_eur for line in found.sources_and_uses}
    assert lines == pytest.approx(
        {
            ("source", "senior"): 60 + added,
            ("source", "equity"): 40,
            ("use", "plant"): 100,
            ("use", "construction-interest"): added,
        }
    )


def test_a_fee_on_the_loan_is_paid_by_all_layers():
    """Loan 0.6 N with N = 100 + 0.02 * 0.6 N * growth: the sum of a geometric series."""
    found = arrange(lent(terms={"fee_share": 0.02}), simple([10.0] * RUN))
    q = periodic_rate(0.06)
    # The fee is drawn in the first quarter, and bears interest in the five that follow.
    plain, early = ((1 + q) ** BUILD - 1) / q / BUILD, (1 + q) ** (BUILD - 1)
    fee = 0.02 * 0.6 * 100 * plain / (1 - 0.02 * 0.6 * early)
    assert found.fee_eur[0] == pytest.approx(fee, rel=1e-12)
    np.testing.assert_allclose(found.extra_eur, [fee, *[0] * (BUILD + RUN - 1)], atol=1e-9)
    assert both_sides(found)["source"] == pytest.approx(both_sides(found)["use"], rel=1e-12)


def test_a_reserve_holds_the_payments_that_follow():
    found = arrange(lent(terms={"reserve_months": 6}), simple([12.0] * RUN))
    q = periodic_rate(0.06)
    payment = annuity(float(found.amount_eur[0]), q, 16)
    assert found.reserve_eur[0] == pytest.approx(2 * payment, rel=1e-12)
    held = found.poured.debt_reserve_eur[0]
    np.testing.assert_allclose(held[BUILD - 1 : BUILD + 14], 2 * payment, rtol=1e-9)
    np.testing.assert_allclose(held[BUILD + 14 : BUILD + 16], [payment, 0], atol=1e-9)
    assert found.extra_eur[BUILD - 1] == pytest.approx(2 * payment)


def test_the_operating_reserve_is_there_when_operation_begins():
    ran = outlook(
        [50, 0, 0, 50, *[0] * 14],
        [0, *[20] * 17],
        operating_from=1,
        opex=[0, *[3] * 17],
    )
    found = arrange(lent(operating_reserve_months=4), ran)
    assert found.operating_reserve_eur == pytest.approx(4)
    assert found.extra_eur[0] == pytest.approx(4)
    np.testing.assert_allclose(found.poured.operating_reserve_eur[:-2], 4)
    np.testing.assert_allclose(found.poured.operating_reserve_eur[-2:], [3, 0])


def test_a_refresh_is_saved_for_or_paid_by_equity():
    costs = [0.0] * RUN
    costs[10] = 40.0
    ran = simple([10.0] * RUN, refresh=costs)
    found = arrange(lent(), ran)
    assert Pay.REFRESH_RESERVE in found.deal.steps[:, 0]
    np.testing.assert_allclose(found.poured.refresh_reserve_eur[BUILD + 2 : BUILD + 11], [*range(5, 41, 5), 0])
    assert found.poured.drawn_eur[:, BUILD:].sum() == pytest.approx(0, abs=1e-9)
    without = tuple(step for step in found.order if step.pay != "refresh-reserve")
    found = arrange(lent(waterfall=without), ran)
    assert not found.poured.refresh_reserve_eur.any()
    np.testing.assert_allclose(found.poured.drawn_eur[:, BUILD + 10], [0, 40])


def test_equity_first():
    found = arrange(lent(drawdown="equity-first"), simple([10.0] * RUN))
    paid = found.deal.draw_eur
    np.testing.assert_allclose(paid.sum(axis=0)[:BUILD], 100 / BUILD)
    np.testing.assert_allclose(np.cumsum(paid[1])[:4], [100 / 6, 200 / 6, 40, 40])
    np.testing.assert_allclose(paid[0, :3], [0, 0, 10])
    pro_rata = arrange(lent(), simple([10.0] * RUN))
    assert found.construction_interest_eur[0] < pro_rata.construction_interest_eur[0]


def test_a_fee_is_paid_when_the_loan_is_first_drawn():
    found = arrange(lent(terms={"fee_share": 0.02}, drawdown="equity-first"), simple([10.0] * RUN))
    (fee_at,) = np.flatnonzero(found.extra_eur > 1e-9)
    assert fee_at == np.flatnonzero(found.deal.draw_eur[0])[0] == 2


def test_grace_pays_interest_only():
    found = arrange(lent(terms={"grace_quarters": 4}), simple([10.0] * RUN))
    q, loan = periodic_rate(0.06), found.amount_eur[0]
    due = found.poured.due_eur[0]
    np.testing.assert_allclose(due[BUILD : BUILD + 4], q * loan, rtol=1e-9)
    np.testing.assert_allclose(due[BUILD + 4 : BUILD + 16], annuity(loan, q, 12), rtol=1e-9)
    assert (found.first_repayment[0], found.last_repayment[0]) == (BUILD + 4, BUILD + 15)
    assert not due[BUILD + 16 :].any()


def test_a_bullet_is_due_at_the_end_of_the_tenor():
    found = arrange(lent(terms={"repayment": "bullet"}), simple([10.0] * RUN))
    q, loan = periodic_rate(0.06), found.amount_eur[0]
    np.testing.assert_allclose(found.poured.due_eur[0, BUILD : BUILD + 16], [*[q * loan] * 15, (1 + q) * loan])


def test_a_sculpted_loan_is_the_present_value_of_its_service():
    earned = np.linspace(6, 3, RUN)
    found = arrange(lent(terms={"repayment": "sculpted", "dscr": 1.5}), simple(earned.tolist()))
    q = periodic_rate(0.06)
    value = np.sum(earned[:16] / 1.5 / (1 + q) ** np.arange(1, 17))
    assert value < 60
    assert found.amount_eur[0] == pytest.approx(value, rel=1e-12)
    assert found.drawn_eur.sum() == pytest.approx(100, rel=1e-12)
    ratio = cover(found.deal, found.poured)
    np.testing.assert_allclose(ratio.dscr[BUILD : BUILD + 16], 1.5, rtol=1e-9)
    assert ratio.llcr[BUILD] == pytest.approx(1.5, rel=1e-9)


def test_a_share_that_is_less_than_cash_could_carry_raises_the_cover_of_every_quarter():
    found = arrange(lent(terms={"repayment": "sculpted", "dscr": 1.2}), simple(np.linspace(12, 9, RUN).tolist()))
    assert found.drawn_eur[0] == pytest.approx(60)
    dscr = cover(found.deal, found.poured).dscr[BUILD : BUILD + 16]
    assert dscr[0] > 1.2
    np.testing.assert_allclose(dscr, dscr[0], rtol=1e-9)


def test_a_junior_loan_keeps_the_cover_together_with_the_debt_before_it():
    rows = (("senior", "senior-debt", "private", 0.3, 0.06, 3.0), ("junior", "mezzanine", "private", 0.3, 0.09, 4.0))
    layers = (layer(rows[0]), layer(rows[1], repayment="sculpted", dscr=1.4), layer(EQUITY))
    found = arrange(Fund(layers=layers), simple([5.0] * RUN))
    due = found.poured.due_eur.sum(axis=0)[BUILD : BUILD + 16]
    np.testing.assert_allclose(5 / due, 1.4, rtol=1e-9)
    assert found.poured.due_eur[1, BUILD + 12] > found.poured.due_eur[1, BUILD]


def test_the_debt_before_a_loan_is_what_the_waterfall_repays_before_it():
    """Cash of 5 a quarter: the junior is paid first, 5 / 1.5, and the senior what 5 / 1.3 leaves beside that."""
    rows = (("senior", "senior-debt", "private", 0.3, 0.06, 4.0), ("junior", "mezzanine", "private", 0.6, 0.09, 4.0))
    layers = tuple(layer(row, repayment="sculpted", dscr=dscr) for row, dscr in zip(rows, (1.3, 1.5), strict=True))
    debt = [Step(pay=pay, to=name) for name in ("junior", "senior") for pay in ("interest", "principal")]
    steps = (Step(pay="tax"), *debt, Step(pay="return", to="equity"), Step(pay="rest"))
    found = arrange(
        Fund(layers=(*layers, layer(("equity", "equity", "private", 0.1, 0.1, 5.0))), waterfall=steps),
        simple([5.0] * RUN),
    )
    due = found.poured.due_eur[:, BUILD : BUILD + 16]
    np.testing.assert_allclose(due[1], 5 / 1.5, rtol=1e-9)
    np.testing.assert_allclose(due[0], 5 / 1.3 - 5 / 1.5, rtol=1e-9)
    covers = layer_covers(found.deal, found.poured)
    assert covers.dscr_min[:2] == pytest.approx([1.3, 1.5], rel=1e-9)


def test_tax_before_debt_leaves_less_to_borrow_against_and_interest_lowers_it():
    """CFADS after tax is what the debt is sculpted on: a circle, for tax depends on the interest."""
    terms = {"repayment": "sculpted", "dscr": 1.3}
    taxed = arrange(lent(terms=terms), simple([4.0] * RUN, tax_rate=0.3))
    poured = taxed.poured
    profit = 4.0 - poured.interest_eur[0, BUILD:]
    np.testing.assert_allclose(poured.tax_eur[BUILD:], 0.3 * profit, rtol=1e-9)
    np.testing.assert_allclose(
        poured.cfads_eur[BUILD : BUILD + 16] / poured.due_eur[0, BUILD : BUILD + 16], 1.3, rtol=1e-9
    )
    untaxed = arrange(lent(terms=terms), simple([4.0] * RUN))
    assert 0.7 * untaxed.amount_eur[0] < taxed.amount_eur[0] < untaxed.amount_eur[0]


def test_residual_value_carries_no_debt():
    row, senior = (*SENIOR[:5], 5.0), {"repayment": "sculpted"}
    plain = arrange(lent(row, terms=senior), simple([4.0] * RUN))
    last = [0.0] * (RUN - 1) + [50.0]
    with_residual = arrange(lent(row, terms=senior), simple([*[4.0] * (RUN - 1), 54.0], residual=last))
    assert with_residual.amount_eur[0] == pytest.approx(plain.amount_eur[0], rel=1e-12)


@pytest.mark.parametrize("drawdown", ["pro-rata", "equity-first"])
def test_the_gearing_cap_counts_construction_interest_on_both_sides(drawdown):
    terms = {"gearing_cap_share": 0.5, "drawdown": drawdown}
    found = arrange(Fund(layers=(layer(SENIOR), layer(JUNIOR), layer(REST)), **terms), simple([10.0] * RUN))
    assert found.gearing_share == pytest.approx(0.5, rel=1e-9)
    assert found.drawn_eur[0] == pytest.approx(3 * found.drawn_eur[1], rel=1e-9)
    assert found.drawn_eur.sum() == pytest.approx(100)


@pytest.mark.parametrize("terms", [{}, {"repayment": "sculpted", "fee_share": 0.02, "reserve_months": 6}])
def test_a_gearing_cap_of_nothing_leaves_no_debt_and_nothing_to_cover(terms):
    found = arrange(lent(terms=terms, gearing_cap_share=0.0), simple([10.0] * RUN))
    assert found.drawn_eur.tolist() == [0, pytest.approx(100)]
    assert (found.gearing_share, found.fee_eur[0], found.reserve_eur[0]) == (0, 0, 0)
    assert not found.poured.due_eur.any()
    assert all(np.isnan(ratio).all() for ratio in cover(found.deal, found.poured))


def test_no_cash_no_sculpted_debt():
    found = arrange(lent(terms={"repayment": "sculpted", "fee_share": 0.02}), simple([-1.0] * RUN))
    np.testing.assert_allclose(found.drawn_eur, [0, 100], atol=1e-9)
    assert found.fee_eur[0] == 0
    assert [line.item for line in found.sources_and_uses] == ["equity", "plant"]


def test_debt_that_could_carry_more_than_everything_stops_at_the_uses():
    """The case that others size above 100 %: the owner pays nothing, and the cover is higher than asked for."""
    rows = (("senior", "senior-debt", "private", 1.0, 0.06, 4.0), ("equity", "equity", "private", 0.0, 0.1, 5.0))
    layers = (layer(rows[0], repayment="sculpted", dscr=1.3), layer(rows[1]))
    found = arrange(Fund(layers=layers), simple([20.0] * RUN))
    np.testing.assert_allclose(found.drawn_eur, [100, 0], atol=1e-9)
    assert found.gearing_share == pytest.approx(1)
    dscr = cover(found.deal, found.poured).dscr[BUILD : BUILD + 16]
    np.testing.assert_allclose(dscr, dscr[0], rtol=1e-9)
    assert dscr[0] > 1.3
    capped = arrange(Fund(layers=layers, gearing_cap_share=0.8), simple([20.0] * RUN))
    assert capped.gearing_share == pytest.approx(0.8, rel=1e-9)


def test_a_circle_of_reserves_that_does_not_converge_names_the_reserve():
    row = ("senior", "senior-debt", "private", 0.9, 0.25, 5.0)
    circle = lent(row, ("equity", "equity", "private", 0.1, 0.1, 5.0), {"reserve_months": 60})
    with pytest.raises(FundingError, match=r"does not converge.*of each euro drawn from 'senior', 1") as caught:
        arrange(circle, simple([30.0] * RUN))
    assert caught.value.path == ("fund", "layers", 0, "reserve_months")
    assert caught.value.message.startswith("is 60, and the circle")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.path, str(again)) == (caught.value.path, str(caught.value))


def test_a_fee_of_everything_does_not_converge_either():
    row = ("senior", "senior-debt", "private", 1.0, 0.05, 5.0)
    with pytest.raises(FundingError) as caught:
        arrange(Fund(layers=(layer(row, fee_share=1.0),)), simple([30.0] * RUN))
    assert caught.value.path == ("fund", "layers", 0, "fee_share")


def test_debt_that_is_cut_and_nobody_to_pay_the_rest():
    """A fund of debt and a grant, at a cap that only construction interest reaches."""
    rows = (("senior", "senior-debt", "private", 0.6, 0.3, 4.0), ("grant", "grant", "state", 0.4, 0.0, 5.0))
    with pytest.raises(FundingError, match="no layer of common equity") as caught:
        arrange(fund(rows, gearing_cap_share=0.6), simple([30.0] * RUN))
    assert caught.value.path == ("fund", "layers")


def test_a_tenor_beyond_the_cash_flow_is_cut_and_its_grace_with_it():
    found = arrange(lent((*SENIOR[:5], 30.0), terms={"grace_quarters": 40}), simple([100.0] * RUN))
    assert (found.first_repayment[0], found.last_repayment[0]) == (BUILD + RUN - 1, BUILD + RUN - 1)
    assert found.poured.balance_eur[0, -1] == pytest.approx(0, abs=1e-9)


def test_guarantors_are_paid_by_the_quarter():
    cover_half = Guarantee(name="cover", provider="union", layer="senior", share=0.5, fee_rate=0.02)
    found = arrange(lent(guarantees=(cover_half,)), simple([10.0] * RUN))
    fee = found.poured.received_eur[2]
    assert fee[BUILD] == pytest.approx(0.02 / 4 * 0.5 * found.amount_eur[0])
    assert found.deal.covers.tolist() == [0]


shares = st.lists(st.floats(0.05, 1), min_size=4, max_size=4)


@settings(deadline=None)
@given(
    earned=st.lists(st.floats(-5, 30), min_size=RUN, max_size=RUN),
    weights=shares,
    rates=st.lists(st.floats(0, 0.2), min_size=4, max_size=4),
    repayments=st.lists(st.sampled_from(["annuity", "sculpted", "bullet"]), min_size=2, max_size=2),
    fees=st.floats(0, 0.05),
    months=st.floats(0, 12),
    cap=st.floats(0.1, 1),
    drawdown=st.sampled_from(["pro-rata", "equity-first"]),
    tax=st.floats(0, 0.5),
)
def test_sources_are_uses_and_nobody_draws_less_than_nothing(
    earned, weights, rates, repayments, fees, months, cap, drawdown, tax
):
    kinds = ("senior-debt", "mezzanine", "preferred-equity", "equity")
    terms = [{"repayment": kind, "fee_share": fees, "reserve_months": months} for kind in repayments]
    layers = tuple(
        Layer(name=kind, kind=kind, provider="private", share=weight / sum(weights), return_rate=rate, **more)
        for kind, weight, rate, more in zip(kinds, weights, rates, [*terms, {}, {}], strict=True)
    )
    stated = Fund(layers=layers, gearing_cap_share=cap, drawdown=drawdown, operating_reserve_months=3)
    found = arrange(stated, simple(earned, opex=[2.0] * RUN, tax_rate=tax))
    assert (found.deal.draw_eur >= -1e-9).all()
    uses = 100 + found.fee_eur.sum() + found.reserve_eur.sum() + found.operating_reserve_eur
    assert found.drawn_eur.sum() == pytest.approx(uses, rel=1e-9)
    assert both_sides(found)["source"] == pytest.approx(both_sides(found)["use"], rel=1e-9)
    assert found.gearing_share <= cap * (1 + 1e-9)
    # What was assumed is what follows: fees on the loans, reserves of what falls due.
    np.testing.assert_allclose(found.fee_eur[:2], fees * found.amount_eur[:2], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.poured.drawn_eur, found.deal.draw_eur, atol=1e-6)


def test_a_scenario_is_financed_from_its_project(make_scenario, projected, layers):
    stated = Fund(
        layers=tuple(
            one.model_copy(update={"fee_share": 0.01, "reserve_months": 6.0} if one.is_debt else {})
            for one in layers((SENIOR, EQUITY))
        ),
        operating_reserve_months=6,
    )
    scenario = make_scenario(
        (((date(2028, 1, 1), 1000),),), fund=stated, tax_share=0.25, refresh=Refresh(count=1, price_decline_share=0.5)
    )
    project = projected(scenario)
    found = structure(scenario, project)
    np.testing.assert_allclose(found.need_eur - found.extra_eur, project.capex_eur, atol=1e-3)
    assert found.outlook.first_operating == 6
    assert Step(pay="refresh-reserve") in found.order
    # Half a year of operating cost, of two quarters that differ by a day at most.
    assert found.operating_reserve_eur == pytest.approx(project.opex_eur[6] * 2, rel=0.02)
    items = [line.item for line in found.sources_and_uses if line.side == "use"]
    assert items == [
        "chips", "network", "building", "grid", "fees", "construction-interest", "debt-reserves", "operating-reserve",
    ]  # fmt: skip
    assert both_sides(found)["source"] == pytest.approx(both_sides(found)["use"], rel=1e-12)


@pytest.mark.parametrize(("senior", "cap", "drawdown", "fee"), [
    (0.13, 0.43, "pro-rata", 0.0), (0.3, 0.43, "pro-rata", 0.0), (0.13, 0.4, "equity-first", 0.04),
])  # fmt: skip
def test_loans_that_swing_against_each_other_settle(monkeypatch, senior, cap, drawdown, fee):
    """Under a gearing cap the junior loan grows where the senior shrinks, and its reserve with it."""
    sculpted = {"repayment": "sculpted", "fee_share": fee}
    layers = (
        layer(("senior", "senior-debt", "private", senior, 0.05, 1.75)),
        layer(("junior", "mezzanine", "private", 0.26, 0.02, 1.25), grace_quarters=2, **sculpted),
        layer(("last", "mezzanine", "union", 0.14, 0.15, 1.75), dscr=1.4, reserve_months=9, **sculpted),
        layer(("equity", "equity", "private", 0.6 - senior, 0.1, 5.0)),
    )
    stated = Fund(layers=layers, gearing_cap_share=cap, drawdown=drawdown)
    earned = simple([5.8, 15.3, 14.7, 11.9, 13.2, 12.8, 7.5, 12.4, 10.2, 14, 15.5, 7.4, 15.7, 8.9, 11.6, 14.9, 4.4, 12])
    found = arrange(stated, earned)
    assert found.gearing_share == pytest.approx(cap, rel=1e-9)
    assert found.drawn_eur.sum() == pytest.approx(100 + found.reserve_eur.sum() + found.fee_eur.sum())
    following = slice(found.outlook.completion + 1, found.outlook.completion + 4)
    assert found.reserve_eur[2] == pytest.approx(found.poured.due_eur[2, following].sum(), rel=1e-9)
    # Without taking the middle of a swing there is no end to it.
    monkeypatch.setattr("gortyn.finance.structure.FREE", 1000)
    with pytest.raises(FundingError):
        arrange(stated, earned)
