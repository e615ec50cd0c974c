"""The access room owns who gets compute: who is admitted, how long each class waits, what share it receives."""

from gortyn.access.account import Access, ClassAccess, TenantAccess, account
from gortyn.access.delivery import chip_hours_within
from gortyn.access.enclaves import EnclaveUse, overhead_shares
from gortyn.access.evenness import Evenness
from gortyn.access.fairness import gini, jain
from gortyn.access.funnel import FunnelRow, ModeAccess, processing_days, yearly_cutoffs
from gortyn.access.groups import GroupAccess
from gortyn.access.mode_waits import STAGES, ModeWait, Waited, waited
from gortyn.access.use import ApplicationUse
from gortyn.access.waits import bounded_slowdown, quantiles, queue_wait_s

__all__ = [
    "STAGES",
    "Access",
    "ApplicationUse",
    "ClassAccess",
    "EnclaveUse",
    "Evenness",
    "FunnelRow",
    "GroupAccess",
    "ModeAccess",
    "ModeWait",
    "TenantAccess",
    "Waited",
    "account",
    "bounded_slowdown",
    "chip_hours_within",
    "gini",
    "jain",
    "overhead_shares",
    "processing_days",
    "quantiles",
    "queue_wait_s",
    "waited",
    "yearly_cutoffs",
]
