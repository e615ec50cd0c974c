"""This module owns the check of a site's power against its grid connection."""

from __future__ import annotations

from collections.abc import Iterable

from gortyn.catalogue import Lookup, load
from gortyn.machine.sizing import RELATIVE_NOISE, size
from gortyn.model import Fault, Machine, Scenario, Site, known


def facility_mw(site: Site, machines: Iterable[Machine], facts: Lookup | None = None) -> float:
    """Power of a site at full load of all its phases [MW]: IT power times PUE.

    Parameters
    ----------
    site : resolved site
    machines : resolved machines of the scenario
    facts : catalogue, for the peak of the reference chip; left out, the shipped one

    Raises
    ------
    ValueError : site or machines are not resolved.
    """
    facts = facts if facts is not None else load().lookup()
    by_name = {machine.name: machine for machine in machines}
    it_mw = sum(size(phase, by_name[phase.machine], facts).it_mw for phase in site.phases)
    return it_mw * known(site.cooling.pue)


def power_check(scenario: Scenario, facts: Lookup | None = None) -> list[Fault]:
    """A fault for every site that draws more at full load than its grid connection carries.

    Parameters
    ----------
    scenario : resolved scenario whose phases name machines that exist
    facts : catalogue; left out, the shipped one
    """
    faults: list[Fault] = []
    for index, site in enumerate(scenario.sites):
        drawn_mw = facility_mw(site, scenario.machines, facts)
        carried_mw = site.grid.connection_mw
        if drawn_mw > carried_mw * (1 + RELATIVE_NOISE):
            text = f"is {carried_mw:g} MW, but all phases of '{site.name}' draw {drawn_mw:.1f} MW at full load"
            faults.append(Fault(("sites", index, "grid", "connection_mw"), text))
    return faults
