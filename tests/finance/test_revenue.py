"""What tenants pay, by hand: 1,000 chips for five years from 2028, of which each tenant uses its part of 80 %."""

from __future__ import annotations

from datetime import date

import pytest

import plain
from gortyn.finance.revenue import revenue_rows

YEAR = 8760.0


def tenant(name, **stated):
    return plain.tenant(name=name, **stated)


def in_year(made, row, number):
    start = made.calendar.starts.index(date(number, 1, 1))
    return made.revenue_eur[row, start : start + 4].sum()


def test_what_is_contracted_and_not_used_is_paid(make_scenario, projected):
    offtake = {"chips": 600, "years": 2.0, "take_or_pay_share": 0.9}
    tenants = (tenant("anchor", price_eur_per_chip_hour=2.0, offtake=offtake), tenant("rest"))
    made = projected(make_scenario(tenants=tenants))
    # Uses 400 chips, pays for 540 in the two years of its contract, then for what it uses.
    assert in_year(made, 0, 2029) == pytest.approx(2 * 540 * YEAR)
    assert in_year(made, 0, 2030) == pytest.approx(2 * 400 * YEAR)
    start = made.calendar.starts.index(date(2029, 1, 1))
    assert made.paid_chip_hours[0, start : start + 4].sum() == pytest.approx(540 * YEAR)
    assert made.delivered_chip_hours[0, start : start + 4].sum() == pytest.approx(400 * YEAR)


def test_who_uses_more_than_is_contracted_pays_for_it(make_scenario, projected):
    tenants = (tenant("anchor", price_eur_per_chip_hour=2.0, offtake={"chips": 300, "years": 2.0}),)
    assert in_year(projected(make_scenario(tenants=tenants)), 0, 2029) == pytest.approx(2 * 800 * YEAR)


def test_nobody_pays_for_chips_that_are_not_there(make_scenario, projected):
    tenants = (tenant("anchor", price_eur_per_chip_hour=2.0, offtake={"chips": 3000, "years": 5.0}),)
    sites = (((date(2028, 1, 1), 1000), (date(2030, 1, 1), 4000)),)
    made = projected(make_scenario(sites=sites, tenants=tenants))
    assert in_year(made, 0, 2029) == pytest.approx(2 * 1000 * YEAR)
    # 80 % of 5,000 chips are more than is contracted.
    assert in_year(made, 0, 2030) == pytest.approx(2 * 4000 * YEAR)


def test_a_contract_that_ends_within_a_quarter(make_scenario, projected):
    """From 15 February 2028, 46 of the first quarter's 91 days; a quarter of a year ends after 45 of the next's 91."""
    tenants = (tenant("anchor", price_eur_per_chip_hour=1.0, offtake={"chips": 1000, "years": 0.25}),)
    made = projected(make_scenario(sites=(((date(2028, 2, 15), 1000),),), tenants=tenants), delivered_share=0.0)
    assert made.revenue_eur.sum() == pytest.approx(1000 * 24 * (46 + 45))


def test_discounts_and_foreign_prices(make_scenario, projected):
    tenants = (
        tenant("young", price_eur_per_chip_hour=3.0, discount_share=0.4),
        tenant("islanders", foreign_price={"currency": "GBP", "amount": 1.7}),
        tenant("americans", foreign_price={"currency": "USD", "amount": 2.5}, discount_share=1.0),
        tenant("labs"),
    )
    exchange = ({"currency": "GBP", "units_per_euro": 0.85},)
    scenario = make_scenario(tenants=tenants, exchange=exchange, usd_per_eur=1.25)
    made = projected(scenario)
    assert [in_year(made, row, 2029) for row in range(4)] == pytest.approx([200 * YEAR * 1.8, 200 * YEAR * 2.0, 0, 0])
    rows = revenue_rows(scenario, made)
    assert [row.mode for row in rows] == ["discounted", "commercial", "free", "free"]
    assert [row.list_eur_per_chip_hour for row in rows] == pytest.approx([3.0, 2.0, 2.0, 0.0])
    assert [row.paid_eur_per_chip_hour for row in rows] == pytest.approx([1.8, 2.0, 0.0, 0.0])
    assert [row.waived_eur for row in rows] == pytest.approx([1.2 * 200 * YEAR, 0, 2.0 * 200 * YEAR, 0])
    assert [row.revenue_eur for row in rows] == pytest.approx([in_year(made, row, 2029) for row in range(4)])
    # Who pays nothing uses chip-hours that are not paid.
    assert made.paid_chip_hours.sum() == pytest.approx(made.delivered_chip_hours.sum() / 2)


def test_a_currency_without_a_rate_is_said(make_scenario, projected):
    tenants = (tenant("islanders", foreign_price={"currency": "GBP", "amount": 1.7}),)
    with pytest.raises(ValueError, match="'islanders' is priced in GBP"):
        projected(make_scenario(tenants=tenants))


def test_a_row_says_what_was_paid_and_not_used(make_scenario, projected):
    tenants = (tenant("anchor", price_eur_per_chip_hour=2.0, offtake={"chips": 600, "years": 2.0}), tenant("rest"))
    scenario = make_scenario(tenants=tenants, inflation_rate=0.03)
    row = revenue_rows(scenario, projected(scenario))[0]
    assert row.chip_hours == pytest.approx(400 * YEAR)
    assert row.take_or_pay_eur == pytest.approx(2 * 200 * YEAR)
    assert row.revenue_eur == pytest.approx(2 * 600 * YEAR)  # in base-year prices, whatever the inflation


def test_one_tenants_paid_hours_are_not_anothers(make_scenario, projected):
    made = projected(make_scenario(prices=(3.0, 0.0, 1.0)))
    assert made.paid_chip_hours.sum(axis=1) == pytest.approx(made.delivered_chip_hours.sum(axis=1) * [1, 0, 1])


def test_contracts_share_chips_that_are_still_being_installed(make_scenario, projected):
    """Two contracts for 1,000 chips each while 1,000 of 2,000 are there: each pays for 500."""
    offtake = {"chips": 1000, "years": 5.0}
    tenants = tuple(tenant(name, price_eur_per_chip_hour=2.0, offtake=offtake) for name in ("one", "other"))
    phases = ((date(2028, 1, 1), 1000), (date(2029, 1, 1), 1000))
    made = projected(make_scenario((phases,), tenants=tenants), delivered_share=0.1)
    first = made.first_operating
    hours = made.calendar.hours[first]
    assert made.base.floor_chip_hours[:, first].tolist() == pytest.approx([500 * hours] * 2)
    assert made.base.floor_chip_hours[:, first + 4].tolist() == pytest.approx(
        [1000 * made.calendar.hours[first + 4]] * 2
    )
