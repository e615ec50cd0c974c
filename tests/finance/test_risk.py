"""Draws of a project: the plan where nothing moves, known sums where one thing does, and losses in their order."""

from __future__ import annotations

import numpy as np
import pytest

import venture
from gortyn.finance.metrics import irr, levelised_eur, npv
from gortyn.finance.outcomes import UNITS
from gortyn.finance.risk import assess, quantiles

EQUITY = (("common", "equity", "private", 1.0, 0.0, 5.0, False),)


def assessed(of, plan=None, draws=400, **stated):
    return assess(of, *venture.venture(of, plan or venture.base(2), **stated), draws=draws)


def alone(draws=400, layers=venture.LAYERS, plan=None, **spreads):
    """All spreads 0 but those stated."""
    guaranteed = any(row[0] == "senior" for row in layers)
    return assessed(venture.scenario(layers, guaranteed=guaranteed, **venture.CALM | spreads), plan, draws)


@pytest.fixture(scope="module")
def full():
    return assessed(venture.scenario(), draws=4000)


def test_without_spreads_every_draw_is_the_plan():
    calm = alone(draws=50)
    for row in calm.measures:
        values = [row.mean, row.p05, row.p10, row.p50, row.p90, row.p95]
        assert values == pytest.approx([row.plan] * 6, rel=1e-12), row.measure
        assert (calm.values[row.measure] == calm.values[row.measure][0]).all()
    assert all(party.loss_probability in (0, 1) for party in calm.parties[1:])


def test_plan_is_measured_as_one_project_is():
    plan = venture.base(2)
    rows = {row.measure: row.plan for row in alone(draws=2, plan=plan).measures}
    capital = (plan.chips_eur + plan.building_eur + plan.refresh_eur).sum(axis=0)
    running = (plan.market_energy_eur + plan.other_energy_eur + plan.other_eur - plan.residual_eur).sum(axis=0)
    chip_hours = plan.use.sum() * plan.chip_hours.sum(axis=0)
    net = plan.use[0] * plan.price_eur[0] * plan.chip_hours.sum(axis=0) - running - capital
    assert rows["npv_eur"] == pytest.approx(npv(0.07, net), rel=1e-9)
    assert rows["irr_rate"] == pytest.approx(irr(net), abs=1e-8)
    levelised = levelised_eur(0.07, capital + running, chip_hours)
    assert rows["levelised_eur_per_chip_hour"] == pytest.approx(levelised, rel=1e-9)
    assert rows["delivered_chip_hours"] == pytest.approx(chip_hours.sum())


def test_money_of_later_years_is_deflated_to_the_base_year():
    """With all prices rising alike and the nominal rate with them, real value stands at that of the base year."""
    of = venture.scenario(inflation=0.03, **venture.CALM)
    calm = venture.base(1)
    project, structure = venture.venture(of, calm)
    project.index = 1.03 ** (2 + np.arange(40) / 4)
    nominal = {
        name: getattr(calm, name) * project.index
        for name in ("chips_eur", "building_eur", "refresh_eur", "market_energy_eur", "other_energy_eur", "other_eur")
    }
    first = {"price_eur": calm.price_eur * project.index[0], "price_index": project.index / project.index[0]}
    project.base = calm._replace(residual_eur=calm.residual_eur * project.index, **nominal, **first)
    rising = {row.measure: row.plan for row in assess(of, project, structure, draws=1).measures}
    real = {row.measure: row.plan for row in alone(draws=1, plan=calm).measures}
    for name in ("npv_eur", "levelised_eur_per_chip_hour", "delivered_chip_hours"):
        assert rising[name] == pytest.approx(real[name], rel=1e-9), name
    assert 1 + rising["irr_rate"] == pytest.approx((1 + real["irr_rate"]) * 1.03, rel=1e-8)


def test_draws_of_equity_alone_lose_what_the_sums_say():
    """One layer that gets all: its loss is capital cost less what operation earns at the demand of the draw."""
    of = venture.scenario(EQUITY, guaranteed=False, **venture.CALM | {"demand_spread": 0.4})
    plan = venture.base()._replace(energy_slope=np.zeros(1), refresh_eur=np.zeros((1, 40)))
    project, structure = venture.venture(of, plan)
    structure.deal = structure.deal._replace(tax_rate=0.0)
    found = assess(of, project, structure, draws=2000)
    # Where operation loses money in a quarter, the loss is carried forward; in these draws none does.
    demand = found.values["delivered_chip_hours"] / found.measures[-1].plan
    revenue = 0.55 * 2.6 * 2.19e6 * 34 * demand
    received = revenue - 34 * 0.95e6 + 8e6
    assert found.values["deficit_eur"].max() == 0
    np.testing.assert_allclose(found.loss_share[:, 0], np.maximum(52e6 - received, 0) / 52e6, atol=1e-9)
    assert 0.1 < found.parties[0].loss_probability < 0.9
    assert found.parties[0].expected_received_eur == pytest.approx(received.mean())


def test_dearer_chips_lower_the_value_by_what_they_cost_more():
    plan = venture.base(2)
    found = alone(chip_price_spread=0.3, plan=plan)
    assert found.measure("npv_eur") is found.measures[0]
    dear = npv(0.07, (plan.chips_eur + plan.refresh_eur).sum(axis=0))
    factor = 1 - (found.values["npv_eur"] - found.measures[0].plan) / dear
    assert np.log(factor).std() == pytest.approx(0.3, rel=4 / np.sqrt(2 * 400))
    order = np.argsort(found.values["npv_eur"])
    assert (np.diff(found.values["irr_rate"][order]) >= 0).all()
    assert (np.diff(found.values["levelised_eur_per_chip_hour"][order]) <= 0).all()


def test_delayed_operation_has_its_full_life():
    # Without refreshes: these come whole quarters later, which may be worth more than what a few days' delay costs.
    found = alone(delay_mean_quarters=3.0, plan=venture.base(2)._replace(refresh_eur=np.zeros((2, 40))))
    np.testing.assert_allclose(found.values["delivered_chip_hours"], found.measures[-1].plan, rtol=1e-9)
    assert (found.values["npv_eur"] < found.measures[0].plan).all()


def test_interest_moves_lenders_but_not_the_project():
    found = alone(interest_spread_rate=0.01)
    np.testing.assert_allclose(found.values["npv_eur"], found.measures[0].plan, rtol=1e-9)
    senior = found.irr_rate[:, 1]
    assert np.std(senior) == pytest.approx(0.01, rel=0.15)
    assert np.mean(senior) == pytest.approx(0.04, abs=0.002)


def test_the_more_senior_the_less_is_lost(full):
    means = [party.expected_loss_share for party in full.parties[1:6]]
    attach = [party.attachment_share for party in full.parties[1:6]]
    assert means == sorted(means)
    assert attach == sorted(attach, reverse=True)
    assert means[-1] > 0.1


def test_return_of_equity_is_that_of_its_layer(full):
    common = [party.party for party in full.parties].index("common")
    np.testing.assert_array_equal(full.values["equity_irr_rate"], full.irr_rate[:, common])


def test_a_party_is_told_by_its_draws(full):
    for i, party in enumerate(full.parties):
        loss = full.loss_share[:, i]
        if party.party == "grant":
            assert np.isnan([party.expected_loss_share, party.loss_probability, party.irr_p50_rate]).all()
            assert party.expected_received_eur == pytest.approx(0, abs=1e-3)
            continue
        assert party.loss_probability == (loss > 0).mean()
        assert party.expected_loss_share == pytest.approx(loss.sum() / 4000)
        if party.loss_probability:
            assert party.loss_given_loss_share * party.loss_probability == pytest.approx(party.expected_loss_share)
        assert (loss > party.loss_p95_share).mean() <= 0.05 >= 5 * (loss > party.loss_p99_share).mean()
        assert party.irr_p10_rate <= party.irr_p50_rate <= party.irr_p90_rate


def test_curves_fall_from_the_probability_of_a_loss(full):
    for party in full.parties[1:6]:
        curve = [point for point in full.losses if point.layer == party.party]
        assert [point.loss_share for point in curve] == pytest.approx(np.arange(101) / 100)
        exceed = [point.exceed_share for point in curve]
        assert exceed == sorted(exceed, reverse=True)
        assert (exceed[0], exceed[-1]) == (party.loss_probability, 0)
        # The area under the curve is the expected loss.
        area = np.sum((np.array(exceed)[1:] + np.array(exceed)[:-1]) / 2) / 100
        assert area == pytest.approx(party.expected_loss_share, abs=0.005)
    assert "grant" not in {point.layer for point in full.losses}


def test_guarantee_takes_from_the_covered_layer():
    of = venture.scenario(demand_spread=0.8)
    bare = venture.scenario(guaranteed=False, demand_spread=0.8)
    plan = venture.base(1)
    with_it, without = assessed(of, plan, 2000), assessed(bare, plan, 2000)
    assert with_it.parties[1].expected_loss_share < without.parties[1].expected_loss_share
    promise = with_it.parties[-1]
    assert promise.party == "promise"
    assert 0 < promise.expected_loss_share <= 1
    assert np.isnan(promise.attachment_share)


BULLET_RATE = 1.2**0.25 - 1
LENT = 26e6 / 6 * ((1 + BULLET_RATE) ** 6 - 1) / BULLET_RATE


def bullet(guaranteed, income_eur):
    """Half of a project is a loan, due at once in the last of 20 quarters of this income; half of it may be covered."""
    layers = (
        ("senior", "senior-debt", "private", 0.5, 0.2, 5.0, False),
        ("common", "equity", "private", 0.5, 0.1, 5.0, False),
    )
    of, none = venture.scenario(layers, guaranteed=guaranteed, **venture.CALM), np.zeros((1, 26))
    empty = ("refresh_eur", "market_energy_eur", "other_energy_eur", "other_eur", "residual_eur")
    income, left = none.copy(), np.ones((2, 26))
    income[0, 6:], left[0, -1] = income_eur, 0
    plan = venture.base(periods=26, price=0.0)._replace(income_eur=income, **dict.fromkeys(empty, none))
    project, structure = venture.venture(of, plan)
    structure.deal = structure.deal._replace(tax_rate=0.0, left_share=left, fee_rate=np.zeros(int(guaranteed)))
    return assess(of, project, structure, draws=3)


@pytest.mark.parametrize(("guaranteed", "lost_share"), [(False, [0.8, 1.0]), (True, [0.4, 1.0, 0.8])])
def test_interest_received_makes_up_for_no_principal(guaranteed, lost_share):
    """Interest is paid to the end; then 0.2 of the loan comes back with the last of it, and nothing to equity.

    Half of the 0.8 that is missed is called, of a cover of half the loan.
    """
    income = np.full(20, BULLET_RATE * LENT)
    income[-1] += 0.2 * LENT
    found = bullet(guaranteed, income)
    np.testing.assert_allclose(found.loss_share, [lost_share] * 3, rtol=1e-9)
    assert found.parties[0].expected_received_eur > 26e6


def test_a_guarantor_of_interest_may_lose_more_than_its_cover():
    """Half of all interest is called, the rest grows with the loan by half its rate; then half of the loan itself."""
    grown = (1 + BULLET_RATE / 2) ** 20
    found = bullet(True, np.zeros(20))
    np.testing.assert_allclose(found.loss_share, [[1, 1, (grown - 1 + 0.5) / 0.5]] * 3, rtol=1e-9)
    # The lender is owed more than it lent at first, and loses no more than that.
    np.testing.assert_allclose(found.values["unpaid_eur"], LENT * (grown - 0.5), rtol=1e-9)


def test_debt_that_is_not_there_does_not_default():
    assert np.isnan(alone(layers=EQUITY, draws=10).default_probability)
    assert np.isnan(alone(layers=EQUITY, draws=10).values["dscr_min"]).all()


def test_default_is_a_missed_payment(full):
    assert 0 < full.default_probability < 1
    assert alone(draws=10).default_probability == 0


def test_same_seed_same_draws_and_another_seed_others():
    first, second = (assessed(venture.scenario(), draws=50) for _ in range(2))
    other = assessed(venture.scenario(seed=2), draws=50)
    for name in UNITS:
        np.testing.assert_array_equal(first.values[name], second.values[name])
    assert not np.allclose(first.values["npv_eur"], other.values["npv_eur"])


def test_draws_are_those_of_the_scenario_where_none_are_stated():
    of = venture.scenario(draws=30)
    assert assess(of, *venture.venture(of, venture.base())).draws == 30


def test_batches_change_nothing(monkeypatch):
    whole = assessed(venture.scenario(), draws=50)
    monkeypatch.setattr("gortyn.finance.risk.BATCH", 7)
    parts = assessed(venture.scenario(), draws=50)
    np.testing.assert_array_equal(parts.loss_share, whole.loss_share)
    for name in UNITS:
        np.testing.assert_allclose(parts.values[name], whole.values[name], rtol=1e-12, err_msg=name)


def test_lock_ups_are_counted():
    of = venture.scenario(demand_spread=0.3)
    locked = assess(of, *venture.venture(of, venture.base(2), lock_up=1.2), draws=200)
    quarters = locked.values["kept_back_quarters"]
    assert 0 < np.count_nonzero(quarters) < 200
    assert quarters.max() <= 24


def test_quantiles_leave_out_what_is_not_there():
    assert quantiles(np.array([np.nan, 3.0, 1.0]), 50) == (2.0,)
    assert np.isnan(quantiles(np.array([np.nan]), 10, 90)).all()
