"""This module owns the way of data to a site: the links it passes, the narrowest of them, and how long that takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from gortyn.catalogue import Lookup
from gortyn.model import Scenario, Site, TrainingRun
from gortyn.model.access import DataSpace, Enclave
from gortyn.model.conversions import BYTES_PER_TB, GBIT_PER_TB
from gortyn.model.noun import known
from gortyn.spaces.space import find, held_tb, unique_tokens

Link = Literal["holder", "site", "network"]


@dataclass(frozen=True, slots=True)
class Staging:
    """How one data space comes to one site; a row of the table `staging`.

    Attributes
    ----------
    data_space, site : names
    rate_gbit_per_s : rate that one transfer gets [Gbit/s]
    narrowest : link that bounds it: that of the holder, of the site, or the network between their countries
    staging_s : time to bring all data that the space holds in the middle of the window [s]
    """

    data_space: str
    site: str
    rate_gbit_per_s: float
    narrowest: Link
    staging_s: float


def staging(scenario: Scenario, facts: Lookup) -> tuple[Staging, ...]:
    """Every data space of a resolved scenario to every site, spaces outermost."""
    rows: list[Staging] = []
    for space in scenario.access.data_spaces:
        size_tb = held_tb(space, scenario.simulation.start, scenario.simulation.days / 2)
        for site in scenario.sites:
            rate, narrowest = _transfer(scenario, facts, space, site)
            rows.append(Staging(space.name, site.name, rate, narrowest, size_tb * GBIT_PER_TB / rate))
    return tuple(rows)


def stage_s(scenario: Scenario, facts: Lookup, space: str, site: str, size_tb: float | None = None) -> int:
    """Seconds until data of a space have come to a site, rounded up.

    A transfer gets the part `access.transfer_share` of each link it passes, so the narrowest link sets its rate: the
    holder's, the site's to the research network, and across a border the network between the two countries.

    Parameters
    ----------
    scenario : resolved
    facts : where the links between countries are looked up (catalogue kind `networks`)
    space, site : names of a data space and a site of the scenario
    size_tb : data to bring [TB], >= 0; left out, all that the space holds in the middle of the window

    Raises
    ------
    KeyError : the scenario has no such data space or site.
    ValueError : `size_tb` is negative.
    """
    data = find(scenario, space)
    if size_tb is None:
        size_tb = held_tb(data, scenario.simulation.start, scenario.simulation.days / 2)
    if size_tb < 0:
        message = f"size_tb is {size_tb:g}, must be at least 0"
        raise ValueError(message)
    place = next((one for one in scenario.sites if one.name == site), None)
    if place is None:
        message = f"there is no site '{site}'"
        raise KeyError(message)
    rate, _ = _transfer(scenario, facts, data, place)
    return math.ceil(size_tb * GBIT_PER_TB / rate)


def run_stage_s(scenario: Scenario, facts: Lookup, run: TrainingRun) -> int:
    """Seconds until the text that a training run trains on has come to its site; 0 without data spaces.

    Of each space that may be trained on comes the text of the tokens that the run needs: all where it repeats them,
    else needed over unique tokens. Images, films and measurements stay with their holder. The spaces come side by
    side, so that the slowest decides.

    Parameters
    ----------
    scenario : resolved
    facts : for the links between countries and the bytes of a token (catalogue kind `tokens`)
    run : training run of the scenario
    """
    if not run.data_spaces:
        return 0
    start, spaces = scenario.simulation.start, [find(scenario, name) for name in dict.fromkeys(run.data_spaces)]
    tokens = {space.name: unique_tokens(space, start, run.submit_days) for space in spaces if space.trains}
    unique = sum(tokens.values())
    part = min(1.0, known(run.tokens) / unique) if unique else 0.0
    sizes_tb = {name: text_tb(part * there, facts) for name, there in tokens.items()}
    return max((stage_s(scenario, facts, name, run.site, size_tb) for name, size_tb in sizes_tb.items()), default=0)


def own_stage_s(scenario: Scenario, facts: Lookup, site: Site, size_tb: float) -> int:
    """Seconds until an applicant's own data have come to a site, rounded up: from a holder with the usual link.

    Parameters
    ----------
    scenario : resolved, for the part of a link that a transfer gets
    facts : for the usual link (catalogue kind `networks`)
    site : where to
    size_tb : data to bring [TB], >= 0
    """
    slowest = min(known(site.network_gbit_per_s), facts.number("networks", "holder", "gbit_per_s"))
    return math.ceil(size_tb * GBIT_PER_TB / (slowest * scenario.access.transfer_share))


def gate_s(enclave: Enclave, size_tb: float) -> int:
    """Seconds that data [TB] take through the gate of an enclave, rounded up."""
    return math.ceil(size_tb * GBIT_PER_TB / enclave.staging_gbit_per_s)


def text_tb(tokens: float, facts: Lookup) -> float:
    """Size of a text of so many tokens [TB], by the catalogue's bytes of a token."""
    return tokens * facts.number("tokens", "text", "bytes_per_token") / BYTES_PER_TB


def _transfer(scenario: Scenario, facts: Lookup, space: DataSpace, site: Site) -> tuple[float, Link]:
    """Rate that one transfer gets [Gbit/s], and the link that bounds it."""
    links: dict[Link, float] = {"holder": known(space.link_gbit_per_s), "site": known(site.network_gbit_per_s)}
    if space.country is not None and space.country != site.country:
        links["network"] = between_gbit_per_s(facts, space.country, site.country)
    narrowest = min(links, key=links.__getitem__)
    return scenario.access.transfer_share * links[narrowest], narrowest


def between_gbit_per_s(facts: Lookup, one: str, other: str) -> float:
    """Narrowest link between two countries' research networks: the way of each to the backbone, and the backbone.

    Parameters
    ----------
    facts : where they are looked up
    one, other : ISO 3166-1 alpha-2 codes; a country whose access link is not known is bounded by the backbone alone

    >>> from gortyn.catalogue import load
    >>> between_gbit_per_s(load().lookup(), "FI", "XX") <= load().lookup().number("networks", "geant", "gbit_per_s")
    True
    """
    access = (facts.get_number("networks", country, "geant_gbit_per_s") for country in (one, other))
    backbone = facts.number("networks", "geant", "gbit_per_s")
    return min([backbone, *(link for link in access if link is not None)])
