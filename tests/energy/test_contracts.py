from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plain
from gortyn.energy.contracts import demand_charge_eur, settle
from gortyn.energy.grid import GridHours
from gortyn.model import Contract

NONE = np.zeros(2)


def hours_of(price=(100.0, 20.0), carbon=(300.0, 100.0), residual=(500.0, 500.0)):
    price, carbon, residual = (np.array(values) for values in (price, carbon, residual))
    return GridHours(price, carbon, carbon * np.nan, residual)


def test_without_contracts_all_is_bought_at_the_price_of_the_hour():
    bill = settle(np.array([10.0, 5.0]), NONE, hours_of(), (), {})
    assert bill.wholesale_eur.tolist() == [1000.0, 100.0]
    assert bill.market_g_per_kwh.tolist() == [500.0, 500.0]
    assert not bill.renewable_mw.any()
    assert not bill.contracts_eur.any()


def test_baseload_beyond_the_load_is_sold_again():
    contract = Contract(name="base", kind="fixed", profile="baseload", power_mw=8.0, price_eur_per_mwh=60.0)
    bill = settle(np.array([10.0, 5.0]), NONE, hours_of(), (contract,), {})
    assert bill.contracts_eur.tolist() == [480.0, 480.0]
    assert bill.spot_mw.tolist() == [2.0, 0.0]
    assert bill.sold_eur.tolist() == [0.0, -60.0]  # three at 20 EUR/MWh
    # No certificates: the residual mix.
    assert bill.market_g_per_kwh.tolist() == [500.0, 500.0]


def test_scope_2_by_hand():
    """A third of the load with certificates of 0 g, a fifth of 100 g as stated, the rest at the residual mix."""
    contracts = (
        Contract(name="wind", kind="ppa", share=1 / 3, price_eur_per_mwh=50.0, renewable=True),
        Contract(name="mixed", kind="fixed", share=0.2, price_eur_per_mwh=70.0, carbon_g_per_kwh=100.0),
    )
    bill = settle(np.array([30.0, 15.0]), NONE, hours_of(), contracts, {})
    assert bill.market_g_per_kwh == pytest.approx([0.2 * 100 + (1 - 1 / 3 - 0.2) * 500] * 2)
    assert bill.renewable_mw == pytest.approx([10.0, 5.0])
    assert bill.contracts_eur == pytest.approx([10 * 50 + 6 * 70, 5 * 50 + 3 * 70])


def test_a_plants_output_covers_what_it_can():
    contract = Contract(name="farm", kind="ppa", profile="wind", power_mw=20.0, price_eur_per_mwh=40.0, renewable=True)
    bill = settle(np.array([10.0, 10.0]), NONE, hours_of(), (contract,), {"wind": np.array([0.8, 0.1])})
    assert bill.renewable_mw.tolist() == [10.0, 2.0]
    assert bill.bought_renewable_mw.tolist() == [16.0, 2.0]
    assert bill.sold_mw.tolist() == [6.0, 0.0]
    assert bill.contracts_eur.tolist() == [640.0, 80.0]


def test_dear_surplus_is_income_and_a_negative_price_turns_it_round():
    contract = Contract(name="base", kind="fixed", profile="baseload", power_mw=8.0, price_eur_per_mwh=60.0)
    bill = settle(np.array([4.0, 4.0]), np.array([1.0, 1.0]), hours_of(price=(90.0, -10.0)), (contract,), {})
    assert bill.sold_eur.tolist() == [-450.0, 50.0]


@given(
    loads=st.lists(st.floats(0, 100), min_size=2, max_size=2),
    share=st.floats(0, 1),
    power=st.floats(0.1, 80),
    price=st.floats(-100, 400),
)
def test_what_comes_in_goes_out(loads, share, power, price):
    drawn = np.array(loads)
    contracts = (
        Contract(name="part", kind="fixed", share=share, price_eur_per_mwh=50.0),
        Contract(name="base", kind="ppa", profile="baseload", power_mw=power, price_eur_per_mwh=40.0, renewable=True),
    )
    bill = settle(drawn, NONE, hours_of(price=(price, price)), contracts, {})
    delivered = share * drawn + power
    np.testing.assert_allclose(bill.spot_mw + delivered, drawn + bill.sold_mw, atol=1e-9)
    assert (bill.spot_mw >= -1e-12).all()
    assert (bill.renewable_mw <= drawn + 1e-9).all()
    assert (np.minimum(bill.spot_mw, bill.sold_mw) <= 1e-9).all()


def test_demand_charge_goes_by_calendar_years():
    """The highest hour of each year, for the part of that year in the window: 31 days of 2027 and 28 of 2028."""
    grid = plain.grid(demand_charge_eur_per_kw_year=73.2)
    drawn = np.full(59 * 24, 3.0)
    drawn[5], drawn[40 * 24] = 10.0, 6.0
    charge = demand_charge_eur(drawn, date(2027, 12, 1), grid)
    assert charge == pytest.approx((10_000 * 31 / 365 + 6_000 * 28 / 366) * 73.2)
    assert demand_charge_eur(drawn, date(2027, 12, 1), plain.grid()) == 0
