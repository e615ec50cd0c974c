"""This module owns the verbs about training: how fast a model trains on a machine, and how that is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from gortyn.cli.output import FAILED, InvalidInput, complain, progress, say_json

if TYPE_CHECKING:
    from gortyn.training.benchmarks import Backend
    from gortyn.training.calibrate import Plan


def calibrate(
    *,
    output: Annotated[Path | None, Parameter(name=("--output", "-o"))] = None,
    minutes: float = 10.0,
    device: str = "auto",
    json: bool = False,
) -> int:
    """Measure the kernels of this machine and write them as a folder that --on takes as a machine.

    Measured are matrix products, attention, expert layers, memory, and collectives where there are several
    accelerators: with PyTorch if it is installed (pip install 'gortyn[calibrate]'), else with NumPy on the CPU.
    Nothing is written before all is measured.

    Parameters
    ----------
    output
        Folder to write; a new one named after the device if left out.
    minutes
        About how long to measure; a longer time gives a finer grid and larger sizes.
    device
        auto, cpu or cuda.
    json
        Print as JSON.
    """
    from gortyn.io import calibration as folders
    from gortyn.training import calibrate as measuring
    from gortyn.training.benchmarks import backend_for

    try:
        backend = backend_for(device)
        folder = output or Path(f"calibration-{folders.slug(backend.device)}")
        folders.check_target(folder)
        measuring.check_minutes(minutes)
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    try:
        todo = measuring.plan(backend, minutes)
        _announce(backend, todo)
        with progress("calibrating") as say:
            measured = measuring.run(backend, todo, say)
    except (RuntimeError, MemoryError) as error:
        complain(f"gortyn: the device fails: {str(error) or 'not enough memory'}; nothing was written")
        return FAILED
    folders.write(measured, folder)
    if json:
        say_json({"folder": str(folder), **folders.open_calibration(folder).about})
    else:
        print(folder)
    return 0


def _announce(backend: Backend, todo: Plan) -> None:
    many = f"{backend.chips} x " if backend.chips > 1 else ""
    libraries = ", ".join(f"{name} {version}" for name, version in backend.libraries.items())
    count = f"{len(todo.points)} points"
    complain(f"Measuring {many}{backend.device} with {libraries}: {count}, about {todo.minutes:.2g} minutes")
