"""This module owns the checks of names: one that nothing bears, one that is given twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gortyn.io.faults import did_you_mean
from gortyn.model import Fault


def repeated(names: Iterable[str], path: tuple[Any, ...], field: str | None = "name") -> Iterator[Fault]:
    """Yield names that stand in a list twice; `field` of an entry is the name, or the entry itself where it is None.

    >>> list(repeated(["a", "b", "a"], ("sites",)))
    [Fault(path=('sites', 2, 'name'), message="'a' is there already")]
    """
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield Fault((*path, index) if field is None else (*path, index, field), f"'{name}' is there already")
        seen.add(name)


def unknown(name: str, known: Sequence[str] | None, what: str, path: tuple[Any, ...]) -> Iterator[Fault]:
    """Yield a name that is not among those known, with the nearest of them; nothing where None says what is known.

    >>> list(unknown("gpus", ["gpu"], "machine", ("machine",)))
    [Fault(path=('machine',), message="there is no machine 'gpus'; did you mean gpu?")]
    """
    if known is not None and name not in known:
        yield Fault(path, f"there is no {what} '{name}'{did_you_mean(name, known)}")
