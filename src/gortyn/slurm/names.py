"""This module owns which names a Slurm configuration can carry, and what is said about those that it cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

LONGEST: Final = {  # source: hostname(7) for nodes; 64 letters of a table of MariaDB, less Slurm's longest suffix
    "cluster": 40,
    "node": 63,
    "partition": 63,
    "account": 63,
    "QOS": 63,
    "reservation": 63,
    "federation": 63,
}
RESERVED: Final = {
    "cluster": {"all", "default", "none", "root"},
    "node": {"all", "default", "localhost"},
    "partition": {"all", "default", "none"},
    "account": {"all", "default", "none", "root"},
    "QOS": {"all", "default", "none", "normal"},
    "reservation": {"all", "default", "none"},
    "federation": {"all", "default", "none"},
}
"""Words that mean something else in slurm.conf, sacctmgr or scontrol, whatever their case."""
PLAIN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
CLUSTER: Final = re.compile(r"[a-z0-9_]+")
SHOWN: Final = 40  # unit: letters of a name that a message repeats


class SlurmError(ValueError):
    """What cannot be written for Slurm, or read from it; one line for each fault."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


class Name(NamedTuple):
    """A name on its way into a configuration."""

    kind: str
    """cluster, node, partition, account, QOS, reservation or federation."""
    text: str
    """The name."""
    origin: str
    """What it stands for, as messages call it."""
    scope: str = ""
    """Names of a kind clash within a scope only: a cluster has its own partitions."""


def name_faults(names: Iterable[Name]) -> list[str]:
    """One line for each name that a configuration file cannot carry, or that two things would bear.

    >>> name_faults([Name("partition", "my part", "machine 'my part'")])
    ["partition name 'my part' (machine 'my part') holds ' ', which a configuration file cannot carry"]
    """
    faults, first = [], {}
    for name in names:
        fault = _fault(name)
        key = (name.kind, name.scope, name.text.casefold())
        if fault is None and key in first and first[key].origin != name.origin:
            fault = f"is that of {first[key].origin} too (Slurm does not tell upper from lower case)"
        first.setdefault(key, name)
        if fault:
            faults.append(f"{name.kind} name '{_shown(name.text)}' ({name.origin}) {fault}")
    return faults


def _fault(name: Name) -> str | None:
    text, longest = name.text, LONGEST[name.kind]
    if not text:
        return "is empty"
    pattern = CLUSTER if name.kind == "cluster" else PLAIN
    if not pattern.fullmatch(text):
        if not text.isascii():
            return "holds letters outside ASCII, which a configuration file cannot carry"
        if name.kind == "cluster" and text != text.lower():
            return "holds capitals, and Slurm keeps names of clusters in lower case"
        if text.startswith("-"):
            return "begins with '-', which commands take for an option"
        wrong = next(letter for letter in text if not pattern.fullmatch(f"a{letter}"))
        return f"holds {wrong!r}, which a configuration file cannot carry"
    if len(text) > longest:
        return f"has {len(text)} letters; at most {longest} are possible"
    if text.casefold() in RESERVED[name.kind]:
        return "is a word that Slurm keeps for itself"
    return None


def _shown(text: str) -> str:
    printable = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return printable if len(printable) <= SHOWN else printable[:SHOWN] + "…"
