"""This module owns the cooling of a site: how heat leaves it, what that takes, and who uses the heat."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gortyn.model.noun import Noun
from gortyn.model.units import FromCatalogue, Share, Unit

Celsius = Annotated[float, Unit("degC"), Field(ge=-60, le=100)]


class HeatReuse(Noun):
    """A taker of waste heat, for instance a district heating network."""

    demand_mw: Annotated[float, Unit("MW"), Field(gt=0)]
    """Heat that the taker can use, mean over a year; its months follow the cold."""
    supply_temperature_c: Celsius = 75.0
    """Temperature at which the taker needs the heat (assumed: a district heating network of today)."""
    summer_share: Share = 0.2
    """Heat asked for on the warmest days over that on a mean day: hot water (assumed)."""
    price_eur_per_mwh: Annotated[float, Unit("EUR/MWh"), Field(ge=0, le=500)] = 0.0
    """Price of the heat delivered."""
    displaced_g_per_kwh: Annotated[float, Unit("gCO2e/kWh"), Field(ge=0, le=2000)] = 0.0
    """Carbon intensity of the heat that it replaces; reported apart, never taken off the site's own emissions."""


class Cooling(Noun):
    """How heat leaves the site."""

    kind: Literal["air", "liquid", "warm-water", "seawater"]
    """Cooling system: air with chillers, liquid to the chip with chilled help on hot days, liquid warm enough to need
    none, or seawater."""
    pue: Annotated[float, Unit("1"), Field(ge=1, le=3)] | None = None
    """Power usage effectiveness, facility energy over IT energy, the same in every hour; left out, it follows from
    the weather, the load and the kind of cooling."""
    liquid_share: Annotated[Share | None, FromCatalogue("cooling/{kind}/liquid_share")] = None
    """Share of the IT heat that leaves in liquid; the rest leaves in air."""
    supply_temperature_c: Annotated[Celsius | None, FromCatalogue("cooling/{kind}/supply_temperature_c")] = None
    """Temperature of the liquid, or of the air where there is none, that is supplied to the racks."""
    water_l_per_kwh: Annotated[float, Unit("l/kWh"), Field(ge=0, le=10)] | None = None
    """Water evaporated per kWh of IT energy, the same in every hour; left out, it follows from the weather."""
    heat_reuse: HeatReuse | None = None
    """Who takes the waste heat; left out, nobody does."""
