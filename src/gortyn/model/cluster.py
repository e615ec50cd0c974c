"""This module owns the cluster: a machine as it stands somewhere, in a file of a few lines, to plan runs on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gortyn.model.machine import Machine
from gortyn.model.operations import Reliability
from gortyn.model.units import Count, PriceEurPerMwh, Unit, Years


class Cluster(Machine):
    """One machine with its number of chips; what is left out comes from the catalogue's entry of the chip."""

    chips: Count
    """Chips installed."""
    pue: Annotated[float, Unit("1"), Field(ge=1, le=3)] | None = None
    """Power usage effectiveness; left out, the catalogue's for liquid cooling."""
    price_eur_per_mwh: PriceEurPerMwh | None = None
    """Price of electricity with charges; left out, the median wholesale price of the catalogue's grids."""
    chip_life_years: Years | None = None
    """Useful life of chips and network, over which their price is spread; left out, the catalogue's."""
    reliability: Reliability = Reliability()
    """Failures and checkpoints."""
