"""This module owns the named training run: which model, how many tokens, on how many chips of which site."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gortyn.model.noun import Noun, Slug
from gortyn.model.units import Count, FromCatalogue, Unit


class TrainingRun(Noun):
    """One training run that the report follows and that takes its chips from the queue like any other job."""

    name: Slug
    """Short name of the run."""
    model: str
    """Model architecture by its catalogue name, for example Llama-3-405B."""
    tokens: Annotated[
        Annotated[float, Unit("tokens"), Field(ge=1, le=1e18)] | None, FromCatalogue("models/{model}/training_tokens")
    ] = None
    """Tokens to train on; left out, as many as the published run."""
    batch_sequences: Annotated[
        Count | None, FromCatalogue("models/{model}/batch_sequences", "models/Llama-3-405B/batch_sequences")
    ] = None
    """Samples of one step; left out, as many as the published run, or as that of Llama 3 405B where none is known."""
    sequence: Annotated[Count | None, FromCatalogue("models/{model}/sequence_length")] = None
    """Tokens of one sample; left out, as many as the published run."""
    precision: Literal["bf16", "fp8", "fp4"] | None = None
    """Number format of the matrix products; left out, the machine's `training_dtype`."""
    chips: Count
    """Chips that the run takes."""
    site: Slug
    """Site that it runs on."""
    machine: Slug
    """Machine of that site."""
    tenant: Slug
    """Tenant that it belongs to; its price applies."""
    submit_days: Annotated[float, Unit("days"), Field(ge=0, le=3660)] = 0.0
    """When it is submitted, in days after the start of the simulation."""
    baseline_chips: Count | None = None
    """Chips of the machine that the run is compared with in claims; left out, a quarter of `chips`."""
    data_spaces: tuple[Slug, ...] = ()
    """Data spaces that the tokens come from; they are brought to the site before the run may start."""
