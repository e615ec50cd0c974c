"""Each factor alone at its P10 and P90, against what the sums say of it."""

from __future__ import annotations

import numpy as np
import pytest

import venture
from gortyn.finance.metrics import npv
from gortyn.finance.outcomes import outcomes
from gortyn.finance.risk import assess
from gortyn.finance.shocks import longer, no_shocks
from gortyn.finance.tornado import MEASURES, tornado
from gortyn.kernels.money_draws import play
from gortyn.model.risk import FACTORS

P90 = 1.2815515655446004  # the standard normal's, from a table


def bars(plan=None, **spreads):
    of = venture.scenario(**spreads)
    return tornado(of, *venture.venture(of, plan or venture.base(2)))


def by_key(rows):
    return {(row.factor, row.measure): row for row in rows}


def test_every_factor_has_every_measure_and_the_widest_comes_first():
    rows = bars()
    assert len(rows) == len(FACTORS) * len(MEASURES)
    assert set(by_key(rows)) == {(factor, measure) for factor in FACTORS for measure in MEASURES}
    swings = [abs(row.high - row.low) for row in rows if row.measure == "npv_eur"]
    assert swings == sorted(swings, reverse=True)
    assert [row.factor for row in rows][:: len(MEASURES)] == [row.factor for row in rows if row.measure == "npv_eur"]


def test_settings_are_the_quantiles_of_the_factors():
    rows = by_key(bars())
    settings = {
        factor: (rows[factor, "npv_eur"].low_setting, rows[factor, "npv_eur"].high_setting) for factor in FACTORS
    }
    # exp(± 0.15 z), exp(± 0.25 z), -1.5 ln 0.9, -1.5 ln 0.1 and ± 1 % z at z = 1.2816, by hand.
    assert settings["chip-price"] == ("× 0.83", "× 1.21")
    assert settings["power-price"] == ("× 0.73", "× 1.38")
    assert settings["delay"] == ("+0.2 quarters", "+3.5 quarters")
    assert settings["interest-rate"] == ("-1.28 %-points", "+1.28 %-points")
    assert {row.unit for row in rows.values()} == {"EUR", "1/year", "EUR/chip-hour", "1"}


def test_chips_and_power_move_the_value_by_their_cost():
    plan = venture.base(2)
    rows = by_key(bars(plan))
    costs = {"chip-price": (plan.chips_eur + plan.refresh_eur, 0.15), "power-price": (plan.market_energy_eur, 0.25)}
    for factor, (cost, spread) in costs.items():
        row = rows[factor, "npv_eur"]
        present = npv(0.07, cost.sum(axis=0))
        assert row.low - row.plan == pytest.approx((1 - np.exp(-spread * P90)) * present, rel=1e-6)
        assert row.high - row.plan == pytest.approx((1 - np.exp(spread * P90)) * present, rel=1e-6)


def test_what_is_worse_is_worse():
    rows = by_key(bars())
    for factor in ("chip-price", "power-price", "delay", "failure-rate"):
        row = rows[factor, "npv_eur"]
        assert row.high < row.plan
        assert rows[factor, "levelised_eur_per_chip_hour"].high > rows[factor, "levelised_eur_per_chip_hour"].plan
    for measure in ("npv_eur", "irr_rate", "dscr_min"):
        row = rows["demand", measure]
        assert row.low < row.plan < row.high
    row = rows["interest-rate", "dscr_min"]
    assert row.low > row.plan > row.high
    assert rows["interest-rate", "npv_eur"].high == pytest.approx(rows["interest-rate", "npv_eur"].low, rel=1e-9)


def test_a_factor_moves_as_it_does_alone_in_the_waterfall():
    of = venture.scenario()
    project, structure = venture.venture(of, venture.base(2))
    row = by_key(tornado(of, project, structure))["delay", "dscr_min"]
    late = no_shocks(1, 2)._replace(delay=np.full((1, 2), -1.5 * np.log(0.1)))
    base, deal, extra_eur = longer(project.base, structure.deal, structure.extra_eur, 4)
    assert row.high == pytest.approx(outcomes(of, project, play(deal, base, extra_eur, late))["dscr_min"][0], abs=1e-9)


def test_plan_is_that_of_the_draws():
    of = venture.scenario()
    parts = venture.venture(of, venture.base(2))
    plans = {row.measure: row.plan for row in assess(of, *parts, draws=1).measures}
    for row in tornado(of, *parts):
        assert row.plan == pytest.approx(plans[row.measure], rel=1e-9)


def test_without_spreads_nothing_moves():
    for row in bars(**venture.CALM):
        assert row.low == row.high == pytest.approx(row.plan, rel=1e-12)
    assert [row.factor for row in bars(**venture.CALM)][:: len(MEASURES)] == list(FACTORS)
