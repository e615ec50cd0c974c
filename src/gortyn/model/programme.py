"""This module owns the programme: the public announcement, its money and its base year."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, refuse
from gortyn.model.units import Eur, FromCatalogue, Share, Unit

RELATIVE_TOLERANCE = 1e-6


class Programme(Noun):
    """The plan that the sites belong to, in real euros of one base year."""

    name: str
    """What the programme calls itself."""
    mobilised_eur: Eur
    """Headline total that the programme says it mobilises, for everything."""
    public_eur: Eur
    """Public part of the headline total."""
    private_eur: Eur
    """Private part of the headline total."""
    budget_eur: Eur
    """Part of the total meant for the sites of this scenario."""
    union_cap_share: Annotated[Share | None, FromCatalogue("finance/gigafactory/union_share_of_capex")] = None
    """Largest share of capex that the Union pays."""
    state_match: Annotated[
        Annotated[float, Unit("1"), Field(ge=0, le=10)] | None, FromCatalogue("finance/gigafactory/state_match")
    ] = None
    """Euros that participating states pay at least for each euro of the Union."""
    rules: Literal["checked", "told"] = "told"
    """Whether a fund that breaks the two rules above is refused or only told, as plans older than the rules are."""
    purchase_years: Annotated[float, Unit("years"), Field(gt=0, le=30)] = 5.0
    """Years over which a purchase of capacity takes its compute time: its owner's share of the site in that time."""
    grant_chip_hours: Annotated[
        Annotated[float, Unit("chip-hours"), Field(gt=0)] | None,
        FromCatalogue("access_modes/fast-lane/chip_hours_limit"),
    ] = None
    """Chip-hours of a usual grant: how many start-ups are served, where a tenant does not say."""
    additional_share: Annotated[Share | None, FromCatalogue("finance/efsi/additional_share")] = None
    """Share of the private money that would not have come without the public one."""
    base_year: Annotated[int, Unit("year"), Field(ge=2000, le=2100)]
    """Year whose prices all euros of the scenario are in."""

    @model_validator(mode="after")
    def _parts_add_up(self) -> Self:
        faults: list[Fault] = []
        total = self.public_eur + self.private_eur
        if abs(total - self.mobilised_eur) > RELATIVE_TOLERANCE * max(self.mobilised_eur, 1):
            message = f"is {self.mobilised_eur:,.0f}, but public + private is {total:,.0f}"
            faults.append(Fault(("mobilised_eur",), message))
        if self.budget_eur > self.mobilised_eur * (1 + RELATIVE_TOLERANCE):
            message = f"is {self.budget_eur:,.0f}, more than mobilised_eur ({self.mobilised_eur:,.0f})"
            faults.append(Fault(("budget_eur",), message))
        refuse(faults)
        return self
