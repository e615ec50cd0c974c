"""This module owns what slurm.conf and a dump of accounts say together, in the terms of a scenario."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gortyn.model.conversions import MIN_PER_HOUR
from gortyn.slurm.lines import Note
from gortyn.slurm.names import SlurmError
from gortyn.slurm.read_conf import Conf
from gortyn.slurm.read_dump import Dump, DumpAccount

LONGEST_SLUG: Final = 60  # unit: letters of a short name of a scenario
MOST_SHARES: Final = 1e6
MOST_CHIPS: Final = 10**9  # unit: chips, the most of a scenario


@dataclass(frozen=True, slots=True)
class Policy:
    """A scenario's part that Slurm's files state.

    Attributes
    ----------
    operations : values of `operations`
    tenants : values of tenants, by name
    notes : what was taken otherwise, or has nothing like it in a scenario
    unread : lines and options of another version
    """

    operations: dict[str, Any]
    tenants: dict[str, dict[str, Any]]
    notes: tuple[Note, ...]
    unread: tuple[Note, ...]


def policy(conf: Conf, dump: Dump | None, tenants: Sequence[str] | None, dump_file: str = "") -> Policy:
    """Join what the files say.

    Parameters
    ----------
    conf : of the slurm.conf
    dump : of the accounts; None without
    tenants : names of the scenario's tenants; None where there is no scenario, and each account without others below
        it is one
    dump_file : what notes call the dump

    Raises
    ------
    SlurmError : two accounts would bear one name in a scenario, or the tree has a circle.
    """
    operations, notes = dict(conf.operations), list(conf.notes)
    if conf.raw_qos[0] and "priority" in operations:
        text = "the weight of quality of service is in the QOS themselves (NO_NORMAL_QOS); not read"
        notes.append(Note(notes[0].file if notes else "slurm.conf", 1, text))
    if dump is None:
        return Policy(operations, {}, tuple(notes), ())
    if dump.cluster and conf.cluster and dump.cluster.casefold() != conf.cluster.casefold():
        notes.append(Note(dump_file, 1, f"the dump is of cluster {dump.cluster}, slurm.conf of {conf.cluster}"))
    slugs = _slugs(dump.accounts, dump_file, notes)
    by_name = {account.name: account for account in dump.accounts}
    operations["accounts"] = _tree(dump.accounts, by_name, slugs)
    found = _tenants(dump.accounts, by_name, slugs, tenants, dump_file, notes)
    if limited := [account for account in dump.accounts if set(account.qos) - {"normal"}]:
        text = "limits of QOS, such as quotas of chip-hours, are in no dump: quota_chip_hours is not read from those of"
        notes.append(Note(dump_file, limited[0].line, f"{text} {', '.join(account.name for account in limited)}"))
    return Policy(operations, found, (*notes, *dump.notes), dump.unread)


def slug(text: str) -> str:
    """The short name of a scenario that comes nearest to a name.

    >>> slug("Bio_Informatics.2"), slug("ml--lab")
    ('bio-informatics-2', 'ml-lab')
    """
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:LONGEST_SLUG].strip("-")


def _slugs(accounts: Sequence[DumpAccount], file: str, notes: list[Note]) -> dict[str, str]:
    found: dict[str, str] = {}
    first: dict[str, str] = {}
    faults: list[str] = []
    for account in accounts:
        short = slug(account.name)
        if not short:
            faults.append(f"{file}:{account.line}: account {account.name!r} has no letter that a short name can have")
        elif short in first:
            faults.append(
                f"{file}:{account.line}: account {account.name!r} and {first[short]!r} would both be '{short}'"
            )
        elif short != account.name:
            notes.append(Note(file, account.line, f"account {account.name!r} becomes '{short}'"))
        first.setdefault(short, account.name)
        found[account.name] = short
    if faults:
        raise SlurmError(*faults)
    return found


def _bearer(account: DumpAccount, by_name: dict[str, DumpAccount]) -> DumpAccount | None:
    """The account whose shares count for an account: itself, or the nearest above it; None for the root."""
    seen = {account.name}
    while account.shares is None:
        if account.parent == "root" or account.parent not in by_name:
            return None
        account = by_name[account.parent]
        if account.name in seen:
            raise SlurmError(f"account {account.name!r} stands below itself")
        seen.add(account.name)
    return account


def _tree(
    accounts: Sequence[DumpAccount], by_name: dict[str, DumpAccount], slugs: dict[str, str]
) -> list[dict[str, Any]]:
    most = max((account.shares or 0.0 for account in accounts), default=0.0)
    scale = min(1.0, MOST_SHARES / most) if most else 1.0
    rows: list[dict[str, Any]] = []
    for account in accounts:
        if account.shares is None:
            continue
        row: dict[str, Any] = {"name": slugs[account.name]}
        above = by_name.get(account.parent)
        bearer = _bearer(above, by_name) if above else None
        if bearer is not None:
            row["parent"] = slugs[bearer.name]
        row["shares"] = account.shares * scale
        rows.append(row)
    return rows


def _tenants(
    accounts: Sequence[DumpAccount],
    by_name: dict[str, DumpAccount],
    slugs: dict[str, str],
    tenants: Sequence[str] | None,
    file: str,
    notes: list[Note],
) -> dict[str, dict[str, Any]]:
    above = {account.parent for account in accounts}
    found: dict[str, dict[str, Any]] = {}
    for account in accounts:
        name = slugs[account.name]
        if tenants is None and account.name in above and not account.users:
            continue
        if tenants is not None and name not in tenants:
            if account.name not in above:
                notes.append(Note(file, account.line, f"account {account.name!r} is no tenant of the scenario"))
            continue
        bearer = _bearer(account, by_name)
        values: dict[str, Any] = {}
        if bearer is None:
            text = f"account {account.name!r} has the shares of the root; it becomes an account of its own"
            notes.append(Note(file, account.line, text))
        else:
            values["account"] = slugs[bearer.name]
        if account.chips is not None:
            values["quota_chips"] = min(account.chips, MOST_CHIPS)
        if account.chip_minutes is not None:
            values["quota_chip_hours"] = account.chip_minutes / MIN_PER_HOUR
            text = "GrpTRESMins decays with the half-life in Slurm; it is taken as granted anew each quota_days"
            notes.append(Note(file, account.line, text))
        if values:
            found[name] = values
    missing = [] if tenants is None else [name for name in tenants if name not in slugs.values()]
    if missing:
        notes.append(Note(file, 1, f"has no account of {', '.join(missing)}; they stay as they are"))
    return found
