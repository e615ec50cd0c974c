"""Gortyn plans, simulates and fact-checks AI gigafactories: from euros to exaflops to access.

>>> import gortyn
>>> result = gortyn.run(gortyn.load("investai"))  # doctest: +SKIP
>>> gortyn.write(result, "results/investai")  # doctest: +SKIP
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gortyn.catalogue import Catalogue
    from gortyn.catalogue import load as load_catalogue
    from gortyn.io.compare import compare
    from gortyn.io.faults import ScenarioError
    from gortyn.io.load import load
    from gortyn.io.results import open_result
    from gortyn.io.target import plan_training
    from gortyn.model import Scenario
    from gortyn.report import write
    from gortyn.result import Result
    from gortyn.run import run

__version__ = "0.1.0"

# Loaded on first use, so that `gortyn --help` does not pay for numba and polars.
_HOMES = {
    "Catalogue": ("gortyn.catalogue", "Catalogue"),
    "Result": ("gortyn.result", "Result"),
    "Scenario": ("gortyn.model", "Scenario"),
    "ScenarioError": ("gortyn.io.faults", "ScenarioError"),
    "compare": ("gortyn.io.compare", "compare"),
    "load": ("gortyn.io.load", "load"),
    "load_catalogue": ("gortyn.catalogue", "load"),
    "open_result": ("gortyn.io.results", "open_result"),
    "plan_training": ("gortyn.io.target", "plan_training"),
    "run": ("gortyn.run", "run"),
    "write": ("gortyn.report", "write"),
}

__all__ = [
    "Catalogue",
    "Result",
    "Scenario",
    "ScenarioError",
    "__version__",
    "compare",
    "load",
    "load_catalogue",
    "open_result",
    "plan_training",
    "run",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module 'gortyn' has no attribute {name!r}"
        raise AttributeError(message)
    module, attribute = _HOMES[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps `gortyn.run` the function, also after something has imported the module of that name."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value.run if name == "run" and isinstance(value, ModuleType) else value)


sys.modules[__name__].__class__ = _Package
