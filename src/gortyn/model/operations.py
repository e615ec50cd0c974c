"""This module owns how the sites are run: queueing policy, failures and checkpoints, and the simulated window."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gortyn.model.failures import Failures
from gortyn.model.noun import Fault, Noun, refuse
from gortyn.model.priority import Account, Priority
from gortyn.model.units import Count, Day, FromCatalogue, Hours, Minutes, Share, Unit
from gortyn.model.windows import PowerLimit, Reservation


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
    """Minutes that writing one checkpoint blocks training; of an asynchronous one, the pause to copy it."""
    checkpoint_persist_min: Minutes = 0.0
    """Minutes after that pause until an asynchronous checkpoint is safe in storage; 0 where writing blocks training."""
    in_memory_share: Share = 0.0
    """Share of the interruptions from which checkpoints in the memory of peers recover, taken at every step."""
    in_memory_restart_min: Minutes | None = None
    """Minutes from such an interruption to the first new training step; `restart_min` where not stated."""
    chips_per_failure: Count | None = None
    """Chips that one failure takes out, for instance a whole scale-up domain; a node where not stated."""
    spares: Annotated[int, Unit("count"), Field(ge=0)] | None = None
    """Spares of a run, each as large as what one failure takes out; never short of one where not stated."""
    repair_hours: Hours = 24.0
    """Mean time until a failed unit is a spare again (assumed: a day); counts only where `spares` are stated."""
    replicas: Count = 1
    """Data-parallel replicas that train on without one that failed, after `restart_min`; 1: a failure stops all."""
    rejoin_min: Minutes = 10.0
    """Minutes from an interruption until the failed replica trains again (assumed: the restart of a whole run)."""

    @model_validator(mode="after")
    def _one_way_to_recover_without_storage(self) -> Reliability:
        if self.in_memory_share > 0 and self.replicas > 1:
            message = "replicas recover from the memory of their peers already: state in_memory_share or replicas"
            refuse([Fault(("in_memory_share",), message)])
        return self


class Operations(Noun):
    """How the sites are run: who starts when, where, and what stands in the way."""

    scheduler: Literal["fcfs", "sjf", "easy", "conservative", "multifactor"] = "easy"
    """Order of the queue: first come first served (alone, or with EASY or conservative backfill), shortest job first,
    or by Slurm's multifactor priority with EASY backfill."""
    estimate: Literal["requested", "actual"] = "requested"
    """Run time that the scheduler believes: the requested walltime, or the actual run time (perfect foresight)."""
    backfill_depth: Annotated[int, Unit("count"), Field(ge=0, le=10**9)] = 1000
    """Waiting jobs behind a blocked one that a pass looks at (assumed; Slurm looks at 500 or more)."""
    placement: Literal["pack", "domains", "spread"] = "pack"
    """Where a job's nodes lie: in the fewest pods and domains, in whole scale-up domains first, or spread evenly."""
    walltime_limit_hours: Hours = 336.0
    """Longest walltime of a job; longer jobs are cut, or go on in a further job where the tenant has `chains`. Named
    training runs are exempt."""
    launch_overhead_s: Annotated[float, Unit("s"), Field(ge=0, le=86400)] = 0.0
    """Seconds on its nodes that each job needs before its work begins."""
    federation: Literal["home", "shortest-wait", "cheapest", "greenest", "data-locality"] = "home"
    """Which site takes a job: the one it was sent to; the one of the shortest expected wait; of those where it could
    start at once the one of the cheapest or cleanest power of the hour; or the one of the shortest wait and transfer of
    its data. Sites with the same machine take each other's jobs."""
    transfer_gbit_per_s: Annotated[float, Unit("Gbit/s"), Field(gt=0)] = 100.0
    """Rate at which the data of a job travel between sites (assumed)."""
    priority: Priority = Priority()
    """Weights of the multifactor priority."""
    accounts: tuple[Account, ...] = ()
    """Tree of accounts for the fair share; left out, every tenant has one of its own with shares as its demand."""
    reservations: tuple[Reservation, ...] = ()
    """Chips set aside for a tenant in windows of the calendar."""
    power_limits: tuple[PowerLimit, ...] = ()
    """Limits on the power of a site over time."""
    power_policy: Literal["hold", "throttle"] = "hold"
    """Under a power limit: hold jobs back, or run all of them slower."""
    throttle_exponent: Annotated[float, Unit("1"), Field(ge=1, le=4)] = 2.5
    """Power above idle grows with the speed of a throttled chip to this power (assumed: between 2 and 3)."""
    failures: Failures = Failures()
    """Failures of nodes, jobs, domains and sites while jobs run."""
    reliability: Reliability = Reliability()
    """Failures of long runs, restarts and checkpoints."""


class Simulation(Noun):
    """The window that the operation is simulated over; finance scales it to the life of the sites."""

    start: Day
    """First day of the window."""
    days: Annotated[int, Unit("days"), Field(ge=1, le=3660)] = 365
    """Length of the window."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Seed of all random draws; the same seed gives the same bytes."""
