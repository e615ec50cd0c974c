"""A fact is one value that somebody published, with what is needed to judge it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

EVIDENCE = ("published", "derived", "measured", "assumed", "unverified")
"""How a value is known: ``published`` in the source named; ``derived`` from published values (the note says how);
``measured`` on real equipment or counted in data; ``assumed`` for planning; ``unverified``: remembered, read nowhere.
"""


class CatalogueError(ValueError):
    """A catalogue file breaks its contract; the message names ``file:line`` and every fault found in that file."""


class UnknownEntry(KeyError):
    """The catalogue has no such kind, entry or field; the message suggests the nearest name."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from: a row of ``sources.csv``.

    Attributes
    ----------
    key : short name by which facts cite the source
    citation : author or publisher, title, and the document through which it was read where that differs
    url : address, empty where there is none
    date : when the source was published, or read where it bears no date (ISO 8601: year, month or day)
    """

    key: str
    citation: str
    url: str
    date: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of the world.

    Attributes
    ----------
    kind, entry, field : the place in the catalogue, e.g. ``chips``, ``H100-SXM``, ``tdp_w``
    value : a number in `unit`, or text where `unit` is ``text`` or ``date``
    unit : unit of `value`, `low` and `high`; ``1`` where there is none
    source : keys of the sources, separated by ``;``
    date : the date the value speaks of, or was recorded (ISO 8601: year, month or day)
    evidence : one of `EVIDENCE`
    note : what a reader has to know to use the value; may be empty
    low, high : range in `unit` around `value`, None where the source gives none
    conflicts : what other sources (or other dates) say of the same thing, in the same unit
    citations : the sources that `source` names
    """

    kind: str
    entry: str
    field: str
    value: float | str
    unit: str
    source: str
    date: str
    evidence: str
    note: str = ""
    low: float | None = None
    high: float | None = None
    conflicts: tuple[Fact, ...] = ()
    citations: tuple[Source, ...] = dataclasses.field(default=(), repr=False)

    @property
    def key(self) -> str:
        """``kind/entry/field``, unique in a catalogue."""
        return f"{self.kind}/{self.entry}/{self.field}"

    @property
    def number(self) -> float:
        """The value as a number.

        Raises
        ------
        CatalogueError : the value is text.
        """
        if isinstance(self.value, str):
            raise CatalogueError(f"{self.key} is text ({self.value!r}), not a number")
        return self.value

    @property
    def text(self) -> str:
        """The value as text.

        Raises
        ------
        CatalogueError : the value is a number.
        """
        if not isinstance(self.value, str):
            raise CatalogueError(f"{self.key} is a number ({self.value:g} {self.unit}), not text")
        return self.value
