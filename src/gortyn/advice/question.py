"""This module owns the question that advice answers: who wants to train what, from when, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gortyn.model.access import TenantClass
from gortyn.training.architecture import Architecture


@dataclass(frozen=True, slots=True)
class Question:
    """A training run, whoever wants to do it, and their conditions.

    Attributes
    ----------
    architecture : model, with the length of its samples
    tokens : tokens to train on, > 0
    batch : samples of a step, > 0
    tenant_class, country : of the applicant; the country as ISO 3166-1 alpha-2 code
    begin : day on which the application could be sent
    by : day on which the run must be over; None where there is no such day
    sensitive : kind of sensitive data in the training data; None for none
    chips : chips to train on; None where the advice may choose
    precision : number format of the matrix products; None for that of each machine
    """

    architecture: Architecture
    tokens: float
    batch: int
    tenant_class: TenantClass
    country: str
    begin: date
    by: date | None = None
    sensitive: str | None = None
    chips: int | None = None
    precision: str | None = None

    @property
    def model_flops(self) -> float:
        """Model operations of the whole run [FLOP]."""
        return self.architecture.flops_per_token * self.tokens
