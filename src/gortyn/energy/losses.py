"""This module owns where IT power goes: conversion stage by stage down to the chip, switches, storage, host and chips.

IT power is counted at the input of the racks. What transformers, supplies and distribution lose before that is part of
PUE; rectifiers and voltage regulators behind it are part of IT power, and are told apart here.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from gortyn.catalogue import Lookup
from gortyn.model import Machine, known
from gortyn.model.conversions import W_PER_KW

KIND: Final = "power"
INSIDE: Final = ("rectifier", "regulator")
"""Stages between the input of a rack and its boards, in the order in which power passes them."""
IT_PARTS: Final = ("chips", "host", "switches", "storage", "conversion")


class Stage(NamedTuple):
    """A stage of conversion with a loss that is there at no load and one in proportion to what passes.

    Attributes
    ----------
    name : of the stage
    efficiency_share : what more comes out over what more goes in, in (0, 1]
    no_load_share : loss at no load over rated power
    """

    name: str
    efficiency_share: float
    no_load_share: float

    def drawn(self, delivered: float, rated: float) -> float:
        """Power into a stage that delivers some.

        The affine form is that of the rectifiers and converters of Frontier in ExaDigiT/RAPS: ``(P + 13 W) / 0.98``.

        >>> round(Stage("regulator", 0.98, 13 / 2734).drawn(2734, 2734), 1)
        2803.1
        """
        return (delivered + self.no_load_share * rated) / self.efficiency_share

    def delivered(self, drawn: float, rated: float) -> float:
        """Power out of a stage that draws some; none where it draws less than it loses."""
        return max(0.0, drawn * self.efficiency_share - self.no_load_share * rated)


class Fixed(NamedTuple):
    """Shares of the IT power at full load that switches and storage draw at any load."""

    switches_share: float
    storage_share: float


def stages(facts: Lookup) -> tuple[Stage, ...]:
    """The stages between the input of a rack and its boards, as the catalogue has them."""
    return tuple(
        Stage(name, facts.number(KIND, name, "efficiency_share"), facts.number(KIND, name, "no_load_share"))
        for name in INSIDE
    )


def fixed(machine: Machine, facts: Lookup) -> Fixed:
    """What switches and storage of a machine draw; at most what an idle machine draws."""
    shares = Fixed(facts.number(KIND, "switches", "power_share"), facts.number(KIND, "storage", "power_share"))
    cut = min(1.0, known(machine.idle_power_share) / sum(shares))
    return Fixed(shares.switches_share * cut, shares.storage_share * cut)


def it_parts(machine: Machine, it_mwh: float, full_mwh: float, facts: Lookup) -> dict[str, float]:
    """IT energy of a machine by what draws it; the parts add up to it.

    Switches and storage draw the same at any load. What is left passes the stages of conversion; chips and hosts share
    the rest as they do at full load, where chips draw their rated power.

    Parameters
    ----------
    machine : resolved machine
    it_mwh : IT energy [MWh]
    full_mwh : IT energy that the nodes in service would draw at full load [MWh]
    facts : catalogue, for the rated power of the chip and the kind ``power``

    Returns
    -------
    Energy [MWh] by the names in `IT_PARTS`.
    """
    shares = fixed(machine, facts)
    switches, storage = (min(share * full_mwh, it_mwh / 2) for share in shares)
    to_nodes = it_mwh - switches - storage
    at_boards, full_at_boards, rated = to_nodes, full_mwh * (1 - sum(shares)), full_mwh * (1 - sum(shares))
    for stage in stages(facts):
        at_boards, full_at_boards = (stage.delivered(energy, rated) for energy in (at_boards, full_at_boards))
    tdp_w = facts.get_number("chips", machine.chip, "tdp_w")
    chip_share = 1.0 if tdp_w is None else tdp_w / W_PER_KW / known(machine.it_power_kw_per_chip)
    chips_of_boards = min(1.0, chip_share * full_mwh / full_at_boards) if full_at_boards else 1.0
    chips = at_boards * chips_of_boards
    return dict(zip(IT_PARTS, (chips, at_boards - chips, switches, storage, to_nodes - at_boards), strict=True))


class NodePower(NamedTuple):
    """Power of one node as meters at it see it: before and behind its rectifier [kW]."""

    ac_kw: float
    dc_kw: float


def node_power(machine: Machine, power_share: float, facts: Lookup) -> NodePower:
    """Power of a node that draws a share of full load, without the switches and storage that IT power also holds.

    Parameters
    ----------
    machine : resolved machine
    power_share : IT power over IT power at full load
    facts : catalogue
    """
    full_kw = known(machine.it_power_kw_per_chip) * known(machine.chips_per_node)
    shares = fixed(machine, facts)
    ac_kw = full_kw * max(0.0, power_share - sum(shares))
    return NodePower(ac_kw, stages(facts)[0].delivered(ac_kw, full_kw * (1 - sum(shares))))
