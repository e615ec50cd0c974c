"""This module owns the machine: a chip and the way it is built into nodes, scale-up domains and pods."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gortyn.model.noun import Noun, Slug
from gortyn.model.units import Count, FromCatalogue, Share, Unit


class Machine(Noun):
    """A kind of machine that phases of sites install; what is left out comes from the catalogue's entry of the chip."""

    name: Slug
    """Short name that phases refer to."""
    chip: str
    """Chip by its catalogue name, for example GB300-NVL72."""
    chips_per_node: Annotated[Count | None, FromCatalogue("chips/{chip}/chips_per_node")] = None
    """Chips in one node, the unit that the scheduler allocates."""
    domain_chips: Annotated[Count | None, FromCatalogue("chips/{chip}/scale_up_domain_chips")] = None
    """Chips in one scale-up domain (NVLink or the like)."""
    pod_chips: Count = 4096
    """Chips in one pod: the largest set with full bisection bandwidth between its domains."""
    bf16_dense_tflops: Annotated[
        Annotated[float, Unit("TFLOP/s"), Field(gt=0)] | None, FromCatalogue("chips/{chip}/bf16_dense_tflops")
    ] = None
    """Dense 16-bit peak of one chip; its ratio to an H100 SXM counts H100-equivalents."""
    memory_gb: Annotated[Annotated[float, Unit("GB"), Field(gt=0)] | None, FromCatalogue("chips/{chip}/memory_gb")] = (
        None
    )
    """Device memory of one chip."""
    it_power_kw_per_chip: Annotated[
        Annotated[float, Unit("kW/chip"), Field(gt=0, le=20)] | None, FromCatalogue("chips/{chip}/it_power_kw_per_chip")
    ] = None
    """IT power per chip at full load with its share of host, switches and storage."""
    idle_power_share: Annotated[Share | None, FromCatalogue("chips/{chip}/idle_power_share")] = None
    """Power of an idle node as a share of its power at full load."""
    active_power_share: Annotated[Share | None, FromCatalogue("chips/{chip}/active_power_share")] = None
    """Mean power of a node that runs a job, as a share of its power at full load."""
    embodied_kg_per_chip: Annotated[float, Unit("kgCO2e/chip"), Field(ge=0)] | None = None
    """Emissions of making one chip with its share of host and network; left out, the catalogue's of the chip or of
    chips alike."""
    server_usd_per_chip: Annotated[
        Annotated[float, Unit("USD/chip"), Field(ge=0)] | None, FromCatalogue("prices/{chip}/server_usd_per_chip")
    ] = None
    """Price of server or rack per chip, host included."""
    network_usd_per_chip: Annotated[
        Annotated[float, Unit("USD/chip"), Field(ge=0)] | None, FromCatalogue("prices/{chip}/network_usd_per_chip")
    ] = None
    """Price of switches, cables and optics per chip."""
    scale_up_gb_per_s: Annotated[float, Unit("GB/s"), Field(gt=0)] | None = None
    """Rate of a chip in its scale-up domain, in one direction; left out, the catalogue's of the chip."""
    nic_gbit_per_s: Annotated[float, Unit("Gbit/s"), Field(gt=0)] | None = None
    """Rate of a chip's network adapter, in one direction; left out, the catalogue's of the chip."""
    memory_tb_per_s: Annotated[float, Unit("TB/s"), Field(gt=0)] | None = None
    """Rate of the device memory of one chip; left out, the catalogue's of the chip."""
    oversubscription: Annotated[float, Unit("1"), Field(ge=1)] = 1.0
    """Rate of the network inside a pod over that between pods; 1 is non-blocking. Assumed."""
    training_dtype: Literal["bf16", "fp8", "fp4"] = "bf16"
    """Number format of training runs on this machine that state none."""
