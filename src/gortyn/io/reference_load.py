"""This module owns the reference load of a scenario: simulated once, its waits kept beside the results, read again.

A file of waits is named by the scenario and by a hash of everything that decides them: the resolved scenario, its
hourly values, the catalogue with its surfaces, and the program itself. When any of these changes, the load is simulated
anew and the old file goes; waits of another file whose scenario has the same name stay.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from gortyn.advice.load import Group, Odds, ReferenceLoad, measure
from gortyn.io.aside import aside
from gortyn.resolve import Resolved

FOLDER = ".reference"
FORMAT = "2"
HASH_LENGTH = 16


def reference_load(
    resolved: Resolved,
    folder: Path,
    *,
    source: str = "",
    rebuild: bool = False,
    say: Callable[[str], None] = lambda _words: None,
    progress: Callable[[str], None] | None = None,
) -> ReferenceLoad:
    """The waits that a scenario's load meets: read where they are kept and fresh, else simulated and kept.

    Parameters
    ----------
    resolved : scenario as `gortyn.load` returns it, by the shipped catalogue
    folder : where waits are kept; made if need be. Where it cannot be written, nothing is kept
    source : file of the scenario: only waits from the same are stale
    rebuild : simulate whatever is kept
    say : is told in a sentence why there is a simulation, and why its waits are not kept
    progress : is told each stage of the simulation

    Raises
    ------
    ValueError : a stage says why these values lead nowhere.
    """
    name = resolved.scenario.name
    target = folder / f"{name}-{fingerprint(resolved)}.json"
    if not rebuild and (kept := _read(target)) is not None:
        return kept
    stale = _others(folder, name, target, source)
    days = f"simulating {resolved.scenario.simulation.days} days"
    if rebuild:
        say(f"the reference load of {name} is rebuilt: {days}")
    elif target.exists():
        say(f"the reference load of {name} in {target} cannot be read: {days}")
    elif stale:
        say(f"the reference load of {name} is stale, its scenario, the catalogue or Gortyn has changed: {days}")
    else:
        say(f"there is no reference load of {name} yet: {days}")
    load = simulate(resolved, progress)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with aside(target) as part:
            part.write_text(json.dumps(_data(load) | {"source": source}, allow_nan=False), encoding="utf-8")
    except OSError as error:
        say(f"the reference load of {name} is not kept: {error.strerror or error} ({folder})")
        return load
    for old in stale:
        with suppress(OSError):
            old.unlink()
    return load


def simulate(resolved: Resolved, progress: Callable[[str], None] | None = None) -> ReferenceLoad:
    """Simulate the whole window of a scenario and measure its waits; raises as of `gortyn.run.operate`."""
    from gortyn.run import operate

    done = operate(resolved, progress=progress)
    return measure(done.scenario, done.partitions, done.jobs, done.log, done.admission)


def fingerprint(resolved: Resolved) -> str:
    """A short hash of everything that decides the waits."""
    found = hashlib.sha256(f"{FORMAT}\n{resolved.scenario.model_dump_json()}".encode())
    for site in sorted(resolved.series):
        for index, one in enumerate(resolved.series[site]):
            if one is not None:
                found.update(f"{site} {index}".encode())
                found.update(b"".join(value.tobytes() for value in one))
    found.update(_program_hash())
    return found.hexdigest()[:HASH_LENGTH]


@cache
def _program_hash() -> bytes:
    """Hash of all of Gortyn that may decide a wait: every module, the catalogue and its surfaces."""
    found = hashlib.sha256()
    for path, item in _files(files("gortyn"), ""):
        if path.endswith(".py") or path.startswith("/catalogue/"):
            found.update(path.encode())
            found.update(item.read_bytes())
    return found.digest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    """Every file below a folder but compiled ones, with its path, in the order of names."""
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        below = f"{path}/{item.name}"
        if item.is_file():
            yield below, item
        elif item.name != "__pycache__":
            yield from _files(item, below)


def _others(folder: Path, name: str, target: Path, source: str) -> list[Path]:
    """Kept waits of the scenario from the same file under other hashes."""
    pattern = re.compile(rf"{re.escape(name)}-[0-9a-f]{{{HASH_LENGTH}}}\.json")
    try:
        named = [path for path in folder.iterdir() if pattern.fullmatch(path.name) and path != target]
    except OSError:
        return []
    return [path for path in named if _source_of(path) == source]


def _source_of(path: Path) -> str | None:
    """File that kept waits are from; None where nobody can tell."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["source"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read(path: Path) -> ReferenceLoad | None:
    """Waits that are kept; None where there are none, or none that can be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        groups = (Group(**one | {"wait_s": tuple(one["wait_s"])}) for one in data["groups"])
        return ReferenceLoad(
            scenario=data["scenario"],
            start=date.fromisoformat(data["start"]),
            days=data["days"],
            jobs=data["jobs"],
            groups=tuple(groups),
            odds=tuple(Odds(**one) for one in data["odds"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _data(load: ReferenceLoad) -> dict[str, Any]:
    return {
        "scenario": load.scenario,
        "start": load.start.isoformat(),
        "days": load.days,
        "jobs": load.jobs,
        "groups": [one._asdict() for one in load.groups],
        "odds": [one._asdict() for one in load.odds],
    }
