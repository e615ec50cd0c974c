"""This module owns the priority of jobs: the weights of its factors, and the accounts that share the machines."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gortyn.model.noun import Noun, Slug
from gortyn.model.units import Minutes, Unit

Weight = Annotated[float, Unit("1"), Field(ge=0, le=1e6)]
PositiveDays = Annotated[float, Unit("days"), Field(gt=0, le=3660)]


class Priority(Noun):
    """Weights of the factors of `scheduler: multifactor`; each factor lies between 0 and 1, as in Slurm."""

    age_weight: Weight = 1000.0
    """Weight of the time in the queue."""
    age_days: PositiveDays = 7.0
    """Time in the queue after which age counts in full (Slurm's default)."""
    fair_share_weight: Weight = 2000.0
    """Weight of the fair share of the tenant's account."""
    half_life_days: PositiveDays = 7.0
    """Half-life of the past use that the fair share counts (Slurm's default)."""
    size_weight: Weight = 500.0
    """Weight of the job's share of the nodes."""
    qos_weight: Weight = 1000.0
    """Weight of the tenant's `qos_priority`."""
    period_min: Annotated[Minutes, Field(ge=1)] = 5.0
    """Minutes between recalculations (Slurm's default)."""


class Account(Noun):
    """One account of the tree that the fair share is computed on; tenants name the one that they charge."""

    name: Slug
    """Short name of the account."""
    parent: Slug | None = None
    """Account above it; left out, the root."""
    shares: Annotated[float, Unit("1"), Field(gt=0, le=1e6)]
    """Shares of what the account above has, relative to those of its siblings."""
