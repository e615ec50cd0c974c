"""This module owns how the sites are run: queueing policy, failures and checkpoints, and the simulated window."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from gortyn.model.noun import Noun
from gortyn.model.units import FromCatalogue, Hours, Minutes, Unit


class Reliability(Noun):
    """Failures of long runs and what is done about them."""

    rate_per_1000_node_days: Annotated[
        Annotated[float, Unit("1/1000 node-days"), Field(ge=0, le=1000)] | None,
        FromCatalogue("reliability/llama-3/rate_per_1000_node_days"),
    ] = None
    """Interruptions per thousand days of a node of eight chips; scaled by chips for other nodes."""
    clock: Annotated[Literal["observed", "running"] | None, FromCatalogue("reliability/llama-3/clock")] = None
    """Whether the rate counts per hour of wall-clock or per hour of running time; state it with a rate of your own."""
    restart_min: Minutes = 10.0
    """Minutes from an interruption to the first new training step."""
    checkpoint_write_min: Minutes = 1.0
    """Minutes that writing one checkpoint blocks training."""


class Operations(Noun):
    """Queueing policy of every site."""

    scheduler: Literal["fcfs", "easy"] = "easy"
    """First come first served, or the same with EASY backfill."""
    estimate: Literal["requested", "actual"] = "requested"
    """Run time that backfill believes: the requested walltime, or the actual run time (perfect foresight)."""
    walltime_limit_hours: Hours = 336.0
    """Longest walltime of a job; longer jobs are cut. Named training runs are exempt."""
    reliability: Reliability = Reliability()
    """Failures and checkpoints."""


class Simulation(Noun):
    """The window that the operation is simulated over; finance scales it to the life of the sites."""

    start: date
    """First day of the window."""
    days: Annotated[int, Unit("days"), Field(ge=1, le=3660)] = 365
    """Length of the window."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Seed of all random draws; the same seed gives the same bytes."""
