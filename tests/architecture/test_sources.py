"""No number from the world stands in code without its source beside it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from architecture.tree import label, modules, parse

ROOMS = (
    "hours",
    "climate",
    "machine",
    "training",
    "workload",
    "operation",
    "energy",
    "siting",
    "access",
    "admission",
    "advice",
    "finance",
    "claims",
    "slurm",
    "spaces",
    "tradeoff",
    "kernels",
    "resolve",
    "run",
    "result",
    "summary",
)
# Numbers that carry no knowledge of the world: identities, percent, powers of ten, and how time is divided.
PLAIN = {0, 1, 2, 100}
POWERS_OF_TEN = {10.0**exponent for exponent in (-9, -6, -3, 3, 6, 9, 12, 15, 18)}
TIME = {7, 12, 24, 60, 365, 1440, 3600, 8760, 86400}
ALLOWED = PLAIN | POWERS_OF_TEN | TIME
SIMPLE = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.Expr
# A comment that says where a number is from, or which unit it converts: "source: Daly 2006, eq. 20".
SAID = re.compile(r"#\s*(source|unit):\s*\S")


def said_lines(text: str) -> set[int]:
    """Lines that a source or unit comment covers: its own, and the next where it stands alone on its line."""
    covered: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and SAID.match(token.string):
            line = token.start[0]
            alone = token.line.lstrip().startswith("#")
            covered.update({line, line + 1} if alone else {line})
    return covered


def positions(tree: ast.AST) -> set[ast.Constant]:
    """Numbers that say a place in an array or a number of decimals, not a quantity."""
    found: set[ast.Constant] = set()
    for node in ast.walk(tree):
        places: list[ast.AST] = []
        if isinstance(node, ast.Subscript):
            places = [node.slice]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round":
            places = list(node.args[1:])
        found.update(leaf for place in places for leaf in ast.walk(place) if isinstance(leaf, ast.Constant))
    return found


def unsourced(text: str, filename: str = "<text>") -> list[str]:
    """Numeric literals of a module that say nothing of where they come from, as `line: number`.

    A comment also covers the whole of a simple statement that starts on its line, so that a table needs one.
    """
    tree = ast.parse(text, filename=filename)
    covered = said_lines(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr) and covered & {
            node.lineno,
            node.end_lineno,
        }:
            covered.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    places = positions(tree)
    return [
        f"{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and node.value not in ALLOWED
        and node not in places
        and node.lineno not in covered
    ]


@pytest.mark.parametrize("path", modules(*ROOMS), ids=label)
def test_numbers_have_a_source(path: Path) -> None:
    assert not unsourced(path.read_text(encoding="utf-8"), label(path))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 0.37\n", ["1: 0.37"]),
        ("x = y * 3600 / 1e6 - 1\n", []),
        ("x = 0.37  # source: Daly 2006, eq. 20\n", []),
        ("x = 0.37  # source:\n", ["1: 0.37"]),
        ("# unit: bits in a byte\nx = 8\ny = 9\n", ["3: 9"]),
        ("x = (  # source: Magnus 1844\n    17.62,\n    243.12,\n)\n", []),
        ("if x > 5:  # source: a standard\n    y = 4\n", ["2: 4"]),
        ("x = y[3:5]\nz = round(y, 4)\n", []),
        ("x = '# source: text' + str(5)\n", ["1: 5"]),
        ("x = True\n", []),
    ],
)
def test_the_scan_itself(text: str, found: list[str]) -> None:
    assert unsourced(text) == found


def test_every_catalogue_fact_is_complete() -> None:
    """The loader refuses a fact without unit, source, date or evidence, so reading all of them is the test."""
    from gortyn import catalogue

    facts = catalogue.load().facts()
    assert facts
    assert all(fact.unit and fact.date and fact.evidence and fact.citations for fact in facts)


def test_rooms_exist() -> None:
    assert all(modules(room) for room in ROOMS)
    assert all(parse(path).body for path in modules(*ROOMS) if path.name != "__init__.py")
