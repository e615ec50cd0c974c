"""Stage times and peak memory of the main job, cold and warm, beside baselines taken in the same run.

Usage: python bench/run.py [SCENARIO] [--repeat N]

Everything runs on one core where the system can pin. Baselines: bare Python, and the import of the libraries that a run
needs. Read the ratios; seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
IMPORTS = "import numpy, numba, polars, pydantic, ruamel.yaml, pyxirr"


class Cost(NamedTuple):
    """What one process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


def measure(command: list[str], **environment: str) -> Cost:
    """Run a command on one core and return its cost."""
    with tempfile.TemporaryFile("w+") as output:
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, cwd=ROOT, env=os.environ | environment)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(child.pid, {0})
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - begin
        if status:
            sys.exit(f"failed: {' '.join(command)}")
        output.seek(0)
        unit = 1e6 if sys.platform == "darwin" else 1e3  # macOS counts bytes, Linux kilobytes
        return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, output.read())


def best(command: list[str], repeat: int, **environment: str) -> Cost:
    """Return the run with the least CPU time."""
    return min((measure(command, **environment) for _ in range(repeat)), key=lambda cost: cost.cpu_s)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", nargs="?", default="investai")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    python, gortyn = sys.executable, str(Path(sys.executable).with_name("gortyn"))

    bare = best([python, "-c", "pass"], 5)
    usage = best([gortyn, "--help"], 5)
    imports = best([python, "-c", IMPORTS], options.repeat)
    with tempfile.TemporaryDirectory() as scratch:
        command = [gortyn, "run", options.scenario, "--json", "--force", "-o", f"{scratch}/results"]
        cache = {"NUMBA_CACHE_DIR": f"{scratch}/numba"}
        cold = measure(command, **cache)
        warm = best(command, options.repeat, **cache)

    print(f"{'':28}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}   ratio of CPU")
    rows = [
        ("bare Python", bare, ""),
        ("gortyn --help", usage, f"{usage.cpu_s - bare.cpu_s:+.2f} s over bare Python"),
        ("import of the libraries", imports, "1.0 (baseline)"),
        (f"run {options.scenario}, cold", cold, f"{cold.cpu_s / imports.cpu_s:.1f} x the imports"),
        (f"run {options.scenario}, warm", warm, f"{warm.cpu_s / imports.cpu_s:.1f} x the imports"),
    ]
    for name, cost, ratio in rows:
        print(f"{name:28}{cost.wall_s:9.2f}{cost.cpu_s:9.2f}{cost.peak_mb:9.0f}   {ratio}")
    print()
    _print_stages(json.loads(cold.output), json.loads(warm.output))


def _print_stages(cold: dict[str, Any], warm: dict[str, Any]) -> None:
    total = sum(warm["seconds"].values())
    print(f"{'stage':14}{'cold s':>9}{'warm s':>9}   share of warm ({warm['summary']['jobs']:,} jobs)")
    for stage, seconds in warm["seconds"].items():
        print(f"{stage:14}{cold['seconds'][stage]:9.2f}{seconds:9.2f}   {seconds / total:6.1%}")


if __name__ == "__main__":
    main()
