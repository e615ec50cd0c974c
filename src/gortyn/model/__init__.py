"""What a scenario says: frozen, strict types, one noun a file, each field with a text, a unit and a range."""

from gortyn.model.cluster import Cluster
from gortyn.model.costs import Costs
from gortyn.model.fund import Fund, Layer
from gortyn.model.machine import Machine
from gortyn.model.noun import Fault, Noun, known
from gortyn.model.operations import Operations, Reliability, Simulation
from gortyn.model.programme import Programme
from gortyn.model.scenario import Scenario
from gortyn.model.site import Cooling, Grid, Phase, Site
from gortyn.model.tenant import Tenant
from gortyn.model.training_run import TrainingRun
from gortyn.model.units import SUFFIXES, FromCatalogue, Unit, suffix_unit

__all__ = [
    "SUFFIXES",
    "Cluster",
    "Cooling",
    "Costs",
    "Fault",
    "FromCatalogue",
    "Fund",
    "Grid",
    "Layer",
    "Machine",
    "Noun",
    "Operations",
    "Phase",
    "Programme",
    "Reliability",
    "Scenario",
    "Simulation",
    "Site",
    "Tenant",
    "TrainingRun",
    "Unit",
    "known",
    "suffix_unit",
]
