"""The machine room owns the way from chips to sites: nodes, domains, pods, H100-equivalents, megawatts and capex."""

from gortyn.machine.capex import Capex
from gortyn.machine.partition import Partition, admits, enclave_of, partitions, place_of
from gortyn.machine.power import facility_mw, power_check
from gortyn.machine.site_plan import PhasePlan, SitePlan, plan
from gortyn.machine.sizing import REFERENCE_CHIP, Size, size

__all__ = [
    "REFERENCE_CHIP",
    "Capex",
    "Partition",
    "PhasePlan",
    "SitePlan",
    "Size",
    "admits",
    "enclave_of",
    "facility_mw",
    "partitions",
    "place_of",
    "plan",
    "power_check",
    "size",
]
