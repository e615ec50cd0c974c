"""The verbs of access beside what they would cost without their short cuts, in one run.

Usage: python bench/access.py [--section advise|claims|admission] [--repeat N]

advise: a question with the reference load at hand, beside the same question that has to simulate it first, and beside
the start of the command alone. claims: all verdicts from a results folder, beside the run that makes it. admission: a
year of applications, vectorised, beside the twin that goes through them one by one. Read the ratios; seconds depend on
the machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

COMMAND = str(Path(sys.executable).parent / "gortyn")
SCENARIO = "jupiter"
QUESTION = ("--model", "llama3-70b", "--tokens", "1e11", "--who", "start-up", "--country", "FR", "--on", SCENARIO)
ADVISE_TARGET_S, CLAIMS_TARGET_S = 3.0, 5.0


def command(*arguments: str, cwd: str) -> float:
    """Seconds of one call of the command, start-up included."""
    begin = time.perf_counter()
    subprocess.run([COMMAND, *arguments], cwd=cwd, check=True, capture_output=True)
    return time.perf_counter() - begin


def advise(repeat: int) -> None:
    """Print the time of a question, warm and cold."""
    with tempfile.TemporaryDirectory() as folder:
        command("advise", *QUESTION, cwd=folder)  # compiles what is not compiled yet
        cold = min(command("advise", *QUESTION, "--rebuild", cwd=folder) for _ in range(repeat))
        warm = min(command("advise", *QUESTION, cwd=folder) for _ in range(repeat))
        start = min(command("--help", cwd=folder) for _ in range(repeat))
    row("gortyn advise, reference load at hand", warm, cold, f"simulated first; target {ADVISE_TARGET_S:g} s")
    row("gortyn --help", start, cold, "simulated first")


def claims(repeat: int) -> None:
    """Print the time of all verdicts of an existing folder."""
    with tempfile.TemporaryDirectory() as folder:
        made = command("run", SCENARIO, "-o", "made", cwd=folder)
        read = min(command("claims", "made", cwd=folder) for _ in range(repeat))
    row("gortyn claims FOLDER", read, made, f"the run that makes it; target {CLAIMS_TARGET_S:g} s")


def admission(repeat: int) -> None:
    """Print the time of a year of applications to a large programme, beside the twin."""
    import gortyn
    from gortyn import machine
    from gortyn.admission import admit
    from gortyn.catalogue import load

    catalogue = load()
    resolved = gortyn.load("investai")
    plans = machine.plan(resolved.scenario, catalogue.lookup(), resolved.series)
    found = admit(resolved.scenario, plans, catalogue.lookup())
    own = best(lambda: admit(resolved.scenario, plans, catalogue.lookup()), repeat)
    count = found.applications.submit_s.size
    print(f"{'admission of investai':44} {own:8.3f} s   {count:,} applications, {count / own:,.0f} a second")


def best(call: Callable[[], object], repeat: int) -> float:
    """Least seconds of some calls."""
    seconds: list[float] = []
    for _ in range(repeat):
        begin = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def row(name: str, own: float, other: float, told: str) -> None:
    """Print one comparison."""
    print(f"{name:44} {own:8.3f} s   {other / own:6.1f} times faster than {told} ({other:.2f} s)")


def main() -> None:
    """Run the sections asked for."""
    sections = {"advise": advise, "claims": claims, "admission": admission}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--section", choices=sorted(sections))
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for name, section in sections.items():
        if asked.section in (None, name):
            section(asked.repeat)


if __name__ == "__main__":
    main()
