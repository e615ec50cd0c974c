"""This module owns the grid connection of a site: its power, what its electricity costs and emits, and who sells it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, Slug, refuse
from gortyn.model.units import CarbonGPerKwh, Day, FromCatalogue, PowerMw, PriceEurPerMwh, Share, Unit

ROUNDING = 1e-9

SeriesFile = Annotated[str, Field(min_length=1)]
"""Path of a file of hourly values, from the folder of the scenario file."""


class Contract(Noun):
    """Electricity bought ahead; what no contract covers is bought at the price of the hour, what is left over is sold.

    A fixed-price contract follows the load (`share`) or delivers the same power in every hour (`power_mw`). A power
    purchase agreement delivers a share of the load as it comes, or what wind or solar plants of `power_mw` produce.
    """

    name: Slug
    """Short name of the contract."""
    kind: Literal["fixed", "ppa"]
    """Fixed price from a supplier, or a power purchase agreement with a plant."""
    profile: Literal["load", "baseload", "wind", "solar"] = "load"
    """What is delivered in an hour: a share of the load, the same power always, or what wind or sun give."""
    share: Share | None = None
    """Share of the load of each hour; only with profile load."""
    power_mw: PowerMw | None = None
    """Power delivered (baseload) or installed (wind, solar); not with profile load."""
    price_eur_per_mwh: PriceEurPerMwh
    """Price of what is delivered, before charges and taxes."""
    carbon_g_per_kwh: CarbonGPerKwh | None = None
    """Carbon intensity that its certificates state, for the market-based account; left out, none where they are
    renewable, and that of the residual mix where there are none."""
    renewable: bool = False
    """Whether certificates of renewable origin come with it."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.profile == "load" and (self.share is None or self.power_mw is not None):
            refuse([Fault(("share",), "profile load takes a share of the load and no power_mw")])
        if self.profile != "load" and (self.power_mw is None or self.share is not None):
            refuse([Fault(("power_mw",), f"profile {self.profile} takes power_mw and no share")])
        return self


class Ramp(Noun):
    """How fast the load of a site may change, and what smooths the swings of jobs whose chips work in step."""

    limit_mw: PowerMw
    """Largest change of the load within a second that the grid operator allows."""
    buffer: Literal["none", "storage", "burn"] = "none"
    """What smooths larger swings: nothing, storage at the racks or the connection, or chips that burn power while the
    others wait for the network."""
    storage_mw: Annotated[float, Unit("MW"), Field(ge=0)] = 0.0
    """Power of the storage; counts with buffer storage."""
    storage_kwh: Annotated[float, Unit("kWh"), Field(ge=0)] = 0.0
    """Energy of the storage; counts with buffer storage."""


class Grid(Noun):
    """The connection to the grid and what its electricity costs and emits."""

    connection_mw: PowerMw
    """Firm power of the grid connection."""
    energised: Day
    """Day on which the connection can first be used."""
    price_eur_per_mwh: Annotated[PriceEurPerMwh | None, FromCatalogue("grids/{country}/price_eur_per_mwh")] = None
    """Mean wholesale price over a year; its hours follow the shape of the country or of Europe."""
    price_file: SeriesFile | None = None
    """Hourly wholesale prices (export of ENTSO-E or Ember, or a table of time and value) in place of mean and shape."""
    charges_eur_per_mwh: Annotated[float, Unit("EUR/MWh"), Field(ge=0, le=500)] = 20.0
    """Network charges, taxes and supply margin on top of the wholesale price. Assumed; each country differs."""
    taxes_eur_per_mwh: Annotated[float, Unit("EUR/MWh"), Field(ge=0, le=500)] = 0.0
    """Taxes and levies where they are stated apart from `charges_eur_per_mwh`."""
    demand_charge_eur_per_kw_year: Annotated[float, Unit("EUR/kW/year"), Field(ge=0, le=1000)] = 0.0
    """Yearly charge on the highest hour of each calendar year, where it is not part of `charges_eur_per_mwh`."""
    contracts: tuple[Contract, ...] = ()
    """Electricity bought ahead of the hour."""
    carbon_g_per_kwh: Annotated[CarbonGPerKwh | None, FromCatalogue("grids/{country}/carbon_g_per_kwh")] = None
    """Mean carbon intensity of the grid over a year, location-based, life cycle."""
    direct_carbon_g_per_kwh: CarbonGPerKwh | None = None
    """The same, counting only what the power stations emit; left out, the catalogue's of the country, or unknown."""
    residual_carbon_g_per_kwh: CarbonGPerKwh | None = None
    """Carbon intensity of what no certificate claims, for the market-based account; left out, the catalogue's of the
    country, or else that of the grid."""
    carbon_file: SeriesFile | None = None
    """Hourly carbon intensities (export of Electricity Maps, or a table of time and value) in place of the mean."""
    ramp: Ramp | None = None
    """Limit on the swings of the load; left out, they are reported and held to none."""

    @model_validator(mode="after")
    def _figures_fit(self) -> Self:
        faults: list[Fault] = []
        names: set[str] = set()
        for index, contract in enumerate(self.contracts):
            if contract.name in names:
                faults.append(Fault(("contracts", index, "name"), f"'{contract.name}' is there already"))
            names.add(contract.name)
        of_load = sum(contract.share or 0.0 for contract in self.contracts)
        if of_load > 1 + ROUNDING:
            faults.append(
                Fault(("contracts",), f"take {of_load:.0%} of the load; what follows the load cannot exceed it")
            )
        life_cycle, direct = self.carbon_g_per_kwh, self.direct_carbon_g_per_kwh
        if life_cycle is not None and direct is not None and direct > life_cycle:
            message = f"is {direct:g}, more than the life cycle's {life_cycle:g}, which holds it"
            faults.append(Fault(("direct_carbon_g_per_kwh",), message))
        refuse(faults)
        return self
