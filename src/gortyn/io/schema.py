"""This module owns the JSON Schema of scenario files, made from the types, with the unit of each field."""

from __future__ import annotations

from typing import Any

from gortyn.model import Noun, Scenario
from gortyn.resolve import unit_of


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario; every numeric field carries its unit as `x-unit`."""
    schema = Scenario.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    for noun in _nouns(Noun):
        node = schema if noun is Scenario else schema.get("$defs", {}).get(noun.__name__, {})
        for name, info in noun.model_fields.items():
            if (unit := unit_of(info)) and name in node.get("properties", {}):
                node["properties"][name]["x-unit"] = unit
    return schema


def _nouns(noun: type[Noun]) -> list[type[Noun]]:
    return [noun, *(below for child in noun.__subclasses__() for below in _nouns(child))]
