"""A catalogue is a directory of facts by kind, entry and field, read when first asked for."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from gortyn.catalogue.fact import CatalogueError, Fact, Source, UnknownEntry
from gortyn.catalogue.lookup import Lookup
from gortyn.catalogue.reader import Facts, read_facts, read_sources

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

_SOURCES = "sources.csv"
_SUFFIX = ".csv"


class Catalogue:
    """The facts of one directory; a kind is parsed at its first use and kept.

    >>> catalogue = load()
    >>> "H100-SXM" in catalogue.entries("chips")
    True
    >>> catalogue.suggest("chips", "H100SXM")
    'H100-SXM'
    """

    def __init__(self, directory: Traversable | Path) -> None:
        self._directory = directory
        names = sorted(item.name for item in directory.iterdir() if item.name.endswith(_SUFFIX))
        if _SOURCES not in names:
            raise CatalogueError(f"{_SOURCES}:1: not found in {directory}")
        self._kinds = tuple(name.removesuffix(_SUFFIX) for name in names if name != _SOURCES)
        self._read: dict[str, Facts] = {}

    @functools.cached_property
    def sources(self) -> Mapping[str, Source]:
        """Every source by its key."""
        return MappingProxyType(read_sources(_text(self._directory / _SOURCES), _SOURCES))

    def kinds(self) -> tuple[str, ...]:
        """The kinds of facts, sorted."""
        return self._kinds

    def entries(self, kind: str) -> tuple[str, ...]:
        """The entries of a kind, in file order.

        Raises
        ------
        UnknownEntry : no such kind.
        """
        return tuple(self._facts(kind))

    def entry(self, kind: str, name: str) -> Mapping[str, Fact]:
        """The facts of one entry by field, in file order.

        Raises
        ------
        UnknownEntry : no such kind or entry; says the nearest one.
        """
        fields = self._facts(kind).get(name)
        if fields is None:
            raise UnknownEntry(f"no entry {name!r} in {kind}" + _did_you_mean(name, self._facts(kind)))
        return MappingProxyType(fields)

    def fact(self, kind: str, entry: str, field: str) -> Fact:
        """One fact.

        Raises
        ------
        UnknownEntry : no such kind, entry or field; says the nearest one.
        """
        fields = self.entry(kind, entry)
        if field not in fields:
            raise UnknownEntry(f"no field {field!r} in {kind}/{entry}" + _did_you_mean(field, fields))
        return fields[field]

    def has(self, kind: str, entry: str, field: str) -> bool:
        """Whether the catalogue has this fact.

        Raises
        ------
        UnknownEntry : no such kind.
        """
        return field in self._facts(kind).get(entry, {})

    def facts(self) -> tuple[Fact, ...]:
        """Every fact in use, by kind and then in file order; reads all kinds."""
        return tuple(fact for kind in self._kinds for entry in self._facts(kind).values() for fact in entry.values())

    def search(self, query: str) -> tuple[Fact, ...]:
        """Facts in which every word of the query occurs, whatever the case.

        Words are looked for in key, value, unit, note and citation of a fact and of its conflicts, and in the name of
        its entry. Facts with more of the words in their entry or field come first, then by key; an empty query gives
        every fact.

        >>> [fact.key for fact in load().search("h100 sxm TDP")][:1]
        ['chips/H100-SXM/tdp_w']
        """
        words = query.casefold().split()
        ranked: list[tuple[int, str, Fact]] = []
        for fact in self.facts():
            text = " ".join(_searchable(one) for one in (fact, *fact.conflicts)).casefold()
            text += f" {self._name_of(fact)}".casefold()
            if all(word in text for word in words):
                name = f"{fact.entry} {fact.field}".casefold()
                ranked.append((-sum(word in name for word in words), fact.key, fact))
        return tuple(fact for _, _, fact in sorted(ranked, key=lambda item: item[:2]))

    def suggest(self, kind: str, name: str) -> str | None:
        """The entry of a kind whose name is nearest to `name`, or None where none is near.

        Raises
        ------
        UnknownEntry : no such kind.
        """
        return _nearest(name, self._facts(kind))

    def _name_of(self, fact: Fact) -> str:
        """What the entry of a fact is called, as Finland for FI; an empty text where it says nothing of that."""
        fields = self._facts(fact.kind)[fact.entry]
        return next((str(fields[field].value) for field in ("name", "title") if field in fields), "")

    def lookup(self) -> Lookup:
        """A fresh reader of this catalogue that remembers what it read."""
        return Lookup(self)

    def _facts(self, kind: str) -> Facts:
        if kind not in self._read:
            if kind not in self._kinds:
                raise UnknownEntry(f"no kind {kind!r} in the catalogue" + _did_you_mean(kind, self._kinds))
            file = kind + _SUFFIX
            self._read[kind] = read_facts(_text(self._directory / file), file, kind, self.sources)
        return self._read[kind]


def load(directory: Traversable | Path | None = None) -> Catalogue:
    """The shipped catalogue, or that of a directory with ``sources.csv`` and ``<kind>.csv`` files.

    The shipped one is made once per process and parses a kind at its first use. A directory is read whole, so that a
    bad row is refused here and not in the middle of a run.

    Raises
    ------
    CatalogueError : a file breaks the format; the message names ``file:line`` and what is wrong.
    """
    if directory is None:
        return _shipped()
    catalogue = Catalogue(directory)
    catalogue.facts()
    return catalogue


@functools.cache
def _shipped() -> Catalogue:
    import importlib.resources  # costs more than all the rest of this room's imports

    return Catalogue(importlib.resources.files("gortyn.catalogue") / "data")


def _searchable(fact: Fact) -> str:
    cited = " ".join(f"{source.key} {source.citation}" for source in fact.citations)
    return f"{fact.key} {fact.value} {fact.unit} {fact.note} {cited}"


def _text(file: Traversable | Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CatalogueError(f"{file.name}:{line}: not UTF-8") from error


def _nearest(name: str, known: Iterable[str]) -> str | None:
    folded = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    return folded[near[0]] if near else None


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    near = _nearest(name, known)
    return f"; did you mean {near!r}?" if near else ""
