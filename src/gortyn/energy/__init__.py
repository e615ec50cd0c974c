"""The energy room owns what a year of operation draws from the grid: power, energy, its price and its carbon."""

from gortyn.energy.account import EnergyAccount, account
from gortyn.energy.power import it_power_mw
from gortyn.energy.shapes import Clock, local_clock, shape

__all__ = ["Clock", "EnergyAccount", "account", "it_power_mw", "local_clock", "shape"]
