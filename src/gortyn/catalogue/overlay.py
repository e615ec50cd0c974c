"""An overlay lays the facts of one folder over the shipped catalogue, entry by entry."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from gortyn.catalogue.catalogue import Catalogue, load
from gortyn.catalogue.fact import Source
from gortyn.catalogue.reader import Facts

if TYPE_CHECKING:
    from pathlib import Path


class Overlay(Catalogue):
    """A catalogue whose entries take precedence over those of the shipped one.

    An entry of the folder replaces the shipped entry of its name whole; kinds and entries that the folder lacks are the
    shipped ones.

    Raises
    ------
    CatalogueError : a file of the folder breaks the format.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._own_kinds = self._kinds
        self._kinds = tuple(sorted({*self._kinds, *load().kinds()}))
        self.facts()

    @functools.cached_property
    def sources(self) -> Mapping[str, Source]:
        """Every source by its key."""
        own = super().sources
        return MappingProxyType({**load().sources, **own})

    def _facts(self, kind: str) -> Facts:
        if kind in self._read or kind not in self._own_kinds:
            return self._read[kind] if kind in self._read else self._shipped(kind)
        own = super()._facts(kind)
        self._read[kind] = {**(self._shipped(kind) if kind in load().kinds() else {}), **own}
        return self._read[kind]

    def _shipped(self, kind: str) -> Facts:
        shipped = load()
        return {name: dict(shipped.entry(kind, name)) for name in shipped.entries(kind)}
