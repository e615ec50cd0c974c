"""This module owns what every noun of a scenario has in common: frozen, strict, no unknown key, a text per field."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

T = TypeVar("T")

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""A short name in lower case, digits and single hyphens."""


class Noun(BaseModel):
    """Base of all scenario types."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False
    )


class Fault(NamedTuple):
    """One thing that is wrong: where (path below the noun that says it) and what."""

    path: tuple[str | int, ...]
    message: str


def refuse(faults: list[Fault]) -> None:
    """Raise all faults of one noun as a single validation error, or nothing where there is none.

    pydantic reports one error per validator; the faults travel in its context and the reader unpacks them, so that
    the user sees all of them at once.
    """
    if faults:
        raise PydanticCustomError("faults", "{text}", {"text": "; ".join(f.message for f in faults), "faults": faults})


def known(value: T | None) -> T:
    """Return a value that resolving the scenario has filled; a None here is a scenario that was never resolved."""
    if value is None:
        message = "the scenario is not resolved: call gortyn.resolve first"
        raise ValueError(message)
    return value
