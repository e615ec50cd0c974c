"""Sizes against closed forms and against every size of a grid; typical weeks against the weeks they stand for."""

from __future__ import annotations

import itertools
import sys
from datetime import date

import numpy as np
import pytest

from gortyn.catalogue import load
from gortyn.energy.sizing import size
from gortyn.energy.sizing_program import MissingExtra, Unreachable
from gortyn.energy.supply import annuity_share, backup_eur_per_year, dispatch, yearly_cost
from gortyn.energy.typical_weeks import HOURS_PER_WEEK, keep_mean, typical_weeks
from gortyn.model import Phase
from gortyn.model.supply import Supply
from plain import grid, site

FACTS = load().lookup()
RATE = 0.07
YEAR_H = 8760


def place(connection_mw=500.0, **supply):
    phase = Phase(name="one", operational=date(2028, 1, 1), machine="plain", chips=8)
    return site(grid=grid(connection_mw=connection_mw), supply=Supply(**supply), phases=(phase,))


def sized(where, load_mw, price, wind=None, solar=None, **asked):
    pytest.importorskip("pypsa")
    none = np.zeros_like(load_mw)
    series = (load_mw, price + none, 50 + none, none if wind is None else wind, none if solar is None else solar)
    return size(where, *series, FACTS, discount_rate=RATE, **{"weeks": None} | asked)


def draw(seed, hours):
    """Load, wind and sun of some hours; the wind comes in spells."""
    rng = np.random.default_rng(seed)
    hour = np.arange(hours)
    wind = np.clip(0.4 + 0.3 * np.convolve(rng.normal(size=hours + 23), np.ones(24) / np.sqrt(24), "valid"), 0, 1)
    sun = np.maximum(np.sin((hour % 24 - 6) * np.pi / 12), 0) * rng.uniform(0.2, 0.9, -(-hours // 24))[hour // 24]
    return 100 + rng.normal(0, 5, hours), wind, sun


def test_annuity_is_that_of_a_table_and_repays_the_loan():
    """0.1098 for 15 years at 7 %: any table of annuities."""
    assert annuity_share(0.07, 15) == pytest.approx(0.1098, abs=5e-5)
    payments = annuity_share(0.05, 8) / 1.05 ** np.arange(1, 9)
    assert payments.sum() == pytest.approx(1)
    assert annuity_share(1e-12, 10) == pytest.approx(annuity_share(0.0, 10))


def test_wind_costs_what_the_danish_catalogue_says():
    """An annuity of 88.3 and fixed costs of 13.3 EUR/kW over 3,066 h, and 1.4 EUR/MWh: 34.6 EUR/MWh of 2020."""
    wind = yearly_cost("wind", FACTS, 0.07)
    today = FACTS.number("supply", "money", "eur_per_eur_2020")
    assert (wind.eur_per_mw / (0.35 * YEAR_H) + wind.eur_per_mwh) / today == pytest.approx(34.6, abs=0.1)


def test_backup_costs_more_with_power_and_with_hours():
    power, hours = (backup_eur_per_year(*more, FACTS, RATE) for more in ((100.0, 0.0), (0.0, 4800.0)))
    assert backup_eur_per_year(100.0, 4800.0, FACTS, RATE) == pytest.approx(power + hours)
    assert 2e6 < power < 8e6
    assert 0 < hours < power


def test_without_limits_above_nothing_the_grid_serves_all():
    load_mw, wind, sun = draw(1, 48)
    found = sized(place(), load_mw, 60.0, wind, sun)
    assert found.cost_eur_per_year == pytest.approx(load_mw.mean() * YEAR_H * 60)
    assert found.baseline_eur_per_year == pytest.approx(found.cost_eur_per_year)
    assert found.matched_hourly_share == pytest.approx(0, abs=1e-9)
    assert found.carbon_t_per_year == pytest.approx(load_mw.mean() * YEAR_H * 50 / 1e3)


def test_nothing_is_built_where_electricity_is_free():
    load_mw, wind, sun = draw(2, 48)
    found = sized(place(wind_limit_mw=500, solar_limit_mw=500, battery_limit_mw=500), load_mw, 0.0, wind, sun)
    assert (found.wind_mw, found.solar_mw, found.battery_mw, found.battery_mwh) == pytest.approx((0, 0, 0, 0), abs=1e-6)
    assert found.cost_eur_per_year == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("margin", "built"), [(1.05, 100.0), (0.95, 0.0)])
def test_wind_is_built_where_its_hours_pay_its_annuity(margin, built):
    """Wind that blows fully in half of the hours: worth (price - variable) x 4,380 h a megawatt, up to the load."""
    wind = yearly_cost("wind", FACTS, RATE)
    price = wind.eur_per_mwh + margin * wind.eur_per_mw / (YEAR_H / 2)
    blows = np.tile([1.0, 0.0], 24)
    found = sized(place(wind_limit_mw=300), np.full(48, 100.0), price, blows)
    assert found.wind_mw == pytest.approx(built, abs=1e-6)


def test_no_size_of_a_grid_is_better():
    """At one price, greedy self-consumption is the best that sizes can do; so every size can be tried."""
    load_mw, wind, sun = draw(3, 120)
    limits = {"wind_limit_mw": 400.0, "solar_limit_mw": 400.0, "battery_limit_mw": 100.0}
    price = 110.0
    found = sized(place(**limits), load_mw, price, wind, sun)
    costs = [yearly_cost(plant, FACTS, RATE) for plant in ("wind", "solar", "battery")]
    efficiency = FACTS.number("supply", "battery", "efficiency_share")

    def cost(wind_mw, solar_mw, battery_mw, hours):
        # Played twice: the second round begins with what the first one left, as the program's first hour does.
        flows = dispatch(
            np.tile(load_mw, 2), np.tile(wind_mw * wind, 2), np.tile(solar_mw * sun, 2),
            battery_mw, battery_mw * hours, efficiency,
        )  # fmt: skip
        used = wind_mw * wind + solar_mw * sun - flows.export_mw[120:]
        share = wind_mw * wind / np.maximum(wind_mw * wind + solar_mw * sun, 1e-12)
        variable = costs[0].eur_per_mwh * share * used
        fixed = wind_mw * costs[0].eur_per_mw + solar_mw * costs[1].eur_per_mw
        fixed += battery_mw * (costs[2].eur_per_mw + hours * costs[2].eur_per_mwh_stored)
        return fixed + (flows.grid_mw[120:] * price + variable).mean() * YEAR_H

    steps = itertools.product(range(0, 401, 40), range(0, 401, 40), range(0, 101, 25), (2, 4, 8))
    tried = {sizes: cost(*sizes) for sizes in steps}
    best = min(tried.values())
    assert found.cost_eur_per_year <= best * (1 + 1e-6)
    assert found.cost_eur_per_year >= best * 0.97  # half a step away
    hours = found.battery_mwh / found.battery_mw if found.battery_mw else 0.0
    again = cost(found.wind_mw, found.solar_mw, found.battery_mw, hours)
    assert again == pytest.approx(found.cost_eur_per_year, rel=5e-3)
    assert found.wind_mw > 0


def test_a_larger_share_matched_costs_more_and_its_price_is_the_slope():
    load_mw, wind, sun = draw(4, 168)
    where = place(wind_limit_mw=2000, solar_limit_mw=2000, battery_limit_mw=500)
    asked = [0.5, 0.7, 0.9]
    found = [sized(where, load_mw, 40.0, wind, sun, match_share=share) for share in asked]
    for share, one in zip(asked, found, strict=True):
        assert one.matched_hourly_share >= share - 1e-6
    load_mwh = load_mw.mean() * YEAR_H
    for (low, high), (below, above) in zip(itertools.pairwise(asked), itertools.pairwise(found), strict=True):
        rise = above.cost_eur_per_year - below.cost_eur_per_year
        assert rise >= 0
        slope = rise / ((high - low) * load_mwh)
        assert below.matching_eur_per_mwh <= slope * (1 + 1e-6) + 1e-6
        assert slope <= above.matching_eur_per_mwh * (1 + 1e-6) + 1e-6


def test_load_moves_to_the_cheap_half_of_its_day():
    """Nights at 20, days at 100 EUR/MWh; a tenth of 100 MW may leave each of 12 dear hours, and finds room at night."""
    load_mw = np.tile(np.repeat([70.0, 100.0], 12), 2)
    price = np.tile(np.repeat([20.0, 100.0], 12), 2)
    fixed, moved = (sized(place(flexible_share=share), load_mw, price) for share in (0.0, 0.1))
    assert moved.moved_mwh_per_year == pytest.approx(12 * 10 * 365)
    saved = fixed.cost_eur_per_year - moved.cost_eur_per_year
    assert saved == pytest.approx(12 * 10 * 365 * 80)
    flat = sized(place(flexible_share=0.1), np.full(48, 100.0), price)
    assert flat.moved_mwh_per_year == pytest.approx(0)


def test_what_stands_there_stays_and_surplus_can_be_sold():
    load_mw, blows = np.full(48, 100.0), np.tile([1.0, 0.0], 24)
    kept = sized(place(wind_mw=150.0), load_mw, 60.0, blows)
    assert kept.wind_mw == pytest.approx(150)
    sold = sized(place(wind_mw=150.0), load_mw, 60.0, blows, export_eur_per_mwh=np.full(48, 30.0))
    variable = yearly_cost("wind", FACTS, RATE).eur_per_mwh
    gained = kept.cost_eur_per_year - sold.cost_eur_per_year
    assert gained == pytest.approx(50 * (30 - variable) * YEAR_H / 2)


def test_what_cannot_be_matched_says_how_far_the_limits_reach():
    load_mw, blows = np.full(48, 100.0), np.tile([1.0, 0.0], 24)
    with pytest.raises(Unreachable, match=r"north: 80\.0% .* at most 25\.00% can: raise supply\.wind_limit_mw"):
        sized(place(wind_limit_mw=50.0), load_mw, 60.0, blows, match_share=0.8)


def test_a_connection_that_is_too_small_says_by_how_much():
    with pytest.raises(Unreachable, match=r"up to 100\.0 MW .* connection of 90\.0 MW .*; 10\.0 MW more"):
        sized(place(connection_mw=90.0), np.full(24, 100.0), 60.0, match_share=0.0)


def test_shares_outside_their_range_are_refused():
    with pytest.raises(ValueError, match=r"the share to match is 1\.5"):
        size(place(), *(np.ones(24),) * 5, FACTS, discount_rate=RATE, match_share=1.5)


def test_a_missing_extra_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypsa", None)
    with pytest.raises(MissingExtra, match=r"pip install 'gortyn\[site-energy\]'"):
        size(place(), *(np.ones(24),) * 5, FACTS, discount_rate=RATE)


def test_weeks_of_few_kinds_are_told_apart_and_counted():
    kinds = np.random.default_rng(5).uniform(0, 1, (3, 2, HOURS_PER_WEEK)) * np.array([1, 3, 9])[:, None, None]
    order = np.array([0, 1, 1, 2, 1, 0, 1, 2, 1, 1])
    series = np.concatenate([kinds[kind] for kind in order], axis=1)
    chosen = typical_weeks(series, 3)
    assert chosen.weight.sum() == pytest.approx(YEAR_H / 168)
    first = chosen.hours[::HOURS_PER_WEEK] // HOURS_PER_WEEK
    assert sorted(order[first]) == [0, 1, 2]
    assert dict(zip(order[first], np.round(chosen.weight * 10 / chosen.weight.sum()), strict=True)) == {
        0: 2,
        1: 6,
        2: 2,
    }


def test_one_week_is_the_most_central_one():
    values = np.repeat([[0.0, 3.0, 4.0, 5.0, 40.0]], HOURS_PER_WEEK, axis=1)
    assert typical_weeks(values, 1).hours[0] == 2 * HOURS_PER_WEEK


def test_no_exchange_of_one_week_makes_the_choice_better():
    series = np.random.default_rng(6).gamma(1.0, 1.0, (2, 9))
    hours = np.repeat(series, HOURS_PER_WEEK, axis=1)
    chosen = set((typical_weeks(hours, 3).hours[::HOURS_PER_WEEK] // HOURS_PER_WEEK).tolist())
    scaled = series / hours.std(axis=1, keepdims=True)
    apart = np.sqrt(((scaled[:, :, None] - scaled[:, None]) ** 2).sum(axis=0))
    total = apart[:, sorted(chosen)].min(axis=1).sum()
    for out, new in itertools.product(chosen, set(range(9)) - chosen):
        assert apart[:, sorted(chosen - {out} | {new})].min(axis=1).sum() >= total - 1e-9


def test_means_are_kept():
    rng = np.random.default_rng(7)
    share, price = rng.beta(1, 2, 52 * 168 + 24), rng.normal(50, 40, 52 * 168 + 24)
    chosen = typical_weeks(np.stack([share, price]), 5)
    weight = np.repeat(chosen.weight, HOURS_PER_WEEK)
    kept = keep_mean(share, chosen, top=1.0)
    assert np.average(kept, weights=weight) == pytest.approx(share.mean(), rel=2e-3)
    assert kept.max() <= 1
    assert np.average(keep_mean(price, chosen, shift=True), weights=weight) == pytest.approx(price.mean())


def test_typical_weeks_of_a_year_that_repeats_itself_give_the_sizes_of_the_year():
    load_mw, wind, sun = draw(8, 2 * 168)
    year = [np.concatenate([part[:168], part[168:], part[:168], part[:168]]) for part in (load_mw, wind, sun)]
    where = place(wind_limit_mw=400, solar_limit_mw=400)
    full, part = (sized(where, year[0], 90.0, *year[1:], weeks=weeks) for weeks in (None, 2))
    assert (full.weeks, part.weeks) == (0, 2)
    assert part.cost_eur_per_year == pytest.approx(full.cost_eur_per_year, rel=1e-6)
    assert (part.wind_mw, part.solar_mw) == pytest.approx((full.wind_mw, full.solar_mw), rel=1e-4)
    # Without battery and moved load, greedy self-consumption in all hours is the program itself.
    assert part.checked_cost_eur_per_year == pytest.approx(full.cost_eur_per_year, rel=1e-6)
    assert part.checked_matched_share == pytest.approx(full.matched_hourly_share, rel=1e-6)
