"""This module owns the costs and rates that turn machines and megawatts into money."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gortyn.model.noun import Noun
from gortyn.model.units import FromCatalogue, Rate, Share, SharePerYear, Unit, Years


class Costs(Noun):
    """Unit costs and financial rates; what is left out comes from the catalogue."""

    usd_per_eur: Annotated[
        Annotated[float, Unit("USD/EUR"), Field(gt=0.2, lt=5)] | None, FromCatalogue("prices/exchange/usd_per_eur")
    ] = None
    """Exchange rate for prices quoted in dollars."""
    building_usd_per_mw: Annotated[
        Annotated[float, Unit("USD/MW"), Field(ge=0)] | None, FromCatalogue("prices/building/usd_per_mw_it")
    ] = None
    """Construction cost of building, power train and cooling per MW of IT load."""
    grid_connection_eur_per_mw: Annotated[
        Annotated[float, Unit("EUR/MW"), Field(ge=0)] | None, FromCatalogue("prices/grid-connection/eur_per_mw")
    ] = None
    """Cost of the grid connection per MW of firm power."""
    contingency_share: Share = 0.1
    """Contingency on top of all capex. Assumed."""
    maintenance_share_per_year: Annotated[
        SharePerYear | None, FromCatalogue("prices/maintenance/share_of_it_capex_per_year")
    ] = None
    """Yearly maintenance as a share of chip and network capex."""
    insurance_share_per_year: Annotated[
        SharePerYear | None, FromCatalogue("prices/insurance/share_of_capex_per_year")
    ] = None
    """Yearly insurance as a share of capex."""
    staff_fte_per_mw: Annotated[
        Annotated[float, Unit("FTE/MW"), Field(ge=0)] | None, FromCatalogue("prices/staff/fte_per_mw")
    ] = None
    """Staff per MW of IT load."""
    staff_eur_per_fte_year: Annotated[
        Annotated[float, Unit("EUR/FTE/year"), Field(ge=0)] | None, FromCatalogue("prices/staff/eur_per_fte_year")
    ] = None
    """Yearly cost of one full-time post."""
    chip_life_years: Annotated[Years | None, FromCatalogue("prices/chip-life/years")] = None
    """Useful life of chips and network; the cash flow of a phase ends with it."""
    building_life_years: Years = 25.0
    """Useful life of building and grid connection; what is left of it at the end counts as residual value. Assumed."""
    construction_quarters: Annotated[int, Unit("quarters"), Field(ge=1, le=40)] = 6
    """Quarters over which the capex of a phase is spent, evenly, before it operates."""
    discount_rate: Rate = 0.07
    """Real discount rate of net present value and levelised cost. Assumed."""
    utilisation_share: Share | None = None
    """Paid share of chip-hours that finance assumes; left out, what the simulated queue delivers."""
