"""Looking at a scenario is cheap: neither the compiler nor the table library is loaded for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from architecture.tree import ROOT

HEAVY = ("numba", "polars", "llvmlite", "pyxirr", "xlsxwriter")
SCENARIO = Path("tests") / "data" / "small.yaml"

# Runs the command in this process and reports on stderr's last line what it loaded.
RUNNER = """
import json, sys
sys.argv = ["gortyn", *sys.argv[1:]]
from gortyn.cli import main
try:
    code = main()
except SystemExit as stop:
    code = stop.code
print(json.dumps({"code": code or 0, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def loaded(code: str, *arguments: str) -> tuple[int, set[str]]:
    """Exit code and modules of a fresh interpreter that runs `code`, whose last line on stderr reports both."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stderr.splitlines()[-1])
    return report["code"], set(report["modules"])


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["check", str(SCENARIO)], ["show", str(SCENARIO)]],
    ids=lambda arguments: arguments[0].lstrip("-"),
)
def test_command_loads_nothing_heavy(arguments: list[str]) -> None:
    code, names = loaded(RUNNER, *arguments)
    assert code == 0
    assert "gortyn.cli" in names
    assert not names.intersection(HEAVY)


def test_importing_the_package_loads_no_room() -> None:
    code = "import gortyn, json, sys; print(json.dumps({'code': 0, 'modules': list(sys.modules)}), file=sys.stderr)"
    _, names = loaded(code)
    rooms = {name for name in names if name.startswith("gortyn.")}
    assert not names.intersection({*HEAVY, "numpy", "pydantic", "rich", "ruamel.yaml"})
    assert not rooms
