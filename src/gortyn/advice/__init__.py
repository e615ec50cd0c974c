"""The advice room owns the answer to who wants to train a model: how to get there, how long it takes, the price."""

from gortyn.admission import Duty
from gortyn.advice.advise import Advice, Basis, Pick, advise
from gortyn.advice.clouds import CloudWay
from gortyn.advice.load import ReferenceLoad, measure
from gortyn.advice.options import Closed, Way
from gortyn.advice.place import Ground
from gortyn.advice.question import Question
from gortyn.advice.run import Run, Schedule
from gortyn.advice.timeline import Start

__all__ = [
    "Advice",
    "Basis",
    "Closed",
    "CloudWay",
    "Duty",
    "Ground",
    "Pick",
    "Question",
    "ReferenceLoad",
    "Run",
    "Schedule",
    "Start",
    "Way",
    "advise",
    "measure",
]
