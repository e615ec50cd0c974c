"""This module owns the check of a site's power against its grid connection."""

from __future__ import annotations

from collections.abc import Iterable

from gortyn.catalogue import Lookup, load
from gortyn.climate import design_pue
from gortyn.machine.sizing import RELATIVE_NOISE, size
from gortyn.model import Fault, Machine, Scenario, Site
from gortyn.model.series import AllSeries, SiteSeries


def facility_mw(
    site: Site, machines: Iterable[Machine], facts: Lookup | None = None, series: SiteSeries | None = None
) -> float:
    """Power of a site at full load of all its phases [MW], mean over a year: IT power times PUE.

    Parameters
    ----------
    site : resolved site
    machines : resolved machines of the scenario
    facts : catalogue, for the peak of the reference chip and the PUE; left out, the shipped one
    series : what the files of the site hold

    Raises
    ------
    ValueError : site or machines are not resolved.
    """
    facts = facts if facts is not None else load().lookup()
    return _it_mw(site, machines, facts) * design_pue(site, facts, series).mean


def power_check(scenario: Scenario, facts: Lookup | None = None, series: AllSeries | None = None) -> list[Fault]:
    """A fault for every site that draws more at full load in its worst hour than its grid connection carries.

    Parameters
    ----------
    scenario : resolved scenario whose phases name machines that exist
    facts : catalogue; left out, the shipped one
    series : what the files of the sites hold, by name
    """
    facts = facts if facts is not None else load().lookup()
    faults: list[Fault] = []
    for index, site in enumerate(scenario.sites):
        pue = design_pue(site, facts, (series or {}).get(site.name)).peak
        drawn_mw = _it_mw(site, scenario.machines, facts) * pue
        carried_mw = site.grid.connection_mw
        if drawn_mw > carried_mw * (1 + RELATIVE_NOISE):
            text = (
                f"is {carried_mw:g} MW, but all phases of '{site.name}' draw {drawn_mw:.1f} MW at full load"
                f" and a PUE of {pue:.2f}"
            )
            if site.cooling.pue is None:
                text += f", that of the hottest hour of {'its weather file' if site.weather_file else 'a usual year'}"
            faults.append(Fault(("sites", index, "grid", "connection_mw"), text))
    return faults


def _it_mw(site: Site, machines: Iterable[Machine], facts: Lookup) -> float:
    by_name = {machine.name: machine for machine in machines}
    return sum(size(phase, by_name[phase.machine], facts).it_mw for phase in site.phases)
