"""This module owns what a user reads when a scenario is wrong: each fault with its place, in plain words."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple


class Located(NamedTuple):
    """One fault as printed: `place: path: message`. The place is `file:line:col` or the `--set` it came from."""

    place: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.path}: {self.message}" if self.path else f"{self.place}: {self.message}"


class ScenarioError(ValueError):
    """A scenario that cannot be used; holds every fault that was found, in the order of the file.

    notes: what was put right in the files that it names, for a fault may follow from it.
    """

    def __init__(self, faults: Iterable[Located], notes: Iterable[str] = ()) -> None:
        self.faults, self.notes = tuple(faults), tuple(notes)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return `; did you mean x?` for the closest candidate, or an empty text.

    >>> did_you_mean("power_mv", ["power_mw", "pue"])
    '; did you mean power_mw?'
    """
    names = {name.lower(): name for name in candidates}
    close = difflib.get_close_matches(word.lower(), list(names), n=1, cutoff=0.6)
    return f"; did you mean {names[close[0]]}?" if close else ""


def shortened(text: str, length: int = 40) -> str:
    """Return a text cut to a length that fits a message.

    >>> shortened("megawatts", 8)
    'megaw...'
    """
    return text if len(text) <= length else f"{text[: length - 3]}..."


def number(value: float) -> str:
    """Return a number as a message prints it: whole ones in full, unless they fill a line.

    >>> number(100000), number(0.25), number(2.0), number(10**400)
    ('100000', '0.25', '2', 'about 1e400')
    """
    if not isinstance(value, int):
        return f"{value:.10g}"
    digits = int(abs(value).bit_length() * math.log10(2))
    return str(value) if digits < 20 else f"about {'-' if value < 0 else ''}1e{digits}"


def plain(value: float | date | str) -> str:
    """Return a number or a date (whose bounds come as texts) as a message prints it."""
    return str(value) if isinstance(value, date | str) else number(value)


def kind_of(value: Any) -> str:
    """Return what a value read from YAML is, in a user's words."""
    match value:
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {number(value)}"
        case str():
            return f"the text '{shortened(value)}'"
        case tuple() | list():
            return "a list"
        case dict():
            return "a mapping"
        case datetime():
            return f"the moment {value}"
        case date():
            return f"the date {value}"
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
        return f"{words} {plain(context[bound])}, is {plain(value)}"
    if kind in KINDS:
        if kind == "float_type" and type(value) is int:
            return f"must be a number that a computer can hold, is {number(value)}"
        if kind == "date_type" and isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return f"must be a date, is {kind_of(value)}; write it without quotes"
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
        case "string_too_long":
            return f"must have at most {context['max_length']} characters, is {kind_of(value)}"
        case _:
            return f"{error['msg'][0].lower()}{error['msg'][1:]}, is {kind_of(value)}"


# What the parser says, by a part of it, and what a user can do about it.
YAML_WORDS = (
    (r"character '\\t'", "a tab; indent with spaces"),
    (r"character '(.)' that cannot", "a value cannot start with {0}; put it in quotes"),
    (r"unexpected end of stream", "a quote that is never closed"),
    (r"expected ',' or '(.)'", "a bracket that is not closed with {0}, or a comma that is missing"),
    (r"found '<stream end>'", "a bracket that is never closed"),
    (r"mapping values are not allowed", "a colon where none can stand; check the indentation, or quote the text"),
    (r"sequence entries are not allowed", "a list must begin on a line of its own"),
    (r"found another document", "a second document begins; a scenario is one"),
    (r"undefined alias '(.*)'", "*{0} stands for nothing; there is no &{0} above"),
    (r"could not find expected ':'", "a key without a colon"),
    (r"expected <block end>", "the line does not fit those above; check the indentation and the quotes"),
    (r"unknown escape character '(.*)'", "\\{0} means nothing inside double quotes"),
)
OPENED_BEFORE = re.compile("quoted scalar|flow (sequence|mapping|node)")


def yaml_message(error: Any) -> tuple[Any, str]:
    """Return the place of a parser's error and what is wrong there, in a user's words.

    Where a quote or a bracket is never closed, the place is where it opens, not the end of the file.
    """
    problem = " ".join(filter(None, (error.problem, error.context if not error.problem else "")))
    opened = OPENED_BEFORE.search(error.context or "") and error.context_mark
    mark = (opened if "escape" not in problem else None) or error.problem_mark or error.context_mark
    for pattern, words in YAML_WORDS:
        if match := re.search(pattern, problem):
            return mark, words.format(*match.groups())
    return mark, problem
