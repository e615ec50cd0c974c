"""This module owns the tenant: who uses the machines, how much, with what jobs and at what price."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, Slug, refuse
from gortyn.model.units import Count, Hours, Share, Unit

TenantClass = Literal["start-up", "sme", "research", "public", "industry", "anchor"]


class Tenant(Noun):
    """One group of users that send jobs of one kind to all sites, in proportion to the sites' chips."""

    name: Slug
    """Short name of the tenant."""
    tenant_class: TenantClass
    """Class under which waits and shares are reported."""
    demand_share: Share
    """Chip-hours that the tenant asks for, as a share of all chip-hours of the chips in operation."""
    job_chips: Count
    """Median number of chips of a job."""
    job_chips_spread: Annotated[float, Unit("1"), Field(ge=0, le=3)] = 1.0
    """Standard deviation of the natural logarithm of a job's chips (lognormal)."""
    job_chips_max: Count
    """Largest job that the tenant sends."""
    run_hours: Hours
    """Median run time of a job."""
    run_hours_spread: Annotated[float, Unit("1"), Field(ge=0, le=4)] = 1.2
    """Standard deviation of the natural logarithm of a job's run time (lognormal)."""
    walltime_factor: Annotated[float, Unit("1"), Field(ge=1, le=100)] = 2.0
    """Requested over actual run time; the request is cut at the walltime limit."""
    price_eur_per_chip_hour: Annotated[float, Unit("EUR/chip-hour"), Field(ge=0, le=100)] = 0.0
    """Price that the tenant pays; 0 where access is free."""

    @model_validator(mode="after")
    def _sizes_are_ordered(self) -> Self:
        if self.job_chips > self.job_chips_max:
            refuse([Fault(("job_chips_max",), f"is {self.job_chips_max}, less than the median {self.job_chips}")])
        return self
