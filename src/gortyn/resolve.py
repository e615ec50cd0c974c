"""This module owns the step from what a scenario says to what a run uses: every value filled, each with its origin.

A field marked `FromCatalogue` that the scenario leaves out takes the catalogue's value; any other takes its default.
Resolving twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple, TypeVar

from gortyn.catalogue import Catalogue, Fact
from gortyn.model import Fault, FromCatalogue, IfInCatalogue, Noun, Scenario, Unit
from gortyn.model.series import AllSeries

# What an entry of a kind is called, where a scenario names one.
ENTRIES = {
    "chips": "chip",
    "grids": "country",
    "models": "model",
    "access_modes": "access mode",
    "data_spaces": "data space",
}

OriginKind = Literal["file", "override", "catalogue", "default", "stated"]
PathKey = tuple[str | int, ...]
AnyNoun = TypeVar("AnyNoun", bound=Noun)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value of a resolved scenario comes from.

    kind: file, override (`--set`), catalogue, default (of the type) or stated (built in Python). where: the line, the
    catalogue key or the type. evidence: sourced, assumed, unsourced, or the catalogue's own word. fact: the catalogue
    entry, if it is one.
    """

    kind: OriginKind
    where: str
    evidence: str
    note: str
    fact: Fact | None = None


class Leaf(NamedTuple):
    """One value of a scenario: its path by index, its value, the field's unit and the noun that declares it."""

    path: PathKey
    value: Any
    unit: str
    field: str
    owner: Noun

    @property
    def stated(self) -> bool:
        """Whether whoever wrote the scenario set the value."""
        return self.field in self.owner.model_fields_set


@dataclass(frozen=True, slots=True)
class Resolved:
    """A scenario with every value filled, the origin of each value by its path, and what the files it names hold.

    notes: what was filled, left out or converted while those files were read, one sentence each.
    """

    scenario: Scenario
    origins: Mapping[PathKey, Origin]
    series: AllSeries = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Unresolved(ValueError):
    """Values that neither the scenario nor the catalogue gives."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in faults))


def resolve(scenario: Scenario, catalogue: Catalogue) -> Resolved:
    """Fill what the scenario leaves out and note where each value comes from.

    Raises
    ------
    Unresolved : a value that the catalogue does not have, all of them at once, each with its path.
    """
    filled: dict[PathKey, Fact] = {}
    faults: dict[PathKey, str] = {}
    full = _fill(scenario, (), {}, catalogue, filled, faults)
    if faults:
        raise Unresolved([Fault(path, message) for path, message in faults.items()])
    origins = {leaf.path: _origin(leaf, filled.get(leaf.path)) for leaf in leaves(full)}
    return Resolved(full, origins)


def leaves(noun: Noun, path: PathKey = ()) -> Iterator[Leaf]:
    """Yield every single value of a noun and of the nouns it holds, in the order of the types."""
    for name, info in type(noun).model_fields.items():
        value = getattr(noun, name)
        if isinstance(value, Noun):
            yield from leaves(value, (*path, name))
        elif isinstance(value, tuple) and all(isinstance(item, Noun) for item in value):
            for index, item in enumerate(value):
                yield from leaves(item, (*path, name, index))
        else:
            yield Leaf((*path, name), value, unit_of(info), name, noun)


def unit_of(info: Any) -> str:
    """Return the unit of a field, or an empty text where it has none (names, dates, choices)."""
    return next((found.symbol for found in metadata(info, Unit)), "")


def metadata(info: Any, kind: type[Any]) -> Iterator[Any]:
    """Yield metadata of one kind on a field, also where it stands inside `| None` or a nested `Annotated`."""
    pending: list[Any] = [*info.metadata, info.annotation]
    while pending:
        item = pending.pop(0)
        if isinstance(item, kind):
            yield item
        pending += [*getattr(item, "__metadata__", ()), *getattr(item, "__args__", ())]
        if hasattr(item, "__origin__") and hasattr(item, "__metadata__"):
            pending.append(item.__origin__)


def _fill(
    noun: AnyNoun,
    path: PathKey,
    names: dict[str, tuple[PathKey, str]],
    catalogue: Catalogue,
    filled: dict[PathKey, Fact],
    faults: dict[PathKey, str],
) -> AnyNoun:
    """Return a copy of a noun with every `FromCatalogue` field filled; `names` are the texts in scope."""
    fields = type(noun).model_fields
    names = names | {name: ((*path, name), value) for name in fields if isinstance(value := getattr(noun, name), str)}
    updates: dict[str, Any] = {}
    for name, info in fields.items():
        value, below = getattr(noun, name), (*path, name)
        if isinstance(value, Noun):
            updates[name] = _fill(value, below, names, catalogue, filled, faults)
        elif isinstance(value, tuple) and value and isinstance(value[0], Noun):
            items = (_fill(item, (*below, i), names, catalogue, filled, faults) for i, item in enumerate(value))
            updates[name] = tuple(items)
        elif value is None and (rule := next(metadata(info, FromCatalogue), None)):
            fact = next((found for text in rule.paths if (found := _look_up(text, names, catalogue))), None)
            if fact is None and isinstance(rule, IfInCatalogue):
                continue
            if fact is None:
                faults.setdefault(*_blame(rule, below, names, catalogue))
            else:
                filled[below] = fact
                whole = isinstance(fact.value, float) and "count" in {unit.symbol for unit in metadata(info, Unit)}
                updates[name] = int(fact.value) if whole else fact.value
    copy = noun.model_copy(update=updates)
    copy.__pydantic_fields_set__.intersection_update(noun.model_fields_set)
    return copy


def _look_up(template: str, names: Mapping[str, tuple[PathKey, str]], catalogue: Catalogue) -> Fact | None:
    kind, entry, field = (_expand(part, names) for part in template.split("/"))
    try:
        return catalogue.fact(kind, entry, field)
    except KeyError:
        return None


def _expand(text: str, names: Mapping[str, tuple[PathKey, str]]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: names[match[1]][1], text)


def _blame(
    rule: FromCatalogue, path: PathKey, names: Mapping[str, tuple[PathKey, str]], catalogue: Catalogue
) -> tuple[PathKey, str]:
    """Return which path is at fault and why: an entry that the catalogue lacks, or a value that its entry lacks."""
    kind, entry, field = rule.paths[0].split("/")
    named = re.fullmatch(r"\{(\w+)\}", entry)
    key = _expand(entry, names)
    if named and kind == "prices":
        kind = "chips"  # a chip that has no price is known all the same
    if named and key not in catalogue.entries(kind):
        close = catalogue.suggest(kind, key)
        hint = f"; did you mean {close}?" if close else ""
        return names[named[1]][0], f"the catalogue has no {ENTRIES.get(kind, kind)} '{key}'{hint}"
    return path, f"is required: the catalogue has no {_expand(field, names)} for {key}"


def _origin(leaf: Leaf, fact: Fact | None) -> Origin:
    if fact is not None:
        return Origin("catalogue", fact.key, fact.evidence, fact.note, fact)
    if leaf.stated:
        return Origin("stated", "", "unsourced", "")
    info = type(leaf.owner).model_fields[leaf.field]
    assumed = "assumed" in (info.description or "").lower()
    return Origin("default", type(leaf.owner).__name__, "assumed" if assumed or leaf.unit else "default", "")


def named_path(scenario: Scenario, path: PathKey) -> str:
    """Return a path with the names of list items in place of their numbers.

    `("sites", 0, "cooling", "pue")` prints as `sites.narvik.cooling.pue`.
    """
    parts: list[str] = []
    value: Any = scenario
    for part in path:
        value = value[part] if isinstance(part, int) else getattr(value, part)
        parts.append(getattr(value, "name", str(part)) if isinstance(part, int) else part)
    return ".".join(parts)


def printed(value: Any) -> str:
    """Return a value as a scenario file would say it."""
    match value:
        case float():
            return f"{value:.6g}"
        case date():
            return value.isoformat()
        case None:
            return ""
        case _:
            return str(value)
