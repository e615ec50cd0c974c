"""Every number a scenario holds says its unit twice, in its name and in its type, and what it means."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import gortyn.model
from gortyn.model.units import SUFFIXES, Unit, suffix_unit

# Units that a name need not carry: the noun itself says what is counted.
UNSUFFIXED = {"currency/chip-hour", "1/EUR", "1", "count"}
# Numbers that are no quantity.
LABELS = {"seed"}


def nouns() -> list[type[BaseModel]]:
    """Model types of the scenario, each once."""
    for info in pkgutil.walk_packages(gortyn.model.__path__, "gortyn.model."):
        importlib.import_module(info.name)
    found: set[type[BaseModel]] = set()
    pending = list(BaseModel.__subclasses__())
    while pending:
        kind = pending.pop()
        if kind not in found:
            found.add(kind)
            pending.extend(kind.__subclasses__())
    return sorted(
        (kind for kind in found if kind.__module__.startswith("gortyn.model.")), key=lambda kind: kind.__name__
    )


def numbers(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[tuple[type, list[Unit]]]:
    """Numeric leaves of a type with the units that stand on the way to each."""
    origin = get_origin(annotation)
    if annotation in (int, float):
        yield annotation, [item for item in metadata if isinstance(item, Unit)]
    elif origin is Annotated:
        inner, *own = get_args(annotation)
        yield from numbers(inner, (*metadata, *own))
    elif origin in (Union, UnionType, tuple, list, dict, frozenset):
        for argument in get_args(annotation):
            yield from numbers(argument, metadata)
    else:
        assert origin in (None, Literal, type), f"unforeseen kind of type {annotation!r}"


FIELDS = [(noun, name, field) for noun in nouns() for name, field in noun.model_fields.items()]
NUMBERS = [
    pytest.param(units_of_leaves, name, id=f"{noun.__name__}.{name}")
    for noun, name, field in FIELDS
    if name not in LABELS
    and (units_of_leaves := [units for _, units in numbers(field.annotation, tuple(field.metadata))])
]


def test_there_are_numbers_to_look_at() -> None:
    assert len(NUMBERS) > len(SUFFIXES)


@pytest.mark.parametrize(("noun", "name", "field"), FIELDS)
def test_field_has_a_text(noun: type[BaseModel], name: str, field: FieldInfo) -> None:
    assert field.description, f"{noun.__name__}.{name} has no docstring"
    assert field.description.rstrip().endswith((".", ")"))


@pytest.mark.parametrize(("units_of_leaves", "name"), NUMBERS)
def test_unit_of_type_and_name_agree(units_of_leaves: list[list[Unit]], name: str) -> None:
    symbols = {unit.symbol for units in units_of_leaves for unit in units}
    assert all(units_of_leaves), f"{name} is a number without a unit"
    assert len(symbols) == 1, f"{name} has several units"
    symbol = symbols.pop()
    needs_none = symbol in UNSUFFIXED or name.endswith(symbol.lower().replace("-", "_"))
    assert suffix_unit(name) in ({None, symbol} if needs_none else {symbol})
