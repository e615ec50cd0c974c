"""The lock files name every requirement of pyproject.toml at a pinned version with hashes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from architecture.tree import ROOT

PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[0-9][^ ;]*)( ; (?P<marker>.+?))? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pinned(name: str) -> dict[str, str]:
    """Version of each package in a lock file; every line must be a pin or a hash of one."""
    pins: dict[str, str] = {}
    for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines():
        if match := PIN.fullmatch(line):
            pins[match["name"]] = match["version"]
        else:
            assert HASH.fullmatch(line), line
    return pins


def required(*groups: str) -> Iterator[str]:
    """Names that pyproject.toml asks for: the project's own and those of dependency groups."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*data["project"]["dependencies"], *data["build-system"]["requires"]]
    for group in groups:
        wanted += data["dependency-groups"][group]
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        assert name, requirement
        yield re.sub(r"[._-]+", "-", name.group()).lower()


@pytest.mark.parametrize(
    ("lock", "groups"), [("runtime.txt", ()), ("dev.txt", ("test", "lint", "browser"))], ids=["runtime", "dev"]
)
def test_lock_names_every_requirement(lock: str, groups: tuple[str, ...]) -> None:
    assert not set(required(*groups)) - set(pinned(lock))


def test_locks_agree() -> None:
    dev = pinned("dev.txt")
    assert {name: dev.get(name) for name in pinned("runtime.txt")} == pinned("runtime.txt")
