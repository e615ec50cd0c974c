"""This module owns what a user reads when a scenario is wrong: each fault with its place, in plain words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple


class Located(NamedTuple):
    """One fault as printed: `place: path: message`. The place is `file:line:col` or the `--set` it came from."""

    place: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.path}: {self.message}" if self.path else f"{self.place}: {self.message}"


class ScenarioError(ValueError):
    """A scenario that cannot be used; holds every fault that was found, in the order of the file."""

    def __init__(self, faults: Iterable[Located]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return `; did you mean x?` for the closest candidate, or an empty text.

    >>> did_you_mean("power_mv", ["power_mw", "pue"])
    '; did you mean power_mw?'
    """
    names = {name.lower(): name for name in candidates}
    close = difflib.get_close_matches(word.lower(), list(names), n=1, cutoff=0.6)
    return f"; did you mean {names[close[0]]}?" if close else ""


def kind_of(value: Any) -> str:
    """Return what a value read from YAML is, in a user's words."""
    match value:
        case None:
            return "empty"
        case bool():
            return f"{str(value).lower()} (yes or no)"
        case int() | float():
            return f"the number {value:g}"
        case str():
            return f"the text '{value if len(value) <= 40 else value[:37] + '...'}'"
        case tuple() | list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f"{type(value).__name__} {value}"


BOUNDS = {
    "greater_than": ("gt", "must be more than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
}
KINDS = {
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be a text",
    "date_type": "must be a date such as 2027-06-01",
    "date_from_datetime_inexact": "must be a date such as 2027-06-01",
    "tuple_type": "must be a list",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "dict_type": "must be a mapping",
}


def plain_message(error: Any) -> str:
    """Return the message of one pydantic error in the words of a user, with the value that is wrong."""
    kind, value, context = error["type"], error.get("input"), error.get("ctx", {})
    if kind in BOUNDS:
        bound, words = BOUNDS[kind]
        return f"{words} {context[bound]:g}, is {value:g}"
    if kind in KINDS:
        return f"{KINDS[kind]}, is {kind_of(value)}"
    match kind:
        case "missing":
            return "is required, but missing"
        case "finite_number":
            return f"must be a finite number, is {value}"
        case "literal_error":
            expected = context["expected"].replace("'", "").replace(" or ", ", ")
            return f"must be one of {expected}; is {kind_of(value)}{did_you_mean(str(value), expected.split(', '))}"
        case "string_pattern_mismatch" if context["pattern"] == "^[A-Z]{2}$":
            return f"must be a two-letter country code in capitals, is {kind_of(value)}"
        case "string_pattern_mismatch":
            return f"must be lower-case words, digits and single hyphens, is {kind_of(value)}"
        case "too_short":
            return f"needs at least {context['min_length']} entry"
        case _:
            return f"{error['msg'][0].lower()}{error['msg'][1:]}, is {kind_of(value)}"
