"""This module owns what a phase costs to build, by part, in euros."""

from __future__ import annotations

from dataclasses import dataclass

from gortyn.machine.sizing import Size
from gortyn.model import Costs, Machine, known


@dataclass(frozen=True, slots=True)
class Capex:
    """Capital expenditure by part [EUR]; two of them add up part by part.

    >>> (Capex(1.0, 2.0, 3.0, 4.0, 1.0) + Capex(chips_eur=9.0)).total_eur
    20.0
    """

    chips_eur: float = 0.0
    network_eur: float = 0.0
    building_eur: float = 0.0
    grid_eur: float = 0.0
    contingency_eur: float = 0.0

    @property
    def total_eur(self) -> float:
        """Sum of all parts [EUR]."""
        return self.chips_eur + self.network_eur + self.building_eur + self.grid_eur + self.contingency_eur

    def __add__(self, other: Capex) -> Capex:
        return Capex(
            chips_eur=self.chips_eur + other.chips_eur,
            network_eur=self.network_eur + other.network_eur,
            building_eur=self.building_eur + other.building_eur,
            grid_eur=self.grid_eur + other.grid_eur,
            contingency_eur=self.contingency_eur + other.contingency_eur,
        )


def phase_capex(size: Size, machine: Machine, costs: Costs, connection_mw: float) -> Capex:
    """Capex of one phase: servers, network and building at dollar prices, the grid connection, and contingency on all.

    Parameters
    ----------
    size : what the phase installs
    machine : resolved machine, for prices per chip [USD/chip]
    costs : resolved costs, for prices per MW, exchange rate [USD/EUR] and contingency share
    connection_mw : grid connection that this phase pays for [MW]; 0 where an earlier phase has paid it

    Raises
    ------
    ValueError : machine or costs are not resolved.
    """
    usd_per_eur = known(costs.usd_per_eur)
    chips_eur = size.chips * known(machine.server_usd_per_chip) / usd_per_eur
    network_eur = size.chips * known(machine.network_usd_per_chip) / usd_per_eur
    building_eur = size.it_mw * known(costs.building_usd_per_mw) / usd_per_eur
    grid_eur = connection_mw * known(costs.grid_connection_eur_per_mw)
    return Capex(
        chips_eur=chips_eur,
        network_eur=network_eur,
        building_eur=building_eur,
        grid_eur=grid_eur,
        contingency_eur=costs.contingency_share * (chips_eur + network_eur + building_eur + grid_eur),
    )
