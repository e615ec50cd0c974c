"""This module owns the emissions of making what a site is built of: chips with hosts and network, and building."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from gortyn.catalogue import Lookup
from gortyn.model import Machine, Scenario, known
from gortyn.model.conversions import KG_PER_T, KW_PER_MW

if TYPE_CHECKING:
    from gortyn.machine import Partition

KIND: Final = "embodied"
ANY_CHIP: Final = "accelerator"


class Embodied(NamedTuple):
    """Emissions of making one site; NaN where a figure is unknown.

    Attributes
    ----------
    chips_t, building_t : chips with host and network, and building with power train and cooling [tCO2e]
    per_year_t : both over their lives [tCO2e/year]
    """

    chips_t: float
    building_t: float
    per_year_t: float

    @property
    def total_t(self) -> float:
        """All of it [tCO2e]."""
        return self.chips_t + self.building_t


def embodied(scenario: Scenario, site: int, partitions: tuple[Partition, ...], facts: Lookup) -> Embodied:
    """Emissions of making the chips of a site that operate by the end of the window, and the building around them.

    Parameters
    ----------
    scenario : resolved
    site : index of the site
    partitions : of all sites
    facts : catalogue, kind ``embodied``
    """
    chips_t = it_mw = 0.0
    for partition in partitions:
        if partition.site == site:
            machine = scenario.machine(partition.machine)
            chips_t += partition.chips * kg_per_chip(machine, facts) / KG_PER_T
            it_mw += partition.chips * known(machine.it_power_kw_per_chip) / KW_PER_MW
    t_per_mw = facts.get_number(KIND, "building", "t_per_mw")
    building_t = it_mw * (math.nan if t_per_mw is None else t_per_mw)
    costs = scenario.costs
    per_year_t = chips_t / known(costs.chip_life_years) + building_t / costs.building_life_years
    return Embodied(chips_t, building_t, per_year_t)


def kg_per_chip(machine: Machine, facts: Lookup) -> float:
    """Emissions of making one chip with its share of host and network [kgCO2e]; NaN where nothing is known.

    As the machine states, or the catalogue has for the chip or one alike, or for accelerators in general.
    """
    if machine.embodied_kg_per_chip is not None:
        return machine.embodied_kg_per_chip
    entries = [machine.chip, ANY_CHIP]
    if facts.catalogue.has(KIND, machine.chip, "alike"):
        entries[0] = facts.text(KIND, machine.chip, "alike")
    return next((kg for entry in entries if (kg := facts.get_number(KIND, entry, "kg_per_chip")) is not None), math.nan)
