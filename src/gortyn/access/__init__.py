"""The access room owns who gets compute: how long each class of tenants waits and what share it receives."""

from gortyn.access.account import Access, ClassAccess, TenantAccess, account
from gortyn.access.delivery import chip_hours_within
from gortyn.access.fairness import gini, jain
from gortyn.access.waits import bounded_slowdown, quantiles

__all__ = [
    "Access",
    "ClassAccess",
    "TenantAccess",
    "account",
    "bounded_slowdown",
    "chip_hours_within",
    "gini",
    "jain",
    "quantiles",
]
