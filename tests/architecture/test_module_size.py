"""A module is one noun on a few screens, a function one thought on one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from architecture.tree import PACKAGE, ROOT, label, modules, parse

MODULE_LINES = 400
FUNCTION_LINES = 60
KERNEL_LINES = 100


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its decorators and docstring: what has to be kept in mind at once."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node, clean=False) is not None:
        first = node.body[0]
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


@pytest.mark.parametrize("path", [*modules(), *sorted((ROOT / "tests").rglob("*.py"))], ids=label)
def test_module_fits(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("path", modules(), ids=label)
def test_functions_fit(path: Path) -> None:
    limit = KERNEL_LINES if PACKAGE / "kernels" in path.parents else FUNCTION_LINES
    long = {
        node.name: lines_of(node)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > limit
    }
    assert not long


@pytest.mark.parametrize("path", modules(), ids=label)
def test_module_says_what_it_owns(path: Path) -> None:
    first_line = (ast.get_docstring(parse(path)) or "").partition("\n")[0]
    assert first_line.endswith("."), "the docstring's first line is one sentence"
