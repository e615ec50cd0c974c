"""This module owns the costs and rates that turn machines and megawatts into money."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, refuse
from gortyn.model.units import FromCatalogue, Rate, Share, SharePerYear, Unit, Years

EurPerMwYear = Annotated[float, Unit("EUR/MW/year"), Field(ge=0, allow_inf_nan=False)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Refresh(Noun):
    """New chips and network in place of those whose life has ended."""

    count: Annotated[int, Unit("count"), Field(ge=1, le=10)] = 1
    """How many times the chips are replaced."""
    price_decline_share: Share = 0.3
    """How much less the same compute costs at each refresh than at the one before (assumed)."""


class Exchange(Noun):
    """What a euro is worth in another currency."""

    currency: Currency
    """Three capital letters of ISO 4217, for example GBP."""
    units_per_euro: Annotated[float, Unit("1/EUR"), Field(gt=0, allow_inf_nan=False)]
    """Units of the currency for one euro."""


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
    """Useful life of chips and network; the cash flow of a phase ends with the last of them."""
    building_life_years: Years = 25.0
    """Useful life of building and grid connection; what is left of it at the end counts as residual value. Assumed."""
    chip_residual_share: Annotated[Share | None, FromCatalogue("prices/chip-life/residual_share")] = None
    """What chips and network bring when their life ends, as a share of what they cost."""
    refresh: Refresh | None = None
    """Replacement of the chips at the end of their life; left out, the site ends with them."""
    rent_eur_per_mw_year: EurPerMwYear = 0.0
    """Yearly rent of land or halls per MW of IT load; 0 where they are owned."""
    connection_eur_per_mw_year: EurPerMwYear = 0.0
    """Yearly fee for the grid connection per MW of firm power, beside the demand charge of the site's tariff."""
    tax_share: Annotated[Share | None, FromCatalogue("prices/tax/corporate_rate")] = None
    """Tax on profit after straight-line depreciation over the lives above, and after interest."""
    tax_losses: Literal["carried-forward", "refunded"] = "carried-forward"
    """Whether a loss lowers later profits, or is worth its tax at once to owners with other profits."""
    inflation_rate: Rate = 0.0
    """Yearly rise of all prices after the base year of the programme; 0 keeps the cash flow in real euros."""
    price_decline_rate: Annotated[float, Unit("1/year"), Field(ge=0, lt=1)] = 0.0
    """How much less tenants pay for a chip-hour each year after operation begins, as chips get cheaper (assumed: no
    less)."""
    exchange: tuple[Exchange, ...] = ()
    """Rates of other currencies in which tenants are priced; dollars have `usd_per_eur`."""
    construction_quarters: Annotated[int, Unit("quarters"), Field(ge=1, le=40)] = 6
    """Quarters over which the capex of a phase is spent, evenly, before it operates."""
    discount_rate: Rate = 0.07
    """Real discount rate of net present value and levelised cost; inflation comes on top. Assumed."""
    utilisation_share: Share | None = None
    """Paid share of chip-hours that finance assumes; left out, what the simulated queue delivers."""

    @model_validator(mode="after")
    def _one_rate_each(self) -> Self:
        faults: list[Fault] = []
        seen = {"EUR", "USD"}
        for i, one in enumerate(self.exchange):
            if one.currency in seen:
                why = {"EUR": "is what everything is counted in", "USD": "has usd_per_eur"}
                message = f"{one.currency} {why.get(one.currency, 'is there already')}"
                faults.append(Fault(("exchange", i, "currency"), message))
            seen.add(one.currency)
        refuse(faults)
        return self
