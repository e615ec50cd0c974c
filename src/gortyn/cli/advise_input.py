"""This module owns what the words after `gortyn advise` mean, and what is said of those that mean nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from gortyn.cli.output import InvalidInput
from gortyn.io.faults import did_you_mean, shortened
from gortyn.model.access import CLASSES, TenantClass

if TYPE_CHECKING:
    from gortyn.advice import Question
    from gortyn.catalogue import Catalogue
    from gortyn.model import Scenario

ALIASES = {"EL": "GR", "UK": "GB"}
"""Codes that offices of the Union use in place of those of ISO 3166-1."""
BATCH_OF = "Llama-3-405B"
"""Model whose batch stands in for that of a model of which none is published."""


def day(option: str, text: str | None, earliest: date, called: str) -> date:
    """A day that is not before `earliest`, which is also what is meant where nothing is given.

    Parameters
    ----------
    option : name of the option, for messages
    text : as typed
    earliest, called : first day that is allowed, and what it is
    """
    if text is None:
        return earliest
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(_line(option, text, "must be a date such as 2027-06-01")) from None
    if found < earliest:
        raise InvalidInput(_line(option, text, f"lies before {called} ({earliest})"))
    return found


def amount(option: str, text: str | None, example: str) -> float | None:
    """A finite number above zero, or None where nothing is given."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        raise InvalidInput(_line(option, text, f"must be a number, for example {example}")) from None
    if not 0 < value < math.inf:
        raise InvalidInput(_line(option, text, "must be a number above 0"))
    return value


def count(option: str, text: str | None) -> int | None:
    """A whole number of at least one, or None where nothing is given."""
    value = amount(option, text, "1024")
    if value is None:
        return None
    if not value.is_integer():
        raise InvalidInput(_line(option, str(text), "must be a whole number of at least 1"))
    return int(value)


def tenant_class(text: str) -> TenantClass:
    """A class of applicants, whatever its case; `startup` is one too."""
    plain = text.casefold().replace("-", "").replace("_", "").replace(" ", "")
    found: TenantClass | None = next((name for name in CLASSES if name.replace("-", "") == plain), None)
    if found is None:
        hint = did_you_mean(text, CLASSES)
        raise InvalidInput(_line("who", text, f"is no class{hint}; there are {', '.join(CLASSES)}"))
    return found


def country_code(text: str, catalogue: Catalogue) -> str:
    """Code of a country that the catalogue knows, from its code or its name, whatever the case."""
    kinds = [kind for kind in ("countries", "grids") if kind in catalogue.kinds()]
    codes = list(dict.fromkeys(code for kind in kinds for code in catalogue.entries(kind) if len(code) == 2))
    code = ALIASES.get(text.strip().upper(), text.strip().upper())
    if code in codes:
        return code
    names = {
        str(catalogue.fact(kind, one, "name").value).casefold(): one
        for kind in reversed(kinds)
        for one in codes
        if catalogue.has(kind, one, "name")
    }
    if text.strip().casefold() in names:
        return names[text.strip().casefold()]
    titles = {name.title(): one for name, one in names.items()}
    hint = did_you_mean(text, titles) or did_you_mean(text, codes)
    raise InvalidInput(_line("country", text, f"is no country of the catalogue{hint}"))


def check_sensitive(kind: str | None, scenarios: Iterable[Scenario], catalogue: Catalogue) -> None:
    """Leave with which enclaves take what, if no enclave or data space has heard of a kind of sensitive data."""
    if kind is None:
        return
    takes = {one.name: one.takes for scenario in scenarios for one in scenario.access.enclaves}
    spaces = catalogue.entries("data_spaces") if "data_spaces" in catalogue.kinds() else ()
    of_spaces = [
        catalogue.fact("data_spaces", one, "sensitive").text
        for one in spaces
        if catalogue.has("data_spaces", one, "sensitive")
    ]
    kinds = dict.fromkeys([*(one for some in takes.values() for one in some), *of_spaces])
    if kind not in kinds:
        which = "; ".join(f"{name} takes {', '.join(some)}" for name, some in takes.items()) or "there are no enclaves"
        hint = did_you_mean(kind, kinds)
        raise InvalidInput(_line("sensitive", kind, f"is no kind of data that enclaves take{hint}; {which}"))


def question(
    catalogue: Catalogue,
    model: str,
    tokens: float | None,
    who: TenantClass,
    country: str,
    begin: date,
    by: date | None,
    *,
    sensitive: str | None = None,
    chips: int | None = None,
    precision: str | None = None,
) -> Question:
    """The question, with model, tokens and batch filled as `gortyn train` does."""
    from gortyn.advice.question import Question
    from gortyn.io.target import TargetError, find_model
    from gortyn.training.architecture import Architecture

    facts = catalogue.lookup()
    try:
        name = find_model(model, catalogue)
    except TargetError as error:
        raise InvalidInput(*(f"gortyn advise: --model: {line}" for line in error.lines)) from None
    tokens = facts.get_number("models", name, "training_tokens") if tokens is None else tokens
    if tokens is None:
        message = f"gortyn advise: how many tokens {name} was trained on is not known: give --tokens"
        raise InvalidInput(message)
    batch = facts.get_number("models", name, "batch_sequences") or facts.number("models", BATCH_OF, "batch_sequences")
    return Question(
        architecture=Architecture.from_catalogue(name, facts),
        tokens=tokens,
        batch=int(batch),
        tenant_class=who,
        country=country,
        begin=begin,
        by=by,
        sensitive=sensitive,
        chips=chips,
        precision=precision,
    )


def _line(option: str, text: str, fault: str) -> str:
    return f"gortyn advise: --{option} {shortened(text)!r} {fault}"
