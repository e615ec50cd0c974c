"""This module owns the scenario: one programme, its fund, its sites and machines, who uses them and how they run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gortyn.model.costs import Costs
from gortyn.model.fund import Fund
from gortyn.model.machine import Machine
from gortyn.model.noun import Noun, Slug
from gortyn.model.operations import Operations, Simulation
from gortyn.model.programme import Programme
from gortyn.model.site import Site
from gortyn.model.siting import Siting
from gortyn.model.tenant import Tenant
from gortyn.model.training_run import TrainingRun


class Scenario(Noun):
    """Everything that one run needs to know; the file a user writes."""

    name: Slug
    """Short name; results folders start with it."""
    title: str
    """Title of the report."""
    summary: str
    """What the scenario shows, in a sentence or two."""
    programme: Programme
    """Announcement and money."""
    fund: Fund
    """Layers of capital."""
    costs: Costs = Costs()
    """Unit costs and financial rates."""
    machines: Annotated[tuple[Machine, ...], Field(min_length=1)]
    """Kinds of machine that phases install."""
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    """Locations."""
    tenants: Annotated[tuple[Tenant, ...], Field(min_length=1)]
    """Who sends jobs."""
    training_runs: tuple[TrainingRun, ...] = ()
    """Named training runs."""
    operations: Operations = Operations()
    """Queueing policy and failures."""
    siting: Siting | None = None
    """Where to build, for `gortyn site`; left out, the catalogue's candidates and usual limits."""
    simulation: Simulation
    """Simulated window and seed."""

    def machine(self, name: str) -> Machine:
        """Return the machine of that name."""
        return next(machine for machine in self.machines if machine.name == name)
