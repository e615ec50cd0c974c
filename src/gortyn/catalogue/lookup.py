"""A lookup reads facts for one run and remembers which ones the run rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gortyn.catalogue.catalogue import Catalogue
    from gortyn.catalogue.fact import Fact


class Lookup:
    """Reads from a catalogue and records what was read.

    >>> from gortyn.catalogue import load
    >>> facts = load().lookup()
    >>> facts.number("exchange-rates", "EUR", "usd_per_eur")
    Traceback (most recent call last):
        ...
    gortyn.catalogue.fact.UnknownEntry: no kind 'exchange-rates' in the catalogue
    >>> facts.number("prices", "exchange", "usd_per_eur")
    1.1699
    >>> facts.get_number("chips", "Gaudi-3", "fp4_dense_tflops") is None
    True
    >>> [fact.key for fact in facts.used]
    ['prices/exchange/usd_per_eur']
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._used: dict[str, Fact] = {}

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue read from."""
        return self._catalogue

    @property
    def used(self) -> tuple[Fact, ...]:
        """The facts read so far, each once, sorted by key."""
        return tuple(self._used[key] for key in sorted(self._used))

    def fact(self, kind: str, entry: str, field: str) -> Fact:
        """The fact, recorded as used.

        Raises
        ------
        UnknownEntry : the catalogue has no such kind, entry or field.
        """
        fact = self._catalogue.fact(kind, entry, field)
        self._used[fact.key] = fact
        return fact

    def number(self, kind: str, entry: str, field: str) -> float:
        """The value of a numeric fact, in the unit that its field name ends with.

        Raises
        ------
        UnknownEntry : the catalogue has no such kind, entry or field.
        CatalogueError : the value is text.
        """
        return self.fact(kind, entry, field).number

    def text(self, kind: str, entry: str, field: str) -> str:
        """The value of a text fact.

        Raises
        ------
        UnknownEntry : the catalogue has no such kind, entry or field.
        CatalogueError : the value is a number.
        """
        return self.fact(kind, entry, field).text

    def get_number(self, kind: str, entry: str, field: str) -> float | None:
        """The value of a numeric fact, or None (and nothing recorded) where the catalogue is silent.

        Raises
        ------
        UnknownEntry : the catalogue has no such kind.
        CatalogueError : the value is text.
        """
        if not self._catalogue.has(kind, entry, field):
            return None
        return self.number(kind, entry, field)
