"""This module owns what fails while jobs run: nodes, jobs, domains, sites, and how long until they are back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gortyn.model.noun import Noun
from gortyn.model.units import FromCatalogue, Hours, Minutes, Share, Unit

PerYear = Annotated[float, Unit("1/year"), Field(ge=0, le=100)]


class Failures(Noun):
    """Failures that are drawn for every node and job of the queue, beside those inside named training runs.

    The rate of nodes, the restart, the writing of checkpoints and the mean repair are those of `reliability`.
    """

    drawn: bool = True
    """Whether failures are drawn; without, nothing fails but what the duration of a named training run holds."""
    distribution: Literal["exponential", "weibull"] = "exponential"
    """Time of a node between failures."""
    weibull_shape: Annotated[float, Unit("1"), Field(ge=0.2, le=5)] = 0.8
    """Shape of the Weibull distribution; below 1 a node that has just come back fails again sooner (assumed)."""
    lemon_share: Share = 0.0
    """Share of the nodes that fail more often than the others; the mean rate of all nodes stays what it is."""
    lemon_factor: Annotated[float, Unit("1"), Field(ge=1, le=1000)] = 10.0
    """How many times more often they fail (assumed)."""
    job_rate_per_hour: Annotated[
        Annotated[float, Unit("1/h"), Field(ge=0, le=10)] | None, FromCatalogue("reliability/rsc-1/job_rate_per_hour")
    ] = None
    """Failures of a job per hour of running, whatever its size: software and users; on top of those of its nodes."""
    detection_min: Minutes = 2.0
    """Minutes from a failure until somebody or something notices; they come before the restart (assumed)."""
    repair_spread: Annotated[float, Unit("1"), Field(ge=0, le=3)] = 1.0
    """Standard deviation of the natural logarithm of repair times (lognormal: a heavy tail; assumed)."""
    spare_share: Share = 0.0
    """Share of the nodes that wait as hot spares; where there is none, a free node takes the place of a failed one."""
    checkpoint_interval_min: Annotated[float, Unit("min"), Field(gt=0)] | None = None
    """Training time between checkpoints; left out, the best one for the size of the job."""
    domain_outage_rate: PerYear = 0.0
    """Outages of one scale-up domain (power shelf, coolant, switch tray) per year."""
    domain_outage_hours: Hours = 12.0
    """Mean length of such an outage (assumed)."""
    site_outage_rate: PerYear = 0.0
    """Outages of a whole site per year."""
    site_outage_hours: Hours = 8.0
    """Mean length of such an outage (assumed)."""
