"""Every command that a reader is told to type is typed here first."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from architecture.tree import ROOT, label

README = ROOT / "README.md"
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)")
NOT_COPIED = shutil.ignore_patterns(".*", "node_modules", "results", "dist", "__pycache__", "web")
FENCE = re.compile(
    r"(?:^<!-- (?P<mark>not run|exit):[ ]*(?P<text>.*?)[ ]*-->\n\s*)?"
    r"^```(?P<language>sh|console|python)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMENT = re.compile(r"(^|\s)#\s.*")
TIMEOUT_S = 300


@dataclass(frozen=True)
class Block:
    """Commands of one fenced block, and what the comment above it says of them."""

    line: int
    language: str
    commands: tuple[str, ...]
    exit_code: int = 0
    not_run: str | None = None


def commands_of(language: str, body: str) -> tuple[str, ...]:
    """Commands of a block: all lines of `sh`, those after a prompt of `console`, the whole of `python`.

    A backslash continues a line.
    """
    if language == "python":
        return (body,)
    lines = body.replace("\\\n", " ").splitlines()
    if language == "console":
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return tuple(command for line in lines if (command := COMMENT.sub("", line).strip()))


def blocks(text: str) -> list[Block]:
    """Blocks of a document in order.

    `<!-- not run: reason -->` above a block leaves it out; `<!-- exit: 2 -->` states another exit code than 0.
    """
    found = []
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("language")) + 1
        mark, said = match["mark"], match["text"]
        found.append(
            Block(
                line,
                match["language"],
                commands_of(match["language"], match["body"]),
                exit_code=int(said) if mark == "exit" else 0,
                not_run=said if mark == "not run" else None,
            )
        )
    return found


def is_make(command: str) -> bool:
    return command.split(maxsplit=1)[0] == "make"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the tree to type commands in, so that they cannot change this one."""
    return Path(shutil.copytree(ROOT, tmp_path / "gortyn", ignore=NOT_COPIED))


def type_in(folder: Path, command: list[str], exit_code: int, where: str) -> None:
    """Run a command in a folder, with the commands of this interpreter's environment first on PATH."""
    # The folder of the interpreter, not of what it links to: that is where a virtual environment keeps its commands.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == exit_code, f"{where}\n{command[-1]}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=label)
def test_commands_of_a_document_run(document: Path, copy: Path) -> None:
    """Shell blocks in their order, then all Python blocks as one script: later ones use names of earlier ones."""
    typed = [block for block in blocks(document.read_text(encoding="utf-8")) if block.not_run is None]
    for block in typed:
        script = "\n".join(command for command in block.commands if not is_make(command))
        if block.language != "python" and script:
            type_in(copy, ["/bin/sh", "-ec", script], block.exit_code, f"{label(document)}:{block.line}")
    if program := "\n".join(block.commands[0] for block in typed if block.language == "python"):
        type_in(copy, [sys.executable, "-W", "error", "-c", program], 0, label(document))


@pytest.mark.parametrize("document", DOCUMENTS, ids=label)
def test_what_is_not_run_has_a_reason_and_make_is_run_by_ci(document: Path) -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for block in blocks(document.read_text(encoding="utf-8")):
        assert block.not_run is None or len(block.not_run) > len("because"), f"{label(document)}:{block.line}"
        if block.not_run is None:
            typed = [command for command in block.commands if block.language != "python" and is_make(command)]
            assert not [command for command in typed if re.search(rf"\b{re.escape(command)}\b", ci) is None]


@pytest.mark.parametrize("document", DOCUMENTS, ids=label)
def test_links_to_files_lead_somewhere(document: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(document.read_text(encoding="utf-8"))]
    assert not [target for target in targets if not (document.parent / target).exists()]


def test_readme_shows_the_two_commands() -> None:
    typed = {command for block in blocks(README.read_text(encoding="utf-8")) for command in block.commands}
    assert {"make run", "make test"} <= typed


def test_the_reader_of_blocks() -> None:
    text = (
        "a\n\n```sh\nmake run  # all\n# a comment\ngortyn check x \\\n  y\n```\n"
        "<!-- exit: 2 -->\n```console\n$ gortyn check bad.yaml\nbad.yaml:1:1: no\n```\n"
        "<!-- not run: needs a network -->\n\n```sh\ngit clone x\n```\n```python\nx\n```\n"
    )
    assert blocks(text) == [
        Block(3, "sh", ("make run", "gortyn check x    y")),
        Block(10, "console", ("gortyn check bad.yaml",), exit_code=2),
        Block(16, "sh", ("git clone x",), not_run="needs a network"),
        Block(19, "python", ("x\n",)),
    ]
