"""The training room owns how long a named training run takes: model FLOPs, utilisation, failures and checkpoints."""

from gortyn.training.estimate import TrainingEstimate, estimate, estimates
from gortyn.training.flops import model_flops_per_token
from gortyn.training.goodput import goodput, mttf_hours, optimal_interval_h

__all__ = [
    "TrainingEstimate",
    "estimate",
    "estimates",
    "goodput",
    "model_flops_per_token",
    "mttf_hours",
    "optimal_interval_h",
]
