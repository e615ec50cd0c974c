from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import plain
from gortyn.finance.lifetime import lifetime
from gortyn.finance.project import project
from gortyn.finance.public import compute_price, fund_rules, public_money
from gortyn.model import Programme

ROWS = (
    ("purchase", "capacity-purchase", "union", 0.1, 0.0, 5.0),
    ("grant", "grant", "state", 0.2, 0.0, 5.0),
    ("senior", "senior-debt", "development-bank", 0.3, 0.04, 4.0),
    ("equity", "equity", "private", 0.4, 0.1, 5.0),
)
AMOUNTS = np.array([6.1e6, 12.2e6, 18.3e6, 24.4e6])  # EUR, of 61 m
HOURS = 1000 * 24 * (365 * 5 + 2)  # of 1,000 chips for five years


def with_programme(scenario, **changes):
    programme = Programme(**scenario.programme.model_dump() | changes)
    return scenario.model_copy(update={"programme": programme})


def start_ups(**stated):
    return plain.tenant(name="tenant-0", tenant_class="start-up", demand_share=0.4, **stated)


@pytest.fixture
def served(make_scenario, window):
    """Public money of a scenario with 40 % of the chip-hours for start-ups and 40 % for industry."""

    def serve(tenant=None, changes=None, amounts=AMOUNTS, rows=ROWS, **energy):
        industry = plain.tenant(name="tenant-1", tenant_class="industry", demand_share=0.4, price_eur_per_chip_hour=3.0)
        scenario = make_scenario(rows=rows, tenants=(tenant or start_ups(), industry))
        scenario = with_programme(scenario, **(changes or {}))
        plans, account, access = window(scenario, **energy)
        made = project(scenario, plans, account, access)
        life = lifetime(scenario, plans, account, made)
        return scenario, made, public_money(scenario, made, amounts, life), life

    return serve


def test_leverage_by_hand(served):
    """6.1 m of the Union, 12.2 m of states, 42.7 m of others; half of those would have come anyway."""
    _, _, found, _ = served()
    assert (found.union_eur, found.state_eur, found.other_eur) == pytest.approx((6.1e6, 12.2e6, 42.7e6))
    assert found.public_eur == pytest.approx(18.3e6)
    assert found.per_public_eur == pytest.approx(61 / 18.3)
    assert found.per_union_eur == pytest.approx(10)
    assert found.private_per_public_eur == pytest.approx(42.7 / 18.3)
    assert found.private_per_union_eur == pytest.approx(7)
    assert found.additional_per_public_eur == pytest.approx(42.7 / 18.3 / 2)
    assert found.additional_per_union_eur == pytest.approx(3.5)


def test_the_tender_closes_at_its_own_leverage(served):
    """30 bn announced against 5 bn of the Union and 10 bn of public money: 6 and 3."""
    _, _, found, _ = served(amounts=np.array([5e9, 5e9, 10e9, 10e9]))
    assert (found.per_union_eur, found.per_public_eur) == pytest.approx((6, 3))


def test_start_ups_by_hand(served):
    _, _, found, _ = served()
    assert found.start_up_chip_hours == pytest.approx(0.4 * HOURS)
    assert found.eur_per_start_up_chip_hour == pytest.approx(18.3e6 / (0.4 * HOURS))
    assert found.start_ups == pytest.approx(0.4 * HOURS / 5000)
    assert found.eur_per_start_up == pytest.approx(18.3e6 * 5000 / (0.4 * HOURS))


def test_members_of_a_tenant_count_as_they_are(served):
    _, _, found, _ = served(start_ups(members=300))
    assert found.start_ups == 300
    assert found.eur_per_start_up == pytest.approx(61_000)


def test_what_nobody_says_is_none(served):
    _, _, found, _ = served(changes={"grant_chip_hours": None, "additional_share": None})
    assert found.start_ups is None
    assert found.eur_per_start_up is None
    assert found.additional_per_public_eur is None
    assert found.additional_per_union_eur is None


def test_without_public_money_nothing_is_told_of_it(served):
    scenario, made, found, _ = served(rows=((*ROWS[3][:3], 1.0, 0.1, 5.0),), amounts=np.array([61e6]))
    assert found.public_eur == 0
    for name in ("per_public_eur", "per_union_eur", "private_per_public_eur", "compute_eur_per_h100_hour"):
        assert getattr(found, name) is None
    assert found.eur_per_start_up_chip_hour == 0
    assert [rule.passed for rule in fund_rules(scenario, made, np.array([61e6]))] == [True, None, None]


def test_carbon_and_electricity_go_with_what_is_installed(served):
    """The year of the window: 1,000 t and 9,000 MWh; five years of 365 days and two leap days in all."""
    hourly = {"carbon_t": np.array([[1000.0]]), "facility_mw": np.array([[9000.0]])}
    per_year = {"embodied_t": np.array([700.0]), "embodied_t_per_year": np.array([120.0])}
    _, _, found, life = served(**hourly, **per_year)
    years = (365 * 5 + 2) / 365
    assert life.energy_mwh.sum() == pytest.approx(9000 * years)
    assert found.carbon_t == pytest.approx(1000 * years)
    assert found.eur_per_t == pytest.approx(18.3e6 / (1000 * years))
    assert found.embodied_t == pytest.approx(600)


def test_unknown_embodied_emissions_are_none(served):
    _, _, found, _ = served(embodied_t_per_year=np.array([np.nan]))
    assert found.embodied_t is None


def test_a_site_outside_the_window_emits_like_the_others(make_scenario, window):
    scenario = make_scenario(sites=(((date(2028, 1, 1), 1000),), ((date(2031, 1, 1), 504),)))
    plans, account, access = window(
        scenario, energy_eur=[400_000.0, 0.0], carbon_t=np.array([[1000.0], [0.0]]), facility_mw=np.array([[9e3], [0]])
    )
    made = project(scenario, plans, account, access)
    life = lifetime(scenario, plans, account, made)
    first, second = life.carbon_t.sum(axis=1)
    assert first == pytest.approx(1000 * (365 * 5 + 2) / 365)
    assert second == pytest.approx(504 * (365 * 5 + 1) / 365)


def test_chips_that_come_in_the_window_count_from_their_day(make_scenario, window):
    """1,000 chips all year and 1,000 for half of it: 1,000 t for 13,152 MWh of full load."""
    scenario = make_scenario(sites=(((date(2028, 1, 1), 1000), (date(2029, 7, 2), 1000)),))
    plans, account, access = window(scenario, carbon_t=np.array([[1000.0]]), embodied_t_per_year=np.array([120.0]))
    life = lifetime(scenario, plans, account, project(scenario, plans, account, access))
    window_mwh = 8760 + 24 * (date(2030, 1, 1) - date(2029, 7, 2)).days
    first_mwh = 24 * (date(2033, 1, 1) - date(2028, 1, 1)).days
    # The second phase lives for twenty quarters from the second day of one.
    second_mwh = 24 * (date(2034, 7, 2) - date(2029, 7, 2)).days
    assert life.carbon_t.sum() == pytest.approx(1000 * (first_mwh + second_mwh) / window_mwh, rel=1e-4)
    assert life.embodied_t.sum() == pytest.approx(120 * 5)


def test_price_of_compute_time(served):
    """The Union pays a tenth and gets a tenth of the hours delivered in three years, or what it has bargained for."""
    scenario, made, found, _ = served(changes={"purchase_years": 3.0})
    h100_per_chip = made.h100_equivalents.max() / 1000
    bought = 0.1 * 0.8 * 1000 * h100_per_chip * 24 * (365 * 3 + 1)
    assert found.compute_eur_per_h100_hour == pytest.approx(6.1e6 / bought)
    bargain = scenario.fund.layers[0].model_copy(update={"compute_share": 0.2})
    fund = scenario.fund.model_copy(update={"layers": (bargain, *scenario.fund.layers[1:])})
    cheaper = scenario.model_copy(update={"fund": fund})
    assert compute_price(cheaper, made, AMOUNTS) == pytest.approx(6.1e6 / (2 * bought))
    grant = scenario.fund.layers[0].model_copy(update={"kind": "grant"})
    fund = scenario.fund.model_copy(update={"layers": (grant, *scenario.fund.layers[1:])})
    assert compute_price(scenario.model_copy(update={"fund": fund}), made, AMOUNTS) is None


def test_time_that_is_bought_is_for_users_who_pay_nothing(served):
    """Start-ups get half of all hours for nothing: enough for a tenth, and for half, but not for more."""
    scenario, made, _, _ = served()
    for share, passed in ((None, True), (0.5, True), (0.51, False)):
        layer = scenario.fund.layers[0].model_copy(update={"compute_share": share})
        fund = scenario.fund.model_copy(update={"layers": (layer, *scenario.fund.layers[1:])})
        rule = fund_rules(scenario.model_copy(update={"fund": fund}), made, AMOUNTS)[2]
        assert (rule.found, rule.limit, rule.passed) == (pytest.approx(0.5), pytest.approx(share or 0.1), passed)


def test_rules_of_the_programme(served):
    scenario, made, _, _ = served()
    cap, match, _ = fund_rules(scenario, made, AMOUNTS)
    assert (cap.limit, cap.found, cap.unit, cap.passed) == (0.17, pytest.approx(0.1), "share", True)
    assert (match.limit, match.found, match.unit, match.passed) == (1.0, pytest.approx(2), "EUR/EUR", True)
    assert "union_cap_share" in cap.source


@pytest.mark.parametrize(
    ("union", "state", "passed"),
    [(0.17, 0.17, [True, True]), (0.171, 0.18, [False, True]), (0.1, 0.09, [True, False]), (0.0, 0.1, [True, None])],
)
def test_rules_are_kept_up_to_their_limits(served, union, state, passed):
    scenario, made, _, _ = served()
    rest = 1 - union - state
    rules = fund_rules(scenario, made, 61e6 * np.array([union, state, rest, 0.0]))
    assert [rule.passed for rule in rules[:2]] == passed


def test_the_cap_is_on_capital_cost_not_on_all_uses(served):
    """10.6 m of 66 m are 16 %, of 61 m of capital cost 17.4 %."""
    scenario, made, _, _ = served()
    cap, *_ = fund_rules(scenario, made, np.array([10.6e6, 12e6, 23.4e6, 20e6]))
    assert cap.found == pytest.approx(10.6 / 61)
    assert cap.passed is False


def test_rules_without_limits_are_only_told(served):
    scenario, made, _, _ = served(changes={"union_cap_share": None, "state_match": None})
    assert [rule.passed for rule in fund_rules(scenario, made, AMOUNTS)][:2] == [None, None]
