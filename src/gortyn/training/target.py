"""This module owns the target of a training plan: a machine somewhere, with what it draws, costs and how it fails."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from gortyn.catalogue import Lookup, UnknownEntry
from gortyn.machine import REFERENCE_CHIP, SitePlan
from gortyn.model import Costs, Machine, Reliability, Scenario, known
from gortyn.model.conversions import HOURS_PER_YEAR, W_PER_KW
from gortyn.training.coefficients import DEFAULT, coefficients_of
from gortyn.training.hardware import PEAK_FIELD, Tier, UnknownChip, hardware_of
from gortyn.training.search import Prices

if TYPE_CHECKING:
    from gortyn.catalogue.surface import Surfaces
    from gortyn.kernels.training_types import Coefficients, Hardware
    from gortyn.training.architecture import Architecture

NUMBER_FORMATS: Final = {"bf16": "bf16", "fp8": "fp8", "mxfp8": "mxfp8", "fp4": "nvfp4", "nvfp4": "nvfp4"}
"""Number format of the step model by what users call it."""
USUAL_COOLING: Final = "liquid"
"""Cooling of a machine whose place says nothing of it."""
WHOLE_NETWORK: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Target:
    """A machine to plan training on.

    Attributes
    ----------
    name : as the user calls it
    machine : the machine; what it leaves out comes from `facts`
    chips : chips installed
    pue : power usage effectiveness
    eur_per_mwh : price of electricity with charges
    eur_per_chip_hour : price of servers and network over the life of the chips; None where it is unknown
    reliability : failures and checkpoints, every value filled
    facts : reader of the catalogue
    tables : surfaces measured on the machine itself; the shipped ones where None
    notes : what was assumed because nobody said it
    """

    name: str
    machine: Machine
    chips: int
    pue: float
    eur_per_mwh: float
    eur_per_chip_hour: float | None
    reliability: Reliability
    facts: Lookup
    tables: Surfaces | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def chips_per_node(self) -> int:
        """Chips in one node."""
        return int(self._number("chips_per_node"))

    @property
    def h100_equivalents_per_chip(self) -> float:
        """Dense 16-bit peak of one chip over that of an H100 SXM."""
        return self._number("bf16_dense_tflops") / self.facts.number("chips", REFERENCE_CHIP, "bf16_dense_tflops")

    @property
    def prices(self) -> Prices:
        """Power and prices of a chip, with its share of hosts, network and cooling."""
        full_w = self._number("it_power_kw_per_chip") * W_PER_KW * self.pue
        return Prices(
            active_w=full_w * self._number("active_power_share"),
            idle_w=full_w * self._number("idle_power_share"),
            eur_per_chip_hour=self.eur_per_chip_hour or 0.0,
            eur_per_mwh=self.eur_per_mwh,
        )

    def software(self, architecture: Architecture) -> Coefficients:
        """Coefficients of the usual software stack, mature on this chip."""
        return coefficients_of(DEFAULT, self.facts, chip=self.stand_in, moe=bool(architecture.experts))

    def hardware(self, precision: str) -> Hardware:
        """What the kernels need to know, in a number format.

        A chip that the catalogue does not have runs like the one with the nearest 16-bit peak, scaled by its peak.

        Raises
        ------
        UnknownChip : the chip has no peak in that number format.
        """
        chip, machine = self.stand_in, self.machine
        nic = machine.nic_gbit_per_s or self.facts.number("chips", chip, "nic_gbit_per_s")
        tiers = (Tier(machine.pod_chips, nic), Tier(WHOLE_NETWORK, nic, machine.oversubscription))
        hardware = hardware_of(
            chip,
            self.facts,
            precision,
            network=tiers,
            calibration=self.tables,
            domain_chips=int(self._number("domain_chips", "scale_up_domain_chips")),
        )
        ratio = self._number("bf16_dense_tflops") / self.facts.number("chips", chip, "bf16_dense_tflops")
        stated: dict[str, float] = {}
        if machine.memory_gb is not None:
            # Relative to the catalogue's, because the memory of a chip is more than its makers' round number.
            share = machine.memory_gb / self.facts.number("chips", chip, "memory_gb")
            stated["memory_bytes"] = hardware.memory_bytes * share
        if machine.memory_tb_per_s is not None:
            stated["memory_bytes_per_s"] = machine.memory_tb_per_s * 1e12
        if machine.scale_up_gb_per_s is not None:
            stated["domain_bytes_per_s"] = machine.scale_up_gb_per_s * 1e9
        return hardware._replace(
            peak_flops=hardware.peak_flops * ratio, peak16_flops=hardware.peak16_flops * ratio, **stated
        )

    @property
    def stand_in(self) -> str:
        """The chip itself, or the one of the catalogue with the nearest 16-bit peak."""
        catalogue = self.facts.catalogue
        if catalogue.has("chips", self.machine.chip, "bf16_dense_tflops"):
            return self.machine.chip
        own = math.log(self._number("bf16_dense_tflops"))
        field_ = PEAK_FIELD["bf16"]
        peaks = {
            chip: catalogue.fact("chips", chip, field_).number
            for chip in catalogue.entries("chips")
            if catalogue.has("chips", chip, field_)
        }
        if not peaks:
            raise UnknownChip(f"the catalogue has no chip like {self.machine.chip}")
        return min(peaks, key=lambda chip: abs(math.log(peaks[chip]) - own))

    def _number(self, stated: str, fact: str | None = None) -> float:
        """A value of the machine, or where it leaves it out, of its chip, or of all chips."""
        value = getattr(self.machine, stated)
        if value is not None:
            return float(value)
        for entry in (self.machine.chip, "all"):
            found = self.facts.get_number("chips", entry, fact or stated)
            if found is not None:
                return found
        message = f"the catalogue has no {fact or stated} for {self.machine.chip}, and '{self.name}' does not say it"
        raise UnknownEntry(message)


def target_of(
    name: str,
    machine: Machine,
    chips: int,
    facts: Lookup,
    *,
    pue: float | None = None,
    eur_per_mwh: float | None = None,
    costs: Costs | None = None,
    reliability: Reliability | None = None,
    tables: Surfaces | None = None,
) -> Target:
    """A machine as a target; what is left out is assumed and noted.

    Holding a chip costs its servers and network over the life of the chips, straight-line; buildings, staff and
    interest are left out.

    Parameters
    ----------
    name, machine, chips, facts, pue, eur_per_mwh, tables : as in `Target`
    costs : exchange rate and life of the chips; the catalogue's where None
    reliability : failures and checkpoints; those of the published run of Llama 3 where None
    """
    notes: list[str] = []
    if pue is None:
        pue = facts.number("cooling", USUAL_COOLING, "pue")
        notes.append(f"PUE {pue:g}, the catalogue's for {USUAL_COOLING} cooling")
    if eur_per_mwh is None:
        catalogue = facts.catalogue
        zones = [zone for zone in catalogue.entries("grids") if catalogue.has("grids", zone, "price_eur_per_mwh")]
        eur_per_mwh = median(facts.number("grids", zone, "price_eur_per_mwh") for zone in zones)
        notes.append(f"electricity at {eur_per_mwh:.1f} EUR/MWh, the median of the catalogue's grids")
    price = _eur_per_chip_hour(machine, costs or Costs(), facts)
    if price is None:
        notes.append(f"no price of {machine.chip} is known: no cost")
    return Target(
        name=name,
        machine=machine,
        chips=chips,
        pue=pue,
        eur_per_mwh=eur_per_mwh,
        eur_per_chip_hour=price,
        reliability=_filled(reliability or Reliability(), facts),
        facts=facts,
        tables=tables,
        notes=tuple(notes),
    )


def site_target(scenario: Scenario, plan: SitePlan, machine: str, name: str, facts: Lookup) -> Target:
    """A machine of a site of a resolved scenario as a target, with the chips of all its phases.

    Parameters
    ----------
    scenario : resolved scenario
    plan : of the site
    machine : name of the machine in the scenario
    name : what the target is called
    facts : reader of the catalogue
    """
    site = next(site for site in scenario.sites if site.name == plan.name)
    return target_of(
        name,
        scenario.machine(machine),
        sum(phase.chips for phase in plan.phases if phase.machine == machine),
        facts,
        pue=plan.pue,
        eur_per_mwh=known(site.grid.price_eur_per_mwh) + site.grid.charges_eur_per_mwh,
        costs=scenario.costs,
        reliability=scenario.operations.reliability,
    )


def _eur_per_chip_hour(machine: Machine, costs: Costs, facts: Lookup) -> float | None:
    def price(stated: float | None, field_: str) -> float | None:
        return facts.get_number("prices", machine.chip, field_) if stated is None else stated

    server = price(machine.server_usd_per_chip, "server_usd_per_chip")
    network = price(machine.network_usd_per_chip, "network_usd_per_chip")
    if server is None or network is None:
        return None
    usd_per_eur = costs.usd_per_eur or facts.number("prices", "exchange", "usd_per_eur")
    life_years = costs.chip_life_years or facts.number("prices", "chip-life", "years")
    return (server + network) / usd_per_eur / (life_years * HOURS_PER_YEAR)


def _filled(reliability: Reliability, facts: Lookup) -> Reliability:
    updates: dict[str, float | str] = {}
    if reliability.rate_per_1000_node_days is None:
        updates["rate_per_1000_node_days"] = facts.number("reliability", "llama-3", "rate_per_1000_node_days")
    if reliability.clock is None:
        updates["clock"] = facts.text("reliability", "llama-3", "clock")
    return reliability.model_copy(update=updates)
