"""Sculpted debt, reserves, tax and returns against SAM, a project-finance model that others made.

`tests/data/sam_single_owner.json` holds inputs, cash flows and results of NREL's single-owner model, run by PySAM
7.1.1.post1 with the default of CustomGenerationProfileSingleOwner and 7,000 kW in every hour.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gortyn.catalogue import load
from gortyn.finance.reference_case import PlayedCase, SingleOwner, half_year_convention, play_case, together

TEXT = (Path(__file__).parents[1] / "data" / "sam_single_owner.json").read_text(encoding="utf-8")


@pytest.fixture
def sam() -> dict[str, Any]:
    return json.loads(TEXT)


def from_catalogue() -> SingleOwner:
    return SingleOwner.from_catalogue(load().lookup())


@pytest.fixture(params=["catalogue", "data"])
def case(request: pytest.FixtureRequest, sam: dict[str, Any]) -> SingleOwner:
    return from_catalogue() if request.param == "catalogue" else SingleOwner.from_data(sam)


def test_the_facts_are_the_shared_ones(sam, shared_data):
    given = json.loads((shared_data / "finance" / "sam_single_owner.json").read_text(encoding="utf-8"))
    assert sam.pop("inputs").items() <= given["inputs"].items()
    assert sam.items() <= given.items()


def test_debt_is_the_same(case, sam):
    played = play_case(case)
    assert played.debt_usd == pytest.approx(sam["size_of_debt"], rel=1e-9)
    assert played.cost_usd == pytest.approx(sam["cost_installed"], rel=1e-9)
    assert played.debt_share == pytest.approx(sam["debt_fraction"] / 100, rel=1e-9)
    np.testing.assert_allclose(played.balance_usd, sam["cf_debt_balance"], atol=0.01)


def test_every_cover_is_what_was_asked_for(case):
    played = play_case(case)
    np.testing.assert_allclose(played.dscr[1:19], 1.3, rtol=1e-9)
    assert np.isnan(played.dscr[[0, *range(19, 26)]]).all()
    assert (played.dscr_min, played.llcr) == pytest.approx((1.3, 1.3), rel=1e-9)


def test_the_life_cover_is_the_present_value_of_cash_over_the_loan(case, sam):
    cash = np.array(sam["cf_cash_for_ds"])[1:19]
    value = np.sum(cash / 1.07 ** np.arange(1, 19))
    assert play_case(case).llcr == pytest.approx(value / sam["size_of_debt"], rel=1e-9)


def test_tax_is_the_same_in_every_year(case, sam):
    """Depreciation of the data follows from the tax of the state, so that of the federation is the test."""
    taxes = -np.array(sam["cf_statax"]) - np.array(sam["cf_fedtax"])
    np.testing.assert_allclose(play_case(case).tax_usd, taxes, atol=0.01)


def test_the_owner_gets_the_same(case, sam):
    played = play_case(case)
    np.testing.assert_allclose(played.flow_usd, sam["cf_project_return_aftertax"], atol=0.01)
    assert played.irr_rate == pytest.approx(sam["project_return_aftertax_irr"] / 100, rel=1e-6)
    assert played.npv_usd == pytest.approx(sam["project_return_aftertax_npv"], rel=1e-9)


def test_energy_costs_the_same(case, sam):
    played = play_case(case)
    assert played.levelised_nominal_usd_per_kwh == pytest.approx(sam["lcoe_nom"] / 100, rel=1e-9)
    assert played.levelised_real_usd_per_kwh == pytest.approx(sam["lcoe_real"] / 100, rel=1e-9)


def test_the_catalogue_says_the_same(sam):
    facts = load().lookup()
    for field, name, unit in (
        ("debt_usd", "size_of_debt", 1),
        ("installed_usd", "cost_installed", 1),
        ("irr_rate", "project_return_aftertax_irr", 100),
        ("npv_usd", "project_return_aftertax_npv", 1),
        ("levelised_nominal_usd_per_kwh", "lcoe_nom", 100),
        ("levelised_real_usd_per_kwh", "lcoe_real", 100),
    ):
        assert facts.number("finance", "sam-single-owner", field) == pytest.approx(sam[name] / unit, rel=1e-15)


# The same plant with one thing changed: debt, all uses, IRR [%] and NPV that SAM finds.
OTHERS = {
    "cover of 1.5 over 12 years": (
        {"dscr": 1.5, "tenor_years": 12.0},
        (63527926.77501092, 119226784.65297946, 8.318004332335423, -4554087.804516554),
    ),
    "no reserves": (
        {"debt_reserve_months": 0.0, "operating_reserve_months": 0.0},
        (93863155.43835272, 114647736.7745547, 13.184960667869728, 10039852.890362654),
    ),
    "reserves of 12 and 3 months at 3 %": (
        {"debt_reserve_months": 12.0, "operating_reserve_months": 3.0, "reserve_rate": 0.03},
        (93863155.43835272, 124386775.23609316, 10.168380697034811, 3848174.1301385537),
    ),
    "no tax": ({"tax_rate": 0.0}, (93863155.43835272, 120659506.00532393, 12.815335831060779, 12966733.68647246)),
    "tax of 30 %": ({"tax_rate": 0.3}, (93863155.43835272, 120659506.00532393, 10.529147361353994, 4481198.76522439)),
    "half the price": (
        {"revenue_usd": from_catalogue().revenue_usd / 2},
        (32910780.78677647, 116153161.85625173, -2.206094527401756, -63944264.956131235),
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_terms_of_the_same_plant(name):
    changed, (debt, cost, irr_percent, npv) = OTHERS[name]
    played = play_case(replace(from_catalogue(), **changed))
    assert played.debt_usd == pytest.approx(debt, rel=1e-9)
    assert played.cost_usd == pytest.approx(cost, rel=1e-9)
    assert played.irr_rate == pytest.approx(irr_percent / 100, rel=1e-5)
    assert played.npv_usd == pytest.approx(npv, rel=1e-9)


@pytest.mark.parametrize("price_factor", [1.25, 40 / 24])
def test_debt_above_all_uses_is_cut_to_them(price_factor):
    """SAM lends 101 % and 138 % of the cost here, and finds no rate of return."""
    plain = from_catalogue()
    played: PlayedCase = play_case(replace(plain, revenue_usd=plain.revenue_usd * price_factor))
    assert played.debt_share == pytest.approx(1, rel=1e-12)
    assert played.debt_usd == pytest.approx(played.cost_usd, rel=1e-12)
    assert played.flow_usd[0] == pytest.approx(0, abs=1e-6)
    assert played.dscr_min > 1.3
    np.testing.assert_allclose(played.dscr[1:19], played.dscr_min, rtol=1e-9)
    assert played.llcr == pytest.approx(played.dscr_min, rel=1e-9)
    assert np.isnan(played.irr_rate)


def test_a_plant_that_earns_nothing_borrows_nothing():
    plain = from_catalogue()
    played = play_case(replace(plain, revenue_usd=plain.revenue_usd * 0))
    assert played.debt_usd == 0
    assert np.isnan([played.dscr_min, played.llcr]).all()


def test_what_is_not_modelled_is_refused_by_name(sam):
    sam["inputs"]["loan_moratorium"] = 2.0
    with pytest.raises(ValueError, match=r"loan_moratorium is 2\.0, but only cases with 0 are modelled"):
        SingleOwner.from_data(sam)


@pytest.mark.parametrize("name", ["cf_statax", "size_of_debt", "inputs", "dscr", "debt_option"])
def test_what_is_missing_is_named(sam, name):
    sam.pop(name, None)
    sam.get("inputs", {}).pop(name, None)
    with pytest.raises(ValueError, match=f"the case has no {name}"):
        SingleOwner.from_data(sam)


def test_depreciation_ends_with_the_plant_or_when_all_is_written_off():
    assert half_year_convention(100.0, 20, 26).sum() == pytest.approx(100)
    assert half_year_convention(100.0, 4, 4).tolist() == [0, 12.5, 25, 25]


def test_a_tax_that_is_deductible_from_the_other():
    assert together(0.0, 0.21) == 0.21
    assert together(0.5, 1.0) == 1.0
