"""This module owns the place of a fault that only a run finds: its line, or the override behind it."""

from __future__ import annotations

from gortyn.io.document import dotted, read
from gortyn.io.faults import Located, ScenarioError
from gortyn.io.load import find
from gortyn.resolve import PathKey, Resolved


def located(source: str, resolved: Resolved, path: PathKey, message: str) -> ScenarioError:
    """Return a fault of a value as `check` would report it, with its line or its `--set`.

    Parameters
    ----------
    source : file that the scenario was loaded from, or the name of a shipped one
    resolved : what was loaded
    path : of the value, or of what holds it
    message : what is wrong with it
    """
    for length in range(len(path), 0, -1):
        origin = resolved.origins.get(path[:length])
        if origin is not None and origin.kind == "override":
            return ScenarioError([Located(origin.where, dotted(path), message)])
    return ScenarioError([Located(read(find(source), source).place(path), dotted(path), message)])
