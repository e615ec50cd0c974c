"""The finance room owns the money: cash flow by quarter, who is paid when, and what a chip-hour costs over its life."""

from gortyn.finance.appraisal import Finance, appraise
from gortyn.finance.cashflow import CashFlow
from gortyn.finance.layers import LayerResult
from gortyn.finance.metrics import annuity, irr, levelised_eur, npv, payback_years, periodic_rate

__all__ = [
    "CashFlow",
    "Finance",
    "LayerResult",
    "annuity",
    "appraise",
    "irr",
    "levelised_eur",
    "npv",
    "payback_years",
    "periodic_rate",
]
