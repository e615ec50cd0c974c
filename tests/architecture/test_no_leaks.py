"""Nothing in the tree ties it to one machine or to one package index."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from architecture.tree import ROOT

UNTRACKED = {".git", ".venv", ".cache", ".hypothesis", "node_modules", "results", "dist", "__pycache__"}
REGISTRIES = ("pypi", "pythonhosted", "npmjs", "yarnpkg", "npmmirror", "anaconda")
# Joined from pieces, so that this file does not match itself.
PATTERNS = {
    "registry host": re.compile(rf"\b({'|'.join(REGISTRIES)})\.(org|com)\b"),
    "index address": re.compile("|".join(["index" + "-url", "index" + "_url", "find" + "-links ", "/simple" + "/"])),
    "lock file with addresses": re.compile(r'"resolved"\s*:\s*"' + "http"),
    "path of one machine": re.compile(r"(?<![\w.:/$})])/" + r"(root|work|home/\w+|Users/\w+|opt/\w+)/"),
}


@cache
def text_files() -> tuple[Path, ...]:
    """Tracked and not ignored files, by git where there is one; what is not UTF-8 is no text."""
    names: list[str] = []
    if (git := shutil.which("git")) and (ROOT / ".git").exists():
        command = [git, "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    paths = [ROOT / name for name in names if name] or [
        path for path in ROOT.rglob("*") if not UNTRACKED.intersection(path.relative_to(ROOT).parts)
    ]
    return tuple(path for path in paths if path.is_file() and not path.is_symlink() and is_text(path))


def is_text(path: Path) -> bool:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("name", PATTERNS)
def test_no_file_names_a(name: str) -> None:
    pattern = PATTERNS[name]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (match := pattern.search(line))
    ]
    assert not found


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("registry host", "see https://files.python" + "hosted.org/packages"),
        ("index address", "--extra-" + "index-" + "url x"),
        ("lock file with addresses", '"resolved": ' + '"https://x/y.tgz"'),
        ("path of one machine", "cd /" + "root/project"),
        ("path of one machine", "python = '/" + "home/ada/bin/python'"),
    ],
)
def test_patterns_find_what_they_are_for(name: str, line: str) -> None:
    assert PATTERNS[name].search(line)
