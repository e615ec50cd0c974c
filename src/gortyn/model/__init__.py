"""What a scenario says: frozen, strict types, one noun a file, each field with a text, a unit and a range."""

from gortyn.model.access import AccessRules, Applicants, CountryShare, DataSpace, Enclave, Mode
from gortyn.model.cluster import Cluster
from gortyn.model.cooling import Cooling, HeatReuse
from gortyn.model.costs import Costs, Exchange, Refresh
from gortyn.model.failures import Failures
from gortyn.model.fund import Fund, Guarantee, Layer, Step
from gortyn.model.grid import Contract, Grid, Ramp
from gortyn.model.machine import Machine
from gortyn.model.noun import Fault, Noun, known
from gortyn.model.operations import Operations, Reliability, Simulation
from gortyn.model.priority import Account, Priority
from gortyn.model.programme import Programme
from gortyn.model.risk import FACTORS, Correlated, Factor, Risk
from gortyn.model.scenario import Scenario
from gortyn.model.site import Phase, Site
from gortyn.model.siting import Candidate, Siting
from gortyn.model.supply import Supply
from gortyn.model.tenant import ForeignPrice, Offtake, Service, Tenant
from gortyn.model.training_run import TrainingRun
from gortyn.model.units import SUFFIXES, FromCatalogue, IfInCatalogue, Unit, suffix_unit
from gortyn.model.windows import PowerLimit, Reservation

__all__ = [
    "FACTORS",
    "SUFFIXES",
    "AccessRules",
    "Account",
    "Applicants",
    "Candidate",
    "Cluster",
    "Contract",
    "Cooling",
    "Correlated",
    "Costs",
    "CountryShare",
    "DataSpace",
    "Enclave",
    "Exchange",
    "Factor",
    "Failures",
    "Fault",
    "ForeignPrice",
    "FromCatalogue",
    "Fund",
    "Grid",
    "Guarantee",
    "HeatReuse",
    "IfInCatalogue",
    "Layer",
    "Machine",
    "Mode",
    "Noun",
    "Offtake",
    "Operations",
    "Phase",
    "PowerLimit",
    "Priority",
    "Programme",
    "Ramp",
    "Refresh",
    "Reliability",
    "Reservation",
    "Risk",
    "Scenario",
    "Service",
    "Simulation",
    "Site",
    "Siting",
    "Step",
    "Supply",
    "Tenant",
    "TrainingRun",
    "Unit",
    "known",
    "suffix_unit",
]
