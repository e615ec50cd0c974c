"""Waste heat: balances of an hour, a year's demand, and what is published of LUMI and Frontier."""

from __future__ import annotations

import numpy as np
import pytest

from gortyn.climate import Facility, facility, heat_delivered_mw, mean_heating_degrees_c
from gortyn.climate.heat import pump_work_share
from gortyn.model import Cooling, HeatReuse


def leaving(source_c, heat_share=0.9, hours=1):
    one = np.ones(hours)
    return Facility(1.1 * one, 0 * one, heat_share * one, source_c * one, 0 * one, 0.1 * one)


def test_the_pump_reaches_its_share_of_carnot(facts):
    """From 42 to 75 degC, a pinch of 5 K on both sides: half of 353.15 / 43 is 4.1."""
    work = pump_work_share(np.array([42.0]), 75.0, facts)
    assert 1 / work[0] == pytest.approx(0.5 * 353.15 / 43)
    # Large heat pumps on data centres deliver with coefficients of 3 to 5.
    assert 3 < 1 / work[0] < 5


def test_hot_liquid_heats_by_itself_and_an_absurd_lift_is_bounded(facts):
    assert pump_work_share(np.array([65.0]), 60.0, facts)[0] == 0
    assert pump_work_share(np.array([-50.0]), 95.0, facts)[0] == 0.5


def test_heat_is_neither_made_nor_lost(facts, still):
    """What is delivered is what the liquid gives and the pump draws; a small taker gets what it asks for."""
    for demand, limited in ((1000.0, True), (5.0, False)):
        reuse = HeatReuse(demand_mw=demand, summer_share=1.0)
        balance = heat_delivered_mw(reuse, np.array([20.0]), leaving(42.0), still(0.0), facts)
        taken = balance.delivered_mw - balance.pump_mw
        assert taken[0] == pytest.approx(18.0) if limited else taken[0] < 18
        assert balance.delivered_mw[0] == pytest.approx(taken[0] / (1 - 43 / (0.5 * 353.15)) if limited else 5.0)


def test_demand_follows_the_cold_and_means_what_was_said(facts, year):
    typical = year("kajaani")
    reuse = HeatReuse(demand_mw=30.0, summer_share=0.2)
    plenty = heat_delivered_mw(reuse, np.full(8784, 1e6), leaving(42.0, hours=8784), typical, facts)
    assert plenty.delivered_mw.mean() == pytest.approx(30.0)
    assert plenty.delivered_mw.min() == pytest.approx(0.2 * 30)
    coldest, warmest = np.argmin(typical.dry_bulb_c), np.argmax(typical.dry_bulb_c)
    assert plenty.delivered_mw[coldest] == plenty.delivered_mw.max() > 2 * plenty.delivered_mw[warmest]


def test_a_january_asks_for_more_than_its_share_of_the_year(facts, year):
    typical = year("kajaani")
    january = typical._replace(**{name: getattr(typical, name)[: 31 * 24] for name in typical._fields})
    reuse, mean = HeatReuse(demand_mw=30.0), mean_heating_degrees_c("kajaani", facts)
    it_mw, liquid = np.full(31 * 24, 1e6), leaving(42.0, hours=31 * 24)
    there = heat_delivered_mw(reuse, it_mw, liquid, january, facts, mean_degrees_c=mean)
    assert there.delivered_mw.mean() > 1.4 * 30
    # Heating degrees of Kajaani: some 5000 degree days a year.
    assert mean * 365 == pytest.approx(5000, rel=0.1)


def test_a_place_that_is_never_cold_asks_evenly(facts, still):
    reuse = HeatReuse(demand_mw=4.0)
    balance = heat_delivered_mw(reuse, np.full(3, 100.0), leaving(42.0, hours=3), still([20.0, 25.0, 30.0]), facts)
    assert balance.delivered_mw == pytest.approx([4.0] * 3)


def test_lumi_saves_what_it_says(facts, year):
    """Published: 12,400 t CO2 a year saved by LUMI's heat, here 7.1 MW at full load and what the pumps add to it.

    That replaces heat of 150 to 220 g/kWh, between the wood and the peat that the town burns (0 and about 380).
    """
    typical = year("kajaani")
    around = facility(Cooling(kind="warm-water"), typical, np.ones(8784), facts)
    all_of_it = heat_delivered_mw(HeatReuse(demand_mw=1e4), np.full(8784, 7.1), around, typical, facts)
    yearly_mwh = all_of_it.delivered_mw.mean() * 8760
    assert 150 < 12_400 * 1000 / yearly_mwh < 220


def test_frontiers_heat_for_a_taker_of_ten_megawatts(facts, still):
    """Published: 92.6 % of the waste heat of 2023; here of the heat in liquid at the mean load of 11.6 MW."""
    around = facility(Cooling(kind="warm-water"), still(15.0), np.array([11.6 / 27.7]), facts)
    taker = HeatReuse(demand_mw=10.0, summer_share=1.0, supply_temperature_c=30.0)
    balance = heat_delivered_mw(taker, np.array([11.6]), around, still(15.0), facts)
    assert balance.pump_mw[0] == 0
    share = balance.delivered_mw[0] / (11.6 * around.heat_share[0])
    assert share == pytest.approx(facts.number("cooling", "warm-water", "usable_heat_share"), abs=0.03)
