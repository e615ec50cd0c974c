"""This module owns the way from a scenario file to a resolved scenario, and the report of all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gortyn.catalogue import Catalogue
from gortyn.catalogue import load as load_catalogue
from gortyn.io.document import Document, PathKey, dotted, parse_value, read
from gortyn.io.faults import Located, ScenarioError, did_you_mean, plain_message
from gortyn.io.rules import LISTS, reference_faults, size_faults
from gortyn.model import Noun, Scenario
from gortyn.resolve import Origin, Resolved, Unresolved, metadata, resolve

SHIPPED = files("gortyn") / "scenarios"


def shipped_scenarios() -> tuple[str, ...]:
    """Return the names of the scenarios that come with Gortyn; each works wherever a file does."""
    return tuple(sorted(item.name.removesuffix(".yaml") for item in SHIPPED.iterdir() if item.name.endswith(".yaml")))


def find(source: str | Path) -> Path:
    """Return the file of a scenario: the path itself, or the shipped scenario of that name.

    Raises
    ------
    ScenarioError : there is neither; with the closest shipped name.
    """
    path, name = Path(source), str(source)
    if path.exists():
        return path
    if name in shipped_scenarios():
        return Path(str(SHIPPED / f"{name}.yaml"))
    hint = did_you_mean(name, shipped_scenarios())
    raise ScenarioError([Located(f"{name}:1:1", "", f"no such file, and no shipped scenario of that name{hint}")])


def load(
    source: str | Path, overrides: Sequence[str] | Mapping[str, Any] = (), catalogue: Catalogue | None = None
) -> Resolved:
    """Load a scenario file (or a shipped one by name), apply overrides, check everything and resolve it.

    Parameters
    ----------
    source : path of a YAML file, or the name of a shipped scenario.
    overrides : `path=value` texts as `--set` takes them, or a mapping of path to value. A path names list items by
        their name or their number: `sites.narvik.grid.connection_mw=250`.
    catalogue : the shipped one if left out.

    Raises
    ------
    ScenarioError : every fault at once, each as `file:line:col: path: message`.
    """
    catalogue = catalogue or load_catalogue()
    document = read(find(source), str(source))
    overridden = _apply(document, _pairs(overrides))
    return _Check(document, overridden, catalogue).resolved()


def _pairs(overrides: Sequence[str] | Mapping[str, Any]) -> Iterable[tuple[str, Any, str]]:
    """Yield path, value and the words that faults call it by."""
    if isinstance(overrides, Mapping):
        for path, value in overrides.items():
            yield path, value, f"--set {path}={value}"
        return
    for text in overrides:
        path, equals, value = text.partition("=")
        place = f"--set {text}"
        if not equals or not path:
            raise ScenarioError([Located(place, "", "must be path=value")])
        try:
            yield path.strip(), parse_value(value), place
        except Exception as error:
            raise ScenarioError([Located(place, "", f"the value is no valid YAML: {value!r}")]) from error


def _apply(document: Document, pairs: Iterable[tuple[str, Any, str]]) -> dict[PathKey, str]:
    """Set values in the document's data; return the place to name for each path that was set."""
    places: dict[PathKey, str] = {}
    for text, value, place in pairs:
        path = _locate(document.data, text, place)
        parent: Any = document.data
        for part in path[:-1]:
            parent = parent.setdefault(part, {}) if isinstance(parent, dict) else parent[part]
        if isinstance(parent, tuple):
            raise ScenarioError([Located(place, "", "sets a whole entry of a list; set its fields")])
        parent[path[-1]] = value
        places[path] = place
    return places


def _locate(data: Any, text: str, place: str) -> PathKey:
    """Turn `sites.narvik.grid` into the keys and numbers that lead there."""
    path: list[str | int] = []
    here: Any = data
    for part in text.split("."):
        if isinstance(here, tuple):
            names = [str(item.get("name", "")) if isinstance(item, dict) else "" for item in here]
            index = names.index(part) if part in names else int(part) if re.fullmatch(r"\d+", part) else -1
            if not 0 <= index < len(here):
                message = f"{dotted(tuple(path))} has no entry '{part}'{did_you_mean(part, names)}"
                raise ScenarioError([Located(place, "", message)])
            path.append(index)
            here = here[index]
        elif isinstance(here, dict) or here is None:
            path.append(part)
            here = (here or {}).get(part)
        else:
            raise ScenarioError([Located(place, "", f"{dotted(tuple(path))} is a single value; it holds no '{part}'")])
    return tuple(path)


class _Check:
    """One pass of all checks over one document, so that faults of every kind are reported together."""

    def __init__(self, document: Document, overridden: dict[PathKey, str], catalogue: Catalogue) -> None:
        self.document, self.overridden, self.catalogue = document, overridden, catalogue
        self.faults: dict[Located, None] = {}

    def resolved(self) -> Resolved:
        data = self.document.data
        try:
            scenario, kept = Scenario.model_validate(data), {}
        except ValidationError as error:
            self._type_faults(error)
            scenario, kept = _salvage(data, error)
        result = self._rules(scenario, kept) if scenario else None
        if self.faults or result is None:
            raise ScenarioError(sorted(self.faults, key=_by_place))
        origins = {path: self._origin(path, origin) for path, origin in result.origins.items()}
        return replace(result, origins=origins)

    def _rules(self, scenario: Scenario, kept: Mapping[str, list[int]]) -> Resolved | None:
        """Run the rules that cross nouns on what is valid by itself; `kept` maps its list entries to the file's."""
        names = {field: [_name(item) for item in _entries(self.document.data, field)] for field in LISTS}
        found = list(reference_faults(scenario, names, self.catalogue))
        result = None
        try:
            result = resolve(scenario, self.catalogue)
        except Unresolved as error:
            found += error.faults
        if result and not found:
            found += size_faults(result.scenario, self.catalogue.lookup())
        for fault in found:
            path = fault.path
            if len(path) > 1 and (indices := kept.get(str(path[0]))) is not None:
                path = (path[0], indices[int(path[1])], *path[2:])
            self._add(path, fault.message)
        return result

    def _type_faults(self, error: ValidationError) -> None:
        errors = error.errors(include_url=False)
        missing = {entry["loc"] for entry in errors if entry["type"] == "missing"}
        for entry in errors:
            loc = entry["loc"]
            if entry["type"] == "extra_forbidden":
                self._unknown_key(loc, missing)
        for entry in errors:
            loc = entry["loc"]
            if entry["type"] == "faults":
                for fault in entry.get("ctx", {})["faults"]:
                    self._add((*loc, *fault.path), fault.message)
            elif entry["type"] == "missing":
                if loc in missing:
                    self._add(loc, plain_message(entry))
            elif entry["type"] != "extra_forbidden":
                self._add(loc, plain_message(entry))

    def _unknown_key(self, loc: PathKey, missing: set[PathKey]) -> None:
        """Report an unknown key; fold it with the missing one that it most likely stands for."""
        noun = _noun_at(loc[:-1])
        candidates = list(noun.model_fields) if noun else []
        word = str(loc[-1])
        absent = [str(path[-1]) for path in missing if path[:-1] == loc[:-1]]
        hint = did_you_mean(word, absent) or did_you_mean(word, candidates)
        if hint:
            missing.discard((*loc[:-1], hint.removeprefix("; did you mean ").removesuffix("?")))
        self._add(loc, f"unknown key{hint}", key=True)

    def _add(self, path: PathKey, message: str, *, key: bool = False) -> None:
        override = next((self.overridden[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.overridden), "")
        place = override or self.document.place(path, key=key)
        self.faults[Located(place, dotted(path), message)] = None

    def _origin(self, path: PathKey, origin: Origin) -> Origin:
        if origin.kind != "stated":
            return origin
        if place := self.overridden.get(path):
            return Origin("override", place, "unsourced", "")
        mark = self.document.marks.get(path)
        comment = self.document.comment(path)
        word, _, note = comment.partition(":")
        evidence = {"source": "sourced", "assumed": "assumed"}.get(word.strip().lower(), "unsourced")
        where = f"{self.document.name}:{mark.line}" if mark else self.document.name
        return Origin("file", where, evidence, note.strip() if evidence != "unsourced" else comment)


def _by_place(fault: Located) -> tuple[str, int, int]:
    match = re.search(r":(\d+):(\d+)$", fault.place)
    return (fault.place[: match.start()], int(match[1]), int(match[2])) if match else (fault.place, 0, 0)


def _name(item: Any) -> str:
    return str(item.get("name", "")) if isinstance(item, dict) else ""


def _entries(data: Mapping[str, Any], field: str) -> tuple[Any, ...]:
    value = data.get(field)
    return value if isinstance(value, tuple) else ()


def _noun_at(path: PathKey) -> type[Noun] | None:
    """Return the type that declares the keys at a path."""
    noun: type[Noun] = Scenario
    for part in path:
        if isinstance(part, str):
            info = noun.model_fields.get(part)
            found = next((t for t in metadata(info, type) if issubclass(t, Noun)), None) if info else None
            if found is None:
                return None
            noun = found
    return noun


def _salvage(data: Mapping[str, Any], error: ValidationError) -> tuple[Scenario | None, dict[str, list[int]]]:
    """Return what is left of a scenario without its faulty entries, so that rules can be checked on the rest.

    Only lists lose entries; where another part is at fault, or a list is left empty, there is nothing to check.
    """
    bad = {entry["loc"][:2] for entry in error.errors(include_url=False)}
    unknown = {entry["loc"] for entry in error.errors(include_url=False) if entry["type"] == "extra_forbidden"}
    rest = {key: value for key, value in data.items() if (key,) not in unknown}
    kept: dict[str, list[int]] = {}
    for field in LISTS:
        items = _entries(data, field)
        indices = [index for index in range(len(items)) if (field, index) not in bad]
        rest[field] = tuple(items[index] for index in indices)
        kept[field] = indices
    for field in ("programme", "fund", "costs", "operations", "name", "title", "summary"):
        if any(loc[:1] == (field,) for loc in bad):
            rest[field] = _stand_in(field)
    try:
        return Scenario.model_validate(rest), kept
    except ValidationError:
        return None, kept


def _stand_in(field: str) -> Any:
    """Return a valid value for a part whose own faults are reported already and that no rule looks at."""
    match field:
        case "programme":
            none = dict.fromkeys(("mobilised_eur", "public_eur", "private_eur", "budget_eur"), 0.0)
            return {"name": "", "base_year": 2026, **none}
        case "fund":
            return {"layers": ({"name": "all", "kind": "equity", "provider": "private", "share": 1.0},)}
        case "costs" | "operations":
            return {}
        case _:
            return "stand-in"
