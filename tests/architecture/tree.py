"""The source tree as the architecture tests see it: which modules there are and what each one says."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "gortyn"


def modules(*rooms: str) -> list[Path]:
    """Python files of the named rooms (a folder or a single module each), or of the whole package."""
    roots = [PACKAGE / room for room in rooms] if rooms else [PACKAGE]
    found = [path for root in roots for path in (sorted(root.rglob("*.py")) or [root.with_suffix(".py")])]
    return [path for path in found if path.is_file()]


def label(path: Path) -> str:
    """Path below the repository, as tests are named by it."""
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=label(path))
