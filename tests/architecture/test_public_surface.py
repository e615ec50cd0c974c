"""The public surface is pinned: what users import does not change by accident."""

from __future__ import annotations

import inspect
import subprocess
import sys
import tomllib

import pytest

import gortyn
from architecture.tree import ROOT

PUBLIC = [
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


def test_all_is_the_pinned_list() -> None:
    assert sorted(gortyn.__all__) == sorted(PUBLIC)


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "__version__"])
def test_public_name_resolves_and_explains_itself(name: str) -> None:
    value = getattr(gortyn, name)
    assert inspect.isclass(value) or inspect.isroutine(value)
    assert len(inspect.getdoc(value) or "") > len(name)
    assert name in dir(gortyn)


@pytest.mark.parametrize("name", [name for name in PUBLIC if name[0].islower()])
def test_public_function_is_not_shadowed_by_a_module(name: str) -> None:
    """`gortyn.run` stays the function even after the module of the same name was imported."""
    code = (
        f"import importlib.util, gortyn, gortyn.cli\n"
        f"if importlib.util.find_spec('gortyn.{name}'): importlib.import_module('gortyn.{name}')\n"
        f"assert callable(gortyn.{name}), type(gortyn.{name})"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = gortyn.no_such_name


def test_version_is_that_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert gortyn.__version__ == project["version"]
