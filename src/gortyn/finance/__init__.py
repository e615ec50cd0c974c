"""The finance room owns the money: cash flow by quarter, who is paid when, who loses what, what a chip-hour costs."""

from gortyn.finance.appraisal import Finance, appraise
from gortyn.finance.cashflow import CashFlow
from gortyn.finance.layers import LayerResult
from gortyn.finance.metrics import annuity, irr, levelised_eur, npv, payback_years, periodic_rate
from gortyn.finance.structure import FundingError

__all__ = [
    "CashFlow",
    "Finance",
    "FundingError",
    "LayerResult",
    "annuity",
    "appraise",
    "irr",
    "levelised_eur",
    "npv",
    "payback_years",
    "periodic_rate",
]
