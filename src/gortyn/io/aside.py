"""This module owns how files and folders are written: aside, and put in their place when whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """Yield the path of an empty file beside `path`, which then takes its place; an error leaves `path` as it was.

    Raises
    ------
    OSError : there is no such folder, or `path` is one.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def folder_aside(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside `path`, which then takes its place, also of one that is there.

    An error leaves `path` as it was.

    Raises
    ------
    OSError : the folder above cannot be written to.
    """
    part = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent))
    try:
        yield part
        part.chmod(0o755)
        _replace(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _replace(part: Path, path: Path) -> None:
    """Rename the finished folder into place, and put an older one back if that fails."""
    if not path.exists():
        part.rename(path)
        return
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    path.rename(old)
    try:
        part.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old)
