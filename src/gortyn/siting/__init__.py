"""The siting room owns where to build: candidates, the choice among them, and what limits are worth."""

from gortyn.siting.answer import Answer, choose_sites
from gortyn.siting.choice import Choice, ChosenPhase, ChosenSite, Totals
from gortyn.siting.place import Place
from gortyn.siting.problem import Problem
from gortyn.siting.program import MissingExtra
from gortyn.siting.relax import Infeasible
from gortyn.siting.shadow import Shadow
from gortyn.siting.tables import tables

__all__ = [
    "Answer",
    "Choice",
    "ChosenPhase",
    "ChosenSite",
    "Infeasible",
    "MissingExtra",
    "Place",
    "Problem",
    "Shadow",
    "Totals",
    "choose_sites",
    "tables",
]
