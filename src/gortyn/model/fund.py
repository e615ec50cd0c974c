"""This module owns the fund: the layers of capital that pay for the sites, most senior first."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gortyn.model.noun import Fault, Noun, Slug, refuse
from gortyn.model.units import Rate, Share, Years

SHARE_TOLERANCE = 1e-6

LayerKind = Literal["grant", "capacity-purchase", "senior-debt", "mezzanine", "first-loss", "equity"]
Provider = Literal["union", "state", "development-bank", "private"]


class Layer(Noun):
    """One layer of capital: who provides which share of capex, in what form, for what return."""

    name: Slug
    """Short name of the layer."""
    kind: LayerKind
    """Form of the money; it decides how the layer is served from cash flow."""
    provider: Provider
    """Who stands behind it; union and state are public, development-bank counts as private capital at public risk."""
    share: Share
    """Share of total capex that the layer pays."""
    return_rate: Rate = 0.0
    """Interest of a debt layer, or the annual return that an equity layer asks for; 0 for grants. Real, per year."""
    tenor_years: Years = 5.0
    """Years from the end of construction over which a debt layer is repaid."""

    @property
    def public(self) -> bool:
        """Whether the money is public (Union or state)."""
        return self.provider in ("union", "state")


class Fund(Noun):
    """The layers in order of payment: the first is served first, the last bears the first loss."""

    layers: Annotated[tuple[Layer, ...], Field(min_length=1)]
    """Layers of capital, most senior first; their shares sum to 1."""

    @model_validator(mode="after")
    def _layers_are_whole(self) -> Self:
        faults = repeated_names(self.layers, "layers")
        total = sum(layer.share for layer in self.layers)
        if abs(total - 1) > SHARE_TOLERANCE:
            faults.append(Fault(("layers",), f"shares sum to {total:.6g}, not 1"))
        refuse(faults)
        return self


def repeated_names(nouns: tuple[Layer, ...], field: str) -> list[Fault]:
    """Return a fault for every noun whose name an earlier one has already."""
    seen: set[str] = set()
    faults: list[Fault] = []
    for index, noun in enumerate(nouns):
        if noun.name in seen:
            faults.append(Fault((field, index, "name"), f"'{noun.name}' is there already"))
        seen.add(noun.name)
    return faults
