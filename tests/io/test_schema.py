"""The JSON Schema that editors use says what the types say."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gortyn.io.document import read
from gortyn.io.load import find, load, shipped_scenarios
from gortyn.io.schema import scenario_schema

SCHEMA = scenario_schema()
SMALL = Path(__file__).parents[1] / "data" / "small.yaml"
BAD = SMALL.parents[1] / "bad"
KEYWORDS = {
    "$defs", "$ref", "$schema", "additionalProperties", "anyOf", "const", "default", "description", "enum",
    "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maximum", "maxItems", "maxLength", "minLength",
    "minimum", "minItems", "pattern", "properties", "required", "title", "type", "x-unit",
}  # fmt: skip
TYPES = {
    "object": dict,
    "array": tuple,
    "string": (str, date),
    "number": (int, float),
    "integer": int,
    "null": type(None),
    "boolean": bool,
}


def errors(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """A validator of the keywords that the schema uses."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return errors(value, SCHEMA["$defs"][name], path)
    if "anyOf" in schema:
        found = [errors(value, option, path) for option in schema["anyOf"]]
        return min(found, key=len)
    said: list[str] = []
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return [f"{path}: no {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        said.append(f"{path}: none of {schema['enum']}")
    if "const" in schema and value != schema["const"]:
        said.append(f"{path}: not {schema['const']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        said.append(f"{path}: pattern")
    for word, wrong in {
        "minimum": lambda bound: value < bound,
        "maximum": lambda bound: value > bound,
        "exclusiveMinimum": lambda bound: value <= bound,
        "exclusiveMaximum": lambda bound: value >= bound,
        "minItems": lambda bound: len(value) < bound,
        "maxLength": lambda bound: len(value) > bound,
        "minLength": lambda bound: len(value) < bound,
    }.items():
        if word in schema and wrong(schema[word]):
            said.append(f"{path}: {word}")
    if isinstance(value, dict):
        fields = schema.get("properties", {})
        said += [f"{path}.{name}: missing" for name in schema.get("required", ()) if name not in value]
        if schema.get("additionalProperties") is False:
            said += [f"{path}.{name}: unknown" for name in value if name not in fields]
        said += [e for name in value if name in fields for e in errors(value[name], fields[name], f"{path}.{name}")]
    if isinstance(value, tuple):
        said += [e for i, item in enumerate(value) for e in errors(item, schema["items"], f"{path}.{i}")]
    return said


def test_it_is_json_of_the_2020_dialect() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_keyword_is_one_that_editors_know() -> None:
    found: set[str] = set()
    pending = [SCHEMA, *SCHEMA["$defs"].values()]
    while pending:
        schema = pending.pop()
        found |= set(schema)
        pending += [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
        pending += [schema["items"]] if "items" in schema else []
    assert found <= KEYWORDS


@pytest.mark.parametrize("source", [*shipped_scenarios(), str(SMALL)], ids=lambda source: Path(source).stem)
def test_scenarios_that_load_fit_the_schema(source: str) -> None:
    assert errors(read(find(source)).data, SCHEMA) == []
    assert load(source)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("unknown-key", ".sites.0.mascot: unknown"),
        ("negative-power", ".sites.0.grid.connection_mw: exclusiveMinimum"),
        ("missing-required", ".title: missing"),
        ("lower-case-country", ".sites.0.country: pattern"),
        ("unknown-choice", ".operations.scheduler: none of ['fcfs', 'sjf', 'easy', 'conservative', 'multifactor']"),
        ("text-for-number", ".sites.0.grid.connection_mw: no number"),
        ("no-sites", ".sites: minItems"),
        ("mapping-for-list", ".machines: no array"),
        ("long-name", ".name: maxLength"),
        ("share-above-one", ".tenants.0.demand_share: maximum"),
    ],
)
def test_an_editor_sees_the_fault_of_a_single_field(name: str, error: str) -> None:
    assert error in errors(read(BAD / f"{name}.yaml").data, SCHEMA)


def test_every_number_has_its_unit_and_every_field_its_text() -> None:
    plain = []
    for noun in (SCHEMA, *SCHEMA["$defs"].values()):
        for name, field in noun.get("properties", {}).items():
            options = field.get("anyOf", [field])
            if any(option.get("type") in ("number", "integer") for option in options) and "x-unit" not in field:
                plain.append(name)
            assert field.get("description"), name
    assert plain == ["seed"]
    grid = SCHEMA["$defs"]["Grid"]["properties"]
    assert grid["connection_mw"]["x-unit"] == "MW"
    assert grid["price_eur_per_mwh"]["x-unit"] == "EUR/MWh"
