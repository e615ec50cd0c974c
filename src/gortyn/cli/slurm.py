"""This module owns the verbs `export slurm` and `import slurm`: a policy to a real Slurm, and one from there."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from gortyn.cli.author import Overrides, load_scenario
from gortyn.cli.output import InvalidInput, check_target, complain, fault_lines, say_json

if TYPE_CHECKING:
    from gortyn.slurm import Note, Policy

export = App(name="export", help="Write a scenario's policy for another program.")
import_ = App(name="import", help="Read a policy from another program into a scenario.")
MADE_OF = ("accounting.sh", "README.md")
MOST_BYTES = 100_000_000


@export.command(name="slurm")
def export_slurm(
    file: str,
    /,
    *,
    output: Annotated[Path, Parameter(name=("--output", "-o"))],
    cluster_prefix: str = "",
    force: bool = False,
    set_: Overrides = (),
    json: bool = False,
) -> None:
    """Write slurm.conf, topology, QOS, accounts, shares, limits and reservations that give Slurm a scenario's policy.

    Parameters
    ----------
    file
        Scenario file, or name of a shipped scenario.
    output
        Folder to write; it holds a folder for each site, accounting.sh and README.md.
    cluster_prefix
        What the names of the clusters begin with; lower case, digits and _.
    force
        Replace such a folder; the host.conf of each site is kept.
    set_
        Override a value first: path=value. Can be given several times.
    json
        Print as JSON which files were written.
    """
    from gortyn.catalogue import load as load_catalogue
    from gortyn.machine import partitions, plan
    from gortyn.slurm import HOST_FILE, SlurmError
    from gortyn.slurm import export as exported

    kept = _kept_hosts(output, HOST_FILE, force)
    scenario = load_scenario(file, set_).scenario
    try:
        plans = plan(scenario, load_catalogue().lookup())
        files = dict(exported(scenario, partitions(scenario, plans), plans, cluster_prefix))
    except SlurmError as error:
        raise InvalidInput(*(f"{file}: {line}" for line in error.lines)) from None
    files.update({name: text for name, text in kept.items() if name in files})
    _write_folder(output, files)
    if json:
        say_json({"output": str(output), "files": sorted(files)})
    else:
        print(output)
        complain(f"{len(files)} files. What differs from the simulation: {output / 'README.md'}")


@import_.command(name="slurm")
def import_slurm(
    conf: Path,
    /,
    *,
    dump: Path | None = None,
    into: str | None = None,
    output: Annotated[Path | None, Parameter(name=("--output", "-o"))] = None,
    force: bool = False,
    json: bool = False,
) -> None:
    """Read the policy of a slurm.conf, and of a `sacctmgr dump`, as part of a scenario.

    Parameters
    ----------
    conf
        slurm.conf; files that it includes are not read.
    dump
        What `sacctmgr dump CLUSTER` wrote: accounts, fair-shares and limits.
    into
        Scenario file, or name of a shipped one, to put the policy into; its comments stay. Without, the policy alone
        is printed.
    output
        File to write, in place of the screen.
    force
        Replace such a file.
    json
        Print as JSON the policy, and what was not read.
    """
    from gortyn.slurm import SlurmError, policy, read_conf, read_dump

    if output is not None:
        check_target(output, "gortyn import slurm: --output", conf)
        if output.exists() and not force:
            raise InvalidInput(f"{output}: exists; give another file, or --force to replace it")
    known = None if into is None else [tenant.name for tenant in load_scenario(into, ()).scenario.tenants]
    try:
        accounts = None if dump is None else read_dump(_text_of(dump), str(dump))
        found = policy(read_conf(_text_of(conf), str(conf)), accounts, known, str(dump or ""))
    except SlurmError as error:
        raise InvalidInput(*error.lines) from None
    sources = conf.name if dump is None else f"{conf.name}, {dump.name}"
    text, changed = _as_yaml(found, into, sources)
    _tell(found.notes, found.unread)
    if output is not None:
        from gortyn.io.aside import aside

        with aside(output) as part:
            part.write_text(text, encoding="utf-8")
    if json:
        say_json(
            {
                "output": None if output is None else str(output),
                "operations": found.operations,
                "tenants": found.tenants,
                "changed": list(changed),
                "notes": [note._asdict() for note in found.notes],
                "not_read": [note._asdict() for note in found.unread],
            }
        )
    elif output is not None:
        print(output)
    else:
        sys.stdout.write(text)


def _as_yaml(found: Policy, into: str | None, sources: str) -> tuple[str, tuple[str, ...]]:
    """The policy as YAML: by itself, or in a scenario, which is checked as a whole."""
    from gortyn.io.slurm_policy import fragment, merged

    if into is None:
        return fragment(found), ()
    from gortyn.io.faults import ScenarioError
    from gortyn.io.load import find, load

    path = find(into)
    text, changed = merged(path.read_text(encoding="utf-8-sig"), found, sources)
    # Beside the scenario, because it may name files of hourly values there.
    folder = path.parent if path == Path(into) else Path()
    handle, name = tempfile.mkstemp(suffix=".yaml", dir=folder if os.access(folder, os.W_OK) else None)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        load(name)
    except ScenarioError as error:
        told = (line.replace(name, f"{into} with the policy") for line in fault_lines(error))
        raise InvalidInput(*told) from None
    finally:
        Path(name).unlink(missing_ok=True)
    return text, changed


def _tell(notes: tuple[Note, ...], unread: tuple[Note, ...]) -> None:
    complain(*(f"note: {note}" for note in notes))
    if unread:
        complain(f"Not read, of another version of Slurm ({len(unread)}):", *(f"  {note}" for note in unread))


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{path}: {'no such file' if not path.exists() else error.strerror}") from None
    if len(raw) > MOST_BYTES:
        raise InvalidInput(f"{path}: has more than {MOST_BYTES:,} bytes; no such file of Slurm is that large")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"{path}:{line}: is not UTF-8: byte 0x{raw[error.start]:02x}") from None


def _kept_hosts(folder: Path, host_file: str, force: bool) -> dict[str, str]:
    """Host files of the folder that is to be replaced; leaves where it must not be."""
    if not folder.exists() and not folder.is_symlink():
        if not folder.parent.is_dir():
            raise InvalidInput(f"gortyn export slurm: --output {folder}: there is no folder {folder.parent}")
        return {}
    if not folder.is_dir():
        raise InvalidInput(f"{folder}: exists and is no folder")
    if not any(folder.iterdir()):
        return {}
    if not all((folder / name).is_file() for name in MADE_OF):
        raise InvalidInput(f"{folder}: exists and was not made by gortyn export slurm; it is left as it is")
    if not force:
        raise InvalidInput(f"{folder}: exists; give another folder, or --force to replace it")
    return {
        str(path.relative_to(folder).as_posix()): path.read_text(encoding="utf-8")
        for path in sorted(folder.glob(f"*/{host_file}"))
    }


def _write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a folder that appears whole or not at all."""
    from gortyn.io.aside import folder_aside

    with folder_aside(folder.resolve()) as part:
        for name, text in files.items():
            path = part / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755 if path.suffix == ".sh" else 0o644)
