"""This module owns the plan of a site: what each phase installs, draws and costs, and what that adds up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from gortyn.catalogue import Lookup
from gortyn.climate import design_pue
from gortyn.machine.capex import Capex, phase_capex
from gortyn.machine.sizing import size
from gortyn.model import Scenario, Site
from gortyn.model.series import AllSeries, SiteSeries


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """One phase of a site.

    Attributes
    ----------
    site, name, machine : names of site, phase and machine in the scenario
    operational : first day of operation
    chips, nodes, domains, pods : physical counts that this phase adds
    h100_equivalents : dense 16-bit peak over that of one H100 SXM
    it_mw : IT power at full load [MW]
    facility_mw : the same times the mean PUE of a year [MW]
    exaflops : dense 16-bit peak [EFLOP/s]
    capex : cost of this phase by part; the first phase of a site pays the grid connection
    minimum_h100_equivalents, minimum_it_mw : floors on the site's total once this phase operates; None without one
    """

    site: str
    name: str
    operational: date
    machine: str
    chips: int
    nodes: int
    domains: int
    pods: int
    h100_equivalents: float
    it_mw: float
    facility_mw: float
    exaflops: float
    capex: Capex
    minimum_h100_equivalents: float | None
    minimum_it_mw: float | None


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One site with all its phases; the properties are totals over them.

    Attributes
    ----------
    name, title, country, latitude_deg, longitude_deg : as the scenario says
    connection_mw : firm power of the grid connection [MW]
    pue : facility power over IT power at full load, mean over a year
    peak_pue : the same in the hour that needs most
    phases : in order of their dates
    """

    name: str
    title: str
    country: str
    latitude_deg: float
    longitude_deg: float
    connection_mw: float
    pue: float
    peak_pue: float
    phases: tuple[PhasePlan, ...]

    @property
    def chips(self) -> int:
        """Physical chips."""
        return sum(phase.chips for phase in self.phases)

    @property
    def nodes(self) -> int:
        """Nodes."""
        return sum(phase.nodes for phase in self.phases)

    @property
    def domains(self) -> int:
        """Scale-up domains."""
        return sum(phase.domains for phase in self.phases)

    @property
    def pods(self) -> int:
        """Pods."""
        return sum(phase.pods for phase in self.phases)

    @property
    def h100_equivalents(self) -> float:
        """Dense 16-bit peak over that of one H100 SXM."""
        return sum(phase.h100_equivalents for phase in self.phases)

    @property
    def it_mw(self) -> float:
        """IT power at full load [MW]."""
        return sum(phase.it_mw for phase in self.phases)

    @property
    def facility_mw(self) -> float:
        """Power at the grid connection at full load [MW], mean over a year."""
        return sum(phase.facility_mw for phase in self.phases)

    @property
    def peak_facility_mw(self) -> float:
        """Power at the grid connection at full load in the hour that needs most [MW]."""
        return self.it_mw * self.peak_pue

    @property
    def exaflops(self) -> float:
        """Dense 16-bit peak [EFLOP/s]."""
        return sum(phase.exaflops for phase in self.phases)

    @property
    def capex(self) -> Capex:
        """Cost of all phases by part."""
        return sum((phase.capex for phase in self.phases), Capex())

    @property
    def meets_minimum_h100_equivalents(self) -> tuple[bool | None, ...]:
        """Per phase: whether the site's total up to it reaches the phase's floor; None where there is no floor."""
        return _meets(
            (phase.h100_equivalents for phase in self.phases), (p.minimum_h100_equivalents for p in self.phases)
        )

    @property
    def meets_minimum_it_mw(self) -> tuple[bool | None, ...]:
        """Per phase: whether the site's IT power up to it reaches the phase's floor; None where there is no floor."""
        return _meets((phase.it_mw for phase in self.phases), (phase.minimum_it_mw for phase in self.phases))


def plan(scenario: Scenario, facts: Lookup, series: AllSeries | None = None) -> tuple[SitePlan, ...]:
    """Plan of every site, in scenario order.

    Parameters
    ----------
    scenario : resolved scenario
    facts : catalogue, for the peak of the reference chip of H100-equivalents, and for the PUE
    series : what the files of the sites hold, by name

    Raises
    ------
    ValueError : the scenario is not resolved.
    """
    return tuple(_site_plan(site, scenario, facts, (series or {}).get(site.name)) for site in scenario.sites)


def _site_plan(site: Site, scenario: Scenario, facts: Lookup, series: SiteSeries | None) -> SitePlan:
    pue = design_pue(site, facts, series)
    phases: list[PhasePlan] = []
    for phase in site.phases:
        machine = scenario.machine(phase.machine)
        what = size(phase, machine, facts)
        connection_mw = 0 if phases else site.grid.connection_mw
        phases.append(
            PhasePlan(
                site=site.name,
                name=phase.name,
                operational=phase.operational,
                machine=machine.name,
                chips=what.chips,
                nodes=what.nodes,
                domains=what.domains,
                pods=what.pods,
                h100_equivalents=what.h100_equivalents,
                it_mw=what.it_mw,
                facility_mw=what.it_mw * pue.mean,
                exaflops=what.exaflops,
                capex=phase_capex(what, machine, scenario.costs, connection_mw),
                minimum_h100_equivalents=phase.minimum_h100_equivalents,
                minimum_it_mw=phase.minimum_it_mw,
            )
        )
    return SitePlan(
        name=site.name,
        title=site.title,
        country=site.country,
        latitude_deg=site.latitude_deg,
        longitude_deg=site.longitude_deg,
        connection_mw=site.grid.connection_mw,
        pue=pue.mean,
        peak_pue=pue.peak,
        phases=tuple(phases),
    )


def _meets(added: Iterable[float], floors: Iterable[float | None]) -> tuple[bool | None, ...]:
    totals = accumulate(added)
    return tuple(None if floor is None else total >= floor for total, floor in zip(totals, floors, strict=True))
