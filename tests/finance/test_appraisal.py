"""From a scenario to what it returns: sums by hand, and what must hold of any project."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from gortyn.finance import npv

TENDER = (
    ("union", "capacity-purchase", "union", 0.17, 0.0, 5.0),
    ("states", "grant", "state", 0.17, 0.0, 5.0),
    ("private", "equity", "private", 0.66, 0.1, 5.0),
)
BANKED = (
    ("union", "grant", "union", 0.17, 0.0, 5.0),
    ("states", "grant", "state", 0.17, 0.0, 5.0),
    ("senior", "senior-debt", "private", 0.36, 0.055, 4.0),
    ("bank", "mezzanine", "development-bank", 0.1, 0.08, 4.0),
    ("equity", "equity", "private", 0.2, 0.12, 5.0),
)
PHASES = (((date(2028, 1, 1), 1000), (date(2029, 11, 7), 2000)), ((date(2028, 7, 1), 1000),))


def test_sources_are_uses_in_every_quarter(make_scenario, appraised):
    finance = appraised(make_scenario(PHASES, BANKED))
    cash = finance.cash
    drawn = finance.poured.drawn_eur
    building = cash.installed_chips == 0
    np.testing.assert_allclose(drawn[:, building].sum(axis=0), cash.capex_eur[building], rtol=1e-9)
    assert cash.capex_eur.sum() == pytest.approx(finance.capex_eur, rel=1e-9)
    assert sum(layer.amount_eur for layer in finance.layers) == pytest.approx(finance.capex_eur, rel=1e-9)
    assert finance.capex.total_eur == finance.capex_eur


def test_layers_together_have_the_cash_flow_of_the_project(make_scenario, appraised):
    finance = appraised(make_scenario(PHASES, BANKED))
    flow = (finance.poured.received_eur - finance.poured.drawn_eur).sum(axis=0)
    assert finance.poured.deficit_eur[-1] == finance.poured.kept_eur[-1] == 0
    np.testing.assert_allclose(flow, finance.cash.net_eur - finance.cash.tax_eur, atol=1e-3)


def test_a_fund_of_equity_alone_has_the_return_of_the_project(make_scenario, appraised):
    finance = appraised(make_scenario(PHASES))
    assert finance.layers[0].irr == pytest.approx(finance.figure("project-irr"), abs=1e-9)
    assert finance.layers[0].multiple == pytest.approx(finance.cash.operating_eur.sum() / finance.capex_eur)
    assert np.isnan(finance.figure("dscr-min"))


def test_debt_of_a_healthy_project_has_its_rate_and_is_covered(make_scenario, appraised):
    finance = appraised(make_scenario(PHASES, BANKED))
    by_name = {layer.name: layer for layer in finance.layers}
    assert by_name["senior"].irr == pytest.approx(0.055, abs=1e-9)
    assert by_name["bank"].irr == pytest.approx(0.08, abs=1e-9)
    assert by_name["equity"].irr > finance.figure("project-irr")
    assert 1 < finance.figure("dscr-min") < finance.figure("dscr-mean")


def test_cover_of_level_debt_by_level_earnings(make_scenario, appraised):
    """Four years of level payments out of level earnings: one ratio in all quarters, but for the days in them."""
    rows = (
        ("senior", "senior-debt", "private", 0.6, 0.06, 4.0),
        ("equity", "equity", "private", 0.4, 0.12, 5.0),
    )
    finance = appraised(make_scenario(rows=rows, start=date(2029, 1, 1)))
    year = slice(10, 14)
    earned = finance.cash.cfads_eur[year].sum()
    q = 1.06**0.25 - 1
    owed = 0.6 * finance.capex_eur / 6 * ((1 + q) ** 6 - 1) / q
    service = 4 * owed * q / (1 - (1 + q) ** -16)
    assert finance.cash.debt_service_eur[year].sum() == pytest.approx(service)
    assert finance.figure("dscr-mean") == pytest.approx(earned / service, rel=2e-3)
    assert finance.figure("dscr-min") == pytest.approx(earned / service, rel=2e-2)


def test_cover_leaves_the_residual_value_out(make_scenario, appraised):
    """Debt that runs to the last quarter is not covered better by a building that lasts longer."""
    rows = (("senior", "senior-debt", "private", 0.6, 0.06, 5.0), ("equity", "equity", "private", 0.4, 0.12, 5.0))
    short, long = (appraised(make_scenario(rows=rows, building_life_years=years)) for years in (5.0, 50.0))
    assert long.cash.residual_eur[-1] > short.cash.residual_eur[-1] == 0
    assert (long.figure("dscr-min"), long.figure("dscr-mean")) == pytest.approx(
        (short.figure("dscr-min"), short.figure("dscr-mean"))
    )


def test_selling_at_levelised_cost_just_pays_the_discount_rate(make_scenario, appraised):
    """The levelised cost is the price at which the net present value is 0 and the return is the discount rate."""
    before = appraised(make_scenario(PHASES, prices=(3.0, 0.0)))
    price = before.answers.levelised.paid_eur
    after = appraised(make_scenario(PHASES, prices=(price, 0.0)))
    assert after.figure("project-npv") == pytest.approx(0, abs=1e-3 * after.capex_eur * 1e-3)
    assert after.figure("project-irr") == pytest.approx(0.07, abs=1e-8)
    assert price == pytest.approx(2 * before.levelised_eur_per_chip_hour)


def test_levelised_cost_times_hours_is_cost(make_scenario, appraised):
    finance = appraised(make_scenario(PHASES, discount_rate=0.09))
    cash = finance.cash
    costs = npv(0.09, cash.capex_eur) + npv(0.09, finance.project.opex_eur) - npv(0.09, cash.residual_eur)
    assert finance.levelised_eur_per_chip_hour * npv(0.09, cash.delivered_chip_hours) == pytest.approx(costs)


def test_without_discounting_the_present_value_is_the_sum(make_scenario, appraised):
    finance = appraised(make_scenario(PHASES, discount_rate=0.0))
    assert finance.figure("project-npv") == pytest.approx(finance.cash.net_eur.sum())


@pytest.mark.parametrize(("union_eur", "capex_bn"), [(500e6, 2.94), (1000e6, 5.88)])
def test_union_caps_of_the_tender_imply_the_capex(make_scenario, appraised, union_eur, capex_bn):
    """EUR 500 m at 17 % of capex are 2.94 bn, EUR 1 bn are 5.88 bn; the states match it, so 34 % is public."""
    finance = appraised(tender_scenario(make_scenario, [union_eur]))
    assert finance.layers[0].amount_eur == pytest.approx(union_eur)
    assert finance.capex_eur / 1e9 == pytest.approx(capex_bn, abs=0.005)
    assert finance.public_share == pytest.approx(0.34)
    assert finance.private_per_public == pytest.approx(66 / 34)


def test_the_seven_projects_of_the_tender_close_near_the_announced_total(make_scenario, appraised):
    """Four projects at 2.94 bn and three at 5.88 bn: 29.4 bn, of which 5 bn Union and 5 bn states."""
    finance = appraised(tender_scenario(make_scenario, [500e6] * 4 + [1000e6] * 3, budget=20e9))
    assert finance.capex_eur / 1e9 == pytest.approx(29.4, abs=0.05)
    assert finance.public_eur == pytest.approx(10e9)
    assert finance.capex_eur / finance.layers[0].amount_eur == pytest.approx(6, abs=0.2)
    assert finance.funding_gap_eur == pytest.approx(finance.capex_eur - 20e9)


def tender_scenario(make_scenario, union_eur, budget=1e9):
    """Sites whose capex is chips alone, a thousand euros for each million of Union money at 17 %."""
    return make_scenario(
        tuple(((date(2028, 1, 1), round(amount / 1e6) * 8),) for amount in union_eur),
        TENDER,
        budget=budget,
        server=1e6 / 0.17 / 8,
        network=0.0,
        building_usd_per_mw=0.0,
        grid_connection_eur_per_mw=0.0,
    )


def test_development_banks_count_as_private(make_scenario, appraised):
    """Public layers lend nothing, so that interest during construction is private money on top of the capital cost."""
    finance = appraised(make_scenario(PHASES, BANKED))
    interest_eur = finance.structure.construction_interest_eur.sum()
    assert finance.public_eur == pytest.approx(0.34 * finance.capex_eur)
    assert finance.private_eur == pytest.approx(0.66 * finance.capex_eur + interest_eur)
    assert finance.public_share == pytest.approx(0.34 * finance.capex_eur / (finance.capex_eur + interest_eur))


def test_free_access_loses_all_that_was_lent(make_scenario, appraised):
    finance = appraised(make_scenario(PHASES, BANKED, prices=(0.0,), building_life_years=1.0))
    assert [layer.paid_eur for layer in finance.layers] == [0] * 5
    assert finance.poured.deficit_eur[-1] == pytest.approx(finance.project.opex_eur.sum())
    assert np.isnan(finance.figure("payback"))
    assert np.isnan(finance.answers.levelised.paid_eur)
    assert finance.figure("dscr-min") < 0


def test_payback_lies_where_the_sum_turns(make_scenario, appraised):
    finance = appraised(make_scenario())
    total = np.cumsum(finance.cash.net_eur)
    whole = int(finance.figure("payback") * 4)
    assert total[whole - 1] < 0 <= total[whole]


def test_without_public_money_there_is_no_leverage(make_scenario, appraised):
    finance = appraised(make_scenario())
    assert finance.public_share == 0
    assert np.isnan(finance.private_per_public)
