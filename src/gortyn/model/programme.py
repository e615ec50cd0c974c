"""This module owns the programme: the public announcement, its money and its base year."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, refuse
from gortyn.model.units import Eur, Unit

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
