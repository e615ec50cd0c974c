"""The energy room owns what a year of operation draws from the grid: power, energy, its price and its carbon."""

from gortyn.energy.account import EnergyAccount, account, tariffs
from gortyn.energy.power import facility_mw_per_busy_chip, it_power_mw
from gortyn.energy.shapes import Clock, local_clock, shape

__all__ = [
    "Clock",
    "EnergyAccount",
    "account",
    "facility_mw_per_busy_chip",
    "it_power_mw",
    "local_clock",
    "shape",
    "tariffs",
]
