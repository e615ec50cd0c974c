"""The command as a whole: help, exit codes, what becomes of errors, and completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gortyn as package
from gortyn.cli.output import quantity

from .conftest import SMALL, Call

VERBS = ("new", "check", "show", "run", "compare", "report", "facts", "schema", "doctor")
COMMAND = "from gortyn.cli import main; main()"


def shell(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_help_names_every_verb(gortyn: Call) -> None:
    for arguments in ((), ("--help",)):
        said = gortyn(*arguments)
        assert said.code == 0
        assert all(f"  {verb}: " in said.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_explains_each_option(verb: str, gortyn: Call) -> None:
    said = gortyn(verb, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: gortyn {verb}")
    assert "--no-" not in said.out
    if verb != "schema":  # which prints JSON whatever one asks for
        assert "--json: Print" in " ".join(said.out.split())


def test_version(gortyn: Call) -> None:
    assert gortyn("--version").out == f"gortyn {package.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["chek"],
        ["check", "--bogus"],
        ["run"],
        ["run", "a", "b"],
        ["new"],
        ["new", "a", "--from"],
        ["compare", "--metric"],
        ["facts", "--kind"],
        ["run", "investai", "--seed"],
    ],
)
def test_a_command_line_that_means_nothing(arguments: list[str], gortyn: Call) -> None:
    said = gortyn(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("gortyn: ")
    assert not list(Path.cwd().iterdir())


def test_a_full_disk_is_an_error_in_one_line(tmp_path: Path) -> None:
    """Files of at most 20 kB, as the system can enforce: the hourly table is larger."""
    pytest.importorskip("resource")
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "import gortyn.run; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); "
    done = subprocess.run(
        [sys.executable, "-c", limit + COMMAND, "run", str(SMALL), "-o", "out"],
        cwd=tmp_path,
        env=os.environ | {"NUMBA_DISABLE_JIT": "0"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("gortyn: ")
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_reader_that_leaves_early_is_no_error_to_talk_about(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "show", "investai", "--sources"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert said == ""
    assert process.returncode == 1


def test_stdout_that_is_no_utf8(tmp_path: Path) -> None:
    done = shell("show", "jupiter", "sites.juelich.title", cwd=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
    assert "sites.juelich.title" in done.stdout


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_is_installed_for_the_shell(name: str, tmp_path: Path) -> None:
    done = shell("--install-completion", cwd=tmp_path, HOME=str(tmp_path), SHELL=f"/bin/{name}")
    if "Could not" in done.stdout + done.stderr:
        pytest.skip(f"the parent of this process is no {name}")
    assert done.returncode == 0, done.stderr
    scripts = [path for path in tmp_path.rglob("*gortyn*") if path.is_file()]
    assert scripts
    text = scripts[0].read_text(encoding="utf-8")
    assert all(verb in text for verb in VERBS)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "EUR", "none"),
        (31.467e9, "EUR", "31.5 bn EUR"),
        (-87_675_868, "EUR", "-87.7 m EUR"),
        (2940.4e9, "EUR", "2,940 bn EUR"),
        (0.0, "EUR", "0 EUR"),
        (400_000, "count", "400,000"),
        (1.5e6, "count", "1.5 m"),
        (572, "count", "572"),
        (0.8188, "share", "81.9 %"),
        (-0.2403, "1/year", "-24.0 % a year"),
        (0.0, "s", "0 s"),
        (59, "s", "59 s"),
        (5400, "s", "1.5 h"),
        (172_800, "s", "2 d"),
        (2.2368, "EUR/chip-hour", "2.24 EUR/chip-hour"),
        (338_035_457, "chip-hours", "338 m chip-hours"),
    ],
)
def test_quantities_are_short_enough_to_read(value: float | None, unit: str, text: str) -> None:
    assert quantity(value, unit) == text
