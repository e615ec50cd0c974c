"""Rooms import only what lies below them, and the kernels know nothing but arrays."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from architecture.tree import ROOT, label, modules, parse

KERNELS_MAY_IMPORT = {"numpy", "numba", "gortyn.kernels", "__future__", "enum", "math", "typing"}


def imported(tree: ast.AST) -> set[str]:
    """Full names of what an import statement anywhere in the tree names."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def test_contracts_of_pyproject_are_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    # import-linter prints with rich, whose width decides whether a broken contract is readable.
    monkeypatch.setenv("COLUMNS", "120")
    status = lint_imports(config_filename=os.fspath(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("path", modules("kernels"), ids=label)
def test_kernels_import_numpy_and_numba_only(path: Path) -> None:
    foreign = {
        name
        for name in imported(parse(path))
        if not any(name == allowed or name.startswith(allowed + ".") for allowed in KERNELS_MAY_IMPORT)
    }
    assert not foreign


@pytest.mark.parametrize("path", modules("result"), ids=label)
def test_results_load_polars_only_when_a_table_is_asked_for(path: Path) -> None:
    at_import = [node for node in parse(path).body if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If)]
    assert "polars" not in {name.split(".")[0] for node in at_import for name in imported(node)}
