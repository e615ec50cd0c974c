"""The training room owns how long a named training run takes: the best strategy, its steps, failures, checkpoints."""

from gortyn.training.estimate import TrainingEstimate, estimate, estimates
from gortyn.training.goodput import goodput, mttf_hours, optimal_interval_h
from gortyn.training.spanning import stretch_pm

__all__ = [
    "TrainingEstimate",
    "estimate",
    "estimates",
    "goodput",
    "mttf_hours",
    "optimal_interval_h",
    "stretch_pm",
]
