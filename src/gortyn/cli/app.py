"""This module owns the `gortyn` command: its verbs, and what it does with what goes wrong.

The results path goes to stdout, everything said on the way to stderr. Exit codes: 0 done, 1 failed, 2 invalid input.
"""

from __future__ import annotations

import io
import signal
import sys
from typing import NoReturn

from cyclopts import App, CycloptsError, Parameter

from gortyn import __version__
from gortyn.cli.access import access
from gortyn.cli.advise import advise
from gortyn.cli.author import check, new, schema, show
from gortyn.cli.claims import claims
from gortyn.cli.energy import energy
from gortyn.cli.fund import fund
from gortyn.cli.goodput import goodput
from gortyn.cli.operate import operate
from gortyn.cli.output import INVALID, InvalidInput, complain
from gortyn.cli.reference import doctor, facts
from gortyn.cli.results import compare, report, run
from gortyn.cli.site import site
from gortyn.cli.slurm import export, import_
from gortyn.cli.trace import trace
from gortyn.cli.train import train
from gortyn.cli.training import calibrate
from gortyn.cli.validate import validate

COMPLETION = "--install-completion"

app = App(
    name="gortyn",
    help="Plan, simulate and fact-check AI gigafactories: from euros to exaflops to access.",
    help_epilogue=f"Completion for your shell: gortyn {COMPLETION}",
    version=f"gortyn {__version__}",
    # Plain text: it pipes well, and the styled formatter costs as much start-up time as all the rest.
    help_formatter="plain",
    help_format="plaintext",
    default_parameter=Parameter(negative=(), show_default=False),
)
for verb in (
    new,
    check,
    show,
    run,
    operate,
    access,
    energy,
    fund,
    claims,
    compare,
    report,
    site,
    train,
    goodput,
    advise,
    validate,
    calibrate,
    facts,
    schema,
    doctor,
):
    app.command(verb)
for group in (trace, export, import_):
    app.command(group)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # unwind, so that partial files go away
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without our letters is no reason to fail
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: list[str]) -> int:
    if COMPLETION in arguments:  # registered only when asked for: it costs a tenth of the start-up time
        app.register_install_completion_command(COMPLETION)
    try:
        result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        complain(f"gortyn: {error}", "See `gortyn --help`.")
        return INVALID
    except InvalidInput as error:
        complain(*error.lines)
        return INVALID
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has left; say nothing more
        return 1
    except OSError as error:
        complain(f"gortyn: {error.filename or ''}: {error.strerror or error}".replace(": : ", ": "))
        return 1
    return result if isinstance(result, int) else 0
