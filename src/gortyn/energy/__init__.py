"""The energy room owns what operation draws: power, energy, its price, carbon and water, and who it was for."""

from gortyn.energy.account import EnergyAccount, account, tariffs
from gortyn.energy.activity import active_shares
from gortyn.energy.jobs import JobRates, Use, job_rates, job_use
from gortyn.energy.losses import NodePower, node_power
from gortyn.energy.ramps import Swing, swings
from gortyn.energy.tender_figures import SiteScore, tender_scores

__all__ = [
    "EnergyAccount",
    "JobRates",
    "NodePower",
    "SiteScore",
    "Swing",
    "Use",
    "account",
    "active_shares",
    "job_rates",
    "job_use",
    "node_power",
    "swings",
    "tariffs",
    "tender_scores",
]
