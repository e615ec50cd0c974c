"""This module owns the way from a scenario file to a resolved scenario, and the report of all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError

from gortyn.catalogue import Catalogue
from gortyn.catalogue import load as load_catalogue
from gortyn.io.access_rules import ACCESS_LISTS
from gortyn.io.document import Document, PathKey, dotted, parse_value, read
from gortyn.io.faults import Located, ScenarioError, did_you_mean, plain_message, shortened
from gortyn.io.money_rules import currency_faults
from gortyn.io.rules import LISTS, reference_faults, size_faults
from gortyn.model import Fault, Noun, Scenario
from gortyn.model.series import AllSeries
from gortyn.resolve import Origin, Resolved, Unresolved, metadata, resolve

SHIPPED = files("gortyn") / "scenarios"
PLACE_LENGTH = 120
# Stands in for a window that is at fault: late enough for every phase to operate in it.
LATE = date(2200, 1, 1)


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
    with suppress(OSError):  # a name that no file system takes, such as one that is too long
        if path.exists():
            return path
    if name in shipped_scenarios():
        return Path(str(SHIPPED / f"{name}.yaml"))
    message = f"no such file, and no shipped scenario of that name{did_you_mean(name, shipped_scenarios())}"
    raise ScenarioError([Located(f"{shortened(name, PLACE_LENGTH)}:1:1", "", message)])


def load(
    source: str | Path, overrides: Sequence[str] | Mapping[str, Any] = (), catalogue: Catalogue | None = None
) -> Resolved:
    """Load a scenario file (or a shipped one by name), apply overrides, check everything and resolve it.

    Parameters
    ----------
    source : path of a YAML file, or the name of a shipped scenario. Files of hourly values that it names are read,
        from its folder, or from the working directory for a shipped one.
    overrides : `path=value` texts as `--set` takes them, or a mapping of path to value. A path names list items by
        their name or their number: `sites.narvik.grid.connection_mw=250`.
    catalogue : the shipped one if left out.

    Raises
    ------
    ScenarioError : every fault at once, each as `file:line:col: path: message`.
    """
    catalogue = catalogue or load_catalogue()
    path = find(source)
    document = read(path, str(source))
    overridden = _apply(document, overrides)
    folder = path.parent if path == Path(source) else Path()
    return _Check(document, overridden, catalogue, folder).resolved()


def _given(overrides: Sequence[str] | Mapping[str, Any]) -> Iterable[tuple[str, str, Callable[[], Any]]]:
    """Yield the words that faults call an override by, its path, and the function that reads its value."""
    if isinstance(overrides, Mapping):
        for path, value in overrides.items():
            yield shortened(f"--set {path}={value}", PLACE_LENGTH), path, partial(_as_read, value)
        return
    for text in overrides:
        path, equals, value = text.partition("=")
        yield shortened(f"--set {text}", PLACE_LENGTH), path.strip() if equals else "", partial(parse_value, value)


def _as_read(value: Any) -> Any:
    """Return a value from Python as the reader would give it: lists as tuples."""
    if isinstance(value, Mapping):
        return {key: _as_read(item) for key, item in value.items()}
    return tuple(_as_read(item) for item in value) if isinstance(value, list | tuple) else value


def _apply(document: Document, overrides: Sequence[str] | Mapping[str, Any]) -> dict[PathKey, str]:
    """Set values in the document's data; return the place to name for each path that was set."""
    places: dict[PathKey, str] = {}
    faults: list[Located] = []
    for place, text, read_value in _given(overrides):
        try:
            if not text:
                raise ScenarioError([Located(place, "", "must be path=value")])
            path = _locate(document.data, text, place)
            _set(document.data, path, read_value(), place)
            places[path] = place
        except ScenarioError as error:
            faults += [fault._replace(place=place) for fault in error.faults]
    if faults:
        raise ScenarioError(faults)
    return places


def _set(data: dict[str, Any], path: PathKey, value: Any, place: str) -> None:
    parent: Any = data
    for part in path[:-1]:
        if isinstance(parent, dict) and parent.get(part) is None:
            parent[part] = {}
        parent = parent[part]
    if isinstance(parent, tuple):
        raise ScenarioError([Located(place, "", "sets a whole entry of a list; set its fields")])
    parent[path[-1]] = value


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

    def __init__(self, document: Document, overridden: dict[PathKey, str], catalogue: Catalogue, folder: Path) -> None:
        self.document, self.overridden, self.catalogue, self.folder = document, overridden, catalogue, folder
        self.faults: dict[Located, None] = {}
        self.notes: tuple[str, ...] = ()

    def resolved(self) -> Resolved:
        bad: set[PathKey] = set()
        try:
            part = _Part(Scenario.model_validate(self.document.data), {})
        except ValidationError as error:
            self._type_faults(error)
            bad = {entry["loc"] for entry in error.errors(include_url=False)}
            part = _without(self.document.data, bad)
        result = self._rules(part, bad)
        if self.faults:
            raise ScenarioError(sorted(self.faults, key=_by_place), self.notes)
        assert result is not None  # a scenario without faults has been resolved
        origins = {path: self._origin(path, origin) for path, origin in result.origins.items()}
        return replace(result, origins=origins)

    def _rules(self, part: _Part, bad: set[PathKey]) -> Resolved | None:
        """Run the rules that cross nouns on what is valid by itself, then those of size on what is left of that."""
        data = self.document.data
        series, notes = self._files(part)
        names = {field: [_name(item) for item in _entries(data, field)] for field in LISTS if (field,) not in bad}
        rules = data.get("access", {})
        for field in ACCESS_LISTS:
            if isinstance(rules, dict) and ("access", field) not in bad:
                names[f"access.{field}"] = [_name(item) for item in _entries(rules, field)]
        found = list(reference_faults(part.scenario, names, self.catalogue))
        if not any(path[0] == "costs" for path in bad):  # else the rates that it has are not known
            found += currency_faults(part.scenario)
        result = None
        try:
            result = resolve(part.scenario, self.catalogue)
        except Unresolved as error:
            named = {fault.path for fault in found}
            found += [fault for fault in error.faults if fault.path not in named]
        found = [part.in_file(fault) for fault in found]
        if bad or found:
            part = _without(data, bad | {fault.path for fault in found}, dependents=True)
        sized = resolve(part.scenario, self.catalogue).scenario
        found += [part.in_file(fault) for fault in size_faults(sized, self.catalogue.lookup(), series)]
        for fault in found:
            self._add(fault.path, fault.message)
        return result and replace(result, series=series, notes=notes)

    def _files(self, part: _Part) -> tuple[AllSeries, tuple[str, ...]]:
        """Read the files of hourly values that sites name, report what is wrong with them, and what was put right."""
        if not any(site.grid.price_file or site.grid.carbon_file or site.weather_file for site in part.scenario.sites):
            return {}, ()
        from gortyn.io.series import read_all  # most scenarios name none, and loading them takes a while

        files = read_all(part.scenario, self.folder)
        for fault in map(part.in_file, files.faults):
            self._add(fault.path, fault.message)
        self.notes = files.notes
        return files.series, files.notes

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
            elif entry["type"] != "extra_forbidden" and not _emptied(entry):
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


def _emptied(error: Any) -> bool:
    """Whether a list is called too short only because its entries are at fault themselves."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


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


class _Part(NamedTuple):
    """What is left of a scenario without entries that are at fault; `kept` maps its list entries to the file's."""

    scenario: Scenario
    kept: Mapping[str, Sequence[int]]

    def in_file(self, fault: Fault) -> Fault:
        """Return a fault of this part with the path that it has in the file."""
        path = fault.path
        if len(path) > 1 and str(path[0]) in self.kept:
            return fault._replace(path=(path[0], self.kept[str(path[0])][int(path[1])], *path[2:]))
        return fault


def _without(data: Mapping[str, Any], bad: set[PathKey], *, dependents: bool = False) -> _Part:
    """Return the scenario without what is at fault, so that rules can be checked on the rest.

    Lists lose their faulty entries (and, where asked, those that name an entry that is gone); other parts are replaced
    by a valid value that no rule looks at.
    """
    kept = {
        field: [i for i in range(len(_entries(data, field))) if not any(path[:2] == (field, i) for path in bad)]
        for field in LISTS
    }
    if dependents:
        _drop_dependents(data, kept)
    replaced = {path[0] for path in bad}
    values: dict[str, Any] = {}
    for field, info in Scenario.model_fields.items():
        kind: Any = info.annotation
        if field in LISTS:
            noun = get_args(kind)[0]
            values[field] = tuple(noun.model_validate(data[field][i]) for i in kept[field])
        elif field in data or field in replaced:
            value = _stand_in(field) if field in replaced else data[field]
            noun = next((part for part in (kind, *get_args(kind)) if _is_noun(part)), None)
            values[field] = value if noun is None or value is None else noun.model_validate(value)
        else:
            values[field] = info.get_default(call_default_factory=True)
    return _Part(Scenario.model_construct(**values), kept)


def _is_noun(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Noun)


def _drop_dependents(data: Mapping[str, Any], kept: dict[str, list[int]]) -> None:
    """Drop sites that install a machine that is gone, and training runs whose site or machine is."""
    machines = {_name(data["machines"][i]) for i in kept["machines"]}
    sites = _entries(data, "sites")
    kept["sites"] = [i for i in kept["sites"] if all(phase["machine"] in machines for phase in sites[i]["phases"])]
    names = {_name(sites[i]) for i in kept["sites"]}
    runs = _entries(data, "training_runs")
    kept["training_runs"] = [
        i for i in kept["training_runs"] if runs[i]["site"] in names and runs[i]["machine"] in machines
    ]


def _stand_in(field: str | int) -> Any:
    """Return a valid value for a part whose own faults are reported already."""
    match field:
        case "programme":
            none = dict.fromkeys(("mobilised_eur", "public_eur", "private_eur", "budget_eur"), 0.0)
            return {"name": "", "base_year": LATE.year - 100, **none}
        case "fund":
            return {"layers": ({"name": "all", "kind": "equity", "provider": "private", "share": 1.0},)}
        case "simulation":
            return {"start": LATE}
        case "access" | "costs" | "operations" | "risk":
            return {}
        case "siting":
            return None
        case _:
            return "stand-in"
