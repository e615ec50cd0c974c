"""A levelised cost worked out by another planner, inputs and results as it publishes them, month by month.

Source: github.com/nchim/ai-compute-planning, fixtures/abilene-1.json and engine/core/testdata/abilene-1.result.json at
commit 158259e5 (2026): 110,000 chips in 200 MW of IT, online in months 30 to 83, paid for in lumps, 10 % a year.
"""

from __future__ import annotations

import numpy as np

from gortyn.kernels.waterfall_types import Base

RATE = 0.10
MONTHS = 84
FIRST = 30
USE = 0.8
PUBLISHED = {
    "levelised": 2.1882577216171084,
    "pv_hours": 2231676390.3507543,
    "pv_cost": 4883483093.335634,
    "irr": 0.10586266747161432,
    "npv": 109122648.80764924,
    "break_even_use": 0.7825145177578868,
    "opex": 872946400.3514426,
    "power": 425736000,
    "revenue": 7658213345.048089,
    "terminal": 3074880000,
}

month = np.arange(MONTHS)
online = month >= FIRST
installed_hours = np.where(online, 110_000 * 730.0, 0.0)
hours = USE * installed_hours
price = 3.25 * 0.92 ** (month / 12)
revenue = price * hours
# Shell, electrical, cooling and network at 10 m a megawatt, 260 MW of grid at 400 a kilowatt, 400 acres at 50,000.
facility, land, chips = 2_000e6 + 104e6, 20e6, 110_000 * 40_000.0
capex = np.where(month == 0, facility + land, 0) + np.where(month == FIRST, chips, 0)
# Staff of 200 MW once online; maintenance and insurance of the facility and property tax from the first month; fee.
opex = np.where(online, 200 * 150e3 / 12, 0) + facility * 0.025 / 12 + 20e6 / 12 + 0.03 * revenue
power = np.where(online, 240 * 730 * 45.0, 0)
# Chips after four full years, the facility straight-line over 25 years, land at cost.
terminal = np.where(month == MONTHS - 1, 0.35 * chips + facility * (1 - MONTHS / 300) + land, 0)
cost = capex + opex + power - terminal


def base() -> Base:
    """The case as the cash of one site and one tenant; its planner takes all cost as fixed when use moves."""
    none = np.zeros((1, MONTHS))
    return Base(
        chips_eur=np.where(month == FIRST, chips, 0)[None, :],
        building_eur=np.where(month == 0, facility + land, 0)[None, :],
        refresh_eur=none,
        market_energy_eur=power[None, :],
        other_energy_eur=none,
        other_eur=opex[None, :],
        income_eur=none,
        residual_eur=terminal[None, :],
        chips_depreciation_eur=none,
        building_depreciation_eur=none,
        chip_hours=installed_hours[None, :],
        energy_slope=np.zeros(1),
        price_eur=np.array([price[0]]),
        price_index=price / price[0],
        use=np.array([USE]),
        floor_chip_hours=none,
        lost_share=0.0,
        growth=1.0,
    )
